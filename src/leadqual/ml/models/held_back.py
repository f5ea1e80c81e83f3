"""Which rows calibrate a model: later ones that it has not seen, or each fold by the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

Places = npt.NDArray[np.intp]
_BEGINS: Final = (0.7, 0.8, 0.9)
"""Where the blocks that are forecast one after the other begin, as shares of the rows in the order of time."""
_FOLDS: Final = 5


@dataclass(frozen=True)
class HeldBack:
    """Pairs of rows to train on, and rows to calibrate with.

    Parameters
    ----------
    pairs : list of tuple of arrays
        Places of rows: of a first model, and those that it is calibrated with.
    later : bool
        Whether the rows of calibration are later than those that were trained on.
    said : str
        The same for people.
    """

    pairs: list[tuple[Places, Places]]
    later: bool
    said: str


def held_back(
    y: npt.NDArray[np.int_], times: npt.NDArray[np.datetime64] | None, horizon: np.timedelta64, groups: Any, enough: int
) -> HeldBack | None:
    """Return which rows calibrate a model; None where none can.

    With times they are about the last three tenths of the rows, in three blocks, of which each is forecast by a model
    that is trained on rows whose horizon was over when the block began: one block alone may be an odd one. Where that
    leaves too few conversions on either side, and without times, the rows are divided into folds.

    Parameters
    ----------
    y : array of int of shape (rows,)
        1 for a conversion.
    times : array of datetime64 of shape (rows,), optional
        The cutoffs.
    horizon : timedelta64
        How long after a cutoff the outcome may come.
    groups : array of shape (rows,), optional
        The contacts.
    enough : int
        How many conversions, and rows without, there must be to train on, and to calibrate with.
    """
    if times is not None and not np.isnat(times).any():
        pairs = [pair for pair in _chain(times, horizon) if _fewest(y[pair[0]]) >= enough]
        late = np.concatenate([test for _, test in pairs]) if pairs else np.empty(0, dtype=np.intp)
        if _fewest(y[late]) >= enough:
            blocks = f"{len(pairs)} {'block' if len(pairs) == 1 else 'blocks'}"
            first = str(times[late].min())[:10]
            said = f"calibrated on the {len(late):,} rows from {first} on, in {blocks} that earlier rows forecast"
            return HeldBack(pairs, True, said)
    return folded(y, groups)


def folded(y: npt.NDArray[np.int_], groups: Any) -> HeldBack | None:
    """Return folds of rows, each to be forecast by the others, all rows of a contact in one; None where none can."""
    pairs = [(train, test) for train, test in _folds(y, groups) if len(np.unique(y[train])) == 2]
    if len({*y[np.concatenate([test for _, test in pairs])]} if pairs else ()) < 2:
        return None  # all conversions are of one contact, or there is one only
    return HeldBack(pairs, False, f"calibrated by cross-fitting in {len(pairs)} folds")


def _chain(times: npt.NDArray[np.datetime64], horizon: np.timedelta64) -> Iterator[tuple[Places, Places]]:
    """Yield earlier rows and the block after them; rows of one instant are never divided."""
    ordered = np.sort(times)
    begins = np.unique([ordered[int(len(ordered) * share)] for share in _BEGINS])
    begins = begins[begins > ordered[0]]
    for place, begin in enumerate(begins):
        block = times >= begin
        if place + 1 < len(begins):
            block &= times < begins[place + 1]
        early = times + horizon <= begin if horizon > np.timedelta64(0) else times < begin
        yield np.flatnonzero(early), np.flatnonzero(block)


def _fewest(y: npt.NDArray[np.int_]) -> int:
    """Return how many conversions there are, or rows without, whichever are fewer."""
    return int(np.bincount(y, minlength=2).min())


def _folds(y: npt.NDArray[np.int_], groups: Any) -> Iterator[tuple[Places, Places]]:
    several = len(y) if groups is None else len(np.unique(groups))
    folds = min(_FOLDS, int(np.bincount(y).min()), several)
    if folds < 2:
        return
    if groups is None:
        yield from StratifiedKFold(folds, shuffle=True, random_state=0).split(y, y)
    else:
        yield from StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(y, y, groups)
