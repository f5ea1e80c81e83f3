"""Law 3: scores, decay, limits, caps, groups, the ledger, grades."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.people import MICROSECOND, contact, day, happened, policy_of, scoring, viewed

from leadqual import Contact, Interaction, Policy, PolicyError, Score
from leadqual.engines.reference import counted
from leadqual.engines.series import let_through
from leadqual.policy.fields import AtMost


def score(policy: Policy, *history: Interaction, at: float | datetime = 10, who: Contact | None = None) -> Score:
    when = at if isinstance(at, datetime) else day(at)
    return policy.decide(who or contact(), history, at=when).scores["points"]


def lines(found: Score) -> list[tuple[str, str, float]]:
    return [(line.id, line.kind, line.points) for line in found.ledger]


def test_an_attribute_rule_gives_points_once_when_its_condition_is_true() -> None:
    policy = scoring({"when": "count(page_viewed) >= 1", "points": 5})
    assert score(policy, viewed(1), viewed(2)).value == 5
    assert score(policy).value == 0


def test_an_interaction_rule_gives_points_for_each_interaction_it_matches() -> None:
    policy = scoring({"each": "page_viewed[path == '/a']", "points": 5})
    found = score(policy, viewed(1, "/a"), viewed(2, "/a"), viewed(3, "/b"))
    assert (found.value, found.ledger[0].count) == (10, 2)


@pytest.mark.parametrize(
    ("decay", "age", "share"),
    [
        ({"half_life": "30d"}, 0, 1), ({"half_life": "30d"}, 30, 0.5), ({"half_life": "30d"}, 45, 2**-1.5),
        ({"half_life": "30d"}, 300, 2**-10),
        ({"linear": "90d"}, 0, 1), ({"linear": "90d"}, 45, 0.5), ({"linear": "90d"}, 90, 0),
        ({"linear": "90d"}, 200, 0),
        ({"step": {"every": "30d", "lose": 0.5}}, 0, 1), ({"step": {"every": "30d", "lose": 0.5}}, 29.999, 1),
        ({"step": {"every": "30d", "lose": 0.5}}, 30, 0.5), ({"step": {"every": "30d", "lose": 0.5}}, 90, 0.125),
        ({"step": {"every": "30d", "lose": 0.25}}, 60, 0.5625), ({"step": {"every": "30d", "lose": 1}}, 29, 1),
        ({"step": {"every": "30d", "lose": 1}}, 30, 0), ({}, 1000, 1),
    ],
)  # fmt: skip
def test_decay(decay: dict[str, Any], age: float, share: float) -> None:
    found = score(scoring({"each": "demo_requested", "points": 100, **decay}), happened("demo_requested", 0), at=age)
    assert found.value == pytest.approx(100 * share, abs=1e-6)


def test_decays_of_many_interactions_add_up() -> None:
    history = [happened("demo_requested", number / 7) for number in range(70)]
    for decay, share in (
        ({"half_life": "2d"}, lambda age: 2 ** (-age / 2)),
        ({"linear": "5d"}, lambda age: max(0, 1 - age / 5)),
        ({"step": {"every": "1d", "lose": 0.5}}, lambda age: 0.5 ** (age // 1)),
    ):
        expected = sum(2 * share(10.05 - number / 7) for number in range(70))
        found = score(scoring({"each": "demo_requested", "points": 2, **decay}), *history, at=10.05).value
        assert found == pytest.approx(expected, abs=2e-6)


def test_within_leaves_out_what_is_older_and_keeps_the_decay() -> None:
    policy = scoring({"each": "demo_requested", "points": 8, "within": "3d", "half_life": "1d"})
    history = [happened("demo_requested", on) for on in (7, 7 + 1e-6, 8, 10)]
    assert score(policy, *history).value == pytest.approx(8 * (2**-3 + 2**-2 + 1), abs=1e-4)
    assert score(policy, *history).ledger[0].count == 3


@pytest.mark.parametrize(("points", "capped"), [(6, 15), (-6, -15)])
def test_a_cap_limits_the_absolute_sum_of_a_rule(points: float, capped: float) -> None:
    found = score(scoring({"each": "page_viewed", "points": points, "cap": 15}), *(viewed(on) for on in range(5)))
    assert lines(found) == [("r1", "rule", 5 * points), ("r1", "cap", capped - 5 * points)]
    assert found.value == capped


def test_a_sum_exactly_at_the_cap_is_not_capped() -> None:
    found = score(scoring({"each": "page_viewed", "points": 5, "cap": 15}), *(viewed(on) for on in range(3)))
    assert lines(found) == [("r1", "rule", 15)]


def test_at_most_counts_the_first_within_each_utc_day() -> None:
    policy = scoring({"each": "page_viewed", "points": 1, "at_most": "2 per 1d"})
    history = [viewed(1.0), viewed(1.5), viewed(1.9), viewed(2.0), viewed(2.1), viewed(2.2), viewed(3.99)]
    assert score(policy, *history).ledger[0].count == 5


def test_at_most_keeps_the_first_not_the_last() -> None:
    policy = scoring({"each": "page_viewed", "points": 16, "at_most": "1 per 1d", "half_life": "1d"})
    assert score(policy, viewed(1), viewed(1.75), at=2).value == 8


def test_the_day_of_at_most_is_the_utc_day_whatever_the_zone() -> None:
    policy = scoring({"each": "page_viewed", "points": 1, "at_most": "1 per 1d"})
    late = viewed(datetime.fromisoformat("2026-01-05T06:30:00+07:00"), "/", "a")  # 23:30Z the day before
    early = viewed(datetime.fromisoformat("2026-01-05T07:30:00+07:00"), "/", "b")
    assert score(policy, late, early).value == 2


def test_at_most_rolling_counts_one_if_fewer_counted_in_the_window_before_it() -> None:
    policy = scoring({"each": "page_viewed", "points": 1, "at_most": "1 per 1d rolling"})
    history = [viewed(1.5), viewed(2.4), viewed(2.5), viewed(3.4), viewed(3.6)]
    assert score(policy, *history).value == 3  # 1.5, then 2.5 (exactly a day later), then 3.6
    assert score(policy, viewed(1.5), viewed(2.4), viewed(2.6)).value == 2


def test_at_most_looks_only_at_what_the_rule_matches_and_before_within() -> None:
    policy = scoring({"each": "page_viewed[path == '/a']", "points": 1, "at_most": "1 per 1d", "within": "12h"})
    assert score(policy, viewed(9.0, "/b"), viewed(9.6, "/a"), at=10).value == 1
    assert score(policy, viewed(9.0, "/a"), viewed(9.6, "/a"), at=10).value == 0  # the first of the day is too old


INSTANTS = st.lists(st.integers(0, 200), max_size=40).map(sorted)


@given(INSTANTS, st.integers(1, 4), st.sampled_from(["1h", "6h", "1d"]), st.booleans())
def test_the_fast_limit_is_the_obvious_one(hours: list[int], count: int, per: str, rolling: bool) -> None:
    history = [viewed(hour / 24, "/", f"v{number:03}") for number, hour in enumerate(hours)]
    limit = AtMost.parse(f"{count} per {per}{' rolling' if rolling else ''}")
    times = [one.instant for one in history]
    assert let_through(times, limit) == [one.instant for one in counted(history, limit)]


def test_a_score_reads_scores_declared_before_it() -> None:
    a = {"range": [0, 50], "rules": [{"id": "demo", "each": "demo_requested", "points": 40}]}
    b = {"range": [0, 50], "rules": [{"id": "good", "when": "score.a >= 40", "points": 7}]}
    decision = policy_of(scores={"a": a, "b": b}).decide(contact(), [happened("demo_requested", 1)], at=day(2))
    assert {name: found.value for name, found in decision.scores.items()} == {"a": 40, "b": 7}


@pytest.mark.parametrize("name", ["score.b", "score.a", "stage == 'lead' or score.a", "days_in_stage", "grade.g"])
def test_score_rules_read_neither_later_scores_nor_themselves_nor_stages_nor_grades(name: str) -> None:
    when = (
        "stage == 'lead'"
        if name.startswith("stage")
        else "grade.g == 'hot'"
        if name.startswith("grade")
        else f"{name} > 1"
    )
    a = {"range": [0, 50], "rules": [{"id": "r", "when": when, "points": 1}]}
    b = {"range": [0, 50], "rules": [{"id": "r", "each": "page_viewed", "points": 1}]}
    with pytest.raises(PolicyError) as caught:
        policy_of(
            scores={"a": a, "b": b}, grades={"g": {"score": "b", "bands": {"hot": 40, "cold": 0}}},
            stages={"lead": {"initial": True}},
        )  # fmt: skip
    assert caught.value.code == "circular"


def test_groups_of_rules_share_a_cap() -> None:
    rules = [
        {"each": "page_viewed", "points": 6, "group": "web"},
        {"each": "demo_requested", "points": 9, "group": "web"},
        {"each": "demo_requested", "points": 1},
    ]
    found = score(scoring(*rules, groups={"web": {"cap": 10}}), viewed(1), happened("demo_requested", 2))
    assert lines(found) == [("r1", "rule", 6), ("r2", "rule", 9), ("r3", "rule", 1), ("web", "group_cap", -5)]
    assert found.value == 11


def test_a_group_is_capped_after_the_caps_of_its_rules_and_below_zero_too() -> None:
    rules = [
        {"each": "page_viewed", "points": -6, "group": "web", "cap": 9},
        {"each": "demo_requested", "points": -9, "group": "web"},
    ]
    found = score(scoring(*rules, groups={"web": {"cap": 10}}), viewed(1), viewed(2), happened("demo_requested", 2))
    assert lines(found) == [("r1", "rule", -12), ("r1", "cap", 3), ("r2", "rule", -9), ("web", "group_cap", 8)]


def test_rules_can_be_negative_and_the_clip_to_the_range_is_last() -> None:
    rules = [{"each": "page_viewed", "points": 30}, {"each": "demo_requested", "points": -5}]
    high = score(scoring(*rules, range=[0, 50]), viewed(1), viewed(2), viewed(3), happened("demo_requested", 1))
    assert high.value == 50
    assert lines(high)[-1] == ("points", "clip", -35)  # 90 - 5, not min(90, 50) - 5
    low = score(scoring(*rules, range=[0, 50]), happened("demo_requested", 1))
    assert (low.value, lines(low)[-1]) == (0, ("points", "clip", 5))


def test_every_rule_is_a_line_even_where_it_gives_nothing() -> None:
    found = score(
        scoring(
            {"each": "page_viewed", "points": 1},
            {"when": "contact.country == 'ID'", "points": 2, "description": "home"},
        )
    )
    assert [(line.id, line.points, line.count, line.unknown) for line in found.ledger] == [
        ("r1", 0, 0, False),
        ("r2", 0, None, True),
    ]
    assert found.ledger[1].description == "home"


@pytest.mark.parametrize("decay", [{"half_life": "7d"}, {"linear": "11d"}, {"step": {"every": "1d", "lose": 0.3}}])
def test_the_ledger_sums_to_the_score(decay: dict[str, Any]) -> None:
    rules = [
        {"each": "page_viewed", "points": 0.7, "cap": 3.3, "group": "g", **decay},
        {"each": "demo_requested", "points": 1 / 3, "group": "g"},
    ]
    history = [
        *(viewed(number / 3) for number in range(29)),
        *(happened("demo_requested", number / 5) for number in range(9)),
    ]
    found = score(scoring(*rules, groups={"g": {"cap": 4.1}}, range=[0, 3.7]), *history)
    assert abs(sum(line.points for line in found.ledger) - found.value) <= 1e-9


def test_values_are_rounded_to_six_decimals_before_a_threshold_looks_at_them() -> None:
    """0.1 three times is 0.30000000000000004 in binary, and a third three times is not quite one."""
    policy = scoring({"each": "page_viewed", "points": 19.99999999})
    assert score(policy, viewed(1)).value == 20
    assert policy.evaluate("score.points >= 20", contact(), [viewed(1)], at=day(2)) is True
    assert score(scoring({"each": "page_viewed", "points": 0.1}), viewed(1), viewed(2), viewed(3)).value == 0.3


def test_caps_with_many_decimals_give_one_value_wherever_it_is_asked() -> None:
    policy = scoring(*[{"each": "page_viewed", "points": 5, "cap": 0.1234564}] * 2)
    value = score(policy, viewed(1)).value
    assert policy.evaluate("score.points", contact(), [viewed(1)], at=day(2)) == value


class _Outside:
    """A scorer that answers with what it is told."""

    name = "outside"

    def __init__(self, value: float | None) -> None:
        self.value = value

    def score(self, contact: Contact, history: Any, *, at: datetime) -> Score:
        self.seen = [one.id for one in history], at
        return Score(name="its own", value=self.value)


def test_a_score_can_come_from_a_scorer_object_that_sees_nothing_later_than_at() -> None:
    scorer = _Outside(0.25)
    policy = policy_of().with_scorer("chance", scorer, range=(0, 1))
    decision = policy.decide(contact(), [viewed(1, "/", "a"), viewed(3, "/", "b")], at=day(2))
    assert (decision.scores["chance"].value, decision.scores["chance"].name) == (0.25, "chance")
    assert scorer.seen == (["a"], day(2))
    assert policy.evaluate("score.chance > 0.2", contact(), at=day(2)) is True


def test_a_scorer_that_abstains_leaves_its_score_missing() -> None:
    policy = policy_of().with_scorer("chance", _Outside(None), range=(0, 1))
    assert policy.decide(contact(), [], at=day(1)).scores["chance"].value is None
    assert policy.evaluate("score.chance > 0.2", contact(), at=day(2)) is None


GRADES = {
    "heat": {"score": "points", "bands": {"hot": 40, "warm": 15, "cold": 0}},
    "fit": {"score": "points", "bands": {"A": 20, "B": 10}},
    "cell": {"rows": "fit", "columns": "heat", "cells": {"A": {"hot": "star"}}},
}


@pytest.mark.parametrize(
    ("points", "heat", "fit", "cell"),
    [(40, "hot", "A", "star"), (39.999999, "warm", "A", "A_warm"), (15, "warm", "B", "B_warm"),
     (10, "cold", "B", "B_cold"), (9.999999, "cold", None, None), (-1, None, None, None)],
)  # fmt: skip
def test_grades_are_descending_thresholds_and_a_grid_crosses_two(points: float, heat: str, fit: str, cell: str) -> None:
    rules = [{"id": "r", "each": "page_viewed", "points": points}]
    policy = policy_of(scores={"points": {"range": [-50, 100], "rules": rules}}, grades=GRADES)
    assert dict(policy.decide(contact(), [viewed(1)], at=day(2)).grades) == {"heat": heat, "fit": fit, "cell": cell}


def test_a_grade_below_every_band_is_missing_to_conditions() -> None:
    rules = [{"id": "r", "each": "page_viewed", "points": -1}]
    policy = policy_of(scores={"points": {"range": [-50, 100], "rules": rules}}, grades=GRADES)
    asked = [
        policy.evaluate(text, contact(), [viewed(1)], at=day(2)) for text in ("grade.fit != 'A'", "grade.fit is None")
    ]
    assert asked == [None, True]


def test_points_fade_to_the_microsecond() -> None:
    policy = scoring({"each": "page_viewed", "points": 10, "step": {"every": "1d", "lose": 0.5}})
    one = viewed(datetime(2026, 1, 1, tzinfo=UTC))
    assert [score(policy, one, at=at).value for at in (day(1) - MICROSECOND, day(1))] == [10, 5]
