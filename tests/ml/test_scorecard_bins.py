from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.conditions.parse import parse_condition
from leadqual.ml.scorecards.binning import Limits, binned
from leadqual.ml.scorecards.bins import (
    Bin,
    Known,
    Missing,
    OtherTexts,
    Span,
    Texts,
    Truth,
    codes,
    condition,
    joined,
    label,
    slug,
)
from leadqual.ml.scorecards.points import whole_points
from leadqual.ml.scorecards.readable import readable
from leadqual.ml.scorecards.weights import evidence, weighed
from leadqual.model.catalogue import ValueType

CHANCE = np.random.default_rng(0)


def drawn(rates: list[float], each: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Return the values 0, 1, ... so many times each, of which these shares converted exactly."""
    values = np.repeat(np.arange(len(rates)), each)
    converted = np.concatenate([np.arange(each) < rate * each for rate in rates])
    return values, converted.astype(np.int8)


def test_numbers_are_divided_where_rates_differ() -> None:
    values, converted = drawn([0.1] * 30 + [0.4] * 20)
    parts = binned(pl.Series(values.astype(float)), ValueType.NUMBER, converted, Limits(5, 100))
    assert parts == [Span(None, 30.0), Span(30.0, None)]


def test_missing_is_a_bin_of_its_own() -> None:
    values, converted = drawn([0.1, 0.4])
    column = pl.concat([pl.Series(values.astype(float)), pl.Series([None] * 100, dtype=pl.Float64)])
    converted = np.append(converted, np.ones(100, dtype=np.int8))
    assert binned(column, ValueType.NUMBER, converted, Limits(5, 100))[-1] == Missing()
    alike = pl.Series([1.0] * 800 + [None] * 100)
    assert binned(alike, ValueType.NUMBER, converted, Limits(5, 100)) == [Known(), Missing()]


def test_neighbours_that_do_not_surely_differ_are_one_and_nothing_is_said() -> None:
    values, converted = drawn([0.2, 0.21, 0.2, 0.19])
    assert binned(pl.Series(values.astype(float)), ValueType.NUMBER, converted, Limits(5, 50)) == []
    values, converted = drawn([0.2, 0.3])
    column = pl.Series(values.astype(float))
    assert len(binned(column, ValueType.NUMBER, converted, Limits(5, 50))) == 2
    # the same rows of a tenth as many contacts tell less
    assert binned(column, ValueType.NUMBER, converted, Limits(5, 50, independent=0.1)) == []


def test_a_direction_joins_what_would_go_against_it() -> None:
    values, converted = drawn([0.1, 0.3, 0.2])
    column = pl.Series(values.astype(float))
    assert len(binned(column, ValueType.NUMBER, converted, Limits(5, 50))) == 3
    assert binned(column, ValueType.NUMBER, converted, Limits(5, 50), 1) == [Span(None, 1.0), Span(1.0, None)]


def test_texts_of_like_rates_are_together_and_rare_ones_are_any_other() -> None:
    values, converted = drawn([0.1, 0.4, 0.1, 0.4])
    names = np.array(["a", "b", "c", "d"])[values]
    parts = binned(pl.Series(names), ValueType.TEXT, converted, Limits(5, 100))
    assert parts == [Texts(("a", "c")), Texts(("b", "d"))]
    rare = np.where(np.arange(len(names)) % 400 < 5, "rare", names)
    parts = binned(pl.Series(rare), ValueType.TEXT, converted, Limits(5, 100))
    assert {type(one) for one in parts} == {Texts, OtherTexts}
    assert codes(parts, pl.Series(["never seen"])).tolist() == codes(parts, pl.Series(["rare"])).tolist()


def test_large_numbers_are_divided_exactly() -> None:
    values, converted = drawn([0.1, 0.4])
    column = pl.Series(900_000_001.0 + values)  # as 32-bit floats they would be one
    (low, high) = binned(column, ValueType.NUMBER, converted, Limits(5, 100))
    assert codes([low, high], column).tolist() == values.tolist()


@given(st.lists(st.floats(-1e6, 1e6).map(lambda one: round(one, 3)), min_size=2, max_size=40, unique=True), st.data())
def test_a_readable_threshold_divides_the_same_rows(found: list[float], data: st.DataObject) -> None:
    values = np.array(sorted(found)) + 0.0
    place = data.draw(st.integers(1, len(values) - 1))
    threshold = readable(values, np.ones(len(values), dtype=np.int64), place, 0)
    assert (values >= threshold).tolist() == (np.arange(len(values)) >= place).tolist()


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [(29, 30, 30), (27, 34, 30), (99, 118, 100), (0, 1, 1), (0.07, 0.12, 0.1), (-3, 2, 0), (1234.5, 1278.1, 1250)],
)
def test_thresholds_are_round(below: float, above: float, expected: float) -> None:
    values = np.array([below, above], dtype=float)
    assert readable(values, np.array([1, 1]), 1, 0) == expected


def test_a_few_rows_may_change_sides_for_a_rounder_number() -> None:
    values, sizes = np.array([10.0, 48.0, 49.0, 51.0, 80.0]), np.array([100, 100, 2, 100, 100])
    assert readable(values, sizes, 2, 0) == 49.0
    assert readable(values, sizes, 2, 2) == 50.0


EVERY: list[tuple[Bin, str, str, str]] = [
    (Span(None, 30), "contact.x < 30", "below 30", "below-30"),
    (Span(-1.5, 30), "-1.5 <= contact.x < 30", "-1.5 to below 30", "minus-1_5-30"),
    (Span(30, None), "contact.x >= 30", "30 and more", "from-30"),
    (Texts(("ID",)), "contact.x == 'ID'", "ID", "ID"),
    (Texts(("it's", "SG")), "contact.x in [\"it's\", 'SG']", "it's, SG", "it-s-SG"),
    (Texts(tuple("abcde")), "contact.x in ['a', 'b', 'c', 'd', 'e']", "a, b, c, d, e", "a-b-c-and-2-more"),
    (OtherTexts(("ID",)), "contact.x != 'ID'", "any other", "other"),
    (OtherTexts(("ID", "SG")), "contact.x not in ['ID', 'SG']", "any other", "other"),
    (Truth(value=True), "contact.x", "true", "true"),
    (Truth(value=False), "not contact.x", "false", "false"),
    (Known(), "contact.x is not None", "known", "known"),
    (Missing(), "contact.x is None", "unknown", "unknown"),
]


@pytest.mark.parametrize(("part", "text", "named", "end"), EVERY)
def test_a_bin_is_a_condition(part: Bin, text: str, named: str, end: str) -> None:
    node = condition(part, parse_condition("contact.x"))
    assert str(node) == text
    assert parse_condition(text) == node
    assert (label(part), slug(part)) == (named, end)


def test_a_condition_as_a_feature_is_put_in_brackets() -> None:
    asked = parse_condition("contact.age > 3 and contact.owner")
    assert str(condition(Truth(value=False), asked)) == "not (contact.age > 3 and contact.owner)"
    assert str(condition(Missing(), asked)) == "(contact.age > 3 and contact.owner) is None"


def test_bins_with_the_same_points_are_joined() -> None:
    assert joined([Texts(("a",)), OtherTexts(("a", "b")), Texts(("b",))], [3, 3, 0]) == (
        (OtherTexts(("b",)), Texts(("b",))),
        (3, 0),
    )
    assert joined([Truth(value=False), Truth(value=True), Missing()], [2, 2, 0]) == ((Known(), Missing()), (2, 0))
    assert joined([Span(None, 1), Span(1, 2), Span(2, None)], [4, 0, 4])[1] == (4, 0, 4)  # they do not touch


def test_evidence_is_drawn_to_what_is_usual_where_there_are_few_rows() -> None:
    places, converted = drawn([0.1, 0.5])
    found = evidence(places, 2, converted)
    assert found.rows.tolist() == [400, 400]
    assert found.hits.tolist() == [40, 200]
    assert found.woe[0] < 0 < found.woe[1]
    few = evidence(np.append(places, [2]), 3, np.append(converted, [1]).astype(np.int8))
    assert 0 < few.woe[2] < 1.5  # one row that converted proves little


def test_weights_are_never_negative_and_those_of_a_ridge() -> None:
    first, second = CHANCE.integers(0, 2, 4000), CHANCE.integers(0, 2, 4000)
    converted = (CHANCE.random(4000) < 0.1 + 0.2 * first + 0.1 * second).astype(np.int8)
    features = [(one, evidence(one, 2, converted)) for one in (first, second)]
    intercept, *weights = weighed(features, converted)
    assert all(0.5 < one < 1.2 for one in weights)
    odds = intercept + sum(w * found.of(places) for w, (places, found) in zip(weights, features, strict=True))
    assert (1 / (1 + np.exp(-odds))).mean() == pytest.approx(converted.mean(), abs=1e-4)
    against = (first, evidence(1 - first, 2, converted))
    assert weighed([features[0], against], converted)[2] == 0


@given(st.lists(st.lists(st.floats(0.001, 5), min_size=1, max_size=4), min_size=1, max_size=6), st.integers(5, 100))
def test_whole_points_stay_in_their_range_and_order(worth: list[list[float]], highest: int) -> None:
    given_worth = [np.array([0.0, *sorted(one)]) for one in worth]
    points = whole_points(given_worth, highest)
    assert sum(map(max, points)) <= highest
    assert all(list(one) == sorted(one) for one in points)
