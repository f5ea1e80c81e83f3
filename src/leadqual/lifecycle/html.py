"""A decision as a card for notebooks: plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from leadqual.cards.frame import SMALL, chip, folded_lines, framed
from leadqual.lifecycle.explain import moment, reason
from leadqual.lifecycle.outlook import wants
from leadqual.lifecycle.timeline import timeline
from leadqual.model.score_card import score_html
from leadqual.model.standing import Move

if TYPE_CHECKING:
    from leadqual.lifecycle.decision import Decision


def decision_card(decision: Decision) -> str:
    """Return a decision as one piece of HTML without scripts."""
    stage = decision.stage or "scored"
    head = f"<strong style='font-size:1.15em'>{escape(stage)}</strong> <span>{escape(decision.contact_id)}</span>"
    since = f"since {moment(decision.standing.entered_at)}, " if decision.standing.entered_at else ""
    seen = f"{since}seen {moment(decision.at)} under {decision.policy}"
    grades = "".join(chip(f"{name} {value or 'none'}") for name, value in decision.grades.items())
    roles = "".join(chip(role) for role in sorted(decision.roles))
    parts = [
        f"<div>{head}</div><div style='{SMALL}'>{escape(seen)}</div>",
        f"<div style='margin:.4rem 0'>{grades}{roles}</div>",
        timeline(decision),
        *(score_html(score) for score in decision.scores.values()),
        folded_lines("How it came there", [_move_text(move) for move in decision.moves]),
        folded_lines("Different now, after the late interaction", [_move_text(move) for move in decision.revised]),
        folded_lines("Not known", [f"{name}: {'; '.join(affected)}" for name, affected in decision.missing.items()]),
        folded_lines("What comes next", [f"to {way.target}: {'; '.join(wants(way))}" for way in decision.next_ways]),
    ]
    return framed("".join(parts), width=46)


def _move_text(move: Move) -> str:
    why = f"{move.description} " if move.description else ""
    return f"{moment(move.at)} {move.source} → {move.target}: {why}({reason(move)})"
