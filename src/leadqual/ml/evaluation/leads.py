"""Which rows become leads when a line is drawn through a score: contacts that come to stand above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.ml.evaluation.measures import Array

if TYPE_CHECKING:
    from leadqual.ml.evaluation.report import Evaluation

DIGITS: Final = 6
"""To so many decimals policies round a score."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Flow:
    """A score of contacts as time goes on.

    Parameters
    ----------
    score : array of float of shape (n,)
        The score of each row, rounded as policies round it; minus infinity where there is none.
    earlier : array of float of shape (n,)
        That of the same contact at the cutoff before; minus infinity where it was not judged then.
    converted : array of bool of shape (n,)
        Whether the row converted.
    contact : array of int of shape (n,)
        Whose row it is.
    counts : array of bool of shape (n,)
        Whether a lead at this row counts for the leads a day: not at the first of several cutoffs, where whoever
        stands above the line has come there nobody knows when.
    days : float or None
        How long it took for those to come; None if nothing tells.
    """

    score: Array
    earlier: Array
    converted: Array
    contact: Array
    counts: Array
    days: float | None

    def leads(self, line: float) -> Array:
        """Return which rows become leads: above the line, and not yet so at the cutoff before."""
        return (self.score >= line) & (self.earlier < line)

    def conversions(self, line: float) -> int:
        """Return how many contacts converted within the horizon of a cutoff at which they stood above the line."""
        return len(np.unique(self.contact[self.converted & (self.score >= line)]))

    def at_once(self, leads: Array) -> int:
        """Return how many contacts converted within the horizon of becoming a lead: what a probability speaks of."""
        return len(np.unique(self.contact[leads & self.converted]))

    def arrivals(self, lines: Array) -> Array:
        """Return how many leads of those that count for the leads a day each line gives."""
        score, both = self.score[self.counts], np.minimum(self.score, self.earlier)[self.counts]
        return _at_least(score, lines) - _at_least(both, lines)


def _at_least(values: Array, lines: Array) -> Array:
    return len(values) - np.searchsorted(np.sort(values), lines, side="left")


def flow_of(report: Evaluation, scorer: str) -> Flow:
    """Return the course of a score in the rows of a report."""
    score = (pl.col(scorer) * 10**DIGITS + 0.5).floor() / 10**DIGITS
    rows = report.rows.select(CONTACT_ID, CUTOFF, CONVERTED, score.fill_null(float("-inf")).alias("score"))
    cutoffs = report.cutoffs
    dates = pl.DataFrame(
        {CUTOFF: cutoffs, "lq_place": range(len(cutoffs))}, schema={CUTOFF: rows.schema[CUTOFF], "lq_place": pl.Int64}
    )
    placed = rows.join(dates, on=CUTOFF, how="left", maintain_order="left")
    before = placed.select(CONTACT_ID, pl.col("lq_place") + 1, pl.col("score").alias("lq_earlier"))
    placed = placed.join(before, on=[CONTACT_ID, "lq_place"], how="left", maintain_order="left")
    several = len(cutoffs) > 1
    return Flow(
        score=placed["score"].to_numpy(),
        earlier=placed["lq_earlier"].fill_null(float("-inf")).to_numpy(),
        converted=placed[CONVERTED].to_numpy(),
        contact=placed[CONTACT_ID].rank("dense").cast(pl.Int64).to_numpy() - 1,
        counts=(placed["lq_place"].fill_null(0) > 0).to_numpy() if several else np.ones(len(placed), dtype=bool),
        days=_days(cutoffs, report),
    )


def _days(cutoffs: tuple[datetime, ...], report: Evaluation) -> float | None:
    if len(cutoffs) > 1:
        return (cutoffs[-1] - cutoffs[0]) / _DAY
    if cutoffs and report.horizon is not None:
        return timedelta(microseconds=report.horizon.micros) / _DAY
    return None


def short_between(below: float, line: float) -> float:
    """Return the shortest number above one and up to another: it divides the same scores as the other does.

    Examples
    --------
    >>> short_between(0.3049, 0.312345), short_between(float("-inf"), 40.0), short_between(0.31, 0.310001)
    (0.31, 40.0, 0.310001)
    """
    exact = Decimal(repr(line))
    for digits in range(DIGITS + 1):
        step = Decimal(1).scaleb(-digits)
        candidate = exact.quantize(step, rounding="ROUND_FLOOR")
        if below < float(candidate) <= line:
            return float(candidate)
        candidate = Decimal(repr(below)).quantize(step, rounding=ROUND_CEILING) if np.isfinite(below) else candidate
        if below < float(candidate) <= line:
            return float(candidate)
    return line
