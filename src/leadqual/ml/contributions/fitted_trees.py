"""The trees of scikit-learn's fitted estimators, as plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import get_tags
from sklearn.utils.validation import validate_data

from leadqual.ml.contributions.paths import MISSING, Tree

FORESTS = (RandomForestClassifier, ExtraTreesClassifier)
TREES = (DecisionTreeClassifier, GradientBoostingClassifier, HistGradientBoostingClassifier, *FORESTS)


def trees_of(estimator: Any) -> list[Tree]:
    """Return the trees whose sum, with a constant, is the margin of a fitted estimator."""
    if isinstance(estimator, HistGradientBoostingClassifier):
        return [_histogram_tree(predictor) for (predictor,) in estimator._predictors]
    if isinstance(estimator, GradientBoostingClassifier):
        rate = estimator.learning_rate
        return [_tree(stage.tree_, rate * stage.tree_.value[:, 0, 0]) for stage in estimator.estimators_[:, 0]]
    members = estimator.estimators_ if isinstance(estimator, FORESTS) else [estimator]
    return [_tree(member.tree_, member.tree_.value[:, 0, 1] / len(members)) for member in members]


def columns_of(estimator: Any, rows: Any) -> NDArray[np.float64]:
    """Return rows as the trees of an estimator compare them: codes of categories, numbers of its own precision."""
    if isinstance(estimator, HistGradientBoostingClassifier):
        return np.asarray(estimator._preprocess_X(rows, reset=False), dtype=np.float64)
    finite = "allow-nan" if get_tags(estimator).input_tags.allow_nan else True
    single = validate_data(
        estimator, rows, reset=False, dtype=np.float32, accept_sparse="csr", ensure_all_finite=finite
    )
    return np.asarray(single.toarray() if issparse(single) else single, dtype=np.float64)


def order_of(estimator: Any) -> NDArray[np.intp] | None:
    """Return which feature each column of `columns_of` is, or None where they are in order."""
    categorical = getattr(estimator, "is_categorical_", None)
    if categorical is None:
        return None
    return np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])


def _tree(tree: Any, value: NDArray[Any]) -> Tree:
    return Tree(
        left=tree.children_left,
        right=tree.children_right,
        feature=tree.feature,
        threshold=tree.threshold,
        missing_left=tree.missing_go_to_left.astype(bool),
        value=value,
        cover=tree.weighted_n_node_samples,
    )


def _histogram_tree(predictor: Any) -> Tree:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    # `columns_of` makes codes of the categories of the training; any other is missing.
    left_codes, missing_left = _unpacked(predictor.raw_left_cat_bitsets), nodes["missing_go_to_left"].astype(bool)
    categories = {
        node: np.append(left_codes[nodes["bitset_idx"][node]], missing_left[node])
        for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf).tolist()
    }
    return Tree(
        left=np.where(leaf, -1, nodes["left"].astype(np.int64)),
        right=np.where(leaf, -1, nodes["right"].astype(np.int64)),
        feature=nodes["feature_idx"],
        threshold=nodes["num_threshold"],
        missing_left=missing_left,
        value=nodes["value"],
        cover=nodes["count"].astype(np.float64),
        categories=categories,
    )


def _unpacked(bits: NDArray[Any]) -> NDArray[np.bool_]:
    """Return bitsets of eight words of 32 bits as one flag a code."""
    flags = (bits[:, :, None] >> np.arange(32, dtype=np.uint32)) & 1
    return flags.reshape(len(bits), MISSING).astype(bool)
