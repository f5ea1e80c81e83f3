"""Arguments that people get wrong: one problem each, with a way out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import leadqual as lq

AT = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = lq.Policy.loads("""
name: p
fields:
  monthly_budget: {type: number}
  fleet_size: {type: text, on: company}
scorers: {propensity: {}}
stages: {lead: {initial: true}, sql: {}}
transitions: [{id: demo, source: lead, target: sql, event: demo_requested}]
""")
CONTACT = lq.Contact(id="c-1")
DEMO = lq.DemoRequested(id="i-1", occurred_at=AT)


def the_problem(error: pytest.ExceptionInfo[lq.LeadqualError]) -> lq.Problem:
    assert len(error.value.problems) == 1
    return error.value.problems[0]


class Sure:
    name = "propensity"

    def score(self, contact: lq.Contact, history: Any, *, at: datetime) -> lq.Score:
        return lq.Score(name="propensity", value=0.5)


@pytest.fixture(scope="module")
def policy() -> lq.Policy:
    return POLICY.with_scorer("propensity", Sure())


@pytest.mark.parametrize("history", [None, DEMO, "demo", {"c-1": [DEMO]}, 5])
def test_what_is_no_list_is_one_problem(policy: lq.Policy, history: Any) -> None:
    with pytest.raises(lq.InputError) as caught:
        policy.decide(CONTACT, history, at=AT)
    assert "[interaction]" in str(the_problem(caught).hint)


def test_a_standing_as_it_was_stored_is_not_read_by_itself(policy: lq.Policy) -> None:
    stored = policy.decide(CONTACT, [], at=AT).standing.model_dump_json()
    with pytest.raises(lq.InputError, match="model_validate_json") as caught:
        policy.decide(CONTACT, [], at=AT, standing=stored)  # type: ignore[arg-type]
    assert the_problem(caught).code == "wrong-type"


def test_late_is_checked_without_a_standing_too(policy: lq.Policy) -> None:
    with pytest.raises(lq.InputError, match="'error' or 'replay'"):
        policy.decide(CONTACT, [], at=AT, late="reply")  # type: ignore[arg-type]


@pytest.mark.parametrize(("late", "moves"), [("error", []), ("replay", [{"source": "lead"}]), ("replay", "moves")])
def test_known_moves_are_moves_and_go_with_a_replay(policy: lq.Policy, late: Any, moves: Any) -> None:
    with pytest.raises(lq.InputError) as caught:
        policy.decide(CONTACT, [], at=AT, late=late, known_moves=moves)
    assert the_problem(caught).place.source == "known_moves"


def test_a_misspelt_scorer_is_not_a_second_one() -> None:
    with pytest.raises(lq.InputError, match="did you mean 'propensity'"):
        POLICY.with_scorer("propensty", Sure())
    assert "other" in POLICY.with_scorer("other", Sure()).scorers


@pytest.mark.parametrize(
    "contact",
    [
        lq.Contact(id="c-1", attributes={"montly_budget": 4000}),
        lq.Contact(id="c-1", company=lq.Company(attributes={"fleet_sise": "big"})),
    ],
)
def test_an_attribute_that_is_nearly_a_declared_field_is_a_slip(policy: lq.Policy, contact: lq.Contact) -> None:
    with pytest.raises(lq.InputError, match="did you mean") as caught:
        policy.decide(contact, [], at=AT)
    assert the_problem(caught).code == "unknown-field"


def test_attributes_of_other_policies_are_left_alone(policy: lq.Policy) -> None:
    contact = lq.Contact(id="c-1", attributes={"favourite_colour": "green", "monthly_budget": 4000})
    assert policy.decide(contact, [], at=AT).stage == "lead"


def test_a_scorer_that_raises_is_named_with_the_contact() -> None:
    class Broken(Sure):
        def score(self, contact: lq.Contact, history: Any, *, at: datetime) -> lq.Score:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        POLICY.with_scorer("propensity", Broken()).decide(CONTACT, [], at=AT)
    assert caught.value.__notes__ == ["raised by the scorer 'propensity' for contact 'c-1'"]


def test_listeners_are_a_list_and_what_is_recorded_is_an_interaction(policy: lq.Policy) -> None:
    with pytest.raises(lq.InputError, match="in brackets"):
        policy.lifecycle(CONTACT, listeners=object())  # type: ignore[arg-type]
    with pytest.raises(lq.InputError, match="no interaction"):
        policy.lifecycle(CONTACT).record("purchase")  # type: ignore[arg-type]


def test_times_are_told_in_the_zone_that_is_asked_for(policy: lq.Policy) -> None:
    decision = policy.decide(CONTACT, [DEMO], at=AT)
    assert "2026-11-22 00:00 UTC" in decision.explain()
    assert "2026-11-22 07:00 WIB" in decision.explain(time_zone="Asia/Jakarta")
    with pytest.raises(lq.InputError, match="Asia/Jakarta"):
        decision.explain(time_zone="Asia/Jakata")


def test_what_is_printed_by_accident_is_short(policy: lq.Policy) -> None:
    decision = policy.decide(CONTACT, [DEMO], at=AT)
    assert repr(policy).startswith("<Policy p 0.0.0: 2 stages, 1 transitions, 1 scores")
    assert repr(decision) == f"<Decision: contact c-1 at 'sql', seen {AT.isoformat()}, p 0.0.0>"
    assert repr(policy.lifecycle(CONTACT)) == "<Lifecycle: contact c-1 at 'lead'>"
    assert all(len(repr(one)) < 200 for one in (policy, decision))


def test_a_large_diagram_can_leave_its_conditions_out() -> None:
    sales = lq.policies.sales()
    assert "score.engagement" in sales.diagram()
    assert "score.engagement" not in sales.diagram(conditions=False)
    assert "lead --> mql : marketing" in sales.diagram(conditions=False)
