"""What a training set is asked, what it refuses, and how its rows are divided by time."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from support.people import bought, contact, day, policy_of, scoring, viewed

from leadqual import frames, ml
from leadqual.errors import InputError, LeadqualError

POLICY = scoring(
    {"when": "contact.country == 'ID'", "points": 1},
    {"each": "page_viewed", "points": 2},
    fields={"budget": {"type": "number"}, "vip": {"type": "boolean"}},
)
OF = 60


def history(place: int) -> list[Any]:
    """Return one of sixty histories; every fourth contact buys from day 40 to day 44."""
    seen = [viewed(5, "/", "first")] * (place % 2) + [viewed(200, "/", "last")]
    return seen + [bought(40 + place % 5, 5)] * (place % 4 == 0)


CONTACTS, INTERACTIONS = frames.from_models(
    [contact(id=f"c-{place}", created_at=day(0), country="ID" if place % 3 else "SG") for place in range(OF)],
    {f"c-{place}": history(place) for place in range(OF)},
    policy=POLICY,
)


def learn(contacts: Any = CONTACTS, interactions: Any = INTERACTIONS, **given: Any) -> ml.TrainingSet:
    return ml.training_set(POLICY, contacts, interactions, **{"horizon": "30d", "cutoffs": day(30), **given})


DATA = learn(cutoffs=[day(70), day(30), day(35), day(30)])


def test_each_cutoff_is_counted_once_and_in_order() -> None:
    assert DATA.counts.drop("cutoff").rows() == [
        (60, 0, 0, 60, 15, 0.25), (60, 0, 0, 60, 15, 0.25), (60, 0, 15, 45, 0, 0.0)
    ]  # fmt: skip
    assert DATA.cutoffs == (day(30), day(35), day(70))
    assert (len(DATA), DATA.conversions, DATA.y.sum(), len(DATA.groups)) == (165, 30, 30, 165)
    assert DATA.times.dtype == "datetime64[us]"
    assert DATA.rows.columns[:4] == ["contact_id", "cutoff", "converted", "outcome_at"]


def test_a_cutoff_without_anybody_or_without_conversions_is_told_all_the_same() -> None:
    data = learn(cutoffs=[day(-50), day(30), day(70)])
    assert data.counts.select("not_yet", "judged", "converted", "rate").rows() == [
        (60, 0, 0, None), (0, 60, 15, 0.25), (0, 45, 0, 0.0)
    ]  # fmt: skip
    assert "2025-11-12" in data.explain()
    assert "2025-11-12" in data._repr_html_()


def test_cutoffs_later_than_the_data_are_left_out_and_told() -> None:
    data = learn(cutoffs=[day(30), day(9999)])
    assert data.cutoffs == (day(30),)
    assert data.left_out == {"cutoff 2053-05-18 00:00": "its horizon is not over when the data end"}


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"cutoffs": day(30).replace(tzinfo=None)}, ["naive-datetime"]),
        ({"cutoffs": [day(1).replace(tzinfo=None), "2026-01-01"]}, ["naive-datetime", "wrong-type"]),
        ({"cutoffs": []}, ["bad-argument"]),
        ({"cutoffs": day(9999)}, ["no-room"]),
        ({"cutoffs": day(-50)}, ["nobody-judged"]),
        ({"horizon": "0d"}, ["bad-duration"]),
        ({"horizon": timedelta(days=-1)}, ["bad-duration"]),
        ({"horizon": "400d"}, ["no-room"]),
        ({"until": day(31)}, ["no-room"]),
        ({"until": date(2026, 5, 1)}, ["wrong-type"]),
        ({"until": day(100).replace(tzinfo=None)}, ["naive-datetime"]),
        ({"outcome": "buys"}, ["unknown-kind"]),
        ({"outcome": 5}, ["not-a-selection"]),
        ({"outcome": "contact.country == 'ID'"}, ["bad-selection"]),
        ({"features": []}, ["no-features"]),
        ({"features": "score.points"}, ["wrong-type"]),
        ({"features": {"contact.country": 1}}, ["wrong-type"]),
        ({"features": ["contact.x", "score.y", "("]}, ["bad-syntax"]),
        ({"features": ["contact.x", "score.y"]}, ["unknown-field", "unknown-field"]),
        ({"features": ["stage"]}, ["unknown-field"]),
        ({"features": ["contact.created_at"]}, ["bad-feature"]),
        ({"features": ["contact.roles"]}, ["bad-feature"]),
        ({"features": ["contact.budget", "contact.country"]}, ["always-missing"]),
        ({"time": "created_at"}, ["bad-argument"]),
        ({"check": "x"}, ["bad-argument"]),
        ({"contacts": CONTACTS.head(9)}, ["unknown-contact"]),
        ({"contacts": pl.concat([CONTACTS, CONTACTS])}, ["duplicate-id"]),
        ({"contacts": CONTACTS.clear()}, ["unknown-contact"]),
        ({"interactions": INTERACTIONS.clear()}, ["no-room"]),
        ({"contacts": 5, "interactions": "x"}, ["not-a-table", "not-a-table"]),
        ({"contacts": pl.DataFrame(), "interactions": pl.DataFrame()}, ["missing-column"] * 5),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(LeadqualError) as caught:
        learn(**given)
    assert [one.code for one in caught.value.problems] == codes


def test_everything_wrong_with_the_arguments_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        learn(
            outcome="buys", horizon="0d", cutoffs=day(3).replace(tzinfo=None), features=["contact.x"], until=5, allow=5
        )
    assert [(one.code, one.place.source) for one in caught.value.problems] == [
        ("unknown-kind", "outcome"), ("bad-duration", "horizon"), ("naive-datetime", "cutoffs"),
        ("unknown-field", "features"), ("wrong-type", "until"), ("wrong-type", "allow"),
    ]  # fmt: skip


def test_a_policy_that_looks_at_nothing_has_no_features_of_its_own() -> None:
    empty = policy_of()
    with pytest.raises(InputError) as caught:
        ml.training_set(empty, CONTACTS, INTERACTIONS)
    assert [one.code for one in caught.value.problems] == ["no-features"]
    with pytest.raises(InputError, match=r"this is no policy"):
        ml.training_set("sales", CONTACTS, INTERACTIONS)  # type: ignore[arg-type]
    data = ml.training_set(empty, CONTACTS, INTERACTIONS, features=["contact.country"], cutoffs=day(30))
    assert list(data.features) == ["contact.country"]


def test_own_features_that_tell_nothing_are_left_out_and_told_but_none_that_was_asked_for() -> None:
    given = {"interactions": INTERACTIONS.filter(pl.col("kind") == "purchase"), "until": day(200)}
    assert learn(**given).left_out == {
        "count(page_viewed)": "it is always the same",
        "days_since(page_viewed)": "it is never known",
    }
    kept = learn(**given, features=["count(page_viewed)"])
    assert kept.X["count(page_viewed)"].to_list() == [0.0] * OF
    with pytest.raises(InputError, match=r"no feature differs"):
        learn(CONTACTS.with_columns(pl.lit("ID").alias("country")), **given)


def test_the_same_feature_written_twice_is_one() -> None:
    data = learn(features=["contact.country=='ID'", "contact.country == 'ID'", "1", "True"])
    assert list(data.features) == ["contact.country == 'ID'", "1", "True"]
    assert data.X.row(1) == (1.0, 1.0, 1.0)


def test_an_interaction_given_twice_counts_once() -> None:
    twice = learn(interactions=pl.concat([INTERACTIONS, INTERACTIONS]))
    assert twice.rows.equals(learn().rows)


# Divided by time.


def test_before_takes_only_rows_whose_horizon_was_over() -> None:
    assert DATA.before(day(60)).cutoffs == (day(30),)
    assert DATA.before(day(65)).cutoffs == (day(30), day(35))
    assert DATA.before(day(65) - timedelta(microseconds=1)).cutoffs == (day(30),)
    assert DATA.before(day(35), overlap=True).cutoffs == (day(30),)
    assert DATA.before(day(36), overlap=True).cutoffs == (day(30), day(35))
    early = DATA.before(day(60))
    assert early.until == day(60)
    assert early.counts["cutoff"].to_list() == [day(30)]
    assert early.features == DATA.features


def test_at_and_since() -> None:
    assert DATA.at(day(35)).cutoffs == (day(35),)
    assert DATA.since(day(35)).cutoffs == (day(35), day(70))
    assert np.array_equal(DATA.at(day(70)).groups, DATA.groups[-45:])


def test_some_rows_are_counted_anew() -> None:
    some = DATA.where(pl.col("contact.country") == "ID")
    assert some.counts["judged"].to_list() == [40, 40, 30]
    assert some.counts["converted"].sum() == some.conversions
    assert some.counts["contacts"].to_list() == [60, 60, 60]


@pytest.mark.parametrize(
    ("divide", "code", "told"),
    [
        (lambda: DATA.before(day(1)), "no-rows", "the first cutoff is 2026-01-31"),
        (lambda: DATA.before(day(59)), "no-rows", r"is over on 2026-03-02 00:00: take an earlier cutoff"),
        (lambda: DATA.at(day(31)), "no-rows", "the last cutoffs are 2026-01-31 00:00, 2026-02-05"),
        (lambda: DATA.since(day(71)), "no-rows", "the last cutoff is 2026-03-12"),
        (lambda: DATA.where(pl.col("contact.country") == "X"), "no-rows", "there are no such rows"),
        (lambda: DATA.where(pl.col("nope") == "X"), "bad-argument", "nope"),
        (lambda: DATA.before(day(60).replace(tzinfo=None)), "naive-datetime", "time zone"),
        (lambda: DATA.at("2026"), "wrong-type", "datetime"),  # type: ignore[arg-type]
        (lambda: list(learn().split()), "no-rows", "take more cutoffs"),
        (lambda: list(DATA.split(0)), "bad-argument", "at least 1"),
        (lambda: list(DATA.split(-1)), "bad-argument", "at least 1"),
        (lambda: list(DATA.split("5")), "bad-argument", "at least 1"),  # type: ignore[arg-type]
    ],
)
def test_what_leaves_no_rows_is_told_with_what_there_is(divide: Callable[[], Any], code: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        divide()
    assert caught.value.code == code


@pytest.mark.parametrize("n_splits", [1, 2, 3, 10])
def test_splits_are_earlier_and_later_rows_with_the_horizon_between(n_splits: int) -> None:
    data = learn(cutoffs=[day(10 * number) for number in range(1, 14)], features=["count(page_viewed)"])
    pairs = list(data.split(n_splits))
    assert 1 <= len(pairs) <= max(n_splits, len(data.cutoffs))
    tested = np.concatenate([test for _, test in pairs])
    assert len(np.unique(tested)) == len(tested)
    for train, test in pairs:
        gap = data.times[test].min() - data.times[train].max()
        assert gap >= np.timedelta64(30, "D")
        assert set(np.unique(data.times[test])) & set(np.unique(data.times[train])) == set()


# In the library of the contacts.

MIXED = {"features": ["contact.country", "contact.country == 'ID'", "days_since(page_viewed)"]}


@pytest.mark.parametrize(
    ("into", "kind"),
    [
        (lambda table: table.to_pandas(), pd.DataFrame),
        (lambda table: table, pl.DataFrame),
        (lambda table: table.to_arrow(), pa.Table),
        (lambda table: table.lazy(), pl.DataFrame),
        (lambda table: duckdb.from_arrow(table.to_arrow()), pl.DataFrame),
    ],
    ids=["pandas", "Polars", "PyArrow", "lazy", "DuckDB"],
)
def test_features_come_in_the_library_of_the_contacts(into: Callable[[pl.DataFrame], Any], kind: type) -> None:
    contacts = CONTACTS.with_columns(pl.when(pl.col("contact_id") != "c-1").then("country").alias("country"))
    data = learn(into(contacts), into(INTERACTIONS), **MIXED)
    assert isinstance(data.X, kind)
    assert data.rows.equals(learn(contacts, **MIXED).rows)
    if isinstance(data.X, pd.DataFrame):
        assert [str(kind) for kind in data.X.dtypes[1:]] == ["float64", "float64"]
        rows = data.X.astype(object).where(data.X.notna(), None).to_numpy().tolist()
    else:
        rows = [list(row.values()) for row in pl.DataFrame(data.X).to_dicts()]
    assert rows == [list(row) for row in learn(contacts, **MIXED).X.rows()]
    assert rows[1][0] is None
    assert np.isclose(rows[1][2], 25)


# In scikit-learn.

PANDAS = learn(CONTACTS.to_pandas(), INTERACTIONS.to_pandas(), cutoffs=[day(30), day(35), day(66)], horizon="10d")
TEXTS = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_include=["object", "string"])),
    remainder="passthrough",
)  # fmt: skip


def test_plain_estimators_take_the_features() -> None:
    numbers = PANDAS.X.drop(columns="contact.country")
    assert HistGradientBoostingClassifier(max_iter=5).fit(numbers, PANDAS.y).predict(numbers).shape == (len(PANDAS),)
    typed = PANDAS.X.astype({"contact.country": "category"})
    assert HistGradientBoostingClassifier(max_iter=5).fit(typed, PANDAS.y).score(typed, PANDAS.y) > 0.5
    piped = make_pipeline(clone(TEXTS), HistGradientBoostingClassifier(max_iter=5))
    assert piped.fit(PANDAS.X, PANDAS.y).predict_proba(PANDAS.X).shape == (len(PANDAS), 2)
    assert learn(features=["count(page_viewed)"]).X.shape == (OF, 1)


@pytest.mark.filterwarnings("ignore::leadqual.ml.FewConversionsWarning")
@pytest.mark.parametrize("piped", [False, True])
def test_models_are_searched_over_on_later_rows(piped: bool) -> None:
    data = learn(cutoffs=[day(35), day(40), day(41), day(42)], horizon="1d", features=["days_since(page_viewed)", "1"])
    model = ml.PropensityModel(min_conversions=1)
    name = "propensitymodel__few_conversions" if piped else "few_conversions"
    search = GridSearchCV(
        make_pipeline("passthrough", model) if piped else model,
        {name: [50, 100]},
        cv=[pair for pair in data.split() if len(np.unique(data.y[pair[0]])) == 2],
        scoring="neg_log_loss",
        error_score="raise",
    )
    assert search.fit(data.X, data.y).best_params_ == {name: 50}
    assert np.isfinite(search.best_score_)


def test_a_set_pickles_and_can_be_emptied() -> None:
    again = pickle.loads(pickle.dumps(DATA))
    assert again.rows.equals(DATA.rows)
    assert again.policy == DATA.policy
    empty = DATA.emptied()
    assert (len(empty), empty.past, empty.features, empty.counts.equals(DATA.counts)) == (0, None, DATA.features, True)
