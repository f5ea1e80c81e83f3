"""A logistic regression with a weight for each bin of each feature."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils.validation import check_is_fitted, validate_data

from leadqual.ml.models.encoding import FeatureEncoder

Floats = npt.NDArray[np.float64]


class WeightedBins(ClassifierMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """A logistic regression with a weight for each bin of each feature, drawn towards none by a ridge penalty.

    A number is divided at its quantiles, so that its effect may have any shape; each text has a bin of its own, and so
    has what is missing. What was not there at `fit` has the weight 0. Once fitted it looks weights up, so that one row
    costs little.

    Parameters
    ----------
    bins : int, default 10
        Into how many bins of about as many rows a number is divided.
    strength : float, default 0.1
        The inverse of the penalty: how far the data may move the weights from 0.

    Attributes
    ----------
    classes_ : array of shape (2,)
        The labels.
    weights_ : list of array
        Of each feature the weights by code; the last is that of what is missing.
    intercept_ : float
        The log-odds that all weights are added to.
    means_ : array of shape (n_features_in_,)
        Of each feature the mean weight of the training rows.

    Examples
    --------
    >>> pages, bought = np.array([[0], [1], [2], [3]] * 50), np.array([0, 0, 1, 1] * 50)
    >>> WeightedBins(bins=4).fit(pages, bought).predict_proba(pages[1:3])[:, 1].round(1)
    array([0.2, 0.8])
    """

    def __init__(self, *, bins: int = 10, strength: float = 0.1) -> None:
        self.bins = bins
        self.strength = strength

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803 - what scikit-learn calls it
        """Learn the bins, and their weights."""
        validate_data(self, X, skip_check_array=True)
        self.encoder_ = FeatureEncoder(bins=self.bins).fit(X)
        codes, indicators = self.encoder_.transform(X), OneHotEncoder(handle_unknown="ignore")
        fitted = LogisticRegression(C=self.strength, max_iter=3000).fit(indicators.fit_transform(codes), y)
        ends = np.cumsum([len(known) for known in indicators.categories_])
        by_feature = zip(indicators.categories_, np.split(fitted.coef_[0], ends[:-1]), self._sizes(), strict=True)
        self.weights_ = [_by_code(*one) for one in by_feature]
        self.intercept_ = float(fitted.intercept_[0])
        self.classes_ = fitted.classes_
        self.means_ = self._looked_up(codes).mean(axis=0)
        return self

    def parts(self, X: Any) -> Floats:  # noqa: N803 - what scikit-learn calls it
        """Return what each feature adds to the log-odds; shape (rows, n_features_in_)."""
        check_is_fitted(self)
        return self._looked_up(self.encoder_.transform(X))

    def decision_function(self, X: Any) -> Floats:  # noqa: N803 - what scikit-learn calls it
        """Return the log-odds of the second class; shape (rows,)."""
        return np.asarray(self.intercept_ + self.parts(X).sum(axis=1))

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803 - what scikit-learn calls it
        """Return the probabilities of both classes; shape (rows, 2)."""
        chance = expit(self.decision_function(X))
        return np.column_stack([1 - chance, chance])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803 - what scikit-learn calls it
        """Return the class of each row."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(int)])

    def _sizes(self) -> list[int]:
        """Return how many codes each feature has."""
        pairs = zip(self.encoder_.codes_, self.encoder_.edges_, strict=True)
        return [len(edges if codes is None else codes) + 1 for codes, edges in pairs]  # type: ignore[arg-type]

    def _looked_up(self, codes: Floats) -> Floats:
        found = np.empty(codes.shape)
        for place, weights in enumerate(self.weights_):
            column = codes[:, place]
            found[:, place] = weights[np.where(np.isnan(column), len(weights) - 1, column).astype(np.intp)]
        return found


def _by_code(known: Floats, weights: Floats, size: int) -> Floats:
    """Return weights by code, that of what is missing last."""
    found = np.zeros(size + 1)
    found[np.where(np.isnan(known), size, known).astype(np.intp)] = weights
    return found
