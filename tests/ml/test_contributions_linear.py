from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC

from leadqual.ml.contributions import encoded
from leadqual.ml.contributions.explaining import explainer_of
from leadqual.ml.contributions.origins import origins_of

CHANCE = np.random.default_rng(5)
ROWS = 240
NUMBERS = CHANCE.normal(size=(ROWS, 3))
Y = (NUMBERS[:, 0] - NUMBERS[:, 1] + CHANCE.normal(size=ROWS) > 0).astype(int)
LEADS = pl.DataFrame(
    {
        "pages": np.where(CHANCE.random(ROWS) < 0.2, np.nan, NUMBERS[:, 0]),
        "source": CHANCE.choice(["web", "fair", "call"], ROWS),
        "spend": NUMBERS[:, 1],
        "country": CHANCE.choice(["DE", "AT"], ROWS),
        "noise": NUMBERS[:, 2],
    }
)


def _encoding(*, sparse: bool = False) -> ColumnTransformer:
    filled = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    texts = OneHotEncoder(handle_unknown="ignore", sparse_output=sparse)
    curved = SplineTransformer(n_knots=4)
    parts = [("texts", texts, ["country", "source"]), ("pages", filled, ["pages"]), ("spend", curved, ["spend"])]
    return ColumnTransformer(parts, remainder="passthrough", sparse_threshold=1.0 if sparse else 0.0)


def _sums(explainer: Any, rows: Any) -> Any:
    values, margin = explainer.values(rows), explainer.margin(rows)
    np.testing.assert_allclose(explainer.base + values.sum(axis=1), margin, rtol=1e-9, atol=1e-11)
    return values


