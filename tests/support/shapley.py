"""Shapley values by their definition: over all subsets of the features, and over trees walked node by node."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from math import factorial, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

Game = Callable[[frozenset[int]], float]


def by_definition(game: Game, players: int) -> NDArray[np.float64]:
    """Return the Shapley values of a game."""
    worth = {subset: game(subset) for subset in _subsets(range(players))}
    shares = np.zeros(players)
    for player in range(players):
        for subset, value in worth.items():
            if player not in subset:
                size = len(subset)
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                shares[player] += weight * (worth[subset | {player}] - value)
    return shares


def _subsets(players: Iterable[int]) -> Iterable[frozenset[int]]:
    everyone = list(players)
    for size in range(len(everyone) + 1):
        yield from (frozenset(some) for some in combinations(everyone, size))


def expected(
    left: Any, right: Any, feature: Any, cover: Any, value: Any, goes_left: Callable[[int, float], bool], row: Any
) -> Game:
    """Return what a tree is expected to say where some features of a row are known (TreeSHAP, algorithm 1)."""

    def game(known: frozenset[int]) -> float:
        def at(node: int) -> float:
            if left[node] < 0:
                return float(value[node])
            if int(feature[node]) in known:
                return at(left[node] if goes_left(node, row[feature[node]]) else right[node])
            parts = [at(child) * float(cover[child]) for child in (left[node], right[node])]
            return sum(parts) / float(cover[node])

        return at(0)

    return game


def of_sklearn_tree(tree: Any, value: Any, row: Any) -> Game:
    """Return the game of one tree of scikit-learn."""
    single = np.asarray(row, dtype=np.float32)

    def goes_left(node: int, found: float) -> bool:
        return bool(tree.missing_go_to_left[node]) if isnan(found) else bool(found <= tree.threshold[node])

    return expected(
        tree.children_left, tree.children_right, tree.feature, tree.weighted_n_node_samples, value, goes_left, single
    )


def of_histogram_tree(predictor: Any, known: dict[int, set[int]], row: Any) -> Game:
    """Return the game of one tree of histogram gradient boosting; `known` are the codes of each categorical column."""
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, -1, nodes[side].astype(int)) for side in ("left", "right"))

    def goes_left(node: int, found: float) -> bool:
        missing = bool(nodes["missing_go_to_left"][node])
        if isnan(found):
            return missing
        if not nodes["is_categorical"][node]:
            return bool(found <= nodes["num_threshold"][node])
        code = int(found)
        if code not in known[int(nodes["feature_idx"][node])]:
            return missing
        word = int(predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]][code // 32])
        return bool(word >> (code % 32) & 1)

    return expected(left, right, nodes["feature_idx"], nodes["count"].astype(float), nodes["value"], goes_left, row)
