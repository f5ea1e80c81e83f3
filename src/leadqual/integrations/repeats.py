"""Rows that have one key: of those that say the same one is kept, of the others none."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadqual.files.columns import CONTACT_ID
from leadqual.integrations.cases import REFUSED, Cases
from leadqual.integrations.rows.contacts import COMPANY, FILE, KEY, NUMBER, SAME_AS, TERM
from leadqual.integrations.rows.interactions import ID

_SHOWN_OTHERS: Final = 3
_UNSAID: Final = (FILE, NUMBER, KEY, CONTACT_ID, ID, "_both", "_shown", "_part", "_n")
_CALLED: Final = {TERM: "stage", COMPANY: "company", SAME_AS: "same_as"}


def one_each(rows: pl.DataFrame, key: str, cases: Cases) -> tuple[pl.DataFrame, int]:
    """Return rows with one of each key, and how many repeated another word for word.

    Rows that have one key and do not say the same are refused, all of them: nobody can tell which is right.
    """
    if rows.is_empty() or not rows[key].is_duplicated().any():
        return rows, 0
    content = [name for name in rows.columns if name not in (FILE, NUMBER)]
    distinct = rows.unique(content, keep="first", maintain_order=True)
    repeated = rows.height - distinct.height
    twice = distinct[key].is_duplicated()
    if twice.any():
        tell_duplicates(distinct.filter(twice), key, cases)
    return distinct.filter(~twice), repeated


def tell_duplicates(rows: pl.DataFrame, key: str, cases: Cases) -> None:
    """Tell of rows that have one key: which they are, and in what they differ."""
    place = pl.format("{} row {}", pl.col(FILE).str.extract(r"([^/\\]+)$"), NUMBER)
    said = [name for name in rows.columns if name != key and (name not in _UNSAID)]
    differing = [pl.when(pl.col(name).n_unique() > 1).then(pl.lit(_CALLED.get(name, name))) for name in said]
    others = rows.group_by(key, maintain_order=True).agg(
        place.slice(0, _SHOWN_OTHERS + 1).str.join(", ").alias("all"),
        pl.concat_list(differing).list.drop_nulls().list.unique(maintain_order=True).list.join(", ").alias("what"),
    )
    told = rows.join(others, on=key, maintain_order="left").select(
        pl.lit(REFUSED).alias("effect"),
        pl.lit("duplicate-id").alias("code"),
        pl.col(FILE).alias("file"),
        pl.col(NUMBER).alias("row"),
        pl.col(key).alias("found"),
        pl.format("they differ in {}: {}", "what", "all").alias("suggestion"),
    )
    cases.add(told)
