"""What changed in the last period: who came, who moved, who stands where now and stood where then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final

import polars as pl

from leadqual.analysis.funnels.conversion import bought
from leadqual.analysis.funnels.report import FunnelReport
from leadqual.model.time import micros
from leadqual.report.asked import earlier
from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.section import Figure, Section
from leadqual.report.sections.flow import moves_since
from leadqual.report.sections.parts import numbers, without_stages
from leadqual.report.words import counted, days, listed, moment, there

_NAME: Final = "changes"
_NAMED: Final = 5
"""So many ways are named in a sentence."""


def section(ground: Ground) -> Section:
    """Return what changed in the last period."""
    length = days(ground.asked.period.days)
    title = f"What changed in the last {length}"
    report = ground.funnel
    if report is None:
        return without_stages(_NAME, title, "no stages that contacts came to")
    table = stage_changes(report, ground.asked.before, ground.at)
    before = earlier(ground.asked.before, ground.asked.period, ground.zone)
    new, new_before = _new(report, ground.asked.before, ground.at), _new(report, before, ground.asked.before)
    said = [
        f"From {moment(ground.asked.before, ground.zone)} to {moment(ground.at, ground.zone)}:"
        f" {counted(new, 'new contact')} ({_than(new, new_before)} in the {length} before).",
        _moves_told(ground),
        *_goal_told(ground, report, before, length),
    ]
    figures = [_now_and_then(table, length)] if report.contacts else []
    if table.select((pl.col("came") + pl.col("left")).sum()).item():
        figures.append(_in_and_out(table, length))
    return Section(_NAME, title, tuple(said), tuple(figures))


def stage_changes(report: FunnelReport, since: datetime, until: datetime) -> pl.DataFrame:
    """Return for each stage who stood there at two instants, and who came and left between: after the first of them.

    Those then, with those who came and without those who left, are those now. Who begins at a stage comes to it.

    Returns
    -------
    DataFrame
        ``stage``, ``then``, ``came``, ``left``, ``now`` and ``change``.
    """
    both = report.counts([since, until])
    then, now = (both.slice(place * len(report.stages), len(report.stages)) for place in (0, 1))
    rows = report.spells.rows.with_columns(pl.col("stage").cast(pl.String))
    came, left = (
        rows.filter(instant > since, instant <= until).group_by("stage").agg(pl.len().cast(pl.Int64).alias(name))
        for name, instant in (("came", pl.coalesce("entered", "left")), ("left", pl.col("left")))
    )
    made = then.select("stage", then="contacts").join(
        now.select("stage", now="contacts"), on="stage", maintain_order="left"
    )
    for number in (came, left):
        made = made.join(number, on="stage", how="left", maintain_order="left")
    made = made.with_columns(pl.col("came", "left").fill_null(0), change=pl.col("now") - pl.col("then"))
    return made.select("stage", "then", "came", "left", "now", "change")


def _new(report: FunnelReport, since: datetime, until: datetime) -> int:
    return report.spells.people.filter(pl.col("began") > since, pl.col("began") <= until).height


def _than(number: int, before: int) -> str:
    return "as many as" if number == before else f"{before:,}"


def _moves_told(ground: Ground) -> str:
    moves = moves_since(ground, ground.asked.before).sort("moves", descending=True, maintain_order=True)
    total = int(moves["moves"].sum())
    if not total:
        return "Nobody moved from one stage to another."
    ways = [f"{source} → {target} ({number:,})" for source, target, number, _ in moves.head(_NAMED).iter_rows()]
    more = f", and {counted(moves.height - _NAMED, 'other way')}" if moves.height > _NAMED else ""
    return f"{there(total, 'move')}: {', '.join(ways) if more else listed(ways)}{more}."


def _goal_told(ground: Ground, report: FunnelReport, before: datetime, length: str) -> Iterator[str]:
    """Yield how many came to the goal for the first time: those who come back bought before."""
    if ground.goal is None:
        return
    first = bought(report.spells, (ground.goal,))
    bounds = [micros(instant) for instant in (before, ground.asked.before, ground.at)]
    earlier_ones, came = (int(((first > low) & (first <= high)).sum()) for low, high in pairwise(bounds))
    than = _than(came, earlier_ones)
    yield f"{counted(came, 'contact')} came to {ground.goal} for the first time ({than} in the {length} before)."


def _now_and_then(table: pl.DataFrame, length: str) -> Figure:
    row = table.row(table["change"].abs().arg_max() or 0, named=True)
    if row["change"]:
        said = f"{row['stage']} changed most: {row['then']:,} stood there {length} ago, {row['now']:,} stand there now."
    else:
        said = f"At every stage stand as many as {length} ago."
    chart = Bars(
        numbers(table, "stage"),
        {f"{length} ago": numbers(table, "then"), "now": numbers(table, "now")},
        unit="contacts",
    )
    return Figure("then_and_now", "Who stands where, then and now", said, table, chart)


def _in_and_out(table: pl.DataFrame, length: str) -> Figure:
    came, left = int(table["came"].sum()), int(table["left"].sum())
    said = f"In {length}, contacts came to a stage {counted(came, 'time')} and left one {counted(left, 'time')}."
    shown = table.select("stage", "came", "left", "change")
    chart = Bars(
        numbers(shown, "stage"), {"came": numbers(shown, "came"), "left": numbers(shown, "left")}, unit="contacts"
    )
    return Figure("came_and_left", "Who came and who left", said, shown, chart)
