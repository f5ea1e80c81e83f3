"""The transition that came nearest to firing, and why it did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.explain import moment
from leadqual.lifecycle.policy import Policy
from leadqual.lifecycle.trace import Trace
from leadqual.policy.funnel import Transition
from leadqual.proofs.scenario import Scenario
from leadqual.testing.expectation import Expectation


@dataclass(frozen=True, slots=True)
class Closest:
    """A transition that did not fire.

    Parameters
    ----------
    transition : Transition
        Which.
    at : datetime
        When it was looked at, UTC.
    because : str
        Why it did not fire, in words.
    trace : Trace or None
        Its condition with the value of every operand.
    """

    transition: Transition
    at: datetime
    because: str
    trace: Trace | None

    def __str__(self) -> str:
        """Return the transition, why it did not fire, and the tree of its condition."""
        way = self.transition
        told = f"{way.id} ({', '.join(way.source)} -> {way.target}) did not fire at {moment(self.at)}: {self.because}"
        return told if self.trace is None else f"{told}\n{self.trace}"


def closest(expected: Expectation, decision: Decision, policy: Policy, scenario: Scenario) -> Closest | None:
    """Return the transition that should have fired and came nearest to it; None if none leads there."""
    ways = [way for way in policy.transitions if way.id in _wanted(expected, decision)]
    found = [_looked_at(way, decision, policy, scenario) for way in ways]
    return min(found, key=lambda one: (one.trace is None, _unmet(one, decision)), default=None)


def _wanted(expected: Expectation, decision: Decision) -> set[str]:
    fired = {move.transition for move in decision.moves}
    if expected.because is not None and expected.because not in fired:
        return {expected.because}
    for said in expected.moves:
        if "->" not in said and said not in fired:
            return {said}
    if expected.stage is None or decision.stage in (None, expected.stage):
        return set()
    direct = {way.transition for way in decision.next_ways if way.target == expected.stage}
    return direct or {step.transition for step in decision.needed(expected.stage).steps[:1]}


def _unmet(one: Closest, decision: Decision) -> int:
    return next(len(way.unmet) for way in decision.outlook if way.transition == one.transition.id)


def _looked_at(way: Transition, decision: Decision, policy: Policy, scenario: Scenario) -> Closest:
    if way.event is None:
        elsewhere = decision.stage not in way.source
        at = decision.at if not elsewhere else next(_chances(way, decision, scenario), decision.at)
    else:
        chances = list(_chances(way, decision, scenario))
        if not chances:
            stood = " or ".join(way.source)
            return Closest(way, decision.at, f"no {way.event} happened while the contact stood at {stood}", None)
        at = chances[-1]
    if _stage_before(decision, at) not in way.source and decision.stage not in way.source:
        because = f"the contact stood at {_stage_before(decision, at)}, and it leads away from {', '.join(way.source)}"
        return Closest(way, at, because, None)
    if way.when is None:
        return Closest(way, at, "a transition before it fired", None)
    trace = policy.trace(way.when, scenario.contact, scenario.history, at=at)
    words = {True: "a transition before it fired", False: "its condition was false", None: "its condition was unknown"}
    return Closest(way, at, words[trace.value], trace)


def _chances(way: Transition, decision: Decision, scenario: Scenario) -> Iterator[datetime]:
    """Yield the instants of the interactions at which a transition was tried."""
    for one in sorted(scenario.history, key=lambda one: (one.instant, one.id)):
        eligible = way.event in (None, one.kind) and one.occurred_at <= decision.at
        if eligible and _stage_before(decision, one.occurred_at) in way.source:
            yield one.occurred_at


def _stage_before(decision: Decision, at: datetime) -> str | None:
    """Return where the contact stood when an instant began."""
    for move in decision.moves:
        if move.at >= at:
            return move.source
    return decision.stage
