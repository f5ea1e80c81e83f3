"""What must have been tried in vain before a transition is tried: the earlier ones from the same stage."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import Compare, History, Literal, Node
from leadqual.conditions.walk import walk
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition
from leadqual.policy.ways import stages_after, steps_of
from leadqual.proofs.funnel import counted_now


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
            yield Compare(counted_now(way.event), (("==", Literal(0)),))


def _tried_before(policy: PolicyDocument, way: Transition, source: str) -> Iterator[Transition]:
    """Yield the transitions that were surely tried before one: those whose target was not visited at that instant."""
    steps = steps_of(policy.transitions)
    for one in policy.transitions:
        if one is way:
            return
        # Where a transition is tried its own target was not visited, nor any from where no way leads here.
        unvisited = one.target == way.target or source not in stages_after(one.target, steps)
        if source in one.source and one.event in (None, way.event) and unvisited:
            yield one
