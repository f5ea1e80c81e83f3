from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from support.shapley import by_definition

from leadqual.ml.contributions import sampled
from leadqual.ml.contributions.explaining import explainer_of
from leadqual.ml.contributions.rows import mixed, picked, size_of
from leadqual.ml.contributions.sampled import SampledExplainer

CHANCE = np.random.default_rng(8)
X = CHANCE.normal(size=(200, 4))
Y = (X[:, 0] * X[:, 1] + X[:, 2] + 0.3 * CHANCE.normal(size=200) > 0).astype(int)


@pytest.mark.parametrize(
    ("estimator", "unit"),
    [(GaussianNB(), "probability"), (KNeighborsClassifier(), "probability"), (SVC(), "margin")],
    ids=lambda value: type(value).__name__,
)
def test_any_classifier_has_lines_that_sum_to_its_margin(estimator: Any, unit: str) -> None:
    explainer = explainer_of(estimator.fit(X, Y), X)
    assert (explainer.exact, explainer.unit) == (False, unit)
    assert explainer.method.startswith("approximate")
    margin = explainer.margin(X[:30])
    np.testing.assert_allclose(explainer.base + explainer.values(X[:30]).sum(axis=1), margin, rtol=1e-9, atol=1e-11)
    assert explainer.base == pytest.approx(float(explainer.margin(explainer.background).mean()), abs=1e-12)


def test_a_sum_of_functions_is_split_as_it_is() -> None:
    estimator = LogisticRegression().fit(X, Y)
    explainer = SampledExplainer(estimator, "log-odds", X[:20])
    wanted = estimator.coef_[0] * (X[:10] - X[:20].mean(axis=0))
    np.testing.assert_allclose(explainer.values(X[:10]), wanted, rtol=1e-9, atol=1e-12)


class _Pairs:
    """A model of nothing but pairs of features."""

    classes_ = (0, 1)

    def decision_function(self, rows: Any) -> Any:
        return rows[:, 0] * rows[:, 1] - rows[:, 1] * rows[:, 2] + 3 * rows[:, 0] * rows[:, 3]


def test_an_order_and_its_reverse_split_pairs_of_features_as_defined() -> None:
    explainer = SampledExplainer(_Pairs(), "margin", X[:7])
    for row, found in zip(X[10:13], explainer.values(X[10:13]), strict=True):

        def game(known: frozenset[int], row: Any = row) -> float:
            rows = X[:7].copy()
            rows[:, list(known)] = row[list(known)]
            return float(explainer.margin(rows).mean())

        np.testing.assert_allclose(found, by_definition(game, 4), rtol=1e-9, atol=1e-12)


def test_the_split_is_near_to_that_by_definition() -> None:
    estimator = MLPClassifier((8,), max_iter=600, random_state=0, solver="lbfgs").fit(X, Y)
    explainer = SampledExplainer(estimator, "probability", X[:120])
    found = explainer.values(X[120:124])
    for place, row in enumerate(X[120:124]):

        def game(known: frozenset[int], row: Any = row) -> float:
            rows = X[:120].copy()
            rows[:, list(known)] = row[list(known)]
            return float(explainer.margin(rows).mean())

        np.testing.assert_allclose(found[place], by_definition(game, 4), atol=0.06)


def test_a_row_has_the_same_lines_alone_and_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    explainer = explainer_of(GaussianNB().fit(X, Y), X, random_state=3)
    whole = explainer.values(X[:12])
    np.testing.assert_allclose(explainer.values(X[5:6])[0], whole[5], rtol=1e-12)
    monkeypatch.setattr(sampled, "AT_ONCE", 500)
    again = explainer_of(GaussianNB().fit(X, Y), X, random_state=3)
    np.testing.assert_allclose(again.values(X[:12]), whole, rtol=1e-12)
    assert not np.allclose(explainer_of(GaussianNB().fit(X, Y), X, random_state=4).values(X[:12]), whole)


def test_one_feature_gets_it_all() -> None:
    explainer = explainer_of(GaussianNB().fit(X[:, :1], Y), X[:, :1])
    np.testing.assert_allclose(explainer.values(X[:5, :1])[:, 0], explainer.margin(X[:5, :1]) - explainer.base)


def test_a_feature_that_is_not_read_gets_nothing() -> None:
    class FirstOnly(GaussianNB):  # type: ignore[misc]
        def predict_proba(self, X: Any) -> Any:  # noqa: N803
            return super().predict_proba(np.column_stack([np.asarray(X)[:, 0], *[np.zeros(len(X))] * 3]))

    values = explainer_of(FirstOnly().fit(X, Y), X).values(X[:10])
    assert np.abs(values[:, 1:]).max() == 0.0
    assert np.abs(values[:, 0]).max() > 0.0


@pytest.mark.parametrize("convert", [lambda table: table, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_rows_of_any_table_can_be_mixed(convert: Any) -> None:
    first = pl.DataFrame({"number": [1.0, None], "text": ["a", "b"], "yes": [True, False]})
    second = pl.DataFrame({"number": [3.0], "text": [None], "yes": [True]}, schema=first.schema)
    table, other = convert(first), convert(second)
    if isinstance(table, pd.DataFrame):
        table.index = [7, 7]
    assert size_of(table) == (2, 3)
    both = mixed(table, other, np.array([[0, 1, 2], [2, 0, 1], [1, 2, 0]]))
    found = (
        both
        if isinstance(both, pl.DataFrame)
        else pl.from_pandas(both)
        if hasattr(both, "iloc")
        else pl.DataFrame(both)
    )
    assert type(both) is type(table)
    assert found.rows() == [(1.0, "b", True), (3.0, "a", False), (None, None, True)]
    assert size_of(picked(table, np.array([1, 1, 0]))) == (3, 3)
