"""The policy as a value: copied, pickled, asked, traced."""

from __future__ import annotations

import copy
import pickle

import pytest
from support.people import contact, day, funnel, happened, policy_of, updated, viewed

from leadqual import ConditionError, LateInteraction, Policy, PolicyError, count

POLICY = funnel({"source": "lead", "target": "mql", "event": "demo_requested"})
HISTORY = (viewed(1), happened("demo_requested", 2))


def used() -> Policy:
    policy = funnel({"source": "lead", "target": "mql", "event": "demo_requested"})
    policy.decide(contact(), HISTORY, at=day(3)).explain()
    return policy


def test_a_policy_that_has_decided_is_equal_to_one_that_has_not() -> None:
    assert used() == POLICY
    assert hash(used()) == hash(POLICY)


@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda policy: pickle.loads(pickle.dumps(policy)), lambda policy: policy.model_copy()],
)
def test_a_policy_that_has_decided_can_be_copied_and_pickled(again: object) -> None:
    made = again(used())  # type: ignore[operator]
    assert made == POLICY
    assert made.decide(contact(), HISTORY, at=day(3)) == POLICY.decide(contact(), HISTORY, at=day(3))


def test_a_copy_with_another_version_is_another_policy() -> None:
    policy = used()
    changed = policy.model_copy(update={"version": "2"})
    assert (changed.ref.version, changed.version) == ("2", "2")
    assert changed.content_hash != policy.content_hash
    assert changed.decide(contact(), HISTORY, at=day(3)).policy.version == "2"
    with pytest.raises(PolicyError):
        policy.model_copy(update={"stages": {"other": {"initial": True}}})


def test_evaluate_takes_text_and_handles_and_stages() -> None:
    assert POLICY.evaluate("count(page_viewed) >= 1", contact(), HISTORY, at=day(3)) is True
    assert POLICY.evaluate(count("page_viewed") >= 1, contact(), HISTORY, at=day(3)) is True
    assert [POLICY.evaluate("stage", contact(), HISTORY, at=day(at)) for at in (1, 2)] == ["lead", "mql"]
    standing = POLICY.decide(contact(), HISTORY, at=day(3)).standing
    assert POLICY.evaluate("days_in_stage", contact(), HISTORY, at=day(5), standing=standing) == 3
    with pytest.raises(LateInteraction):
        POLICY.evaluate("days_in_stage", contact(), [*HISTORY, updated(1, country="ID")], at=day(5), standing=standing)


def test_evaluate_refuses_what_does_not_fit_the_policy() -> None:
    with pytest.raises(ConditionError):
        policy_of().evaluate("stage == 'lead'", contact(), at=day(1))
    with pytest.raises(ConditionError):
        POLICY.evaluate("cuont(page_viewed) > 1", contact(), at=day(1))


def test_a_trace_is_the_answer_with_the_value_of_every_operand() -> None:
    trace = POLICY.trace("company.employees >= 50 and count(page_viewed) >= 1", contact(), HISTORY, at=day(3))
    assert (trace.value, bool(trace)) == (None, False)
    assert str(trace).splitlines() == [
        "company.employees >= 50 and count(page_viewed) >= 1  ->  unknown",
        "  company.employees >= 50  ->  unknown",
        "    company.employees  ->  not known",
        "  count(page_viewed) >= 1  ->  true",
        "    count(page_viewed)  ->  1",
    ]
    assert type(trace).model_validate_json(trace.model_dump_json()) == trace
