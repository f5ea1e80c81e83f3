"""Running a case, and letting others look on: coverage and mutation see every case that was run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from leadqual.conditions.nodes import Node
from leadqual.errors import InputError, LeadqualError, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.testing.case import Case
from leadqual.testing.checks import Failure, failures_of
from leadqual.testing.expectation import codes
from leadqual.testing.outcome import Outcome

Watcher: TypeAlias = Callable[[Outcome], None]

_WATCHERS: list[Watcher] = []


def run(policy: Policy, case: Case) -> Outcome:
    """Return what comes of a case under a policy.

    Parameters
    ----------
    policy : Policy
        The policy.
    case : Case
        The test, as data.

    Raises
    ------
    InputError
        If the case itself is wrong: it names what the policy lacks, or its contact or interactions cannot be made,
        unless that very error is expected.
    """
    outcome = run_unwatched(policy, case)
    for watcher in _WATCHERS:
        watcher(outcome)
    return outcome


def run_unwatched(policy: Policy, case: Case) -> Outcome:
    """Return the same as `run`, and show it to nobody: for those who run a case to find something out."""
    try:
        case.expect.check(policy)
    except InputError as error:
        raise InputError([*error.problems, *_wrong_besides(policy, case)]) from None
    return _run(policy, case)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Show a watcher the outcome of every case that is run meanwhile.

    Parameters
    ----------
    watcher : Watcher
        Called with each outcome.
    """
    _WATCHERS.append(watcher)
    try:
        yield
    finally:
        _WATCHERS.remove(watcher)


def _wrong_besides(policy: Policy, case: Case) -> tuple[Problem, ...]:
    """Return what is wrong with what a case gives, so that all of a case is told at once."""
    try:
        case.begin(policy, case.scenario(policy))
    except LeadqualError as error:
        return error.problems
    return ()


def _run(policy: Policy, case: Case) -> Outcome:
    expected = case.expect.error
    try:
        scenario = case.scenario(policy)
        standing = case.begin(policy, scenario)
    except LeadqualError as error:
        if expected is None or expected not in codes(error):
            raise
        return Outcome(case, policy, None, None, error, ())
    try:
        decision = policy.decide(scenario.contact, scenario.history, at=scenario.at, standing=standing)
        if expected is None:

            def answer(condition: Node) -> bool | None:
                found: bool | None = policy.evaluate(
                    condition, scenario.contact, scenario.history, at=scenario.at, standing=standing
                )
                return found

            failures = failures_of(case.expect, decision, answer)
            return Outcome(case, policy, scenario, decision, None, failures)
    except LeadqualError as error:
        found = codes(error)
        wanted = "a decision" if expected is None else f"the error {expected!r}"
        failed = () if expected in found else (Failure("error", wanted, f"the error {', '.join(map(repr, found))}"),)
        return Outcome(case, policy, scenario, None, error, failed)
    failure = Failure("error", f"the error {expected!r}", "a decision")
    return Outcome(case, policy, scenario, decision, None, (failure,))
