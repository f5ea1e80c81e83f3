"""What must have been tried in vain before a transition is tried: the earlier ones from the same stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from leadqual.conditions.nodes import Compare, History, Literal, Node, Selection
from leadqual.conditions.walk import walk
from leadqual.model.time import Duration
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

_JUST_NOW: Final = Duration.parse("1s")


def vain_before(policy: PolicyDocument, way: Transition) -> tuple[tuple[Node, ...], ...]:
    """Return for each source of a transition the conditions that are not true where it is tried.

    A source at which an earlier transition always fires is left out: from there it is never tried.

    Examples
    --------
    >>> from leadqual import policies
    >>> policy = policies.sales()
    >>> reopened = next(way for way in policy.transitions if way.id == "reopened")
    >>> [[str(node) for node in vain] for vain in vain_before(policy, reopened)]
    [["count(purchase, within='365d') >= 1"]]
    """
    found = []
    for source in way.source:
        earlier = list(_tried_before(policy, way, source))
        if all(one.when is not None for one in earlier):
            found.append((*(one.when for one in earlier if one.when is not None), *_of_event(way)))
    return tuple(found)


def _of_event(way: Transition) -> Iterator[Node]:
    """Yield, of a transition that asks for its own event, that it has never happened: it happens when it is tried."""
    if way.event is not None and way.when is not None:
        asked = {part.selection.kind for part in walk(way.when) if isinstance(part, History)}
        if way.event in asked:
            just_now = History("count", Selection(way.event), within=_JUST_NOW)
            yield Compare(just_now, (("==", Literal(0)),))


def _tried_before(policy: PolicyDocument, way: Transition, source: str) -> Iterator[Transition]:
    """Yield the transitions that were surely tried before one: those whose target was not visited at that instant."""
    for one in policy.transitions:
        if one is way:
            return
        # Where a transition is tried its own target was not visited, nor any from where no way leads here.
        unvisited = one.target == way.target or source not in _reached_from(policy, one.target)
        if source in one.source and one.event in (None, way.event) and unvisited:
            yield one


def _reached_from(policy: PolicyDocument, stage: str) -> set[str]:
    reached, waiting = {stage}, [stage]
    while waiting:
        here = waiting.pop()
        further = {way.target for way in policy.transitions if here in way.source} - reached
        reached |= further
        waiting += further
    return reached
