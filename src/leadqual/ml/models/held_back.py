"""Which rows calibrate a model: later ones that it has not seen, or each fold by the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

Places = npt.NDArray[np.intp]
_SHARE: Final = 0.2
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

    With times they are about the last fifth of the rows, and the model that they calibrate is trained on rows whose
    horizon was over when they began. Where that leaves too few conversions on either side, and without times, the rows
    are divided into folds, all rows of a contact in one.

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
        How many conversions, and rows without, there must be on either side.
    """
    if times is not None and not np.isnat(times).any():
        for start in _starts(times):
            late = times >= start
            early = times + horizon <= start if horizon > np.timedelta64(0) else ~late
            if min(*np.bincount(y[early], minlength=2), *np.bincount(y[late], minlength=2)) >= enough:
                said = f"calibrated on the {late.sum():,} rows from {str(start)[:10]} on"
                return HeldBack([(np.flatnonzero(early), np.flatnonzero(late))], True, said)
    pairs = [(train, test) for train, test in _folds(y, groups) if len(np.unique(y[train])) == 2]
    if len({*y[np.concatenate([test for _, test in pairs])]} if pairs else ()) < 2:
        return None  # all conversions are of one contact, or there is one only
    return HeldBack(pairs, False, f"calibrated by cross-fitting in {len(pairs)} folds")


def _starts(times: npt.NDArray[np.datetime64]) -> Iterator[np.datetime64]:
    """Yield the instants at which the rows of calibration may begin, best first: about the last fifth."""
    ordered = np.sort(times)
    wanted = ordered[int(len(ordered) * (1 - _SHARE))]
    distinct = np.unique(times)[1:]
    yield from sorted(distinct, key=lambda one: (abs(one - wanted), one))[:3]


def _folds(y: npt.NDArray[np.int_], groups: Any) -> Iterator[tuple[Places, Places]]:
    several = len(y) if groups is None else len(np.unique(groups))
    folds = min(_FOLDS, int(np.bincount(y).min()), several)
    if folds < 2:
        return
    if groups is None:
        yield from StratifiedKFold(folds, shuffle=True, random_state=0).split(y, y)
    else:
        yield from StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(y, y, groups)
