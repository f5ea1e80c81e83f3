"""The tables of a funnel report that people read first: headings and rows of texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.analysis.sheets import Sheet
from leadqual.errors import cut
from leadqual.lifecycle.explain import moment

if TYPE_CHECKING:
    from leadqual.analysis.funnels.report import FunnelReport

_GROUPS: Final = 10
_NAME: Final = 18
_UNKNOWN: Final = "not known"


def headline(report: FunnelReport) -> str:
    """Return what a report is about, in one line."""
    first = report.spells.people.select(pl.col("began").min()).item()
    since = f"from {moment(first, report.zone)} " if first is not None else ""
    return f"Funnel of {report.contacts:,} contacts, {since}to {moment(report.until, report.zone)}"


def rate_line(report: FunnelReport) -> str:
    """Return the conversion rate in words."""
    row = report.overall.rate.row(0, named=True)
    if row["buyers"] is None:
        return "Conversion rate: not known, since no stage tells who bought"
    if row["visitors"] is None:
        return f"Conversion rate: not known; bought have {row['buyers']:,}"
    who = "visitors" if report.visitors is not None else "contacts"
    counted = f"{row['buyers']:,} of {row['visitors']:,} {who} bought"
    return f"Conversion rate: {counted}" + (f", {interval(row, 'rate')}" if row["visitors"] else "")


def sections(report: FunnelReport) -> Iterator[Sheet]:
    """Yield the tables that people read first; those with nothing in them are left out."""
    whole = report.overall
    found = [_stages(whole), _conversion(whole), _ageing(whole)]
    if report.by is not None:
        found.append(_groups(report))
    yield from (sheet for sheet in found if sheet.rows)
    if report.notes:
        yield Sheet("To be known", points=report.notes)


def _stages(report: FunnelReport) -> Sheet:
    now = dict(report.counts().select("stage", "contacts").iter_rows())
    times = report.time_in_stage((0.5,)).rows_by_key("stage", named=True, unique=True)
    entered = dict(report.conversion.select("source", "entered").iter_rows())
    rows = []
    for stage in report.stages:
        row = times.get(stage)
        unknown = stage in report.spells.unknown
        median = _UNKNOWN if unknown else "nobody came" if not row or not row["spells"] else _time(row)
        following = _next(report, stage) if not unknown else _UNKNOWN
        rows.append((name(stage), whole(now[stage]), whole(entered.get(stage)), median, following))
    remark = (
        "Days: after so many half have left again (Kaplan-Meier; those who still stand there count as waiting). "
        "Next: the likeliest way out, with the share that takes it in the time that enough were seen."
    )
    return Sheet("Stages", (), ("stage", "now", "ever", "days to leave", "next"), rows, remarks=(remark,), bars="now")


def _time(row: dict[str, Any]) -> str:
    if row["days"] is None:
        return "not reached"
    low, high = (f"{row[side]:.1f}" if row[side] is not None else "?" for side in ("low", "high"))
    return f"{row['days']:.1f} ({low} to {high})"


def _next(report: FunnelReport, stage: str) -> str:
    ways = report.next_stages.filter(pl.col("stage") == stage).sort("share", descending=True, maintain_order=True)
    if not len(ways):
        return "-"
    best = ways.row(0, named=True)
    return f"{name(best['target'])} {_percent(best['share'])}"


def _conversion(report: FunnelReport) -> Sheet:
    table = report.conversion.rows_by_key(["source", "target"], named=True, unique=True)
    ends = [place for place, stage in enumerate(report.stages) if stage in report.customer]
    path = report.stages[: ends[0] + 1] if ends else report.stages
    pairs = [*pairwise(path)]
    if len(path) > 2:
        pairs.append((path[0], path[-1]))
    rows = []
    for source, target in pairs:
        row = table[source, target]
        if row["entered"] == 0:
            continue
        ever = _UNKNOWN if row["share"] is None else interval(row, "share")
        direct = _UNKNOWN if row["direct_share"] is None else _percent(row["direct_share"])
        rows.append((name(source), name(target), whole(row["entered"]), whole(row["eventually"]), ever, direct))
    remark = "Ever: sooner or later after the first entry, so far; those who wait may still go on."
    columns = ("from", "to", "entered", "went on", "ever", "directly")
    return Sheet("From stage to stage", (), columns, rows, remarks=(remark,))


def _ageing(report: FunnelReport) -> Sheet:
    table = report.ageing()
    bands = [column for column in table.columns[2:] if column[0] in "<>" or column[0].isdigit()]
    table = table.filter(pl.col("contacts") > 0)
    rows = [
        (name(row["stage"]), *(whole(row[band]) for band in bands), _days(row["usual"]), whole(row["overdue"]))
        for row in table.iter_rows(named=True)
    ]
    remark = "Overdue: longer than the days after which half have left; '-' where that is not reached."
    columns = ("stage", *bands, "usual", "overdue")
    return Sheet("For how long they have stood there", (), columns, rows, remarks=(remark,))


def _groups(report: FunnelReport) -> Sheet:
    rates = report.rate.head(_GROUPS)
    sizes = report.spells.people.group_by("group").len().sort("group")["len"].to_list()
    rows = []
    for size, row in zip(sizes, rates.iter_rows(named=True), strict=False):
        value = "(none)" if row["group"] is None else name(str(row["group"]))
        share = _UNKNOWN if row["rate"] is None else interval(row, "rate")
        rows.append((value, whole(size), whole(row["buyers"]), share))
    left = len(report.spells.groups) - len(rows)
    remarks = (f"Smaller ones that are not shown: {left:,}.",) if left > 0 else ()
    columns = (str(report.by), "contacts", "bought", "conversion rate")
    return Sheet(f"By {report.by}", (), columns, rows, remarks=remarks, bars="conversion rate")


def interval(row: dict[str, Any], share: str) -> str:
    """Return a share with its interval, such as ``14.2 % (12.7 % to 15.8 %)``."""
    return f"{_percent(row[share])} ({_percent(row['low'])} to {_percent(row['high'])})"


def name(text: str) -> str:
    """Return a name from a table, cut."""
    return cut(text, limit=_NAME)


def whole(number: int | None) -> str:
    """Return a number of contacts, or that there is none to tell."""
    return "-" if number is None else f"{number:,}"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _days(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}"
