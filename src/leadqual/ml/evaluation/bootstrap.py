"""What chance might have made of the figures: whole contacts drawn again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from leadqual.ml.evaluation.measures import Array

_ENOUGH: Final = 0.9
"""A figure that more than a tenth of the samples cannot tell has no interval."""


def drawn(groups: Array, resamples: int, random_state: int) -> Iterator[Array]:
    """Yield for each sample how often each row counts: as many contacts are drawn as there are, with replacement.

    The rows of one contact at several cutoffs are not independent of one another, so they are drawn together.

    Parameters
    ----------
    groups : array of shape (n,)
        Whose row each is.
    resamples : int
        How many samples.
    random_state : int
        The seed; the same seed draws the same contacts.

    Examples
    --------
    >>> [weight.tolist() for weight in drawn(np.array(["a", "a", "b"]), 3, random_state=0)]
    [[0.0, 0.0, 2.0], [1.0, 1.0, 1.0], [2.0, 2.0, 0.0]]
    """
    people, place = np.unique(groups, return_inverse=True)
    chance = np.random.default_rng(random_state)
    for _ in range(resamples):
        times = np.bincount(chance.integers(0, len(people), len(people)), minlength=len(people))
        yield times.astype(float)[place]


def sampled(figures: Callable[[Array], Mapping[str, Array]], weights: Iterator[Array]) -> dict[str, Array]:
    """Return the figures of every sample, each by its name and one sample below the other."""
    found = [figures(weight) for weight in weights]
    return {name: np.array([one[name] for one in found]) for name in (found[0] if found else ())}


def interval(samples: Array, confidence: float) -> tuple[Array, Array]:
    """Return the bounds between which the middle so many samples lie, for each column; NaN where too few tell it.

    Examples
    --------
    >>> low, high = interval(np.arange(101.0)[:, None], 0.5)
    >>> low.tolist(), high.tolist()
    ([25.0], [75.0])
    """
    table = samples.reshape(len(samples), -1)
    told = ~np.isnan(table)
    enough = told.mean(axis=0) >= _ENOUGH if len(table) else np.zeros(table.shape[1], dtype=bool)
    bounds = np.full((2, table.shape[1]), np.nan)
    if enough.any():
        tail = (1 - confidence) / 2
        bounds[:, enough] = np.nanquantile(table[:, enough], [tail, 1 - tail], axis=0)
    return bounds[0], bounds[1]


def spread(samples: Array) -> float:
    """Return the standard error of a figure: how far it varies from sample to sample; NaN where too few tell it.

    Examples
    --------
    >>> spread(np.array([1.0, 3.0]))
    1.4142135623730951
    """
    told = samples[~np.isnan(samples)]
    return float(told.std(ddof=1)) if len(told) > 1 and len(told) >= _ENOUGH * len(samples) else float("nan")
