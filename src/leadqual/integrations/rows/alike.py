"""Rows that are one person: which of them is believed, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from leadqual.files.columns import CONTACT_ID
from leadqual.integrations.cases import CHANGED, Cases
from leadqual.integrations.fields import STAGE, STAGE_SINCE
from leadqual.integrations.rows.contacts import FILE, NUMBER, OWN, TERM

CREATED: Final = "created_at"
_ORIGIN: Final = ("source", "campaign")
"""What tells how somebody became known: the row that was there first knows."""
_KEPT: Final = "_kept"


def filled(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a person, of rows of which the first of each person is their own.

    Of each field the first row that knows it counts, but a person is there since the earliest row was made, and comes
    from where the earliest row that knows it says. A stage and since when it holds come from one row.
    """
    names = [name for name in rows.columns if name != CONTACT_ID]
    return rows.group_by(CONTACT_ID, maintain_order=True).agg(_chosen(name, names) for name in names)


def _chosen(name: str, names: Sequence[str]) -> pl.Expr:
    column = pl.col(name)
    if name == CREATED:
        return column.min()
    if name in (STAGE_SINCE, TERM) and STAGE in names:
        return column.filter(pl.col(STAGE).is_not_null()).first()
    if name in _ORIGIN and CREATED in names:
        return column.sort_by(CREATED, nulls_last=True, maintain_order=True).drop_nulls().first()
    return column.drop_nulls().first()


def tell_differing(rows: pl.DataFrame, kept: pl.DataFrame, cases: Cases) -> None:
    """Tell of each value of a row in whose place that of another row of the same person counts."""
    names = [name for name in kept.columns if name not in (CONTACT_ID, STAGE_SINCE, *OWN)]
    both = rows.join(kept.select(CONTACT_ID, *names), on=CONTACT_ID, suffix=_KEPT, maintain_order="left")
    for name in names:
        pair = both.select(FILE, NUMBER, _text(both, name, "found"), _text(both, name + _KEPT, "suggestion"))
        told = pair.filter(pl.col("found") != pl.col("suggestion"))
        about = (pl.lit(CHANGED).alias("effect"), pl.lit("another-row").alias("code"), pl.lit(name).alias("column"))
        cases.add(told.rename({FILE: "file", NUMBER: "row"}).with_columns(*about))


def _text(frame: pl.DataFrame, name: str, alias: str) -> pl.Expr:
    column = pl.col(name)
    texts = column.cast(pl.List(pl.String)).list.join(", ") if frame.schema[name] == pl.List else column.cast(pl.String)
    return texts.alias(alias)
