"""Changes to the transitions of a funnel: what they need, where they lead, and which is tried first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from leadqual.policy.funnel import Transition
from leadqual.testing.mutation.operators.conditions import edits_of
from leadqual.testing.mutation.operators.edit import Edit


def transition_edits(way: Transition, stages: Sequence[str]) -> Iterator[tuple[str, Edit[Any]]]:
    """Yield every change of one part of a transition: the part, and the change to its value."""
    if way.when is not None:
        yield from (("when", edit) for edit in edits_of(way.when))
    if way.when is not None and way.event is not None:
        yield "when", Edit("guard dropped", str(way.when), "", None)
        yield "event", Edit("event dropped", way.event, "", None)
    if (other := _neighbour(way, stages)) is not None:
        yield "target", Edit("retargeted", way.target, other, other)
    if len(way.source) > 1:
        for stage in way.source:
            yield "source", Edit("source removed", stage, "", tuple(kept for kept in way.source if kept != stage))
    if way.when is not None:
        other = "hold" if way.on_unknown == "error" else "error"
        yield "on_unknown", Edit("on unknown turned", way.on_unknown, other, other)


def _neighbour(way: Transition, stages: Sequence[str]) -> str | None:
    """Return the first stage after the target, in the order of the policy, to which the transition could lead."""
    here = stages.index(way.target)
    after = (*stages[here + 1 :], *stages[:here])
    return next((stage for stage in after if stage not in way.source), None)


def order_edits(ways: Sequence[Transition], stages: Iterable[str]) -> Iterator[Edit[tuple[Transition, ...]]]:
    """Yield every order in which of two neighbours that leave one stage the second is tried first."""
    seen: set[tuple[int, int]] = set()
    for stage in stages:
        leaving = [number for number, way in enumerate(ways) if stage in way.source]
        for first, second in pairwise(leaving):
            if (first, second) not in seen:
                seen.add((first, second))
                between = ways[first + 1 : second]
                order = (*ways[:first], ways[second], ways[first], *between, *ways[second + 1 :])
                before, after = f"{ways[first].id}, {ways[second].id}", f"{ways[second].id}, {ways[first].id}"
                yield Edit("reordered", before, after, order)
