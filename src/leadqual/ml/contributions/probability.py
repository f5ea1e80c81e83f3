"""Contributions to a margin, brought over to the probability that a monotone curve makes of it.

A ledger needs lines in probability that sum to the probability. With z0 the base, v[i] what a feature adds to the
margin z, and p = g(z) the calibrated probability, feature i gets::

    v[i] * (g(z) - g(z0)) / (z - z0)

That is what g gains along the straight line from nothing to all of v, divided by how much of each step is feature i:
the price of Aumann and Shapley (1974, "Values of Non-Atomic Games"), which is the path method of Sundararajan, Taly and
Yan (2017, "Axiomatic Attribution for Deep Networks") applied to the contributions to the margin. The lines keep the
proportions of v, and its signs too since g never falls, and sum to p - p0. Where z is z0, what the features add
cancels; the limit of the quotient is the slope of g at z0, and with that slope the lines cancel as well.

Where much is added and much is taken, or where g has a step, a line could be more than a whole probability this way.
In such a row, what adds and what takes are two players of Shapley's game: each side gets the mean of what it moves g by
when it comes first and when it comes second, which is never more than 1, and its features share that in proportion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# How far apart two margins are told apart, against what was added up; and how far to go for a slope.
_SAME = 1e-9
_STEP = 1e-4


def probability_lines(
    base: float,
    values: NDArray[np.float64],
    curve: Callable[[NDArray[np.float64]], Any],
    probability: NDArray[np.float64] | None = None,
) -> tuple[float, NDArray[np.float64]]:
    """Return the base and what each feature adds, as probabilities.

    Parameters
    ----------
    base : float
        The margin where nothing is known.
    values : array of shape (rows, features)
        What each feature adds to the margin.
    curve : callable
        Makes probabilities of margins; it never falls.
    probability : array of shape (rows,), optional
        The probabilities that the lines have to add up to; by default those that the curve gives.

    Returns
    -------
    tuple of float and array of shape (rows, features)
        ``p0 + lines.sum(axis=1)`` is the probability, up to the last digits of a float.

    Examples
    --------
    >>> def curve(margin):
    ...     return 1 / (1 + np.exp(-margin))
    >>> start, lines = probability_lines(0.0, np.array([[2.0, -1.0], [1.0, -1.0]]), curve)
    >>> start, lines.round(4)
    (0.5, array([[ 0.4621, -0.2311],
           [ 0.25  , -0.25  ]]))
    """
    total = values.sum(axis=1)
    start = float(np.asarray(curve(np.array([base])))[0])
    reached = np.asarray(curve(base + total)) if probability is None else np.asarray(probability)
    size = np.abs(values).sum(axis=1)
    same = np.abs(total) <= _SAME * size
    slope = np.empty(len(values))
    slope[~same] = (reached - start)[~same] / total[~same]
    if same.any():
        beside = np.asarray(curve(base + np.array([-_STEP, _STEP])))
        slope[same] = (beside[1] - beside[0]) / (2 * _STEP)
    lines = values * slope[:, None]
    steep = np.abs(lines).max(axis=1, initial=0.0) > 1
    if steep.any():
        lines[steep] = _two_sides(base, values[steep], curve)
    return start, _summing(lines, reached - start)


def _two_sides(base: float, values: NDArray[np.float64], curve: Callable[[NDArray[np.float64]], Any]) -> Any:
    """Return the lines where what adds and what takes are two players, and their features share in proportion."""
    up, down = values.clip(min=0.0), values.clip(max=0.0)
    start, added, taken, both = (
        np.asarray(curve(base + part.sum(axis=1))) for part in (np.zeros_like(values), up, down, values)
    )
    sides = ((up, (added - start + both - taken) / 2), (down, (taken - start + both - added) / 2))
    total = np.zeros_like(values)
    for side, moved in sides:
        size = side.sum(axis=1)
        share = np.divide(moved, size, out=np.zeros(len(values)), where=size != 0)
        total += side * share[:, None]
    return total


def _summing(lines: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let the largest line take what rounding left."""
    if lines.size:
        largest = np.abs(lines).argmax(axis=1)
        lines[np.arange(len(lines)), largest] += wanted - lines.sum(axis=1)
    return lines
