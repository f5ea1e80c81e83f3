"""A report in other forms than a page: text for a terminal, a card for a notebook, plain data for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Final

from leadqual.analysis.plain import plain_rows
from leadqual.cards.frame import SMALL, folded, framed, heading
from leadqual.cards.values import rounded
from leadqual.lifecycle.explain import moment
from leadqual.report.about import About, Tile
from leadqual.report.section import Card, Section
from leadqual.report.words import counted

_WIDTH: Final = 100


def seen(about: About) -> str:
    """Return in one line what a report is about."""
    people = counted(about.contacts, "contact")
    return f"{people}, seen at {moment(about.at, about.zone)} under {about.policy} {about.version}"


def explanation(about: About, tiles: Sequence[Tile], sections: Iterable[Section]) -> str:
    """Return a report as text."""
    width = max((len(tile.label) for tile in tiles), default=0)
    wide = max((len(tile.value) for tile in tiles), default=0)
    lines = [about.title, f"{seen(about)}.", ""]
    lines += [f"  {tile.label:<{width}}  {tile.value:>{wide}}  {tile.note}".rstrip() for tile in tiles]
    for section in sections:
        lines += ["", section.title, *(line for said in section.says for line in _wrapped(said))]
        lines += [line for figure in section.figures for line in _wrapped(f"{figure.title}: {figure.says}", "- ")]
        lines += [line for card in section.cards for line in _card(card)]
        lines += [line for note in section.notes for line in _wrapped(note, "Note: ")]
    return "\n".join(lines)


def _wrapped(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"  {mark}", subsequent_indent=" " * (2 + len(mark)))


def _card(card: Card) -> list[str]:
    facts = ", ".join(filter(None, (card.stage, *card.facts)))
    who = "" if card.who == card.id else card.who
    reasons = [f"    {reason_text(reason.text, reason.points)}" for reason in card.reasons]
    return [f"  {card.id}  {who}".rstrip(), f"    {facts}", *reasons, *(f"    {text}" for text in card.then)]


def reason_text(text: str, points: float | None) -> str:
    """Return a reason with what it counts for.

    Examples
    --------
    >>> reason_text("asked for a demo", 30.0), reason_text("a director", None)
    ('+30 asked for a demo', 'a director')
    """
    return text if points is None else f"{rounded(points, 4, signed=True)} {text}"


def card(about: About, tiles: Sequence[Tile], sections: Iterable[Section]) -> str:
    """Return a report as a card for a notebook: key figures and sentences; the charts are on the page."""
    figures = "".join(
        f"<div style='min-width:7em'><div style='{SMALL}'>{escape(tile.label)}</div>"
        f"<div style='font-size:1.4em'>{escape(tile.value)}</div><div style='{SMALL}'>{escape(tile.note)}</div></div>"
        for tile in tiles
    )
    said = "".join(_details(section) for section in sections)
    below = f"<div style='{SMALL};margin-top:.5rem'>With its charts: <code>report.save(\"report.html\")</code></div>"
    row = f"<div style='display:flex;flex-wrap:wrap;gap:.6rem 1.4rem;margin:.6rem 0'>{figures}</div>"
    return framed(f"{heading(about.title, [seen(about)])}{row}{said}{below}")


def _details(section: Section) -> str:
    lines = "".join(f"<p style='margin:.2rem 0'>{escape(line)}</p>" for line in section.says)
    return folded(section.title, lines)


def plain(about: About, tiles: Sequence[Tile], sections: Iterable[Section]) -> dict[str, Any]:
    """Return a report as plain data."""
    return {
        "title": about.title,
        "policy": {"name": about.policy, "version": about.version, "hash": about.digest},
        "at": about.at.isoformat(),
        "since": about.since.isoformat(),
        "before": about.before.isoformat(),
        "time_zone": str(about.zone),
        "contacts": about.contacts,
        "interactions": about.interactions,
        "key_figures": [{"label": tile.label, "value": tile.value, "note": tile.note} for tile in tiles],
        "sections": [_section(section) for section in sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title,
        "says": [*section.says],
        "figures": [
            {"name": figure.name, "title": figure.title, "says": figure.says, "rows": plain_rows(figure.table)}
            for figure in section.figures
        ],
        "leads": [
            {
                "contact_id": lead.id,
                "who": lead.who,
                "stage": lead.stage,
                "facts": [*lead.facts],
                "reasons": [{"text": reason.text, "points": reason.points} for reason in lead.reasons],
                "then": [*lead.then],
            }
            for lead in section.cards
        ],
        "notes": [*section.notes],
    }
