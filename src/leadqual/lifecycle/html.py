"""A decision as a card for notebooks: plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from leadqual.lifecycle.cards import SMALL, framed
from leadqual.lifecycle.explain import moment, reason, score_text
from leadqual.lifecycle.outlook import wants
from leadqual.model.score import LedgerLine, Score
from leadqual.model.standing import Move

if TYPE_CHECKING:
    from leadqual.lifecycle.decision import Decision

_GOOD, _BAD = "#2a9d62", "#c8553d"


def decision_card(decision: Decision) -> str:
    """Return a decision as one piece of HTML without scripts."""
    stage = decision.stage or "scored"
    head = f"<strong style='font-size:1.15em'>{escape(stage)}</strong> <span>{escape(decision.contact_id)}</span>"
    since = f"since {moment(decision.standing.entered_at)}, " if decision.standing.entered_at else ""
    seen = f"{since}seen {moment(decision.at)} under {decision.policy}"
    grades = "".join(_chip(f"{name} {value or 'none'}") for name, value in decision.grades.items())
    roles = "".join(_chip(role) for role in sorted(decision.roles))
    parts = [
        f"<div>{head}</div><div style='{SMALL}'>{escape(seen)}</div>",
        f"<div style='margin:.4rem 0'>{grades}{roles}</div>",
        *(_score(score) for score in decision.scores.values()),
        _section("How it came there", [_move_text(move) for move in decision.moves]),
        _section("Not known", [f"{name}: {'; '.join(affected)}" for name, affected in decision.missing.items()]),
        _section("What comes next", [f"to {way.target}: {'; '.join(wants(way))}" for way in decision.next_ways]),
    ]
    return framed("".join(parts), width=46)


def _move_text(move: Move) -> str:
    why = f"{move.description} " if move.description else ""
    return f"{moment(move.at)} {move.source} → {move.target}: {why}({reason(move)})"


def _chip(text: str) -> str:
    style = (
        "border:1px solid #8888;border-radius:1em;padding:0 .6em;margin-right:.3em;font-size:.85em;white-space:nowrap"
    )
    return f"<span style='{style}'>{escape(text)}</span>"


def _section(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return (
        f"<details><summary>{escape(title)} ({len(lines)})</summary><ul style='margin:.2rem 0'>{items}</ul></details>"
    )


def _score(score: Score) -> str:
    lines = [line for line in score.ledger if line.points]
    largest = max((abs(line.points) for line in lines), default=1.0)
    rows = "".join(_bar(line, largest) for line in lines)
    title = f"<strong>{escape(score.name)}</strong> {escape(score_text(score))}"
    return f"<div style='margin-top:.5rem'>{title}<table style='border:0;font-size:.9em'>{rows}</table></div>"


def _bar(line: LedgerLine, largest: float) -> str:
    width, colour = 100 * abs(line.points) / largest, _GOOD if line.points > 0 else _BAD
    bar = f"<div style='height:.7em;width:{width:.0f}px;min-width:2px;background:{colour};border-radius:2px'></div>"
    name = line.id if line.kind in ("rule", "part") else f"{line.kind.replace('_', ' ')}: {line.id}"
    why = f"<span style='opacity:.75'>{escape(line.description)}</span>" if line.description else ""
    cells = (("left", escape(name)), ("right", f"{line.points:+.4g}"), ("left", bar), ("left", why))
    style = "border:0;vertical-align:top;white-space:normal"
    row = "".join(f"<td style='{style};text-align:{side}'>{content}</td>" for side, content in cells)
    return f"<tr>{row}</tr>"
