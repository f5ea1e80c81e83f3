"""Figures of probabilities with their standard errors, where rows of one contact are not independent of one another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import expit, logit
from scipy.stats import rankdata

from leadqual.analysis.intervals import quantile_of
from leadqual.ml.evaluation.measures import Array, calibration_line

_EDGE: Final = 1e-6


@dataclass(frozen=True)
class Figure:
    """A figure and how far it varies by chance.

    Parameters
    ----------
    value : float
        The figure.
    error : float
        Its standard error.
    """

    value: float
    error: float

    def bounds(self, confidence: float) -> tuple[float, float]:
        """Return the bounds of its interval."""
        reach = quantile_of(confidence) * self.error
        return self.value - reach, self.value + reach


def rate(converted: Array, groups: Array) -> Figure:
    """Return the share of the rows that converted.

    Examples
    --------
    >>> found = rate(np.array([1, 0, 0, 0] * 25), np.arange(100))
    >>> found.value, round(found.error, 4)
    (0.25, 0.0433)
    """
    off = _by_group(converted - converted.mean(), groups)
    return Figure(float(converted.mean()), math.sqrt(float((off**2).sum())) / len(converted))


def observed_to_expected(converted: Array, probability: Array, groups: Array) -> Figure:
    """Return how many times as many converted as the probabilities said, with its error where they are the truth.

    The error is that of independent rows, made larger where the rows of a contact go the same way.

    Examples
    --------
    >>> observed_to_expected(np.array([1, 0] * 50), np.full(100, 0.25), np.arange(100)).value
    2.0
    """
    expected = float(probability.sum())
    alone = float((probability * (1 - probability)).sum())
    off = converted - probability
    together = float((_by_group(off, groups) ** 2).sum()) / max(float((off**2).sum()), _EDGE)
    return Figure(float(converted.sum()) / expected, math.sqrt(alone * max(1.0, together)) / expected)


def area(converted: Array, score: Array, groups: Array) -> Figure:
    """Return the area under the ROC curve, with the error of DeLong 1988, for groups as Obuchowski 1997.

    Examples
    --------
    >>> found = area(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1]), np.arange(4))
    >>> found.value, round(found.error, 3)
    (0.75, 0.25)
    """
    yes, ranks = converted == 1, rankdata(score)
    positive, negative = int(yes.sum()), int((~yes).sum())
    # Of each row the share of those of the other kind that it is on the right side of; a tie counts half.
    below = (ranks[yes] - rankdata(score[yes])) / negative
    above = 1 - (ranks[~yes] - rankdata(score[~yes])) / positive
    value, off = float(below.mean()), np.zeros(len(score))
    off[yes] = (below - value) / positive
    off[~yes] = (above - value) / negative
    return Figure(value, math.sqrt(float((_by_group(off, groups) ** 2).sum())))


def slope(converted: Array, probability: Array, groups: Array) -> Figure | None:
    """Return the slope of what happened over the log-odds that were told; None where the rows tell nothing of it.

    Examples
    --------
    >>> rows = np.array([0, 0, 0, 1] * 9 + [0, 1, 1, 1] * 9), np.array([0.1] * 36 + [0.9] * 36), np.arange(72)
    >>> found = slope(*rows)
    >>> round(found.value, 3), round(found.error, 2)
    (0.5, 0.12)
    """
    line = calibration_line(converted, probability)
    if line is None:
        return None
    odds = logit(np.clip(probability, _EDGE, 1 - _EDGE))
    design = np.column_stack([np.ones_like(odds), odds])
    mean = expit(line[1] + line[0] * odds)
    bent = np.linalg.pinv(design.T @ (design * (mean * (1 - mean))[:, None]))
    steps = np.column_stack([_by_group(column, groups) for column in ((converted - mean)[:, None] * design).T])
    spread = bent @ (steps.T @ steps) @ bent
    return Figure(line[0], math.sqrt(float(spread[1, 1])))


def _by_group(values: Array, groups: Array) -> Array:
    return np.bincount(groups, values)
