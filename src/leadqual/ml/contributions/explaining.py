"""Which explainer fits a fitted estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.contributions.encoded import EncodedExplainer
from leadqual.ml.contributions.exact import (
    AdditiveExplainer,
    BoosterExplainer,
    LinearExplainer,
    TreeExplainer,
    dense,
    numbers,
)
from leadqual.ml.contributions.explainer import Explainer, Margin, is_booster
from leadqual.ml.contributions.fitted_trees import TREES
from leadqual.ml.contributions.origins import origins_of
from leadqual.ml.contributions.rows import mixed, picked, size_of
from leadqual.ml.contributions.sampled import SampledExplainer

_LOOKED_AT = 16
_SAMPLE = 32


def explainer_of(estimator: Any, background: Any, *, random_state: int = 0) -> Explainer:
    """Return what says of a fitted classifier what each feature adds to its margin.

    Exact for trees and forests of scikit-learn, for LightGBM and XGBoost, for linear models, and for pipelines that end
    in one of them if each encoded column comes from one feature. For anything else, Shapley values by sampling. What is
    called exact is tried on some rows first: where the sum is not the margin, it is sampled as well.

    Parameters
    ----------
    estimator : classifier
        Fitted, of two classes.
    background : array or table
        Rows to compare with, such as those of the training, or a sample of them. Linear models need their means;
        sampling takes up to 32 of them; trees know how their training rows went, and need a row or more to be tried on.
    random_state : int
        The seed of what is sampled.

    Raises
    ------
    InputError
        If there are not two classes, or no rows.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> rows, converted = np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0], [3.0, 6.0]]), np.array([0, 0, 1, 1])
    >>> explainer = explainer_of(LogisticRegression().fit(rows, converted), rows)
    >>> explainer.exact, explainer.unit
    (True, 'log-odds')
    >>> np.allclose(explainer.base + explainer.values(rows).sum(axis=1), explainer.margin(rows))
    True
    """
    _refuse(estimator, background)
    if isinstance(estimator, Pipeline) and len(estimator.steps) == 1:
        return explainer_of(estimator[-1], background, random_state=random_state)
    chance = np.random.default_rng(random_state)
    rows, _ = size_of(background)
    some = picked(background, np.sort(chance.choice(rows, min(_LOOKED_AT, rows), replace=False)))
    found = _exact(estimator, background, some)
    if found is not None:
        return found
    sample = picked(background, np.sort(chance.choice(rows, min(_SAMPLE, rows), replace=False)))
    return SampledExplainer(estimator, Margin(estimator).unit(some), sample, random_state)


def _refuse(estimator: Any, background: Any) -> None:
    classes = getattr(estimator, "classes_", None)
    if classes is None or len(classes) != 2:
        message, expected = "contributions are for fitted classifiers of two classes", "two classes"
        raise InputError(Problem("bad-argument", message, Place("estimator"), shown(estimator), expected))
    if not size_of(background)[0]:
        message = "there are no rows to compare with"
        raise InputError(Problem("bad-argument", message, Place("background"), hint="give rows of the training"))


def _exact(estimator: Any, background: Any, some: Any) -> Explainer | None:
    """Return an exact explainer whose sums hold on some rows, or None."""
    if isinstance(estimator, Pipeline):
        return _encoded(estimator, background, some)
    if callable(getattr(estimator, "parts", None)):
        additive = AdditiveExplainer(estimator)
        return additive if _holds(additive, some) else None
    unit = Margin(estimator).unit(some)
    if is_booster(estimator, "lightgbm") or is_booster(estimator, "xgboost"):
        booster = BoosterExplainer(estimator, unit, picked(some, np.array([0])))
        return booster if booster.close(some) else None
    if isinstance(estimator, TREES):
        bare = TreeExplainer(estimator, unit, 0.0)
        constant = float(np.mean(bare.margin(some) - bare.values(some).sum(axis=1) - bare.base))
        trees = TreeExplainer(estimator, unit, constant if abs(constant) > 1e-12 else 0.0, bare.forest)
        return trees if _holds(trees, some) else None
    if hasattr(estimator, "coef_") and hasattr(estimator, "intercept_") and len(np.atleast_2d(estimator.coef_)) == 1:
        linear = LinearExplainer(estimator, unit, dense(numbers(estimator, background).mean(axis=0)).reshape(-1))
        return linear if _holds(linear, some) else None
    return None


def _encoded(estimator: Pipeline, background: Any, some: Any) -> Explainer | None:
    encoding, features = estimator[:-1], size_of(background)[1]
    origins = origins_of(encoding, features)
    if origins is None or not _apart(encoding, some, origins):
        return None
    inner = _exact(estimator[-1], encoding.transform(background), encoding.transform(some))
    return None if inner is None else EncodedExplainer(encoding, inner, origins, features)


def _apart(encoding: Any, some: Any, origins: NDArray[np.intp]) -> bool:
    """Return whether a column stays as it is while only other features change, as its name says."""
    rows, features = size_of(some)
    first, second = np.arange(rows // 2), np.arange(rows // 2) + rows - rows // 2
    take = np.repeat(first[:, None], features, axis=1)[:, None, :].repeat(features + 1, axis=1)
    for feature in range(features):
        take[:, feature + 1, feature] = second
    columns = dense(encoding.transform(mixed(some, some, take.reshape(-1, features))))
    found = columns.reshape(len(first), features + 1, -1)
    if found.shape[2] != len(origins):
        return False
    same = np.isclose(found[:, 1:], found[:, :1], rtol=1e-9, atol=1e-9, equal_nan=True).all(axis=0)
    return bool((same | (np.arange(features)[:, None] == origins)).all())


def _holds(explainer: Explainer, rows: Any) -> bool:
    summed = explainer.base + explainer.values(rows).sum(axis=1)
    return bool(np.allclose(summed, explainer.margin(rows), rtol=1e-9, atol=1e-9))
