from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from leadqual import (
    Company,
    ConditionError,
    Contact,
    InputError,
    Interaction,
    PageViewed,
    Policy,
    UnknownNameError,
    parse_condition,
    policies,
)
from leadqual.conditions.check import check_condition
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.testing import strategies
from leadqual.testing.strategies.reading import reading
from leadqual.testing.strategies.register import register, strategy_for
from leadqual.testing.strategies.values import told_apart

SALES, MINIMAL = policies.sales(), policies.minimal()
AT = datetime(2026, 11, 22, tzinfo=UTC)
RULE_OPTIONS = ("half_life", "linear", "step", "within", "cap", "at_most", "group")
QUICK = settings(database=None, deadline=None, max_examples=500)
HEALTHY = settings(
    database=None, max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""No check of Hypothesis's own is turned off that says something of a strategy."""
GATE = Policy.loads("""
name: gate
version: 1.0.0
stages: {lead: {initial: true}, mql: {}, lost: {}}
fields: {plan: {type: text}, rate: {type: number}}
interactions:
  visit: {properties: {minutes: {type: number}, price: {type: number, unit: money}, currency: {type: text}}}
currency: {code: IDR, rates: {USD: 15800}}
review_every: 12h
transitions:
  - {id: big, source: lead, target: mql, when: "company.employees >= 50 and contact.plan == 'emas 😀'"}
  - {id: seen, source: lead, target: lost, event: visit, when: "max(visit.minutes) > 2.5 and contact.rate < 0.25"}
""")


def seen(strategy: st.SearchStrategy[Any], number: int = 300) -> list[Any]:
    """Return what a strategy draws."""
    found: list[Any] = []

    @settings(database=None, deadline=None, max_examples=number, derandomize=True)
    @given(strategy)
    def run(one: Any) -> None:
        found.append(one)

    run()
    return found


def simplest(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool] = lambda _: True) -> Any:
    return find(strategy, wanted, settings=QUICK)


# Values.


def test_numbers_lie_just_below_at_and_just_above_each_threshold() -> None:
    cut, others = told_apart(SALES, "company.employees")
    for threshold in (5, 10, 50, 1000):
        assert {threshold - 1, threshold, threshold + 1} <= set(cut)
    assert set(cut) & set(others) == set()
    assert all(isinstance(value, int) and value >= 0 for value in (*cut, *others))


def test_numbers_with_decimals_are_met_closely() -> None:
    cut, _ = told_apart(GATE, "contact.rate")
    assert {0.25, 0.24, 0.26, 0.249999, 0.250001} <= set(cut)
    assert {2.5, 2.49, 2.51} <= set(told_apart(GATE, "visit.minutes")[0])


def test_texts_are_each_listed_one_and_some_that_are_not() -> None:
    cut, others = told_apart(SALES, "contact.country")
    assert {"ID", "SG", "MY", "TH", "VN", "PH", "BN"} <= set(cut)
    assert "ZZ" in others
    assert "emas 😀" in told_apart(GATE, "contact.plan")[0]
    assert any("😀" in text for text in told_apart(GATE, "contact.plan")[1])


def test_texts_hold_the_parts_that_conditions_look_for_in_other_letters_too() -> None:
    cut, _ = told_apart(SALES, "contact.job_title")
    assert {"student", "STUDENT", "mahasiswa", "Mahasiswa"} <= set(cut)
    assert {"/pricing", "/pricing/😀"} <= set(told_apart(SALES, "page_viewed.path")[0])


def test_values_of_enumerations_are_all_there_and_no_others() -> None:
    cut, others = told_apart(SALES, "contact.seniority")
    assert set(cut) | set(others) == {"entry", "specialist", "manager", "director", "vp", "c_level", "owner"}


def test_the_simplest_value_is_a_missing_one_unless_none_may_be() -> None:
    assert simplest(strategies.values_of(SALES, "company.employees")) is None
    assert None not in seen(strategies.values_of(SALES, "company.employees", missing=False), 100)


def test_scores_lie_at_thresholds_and_bands_within_their_range() -> None:
    found = {*told_apart(SALES, "score.engagement")[0], *told_apart(SALES, "score.engagement")[1]}
    assert {15, 14, 5, 50, 30} <= found
    assert all(0 <= value <= 100 for value in found)


@pytest.mark.parametrize(("name", "hint"), [("company.employes", "company.employees"), ("page_viewed.paht", "path")])
def test_an_unknown_name_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownNameError) as error:
        strategies.values_of(SALES, name)
    assert error.value.code == "unknown-field"
    assert hint in str(error.value)


# Instants.


