"""Probabilities follow what really happens later: the level of the last rows, and no class weighs more."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from support.people import bought, contact, day, policy_of, viewed

from leadqual import frames
from leadqual.ml import PropensityModel, training_set
from leadqual.ml.models.calibrating import calibrated, log_odds
from leadqual.ml.models.held_back import held_back

MONTH = np.timedelta64(30, "D")


def world(rates: list[float], of: int = 600) -> tuple[Any, Any, Any]:
    """Return months with a rate each, and one feature that tells something."""
    chance = np.random.default_rng(5)
    x = chance.normal(size=(of * len(rates), 1))
    month = np.repeat(np.arange(len(rates)), of)
    level = np.log(np.array(rates) / (1 - np.array(rates)))[month]
    y = (chance.random(len(x)) < expit(level + x[:, 0])).astype(int)
    return x, y, np.datetime64("2026-01-01") + month * MONTH


def test_the_level_is_that_of_the_last_rows_where_times_are_known() -> None:
    x, y, times = world([0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.3])
    timed = PropensityModel().fit(x, y, times=times)
    blind = PropensityModel().fit(x, y)
    late = y[times >= np.unique(times)[-2]].mean()
    assert late > 1.5 * y.mean()
    assert abs(timed.predict_proba(x)[:, 1].mean() - late) < 0.5 * (late - y.mean())
    assert abs(blind.predict_proba(x)[:, 1].mean() - y.mean()) < 0.01
    assert "at the level of the" in timed.how_
    assert "cross-fitting" in blind.how_


@pytest.mark.parametrize("own", [None, LogisticRegression()])
def test_rare_conversions_stay_rare(own: Any) -> None:
    x, y, _ = world([0.03] * 5, of=1000)
    found = PropensityModel(own).fit(x, y).predict_proba(x)[:, 1]
    assert abs(found.mean() - y.mean()) < 0.004


class Sure(ClassifierMixin, BaseEstimator):
    """Has the right order, and is four times as sure as it should be; remembers what it was fitted on."""

    fits: ClassVar[list[tuple[int, float]]] = []

    def fit(self, x: Any, y: Any) -> Sure:
        self.classes_ = np.array([0, 1])
        Sure.fits.append((len(y), float(np.asarray(x)[:, 1].max())))
        return self

    def predict_proba(self, x: Any) -> Any:
        chance = expit(2 * np.asarray(x)[:, 0])
        return np.column_stack([1 - chance, chance])


def test_an_estimator_that_is_too_sure_is_calmed_by_rows_it_was_not_fitted_on() -> None:
    x, y, times = world([0.2] * 5)
    x = np.column_stack([x, (times - times[0]) / np.timedelta64(1, "D")])
    Sure.fits.clear()
    model = PropensityModel(Sure()).fit(x, y, times=times)
    assert 0.45 < model.calibration_.slope < 0.65
    assert Sure.fits[0] == (len(y), 120.0)
    assert all(rows < len(y) for rows, _ in Sure.fits[1:])
    plain = PropensityModel(Sure(), calibration="none").fit(x, y, times=times)
    np.testing.assert_allclose(plain.predict_proba(x)[:, 1], expit(2 * x[:, 0]), atol=1e-6)
    assert "not calibrated" in plain.how_
    steps = PropensityModel(Sure(), calibration="isotonic").fit(x, y, times=times).predict_proba(x)[:, 1]
    order = np.argsort(x[:, 0])
    assert np.diff(steps[order]).min() >= 0
    assert abs(steps[times == times.max()].mean() - y[times == times.max()].mean()) < 0.01


@pytest.mark.parametrize("months", [1, 2, 5, 12])
def test_the_latest_rows_give_the_level_and_no_instant_is_divided(months: int) -> None:
    _, y, times = world([0.2] * months)
    found = held_back(y, times.astype("datetime64[us]"), None, 20)
    assert found is not None
    assert sorted(np.concatenate([test for _, test in found.pairs])) == list(range(len(y)))
    if months == 1:
        assert found.late is None
        return
    assert found.late is not None
    assert times[found.late].min() > times[~found.late].max()
    assert 0.2 < found.late.mean() <= 0.5


def test_all_rows_of_a_contact_are_in_one_fold() -> None:
    _, y, times = world([0.2] * 3)
    contacts = np.tile(np.arange(600), 3)
    found = held_back(y, times.astype("datetime64[us]"), contacts, 20)
    assert found is not None
    for train, test in found.pairs:
        assert not {*contacts[train]} & {*contacts[test]}


def test_where_the_last_rows_hold_too_few_conversions_all_rows_give_the_level() -> None:
    x, y, times = world([0.3] * 5)
    for later in (y * (times < np.unique(times)[2]), y):
        at = times if later is not y else np.full(len(y), times[0])
        found = held_back(later, at.astype("datetime64[us]"), None, 20)
        assert found is not None
        assert (found.late is None, len(found.pairs)) == (True, 5)
        assert PropensityModel().fit(x, later, times=at).how_.endswith("folds")


def test_a_level_that_has_fallen_is_not_counted_twice() -> None:
    x, y, times = world([0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1], of=2000)
    late = times >= np.unique(times)[-2]
    found = PropensityModel().fit(x, y, times=times).predict_proba(x)[:, 1]
    assert abs(found[late].mean() - y[late].mean()) < 0.1 * y[late].mean()


def test_log_odds_stay_finite_where_steps_end_at_nothing() -> None:
    x, y, times = world([0.1] * 5)
    model = PropensityModel(calibration="isotonic").fit(x, y, times=times)
    assert np.isfinite(model.decision_function(x)).all()


@given(
    rows=st.lists(st.tuples(st.floats(-40, 40), st.booleans()), min_size=1, max_size=60),
    how=st.sampled_from(["sigmoid", "isotonic", "none"]),
)
def test_calibration_never_turns_the_order_and_stays_a_probability(rows: list[tuple[float, bool]], how: Any) -> None:
    margins, y = np.array([one for one, _ in rows]), np.array([int(one) for _, one in rows])
    grid = np.sort(np.r_[margins, np.linspace(-50, 50, 40)])
    found = calibrated(margins, y, how).probability(grid)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    assert found.max() <= 1
    assert np.diff(found).min() >= -1e-12


def test_log_odds_are_finite() -> None:
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()


def test_a_training_set_brings_its_times_and_its_contacts() -> None:
    people = [contact(id=f"c-{place}", created_at=day(0)) for place in range(400)]
    told = {
        one.id: [viewed(1)] * (place % 2) + [bought(25 + (place // 4) % 100, 5)] * (place % 4 == 0 or place % 6 == 1)
        for place, one in enumerate(people)
    }
    policy, cutoffs = policy_of(), [day(20 * number) for number in range(1, 6)]
    tables = frames.from_models(people, told, policy=policy)
    data = training_set(
        policy, *tables, features=["count(page_viewed)"], cutoffs=cutoffs, horizon="20d", until=day(130)
    )
    model = PropensityModel(few_conversions=0).fit(data)
    assert model.training_ is not None
    assert (len(model.training_), model.training_.past) == (0, None)
    found = held_back(data.y, data.times, data.groups, 20)
    assert found is not None
    assert found.said in model.how_
    assert found.late is not None
