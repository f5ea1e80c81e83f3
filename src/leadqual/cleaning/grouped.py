"""From pairs of rows to groups of contacts: chains are followed, and groups that are too large told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from leadqual.cleaning.components import components
from leadqual.cleaning.found import Duplicates
from leadqual.cleaning.opened import ROW, Opened

if TYPE_CHECKING:
    from leadqual.cleaning.review import Review


def grouped(
    people: Opened,
    pairs: pl.DataFrame,
    *,
    limit: int,
    shared: pl.DataFrame,
    unused: pl.DataFrame,
    conflicting: tuple[str, ...],
    decided: Review | None,
    sought: tuple[str, ...],
    model: dict[str, Any] | None = None,
    notes: tuple[str, ...] = (),
) -> Duplicates:
    """Return duplicates of pairs of rows: ``left``, ``right``, ``key``, ``value``, ``probability``."""
    members, heads = components(pairs["left"].to_numpy(), pairs["right"].to_numpy())
    known = pl.DataFrame({ROW: members, "head": heads}, schema={ROW: pl.Int64, "head": pl.Int64})
    sized = known.with_columns(pl.len().over("head").alias("size"))
    large = sized.filter(pl.col("size") > limit)
    groups = _numbered(sized.filter(pl.col("size") <= limit))
    ids = people.text("id").rename("contact_id")
    kept = pairs.join(groups, left_on="left", right_on=ROW, how="inner").sort("group", "left", "right", "key")
    return Duplicates(
        people=people,
        groups=_named(groups, ids),
        pairs=kept.select(
            "group", left=ids.gather(kept["left"]), right=ids.gather(kept["right"]), key="key", value="value",
            probability="probability",
        ),
        shared=shared,
        unused=unused,
        too_large=_named(_numbered(large), ids),
        limit=limit,
        sought=sought,
        conflicting=conflicting,
        decided=decided,
        model=model,
        notes=notes,
    )  # fmt: skip


def _numbered(sized: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of groups, which are numbered in the order of their first rows, from 1."""
    numbered = sized.sort("head", ROW).with_columns(pl.col("head").rank("dense").cast(pl.UInt32).alias("group"))
    return numbered.select(ROW, "group")


def _named(groups: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return groups.select("group", contact_id=ids.gather(groups[ROW]))