def test_instants_meet_the_edges_of_windows_and_reviews() -> None:
    found = {AT - when for when in seen(strategies.instants(SALES, at=AT), 1500)}
    for days in (30, 90, 365):
        assert timedelta(days=days) in found
        assert {timedelta(days=days, microseconds=one) for one in (-1, 1)} & found
    assert any(age < timedelta(0) for age in found), "some happen after somebody looks"


def test_instants_lie_on_a_leap_day_and_at_changes_of_summer_time() -> None:
    found = seen(strategies.instants(), 800)
    assert any((when.month, when.day) == (2, 29) for when in found)
    assert datetime(2024, 3, 31, 1, tzinfo=UTC) in found
    assert all(when.utcoffset() == timedelta(0) for when in found)


def test_instants_are_told_in_other_zones() -> None:
    zone = ZoneInfo("Asia/Jakarta")
    assert {when.tzinfo for when in seen(strategies.instants(zones=(zone,)), 20)} == {zone}


# Contacts, interactions, histories.


def test_the_simplest_are_empty() -> None:
    assert simplest(strategies.contacts(SALES)) == Contact(id="contact")
    assert simplest(strategies.companies(SALES)) == Company()
    assert simplest(strategies.histories(SALES)) == []
    scenario = simplest(strategies.scenarios(SALES))
    assert (scenario.contact, scenario.history, scenario.at) == (Contact(id="contact"), (), AT)


def test_fields_are_as_they_are_fixed() -> None:
    drawn = strategies.contacts(SALES, country="ID", company={"employees": st.integers(50, 60)}, monthly_budget=7)
    for contact in seen(drawn, 50):
        assert contact.country == "ID"
        assert 50 <= contact.company.employees <= 60
        assert contact.attributes["monthly_budget"] == 7
    assert all(one.company is None for one in seen(strategies.contacts(SALES, company=None), 30))


@pytest.mark.parametrize("policy", [None, SALES, GATE], ids=["any", "sales", "gate"])
def test_everything_drawn_can_be_decided(policy: Policy | None) -> None:
    judge = policy or SALES

    @HEALTHY
    @given(strategies.scenarios(policy))
    def run(scenario: Any) -> None:
        scenario.decide(judge)

    run()


@given(st.data())
def test_everything_drawn_for_a_drawn_policy_can_be_decided(data: st.DataObject) -> None:
    policy = data.draw(strategies.policies())
    data.draw(strategies.scenarios(policy)).decide(policy)


def test_every_kind_is_drawn() -> None:
    for kind, cls in BUILT_IN.items():
        assert {type(one) for one in seen(strategies.interactions(kinds=[kind]), 2)} == {cls}
    assert {one.kind for one in seen(strategies.interactions(GATE), 100)} >= {"visit", "profile_updated"}


def test_properties_are_as_they_are_fixed() -> None:
    for one in seen(strategies.interactions(SALES, ["page_viewed"], path="/pricing", seconds=st.just(5)), 20):
        assert (one.value("path"), one.value("seconds")) == ("/pricing", 5)


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(InputError) as error:
        strategies.interactions(SALES, ["page_viewd"])
    assert error.value.code == "unknown-kind"
    assert "page_viewed" in str(error.value)


def test_histories_have_ties_repeats_and_any_order() -> None:
    drawn = strategies.histories(SALES, at=AT)
    simplest(drawn, lambda history: len({one.occurred_at for one in history}) < len({one.id for one in history}))
    simplest(drawn, lambda history: len({one.id for one in history}) < len(history))
    simplest(drawn, lambda history: history != sorted(history, key=lambda one: one.occurred_at))
    simplest(drawn, lambda history: any(one.kind == "profile_updated" for one in history))
    for history in seen(drawn, 100):
        assert len({one.id: one for one in history}) == len({(one.id, one.fingerprint) for one in history})
    once = seen(strategies.histories(SALES, again=False), 60)
    assert all(len({one.id for one in history}) == len(history) for history in once)


def test_a_history_shrinks_to_what_matters() -> None:
    found = simplest(strategies.scenarios(SALES), lambda one: one.decide(SALES).stage == "customer")
    assert found.contact == Contact(id="contact")
    assert [one.kind for one in found.history] == ["purchase"]


def test_what_a_policy_reads() -> None:
    read = reading(GATE)
    assert read.fields == ("company.employees", "contact.plan", "contact.rate")
    assert read.kinds == ("visit", "profile_updated")


# Conditions and policies.


@pytest.mark.parametrize("policy", [SALES, MINIMAL, GATE], ids=["sales", "minimal", "gate"])
def test_conditions_fit_their_policy(policy: Policy) -> None:
    @HEALTHY
    @given(strategies.conditions(policy))
    def run(text: str) -> None:
        node = parse_condition(text)
        assert check_condition(node, policy.catalogue, single_currency=policy.currency is not None) == []

    run()


