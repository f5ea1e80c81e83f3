"""From points to probabilities: the slope of all rows that were learned from, and the level of the later ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.optimize import brentq
from scipy.special import expit

from leadqual.ml.evaluation.measures import quantile_bins
from leadqual.ml.scorecards.binning import Labels
from leadqual.ml.scorecards.weights import Floats, slope_of

_BANDS: Final = 8
_FARTHEST: Final = 40.0


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


def calibrated(points: Floats, converted: Labels, level: float = 0.0) -> Calibration:
    """Return the line that fits rows best, raised by a level.

    Examples
    --------
    >>> line = calibrated(np.repeat([0.0, 10.0], 100), np.repeat([0, 1, 0, 1], [90, 10, 50, 50]).astype(np.int8))
    >>> line.probability(np.array([0.0, 10.0])).round(2).tolist()
    [0.1, 0.5]
    """
    intercept, slope = slope_of(points, converted)
    return Calibration(intercept + level, slope)


def level_of(foreseen: Floats, converted: Labels) -> float:
    """Return what has to be added to log-odds so that as many conversions are foreseen as there were.

    Examples
    --------
    >>> round(level_of(np.zeros(4), np.array([1, 1, 1, 0], dtype=np.int8)), 3)
    1.099
    """
    found: float = brentq(lambda level: float(expit(foreseen + level).mean() - converted.mean()), -_FARTHEST, _FARTHEST)
    return found


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
