"""A contact that stands at a stage: brought there transition by transition, each checked by the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush
from typing import Final

from leadqual.conditions.nodes import Literal, Node
from leadqual.conditions.walk import replaced
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.policy.funnel import Transition
from leadqual.proofs.building import NOW, built_from, first
from leadqual.proofs.cells import Cell
from leadqual.proofs.funnel import DAYS, STAGE, happens_now
from leadqual.proofs.ranges import NOT_TRUE, TRUE
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.solve import some_solutions

_GAPS: Final = (1.0, 30.0, 90.0, 400.0)
_MOST_GAPS: Final = 6
_MOST_TRIES: Final = 8


def standing_at(policy: Policy, stage: str) -> Scenario | None:
    """Return a contact that comes to stand at a stage; None if none was found.

    Examples
    --------
    >>> from leadqual import policies
    >>> found = standing_at(policies.sales(), "customer")
    >>> found.decide(policies.sales()).stage
    'customer'
    """
    return _everywhere(policy.content_hash, policy).get(stage)


@lru_cache(maxsize=32)
def _everywhere(content: str, policy: Policy) -> Mapping[str, Scenario]:
    """Return a contact for every stage for which one was found, the nearest stages first."""
    found: dict[str, Scenario] = {}
    if policy.initial_stage is None:
        return found
    new = _new(policy)
    waiting: list[tuple[int, int, str, Scenario]] = [(0, 0, policy.initial_stage, new)]
    number = 0
    while waiting:
        cost, _, stage, scenario = heappop(waiting)
        if stage in found:
            continue
        found[stage] = scenario
        for way in policy.transitions:
            if stage in way.source and way.target not in found:
                further = firing(policy, way, stage, scenario)
                if further is not None:
                    number += 1
                    heappush(waiting, (cost + 1 + (way.when is not None), number, way.target, further))
    return {stage: _at_the_usual_time(policy, stage, scenario) for stage, scenario in found.items()}


def _new(policy: Policy) -> Scenario:
    """Return a contact of whom nothing is known: recorded just now, unless that alone would move it."""
    at = NOW - timedelta(days=1)
    recorded = Scenario(Contact(id="contact", created_at=at), (), at)
    return recorded if stage_of(policy, recorded) == policy.initial_stage else Scenario(Contact(id="contact"), (), at)


def _at_the_usual_time(policy: Policy, stage: str, scenario: Scenario) -> Scenario:
    later = shifted(scenario, NOW)
    return later if stage_of(policy, later) == stage else scenario


def shifted(scenario: Scenario, at: datetime) -> Scenario:
    """Return everything at other times, such that somebody looks at a given instant."""
    by = at - scenario.at
    known = scenario.contact
    moved = [one.model_copy(update={"at": one.at + by}) for one in known.consents]
    created = None if known.created_at is None else known.created_at + by
    contact = known.model_copy(update={"created_at": created, "consents": tuple(moved)})
    history = tuple(one.model_copy(update={"occurred_at": one.occurred_at + by}) for one in scenario.history)
    return Scenario(contact, history, at)


def stage_of(policy: Policy, scenario: Scenario) -> str | None:
    """Return where a contact stands; None if the policy refuses it."""
    try:
        return scenario.decide(policy).stage
    except LeadqualError:
        return None


def firing(policy: Policy, way: Transition, source: str, before: Scenario) -> Scenario | None:
    """Return a contact that a transition brings from a stage, where it stands before, to its target; None if not found.

    Parameters
    ----------
    way : Transition
        The transition.
    source : str
        The stage that it leaves.
    before : Scenario
        A contact that stands there.
    """
    tries = 0
    for asked in (_asked(policy, way, source, calm=True), _asked(policy, way, source, calm=False)):
        for cells in some_solutions(policy, asked, _MOST_TRIES):
            for at in instants_after(before, cells):
                tries += 1
                if tries > _MOST_TRIES * _MOST_GAPS:
                    return None
                scenario = built_from(policy, cells, at, first, before)
                if scenario is not None and _arrives(policy, way, scenario):
                    return scenario
    return None


def _arrives(policy: Policy, way: Transition, scenario: Scenario) -> bool:
    try:
        decision = scenario.decide(policy)
    except LeadqualError:
        return False
    return decision.stage == way.target and any(move.transition == way.id for move in decision.moves)


def _asked(policy: Policy, way: Transition, source: str, *, calm: bool) -> list[tuple[Node, int]]:
    """Return what has to hold for a transition to fire; `calm`: and nothing before it, nor after it at once."""
    asked = list(_at_the_visit(way, source))
    if calm:
        here: dict[Node, Node] = {STAGE: Literal(source)}
        there: dict[Node, Node] = {STAGE: Literal(way.target), DAYS: Literal(0)}
        ahead = policy.transitions[: policy.transitions.index(way)]
        others = [(one, here) for one in ahead if source in one.source and one.event in (None, way.event)]
        others += [(one, there) for one in policy.transitions if way.target in one.source and one.event is None]
        asked += [(replaced(one.when, known), NOT_TRUE) for one, known in others if one.when is not None]
    return asked


def _at_the_visit(way: Transition, source: str) -> Iterator[tuple[Node, int]]:
    """Yield what is known where a transition fires: its condition, and its event at this very instant."""
    if way.when is not None:
        yield replaced(way.when, {STAGE: Literal(source)}), TRUE
    if way.event is not None:
        yield happens_now(way.event), TRUE


def instants_after(before: Scenario, cells: Mapping[Node, Cell]) -> Sequence[datetime]:
    """Return some instants at which a contact that stood somewhere has been there as long as it should."""
    cell = cells.get(DAYS)
    if cell is None:
        gaps = list(_GAPS)
    else:
        asked = {float(value) for value in cell.values() if value is not None and value >= 0}
        gaps = sorted(asked | {gap for gap in _GAPS if cell.holds(gap)}, key=lambda gap: (not gap.is_integer(), gap))
    return [before.at + timedelta(days=gap) for gap in gaps[:_MOST_GAPS] if gap < 10_000]
