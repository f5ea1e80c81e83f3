"""Thresholds that people can remember, in place of those that lie halfway between two rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_FINEST: Final = 12
"""How many digits a threshold may have, counted from the first of the larger neighbour."""


def readable(values: Floats, sizes: Counts, place: int, spare: int) -> float:
    """Return the roundest threshold that divides rows as ``value >= values[place]`` does, but for a few.

    Parameters
    ----------
    values : array
        The distinct values, ascending.
    sizes : array
        How many rows have each.
    place : int
        The first value that lies at or above the threshold; at least 1.
    spare : int
        How many rows may come to lie on the other side.

    Examples
    --------
    >>> ages = np.array([18.0, 25.0, 29.0, 30.0, 41.0])
    >>> readable(ages, np.array([1, 1, 1, 1, 1]), 3, 0)
    30.0
    >>> readable(np.array([0.0312, 0.2718, 0.3141]), np.array([5, 5, 5]), 2, 0)
    0.3
    """
    low, high = _room(sizes, place, spare)
    bottom, top = float(values[low]), float(values[high])
    for step, digits in _steps(max(abs(bottom), abs(top))):
        found = [one for one in _multiples(bottom, top, step, digits) if bottom < one <= top]
        if found:
            return min(found, key=lambda one: _moved(values, sizes, place, one))
    return float(values[place])


def _room(sizes: Counts, place: int, spare: int) -> tuple[int, int]:
    """Return between which two values the threshold may lie: above the first, and up to the second."""
    low, high = place - 1, place
    while low > 0 and sizes[low:place].sum() <= spare:
        low -= 1
    while high < len(sizes) - 1 and sizes[place : high + 1].sum() <= spare:
        high += 1
    return low, high


def _steps(largest: float) -> Iterator[tuple[float, int]]:
    """Yield the distances of rounder and less round numbers, and how many decimals they have."""
    first = math.floor(math.log10(largest)) + 1 if largest > 0 else 0
    for exponent in range(first, first - _FINEST, -1):
        yield 10.0**exponent, -exponent
        yield 5 * 10.0 ** (exponent - 1), 1 - exponent


def _multiples(bottom: float, top: float, step: float, digits: int) -> Iterator[float]:
    """Yield the multiples of a step above `bottom` and up to `top`, the first few and the last few."""
    first, last = math.floor(bottom / step), math.ceil(top / step)
    near = range(first, last + 1) if last - first <= 20 else (*range(first, first + 10), *range(last - 10, last + 1))
    for count in near:
        yield round(count * step, max(digits, 0)) + 0.0


def _moved(values: Floats, sizes: Counts, place: int, threshold: float) -> tuple[int, float]:
    """Return how many rows a threshold puts on the other side, and how far it lies from its place."""
    found = int(np.searchsorted(values, threshold))
    moved = int(sizes[min(found, place) : max(found, place)].sum())
    return moved, abs(threshold - float(values[place]))
