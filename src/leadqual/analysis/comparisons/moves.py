"""Moves under two policies side by side: where contacts part, and where they stand in the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from leadqual.analysis.comparisons.stages import StageMap
from leadqual.frames.types import INSTANT

CONTACT: Final = "contact_id"
PARTING: Final = {
    CONTACT: pl.String(),
    "parted_at": INSTANT,
    "stood": pl.String(),
    "old_target": pl.String(),
    "new_target": pl.String(),
    "old_transition": pl.String(),
    "new_transition": pl.String(),
}
"""One row a contact whose moves differ: when they first do, where it stood, and what either policy did then."""
STAND: Final = {CONTACT: pl.String(), "old": pl.String(), "new": pl.String()}


def in_new_names(moves: pl.DataFrame, stages: StageMap) -> pl.DataFrame:
    """Return moves of the old policy with the names that the new one has for its stages."""
    if not stages.renamed:
        return moves
    return moves.with_columns(pl.col("source", "target").replace(stages.renamed))


def partings(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return where the moves of each contact first differ: in the instant, or in where they lead.

    Parameters
    ----------
    old, new : DataFrame
        Moves as `leadqual.frames.replay` gives them, in the same names of stages.
    """
    both = _numbered(old, "old").join(_numbered(new, "new"), on=[CONTACT, "n"], how="full", coalesce=True)
    differs = pl.col("old_at").ne_missing(pl.col("new_at")) | pl.col("old_target").ne_missing(pl.col("new_target"))
    first = both.filter(differs).sort(CONTACT, "n").unique(CONTACT, keep="first", maintain_order=True)
    at = pl.min_horizontal("old_at", "new_at")
    seen = first.with_columns(parted_at=at)
    sides = [_then(side, name) for side in ("old", "new") for name in ("target", "transition")]
    stood = pl.when(pl.col("old_at") == pl.col("parted_at")).then("old_source").otherwise("new_source")
    return seen.with_columns(*sides, stood=stood).select(list(PARTING)).cast(PARTING)  # type: ignore[arg-type]


def _then(side: str, name: str) -> pl.Expr:
    """Return what a policy did at the instant of the parting; null where it did nothing."""
    return pl.when(pl.col(f"{side}_at") == pl.col("parted_at")).then(f"{side}_{name}").alias(f"{side}_{name}")


def _numbered(moves: pl.DataFrame, side: str) -> pl.DataFrame:
    named = {name: f"{side}_{name}" for name in ("at", "source", "target", "transition")}
    number = pl.int_range(pl.len()).over(CONTACT).alias("n")
    return moves.select(CONTACT, number, *(pl.col(name).alias(alias) for name, alias in named.items()))


def standing_ends(
    contacts: pl.Series, old: pl.DataFrame, new: pl.DataFrame, initial: tuple[str | None, str | None]
) -> pl.DataFrame:
    """Return where every contact stands under either policy after its last move.

    Parameters
    ----------
    contacts : Series
        The ids of the contacts.
    old, new : DataFrame
        The moves, in the order of the fold.
    initial : tuple of str or None
        Where those stand who never moved.
    """
    ends = pl.DataFrame({CONTACT: contacts})
    for side, moves, start in zip(("old", "new"), (old, new), initial, strict=True):
        last = moves.group_by(CONTACT).agg(pl.col("target").last().alias(side))
        ends = ends.join(last, on=CONTACT, how="left", maintain_order="left")
        ends = ends.with_columns(pl.col(side).fill_null(pl.lit(start, pl.String)))
    return ends


def matrix(ends: pl.DataFrame, old_order: list[str], new_order: list[str], stages: StageMap) -> pl.DataFrame:
    """Return how many contacts stand where under either policy: ``old``, ``new``, ``contacts``, ``same``.

    Stages are told in the names of their own policies.
    """
    pairs = pl.DataFrame(
        {"old": list(stages.pairs), "new": list(stages.pairs.values()), "same": [True] * len(stages.pairs)},
        schema={"old": pl.String, "new": pl.String, "same": pl.Boolean},
    )
    counts = ends.group_by("old", "new").agg(contacts=pl.len())
    counts = counts.join(pairs, on=["old", "new"], how="left").with_columns(pl.col("same").fill_null(False))
    return counts.sort(_rank("old", old_order), _rank("new", new_order)).select("old", "new", "contacts", "same")


def _rank(column: str, order: list[str]) -> pl.Expr:
    ranks: Mapping[str, int] = {name: number for number, name in enumerate(order)}
    return pl.col(column).replace_strict(ranks, default=len(order), return_dtype=pl.Int64)
