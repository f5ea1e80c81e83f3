"""What each feature adds to the margin of any model, split by sampling: the sum is exact, the split approximate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadqual.ml.contributions.explainer import Margin, Unit
from leadqual.ml.contributions.rows import mixed, size_of

# How many rows are put together at a time.
AT_ONCE = 1 << 15


@dataclass(frozen=True, eq=False)
class SampledExplainer:
    """Shapley values over a sample of rows, by walks from a row of the sample to the row in question.

    A walk changes one feature after the other, in a random order, from what the row of the sample has to what the row
    in question has; what the margin moves by is what the feature adds. Every row of the sample is walked from twice, in
    an order and its reverse (Mitchell, Cooper, Frank and Holmes 2022, "Sampling permutations for Shapley value
    estimation"). Each walk ends at the margin of the row, so that the sum is exact by construction; only how it is
    split between the features depends on the orders. All rows are walked to in the same orders.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    unit : str
        The unit of its margin.
    background : array or table
        The sample of rows.
    random_state : int
        The seed of the orders.
    """

    estimator: Any
    unit: Unit
    background: Any
    random_state: int = 0
    exact: bool = False

    @property
    def method(self) -> str:
        """How it is found."""
        rows, _ = size_of(self.background)
        return (
            f"approximate: Shapley values by sampled orders of the features, from {rows} training rows; "
            "the sum is exact, the split between the features is an estimate"
        )

    @cached_property
    def _starts(self) -> NDArray[np.float64]:
        return self.margin(self.background)

    @cached_property
    def base(self) -> float:
        """The mean margin of the sample."""
        return float(self._starts.mean())

    @cached_property
    def _rank(self) -> NDArray[np.intp]:
        """When a feature is changed, a row a walk: every row of the sample in an order, and in its reverse."""
        rows, features = size_of(self.background)
        chance = np.random.default_rng(self.random_state)
        rank = np.argsort(chance.random((rows, features)), axis=1)
        return np.concatenate([rank, features - 1 - rank])

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each feature adds."""
        count, features = size_of(rows)
        ends = self.margin(rows)
        step = max(1, AT_ONCE // (len(self._rank) * max(1, features - 1)))
        found = [self._walked(rows, ends, np.arange(i, min(i + step, count))) for i in range(0, count, step)]
        return np.concatenate(found)

    def _walked(self, table: Any, ends: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the mean over the walks of what the margin moved by when a feature was changed."""
        walks, features = self._rank.shape
        start = np.tile(np.arange(walks // 2), 2)
        shape = (len(rows), walks, features - 1, features)
        changed = self._rank[:, None, :] < np.arange(1, features)[:, None]
        take = np.where(changed, rows[:, None, None, None], size_of(table)[0] + start[:, None, None])
        between = np.empty((len(rows), walks, features + 1))
        between[:, :, 0] = self._starts[start]
        between[:, :, -1] = ends[rows][:, None]
        if features > 1:
            take = np.broadcast_to(take, shape).reshape(-1, features)
            between[:, :, 1:-1] = self.margin(mixed(table, self.background, take)).reshape(shape[:3])
        moved = np.diff(between, axis=2)
        added = np.take_along_axis(moved, np.broadcast_to(self._rank, moved.shape), axis=2)
        return np.asarray(added.mean(axis=1))

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of the rows."""
        return Margin(self.estimator)(rows)
