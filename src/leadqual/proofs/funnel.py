"""What conditions can say of a contact on its way through a funnel: where it stands, and what happens at an instant."""

from __future__ import annotations

from typing import Final

from leadqual.conditions.nodes import Compare, History, Literal, Name, Node, Selection
from leadqual.model.time import Duration

STAGE: Final = Name("stage")
DAYS: Final = Name("days_in_stage")

_AT_ONCE: Final = Duration.parse("1s")


def counted_now(kind: str) -> History:
    """Return the question how many interactions of a kind happen at the instant itself, or just before."""
    return History("count", Selection(kind), None, _AT_ONCE)


def happens_now(kind: str) -> Node:
    """Return the condition that an interaction of a kind happens at the instant itself, or just before."""
    return Compare(counted_now(kind), ((">=", Literal(1)),))


def stands_at(stage: str) -> Node:
    """Return the condition that a contact stands at a stage."""
    return Compare(STAGE, (("==", Literal(stage)),))
