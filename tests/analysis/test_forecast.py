"""Forecasts by hand: fading, windows, consents, beginnings, reviews, and what is not known."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timedelta
from math import log2
from typing import Any

import pytest
from support.people import MICROSECOND, bought, contact, day, funnel, happened, viewed

from leadqual import Decision, InputError, Interaction, Policy, Score, UnknownNameError
from leadqual.analysis.forecasts.forecasting import forecast
from leadqual.analysis.forecasts.report import Forecast

EVENT = {"source": "lead", "target": "mql", "event": "demo_requested"}


def scored(*ways: dict[str, Any], bands: dict[str, float] | None = None, **rule: Any) -> Policy:
    each = {"id": "view", "each": "page_viewed", "points": 20, **rule}
    return funnel(
        *(ways or (EVENT,)),
        scores={"s": {"range": [-100, 100], "rules": [each]}},
        grades={"heat": {"score": "s", "bands": bands or {"hot": 10, "cold": 0}}},
        review_every="1d",
    )


def ahead(policy: Policy, *history: Interaction, at: float | datetime = 2, **options: Any) -> Forecast:
    fields = options.pop("who", {})
    decision = policy.decide(contact(**fields), history, at=at if isinstance(at, datetime) else day(at))
    return forecast(decision, **options)


def instants(found: Forecast, kind: str = "grade") -> list[tuple[datetime, str | None, str | None]]:
    return [(change.at, change.before, change.after) for change in found.changes if change.kind == kind]


def test_a_half_life_falls_below_a_band_where_rounding_lets_it() -> None:
    ((at, before, after),) = instants(ahead(scored(half_life="10d"), viewed(1)))
    # 9.9999995 still rounds to 10.
    expected = day(1) + timedelta(days=10 * log2(20 / 9.9999995))
    assert (before, after) == ("hot", "cold")
    assert abs(at - expected) <= 2 * MICROSECOND


@pytest.mark.parametrize(
    ("rule", "instants_of"),
    [
        ({"within": "7d"}, [day(8)]),
        ({"step": {"every": "3d", "lose": 0.5}, "within": "30d"}, [day(1 + 6)]),
        ({"half_life": "10d", "within": "5d"}, [day(6)]),
    ],
)
def test_windows_and_steps_end_at_the_very_microsecond(rule: dict[str, Any], instants_of: list[datetime]) -> None:
    assert [at for at, _, _ in instants(ahead(scored(**rule), viewed(1)))] == instants_of


def test_a_straight_fall() -> None:
    ((at, _, _),) = instants(ahead(scored(linear="20d"), viewed(1)))
    assert timedelta() < at - day(11) < timedelta(seconds=1)


def test_points_that_rise_and_fall_cross_a_band_twice() -> None:
    rules = [
        {"id": "good", "each": "page_viewed", "points": 30, "half_life": "40d"},
        {"id": "bad", "each": "complaint_made", "points": -30, "half_life": "4d"},
    ]
    policy = funnel(
        EVENT,
        scores={"s": {"range": [-100, 100], "rules": rules}},
        grades={"heat": {"score": "s", "bands": {"hot": 15, "cold": -100}}},
    )
    found = ahead(policy, viewed(1), happened("complaint_made", 1), at=1)
    assert [(before, after) for _, before, after in instants(found)] == [("cold", "hot"), ("hot", "cold")]
    assert found.settled


def test_reviews_move_it_and_the_condition_is_told_before() -> None:
    policy = scored({"source": "lead", "target": "mql", "when": "score.s < 5"}, half_life="10d")
    found = ahead(policy, viewed(1.25))
    ((at, before, after),) = instants(found, "condition")
    (move,) = found.moves
    assert (before, after) == ("false", "true")
    assert day(21) < at < move.at == day(22)
    assert (move.target, move.interaction, found.next_move) == ("mql", None, move)
    assert found.stage_at(day(22)) == "mql"
    assert found.stage_at(day(22) - MICROSECOND) == "lead"
    assert "MOVES lead -> mql (t1) at the review" in found.explain()


def test_without_reviews_it_is_noticed_at_the_next_interaction() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_in_stage >= 3"})
    found = ahead(policy, viewed(1))
    assert instants(found, "condition") == [(day(4), "false", "true")]
    assert (found.moves, found.reviewed, found.settled) == ((), False, True)
    assert "noticed at the next interaction, whatever it is" in " ".join(found.explain().split())
    late = ahead(policy, viewed(1), at=9)
    assert late.waiting == ("t1",)
    assert "t1 holds already, and is tried at the next interaction" in late.explain()


def test_the_condition_of_an_event_waits_for_it() -> None:
    found = ahead(funnel({**EVENT, "when": "days_in_stage >= 3"}), viewed(1))
    assert "holds: days_in_stage >= 3; it waits for demo_requested" in " ".join(found.explain().split())


def test_a_consent_that_begins_later_and_a_window_that_ends() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "consent.email and count(page_viewed, within='9d') > 0"}
    )
    who = {"consents": [{"channel": "email", "at": day(4)}]}
    found = ahead(policy, viewed(1), who=who)
    assert instants(found, "condition") == [(day(4), "unknown", "true"), (day(10), "true", "false")]


def test_a_contact_that_begins_later() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_in_stage >= 2"}, review_every="1d")
    found = ahead(policy, who={"created_at": day(5)})
    assert instants(found, "condition") == [(day(5), "unknown", "false"), (day(7), "false", "true")]
    assert [move.at for move in found.moves] == [day(7)]
    never = ahead(policy)
    assert (never.changes, never.moves, never.settled) == ((), (), True)
    assert "nothing changes" in never.explain()
    before = ahead(policy, who={"created_at": day(500)}, until="100d")
    assert not before.settled


def test_a_customer_becomes_inactive() -> None:
    found = ahead(funnel(EVENT), bought(1, 5), happened("product_used", 3), at=4)
    assert instants(found, "activity") == [(day(3 + 365), "active", "inactive")]
    assert found.settled


def test_to_and_fro_without_end_is_stopped_and_told() -> None:
    ways = [
        {"source": "lead", "target": "mql", "when": "days_in_stage >= 1"},
        {"source": "mql", "target": "lead", "when": "days_in_stage >= 1"},
    ]
    found = ahead(funnel(*ways, review_every="1d"), viewed(1), most_moves=5)
    assert [move.at for move in found.moves] == [day(number) for number in range(3, 8)]
    assert (found.until, found.settled) == (day(7), False)
    assert "it has moved 5 times, to and fro" in found.explain()


def test_too_little_effort_ends_it_earlier_and_is_told() -> None:
    found = ahead(scored(half_life="10d"), viewed(1), effort=5)
    assert found.changes == ()
    assert found.until < day(12)
    assert not found.settled
    assert "the grade heat changes too often to be told" in found.explain()


def test_a_review_that_cannot_be_decided_ends_it() -> None:
    when = "company.employees > 5 and count(page_viewed, within='3d') == 0"
    policy = funnel({"source": "lead", "target": "mql", "when": when, "on_unknown": "error"}, review_every="1d")
    found = ahead(policy, viewed(1))
    assert found.until == day(4)
    assert found.stopped is not None
    assert "cannot be decided" in found.stopped


def test_scorer_objects_are_asked_at_reviews_and_nowhere_else() -> None:
    class Fading:
        name = "model"

        def score(self, contact: Any, history: Any, *, at: datetime) -> Score:
            return Score(name="model", value=max(0.0, 1 - (at - day(1)) / timedelta(days=10)))

    bare = funnel(
        {"source": "lead", "target": "mql", "when": "score.model < 0.5"},
        scorers={"model": {"range": [0, 1]}},
        grades={"luck": {"score": "model", "bands": {"good": 0.5, "bad": 0}}},
        review_every="1d",
    )
    found = ahead(bare.with_scorer("model", Fading()), viewed(1), until="30d")
    assert [move.at for move in found.moves] == [day(7)]
    assert found.not_foreseen == ("grade.luck", "transition t1")
    assert not found.settled
    assert "a scorer object decides" in found.explain()
    with pytest.raises(UnknownNameError):
        found.grade_at("luck", day(3))


def test_what_lies_after_the_decision_is_left_out_and_told() -> None:
    found = ahead(scored(within="7d"), viewed(1), viewed(5), at=2)
    assert found.left_out == 1
    assert [at for at, _, _ in instants(found)] == [day(8)]
    assert "1 interaction lies after the decision" in found.explain()


def test_a_decision_that_went_on_from_a_standing() -> None:
    policy, history = scored(half_life="10d"), [viewed(1), happened("demo_requested", 2)]
    first = policy.decide(contact(), history, at=day(3))
    later = policy.decide(contact(), history, at=day(6), standing=first.standing)
    assert forecast(later).changes == forecast(first).changes


def test_a_decision_that_was_read_back_needs_what_it_was_made_from() -> None:
    policy, who, history = scored(half_life="10d"), contact(), [viewed(1)]
    decision = policy.decide(who, history, at=day(2))
    read = Decision.model_validate_json(decision.model_dump_json())
    with pytest.raises(InputError) as caught:
        forecast(read, policy=policy)
    assert caught.value.code == "origin-unknown"
    assert "give contact=, history= as well" in str(caught.value)
    assert forecast(read, policy=policy, contact=who, history=history) == forecast(decision)
    assert forecast(decision, policy=policy) == forecast(decision, history=history) == forecast(decision)


def test_a_policy_that_only_scores() -> None:
    policy = Policy(
        name="scores",
        scores={"s": {"range": [0, 9], "rules": [{"id": "v", "each": "page_viewed", "points": 5, "within": "3d"}]}},
        grades={"heat": {"score": "s", "bands": {"hot": 5, "cold": 0}}},
    )
    found = ahead(policy, viewed(1))
    assert (found.stage, [at for at, _, _ in instants(found)]) == (None, [day(4)])
    assert "Contact c-1 is scored" in found.explain()


def test_arguments_are_checked() -> None:
    decision = scored(half_life="10d").decide(contact(), [viewed(1)], at=day(2))
    for code, options in (
        ("bad-argument", {"until": day(2)}),
        ("bad-duration", {"until": "a year"}),
        ("naive-datetime", {"until": datetime(2030, 1, 1)}),
        ("bad-argument", {"effort": 0}),
        ("bad-argument", {"most_moves": True}),
    ):
        with pytest.raises(InputError) as caught:
            forecast(decision, **options)  # type: ignore[arg-type]
        assert caught.value.code == code, options
    found = forecast(decision, until="30d")
    with pytest.raises(InputError, match="outside-forecast"):
        found.stage_at(day(1))
    with pytest.raises(InputError, match="outside-forecast"):
        found.grade_at("heat", day(40))
    with pytest.raises(UnknownNameError, match="unknown-grade"):
        found.grade_at("heta", day(5))


def test_the_end_of_time() -> None:
    late = datetime.max.replace(tzinfo=day(0).tzinfo) - timedelta(days=5)
    found = ahead(scored(half_life="10d"), happened("page_viewed", late - timedelta(days=1), path="/"), at=late)
    assert found.until == datetime.max.replace(tzinfo=day(0).tzinfo)


def test_data_for_programs_and_a_table_for_notebooks() -> None:
    policy = scored(
        {"source": "lead", "target": "mql", "when": "score.s < 5 and contact.job_title != '<b>'"}, linear="9d"
    )
    found = ahead(policy, viewed(1), who={"job_title": "CTO"})
    data = json.loads(json.dumps(found.to_dict()))
    assert [change["kind"] for change in data["changes"]] == ["grade", "condition"]
    assert data["changes"][0] == {
        "at": found.changes[0].at.isoformat(), "kind": "grade", "name": "heat", "before": "hot", "after": "cold",
        "values": {"s": 9.999999},
    }  # fmt: skip
    assert data["moves"][0]["target"] == "mql"
    page = found._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert all(len(line) <= 100 for line in found.explain().split("\n"))
    assert str(found) == found.explain()
    assert "WIB" in found.explain(time_zone="Asia/Jakarta")
    assert found.next_change == found.changes[0]


def test_only_the_decision_itself_remembers_and_nobody_else_sees_it() -> None:
    decision = scored(half_life="10d").decide(contact(), [viewed(1)], at=day(2))
    assert decision.origin is not None
    assert decision.origin.contact.id == "c-1"
    for other in (copy.copy(decision), pickle.loads(pickle.dumps(decision)), decision.model_copy()):
        assert other.origin is None
        assert other == decision
        assert hash(other) == hash(decision)
        assert other.model_dump_json() == decision.model_dump_json()
    assert "origin" not in decision.model_dump()
