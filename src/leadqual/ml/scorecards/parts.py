"""One feature of a scorecard: its bins and their points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from leadqual.conditions.nodes import Node
from leadqual.ml.scorecards.bins import Bin, Codes, codes, label
from leadqual.ml.scorecards.points import total
from leadqual.ml.scorecards.weights import Evidence, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A feature of a scorecard.

    Parameters
    ----------
    feature : str
        The expression.
    node : Node
        The same, read.
    bins : tuple of Bin
        Its values in bins.
    points : tuple of int
        What each bin gives; the least 0.
    evidence : Evidence
        The rows that were learned from, counted by bin.
    added : float
        By how much the feature raised the area under the ROC curve of later rows, when it was chosen.
    """

    feature: str
    node: Node
    bins: tuple[Bin, ...]
    points: tuple[int, ...]
    evidence: Evidence
    added: float

    @property
    def rules(self) -> int:
        """How many rules it makes."""
        return sum(1 for one in self.points if one)

    def codes(self, rows: pl.DataFrame) -> Codes:
        """Return the bin of each row of a table that has the feature as a column."""
        return codes(self.bins, rows[self.feature])


def points_of(parts: Iterable[Part], rows: pl.DataFrame) -> Floats:
    """Return the points of each row: those of its bins, added up."""
    kept = list(parts)
    if not kept:
        return np.zeros(len(rows))
    return total([np.array(part.points, dtype=float) for part in kept], [part.codes(rows) for part in kept])


def point_table(parts: Iterable[Part]) -> pl.DataFrame:
    """Return a row for each bin: how many rows, how many converted, and what it gives."""
    return pl.DataFrame(
        [
            {
                "feature": part.feature,
                "bin": label(one),
                "rows": int(rows),
                "converted": int(hits),
                "rate": hits / rows if rows else None,
                "woe": float(woe),
                "points": points,
            }
            for part in parts
            for one, points, rows, hits, woe in zip(
                part.bins, part.points, part.evidence.rows, part.evidence.hits, part.evidence.woe, strict=True
            )
        ],
        schema={
            "feature": pl.String,
            "bin": pl.String,
            "rows": pl.Int64,
            "converted": pl.Int64,
            "rate": pl.Float64,
            "woe": pl.Float64,
            "points": pl.Int64,
        },
    )
