"""The paths of trees as arrays: of each leaf, the features on its path and what each has to meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadqual.ml.contributions.shapley import SMALLEST_RATIO

MISSING = 256  # where a table of categories says what is done with what is missing


@dataclass(frozen=True, eq=False)
class Tree:
    """One fitted tree, an entry a node; the first node is the root.

    Parameters
    ----------
    left, right : array of int
        The children of a node, -1 for a leaf. A value goes left if it is at most the threshold.
    feature : array of int
        The column that a node asks for; anything for a leaf.
    threshold : array of float
        What it is compared with.
    missing_left : array of bool
        Whether a missing value goes left.
    value : array of float
        What a leaf adds to the prediction.
    cover : array of float
        How many training rows went through.
    categories : mapping of int to array of bool of shape (257,)
        Of nodes that ask for a category: the codes that go left, and whether a missing one does.
    """

    left: NDArray[Any]
    right: NDArray[Any]
    feature: NDArray[Any]
    threshold: NDArray[Any]
    missing_left: NDArray[Any]
    value: NDArray[Any]
    cover: NDArray[Any]
    categories: dict[int, NDArray[np.bool_]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Paths:
    """What the leaves of all trees ask for: an entry for each feature on the path of a leaf, in the order of leaves.

    Parameters
    ----------
    value : array of shape (leaves,)
        What the leaf adds.
    start : array of int of shape (leaves,)
        Where the entries of the leaf begin.
    size : array of int of shape (leaves,)
        How many features are on its path; may be zero.
    feature : array of int
        The column of an entry.
    above, most : array of float
        The value has to be greater than `above`, where NaN is no bound, and at most `most`.
    missing : array of bool
        Whether a missing value meets the conditions.
    ratio : array of float
        The share of the training rows that met them, along the path.
    category : array of int
        The row of `allowed` for an entry that asks for categories, else -1.
    allowed : array of bool of shape (entries of categories, 257)
        The codes that meet the conditions.
    """

    value: NDArray[Any]
    start: NDArray[Any]
    size: NDArray[Any]
    feature: NDArray[Any]
    above: NDArray[Any]
    most: NDArray[Any]
    missing: NDArray[Any]
    ratio: NDArray[Any]
    category: NDArray[Any]
    allowed: NDArray[Any]


def paths_of(trees: Sequence[Tree]) -> Paths:
    """Return the paths of all leaves of some trees.

    Examples
    --------
    >>> stump = Tree(*(np.array(part) for part in (
    ...     [1, -1, -1], [2, -1, -1], [0, 0, 0], [5.0, 0, 0], [True, True, True], [0.0, -1.0, 3.0], [10, 4, 6])))
    >>> paths = paths_of([stump])
    >>> paths.value, paths.above, paths.most, paths.ratio
    (array([-1.,  3.]), array([nan,  5.]), array([ 5., inf]), array([0.4, 0.6]))
    """
    forest, tables = _joined(trees)
    leaves = np.flatnonzero(forest.left < 0)
    leaf, node, child = _steps(forest, leaves)
    columns = int(forest.feature.max(initial=0)) + 1
    order = np.argsort(leaf * columns + forest.feature[node], kind="stable")
    leaf, node, child = leaf[order], node[order], child[order]
    return _merged(forest, tables, leaves, leaf, node, child)


def _joined(trees: Sequence[Tree]) -> tuple[Tree, dict[int, NDArray[np.bool_]]]:
    offsets = np.cumsum([0, *(len(tree.left) for tree in trees)])[:-1].tolist()
    tables = {node + offset: left for tree, offset in zip(trees, offsets, strict=True)
              for node, left in tree.categories.items()}  # fmt: skip

    def moved(name: str) -> NDArray[Any]:
        parts = [getattr(tree, name).astype(np.int64) for tree in trees]
        return np.concatenate([np.where(part < 0, -1, part + o) for part, o in zip(parts, offsets, strict=True)])

    def whole(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(tree, name) for tree in trees])

    rest = (whole("feature"), whole("threshold"), whole("missing_left"), whole("value"), whole("cover"))
    return Tree(moved("left"), moved("right"), *rest), tables


def _steps(forest: Tree, leaves: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return every step of every path, from the leaves up: which leaf, the node that asks, and where it led."""
    inner = np.flatnonzero(forest.left >= 0)
    parent = np.full(len(forest.left), -1)
    parent[forest.left[inner]] = inner
    parent[forest.right[inner]] = inner
    found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
    leaf, child = np.arange(len(leaves)), leaves
    while len(leaf):
        node = parent[child]
        below = node >= 0
        leaf, node, child = leaf[below], node[below], child[below]
        found.append((leaf, node, child))
        child = node
    leafs, nodes, children = (np.concatenate(part) for part in zip(*found, strict=True))
    return leafs, nodes, children


def _merged(
    forest: Tree,
    tables: dict[int, NDArray[np.bool_]],
    leaves: NDArray[Any],
    leaf: NDArray[Any],
    node: NDArray[Any],
    child: NDArray[Any],
) -> Paths:
    """Put the steps of a path that ask for the same feature together; they stand side by side."""
    feature, left = forest.feature[node].astype(np.int64), forest.left[node] == child
    new = np.ones(len(leaf), dtype=bool)
    new[1:] = (leaf[1:] != leaf[:-1]) | (feature[1:] != feature[:-1])
    first = np.flatnonzero(new)
    size = np.bincount(leaf[first], minlength=len(leaves))
    above = _each(np.maximum, np.where(left, -np.inf, forest.threshold[node]), first)
    category, allowed = _allowed(tables, node, left, np.cumsum(new) - 1)
    return Paths(
        value=forest.value[leaves].astype(np.float64),
        start=np.cumsum(size) - size,
        size=size,
        feature=feature[first],
        above=np.where(np.isneginf(above), np.nan, above),
        most=_each(np.minimum, np.where(left, forest.threshold[node], np.inf), first),
        missing=_each(np.logical_and, forest.missing_left[node].astype(bool) == left, first),
        ratio=np.maximum(_each(np.multiply, _ratio(forest.cover, node, child), first), SMALLEST_RATIO),
        category=category,
        allowed=allowed,
    )


def _each(how: np.ufunc, values: NDArray[Any], first: NDArray[Any]) -> NDArray[Any]:
    return how.reduceat(values, first) if len(first) else values


def _ratio(cover: NDArray[Any], node: NDArray[Any], child: NDArray[Any]) -> NDArray[np.float64]:
    through = cover[node].astype(np.float64)
    # Where no weight came through, nothing is known of the two sides.
    ratio = np.full(len(node), 0.5)
    np.divide(cover[child], through, out=ratio, where=through > 0)
    return ratio


def _allowed(
    tables: dict[int, NDArray[np.bool_]], node: NDArray[Any], left: NDArray[Any], entry: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    entries = int(entry[-1]) + 1 if len(entry) else 0
    category = np.full(entries, -1)
    asking = np.flatnonzero(np.isin(node, list(tables)))
    if not len(asking):
        return category, np.ones((0, MISSING + 1), dtype=bool)
    led = np.stack([tables[int(node[step])] == left[step] for step in asking])
    first = np.flatnonzero(np.diff(entry[asking], prepend=-1))
    category[entry[asking][first]] = np.arange(len(first))
    return category, np.logical_and.reduceat(led, first, axis=0)
