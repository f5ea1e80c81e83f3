"""Which rows calibrate a model: each fold by the others, and the level by the latest of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

Places = npt.NDArray[np.intp]
_SHARE: Final = 0.3
_FOLDS: Final = 5


@dataclass(frozen=True)
class HeldBack:
    """Rows that calibrate a model.

    Parameters
    ----------
    pairs : list of tuple of arrays
        Places of rows: of a model, and those that it is calibrated with.
    late : array of bool of shape (rows,), optional
        Which rows give the level; None where all do.
    said : str
        The same for people.
    """

    pairs: list[tuple[Places, Places]]
    late: npt.NDArray[np.bool_] | None
    said: str


def held_back(
    y: npt.NDArray[np.int_], times: npt.NDArray[np.datetime64] | None, groups: Any, enough: int
) -> HeldBack | None:
    """Return which rows calibrate a model; None where none can.

    The rows are divided into folds, all rows of a contact in one, and each is forecast by the others. With times the
    level is that of about the latest three tenths of the rows: how many convert moves with the market, and the latest
    rows are the nearest to those that come.

    Parameters
    ----------
    y : array of int of shape (rows,)
        1 for a conversion.
    times : array of datetime64 of shape (rows,), optional
        The cutoffs.
    groups : array of shape (rows,), optional
        The contacts.
    enough : int
        How many conversions, and rows without, there must be among the latest rows to give the level.
    """
    pairs = [(train, test) for train, test in _folds(y, groups) if len(np.unique(y[train])) == 2]
    if len({*y[np.concatenate([test for _, test in pairs])]} if pairs else ()) < 2:
        return None  # all conversions are of one contact, or there is one only
    said = f"calibrated by cross-fitting in {len(pairs)} folds"
    begin = None if times is None or np.isnat(times).any() else _begin(times)
    if times is None or begin is None or np.bincount(y[times >= begin], minlength=2).min() < enough:
        return HeldBack(pairs, None, said)
    late = times >= begin
    return HeldBack(pairs, late, f"{said}, at the level of the {late.sum():,} rows from {str(begin)[:10]} on")


def _begin(times: npt.NDArray[np.datetime64]) -> np.datetime64 | None:
    """Return when the latest rows begin; None if all rows are of one instant, since no instant is divided."""
    ordered = np.sort(times)
    begin = ordered[int(len(ordered) * (1 - _SHARE))]
    if begin > ordered[0]:
        return begin  # type: ignore[no-any-return]
    later = ordered[ordered > ordered[0]]
    return later[0] if len(later) else None


def _folds(y: npt.NDArray[np.int_], groups: Any) -> Iterator[tuple[Places, Places]]:
    several = len(y) if groups is None else len(np.unique(groups))
    folds = min(_FOLDS, int(np.bincount(y).min()), several)
    if folds < 2:
        return
    # groups of one row each divide nothing, and scikit-learn takes many times as long to find that out
    if groups is None or several == len(y):
        yield from StratifiedKFold(folds, shuffle=True, random_state=0).split(y, y)
    else:
        yield from StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(y, y, groups)