def test_conditions_read_what_they_may() -> None:
    drawn = strategies.conditions(SALES, names=["company.employees"], kinds=["purchase"])
    for text in seen(drawn, 60):
        assert "contact." not in text
        assert "page_viewed" not in text


@HEALTHY
@given(strategies.policies(strict=True))
def test_policies_are_valid_and_come_back_from_text(policy: Policy) -> None:
    assert Policy.loads(policy.to_yaml()).content_hash == policy.content_hash


def test_the_simplest_policy_does_nothing() -> None:
    policy = simplest(strategies.policies())
    assert policy.transitions == ()
    assert all(score.rules == () for score in policy.scores.values())


def test_policies_have_every_option() -> None:
    texts = [policy.to_yaml() for policy in seen(strategies.policies(strict=True), 300)]
    for option in (
        "half_life",
        "linear",
        "step",
        "within",
        "cap",
        "at_most",
        "rolling",
        "group",
        "event",
        "review_every",
    ):
        assert any(f"{option}" in text for text in texts), option
    assert any("on_unknown: error" in text for text in texts)


def test_policies_use_the_names_of_another() -> None:
    drawn = strategies.policies(GATE, stages=["a", "b"])
    policy = simplest(drawn, lambda policy: "visit" in str(policy.to_dict().get("transitions")))
    assert set(policy.stages) == {"a", "b"}
    assert policy.interactions == GATE.interactions


# Satisfying a condition.

CONDITIONS = [
    "score.intent >= 30",
    "grade.fit == 'A' and score.engagement >= 15",
    "50 <= company.employees < 1000",
    "count(page_viewed[path.startswith('/pricing')], within='7d') >= 2",
    "contact.job_title.lower().contains('student') or contact.email_is_personal",
    "days_since(purchase) > 30 and contact.country in ['ID', 'SG']",
]

MAY_BE_UNKNOWN = (CONDITIONS[2], CONDITIONS[4], CONDITIONS[5])
"""Scores and counts are always known."""


@pytest.mark.parametrize("answer", [True, False, None])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_contacts_for_whom_a_condition_has_an_answer(condition: str, answer: bool | None) -> None:
    if answer is None and condition not in MAY_BE_UNKNOWN:
        with pytest.raises(InputError) as error:
            strategies.satisfying(SALES, condition, answer)
        assert error.value.code == "no-such-contact"
        return
    drawn = strategies.satisfying(SALES, condition, answer)

    @settings(HEALTHY, max_examples=15)
    @given(drawn)
    def run(scenario: Any) -> None:
        assert SALES.evaluate(condition, scenario.contact, scenario.history, at=scenario.at) is answer

    run()


def test_satisfying_varies_what_the_condition_leaves_open() -> None:
    drawn = seen(strategies.satisfying(SALES, "company.employees >= 50"), 80)
    assert len({scenario.contact.company.employees for scenario in drawn}) > 3
    assert len({scenario.contact.country for scenario in drawn}) > 3


def test_no_contact_is_told_and_so_is_a_bad_condition() -> None:
    with pytest.raises(InputError) as error:
        strategies.satisfying(SALES, "company.employees > 5 and company.employees < 5")
    assert error.value.code == "no-such-contact"
    with pytest.raises(ConditionError):
        strategies.satisfying(SALES, "company.employes > 5")


# The classes, for everybody.


class RoiCalculated(Interaction):
    kind: Literal["roi_calculated"] = "roi_calculated"
    saving: float


class Customer(Contact):
    budget: int
    nickname: str | None = None


@pytest.mark.parametrize("cls", [Contact, Company, Interaction, PageViewed, Policy, RoiCalculated, Customer])
def test_types_are_known_to_hypothesis(cls: type[Any]) -> None:
    register()
    assert all(isinstance(one, cls) for one in seen(st.from_type(cls), 15))


def test_other_types_are_left_alone() -> None:
    assert strategy_for(int) is None
    assert strategy_for(list[int]) is None
    assert strategy_for("Contact") is None


def test_registering_imports_no_models() -> None:
    code = (
        "import hypothesis, sys; from leadqual.testing.strategies.register import register; register();"
        "print('pydantic' in sys.modules, 'leadqual.model' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_without_hypothesis_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "import leadqual.testing\n"
        "from leadqual import MissingDependency\n"
        "for name in ('funnel_machine', 'check_policy'):\n"
        "    try: getattr(leadqual.testing, name)\n"
        "    except MissingDependency as error: print(error.problems[0].hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["pip install 'leadqual[testing]'"] * 2
