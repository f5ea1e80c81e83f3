from __future__ import annotations

import pickle
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from leadqual.errors import InputError
from leadqual.ml.contributions.explaining import explainer_of
from leadqual.ml.contributions.probability import probability_lines

CHANCE = np.random.default_rng(2)
X = CHANCE.normal(size=(300, 4))
Y = (X[:, 0] - X[:, 1] ** 2 + CHANCE.normal(size=300) > 0).astype(int)
TREES = HistGradientBoostingClassifier(max_iter=6).fit(X, Y)
LINEAR = LogisticRegression().fit(X, Y)


def _sums(explainer: Any, rows: Any) -> None:
    margin = explainer.margin(rows)
    np.testing.assert_allclose(explainer.base + explainer.values(rows).sum(axis=1), margin, rtol=1e-9, atol=1e-11)


def test_only_fitted_classifiers_of_two_classes_are_explained() -> None:
    three = LogisticRegression().fit(X, np.arange(300) % 3)
    for estimator, rows in ((three, X), (LogisticRegression(), X), (LINEAR, X[:0])):
        with pytest.raises(InputError) as caught:
            explainer_of(estimator, rows)
        assert caught.value.code == "bad-argument"


def test_boosting_from_a_start_that_is_not_constant_is_not_called_exact() -> None:
    estimator = GradientBoostingClassifier(n_estimators=3, init=LogisticRegression()).fit(X, Y)
    explainer = explainer_of(estimator, X)
    assert not explainer.exact
    _sums(explainer, X[:10])
    assert explainer_of(GradientBoostingClassifier(n_estimators=3, init="zero").fit(X, Y), X).exact


def test_a_loss_whose_margin_is_not_the_log_odds_says_so() -> None:
    estimator = GradientBoostingClassifier(n_estimators=3, loss="exponential").fit(X, Y)
    assert explainer_of(estimator, X).unit == "margin"


def test_an_explainer_can_be_sent_elsewhere_and_a_pipeline_of_one_step_is_that_step() -> None:
    for estimator in (LINEAR, TREES, GaussianNB().fit(X, Y), make_pipeline(LINEAR)):
        explainer = explainer_of(estimator, X)
        values = explainer.values(X[:5])
        np.testing.assert_allclose(pickle.loads(pickle.dumps(explainer)).values(X[:5]), values)
    assert explainer.method == explainer_of(LINEAR, X).method


def test_lightgbm_brings_its_own() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    estimator = lightgbm.LGBMClassifier(n_estimators=8, verbose=-1, num_leaves=7, n_jobs=1).fit(X, Y)
    explainer = explainer_of(estimator, X)
    assert (explainer.exact, explainer.unit) == (True, "log-odds")
    _sums(explainer, X)
    witness = estimator.predict(X, pred_contrib=True)
    np.testing.assert_allclose(explainer.values(X), witness[:, :-1], rtol=1e-9, atol=1e-9)
    assert explainer.base == witness[0, -1]


class _Booster:
    """Stands for XGBoost, which counts in single precision: three features, of which the third adds nothing."""

    __module__ = "xgboost.sklearn"
    classes_ = np.array([0, 1])
    missing = np.nan
    best_iteration = 4

    def get_booster(self) -> Any:
        return self

    def predict(self, rows: Any, output_margin: bool = False, **asked: Any) -> Any:
        found = np.asarray(rows, dtype=np.float32) * np.array([0.1, 0.7, 0.0], dtype=np.float32)
        if output_margin:
            return found.sum(axis=1) + np.float32(0.3)
        assert asked == {"pred_contribs": True, "iteration_range": (0, 5)}
        return np.column_stack([found, np.full(len(rows), 0.3 + self.wrong, dtype=np.float32)])

    def predict_proba(self, rows: Any) -> Any:
        return np.column_stack([1 - _sigmoid(self.predict(rows, True)), _sigmoid(self.predict(rows, True))])

    wrong = 0.0


def test_rounding_in_single_precision_is_handed_out_so_that_the_sum_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xgboost", SimpleNamespace(DMatrix=lambda rows, **how: rows))
    rows, booster = X[:, :3], _Booster()
    explainer = explainer_of(booster, rows)
    assert (explainer.exact, explainer.unit) == (True, "log-odds")
    assert np.abs(booster.predict(rows, pred_contribs=True, iteration_range=(0, 5)).sum(axis=1, dtype=float)
                  - explainer.margin(rows)).max() > 1e-9  # fmt: skip
    np.testing.assert_allclose(explainer.base + explainer.values(rows).sum(axis=1), explainer.margin(rows), rtol=1e-12)
    assert (explainer.values(rows)[:, 2] == 0).all()
    assert explainer.values(np.zeros((1, 3))).tolist() == [[0.0, 0.0, 0.0]]
    monkeypatch.setattr(_Booster, "wrong", 0.01)
    assert not explainer_of(booster, rows).exact


