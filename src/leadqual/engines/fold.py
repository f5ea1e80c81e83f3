"""Where a contact stands, slow and obvious: the fold over interactions and reviews.

Every visit evaluates every guard from the beginning, through the reference interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadqual.engines.reference import Situation, evaluate
from leadqual.engines.unknown import causes, unknown_refused
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import Scorer
from leadqual.model.time import micros
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition


@dataclass(frozen=True, slots=True)
class Visit:
    """An instant at which transitions are tried: an interaction, or a review."""

    instant: int
    interaction: Interaction | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A move in microseconds: which transition fired, from where and since when, at which visit."""

    source: str
    entered: int | None
    transition: Transition
    visit: Visit


@dataclass(frozen=True, slots=True)
class Position:
    """A stage and when it was entered, in microseconds; None if nothing has happened yet."""

    stage: str
    entered: int | None


def start_of(
    contact: Contact, history: Sequence[Interaction], until: int, position: Position | None = None
) -> int | None:
    """Return the instant at which a contact begins to exist: its first interaction or created_at; None if neither.

    A contact that entered the stage of a position existed by then, even if the history given begins later.
    """
    instants = [one.instant for one in history if one.instant <= until]
    if position is not None and position.entered is not None:
        instants.append(position.entered)
    if contact.created_at is not None and micros(contact.created_at) <= until:
        instants.append(micros(contact.created_at))
    return min(instants, default=None)


def visits(
    policy: PolicyDocument, history: Sequence[Interaction], begin: int | None, since: int | None, until: int
) -> Iterator[Visit]:
    """Yield what is visited in ``(since, until]`` in time order; reviews come after interactions they tie with."""
    found = [Visit(one.instant, one) for one in history if one.instant <= until]
    if policy.review_every is not None and begin is not None:
        every = policy.review_every.micros
        found += [Visit(number * every) for number in range(-(-begin // every), until // every + 1)]
    inside = [visit for visit in found if since is None or visit.instant > since]
    yield from sorted(inside, key=_order)


def _order(visit: Visit) -> tuple[int, bool, str]:
    return (visit.instant, visit.interaction is None, visit.interaction.id if visit.interaction else "")


def fold(
    policy: PolicyDocument,
    contact: Contact,
    history: Sequence[Interaction],
    until: int,
    *,
    position: Position | None = None,
    since: int | None = None,
    scorers: Mapping[str, Scorer] | None = None,
) -> tuple[Position, list[Step]]:
    """Return where a contact stands at `until`, and the moves that brought it there.

    Parameters
    ----------
    until : int
        The instant asked for, in UTC microseconds; nothing later is seen.
    position, since : optional
        Where the contact stood, and up to when everything was seen; without them the fold begins at the beginning.
    """
    assert policy.initial_stage is not None  # callers look whether there is a funnel at all
    begin = start_of(contact, history, until, position)
    position = position or Position(policy.initial_stage, None)
    if position.entered is None:
        position = Position(position.stage, begin)
    steps: list[Step] = []
    last: int | None = None
    visited: set[str] = set()
    for visit in visits(policy, history, begin, since, until):
        if visit.instant != last:
            last, visited = visit.instant, {position.stage}
        while True:
            now = Situation(policy, contact, history, visit.instant, position.stage, position.entered, scorers or {})
            transition = _first_enabled(now, visit, visited)
            if transition is None:
                break
            steps.append(Step(position.stage, position.entered, transition, visit))
            position = Position(transition.target, visit.instant)
            visited.add(transition.target)
    return position, steps


def _first_enabled(now: Situation, visit: Visit, visited: set[str]) -> Transition | None:
    kind = visit.interaction.kind if visit.interaction is not None else None
    for transition in now.policy.transitions:
        eligible = now.stage in transition.source and transition.event in (None, kind)
        if eligible and transition.target not in visited and holds(transition, now):
            return transition
    return None


def holds(transition: Transition, now: Situation) -> bool:
    """Return whether a transition's condition is true; an unknown one never is, and may be an error."""
    if transition.when is None:
        return True
    answer = evaluate(transition.when, now)
    if answer is None and transition.on_unknown == "error":
        raise unknown_refused(transition, causes(transition.when, lambda part: evaluate(part, now)), now.contact)
    return answer is True
