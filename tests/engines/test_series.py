"""The indexed history against adding up by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.engines.numbers import decayed, rounded
from leadqual.engines.series import EMPTY, Series, share_left
from leadqual.model.time import DAY
from leadqual.policy.rules import Rule

TIMES = st.lists(st.integers(-5, 60), max_size=40).map(lambda steps: [step * DAY // 4 for step in sorted(steps)])
NOWS = st.integers(-8, 70).map(lambda step: step * DAY // 4) | st.integers(-2 * DAY, 20 * DAY)
WITHIN = st.none() | st.sampled_from([1, DAY // 4, DAY, 3 * DAY, 400 * DAY])
VALUES = st.sampled_from([0, 1, -1, 0.1, 2.5, 1e9, -1e15, 1e15, 1e-7, 2**53 + 1])


@st.composite
def series_with_values(draw: st.DrawFn) -> Series:
    times = draw(TIMES)
    return Series(times, [draw(VALUES) for _ in times])


def inside(series: Series, now: int, within: int | None) -> list[int]:
    return [index for index, time in enumerate(series.times) if time <= now and (within is None or now - time < within)]


@given(series_with_values(), NOWS, WITHIN)
def test_span_total_and_extremes(series: Series, now: int, within: int | None) -> None:
    chosen = inside(series, now, within)
    values = [series.values[index] for index in chosen]
    start, end = series.span(now, within)
    assert list(range(start, end)) == chosen
    assert series.total(now, within) == rounded(math.fsum(values))
    assert series.extreme(now, within, largest=True) == max(values, default=None)
    assert series.extreme(now, within, largest=False) == min(values, default=None)


DECAYS: list[dict[str, Any]] = [
    {}, {"half_life": "6h"}, {"half_life": "1d"}, {"half_life": "30d"},
    {"linear": "6h"}, {"linear": "2d"}, {"linear": "90d"},
    {"step": {"every": "6h", "lose": 0.5}}, {"step": {"every": "1d", "lose": 0.01}},
    {"step": {"every": "2d", "lose": 1}},
]  # fmt: skip


@given(TIMES, NOWS, st.sampled_from(DECAYS), st.none() | st.sampled_from(["6h", "1d", "3d", "400d"]))
def test_what_is_left_of_the_points(times: list[int], now: int, decay: dict[str, Any], within: str | None) -> None:
    rule = Rule(id="r", points=1, each="page_viewed", within=within, **decay)
    series = Series(times)
    chosen = inside(series, now, None if rule.within is None else rule.within.micros)
    shares, count = share_left(rule)(series, now)
    assert count == len(chosen)
    assert shares == pytest.approx(math.fsum(decayed(rule, now - times[index]) for index in chosen), rel=0, abs=1e-9)


def test_nothing_answers_with_nothing() -> None:
    assert EMPTY.span(0, None) == (0, 0)
    assert EMPTY.total(0, DAY) == 0
    assert EMPTY.extreme(0, None, largest=True) is None


def test_steps_do_not_stop_early_where_points_are_large() -> None:
    rule = Rule(id="r", points=1, each="page_viewed", step={"every": "1d", "lose": 0.5})
    times = [0, 50 * DAY]
    expected = math.fsum(decayed(rule, 50 * DAY - time) for time in times)
    assert series_value(times, rule, 50 * DAY) == expected


def series_value(times: list[int], rule: Rule, now: int) -> float:
    return share_left(rule)(Series(times), now)[0]


def test_a_thousand_years_of_half_lives_is_nothing_and_no_error() -> None:
    rule = Rule(id="r", points=1, each="page_viewed", half_life="1s")
    assert series_value([0], rule, 365_000 * DAY) == 0
