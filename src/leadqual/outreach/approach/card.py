"""An action as a card for notebooks: plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import BAD, GOOD, SMALL, WAIT, framed
from leadqual.lifecycle.explain import known_zone
from leadqual.outreach.approach.say import LABELS, about, headline_of, parts, sections
from leadqual.outreach.rules.base import Language

if TYPE_CHECKING:
    from leadqual.outreach.approach.action import Action

_EDGE: Final = {"now": GOOD, "opens_later": WAIT, "due_later": WAIT}
_ENGLISH: Final[Language] = "en"


def action_card(action: Action) -> str:
    """Return an action as one piece of HTML without scripts."""
    zone = known_zone(action.time_zone or "UTC")
    edge = _EDGE.get(action.outcome, BAD)
    head = escape(headline_of(action, _ENGLISH, zone))
    title = f"<div style='border-left:.35rem solid {edge};padding-left:.6rem'><strong>{head}</strong>"
    title += f"<div style='{SMALL}'>{escape(about(action, _ENGLISH))}</div></div>"
    rows = "".join(_row(label, points) for label, points in parts(action, _ENGLISH, zone))
    table = f"<table style='border:0;margin-top:.6rem;font-size:inherit'>{rows}</table>" if rows else ""
    below = "".join(_section(name, lines, is_open=not action.do) for name, lines in sections(action, _ENGLISH, zone))
    notice = f"<div style='{SMALL};margin-top:.5rem'>{escape(LABELS[_ENGLISH].notice)}</div>"
    return framed(f"{title}{table}<div style='margin-top:.6rem'>{below}</div>{notice}", width=48)


def _row(label: str, points: list[str]) -> str:
    cell = "border:0;vertical-align:top;text-align:left;white-space:normal;padding:.1rem .6rem .1rem 0"
    items = "".join(f"<li>{escape(point)}</li>" for point in points)
    content = escape(points[0]) if len(points) == 1 else f"<ul style='margin:0;padding-left:1.1rem'>{items}</ul>"
    name = f"<td style='{cell};opacity:.75'>{escape(label)}</td>"
    return f"<tr style='background:none'>{name}<td style='{cell}'>{content}</td></tr>"


def _section(title: str, lines: list[str], *, is_open: bool) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    summary = f"<summary>{escape(title)} ({len(lines)})</summary>"
    return f"<details{' open' * is_open}>{summary}<ul style='margin:.2rem 0'>{items}</ul></details>"
