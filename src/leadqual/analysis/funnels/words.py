"""A funnel report as text, as HTML for notebooks, and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.analysis.funnels.sections import Section, headline, rate_line, sections

if TYPE_CHECKING:
    from leadqual.analysis.funnels.report import FunnelReport

_WIDTH: Final = 98
_CARD: Final = (
    "font-family:system-ui,sans-serif;max-width:60rem;border:1px solid #8888;border-radius:8px;padding:0.8rem 1rem"
)
_SMALL: Final = "opacity:.75;font-size:.9em"


def explanation(report: FunnelReport) -> str:
    """Return a report as text of at most a hundred columns."""
    parts = [headline(report), rate_line(report)]
    for section in sections(report):
        parts += ["", section.title, *_aligned(section)]
        parts += textwrap.wrap(section.remark, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    if report.notes:
        parts += ["", "To be known"]
    for note in report.notes:
        parts += textwrap.wrap(note, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(parts)


def _aligned(section: Section) -> Iterator[str]:
    """Yield rows in which every column begins at one place, numbers to the right."""
    rows = [section.header, *section.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [all(_numeric(cell) for cell in column) for column in zip(*section.rows, strict=True)]
    for row in rows:
        spaced = zip(row, widths, right, strict=True)
        cells = [cell.rjust(width) if to else cell.ljust(width) for cell, width, to in spaced]
        yield ("  " + "  ".join(cells)).rstrip()


def _numeric(cell: str) -> bool:
    return cell == "-" or cell.replace(",", "").replace(".", "").isdigit()


def page(report: FunnelReport) -> str:
    """Return a report as one piece of HTML without scripts, in the colours of the page, light or dark."""
    parts = [f"<strong>{escape(headline(report))}</strong>", f"<div>{escape(rate_line(report))}</div>"]
    for section in sections(report):
        parts.append(f"<div style='margin-top:.6rem'><strong>{escape(section.title)}</strong></div>{_table(section)}")
        if section.remark:
            parts.append(f"<div style='{_SMALL}'>{escape(section.remark)}</div>")
    if report.notes:
        items = "".join(f"<li>{escape(note)}</li>" for note in report.notes)
        parts.append(f"<ul style='{_SMALL};margin:.6rem 0 0'>{items}</ul>")
    return f"<div style='{_CARD}'>{''.join(parts)}</div>"


def _table(section: Section) -> str:
    right = [all(_numeric(cell) for cell in column) for column in zip(*section.rows, strict=True)]
    head = _row(section.header, right, "th")
    body = "".join(_row(row, right, "td") for row in section.rows)
    return f"<table style='border:0;font-size:.9em'>{head}{body}</table>"


def _row(cells: Sequence[str], right: Sequence[bool], tag: str) -> str:
    made = (
        f"<{tag} style='border:0;text-align:{'right' if to else 'left'}'>{escape(cell)}</{tag}>"
        for cell, to in zip(cells, right, strict=True)
    )
    return f"<tr>{''.join(made)}</tr>"


def plain(report: FunnelReport) -> dict[str, Any]:
    """Return a report as plain data for JSON, instants as texts."""
    tables = {
        "rate": report.rate,
        "counts": report.counts(),
        "occupancy": report.occupancy(),
        "flows": report.flows,
        "conversion": report.conversion,
        "time_in_stage": report.time_in_stage(),
        "next_stages": report.next_stages,
        "velocity": report.velocity(),
        "pipeline": report.pipeline,
        "ageing": report.ageing(),
        "cohorts": report.cohorts(),
    }
    return {
        "contacts": report.contacts,
        "not_appeared": report.not_appeared,
        "until": report.until.isoformat(),
        "time_zone": str(report.zone),
        "confidence": report.confidence,
        "stages": [*report.stages],
        "customer": [*report.customer],
        "by": report.by,
        "complete": report.complete,
        "notes": [*report.notes],
        **{name: _plain_rows(table) for name, table in tables.items()},
    }


def _plain_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        for row in table.iter_rows(named=True)
    ]
