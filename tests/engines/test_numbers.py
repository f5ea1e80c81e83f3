"""Rounding, limits and decay."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.engines.numbers import decayed, rounded, within_cap, within_range
from leadqual.model.time import DAY
from leadqual.policy.rules import Rule


@pytest.mark.parametrize(
    ("value", "expected"),
    [(59.9999999, 60), (0.0000005, 0.000001), (-0.0000005, 0), (-0.0000015, -0.000001), (0.1 + 0.2, 0.3), (-0.0, 0),
     (1e300, 1e300), (1e305, 1e305), (-1e305, -1e305), (123456789.123456, 123456789.123456)],
)  # fmt: skip
def test_rounding_is_to_six_decimals_halves_up(value: float, expected: float) -> None:
    assert rounded(value) == expected
    assert math.copysign(1, rounded(-0.0)) == 1


@given(st.floats(-1e6, 1e6))
def test_rounding_twice_is_rounding_once(value: float) -> None:
    once = rounded(value)
    assert rounded(once) == once
    assert abs(once - value) <= 5.1e-7


@given(st.integers(-(10**12), 10**12), st.integers(1, 50))
def test_sums_of_rounded_values_stay_rounded(millionths: int, times: int) -> None:
    part = millionths / 1e6
    assert abs(rounded(math.fsum([part] * times)) - millionths * times / 1e6) <= 1e-6


@pytest.mark.parametrize(("value", "expected"), [(-3, -2), (-2, -2), (0, 0), (5, 5), (6, 5)])
def test_limits(value: float, expected: float) -> None:
    assert within_range(value, (-2, 5)) == expected


def test_a_cap_holds_on_either_side_of_zero_and_has_six_decimals() -> None:
    assert [within_cap(value, 2.00000049) for value in (-3, -1, 1, 3)] == [-2, -1, 1, 2]


def test_a_rule_without_decay_keeps_its_points() -> None:
    assert decayed(Rule(id="r", points=1, each="page_viewed"), 10**6 * DAY) == 1