@pytest.mark.parametrize(
    ("estimator", "unit"),
    [
        (LogisticRegression(), "log-odds"),
        (LinearSVC(), "margin"),
        (RidgeClassifier(), "margin"),
        (SVC(kernel="linear"), "margin"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_linear_model_is_its_coefficients_times_the_distance_from_the_means(estimator: Any, unit: str) -> None:
    explainer = explainer_of(estimator.fit(NUMBERS, Y), NUMBERS)
    assert (explainer.exact, explainer.unit) == (True, unit)
    wanted = np.ravel(estimator.coef_) * (NUMBERS - NUMBERS.mean(axis=0))
    np.testing.assert_allclose(_sums(explainer, NUMBERS), wanted, rtol=1e-9, atol=1e-12)
    assert explainer.base == pytest.approx(float(explainer.margin(NUMBERS).mean()))


@pytest.mark.parametrize("sparse", [False, True])
def test_encoded_columns_are_summed_to_their_feature(sparse: bool) -> None:
    model = make_pipeline(_encoding(sparse=sparse), LogisticRegression()).fit(LEADS, Y)
    explainer = explainer_of(model, LEADS)
    assert (explainer.exact, explainer.unit) == (True, "log-odds")
    assert "summed over the columns" in explainer.method
    values = _sums(explainer, LEADS)
    assert values.shape == (ROWS, LEADS.width)
    names = model[0].get_feature_names_out()
    encoded = np.asarray(model[0].transform(LEADS).toarray() if sparse else model[0].transform(LEADS))
    parts = (encoded - encoded.mean(axis=0)) * model[-1].coef_[0]
    for place, feature in enumerate(LEADS.columns):
        mine = [i for i, name in enumerate(names) if feature in name]
        np.testing.assert_allclose(values[:, place], parts[:, mine].sum(axis=1), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("convert", [pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, lambda frame: frame])
def test_the_kind_of_table_does_not_matter(convert: Any) -> None:
    table = convert(LEADS)
    assert isinstance(table, (pd.DataFrame, pa.Table, pl.DataFrame))
    encoding = make_pipeline(FunctionTransformer(_pandas, feature_names_out="one-to-one"), _encoding())
    model = make_pipeline(encoding, LogisticRegression()).fit(table, Y)
    explainer = explainer_of(model, table)
    assert explainer.exact
    expected = explainer_of(make_pipeline(_encoding(), LogisticRegression()).fit(LEADS, Y), LEADS).values(LEADS)
    np.testing.assert_allclose(explainer.values(table), expected, rtol=1e-7, atol=1e-9)


def _pandas(table: Any) -> Any:
    return table if isinstance(table, pd.DataFrame) else table.to_pandas()


@pytest.mark.parametrize("final", [HistGradientBoostingClassifier(max_iter=5), RandomForestClassifier(5, max_depth=4)])
def test_trees_behind_an_encoding_are_exact_too(final: Any) -> None:
    model = make_pipeline(_encoding(), final).fit(LEADS, Y)
    explainer = explainer_of(model, LEADS)
    assert explainer.exact
    values = _sums(explainer, LEADS)
    assert np.abs(values).max(axis=0)[LEADS.columns.index("pages")] > 0.01


@pytest.mark.parametrize("sparse", [False, True])
def test_how_many_rows_are_worked_on_at_a_time_changes_nothing(sparse: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_pipeline(_encoding(sparse=sparse), LogisticRegression()).fit(LEADS, Y)
    explainer = explainer_of(model, LEADS)
    whole = explainer.values(LEADS)
    monkeypatch.setattr(encoded, "AT_ONCE", 7)
    np.testing.assert_allclose(explainer.values(LEADS), whole, rtol=1e-12, atol=1e-14)


def test_columns_that_mix_features_are_sampled() -> None:
    for encoding in (PCA(2), PolynomialFeatures(2), Normalizer(), FunctionTransformer(np.cumsum, kw_args={"axis": 1})):
        model = make_pipeline(encoding, LogisticRegression()).fit(NUMBERS, Y)
        explainer = explainer_of(model, NUMBERS)
        assert not explainer.exact
        _sums(explainer, NUMBERS[:5])


def test_a_name_that_promises_too_much_is_found_out() -> None:
    promise = FunctionTransformer(np.cumsum, kw_args={"axis": 1}, feature_names_out="one-to-one")
    promise.fit(NUMBERS)
    assert origins_of(promise, 3) is not None
    assert not explainer_of(make_pipeline(promise, LogisticRegression()).fit(NUMBERS, Y), NUMBERS).exact


class _Names(StandardScaler):  # type: ignore[misc]
    names: Any = None

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        if self.names is None:
            raise ValueError("no names")
        return np.asarray(input_features)[self.names]


def test_names_that_are_not_there_or_are_too_many_are_no_trace() -> None:
    model = make_pipeline(_Names(), LogisticRegression()).fit(NUMBERS, Y)
    assert not explainer_of(model, NUMBERS).exact
    model[0].names = [0, 1]
    assert list(origins_of(model[0], 3)) == [0, 1]
    assert not explainer_of(model, NUMBERS).exact
    model[0].names = [0, 1, 2]
    assert explainer_of(model, NUMBERS).exact


def test_where_columns_come_from() -> None:
    frame = LEADS.to_pandas()
    chosen = make_pipeline(StandardScaler(), SelectKBest(k=1)).fit(NUMBERS, Y)
    assert list(origins_of(chosen, 3)) == [int(np.argmax(chosen[-1].scores_))]
    both = FeatureUnion([("scaled", StandardScaler()), ("curved", SplineTransformer(n_knots=2, degree=1))])
    assert list(origins_of(both.fit(NUMBERS), 3)) == [0, 1, 2, 0, 0, 1, 1, 2, 2]
    dropping = ColumnTransformer([("out", "drop", ["noise"]), ("codes", OrdinalEncoder(), ["country"])])
    assert list(origins_of(dropping.fit(frame), 5)) == [3]
    assert list(origins_of("passthrough", 2)) == [0, 1]
    assert origins_of(make_pipeline(PCA(2), StandardScaler()).fit(NUMBERS), 3) is None
    inside = ColumnTransformer([("mixed", PCA(2), [0, 1]), ("same", "passthrough", [2])])
    assert origins_of(inside.fit(NUMBERS), 3) is None
    assert origins_of(FeatureUnion([("mixed", PCA(1)), ("same", StandardScaler())]).fit(NUMBERS), 3) is None


def test_a_feature_that_is_not_read_adds_nothing() -> None:
    dropping = ColumnTransformer([("spend", StandardScaler(), ["spend"])])
    explainer = explainer_of(make_pipeline(dropping, LogisticRegression()).fit(LEADS, Y), LEADS)
    values = _sums(explainer, LEADS)
    assert explainer.exact
    assert [name for name, most in zip(LEADS.columns, np.abs(values).max(axis=0), strict=True) if most] == ["spend"]


def test_what_the_model_refuses_is_refused() -> None:
    explainer = explainer_of(LogisticRegression().fit(NUMBERS, Y), NUMBERS)
    with pytest.raises(ValueError, match="NaN"):
        explainer.values(np.array([[0.0, np.nan, 1.0]]))
    with pytest.raises(ValueError, match="features"):
        explainer.values(NUMBERS[:, :2])
