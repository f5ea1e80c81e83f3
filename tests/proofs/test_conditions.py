"""Implication, equivalence and exclusion of conditions: what is proved is never contradicted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import INSTANTS, conditions, contacts, histories, policies

from leadqual import ConditionError, Contact, Interaction, Policy, field
from leadqual import policies as shipped
from leadqual.conditions.parse import parse_condition
from leadqual.errors import InputError, LeadqualError
from leadqual.proofs.conditions import always, disjoint, equivalent, implies, possible
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.witness import answer_for

MORE = ("score.a", "score.b", "days_in_stage")
TRUTHS = ("stage == 'lead'", "grade.heat == 'hot'", "grade.heat != 'cold'", "grade.cell is None")
LEAVES = conditions(MORE, TRUTHS)

_PAIRS = st.one_of(
    st.tuples(LEAVES, LEAVES),
    st.tuples(LEAVES, LEAVES).map(lambda two: (f"({two[0]}) and ({two[1]})", two[0])),
    st.tuples(LEAVES, LEAVES).map(lambda two: (two[0], f"({two[0]}) or ({two[1]})")),
    st.tuples(LEAVES, LEAVES).map(lambda two: (two[0], f"not ({two[1]})")),
    LEAVES.map(lambda one: (one, one.replace("30d", "7d").replace(">=", ">"))),
    LEAVES.map(lambda one: (one.replace("1d", "7d"), one)),
)


@given(policies(), _PAIRS, st.lists(st.tuples(contacts(), histories(), INSTANTS), min_size=3, max_size=6))
def test_what_is_proved_holds_for_everybody_and_a_witness_is_one(
    policy: Policy, pair: tuple[str, str], people: list[tuple[Contact, list[Interaction], datetime]]
) -> None:
    a, b = pair
    try:
        verdict = implies(a, b, policy)
    except ConditionError:
        return
    first, second = parse_condition(a), parse_condition(b)
    if verdict:
        for who, history, at in people:
            one = Scenario(who, tuple(history), at)
            assert answer_for(policy, one, first) is not True or answer_for(policy, one, second) in (True, ...)
    if verdict.witness is not None:
        assert policy.evaluate(first, *_given(verdict.witness), at=verdict.witness.at) is True
        assert policy.evaluate(second, *_given(verdict.witness), at=verdict.witness.at) is not True


@given(policies(), LEAVES, contacts(), histories(), INSTANTS)
def test_what_is_impossible_never_is_and_what_is_possible_was_seen(
    policy: Policy, text: str, who: Contact, history: list[Interaction], at: datetime
) -> None:
    node = parse_condition(text)
    can_be = possible(policy, node)
    answer = answer_for(policy, Scenario(who, tuple(history), at), node)
    if can_be.holds is False:
        assert answer is not True
    if can_be.holds:
        assert can_be.witness is not None
        assert answer_for(policy, can_be.witness, node) is True
    if always(policy, node):
        assert answer in (True, ...)


def _given(scenario: Scenario) -> tuple[Contact, tuple[Interaction, ...]]:
    return scenario.contact, scenario.history


PROVED = [
    ("company.employees >= 100", "company.employees >= 50"),
    ("company.employees > 49.5 and company.employees < 50", "company.employees != 50"),
    ("company.employees == 50", "50 <= company.employees < 51"),
    ("contact.country == 'ID'", "contact.country is not None"),
    ("contact.country in ['ID', 'SG']", "contact.country not in ['MY']"),
    ("contact.full_name == 'Siti Nurhaliza 😀'", "contact.full_name.lower().contains('nurhaliza')"),
    ("contact.job_title.startswith('Kepala')", "contact.job_title.lower().contains('kepala')"),
    ("not (contact.job_title == 'a')", "contact.job_title is not None"),
    ("count(demo_requested, within='7d') >= 2", "count(demo_requested, within='30d') >= 1"),
    ("count(page_viewed[seconds >= 10]) >= 1", "count(page_viewed[seconds >= 5]) >= 1"),
    ("count(page_viewed) >= 3", "count(any_interaction[kind in ['page_viewed', 'purchase']]) >= 3"),
    ("count(any_interaction) == 0", "count(purchase) == 0 and days_since(purchase) is None"),
    ("days_since(page_viewed) < 7", "count(page_viewed, within='7d') >= 1"),
    ("count(page_viewed, within='7d') == 0 and days_since(page_viewed) is not None", "days_since(page_viewed) >= 7"),
    ("days_since(page_viewed, within='7d') is not None", "days_since(page_viewed) < 7"),
    ("count(purchase) >= 1", "contact.is_customer and 'customer' in contact.roles"),
    ("count(demo_requested) >= 1", "'lead' in contact.roles"),
    ("sum(page_viewed.seconds) > 0", "count(page_viewed) >= 1"),
    ("sum(page_viewed.seconds) != 0", "days_since(page_viewed) is not None"),
    ("max(page_viewed.seconds) < 5", "min(page_viewed.seconds) < 5"),
    ("min(page_viewed.seconds, within='7d') <= 3", "min(page_viewed.seconds) <= 3"),
    ("contact.email_domain == 'gmail.com'", "contact.email_is_personal"),
    ("contact.email == 'siti@maju.co.id'", "not contact.email_is_personal"),
    ("contact.email is None", "contact.email_domain is None"),
    ("company.employees / 2 >= 25", "company.employees >= 50"),
    ("count(purchase) + count(demo_requested) >= 2", "count(purchase) >= 1 or count(demo_requested) >= 1"),
    ("-company.employees <= -50", "company.employees >= 50"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), PROVED)
def test_what_follows_is_proved(a: str, b: str) -> None:
    assert str(implies(a, b)).startswith("proved: whenever ")


REFUTED = [
    ("company.employees >= 50", "company.employees > 50"),
    ("company.employees is not None", "company.employees >= 0 or company.employees < -1"),
    ("contact.country != 'ID'", "contact.country == 'SG'"),
    ("contact.job_title.lower() == 'direktur'", "contact.job_title == 'direktur'"),
    ("count(demo_requested, within='30d') >= 1", "count(demo_requested, within='7d') >= 1"),
    ("count(page_viewed) >= 1", "count(page_viewed[seconds >= 5]) >= 1"),
    ("count(page_viewed, within='7d') == 0", "days_since(page_viewed) >= 7"),
    ("contact.email_is_personal", "contact.email_domain == 'gmail.com'"),
    ("contact.is_customer", "count(purchase, within='30d') >= 1"),
    ("count(any_interaction) >= 1", "'lead' in contact.roles"),
    ("min(page_viewed.seconds) >= 5", "sum(page_viewed.seconds) >= 6"),
    ("'partner' in contact.roles", "'lead' in contact.roles"),
    ("consent.email", "consent.whatsapp is not None"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), REFUTED)
def test_what_does_not_follow_is_shown_by_a_contact(a: str, b: str) -> None:
    verdict = implies(a, b)
    assert verdict.holds is False
    assert verdict.witness is not None
    policy = Policy(name="any")
    assert policy.evaluate(a, *_given(verdict.witness), at=verdict.witness.at) is True
    assert policy.evaluate(b, *_given(verdict.witness), at=verdict.witness.at) is not True


def test_an_unknown_condition_is_not_true() -> None:
    assert equivalent("not (company.employees >= 50)", "company.employees < 50")
    assert not always(None, "company.employees >= 50 or company.employees < 50")
    assert always(None, "company.employees >= 50 or company.employees < 50 or company.employees is None")


def test_scores_are_worked_out_from_their_rules() -> None:
    policy = shipped.sales()
    assert (
        possible(policy, "score.fit >= 70 and company.employees is None and contact.seniority is None").holds is False
    )
    assert possible(policy, "score.fit == 91").holds is False
    assert implies("score.intent > 0", "count(any_interaction) >= 1", policy)
    found = possible(policy, "score.fit == 95").witness
    assert found is not None
    assert found.decide(policy).scores["fit"].value == 95


def test_scores_are_rounded_to_six_decimals_also_at_the_ends_of_their_range() -> None:
    rules = [{"id": "demo", "when": "count(demo_requested) >= 1", "points": 200}]
    policy = Policy(name="edge", scores={"s": {"range": [0, 99.9999996], "rules": rules}})
    assert possible(policy, "score.s > 99.9999996").holds is True
    assert possible(policy, "score.s > 0 and score.s < 99").holds is False


def test_a_grade_is_a_stretch_of_its_score() -> None:
    policy = shipped.sales()
    assert equivalent("grade.fit == 'B'", "45 <= score.fit < 70", policy)
    assert implies("grade.priority == 'call_today'", "grade.temperature == 'hot' and score.fit >= 45", policy)
    assert disjoint("grade.fit == 'A'", "score.fit < 70", policy)
    assert implies("grade.fit == 'A'", "score.fit > 70", policy).holds is False


def test_a_transition_of_a_shipped_policy_against_its_way_back() -> None:
    policy = shipped.sales()
    forward, back = (
        next(way.when for way in policy.transitions if way.id == id_) for id_ in ("marketing", "gone-quiet")
    )
    assert forward is not None
    assert back is not None
    assert disjoint(forward, back, policy)


def test_the_day_of_a_leap_year_is_a_day() -> None:
    verdict = implies("days_since(purchase) >= 366", "count(purchase, within='366d') == 0")
    assert verdict
    assert implies("count(purchase, within='365d') == 0", "count(purchase, within='366d') == 0").holds is False


def test_handles_and_nodes_are_conditions_too() -> None:
    large = field("company.employees") >= 100
    assert implies(large, "company.employees >= 50")
    assert implies(large.node, large)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConditionError) as caught:
        implies("company.employes >= 50", "contact.country > 3 and score.fit >= 5")
    assert [(one.code, one.place.source) for one in caught.value.problems] == [
        ("unknown-field", "a"), ("wrong-type", "b"), ("unknown-field", "b"),
    ]  # fmt: skip
    with pytest.raises(ConditionError):
        possible(None, "company.employees >=")
    with pytest.raises(InputError):
        implies("company.employees >= 5", "company.employees >= 4", "sales")  # type: ignore[arg-type]


def test_what_is_left_open_says_so() -> None:
    product = "company.employees * company.annual_revenue >= 4"
    verdict = implies(product, "company.annual_revenue * company.employees >= 4")
    assert verdict.holds is None
    assert not verdict
    assert str(verdict).startswith("not decided: ")


def test_a_policy_that_refuses_a_contact_says_nothing_of_it() -> None:
    at = datetime(2024, 2, 29, tzinfo=UTC)
    scenario = Scenario(Contact(id="c-1", attributes={"monthly_budget": "much"}), (), at)
    assert answer_for(shipped.sales(), scenario, parse_condition("contact.monthly_budget >= 5")) is ...
    with pytest.raises(LeadqualError):
        scenario.decide(shipped.sales())


def test_a_verdict_as_data_and_as_a_card() -> None:
    verdict = implies("company.employees >= 50", "company.employees >= 51")
    assert verdict.witness is not None
    assert verdict.to_dict() == {"holds": False, "because": verdict.because, "witness": verdict.witness.as_case()}
    assert "employees: 50" in verdict._repr_html_()
    proved = implies("company.employees >= 51", "company.employees >= 50")
    assert proved.to_dict()["witness"] is None
    assert "&gt;= 51" in proved._repr_html_()
    assert "<pre" not in proved._repr_html_()
