"""What each bin is worth: weight of evidence, and how much of it counts beside the other features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from leadqual.ml.scorecards.binning import Labels
from leadqual.ml.scorecards.bins import NONE, Codes

Floats = npt.NDArray[np.float64]

_RIDGE: Final = 10.0
_FAINT: Final = 1e-6
_SLOPES: Final = 1e-7
_SMALL: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Evidence:
    """The bins of one feature, counted.

    Parameters
    ----------
    rows, hits : array
        How many rows lie in each bin, and how many of them converted.
    woe : array
        The weight of evidence of each bin: by how much the log-odds there lie above those of all rows.
    """

    rows: npt.NDArray[np.int64]
    hits: npt.NDArray[np.int64]
    woe: Floats

    def of(self, codes: Codes) -> Floats:
        """Return the weight of each row; values that no bin holds have the least one, as they get no points."""
        return np.append(self.woe, self.woe.min())[codes] if NONE in codes else self.woe[codes]


def evidence(codes: Codes, bins: int, converted: Labels) -> Evidence:
    """Return what the bins of a feature tell.

    Every bin is counted as if it held the rows of one more conversion at the rate of all: so a bin of few rows is
    drawn to what is usual, and none is infinitely good or bad.

    Examples
    --------
    >>> found = evidence(np.array([0, 0, 0, 1, 1, 1]), 2, np.array([0, 0, 1, 0, 1, 1], dtype=np.int8))
    >>> found.woe.round(3).tolist()
    [-0.405, 0.405]
    """
    rows = np.bincount(codes[codes != NONE], minlength=bins)
    hits = np.bincount(codes[codes != NONE], weights=converted[codes != NONE], minlength=bins)
    rate = converted.mean()
    rates = (hits + 1) / (rows + 1 / rate)
    return Evidence(rows, hits.astype(np.int64), logit(rates) - logit(rate))


def weighed(features: Sequence[tuple[Codes, Evidence]], converted: Labels) -> Floats:
    """Return the intercept and the weight of each feature in a logistic regression whose weights are never negative.

    A feature whose evidence would count the other way round beside the others gets 0. Weights are drawn to 0 a little
    (an L2 penalty of five times the sum of their squares), so that two features that say the same share their say.

    Examples
    --------
    >>> converted = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 50, dtype=np.int8)
    >>> codes = np.array([0, 0, 0, 0, 1, 1, 1, 1] * 50)
    >>> found = evidence(codes, 2, converted)
    >>> (weighed([(codes, found), (1 - codes, found)], converted).round(2) + 0.0).tolist()
    [0.0, 0.91, 0.0]
    """
    given, rows, hits = _alike(features, converted)
    return _fitted(given, rows, hits, np.r_[0.0, np.full(len(features), _RIDGE)])


def slope_of(points: Floats, converted: Labels) -> tuple[float, float]:
    """Return the intercept and the slope, never negative, of the log-odds over points."""
    given = np.column_stack([np.ones(len(points)), points])
    intercept, slope = _fitted(given, np.ones(len(points)), converted.astype(float), np.array([0.0, _FAINT]))
    return float(intercept), float(slope)


def _fitted(given: Floats, rows: Floats, hits: Floats, penalty: Floats) -> Floats:
    """Return the likeliest weights of columns, of which the first is the intercept and the others never negative."""
    begin = np.zeros(given.shape[1])
    begin[0] = logit(hits.sum() / rows.sum())
    if len(begin) == 1:
        return begin

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = given @ weights
        total = rows @ np.logaddexp(0.0, odds) - hits @ odds + 0.5 * penalty @ weights**2
        slope = given.T @ (rows * expit(odds) - hits) + penalty * weights
        return float(total) / rows.sum(), slope / rows.sum()

    bounds = [(None, None), *[(0.0, None)] * (len(begin) - 1)]
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": _SLOPES, "ftol": _SMALL})
    weights: Floats = found.x
    return weights


def _alike(features: Sequence[tuple[Codes, Evidence]], converted: Labels) -> tuple[Floats, Floats, Floats]:
    """Return one row for all rows that lie in the same bins: the evidence, how many they are, how many converted."""
    key = np.zeros(len(converted), dtype=np.int64)
    for codes, found in features:
        key = np.unique(key * (len(found.woe) + 1) + codes + 1, return_inverse=True)[1]
    rows = np.bincount(key).astype(float)
    hits = np.bincount(key, weights=converted).astype(float)
    first = np.unique(key, return_index=True)[1]
    return np.column_stack([np.ones(len(rows)), *(found.of(codes[first]) for codes, found in features)]), rows, hits
