"""Whole points in place of weights: as few as keep the order of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from leadqual.ml.scorecards.binning import Labels
from leadqual.ml.scorecards.bins import NONE, Codes
from leadqual.ml.scorecards.choosing import gained
from leadqual.ml.scorecards.weights import Floats

RANGES: Final = (10, 20, 50, 100)
"""The most points that a contact can get, of which the smallest that is good enough is taken."""
_LOST: Final = 0.002
"""How much of the area under the ROC curve whole points may cost."""


def whole_points(worth: Sequence[Floats], highest: int) -> list[tuple[int, ...]]:
    """Return whole points of which a contact gets at most `highest`, in proportion to what the bins are worth.

    Parameters
    ----------
    worth : sequence of array
        What each bin of each feature is worth; the least bin of each feature 0.
    highest : int
        The most points.

    Examples
    --------
    >>> whole_points([np.array([0.0, 0.4, 1.1]), np.array([0.5, 0.0])], 10)
    [(0, 2, 7), (3, 0)]
    """
    most = sum(float(one.max()) for one in worth)
    scale = highest / most if most > 0 else 0.0
    while sum(int(np.rint(scale * one.max())) for one in worth) > highest:
        scale *= 0.99
    return [tuple(int(point) for point in np.rint(scale * one)) for one in worth]


def fewest_points(
    worth: Sequence[Floats], codes: Sequence[Codes], converted: Labels, highest: int | None
) -> tuple[list[tuple[int, ...]], int]:
    """Return whole points and the most that a contact can get: the fewest that rank the rows as exact weights do.

    Parameters
    ----------
    worth : sequence of array
        What each bin of each feature is worth; the least bin of each feature 0.
    codes : sequence of array
        The bin of each row.
    converted : array
        1 for each row that converted, else 0.
    highest : int, optional
        The most points, if somebody asked for them.
    """
    exact = total(worth, codes)
    for most in RANGES if highest is None else (highest,):
        points = whole_points(worth, most)
        if gained(exact, total([np.array(one, dtype=float) for one in points], codes), converted) >= -_LOST:
            break
    return points, most


def total(worth: Sequence[Floats], codes: Sequence[Codes]) -> Floats:
    """Return the sum of each row; a value that no bin holds is worth nothing."""
    found = np.zeros(len(codes[0]) if codes else 0)
    for one, places in zip(worth, codes, strict=True):
        found += np.append(one, 0.0)[places] if NONE in places else one[places]
    return found
