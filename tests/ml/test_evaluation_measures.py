"""Figures of scorers: by hand, against scikit-learn, against the backtest, and what must not change them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics
from support.people import day

from leadqual.analysis.backtests.measures import at_capacity, ranking
from leadqual.ml.evaluation import measures
from leadqual.ml.evaluation.judged import SHARES, Figures, Judged
from leadqual.ml.evaluation.periods import Periods, periods_of

Floats = NDArray[np.float64]

SCORES = st.integers(0, 6).map(lambda whole: whole / 7 + 0.05)
ROWS = st.lists(st.tuples(SCORES, st.booleans(), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=40)


def figures_of(
    y: Any, score: Any, period: Any = None, capacities: tuple[float, ...] = (0.1, 2), weight: Any = None
) -> dict[str, Any]:
    y, score = np.asarray(y, dtype=float), np.asarray(score, dtype=float)
    _, place = np.unique(np.zeros(len(y)) if period is None else period, return_inverse=True)
    periods = Periods(place, (None,) * (int(place.max()) + 1), monthly=False)
    figures = Figures(Judged("model", score, "score.model", probable=True), y, periods, capacities)
    return figures(np.ones(len(y)) if weight is None else np.asarray(weight, dtype=float))


def split(rows: list[tuple[float, bool, int, int]]) -> tuple[Floats, Floats, Floats, Floats]:
    score, y, period, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return y, score, period, weight


@given(ROWS)
def test_the_fast_figures_are_those_of_scikit_learn_under_any_weights(rows: Any) -> None:
    y, score, period, weight = split(rows)
    if not weight.sum():
        return
    found = figures_of(y, score, period, weight=weight)
    both = 0 < (weight * y).sum() < weight.sum()
    if both:
        assert found["roc_auc"][0] == pytest.approx(metrics.roc_auc_score(y, score, sample_weight=weight))
        assert found["pr_auc"][0] == pytest.approx(metrics.average_precision_score(y, score, sample_weight=weight))
    else:
        assert np.isnan(found["roc_auc"][0])
    assert found["brier"][0] == pytest.approx(metrics.brier_score_loss(y, score, sample_weight=weight))
    assert found["log_loss"][0] == pytest.approx(metrics.log_loss(y, score, sample_weight=weight, labels=[0, 1]))
    assert found["gap"][0] == pytest.approx(np.average(score - y, weights=weight))
    for place, when in enumerate(np.unique(period)):
        mine = period == when
        if 0 < (weight * y)[mine].sum() < weight[mine].sum():
            area = metrics.roc_auc_score(y[mine], score[mine], sample_weight=weight[mine])
            assert found["auc_at"][place] == pytest.approx(area)
        else:
            assert np.isnan(found["auc_at"][place])


@given(ROWS)
def test_a_whole_weight_is_a_row_given_so_often(rows: Any) -> None:
    y, score, period, weight = split(rows)
    times = weight.astype(int)
    _, place = np.unique(period, return_inverse=True)
    kept = np.repeat(np.arange(len(y)), times)
    if len(np.unique(place[kept])) < len(np.unique(place)):
        return  # a period that is not drawn has a place of its own all the same
    found, again = figures_of(y, score, period, weight=weight), figures_of(y[kept], score[kept], period[kept])
    for name in found:
        assert found[name] == pytest.approx(again[name], nan_ok=True), name


@given(ROWS, st.sampled_from([1, 3, 0.1, 0.34, 1.0]))
def test_capacity_and_ranking_are_those_of_the_backtest(rows: Any, capacity: float) -> None:
    y, score, period, _ = split(rows)
    table = pl.DataFrame(
        {
            "contact_id": [f"c-{number}" for number in range(len(y))],
            "cutoff": [day(1 + int(when)) for when in period],
            "converted": y == 1,
            "value": score,
        }
    )
    found = figures_of(y, score, period, (capacity,))
    expected = at_capacity(table, capacity, 0.95).filter(pl.col("cutoff").is_null()).row(0, named=True)
    for mine, theirs in (("hits", "hits"), ("contacts", "contacts"), ("precision", "precision"), ("gain", "recall")):
        assert found[mine][0] == pytest.approx(_number(expected[theirs]), nan_ok=True)
    assert found["lift"][0] == pytest.approx(_number(expected["lift"]), nan_ok=True)
    area = ranking(table, 0.95).filter(pl.col("cutoff").is_null())
    assert found["within_auc"][0] == pytest.approx(_number(area["auc"][0] if len(area) else None), nan_ok=True)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(rows: Any, chance: Any) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    found, again = (figures_of(*split(one)[:3]) for one in (rows, mixed))
    for name in found:
        assert found[name] == pytest.approx(again[name], nan_ok=True), name


@given(ROWS)
def test_what_keeps_the_order_keeps_the_ranking(rows: Any) -> None:
    y, score, period, _ = split(rows)
    found, again = figures_of(y, score, period), figures_of(y, score**3 * 0.5, period)
    for name in ("roc_auc", "within_auc", "pr_auc", "gain", "lift", "precision", "gain_curve", "auc_at"):
        assert found[name] == pytest.approx(again[name], nan_ok=True), name
    assert measures.alift(y, score) == measures.alift(y, score**3)


def test_an_abstention_is_ranked_last_and_has_no_probability() -> None:
    y, score = [1, 1, 0, 0], [0.9, np.nan, 0.1, 0.2]
    found = figures_of(y, score, capacities=(3,))
    assert found["roc_auc"][0] == pytest.approx(metrics.roc_auc_score(y, [0.9, -1, 0.1, 0.2]))
    assert found["hits"][0] == 1
    assert found["brier"][0] == pytest.approx((0.1**2 + 0.1**2 + 0.2**2) / 3)


def test_ties_at_the_edge_count_in_part() -> None:
    y, score = [1, 0, 0, 1, 0], [0.5, 0.5, 0.5, 0.5, 0.9]
    assert figures_of(y, score, capacities=(2,))["hits"][0] == pytest.approx(0.5)
    assert measures.gain_at(y, score, 2) == pytest.approx(0.25)
    assert measures.lift_at(y, score, 2) == pytest.approx(0.625)


def test_the_best_are_taken_of_each_period() -> None:
    """The second period has the higher scores all through; by lot over both nothing of the first would be taken."""
    y, score, period = [1, 0, 1, 0], [0.2, 0.1, 0.9, 0.8], [0, 0, 1, 1]
    found = figures_of(y, score, period, (0.5,))
    assert (found["hits"][0], found["gain"][0], found["lift"][0]) == (2, 1, 2)
    assert found["within_auc"][0] == 1
    assert found["roc_auc"][0] == 0.75
    assert found["lift_at"][:, 0].tolist() == [2, 2]


def test_the_curve_of_gain_goes_from_nothing_to_all() -> None:
    found = figures_of([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    curve = dict(zip(SHARES, found["gain_curve"], strict=True))
    assert (curve[0.0], curve[0.25], curve[0.5], curve[1.0]) == (0, 0.5, 0.5, 1)
    assert curve[0.1] == pytest.approx(0.2)


@given(st.lists(st.tuples(SCORES, st.booleans()), min_size=2, max_size=60))
def test_alift_follows_from_the_area_under_the_roc_curve(rows: Any) -> None:
    score, y = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    area, rate = measures.roc_auc(y, score), y.mean()
    if area is None:
        assert measures.alift(y, score) == (None if rate == 0 else 0.5)
    else:
        assert measures.alift(y, score) == pytest.approx(rate / 2 + (1 - rate) * area)


@given(st.lists(SCORES, max_size=50), st.integers(1, 10))
def test_bins_never_part_equal_scores_and_keep_their_order(scores: list[float], bins: int) -> None:
    places = measures.quantile_bins(scores, bins)
    assert len({(score, int(place)) for score, place in zip(scores, places, strict=True)}) == len(set(scores))
    assert sorted(places) == [int(place) for place in places[np.argsort(scores, kind="stable")]]
    assert set(places) == set(range(len(set(places))))
    assert len(set(places)) <= bins


def test_bins_of_different_scores_are_of_equal_size() -> None:
    assert np.bincount(measures.quantile_bins(np.arange(100.0))).tolist() == [10] * 10


def test_calibration_of_the_truth_and_of_what_is_too_sure() -> None:
    chance = np.random.default_rng(3)
    p = chance.beta(2, 5, 40_000)
    y = chance.random(len(p)) < p
    slope, intercept = measures.calibration_line(y, p) or (0, 0)
    assert slope == pytest.approx(1, abs=0.06)
    assert intercept == pytest.approx(0, abs=0.06)
    odds = np.log(p / (1 - p))
    sure = 1 / (1 + np.exp(-2 * odds))
    assert (measures.calibration_line(y, sure) or (0, 0))[0] == pytest.approx(slope / 2, abs=1e-3)
    true_error, sure_error = measures.calibration_error(y, p), measures.calibration_error(y, sure)
    assert true_error is not None
    assert sure_error is not None
    assert true_error < 0.01 < 0.05 < sure_error
    assert measures.in_the_large(y, p + 0.1) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([0, 0, 0], [0.1, 0.2, 0.3]),
        ([1, 1], [0.1, 0.2]),
        ([0, 1, 0], [0.3, 0.3, 0.3]),
        ([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]),
        ([1, 1, 0, 0], [0.1, 0.2, 0.2, 0.4]),
    ],
)
def test_a_line_that_rows_do_not_tell_is_missing(y: list[int], p: list[float]) -> None:
    assert measures.calibration_line(y, p) is None


def test_one_class_tells_no_ranking() -> None:
    for y in ([0, 0], [1, 1]):
        assert measures.roc_auc(y, [0.1, 0.2]) is None
    assert measures.pr_auc([0, 0], [0.1, 0.2]) is None
    assert measures.gain_at([0, 0], [0.1, 0.2], 1) is None
    assert measures.lift_at([0, 0], [0.1, 0.2], 1) is None
    found = figures_of([0, 0], [0.1, 0.2])
    assert all(np.isnan(found[name]).all() for name in ("roc_auc", "pr_auc", "gain", "lift", "gain_curve"))


def test_many_cutoffs_become_months() -> None:
    days = [day(number) for number in range(1, 29)]
    few = periods_of(pl.DataFrame({"cutoff": days * 2}))
    assert (len(few), few.monthly) == (28, False)
    start = days[0]
    many = periods_of(
        pl.DataFrame({"cutoff": pl.datetime_range(start, start.replace(year=start.year + 1), "1d", eager=True)})
    )
    assert many.monthly
    assert len(many) == 13
    assert np.bincount(many.place)[0] >= 28


def test_rows_without_a_time_are_one_period() -> None:
    found = periods_of(pl.DataFrame({"cutoff": [None, None]}, schema={"cutoff": pl.Datetime("us", "UTC")}))
    assert (found.begins, found.place.tolist()) == ((None,), [0, 0])
