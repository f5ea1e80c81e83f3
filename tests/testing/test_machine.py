from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from leadqual import Contact, InputError, Policy, policies
from leadqual.engines.advance import Funnel
from leadqual.lifecycle import decide
from leadqual.model.time import from_micros
from leadqual.testing import funnel_machine
from leadqual.testing.machine import illegal
from leadqual.testing.properties import PropertyFailed

MINIMAL = policies.minimal()
QUICK = settings(database=None, deadline=None, max_examples=60, stateful_step_count=12, derandomize=True)
UNSHRUNK = settings(QUICK, phases=[Phase.generate])
"""Where the first that is found will do, as long as it is."""


def fails(machine: type[RuleBasedStateMachine], tried: settings = QUICK) -> PropertyFailed:
    with pytest.raises(PropertyFailed) as failed:
        run_state_machine_as_test(machine, settings=tried)
    return failed.value


@pytest.mark.parametrize("policy", [MINIMAL, policies.sales()], ids=["minimal", "sales"])
def test_the_shipped_policies_run(policy: Policy) -> None:
    run_state_machine_as_test(
        funnel_machine(policy, [lambda decision: decision.stage in policy.stages]),
        settings=settings(QUICK, max_examples=12),
    )


def test_there_is_a_step_for_each_kind_that_is_read_and_for_time() -> None:
    machine = funnel_machine(MINIMAL)
    for step in ("purchase", "demo_requested", "profile_updated", "comes_late", "time_passes", "next_review"):
        assert hasattr(machine, step)
    some = funnel_machine(MINIMAL.model_copy(update={"review_every": None}), kinds=["purchase"])
    assert not hasattr(some, "demo_requested")
    assert not hasattr(some, "next_review")
    assert not hasattr(some, "profile_updated")
    with pytest.raises(InputError):
        funnel_machine(MINIMAL, kinds=["purchas"])


def test_an_invariant_that_does_not_hold_is_told_as_a_story() -> None:
    def nobody_buys(decision: Any) -> bool:
        return decision.stage != "customer"

    failed = fails(funnel_machine(MINIMAL, [nobody_buys]))
    assert failed.said.startswith("the invariant nobody_buys does not hold")
    assert "somebody of whom is known: nothing" in failed.said
    assert "it moves from lead to customer (bought)" in failed.said
    assert failed.witness is not None
    assert [one.kind for one in failed.witness.history] == ["purchase"]
    assert "- {kind: purchase, on: 2026-11-22" in str(failed)


def test_an_invariant_may_assert() -> None:
    def stays_cool(decision: Any) -> None:
        assert decision.temperature != "hot", "it got hot"

    failed = fails(
        funnel_machine(
            MINIMAL, [stays_cool], kinds=["demo_requested"], contacts=st.just(Contact(id="contact", country="ID"))
        )
    )
    assert "stays_cool does not hold: it got hot" in failed.said


def test_a_fold_that_forgets_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Funnel.advance

    def stays(self: Any, view: Any, until: int, *, position: Any = None, since: int | None = None) -> Any:
        return (position, []) if since is not None else whole(self, view, until)

    monkeypatch.setattr(Funnel, "advance", stays)
    assert "decided from the beginning at" in fails(funnel_machine(MINIMAL, kinds=["purchase"]), UNSHRUNK).said


def test_a_late_interaction_that_nobody_notices_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "check_seen", lambda *given: None)
    assert "nobody noticed" in fails(funnel_machine(MINIMAL), UNSHRUNK).said


def test_moves_that_are_no_ways_of_the_funnel_are_told() -> None:
    scenario_at = from_micros(1_790_000_000_000_000)
    buys = MINIMAL.parse_interaction({"id": "i-1", "kind": "purchase", "occurred_at": scenario_at})
    (move,) = MINIMAL.decide(Contact(id="c"), [buys], at=scenario_at).moves
    kinds = {"i-1": "purchase"}
    assert illegal(MINIMAL, [move], kinds, scenario_at) is None
    for update, said in (
        ({"target": "mql"}, "no way of bought"),
        ({"transition": "other"}, "no way of other"),
        ({"source": "mql"}, "it stood at 'lead'"),
        ({"interaction": None}, "without purchase"),
        ({"at": from_micros(1_790_000_000_000_001)}, "out of its time"),
    ):
        assert said in str(illegal(MINIMAL, [move.model_copy(update=update)], kinds, scenario_at))


def test_it_runs_as_a_test_case() -> None:
    case = funnel_machine(MINIMAL).TestCase
    case.settings = settings(QUICK, max_examples=3)
    case("runTest").runTest()
