"""A comparison for notebooks: plain HTML that follows the page's colours, light or dark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from leadqual.analysis.comparisons.report import Section, sections

if TYPE_CHECKING:
    from leadqual.analysis.comparisons.comparison import Comparison

_CARD: Final = (
    "font-family:system-ui,sans-serif;max-width:60rem;border:1px solid #8888;border-radius:8px;padding:0.8rem 1rem"
)
_CELL: Final = "border:0;padding:.1em .8em .1em 0;vertical-align:top;white-space:normal"
_GOOD, _BAD = "#2a9d62", "#c8553d"
_COLOURS: Final = {"+ ": _GOOD, "- ": _BAD}


def as_html(comparison: Comparison) -> str:
    """Return a comparison as one piece of HTML without scripts."""
    first, *others = sections(comparison)
    parts = [f"<strong style='font-size:1.15em'>{escape(first.title)}</strong>", *map(_section, others)]
    return f"<div style='{_CARD}'>{''.join(parts)}</div>"


def _section(section: Section) -> str:
    lines = "".join(_line(line) for line in section.lines)
    return f"<div style='margin-top:.7rem'><strong>{escape(section.title)}</strong>{lines}{_table(section)}</div>"


def _line(line: str) -> str:
    colour = _COLOURS.get(line[:2])
    style = f"color:{colour}" if colour else "margin-left:1.2em;opacity:.8" if line.startswith(" ") else ""
    return f"<div style='{style}'>{escape(line.strip())}</div>"


def _table(section: Section) -> str:
    if not section.columns:
        return ""
    right = [any(isinstance(row[place], int) for row in section.rows) for place in range(len(section.columns))]
    rows = [_row("th", section.columns, right), *(_row("td", row, right) for row in section.rows)]
    return f"<table style='border:0;font-size:.9em'>{''.join(rows)}</table>"


def _row(tag: str, cells: tuple[object, ...], right: list[bool]) -> str:
    shown = [
        f"<{tag} style='{_CELL};text-align:{'right' if to_right else 'left'}'>"
        f"{escape(f'{cell:,}' if isinstance(cell, int) else str(cell))}</{tag}>"
        for cell, to_right in zip(cells, right, strict=True)
    ]
    return f"<tr>{''.join(shown)}</tr>"
