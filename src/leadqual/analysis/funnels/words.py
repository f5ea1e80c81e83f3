"""A funnel report as text, as HTML for notebooks, and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from leadqual.analysis.funnels.sections import headline, rate_line, sections
from leadqual.analysis.plain import plain_rows
from leadqual.analysis.sheets import as_html, as_text

if TYPE_CHECKING:
    from leadqual.analysis.funnels.report import FunnelReport

_WIDTH: Final = 98


def explanation(report: FunnelReport) -> str:
    """Return a report as text of less than a hundred columns."""
    return as_text((headline(report), rate_line(report)), sections(report), _WIDTH)


def page(report: FunnelReport) -> str:
    """Return a report as one piece of HTML without scripts, in the colours of the page, light or dark."""
    return as_html((headline(report), rate_line(report)), sections(report))


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
        **{name: plain_rows(table) for name, table in tables.items()},
    }
