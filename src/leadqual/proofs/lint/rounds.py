"""Automatic transitions that lead round: there and back, or through several stages and back to the first."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Final

from leadqual.conditions.nodes import Compare, In, IsMissing, Literal, Node
from leadqual.conditions.walk import names, replaced, walk
from leadqual.errors import LeadqualError, Place
from leadqual.model.interactions.base import Interaction
from leadqual.policy.funnel import Transition
from leadqual.proofs.funnel import DAYS, STAGE
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look, all_of, days_at
from leadqual.proofs.lint.unused import kinds_read
from leadqual.proofs.scenario import Scenario

_MOST_STEPS: Final = 2_000
_MOST_TOLD: Final = 12
_MOST_TRIES: Final = 12
_MOST_DAYS: Final = 400
_QUIET: Final = ("email_opened", "email_clicked", "social_engaged", "webinar_registered", "page_viewed")
_TRUE: Final = IsMissing(Literal(1), negated=True)
"""A condition that is always true."""


@dataclass(frozen=True)
class Round:
    """Automatic transitions, each from the target of the one before, the first from that of the last.

    Parameters
    ----------
    ways : tuple of Transition
        The transitions.
    stages : tuple of str
        For each the stage that it leaves.
    """

    ways: tuple[Transition, ...]
    stages: tuple[str, ...]

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The transitions by their ids."""
        return tuple(way.id for way in self.ways)


def of_rounds(look: Look) -> Iterator[Finding]:
    """Yield the rounds of automatic transitions that can all hold at one instant, the shortest first, not too many."""
    found = (one for one in _rounds(look) if look.freed.can_hold(_at_once(one)))
    for one in islice(found, _MOST_TOLD):
        yield _finding(look, one, _shown(look, one))


def _rounds(look: Look) -> Iterator[Round]:
    """Yield the rounds that there are, each once, the shortest first; no more than so many steps are looked at."""
    automatic = [way for way in look.policy.transitions if way.event is None and way.when is not None]
    steps = [(way, source) for way in automatic for source in way.source if (way.id, source) in look.live]
    order = {stage: number for number, stage in enumerate(look.policy.stages)}
    waiting = deque(Round((way,), (source,)) for way, source in steps)
    for _ in range(_MOST_STEPS):
        if not waiting:
            return
        path = waiting.popleft()
        first, last = path.stages[0], path.ways[-1].target
        for way, source in steps:
            if source != last or order[source] < order[first] or source in path.stages:
                continue
            longer = Round((*path.ways, way), (*path.stages, source))
            if way.target == first:
                yield longer
            else:
                waiting.append(longer)


def _at_once(one: Round) -> Node:
    """Return the condition that all guards hold at once, each after as many days at its stage as it takes."""
    return all_of(
        replaced(_when(way), {STAGE: Literal(stage), DAYS: days_at(stage)})
        for way, stage in zip(one.ways, one.stages, strict=True)
    )


# Who shows it.


def _shown(look: Look, one: Round) -> _Goes:
    """Return what was found: a contact that goes round while nothing happens to it, or one of whom all guards hold."""
    whole = all_of(_without_days(_when(way), stage) for way, stage in zip(one.ways, one.stages, strict=True))
    goes = _Goes(look, one, whole)
    for stage in (None, *one.stages):
        if look.shown(whole, goes, stage=stage) is not None:
            break  # one was found, or enough were tried
    return goes


def _without_days(node: Node, stage: str) -> Node:
    """Return a condition at a stage, with everything about the days there taken for true."""
    asked = (part for part in walk(node) if isinstance(part, Compare | In | IsMissing))
    known: dict[Node, Node] = {part: _TRUE for part in asked if DAYS.path in names(part)}
    return replaced(node, {STAGE: Literal(stage), **known})


