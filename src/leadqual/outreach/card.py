"""A verdict as a card for notebooks: plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.cards.frame import BAD, CODE, GOOD, SMALL, WAIT, framed
from leadqual.outreach.explain import LABELS, answer, grouped, law, looked_at, outlook, remarks
from leadqual.outreach.rules.base import Language

if TYPE_CHECKING:
    from leadqual.outreach.verdict import Reason, Verdict

_ENGLISH: Final[Language] = "en"


def verdict_card(verdict: Verdict, zones: Sequence[tzinfo]) -> str:
    """Return a verdict as one piece of HTML without scripts."""
    edge = GOOD if verdict.allowed else WAIT if verdict.next_allowed is not None else BAD
    small = "".join(f"<div style='{SMALL}'>{escape(line)}</div>" for line in looked_at(verdict, _ENGLISH, zones))
    head = f"<div style='border-left:.35rem solid {edge};padding-left:.6rem'>"
    head += f"<strong style='overflow-wrap:anywhere'>{escape(answer(verdict, _ENGLISH))}</strong>"
    head += f"<div>{escape(outlook(verdict, _ENGLISH, zones))}</div>{small}</div>"
    groups = list(grouped(verdict, _ENGLISH))
    reasons = "".join(_reasons(title, several, is_open=place == 0) for place, (title, several) in enumerate(groups))
    below = "".join(_remarks(title, lines) for title, lines in remarks(verdict, _ENGLISH))
    notice = f"<div style='{SMALL};margin-top:.5rem'>{escape(LABELS[_ENGLISH].notice)}</div>"
    return framed(f"{head}<div style='margin-top:.5rem'>{reasons}{below}</div>{notice}", width=48)


def _reasons(title: str, reasons: Sequence[Reason], *, is_open: bool) -> str:
    items = "".join(_reason(reason) for reason in reasons)
    summary = f"<summary>{escape(title)} ({len(reasons)})</summary>"
    return f"<details{' open' * is_open}>{summary}<ul style='margin:.2rem 0'>{items}</ul></details>"


def _reason(reason: Reason) -> str:
    said = f"{escape(reason.found[_ENGLISH])} <span style='{CODE};opacity:.75'>{escape(reason.code)}</span>"
    small = f"<div style='{SMALL}'>{escape(reason.says[_ENGLISH])}</div>"
    small += f"<div style='{SMALL};overflow-wrap:anywhere'>{escape(reason.rule)}. {escape(law(reason, _ENGLISH))}</div>"
    return f"<li style='margin-bottom:.3rem'>{said}{small}</li>"


def _remarks(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li style='overflow-wrap:anywhere'>{escape(line)}</li>" for line in lines)
    summary = f"<summary>{escape(title)} ({len(lines)})</summary>"
    return f"<details>{summary}<ul style='margin:.2rem 0'>{items}</ul></details>"
