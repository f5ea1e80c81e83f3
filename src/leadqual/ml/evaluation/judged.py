"""The numbers that one scorer gave to all rows, and every figure that a weighting of the rows has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadqual.ml.evaluation.measures import Array, room_of
from leadqual.ml.evaluation.orders import Order, Sums
from leadqual.ml.evaluation.periods import Periods

SHARES: Final = (0.0, 0.01, 0.02, *(place / 20 for place in range(1, 21)))
"""Where the curves of gain and lift are told."""
_TINY: Final = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Judged:
    """What a scorer said of every row.

    Parameters
    ----------
    name : str
        What it is called in the report.
    score : array of float of shape (n,)
        Its numbers; NaN where it abstains.
    expression : str
        The score as a text of the conditions language.
    probable : bool
        Whether the numbers are probabilities.
    why : str
        If not, why not.
    """

    name: str
    score: Array
    expression: str
    probable: bool
    why: str = ""

    @property
    def told(self) -> Array:
        """The rows that it does not abstain on."""
        return ~np.isnan(self.score)

    @property
    def ranks(self) -> Array:
        """The numbers by which rows are put in order: an abstention comes last."""
        return np.where(self.told, self.score, -np.inf)


class Grouped:
    """The figures of a scorer within groups of rows, under any weighting.

    Parameters
    ----------
    judged : Judged
        What the scorer said.
    converted : array of float of shape (n,)
        1 for a row that converted, else 0.
    place : array of int of shape (n,)
        The group of each row, from 0 on.
    """

    def __init__(self, judged: Judged, converted: Array, place: Array) -> None:
        self.order, self.place = Order(converted, judged.ranks, place), place
        self.errors: dict[str, Array] = {}
        if judged.probable:
            p = np.where(judged.told, judged.score, 0.0)
            missed = np.where(converted == 1, p, 1 - p).clip(_TINY, 1 - _TINY)
            self.errors = {"brier": (p - converted) ** 2, "log_loss": -np.log(missed), "gap": p - converted}
        self.told = judged.told.astype(float)

    def __call__(self, weight: Array) -> dict[str, Array]:
        """Return the figures of every group (``auc_at``, ``brier_at``, ``gap_at``) and of all (``within_auc``)."""
        return self.of(self.order.sums(weight), weight)

    def of(self, sums: Sums, weight: Array) -> dict[str, Array]:
        """Return the same from sums that are there already."""
        right, pairs = sums.areas()
        found = {"auc_at": ratio(right, pairs), "within_auc": ratio(right.sum(keepdims=True), pairs.sum(keepdims=True))}
        mine, number = weight * self.told, len(right)
        told = np.bincount(self.place, mine, number) if self.errors else np.zeros(number)
        for name, error in self.errors.items():
            missed = np.bincount(self.place, mine * error, number)
            found[f"{name}_at"] = ratio(missed, told)
            found[name] = ratio(missed.sum(keepdims=True), told.sum(keepdims=True))
        return found


class Figures:
    """All figures of a scorer, under any weighting of the rows.

    Parameters
    ----------
    judged, converted
        As for `Grouped`.
    periods : Periods
        When each row was judged.
    capacities : sequence of int or float
        How many rows of each period can be worked, or which share of them.
    """

    def __init__(self, judged: Judged, converted: Array, periods: Periods, capacities: Sequence[float]) -> None:
        self.grouped, self.capacities = Grouped(judged, converted, periods.place), capacities
        several, whole = len(periods) > 1, np.zeros(len(converted), dtype=int)
        self.whole = Order(converted, judged.ranks, whole) if several else self.grouped.order

    def __call__(self, weight: Array) -> dict[str, Array]:
        """Return all figures under a weight for each row."""
        within = self.grouped.order.sums(weight)
        whole = within if self.whole is self.grouped.order else self.whole.sums(weight)
        right, pairs = whole.areas()
        return {
            "roc_auc": ratio(right, pairs),
            "pr_auc": np.array([whole.average_precision()]),
            **self.grouped.of(within, weight),
            **self._at_capacity(within),
        }

    def _at_capacity(self, within: Sums) -> dict[str, Array]:
        rows, hits = within.all_rows, within.all_hits
        rooms = np.array([[room_of(capacity, total) for capacity in self.capacities] for total in rows])
        room = np.hstack([rooms, np.outer(rows, SHARES)])
        caught, by_lot = within.caught(room), room * np.nan_to_num(ratio(hits, rows))[:, None]
        number, found, chance = len(self.capacities), caught.sum(axis=0), by_lot.sum(axis=0)
        taken, total = room.sum(axis=0), np.full_like(found, hits.sum())
        return {
            "contacts": taken[:number],
            "hits": found[:number],
            "precision": ratio(found, taken)[:number],
            "gain": ratio(found, total)[:number],
            "lift": ratio(found, chance)[:number],
            "lift_at": ratio(caught, by_lot)[:, :number],
            "gain_curve": ratio(found, total)[number:],
            "lift_curve": ratio(found, chance)[number:],
        }


def ratio(part: Array, whole: Array) -> Array:
    """Return shares, NaN of nothing.

    Examples
    --------
    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    found: Array = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return found
