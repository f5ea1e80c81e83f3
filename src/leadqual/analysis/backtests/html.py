"""A backtest for notebooks: its tables as plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.analysis.backtests.text import Sheet, explained, heading, sheets

if TYPE_CHECKING:
    from leadqual.analysis.backtests.report import Backtest

_CARD: Final = (
    "font-family:system-ui,sans-serif;max-width:56rem;border:1px solid #8888;border-radius:8px;padding:0.8rem 1rem"
)
_CELL: Final = "border:0;padding:0 .8em 0 0;white-space:nowrap"


def report_html(report: Backtest) -> str:
    """Return a report as one piece of HTML without scripts; all tables but the first are folded."""
    first, *rest = sheets(report)
    notes = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
    parts = [
        f"<div><strong style='font-size:1.15em'>{escape(heading(report))}</strong></div>",
        f"<div style='opacity:.75;font-size:.9em'>{escape(explained(report))}</div>",
        f"<div style='margin-top:.5rem'>{escape(first.title)}</div>{_table(first)}",
        *(f"<details><summary>{escape(sheet.title)}</summary>{_table(sheet)}</details>" for sheet in rest),
        f"<details><summary>Notes</summary><ul style='margin:.2rem 0'>{notes}</ul></details>",
    ]
    return f"<div style='{_CARD}'>{''.join(parts)}</div>"


def _table(sheet: Sheet) -> str:
    head = "".join(_cell("th", name, place) for place, name in enumerate(sheet.columns))
    rows = "".join(
        f"<tr>{''.join(_cell('td', cell, place) for place, cell in enumerate(row))}</tr>" for row in sheet.rows
    )
    legend = "".join(f"<div style='opacity:.75;font-size:.9em'>{escape(line)}</div>" for line in sheet.legend)
    return f"<table style='border:0;font-size:.9em'><tr>{head}</tr>{rows}</table>{legend}"


def _cell(tag: str, text: str, place: int) -> str:
    return f"<{tag} style='{_CELL};text-align:{'right' if place else 'left'}'>{escape(text)}</{tag}>"
