"""Dividing rows by time: those that are kept back to judge with, and earlier and later ones to choose features by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from leadqual.errors import InputError
from leadqual.ml.training.data import TrainingSet

Places = npt.NDArray[np.intp]

KEPT_BACK: Final = 0.25
ENOUGH: Final = 10
"""Fewer conversions, or fewer rows without, judge nothing."""
_TRIALS: Final = 3


@dataclass(frozen=True, slots=True)
class Parted:
    """Rows to learn from, and rows to judge with.

    Parameters
    ----------
    learned, judged : TrainingSet
        The two.
    said : str
        How they were divided, for people.
    """

    learned: TrainingSet
    judged: TrainingSet
    said: str


def parted(data: TrainingSet, holdout: TrainingSet | None, random_state: int) -> Parted:
    """Return the rows to learn from and those to judge with: the latest quarter, where none are given.

    A row is learned from only if its horizon was over when the rows that judge begin. Where times are not known, or
    the cutoffs lie too close together for that, a quarter of the contacts is kept back by lot.
    """
    if holdout is not None:
        return Parted(data, holdout, _said_of(data, holdout))
    for start in _starts(data):
        try:
            early, late = data.before(start), data.since(start)
        except InputError:  # no row of before then whose horizon was over
            continue
        if _enough(early.y) and _enough(late.y):
            return Parted(early, late, f"Judged on the {len(late):,} rows from {start:%Y-%m-%d} on, kept back.")
    early, late = _by_lot(data, random_state)
    why = "no times are known" if not data.cutoffs else "the cutoffs lie too close together to divide by time"
    said = (
        f"Judged on the {len(late):,} rows of contacts drawn by lot, since {why}: this flatters, as the future differs."
    )
    return Parted(early, late, said)


def trials(data: TrainingSet, random_state: int) -> list[tuple[Places, Places]]:
    """Return pairs of earlier and later rows; where there is no such pair, pairs of contacts drawn by lot."""
    try:
        pairs = list(data.split(_TRIALS))
    except InputError:  # no cutoff leaves earlier rows
        pairs = []
    usable = [pair for pair in pairs if all(_enough(data.y[part]) for part in pair)]
    return usable or list(_folds(data, _TRIALS, random_state))


def _starts(data: TrainingSet) -> Iterator[datetime]:
    """Yield the cutoffs at which the rows that judge may begin: a quarter of the rows, then fewer, then more."""
    times = data.rows["cutoff"].drop_nulls().sort()
    for share in (KEPT_BACK, KEPT_BACK / 2, 2 * KEPT_BACK):
        if len(times) == len(data):
            yield times[int((1 - share) * len(times))]


def _enough(converted: npt.NDArray[np.int8]) -> bool:
    return min(int(converted.sum()), int(len(converted) - converted.sum())) >= ENOUGH


def _by_lot(data: TrainingSet, random_state: int) -> tuple[TrainingSet, TrainingSet]:
    train, test = next(_folds(data, round(1 / KEPT_BACK), random_state))
    return replace(data, rows=data.rows[train]), replace(data, rows=data.rows[test])


def _folds(data: TrainingSet, count: int, random_state: int) -> Iterator[tuple[Places, Places]]:
    """Yield pairs of rows, all rows of a contact in one; each part has about as many contacts that converted."""
    people, place = np.unique(data.groups.astype(str), return_inverse=True)
    converted = np.bincount(place, weights=data.y) > 0
    order = np.random.default_rng(random_state).permutation(len(people))
    order = order[np.argsort(converted[order], kind="stable")]
    fold = np.empty(len(people), dtype=np.int64)
    fold[order] = np.arange(len(people)) % count
    for one in range(count):
        yield np.flatnonzero(fold[place] != one), np.flatnonzero(fold[place] == one)


def _said_of(data: TrainingSet, holdout: TrainingSet) -> str:
    if data.cutoffs and holdout.cutoffs and holdout.cutoffs[0] > data.cutoffs[-1]:
        return f"Judged on the {len(holdout):,} rows given, which are later than those learned from."
    return f"Judged on the {len(holdout):,} rows given; nothing tells that they are later than those learned from."
