"""Exact explainers: of trees, of linear models, and of libraries that bring their own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from leadqual.ml.contributions.explainer import Margin, Unit, is_booster
from leadqual.ml.contributions.fitted_trees import columns_of, order_of, trees_of
from leadqual.ml.contributions.trees import Forest, forest_of


@dataclass(frozen=True, eq=False)
class TreeExplainer:
    """What each column adds to the margin of trees of scikit-learn (Lundberg et al. 2020, path-dependent TreeSHAP).

    Parameters
    ----------
    estimator : classifier
        A fitted tree, forest or gradient boosting.
    unit : str
        The unit of its margin.
    constant : float
        What the margin has beside the trees.
    known : Forest, optional
        The leaves of the trees, if they are known already.
    """

    estimator: Any
    unit: Unit
    constant: float
    known: Forest | None = None
    exact: bool = True
    method: str = "exact Shapley values of the trees, by how the training rows went through them (TreeSHAP)"

    @cached_property
    def forest(self) -> Forest:
        """The leaves of the trees."""
        return self.known or forest_of(trees_of(self.estimator), self.estimator.n_features_in_)

    @cached_property
    def base(self) -> float:
        """The margin where nothing is known."""
        return self.constant + self.forest.base

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each column adds."""
        found = self.forest.values(columns_of(self.estimator, rows))
        order = order_of(self.estimator)
        return found if order is None else found[:, np.argsort(order)]

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of the rows."""
        return Margin(self.estimator)(rows)


@dataclass(frozen=True, eq=False)
class AdditiveExplainer:
    """What each feature adds to log-odds that are a sum of parts: its part less the mean part of the training rows.

    These are the Shapley values of a sum where the features are taken to be independent.

    Parameters
    ----------
    estimator : classifier
        Fitted, with ``parts``, ``means_`` and ``intercept_``, such as `leadqual.ml.models.weighted_bins.WeightedBins`.
    """

    estimator: Any
    exact: bool = True
    method: str = "exact: the weight of each bin less the mean weight of the training rows"
    unit: Unit = "log-odds"

    @property
    def base(self) -> float:
        """The log-odds where each feature has the mean weight."""
        return float(self.estimator.intercept_ + self.estimator.means_.sum())

    def values(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return what each feature adds."""
        return np.asarray(self.estimator.parts(X) - self.estimator.means_)

    def margin(self, X: Any) -> NDArray[np.float64]:  # noqa: N803
        """Return the log-odds of the rows."""
        return np.asarray(self.estimator.decision_function(X))


@dataclass(frozen=True, eq=False)
class LinearExplainer:
    """What each column adds to a linear margin: its coefficient times its distance from the mean.

    These are the Shapley values of a linear model where the columns are taken to be independent.

    Parameters
    ----------
    estimator : classifier
        Fitted, with ``coef_`` and ``intercept_`` of two classes.
    unit : str
        The unit of its margin.
    means : array
        The mean of each column.
    """

    estimator: Any
    unit: Unit
    means: NDArray[np.float64]
    exact: bool = True
    method: str = "exact: each coefficient times the distance from the mean of the training rows"

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """The coefficients."""
        return dense(self.estimator.coef_).reshape(-1)

    @cached_property
    def base(self) -> float:
        """The margin of the means."""
        return float(np.ravel(self.estimator.intercept_)[0] + self.weights @ self.means)

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each column adds."""
        apart = dense(numbers(self.estimator, rows)) - self.means
        apart *= self.weights
        return apart

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of the rows."""
        return Margin(self.estimator)(rows)


@dataclass(frozen=True, eq=False)
class BoosterExplainer:
    """What LightGBM and XGBoost say themselves about their models; both have TreeSHAP built in.

    Parameters
    ----------
    estimator : LGBMClassifier or XGBClassifier
        Fitted.
    unit : str
        The unit of its margin.
    row : array or table
        One row, of which the base is read.
    """

    estimator: Any
    unit: Unit
    row: Any
    exact: bool = True
    method: str = (
        "exact, as the library that fitted the model gives them; for trees these are Shapley values (TreeSHAP)"
    )

    @cached_property
    def base(self) -> float:
        """The margin where nothing is known."""
        return float(self._found(self.row)[0, -1])

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each column adds."""
        found = self._found(rows)[:, :-1]
        # XGBoost counts in single precision: what rounding took is handed out by size, so that the sum holds.
        lost = self.margin(rows) - self.base - found.sum(axis=1)
        size = np.abs(found)
        total = size.sum(axis=1, keepdims=True)
        share = np.full(found.shape, 1 / found.shape[1])
        np.divide(size, total, out=share, where=total > 0)
        share *= lost[:, None]
        share += found
        return share

    def close(self, rows: Any) -> bool:
        """Return whether what the library gives sums to the margin, but for rounding in single precision."""
        return bool(np.allclose(self._found(rows).sum(axis=1), self.margin(rows), rtol=1e-4, atol=1e-4))

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of the rows."""
        return Margin(self.estimator)(rows)

    def _found(self, rows: Any) -> NDArray[np.float64]:
        if is_booster(self.estimator, "lightgbm"):
            return dense(self.estimator.predict(rows, pred_contrib=True))
        booster = self.estimator.get_booster()
        matrix = sys.modules["xgboost"].DMatrix(rows, missing=self.estimator.missing, enable_categorical=True)
        last = getattr(self.estimator, "best_iteration", None)
        used = (0, 0) if last is None else (0, last + 1)
        return dense(booster.predict(matrix, pred_contribs=True, iteration_range=used))


def numbers(estimator: Any, rows: Any) -> Any:
    """Return rows as a linear model reads them: an array or a sparse one."""
    return validate_data(estimator, rows, reset=False, accept_sparse=True, dtype=np.float64)


def dense(values: Any) -> NDArray[np.float64]:
    """Return values as an array of floats, whether they are sparse or not."""
    return np.asarray(values.toarray() if issparse(values) else values, dtype=np.float64)