@dataclass
class _Goes:
    """Whether a contact goes round, and a step further, as days pass and nothing happens to it; some are tried."""

    look: Look
    round: Round
    whole: Node
    found: Scenario | None = None
    at_once: Scenario | None = None
    tries: int = 0

    def __call__(self, scenario: Scenario) -> bool:
        if not self.look.is_true(self.whole, scenario):
            return False
        self.at_once = self.at_once or scenario
        self.tries += 1
        for days in self._later():
            longer = _later(self.look, scenario, days)
            if longer is not None and self._goes_round(longer, scenario.at):
                self.found = longer
        return self.found is not None or self.tries >= _MOST_TRIES

    def _later(self) -> list[int]:
        """Return after how many days to look: as long as it takes to go round once and a step further."""
        size, waits = len(self.round.ways), [_days_waited(way) for way in self.round.ways]
        once = sum(waits) + max(waits)
        return [size + 1, min(math.ceil(once) + size + 1, _MOST_DAYS)] if once else [size + 1]

    def _goes_round(self, scenario: Scenario, since: datetime) -> bool:
        try:
            moves = scenario.decide(self.look.policy).moves
        except LeadqualError:
            return False
        last = max((one.occurred_at for one in scenario.history if one.occurred_at <= since), default=since)
        made = [move.transition for move in moves if move.at >= last]
        size = len(self.round.ids)
        turns = [(*self.round.ids[n:], *self.round.ids[:n], self.round.ids[n]) for n in range(size)]
        return any(tuple(made[n : n + size + 1]) in turns for n in range(len(made)))


def _later(look: Look, scenario: Scenario, days: int) -> Scenario | None:
    """Return a contact some days later; where no reviews are made, with something that nobody asks for on each day."""
    at = scenario.at + timedelta(days=days)
    if look.policy.review_every is not None:
        return replace(scenario, at=at)
    kind = _unread_kind(look)
    if kind is None:
        return None
    instants = [scenario.at + timedelta(days=day) for day in range(1, days + 1)]
    more = [_happening(look, kind, number, instant) for number, instant in enumerate(instants)]
    return Scenario(scenario.contact, (*scenario.history, *more), at)


def _days_waited(way: Transition) -> float:
    """Return the largest number of days against which a transition holds those at its stage."""
    asked = (part for part in walk(_when(way)) if isinstance(part, Compare | In) and DAYS.path in names(part))
    return max((float(one.value) for part in asked for one in _numbers(part)), default=0.0)


def _numbers(node: Node) -> list[Literal]:
    return [part for part in walk(node) if isinstance(part, Literal) and part.type == "number"]


def _when(way: Transition) -> Node:
    assert way.when is not None  # the automatic ones have a condition
    return way.when


def _unread_kind(look: Look) -> str | None:
    read = kinds_read(look.policy)
    return next((kind for kind in _QUIET if kind not in read), None)


def _happening(look: Look, kind: str, number: int, instant: datetime) -> Interaction:
    return look.policy.parse_interaction({"id": f"then-{number:03}", "kind": kind, "occurred_at": instant})


def _finding(look: Look, one: Round, shown: _Goes) -> Finding:
    order = look.policy.transitions.index
    index = max(map(order, one.ways))
    place = Place(path=f"transitions[{index}]", rule=look.policy.transitions[index].id)
    found = "; ".join(f"{way.id}: {way.when}" for way in sorted(one.ways, key=order))
    ids = " and ".join(repr(way.id) for way in sorted(one.ways, key=order))
    goes = "goes" if shown.found is not None else "may go" if shown.at_once is not None else "might go"
    witness = shown.found or shown.at_once
    if len(one.ways) == 2:
        stages = f"{one.stages[0]!r} and {one.stages[1]!r}"
        message = f"a contact {goes} to and fro between {stages}: {ids} can hold at one instant"
        hint = "put a threshold on one name in both, the way back lower: score.engagement >= 30, back at < 15"
        return Finding("flapping", message, place, None, witness, found=found, hint=hint)
    stages = ", ".join(map(repr, one.stages))
    message = f"a contact {goes} round and round through {stages}: {ids} can hold at one instant"
    hint = "let one of the conditions exclude another, whatever the stage"
    return Finding("automatic-loop", message, place, None, witness, found=found, hint=hint)
