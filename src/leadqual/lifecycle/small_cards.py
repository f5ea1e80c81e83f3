"""Cards for notebooks of what belongs to a decision: a traced condition, and the state machine of one contact."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import BAD, CODE, GOOD, WAIT, folded_lines, framed, heading
from leadqual.lifecycle.explain import moment, reason
from leadqual.lifecycle.funnel import funnel_svg
from leadqual.model.standing import Move
from leadqual.policy.document import PolicyDocument

if TYPE_CHECKING:
    from leadqual.lifecycle.trace import Trace

_EDGES: Final = {"true": GOOD, "false": BAD, "unknown": WAIT}


def trace_card(trace: Trace) -> str:
    """Return a traced condition: each part below the one it belongs to, with its value."""
    return framed(heading(f"This is {trace.said}") + _part(trace), width=56)


def _part(trace: Trace) -> str:
    edge = _EDGES.get(trace.said, "#8888")
    style = f"border-left:.2rem solid {edge};padding:.1rem 0 .1rem .6rem;margin:.25rem 0"
    said = f"<span style='{CODE}'>{escape(trace.text)}</span> → <strong>{escape(trace.said)}</strong>"
    parts = "".join(_part(part) for part in trace.parts if part.said != part.text)  # a list of constants says itself
    return f"<div style='{style}'>{said}{parts}</div>"


def lifecycle_card(policy: PolicyDocument, contact: str, stage: str, moves: Sequence[Move]) -> str:
    """Return the funnel of one contact with the stage marked where it stands, and the moves so far."""
    said = [f"under {policy.ref}, {len(moves):,} move{'s' * (len(moves) != 1)} since the machine was made"]
    told = [f"{moment(move.at)} {move.source} → {move.target} ({reason(move)})" for move in moves]
    head = heading(f"Contact {contact} at {stage}", said)
    return framed(head + funnel_svg(policy, here=stage) + folded_lines("Moves", told), width=64)
