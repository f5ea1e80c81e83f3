"""From points to probabilities, by the latest of the rows that were learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import expit

from leadqual.ml.evaluation.measures import quantile_bins
from leadqual.ml.scorecards.binning import Labels
from leadqual.ml.scorecards.weights import Floats, slope_of

_BANDS = 8


@dataclass(frozen=True, slots=True)
class Calibration:
    """The log-odds of a conversion as a straight line over points.

    Parameters
    ----------
    intercept : float
        Those of no points.
    slope : float
        What each point adds; never negative.
    """

    intercept: float
    slope: float

    def probability(self, points: Floats) -> Floats:
        """Return the probability for points."""
        return np.asarray(expit(self.intercept + self.slope * points), dtype=float)


def calibrated(points: Floats, converted: Labels) -> Calibration:
    """Return the line that fits rows best.

    Examples
    --------
    >>> line = calibrated(np.repeat([0.0, 10.0], 100), np.repeat([0, 1, 0, 1], [90, 10, 50, 50]).astype(np.int8))
    >>> line.probability(np.array([0.0, 10.0])).round(2).tolist()
    [0.1, 0.5]
    """
    return Calibration(*slope_of(points, converted))


def calibration_table(
    line: Calibration, learned: tuple[Floats, Labels], judged: tuple[Floats, Labels], highest: int
) -> pl.DataFrame:
    """Return bands of points with about as many rows each: the probability, and the rates that were seen."""
    points, _ = learned
    band = quantile_bins(points, _BANDS)
    begins = [0, *(int(points[band == one].min()) for one in range(1, band.max() + 1))]
    ends = [*(one - 1 for one in begins[1:]), highest]
    rows = []
    for begin, end in zip(begins, ends, strict=True):
        row: dict[str, float | int | None] = {"from": begin, "to": end}
        for name, (given, converted) in (("learned", learned), ("judged", judged)):
            inside = (given >= begin) & (given <= end)
            row[f"{name}_rows"] = int(inside.sum())
            row[f"{name}_rate"] = float(converted[inside].mean()) if inside.any() else None
        inside = (points >= begin) & (points <= end)
        row["probability"] = float(line.probability(points[inside]).mean())
        rows.append(row)
    order = ("from", "to", "probability", "learned_rows", "learned_rate", "judged_rows", "judged_rate")
    return pl.DataFrame(rows).select(order)
