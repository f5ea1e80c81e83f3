"""The model: what it takes, what it refuses, and what it keeps of scikit-learn."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightgbm import LGBMClassifier
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import check_estimator
from support.examples import few

from leadqual import Policy, ml
from leadqual.errors import InputError, LeadqualError
from leadqual.ml import FewConversionsWarning, PropensityModel

CHANCE = np.random.default_rng(0)
ROWS = 1200
X = CHANCE.normal(size=(ROWS, 3))
X[::7, 1] = np.nan
TRUE = 1 / (1 + np.exp(1.5 - X[:, 0]))
Y = (CHANCE.random(ROWS) < TRUE).astype(int)
SOURCE = np.where(X[:, 2] > 0.5, "web", np.where(X[:, 2] < -1, "fair 😀", "mail"))
TABLE = pl.DataFrame({"size": X[:, 0], "pages": X[:, 1], "source": SOURCE, "vip": X[:, 2] > 0}).fill_nan(None)


NUMBERS = TABLE.drop("source").to_pandas().astype(float)


@cache
def fitted() -> PropensityModel:
    return PropensityModel().fit(TABLE, Y)


# What scikit-learn asks of an estimator.

# These fit on so few rows that the default refuses; it is right to.
_CHECKS = (
    *("check_estimators_overwrite_params", "check_dont_overwrite_parameters", "check_estimators_fit_returns_self"),
    *("check_readonly_memmap_input", "check_n_features_in_after_fitting", "check_f_contiguous_array_estimator"),
    *("check_classifier_data_not_an_array", "check_methods_sample_order_invariance", "check_dict_unchanged"),
    *("check_methods_subset_invariance", "check_fit2d_1feature", "check_fit2d_predict1d"),
)
TOO_FEW = dict.fromkeys(_CHECKS, "fits on fewer than 10 rows of a class, which the default refuses to learn from")


@pytest.mark.filterwarnings("ignore")  # it fits on a handful of rows, and says so
@pytest.mark.parametrize(
    ("model", "refused"),
    [(PropensityModel(min_conversions=1), {}), (PropensityModel(), TOO_FEW)],
    ids=["one conversion", "default"],
)
def test_scikit_learn_has_nothing_to_complain_of(model: PropensityModel, refused: dict[str, str]) -> None:
    found = check_estimator(model, expected_failed_checks=refused, on_fail=None, on_skip=None)
    failed = {one["check_name"]: one["exception"] for one in found if one["status"] == "failed"}
    assert failed == {}
    assert {one["check_name"] for one in found if one["status"] == "xfail"} == set(refused)
    assert {one["check_name"] for one in found if one["status"] == "skipped"} <= {"check_array_api_input"}


def test_parameters_are_set_and_cloned_and_a_fitted_model_pickles() -> None:
    model = clone(PropensityModel(calibration="isotonic")).set_params(few_conversions=7)
    assert (model.calibration, model.few_conversions) == ("isotonic", 7)
    again = pickle.loads(pickle.dumps(fitted()))
    assert np.array_equal(again.predict_proba(TABLE), fitted().predict_proba(TABLE))
    assert np.array_equal(again.contributions(TABLE[:9]).lines, fitted().contributions(TABLE[:9]).lines)
    nested = PropensityModel(LogisticRegression()).set_params(estimator__C=0.5)
    assert clone(nested).estimator.C == 0.5


def test_the_same_rows_give_the_same_model() -> None:
    for model in (PropensityModel(), PropensityModel(monotone={"size": 1}, calibration="none")):
        first, second = (clone(model).fit(TABLE, Y).predict_proba(TABLE) for _ in range(2))
        assert np.array_equal(first, second)


# What the tables may hold.

PANDAS = TABLE.to_pandas()
FORMS: dict[str, Any] = {
    "Polars": TABLE,
    "PyArrow": TABLE.to_arrow(),
    "pandas": PANDAS,
    "pandas with objects": PANDAS.astype({"source": object}),
    "nullable pandas": PANDAS.convert_dtypes(),
    "pandas with Arrow": PANDAS.convert_dtypes(dtype_backend="pyarrow"),
    "categories": PANDAS.astype({"source": "category"}),
    "Polars categories": TABLE.with_columns(pl.col("source").cast(pl.Categorical)),
    "an enumeration": TABLE.with_columns(pl.col("source").cast(pl.Enum(["web", "mail", "fair 😀"]))),
    "numbers for conditions": TABLE.with_columns(pl.col("vip").cast(pl.Int8)),
    "32 bits": TABLE.with_columns(pl.col("vip").cast(pl.UInt32)),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_features_in_any_form_give_the_same_probabilities(form: str) -> None:
    plain, table = PropensityModel(calibration="none"), FORMS[form]
    wanted = clone(plain).fit(TABLE, Y).predict_proba(TABLE)
    np.testing.assert_allclose(plain.fit(table, Y).predict_proba(table), wanted, atol=1e-12)
    np.testing.assert_allclose(plain.predict_proba(TABLE), wanted, atol=1e-12)


@pytest.mark.parametrize("monotone", [None, {0: 1}])
def test_arrays_of_objects_and_of_floats(monotone: Any) -> None:
    model = PropensityModel(monotone=monotone, calibration="none")
    cells = np.array(TABLE.rows(), dtype=object)
    wanted = clone(model).fit(TABLE, Y).predict_proba(TABLE) if monotone is None else None
    found = model.fit(cells, Y).predict_proba(cells)
    if wanted is not None:
        np.testing.assert_allclose(found, wanted, atol=1e-12)
    assert model.names == ("x0", "x1", "x2", "x3")
    assert clone(model).fit(X, Y).predict_proba(X).shape == (ROWS, 2)


def test_what_is_missing_or_new_when_asked_has_a_probability() -> None:
    odd = pl.DataFrame(
        {
            "size": [None, 1e300, -1e300],
            "pages": [None] * 3,
            "source": [None, "never seen", "🙃" * 50],
            "vip": [None, True, None],
        },
        schema=TABLE.schema,
    )
    for model in (fitted(), PropensityModel(monotone={"size": 1}, calibration="none").fit(TABLE, Y)):
        found = model.predict_proba(odd)
        assert np.all((found > 0) & (found < 1))
        lines = model.contributions(odd)
        np.testing.assert_allclose(lines.base + lines.lines.sum(axis=1), found[:, 1], atol=1e-12)


@pytest.mark.parametrize("none", [np.nan, None])
@pytest.mark.parametrize("monotone", [None, {"size": 1}])
def test_a_column_that_was_empty_at_fit_may_hold_anything_later(monotone: Any, none: Any) -> None:
    empty = PANDAS.assign(source=pd.Series([none] * ROWS, dtype=object))
    model = PropensityModel(monotone=monotone, calibration="none").fit(empty, Y)
    np.testing.assert_allclose(model.predict_proba(PANDAS)[:, 1].mean(), Y.mean(), atol=0.1)
    numbers = PANDAS.assign(source=1.0)
    assert np.isfinite(model.predict_proba(numbers)).all()


@pytest.mark.parametrize("monotone", [None, {"size": 1}])
def test_many_texts(monotone: Any) -> None:
    """More texts than trees tell apart: the rare ones go together."""
    texts = [f"text {place % 400}" for place in range(10_000)]
    size = CHANCE.normal(size=10_000)
    y = (size + CHANCE.normal(size=10_000) > 1.5).astype(int)
    table = pl.DataFrame({"size": size, "source": texts})
    found = PropensityModel(monotone=monotone, calibration="none").fit(table, y).predict_proba(table)[:, 1]
    assert abs(found.mean() - y.mean()) < 0.02
    assert np.corrcoef(found, size)[0, 1] > 0.7


def test_one_feature_is_enough() -> None:
    assert np.corrcoef(PropensityModel().fit(X[:, :1], Y).predict_proba(X[:, :1])[:, 1], TRUE)[0, 1] > 0.9


INFINITE = TABLE.with_columns(pl.lit(np.inf).alias("size"))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (np.where(X > 2, np.inf, X), "infinity"),
        (INFINITE, "not finite"),
        (INFINITE.to_pandas(), "not finite"),
        (TABLE.lazy(), "in memory"),
        (TABLE.with_columns(pl.lit(datetime(2026, 1, 1, tzinfo=UTC)).alias("at")), "no estimator takes this column"),
        (TABLE.with_columns(pl.lit([1]).alias("list")), "no estimator takes this column"),
        (PANDAS.assign(odd=[{"a": 1}] * ROWS), "no estimator takes this column"),
        (pd.DataFrame(X, columns=["a", "a", "b"]), "no table of features"),
        (TABLE[:5], "inconsistent numbers"),
    ],
)
def test_odd_tables_are_refused(table: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        PropensityModel().fit(table, Y)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (TABLE.select("pages", "size", "source", "vip"), "order"),
        (TABLE.drop("vip"), "feature names|features"),
        (TABLE.with_columns(pl.lit(1).alias("more")), "feature names|features"),
        (TABLE.rename({"vip": "vvip"}), "feature names"),
        (INFINITE, "not finite"),
        (TABLE.with_columns(pl.col("source").alias("size")), "could not convert string to float"),
    ],
)
def test_other_features_than_those_of_the_fit_are_refused(table: Any, told: str) -> None:
    for ask in (fitted().predict_proba, fitted().contributions):
        with pytest.raises(ValueError, match=told):
            ask(table)


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=3), st.datetimes(),
    st.just(b"x"), st.just(()), st.just(1j), st.decimals(allow_nan=False), st.just(pd.NA), st.just(timedelta(1)),
)  # fmt: skip


@few(25)
@given(columns=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=3), own=st.booleans())
def test_odd_cells_are_taken_or_refused_as_bad_input(columns: list[list[Any]], own: bool) -> None:
    cells = {
        f"c{place}": pd.Series([column[row % len(column)] for row in range(30)], dtype=object)
        for place, column in enumerate(columns)
    }
    model = PropensityModel(make_pipeline(SimpleImputer(), LogisticRegression()) if own else None)
    table = pd.DataFrame(cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.fit(table, np.arange(30) % 2)
        except LeadqualError:
            return
        assert np.isfinite(model.predict_proba(table)).all()


# Labels.


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (Y > 0, [False, True]),
        (Y.astype(float), [0.0, 1.0]),
        (Y * 2 - 1, [-1, 1]),
        (np.where(Y, "yes", "no"), ["no", "yes"]),
        (Y.tolist(), [0, 1]),
        (pl.Series(Y), [0, 1]),
        (pl.Series(Y > 0), [False, True]),
        (pl.Series(np.where(Y, "yes", "no")), ["no", "yes"]),
        (pd.Series(Y, index=range(5, ROWS + 5)), [0, 1]),
        (pd.Series(Y > 0, dtype="boolean"), [False, True]),
        (pd.Series(np.where(Y, "yes", "no")).astype("category"), ["no", "yes"]),
        (pa.array(Y), [0, 1]),
        (pa.chunked_array([Y > 0]), [False, True]),
    ],
)
def test_labels_of_every_form(y: Any, classes: list[Any]) -> None:
    model = PropensityModel(calibration="none").fit(NUMBERS, y)
    assert model.classes_.tolist() == classes
    assert np.corrcoef(model.predict_proba(NUMBERS)[:, 1], TRUE)[0, 1] > 0.9
    likely = model.predict_proba(NUMBERS)[:, 1] > 0.5
    assert model.predict(NUMBERS).tolist() == [classes[int(one)] for one in likely]


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (None, "requires y"),
        (np.zeros(ROWS), r"one class only(.|\n)*only 0.0"),
        (np.arange(ROWS) % 3, "Only binary"),
        (X[:, 0], "continuous"),
        (np.c_[Y, Y], "1d array"),
        (np.r_[np.nan, Y[1:]], "1 of 1,200 rows"),
        (pl.Series([None, *Y[1:].tolist()]), "no label"),
        (pd.Series([pd.NA, *(Y[1:] > 0)], dtype="boolean"), "no label"),
        ([None, *(Y[1:] > 0).tolist()], "no label"),
        (np.array([True if one else "no" for one in Y], dtype=object), "several types"),
        (Y[1:], "inconsistent"),
    ],
)
def test_labels_that_tell_nothing_are_refused(y: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        PropensityModel().fit(TABLE, y)


@pytest.mark.parametrize(("share", "what"), [(0, "conversions"), (1, "rows without a conversion")])
def test_too_few_of_a_class_are_refused_with_how_many_are_needed(share: int, what: str) -> None:
    y = np.full(ROWS, share)
    y[:7] = 1 - share
    with pytest.raises(InputError, match=f"too few {what}") as caught:
        PropensityModel().fit(TABLE, y)
    assert caught.value.code == "too-few-conversions"
    assert "at least 10" in str(caught.value)
    assert "3 more are needed" in str(caught.value)


@pytest.mark.parametrize(("share", "what"), [(0, "conversions"), (1, "rows without a conversion")])
@pytest.mark.parametrize(("monotone", "said"), [(None, "firm prior"), ({"size": 1}, "boosted trees")])
def test_few_of_a_class_are_told_with_what_is_fitted(share: int, what: str, monotone: Any, said: str) -> None:
    y = np.full(ROWS, share)
    y[:30] = 1 - share
    with pytest.warns(FewConversionsWarning, match=f"there are 30 {what}, fewer than 100: .*{said}") as told:
        model = PropensityModel(monotone=monotone).fit(TABLE, y)
    assert [one.filename for one in told] == [__file__]
    assert said in model.how_
    assert "not calibrated" in model.how_


# Arguments.


@pytest.mark.parametrize(
    "given",
    [
        *({"calibration": one} for one in ("platt", None, [], 3)),
        *({"min_conversions": one} for one in (0, "x", None, 2.5, True)),
        *({"few_conversions": one} for one in (-1, "x", None)),
        *({"monotone": one} for one in ([1], "x", {"no": 1}, {9: 1}, {"size": 0}, {"size": "up"}, {"source": 1})),
        *({"estimator": one} for one in ("x", LinearRegression(), LogisticRegression)),
        {"estimator": LogisticRegression(), "monotone": {"size": 1}},
    ],
)
def test_arguments_that_cannot_be_are_refused_at_fit(given: dict[str, Any]) -> None:
    with pytest.raises(LeadqualError) as caught:
        PropensityModel(**given).fit(TABLE, Y)
    assert caught.value.code in {"bad-argument", "unknown-feature", "wrong-type", "not-a-classifier"}


@pytest.mark.parametrize("direction", [1, -1])
def test_a_declared_direction_holds_everywhere(direction: int) -> None:
    model = PropensityModel(monotone={"size": direction}, calibration="none").fit(TABLE, Y)
    for row in range(0, ROWS, 240):
        asked = pl.concat([TABLE[row : row + 1]] * 60).with_columns(pl.Series("size", np.linspace(-4, 4, 60)))
        steps = np.diff(model.predict_proba(asked)[:, 1]) * direction
        assert steps.min() >= 0
    whole = model.predict_proba(TABLE)[:, 1]
    assert np.ptp(whole) > 0.05


# Estimators of the user's own.

OWN: dict[str, tuple[Any, Any]] = {
    "boosted trees": (HistGradientBoostingClassifier(max_iter=20), X),
    "boosted trees on a table": (HistGradientBoostingClassifier(max_iter=20), NUMBERS),
    "forest": (RandomForestClassifier(10, max_depth=4, random_state=0), X),
    "support vectors": (SVC(), np.nan_to_num(X)),
    "pipeline": (make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()), X),
    "LightGBM": (LGBMClassifier(n_estimators=5, n_jobs=1, verbose=-1), X),
}


@pytest.mark.parametrize("name", OWN)
def test_estimators_of_ones_own_are_calibrated_and_explained(name: str) -> None:
    estimator, table = OWN[name]
    model = PropensityModel(estimator).fit(table, Y)
    found = model.predict_proba(table)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert abs(found[:, 1].mean() - Y.mean()) < 0.05
    rows = table[:6]
    lines = model.contributions(rows)
    np.testing.assert_allclose(lines.base + lines.lines.sum(axis=1), found[:6, 1], atol=1e-9)
    assert not hasattr(estimator, "classes_")  # what was given stays unfitted
    np.testing.assert_allclose(model.decision_function(rows), np.log(found[:6, 1] / found[:6, 0]), rtol=1e-6)


def test_an_estimator_that_does_not_take_the_features_is_told_with_a_way_out() -> None:
    with pytest.raises(InputError, match=r"does not take these features(.|\n)*let it be a pipeline") as caught:
        PropensityModel(LogisticRegression()).fit(TABLE, Y)
    assert caught.value.code == "bad-feature"
    with pytest.raises(InputError, match="NaN"):
        PropensityModel(LogisticRegression()).fit(X, Y)


# Times and contacts.

DAYS = np.datetime64("2026-01-01") + np.arange(ROWS) // 200 * np.timedelta64(30, "D")
AWARE = [datetime.fromisoformat(str(one)).replace(tzinfo=UTC) for one in DAYS]
JAKARTA = [one.astimezone(timezone(timedelta(hours=7))) for one in AWARE]


@pytest.mark.parametrize(
    "times",
    [
        DAYS, DAYS.astype("datetime64[ns]"), AWARE, JAKARTA, [one.date() for one in AWARE],
        [one.replace(tzinfo=None) for one in AWARE], pl.Series(AWARE), pl.Series(DAYS), pd.Series(AWARE),
        pd.Series(JAKARTA), pd.Series(DAYS), pd.DatetimeIndex(DAYS), pa.array(AWARE),
    ],
    ids=range(13),
)  # fmt: skip
def test_times_of_every_form(times: Any) -> None:
    model = PropensityModel(few_conversions=0).fit(X, Y, times=times)
    assert "at the level of the 400 rows from 2026-05-01 on" in model.how_


@pytest.mark.parametrize(
    "times",
    [["x"] * ROWS, np.arange(ROWS), np.arange(ROWS) * 1.0, DAYS[1:], np.r_[np.datetime64("NaT"), DAYS[1:]], 5, "x"],
)
def test_times_that_are_none_are_refused(times: Any) -> None:
    with pytest.raises(ValueError, match=r"bad-time|inconsistent"):
        PropensityModel().fit(X, Y, times=times)


def test_times_that_nobody_knows_are_no_times() -> None:
    model = PropensityModel().fit(X, Y, times=np.full(ROWS, np.datetime64("NaT")))
    assert "cross-fitting in 5 folds" in model.how_


def test_rows_of_a_contact_stay_together_and_one_contact_alone_calibrates_nothing() -> None:
    with pytest.raises(ValueError, match="inconsistent"):
        PropensityModel().fit(X, Y, groups=[1, 2])
    y = (np.arange(ROWS) < 120).astype(int)
    alone = np.where(y, 0, np.arange(ROWS))
    for own in (LogisticRegression(), RandomForestClassifier(5, random_state=0)):
        assert "not calibrated" in PropensityModel(own).fit(np.nan_to_num(X), y, groups=alone).how_
    three = np.arange(ROWS) % 3
    assert "cross-fitting in 3 folds" in PropensityModel().fit(X, Y, groups=three).how_


@pytest.mark.parametrize("conversions", [1, 2])
def test_one_conversion_calibrates_nothing(conversions: int) -> None:
    y = (np.arange(ROWS) < conversions).astype(int)
    model = PropensityModel(RandomForestClassifier(5, random_state=0), min_conversions=1).fit(X, y)
    assert ("2 folds" if conversions == 2 else "not calibrated") in model.how_


def test_a_model_that_is_not_fitted_on_a_training_set_is_no_scorer() -> None:
    with pytest.raises(InputError) as caught:
        fitted().as_scorer()
    assert caught.value.code == "not-a-training-set"


def asked(ask: Callable[[PropensityModel], Any]) -> str:
    with pytest.raises(Exception, match="not fitted") as caught:
        ask(PropensityModel())
    return type(caught.value).__name__


def test_a_model_that_is_not_fitted_says_so() -> None:
    asks: list[Callable[[PropensityModel], Any]] = [
        lambda model: model.predict_proba(X), lambda model: model.predict(X), lambda model: model.contributions(X),
        lambda model: model.decision_function(X), lambda model: model.as_scorer(), lambda model: model.names,
    ]  # fmt: skip
    assert {asked(ask) for ask in asks} == {"NotFittedError"}


def test_a_training_set_stands_for_its_features_and_a_model_for_no_scorer() -> None:
    people = pl.DataFrame({"contact_id": [f"c-{place}" for place in range(ROWS)], "pages": X[:, 0], "won": Y == 1})
    policy = Policy(name="t", fields={"pages": {"type": "number"}, "won": {"type": "boolean"}})
    with pytest.warns(ml.UndatedWarning):
        data = ml.training_set(policy, people, outcome="contact.won", allow=["contact.pages"])
    model = PropensityModel(few_conversions=0).fit(data)
    assert (model.predict_proba(data) == model.predict_proba(data.X)).all()
    with pytest.raises(InputError, match="as_scorer"):
        policy.with_scorer("propensity", model)
    texts = PropensityModel(few_conversions=0).fit(data.X, np.where(data.y == 1, "ja", "nein"))
    with pytest.raises(InputError) as caught:
        ml.monitor(texts, data)
    assert caught.value.code == "unknown-class"
