"""Contacts that are built from cells: whatever comes out lies in them, and the shipped policies have one everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import conditions, policies

from leadqual import Policy
from leadqual import policies as shipped
from leadqual.conditions.parse import parse_condition
from leadqual.errors import LeadqualError
from leadqual.model.time import micros
from leadqual.proofs.realise import realise
from leadqual.proofs.search import StepsSpent
from leadqual.proofs.sight import sight_of
from leadqual.proofs.solve import ANSWERS, solve
from leadqual.proofs.standing import standing_at
from leadqual.proofs.witness import witness

SALES = shipped.sales()
GUARDS = [way for way in SALES.transitions if way.when is not None]
LEAP_DAY = datetime(2024, 2, 29, tzinfo=UTC)


@given(policies(), conditions(("score.a", "score.b", "days_in_stage")), st.sampled_from([True, False, None]), st.data())
def test_what_is_realised_lies_in_its_cells(policy: Policy, text: str, answer: bool | None, data: Any) -> None:
    node = parse_condition(text)
    try:
        found = next(solve(policy, [(node, ANSWERS[answer])], steps=2_000), None)
    except StepsSpent:
        return
    if found is None:
        return
    scenario = realise(policy, found, at=LEAP_DAY, choose=lambda values: data.draw(st.sampled_from(values)))
    if scenario is None:
        return
    assert scenario.at == LEAP_DAY
    sight = sight_of(policy)
    view = sight.view(scenario.contact, scenario.history, micros(LEAP_DAY), [node, *found])
    assert all(cell.holds(sight.value(view, operand)) for operand, cell in found.items())
    if found.exact:
        assert sight.value(view, node) is answer


@given(policies(), conditions(("score.a", "days_in_stage")), st.sampled_from([True, False, None]))
def test_a_witness_has_the_answer(policy: Policy, text: str, answer: bool | None) -> None:
    found = witness(policy, parse_condition(text), answer)
    if found is not None:
        assert policy.evaluate(text, found.contact, found.history, at=found.at) is answer


@given(policies())
def test_whoever_stands_at_a_stage_is_decided_to(policy: Policy) -> None:
    for stage in policy.stages:
        found = standing_at(policy, stage)
        assert found is None or found.decide(policy).stage == stage


@pytest.mark.parametrize("policy", [SALES, shipped.minimal()], ids=lambda policy: policy.name)
def test_every_stage_of_a_shipped_policy_is_reached(policy: Policy) -> None:
    for stage in policy.stages:
        found = standing_at(policy, stage)
        assert found is not None, stage
        assert found.decide(policy).stage == stage


@pytest.mark.parametrize("way", GUARDS, ids=lambda way: way.id)
@pytest.mark.parametrize("answer", [True, False])
def test_every_condition_of_a_transition_is_met_and_failed(way: Any, answer: bool) -> None:
    found = witness(SALES, way.when, answer)
    assert found is not None
    assert SALES.evaluate(way.when, found.contact, found.history, at=found.at) is answer


@pytest.mark.parametrize(
    "text",
    [
        "score.fit == 45",
        "score.engagement == 15",
        "33 < score.intent <= 33.5",
        "grade.priority == 'call_today' and score.loyalty >= 50",
        "score.engagement < 5 and count(whitepaper_downloaded) >= 1",
        "stage == 'nurture' and days_in_stage >= 14 and score.engagement >= 50",
        "contact.job_title == 'Direktur Utama 😀' and company.employees == 0.5",
        "contact.email is None and contact.phone is not None and contact.time_zone is not None",
        "sum(page_viewed.seconds, within='30d') == 12.5 and count(page_viewed) >= 2",
        "last(purchase.product) == 'kopi ☕' and max(purchase[currency == 'IDR'].amount) > 1000000",
        "days_since(demo_requested) == 3 and count(demo_requested, within='3d') == 0",
        "consent.email and consent.whatsapp == False and 'partner' in contact.roles and contact.is_customer",
        "contact.country is None and contact.monthly_budget == 2000",
        "contact.created_at is not None and count(any_interaction) == 0",
    ],
)
def test_thresholds_are_met_exactly(text: str) -> None:
    found = witness(SALES, parse_condition(text))
    assert found is not None
    assert SALES.evaluate(text, found.contact, found.history, at=found.at) is True


def test_a_witness_may_have_to_stand_somewhere() -> None:
    node = parse_condition("score.engagement >= 15")
    for stage in ("lead", "nurture", "customer", "inactive_customer"):
        found = witness(SALES, node, stage=stage)
        assert found is not None, stage
        assert found.decide(SALES).stage == stage


def test_nobody_is_found_for_what_cannot_be() -> None:
    assert witness(SALES, parse_condition("score.fit >= 50 and score.fit < 50")) is None
    assert standing_at(SALES, "moon") is None


def test_what_is_found_can_be_written_as_a_test() -> None:
    found = standing_at(SALES, "customer")
    assert found is not None
    case = found.as_case()
    assert [one["kind"] for one in case["interactions"]] == ["purchase"]
    with pytest.raises(LeadqualError):
        SALES.evaluate("nobody == 3", found.contact, found.history, at=found.at)