def _sigmoid(margin: Any) -> Any:
    return 1 / (1 + np.exp(-margin))


def _rows(most: float) -> Any:
    return st.lists(st.lists(st.floats(-most, most), min_size=3, max_size=3), min_size=1, max_size=5).map(np.array)


@given(st.floats(-4, 4), _rows(12.0))
def test_lines_in_probability_sum_and_keep_their_signs_and_are_none_of_them_more_than_one(
    base: float, values: Any
) -> None:
    start, lines = probability_lines(base, values, _sigmoid)
    assert start == _sigmoid(base)
    np.testing.assert_allclose(start + lines.sum(axis=1), _sigmoid(base + values.sum(axis=1)), rtol=1e-12, atol=1e-15)
    assert (lines * values >= -1e-12).all()
    assert np.abs(lines).max() <= 1 + 1e-12
    for line, value in zip(lines, values, strict=True):
        for side in (value > 0, value < 0):
            shared = np.abs(line[side]).sum() * np.abs(value[side])
            np.testing.assert_allclose(np.abs(line[side]) * np.abs(value[side]).sum(), shared, atol=1e-9)


@given(st.floats(-4, 4), _rows(1.3))
def test_lines_in_probability_have_the_proportions_of_the_margin(base: float, values: Any) -> None:
    for line, value in zip(probability_lines(base, values, _sigmoid)[1], values, strict=True):
        np.testing.assert_allclose(line * np.abs(value).sum(), value * np.abs(line).sum(), atol=1e-9)


@given(st.floats(-4, 4), st.floats(-3, 3), st.floats(-3, 3))
def test_a_line_is_the_integral_along_the_way_from_the_base(base: float, first: float, second: float) -> None:
    _, lines = probability_lines(base, np.array([[first, second]]), _sigmoid)
    at, weights = np.polynomial.legendre.leggauss(60)
    chance = _sigmoid(base + (at + 1) / 2 * (first + second))
    slope = (weights / 2 * chance * (1 - chance)).sum()
    np.testing.assert_allclose(lines[0], [first * slope, second * slope], rtol=1e-5, atol=1e-9)


def test_what_cancels_is_still_told() -> None:
    start, lines = probability_lines(0.0, np.array([[2.0, -2.0], [0.0, 0.0]]), _sigmoid)
    np.testing.assert_allclose(lines, [[0.5, -0.5], [0.0, 0.0]], rtol=1e-6)
    assert start == 0.5


def test_a_curve_with_steps_gives_sums_all_the_same() -> None:
    margin = LINEAR.decision_function(X)
    curve = IsotonicRegression(out_of_bounds="clip").fit(margin, Y)
    explainer = explainer_of(LINEAR, X)
    probability = curve.predict(margin)
    start, lines = probability_lines(explainer.base, explainer.values(X), curve.predict, probability)
    np.testing.assert_allclose(start + lines.sum(axis=1), probability, rtol=1e-12, atol=1e-15)


def test_a_step_makes_no_line_of_more_than_a_whole_probability() -> None:
    def step(margin: Any) -> Any:
        return np.where(margin > 0.0, 0.7, 0.1)

    values = np.array([[2.0, 1.0, -2.9999], [2.0, 1.0, -3.5], [1e-9, 0.0, 0.0]])
    start, lines = probability_lines(0.0, values, step)
    np.testing.assert_allclose(lines[0], [0.4, 0.2, 0.0], atol=1e-12)
    np.testing.assert_allclose(lines[1], [0.0, 0.0, 0.0])
    np.testing.assert_allclose(lines[2], [0.6, 0.0, 0.0])
    lower, falling = probability_lines(1e-5, -values[:1], step)
    np.testing.assert_allclose(lower + falling.sum(axis=1), [0.1])
    np.testing.assert_allclose(falling[0], [-0.4, -0.2, 0.0], atol=1e-12)
    assert start == 0.1


def test_lines_of_no_rows_are_no_lines() -> None:
    assert probability_lines(0.0, np.empty((0, 2)), _sigmoid)[1].shape == (0, 2)
