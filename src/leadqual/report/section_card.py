"""A section of a report in a notebook: its sentences, its leads, and the numbers of its figures."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.cards.frame import SMALL, folded, framed, heading, listed, table
from leadqual.report import cells

if TYPE_CHECKING:
    from leadqual.report.section import Card, Figure, Section

_MOST: Final = 20
"""So many rows of a table are shown."""


def section_card(section: Section) -> str:
    """Return a section as a card: charts are on the page."""
    said = "".join(f"<p style='margin:.2rem 0'>{escape(line)}</p>" for line in section.says)
    figures = "".join(map(_figure, section.figures))
    leads = folded(f"Leads ({len(section.cards):,})", listed(map(_lead, section.cards))) if section.cards else ""
    notes = "".join(f"<div style='{SMALL}'>{escape(note)}</div>" for note in section.notes)
    return framed(f"{heading(section.title)}{said}{figures}{leads}{notes}")


def figure_card(figure: Figure) -> str:
    """Return a figure as a card: its sentence and its numbers."""
    return framed(f"{heading(figure.title)}{_told(figure)}")


def _figure(figure: Figure) -> str:
    return folded(figure.title, _told(figure))


def _told(figure: Figure) -> str:
    columns = [*figure.table.iter_columns()]
    right = [place for place, column in enumerate(columns) if cells.is_number(column)]
    shown = cells.rows(figure.table.head(_MOST), _zone(figure.table))
    rows = [[escape(cell) for cell in row] for row in shown]
    more = figure.table.height - len(rows)
    below = f"<div style='{SMALL}'>and {more:,} more</div>" if more else ""
    numbers = table([cells.heading(column.name) for column in columns], rows, right)
    return f"<p style='margin:.2rem 0'>{escape(figure.says)}</p>{numbers}{below}"


def _zone(numbers: pl.DataFrame) -> ZoneInfo:
    """Return the zone in which the instants of a table are told."""
    zones = (kind.time_zone for kind in numbers.schema.values() if isinstance(kind, pl.Datetime))
    return ZoneInfo(next(filter(None, zones), "UTC"))


def _lead(lead: Card) -> str:
    facts = ", ".join(filter(None, (lead.stage, *lead.facts)))
    reasons = "; ".join(reason.text for reason in lead.reasons)
    below = f"<div style='{SMALL}'>{escape(reasons)}</div>" if reasons else ""
    return f"<strong>{escape(lead.who)}</strong>: {escape(facts)}{below}"
