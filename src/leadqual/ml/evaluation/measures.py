"""How well numbers rank, and how far probabilities can be believed: one figure from a few arrays.

All take whether each row converted, and its number; a weight says how often a row counts. What cannot be told, since
nobody or everybody converted, is None.
"""

from __future__ import annotations

import math
import warnings
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

Array: TypeAlias = NDArray[Any]

BINS: Final = 10
_EDGE: Final = 1e-6
"""Probabilities closer to 0 or 1 are taken to be this far from it, where their odds are asked for."""


def roc_auc(converted: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float | None:
    """Return the chance that of two rows, of which one converted, that one has the higher score; a tie counts half.

    Examples
    --------
    >>> roc_auc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    0.75
    """
    y, s, w = _arrays(converted, score, weight)
    return None if _one_sided(y, w) else float(roc_auc_score(y, s, sample_weight=w))


def pr_auc(converted: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float | None:
    """Return the area under the curve of precision and recall, as average precision.

    Examples
    --------
    >>> round(pr_auc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]), 4)
    0.8333
    """
    y, s, w = _arrays(converted, score, weight)
    return float(average_precision_score(y, s, sample_weight=w)) if (w * y).sum() > 0 else None


def brier(converted: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None) -> float | None:
    """Return the mean squared distance of a probability from what happened.

    Examples
    --------
    >>> round(brier([1, 0], [0.8, 0.4]), 4)
    0.1
    """
    y, p, w = _arrays(converted, probability, weight)
    return float(brier_score_loss(y, p, sample_weight=w, pos_label=1)) if w.sum() > 0 else None


def log_loss(converted: ArrayLike, probability: ArrayLike, weight: ArrayLike | None = None) -> float | None:
    """Return the mean surprise at what happened, in nats; a certainty that was wrong costs 36.

    Examples
    --------
    >>> round(log_loss([1, 0], [0.5, 0.5]), 4)
    0.6931
    """
    y, p, w = _arrays(converted, probability, weight)
    return float(sklearn_log_loss(y, p, sample_weight=w, labels=[0, 1])) if w.sum() > 0 else None


def alift(converted: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float | None:
    """Return the area under the curve of cumulative gains (Moro, Cortez and Rita 2014); 0.5 is chance.

    Examples
    --------
    >>> alift([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    0.625
    """
    curve = gain_curve(converted, score, weight)
    return None if curve is None else float(np.trapezoid(curve[1], curve[0]))


def gain_curve(converted: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> tuple[Array, Array] | None:
    """Return which share of those who converted is among the best so many, at every score that there is.

    Returns
    -------
    tuple of array
        The share of the rows that is taken, and the share of the conversions among them, both from 0 to 1. Rows that
        are tied are taken together; a straight line between two points is what drawing lots gives.

    Examples
    --------
    >>> taken, gain = gain_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    >>> taken.tolist(), gain.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    y, s, w = _arrays(converted, score, weight)
    order = np.argsort(-s, kind="stable")
    ranked = s[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(s) - 1)
    rows, hits = np.cumsum(w[order])[ends], np.cumsum((w * y)[order])[ends]
    if not len(s) or hits[-1] <= 0:
        return None
    return np.append(0.0, rows / rows[-1]), np.append(0.0, hits / hits[-1])


def gain_at(converted: ArrayLike, score: ArrayLike, capacity: float, weight: ArrayLike | None = None) -> float | None:
    """Return which share of those who converted is among the best so many.

    Parameters
    ----------
    converted, score, weight
        As for all measures.
    capacity : int or float
        How many rows can be worked, or as a float the share of them, rounded up to whole rows. Of rows tied at the
        edge each is taken in part: that is what drawing lots gives on average.

    Examples
    --------
    >>> gain_at([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], 1), gain_at([1, 0, 0, 0], [3, 3, 1, 0], 0.25)
    (0.5, 0.5)
    """
    curve = gain_curve(converted, score, weight)
    total = float(np.sum(_arrays(converted, score, weight)[2]))
    return None if curve is None else float(np.interp(room_of(capacity, total) / total, *curve))


def lift_at(converted: ArrayLike, score: ArrayLike, capacity: float, weight: ArrayLike | None = None) -> float | None:
    """Return how many times as many conversions the best so many have as that many drawn by lot.

    Examples
    --------
    >>> lift_at([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], 1)
    2.0
    """
    gain = gain_at(converted, score, capacity, weight)
    total = float(np.sum(_arrays(converted, score, weight)[2]))
    return None if gain is None else gain / (room_of(capacity, total) / total)


def room_of(capacity: float, total: float) -> float:
    """Return how many of so many rows a capacity has room for; a share is rounded up to whole rows."""
    room = float(capacity) if isinstance(capacity, int) else math.ceil(total * capacity - 1e-9)
    return min(room, total)


def quantile_bins(score: ArrayLike, bins: int = BINS) -> Array:
    """Return for each row its place among bins of about as many rows each; equal scores are never parted.

    Examples
    --------
    >>> quantile_bins([0.1, 0.1, 0.1, 0.4, 0.5, 0.9], bins=3).tolist()
    [0, 0, 0, 1, 2, 2]
    """
    s = np.asarray(score, dtype=float)
    middle = (rankdata(s) - 0.5) / max(1, len(s))
    _, places = np.unique((middle * bins).astype(int), return_inverse=True)
    return places


def calibration_curve(converted: ArrayLike, probability: ArrayLike, bins: int = BINS) -> tuple[Array, Array, Array]:
    """Return of bins of about as many rows each how many rows they have, the mean probability, and the rate.

    Examples
    --------
    >>> rows, mean, rate = calibration_curve([0, 1, 1, 1], [0.2, 0.2, 0.9, 0.9], bins=2)
    >>> rows.tolist(), mean.tolist(), rate.tolist()
    ([2, 2], [0.2, 0.9], [0.5, 1.0])
    """
    y, p, _ = _arrays(converted, probability, None)
    places = quantile_bins(p, bins)
    rows = np.bincount(places)
    return rows, np.bincount(places, p) / rows, np.bincount(places, y) / rows


def calibration_error(converted: ArrayLike, probability: ArrayLike, bins: int = BINS) -> float | None:
    """Return how far the mean probability of a bin is from its rate, on average over the rows.

    It is never quite 0, even of the truth: each bin has its share of chance.

    Examples
    --------
    >>> round(calibration_error([0, 1, 1, 1], [0.2, 0.2, 0.9, 0.9], bins=2), 4)
    0.2
    """
    rows, mean, rate = calibration_curve(converted, probability, bins)
    return float(np.average(np.abs(mean - rate), weights=rows)) if len(rows) else None


def in_the_large(converted: ArrayLike, probability: ArrayLike) -> float | None:
    """Return the mean probability less the rate: more than 0 is too high on the whole.

    Examples
    --------
    >>> in_the_large([0, 1], [0.5, 0.75])
    0.125
    """
    y, p, _ = _arrays(converted, probability, None)
    return float(p.mean() - y.mean()) if len(y) else None


def calibration_line(converted: ArrayLike, probability: ArrayLike) -> tuple[float, float] | None:
    """Return the slope and the intercept of what happened over the log odds that were told.

    The truth has slope 1 and intercept 0. A slope below 1 says that the probabilities lie too far apart, as an
    overfitted model has them. None where the rows tell nothing of it: nobody or everybody converted, all have the same
    probability, or it parts those who converted from the others without a fault.

    Examples
    --------
    >>> slope, intercept = calibration_line([0, 0, 0, 1] * 9 + [0, 1, 1, 1] * 9, [0.1] * 36 + [0.9] * 36)
    >>> round(slope, 3), abs(round(intercept, 3))
    (0.5, 0.0)
    """
    y, p, w = _arrays(converted, probability, None)
    if _one_sided(y, w) or p.min() == p.max() or _parted(y, p):
        return None
    odds = np.log(np.clip(p, _EDGE, 1 - _EDGE)) - np.log1p(-np.clip(p, _EDGE, 1 - _EDGE))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            line = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(odds[:, None], y)
        except ConvergenceWarning:
            return None
    return float(line.coef_[0, 0]), float(line.intercept_[0])


def _parted(y: Array, p: Array) -> bool:
    """Return whether some line has all who converted on one side, and all others on the other."""
    yes, no = p[y == 1], p[y == 0]
    return bool(yes.min() >= no.max() or no.min() >= yes.max())


def _one_sided(y: Array, w: Array) -> bool:
    yes = float((w * y).sum())
    return yes <= 0 or yes >= float(w.sum())


def _arrays(converted: ArrayLike, score: ArrayLike, weight: ArrayLike | None) -> tuple[Array, Array, Array]:
    y, s = np.asarray(converted, dtype=float), np.asarray(score, dtype=float)
    return y, s, np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float)
