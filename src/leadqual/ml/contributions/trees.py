"""What each column adds to the sum of many trees, exactly: TreeSHAP, over all leaves and many rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadqual.ml.contributions.paths import MISSING, Paths, Tree, paths_of
from leadqual.ml.contributions.shapley import product_shares

# How many numbers one step works on: they stay near the processor, and memory stays bounded.
AT_ONCE = 1 << 17
ENTRIES = 1 << 12
Room = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Block:
    """Leaves whose paths have the same number of features; arrays of shape (features, leaves).

    Parameters
    ----------
    value : array of shape (leaves,)
        What the leaf adds.
    feature, above, most, missing, ratio : array
        As in `leadqual.ml.contributions.paths.Paths`.
    category : array of int of shape (entries of categories,)
        Where the entries that ask for categories are, counted through.
    allowed : array of bool of shape (entries of categories, 257)
        The codes that meet them.
    sums : sparse array of shape (columns, entries)
        Which entries belong to a column.
    """

    value: NDArray[Any]
    feature: NDArray[Any]
    above: NDArray[Any]
    most: NDArray[Any]
    missing: NDArray[Any]
    ratio: NDArray[Any]
    category: NDArray[Any]
    allowed: NDArray[Any]
    sums: Any

    def met(self, columns: NDArray[np.float64], missing: NDArray[np.bool_] | None, values: Room) -> NDArray[np.bool_]:
        """Return whether rows meet the conditions, of shape (features, leaves, rows)."""
        np.take(columns, self.feature, axis=0, out=values, mode="clip")
        met: NDArray[np.bool_] = np.less_equal(values, self.above[:, :, None])
        np.logical_not(met, out=met)
        met &= values <= self.most[:, :, None]
        if missing is not None:
            met |= missing[self.feature] & self.missing[:, :, None]
        if len(self.category):
            flat = (-1, columns.shape[1])
            codes = values.reshape(flat)[self.category]
            known = (codes >= 0) & (codes < MISSING)
            found = np.where(known, codes, MISSING).astype(np.intp)
            met.reshape(flat)[self.category] = np.take_along_axis(self.allowed, found, axis=1)
        return met

    def values(
        self, columns: NDArray[np.float64], missing: NDArray[np.bool_] | None, room: Sequence[Room]
    ) -> NDArray[np.float64]:
        """Return what each column adds, of shape (columns, rows)."""
        shape = (*self.feature.shape, columns.shape[1])
        here = [part[: self.feature.size * columns.shape[1]].reshape(shape) for part in room]
        shares = product_shares(self.met(columns, missing, here[0]), self.ratio, self.value, here)
        return np.asarray(self.sums @ shares.reshape(self.feature.size, -1))


@dataclass(frozen=True, eq=False)
class Forest:
    """The sum of some trees and what each column adds to it.

    Parameters
    ----------
    base : float
        The sum where nothing is known of a row: the mean over the training rows, by the covers of the nodes.
    blocks : sequence of Block
        The leaves.

    Examples
    --------
    >>> stump = Tree(*(np.array(part) for part in (
    ...     [1, -1, -1], [2, -1, -1], [0, 0, 0], [5.0, 0, 0], [True, True, True], [0.0, -1.0, 3.0], [10, 4, 6])))
    >>> forest = forest_of([stump], columns=2)
    >>> round(forest.base, 9), forest.values(np.array([[7.0, 1.0], [np.nan, 1.0]])).round(9)
    (1.4, array([[ 1.6,  0. ],
           [-2.4,  0. ]]))
    """

    base: float
    blocks: Sequence[Block]

    def values(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what each column adds to the sum over the base, a row for each row."""
        columns = np.ascontiguousarray(rows.T)
        nothing = np.isnan(columns)
        missing = nothing if nothing.any() else None
        total = np.zeros(columns.shape)
        largest = max((block.feature.size for block in self.blocks), default=0)
        room = [np.empty(max(largest, min(AT_ONCE, largest * len(rows)))) for _ in range(3)]
        for block in self.blocks:
            step = max(1, AT_ONCE // block.feature.size)
            for first in range(0, len(rows), step):
                part = slice(first, first + step)
                here = np.ascontiguousarray(columns[:, part])
                total[:, part] += block.values(here, None if missing is None else missing[:, part], room)
        return np.ascontiguousarray(total.T)


def forest_of(trees: Sequence[Tree], columns: int) -> Forest:
    """Return the sum of some trees over so many columns, ready for contributions."""
    paths = paths_of(trees)
    whole = np.ones(len(paths.value))
    some = paths.size > 0
    if some.any():
        whole[some] = np.multiply.reduceat(paths.ratio, paths.start[some])
    return Forest(float(paths.value @ whole), list(_blocks(paths, columns)))


def _blocks(paths: Paths, columns: int) -> Iterator[Block]:
    for size in np.unique(paths.size[paths.size > 0]).tolist():
        leaves = np.flatnonzero(paths.size == size)
        step = max(1, ENTRIES // size)
        for first in range(0, len(leaves), step):
            yield _block(paths, leaves[first : first + step], size, columns)


def _block(paths: Paths, leaves: NDArray[Any], size: int, columns: int) -> Block:
    entries = paths.start[leaves] + np.arange(size)[:, None]
    category = paths.category[entries].ravel()
    asking = np.flatnonzero(category >= 0)
    feature = paths.feature[entries]
    place = (feature.ravel(), np.arange(feature.size))
    return Block(
        value=paths.value[leaves],
        feature=feature,
        above=paths.above[entries],
        most=paths.most[entries],
        missing=paths.missing[entries],
        ratio=paths.ratio[entries],
        category=asking,
        allowed=paths.allowed[category[asking]],
        sums=csr_array((np.ones(feature.size), place), shape=(columns, feature.size)),
    )
