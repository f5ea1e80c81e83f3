"""The funnel: who came how far, and which share went on from stage to stage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import polars as pl

from leadqual.analysis.funnels.report import FunnelReport
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.report.charts.kinds import Bars, Lines
from leadqual.report.ground import Ground
from leadqual.report.section import Figure, Section
from leadqual.report.sections.parts import intervals, numbers, without_stages
from leadqual.report.words import FEW, counted, day, days, listed, out_of, part, percent, within

_NAME: Final = "funnel"
_TITLE: Final = "The funnel"
_COHORTS: Final = 24
"""So many periods are shown at most."""
_FEW: Final = 20
"""Of fewer contacts than that a share says little."""
_SHORT: Final = 180
"""Days; where everything that is known is shorter, cohorts are of weeks."""


def section(ground: Ground) -> Section:
    """Return who came how far, and which share went on."""
    report = ground.funnel
    if report is None:
        return without_stages(_NAME, _TITLE, "no conversions from stage to stage")
    if not report.contacts:
        told = f"Nothing had happened with any of {counted(report.not_appeared, 'contact')} by then."
        return Section(_NAME, _TITLE, (told,))
    steps = _steps(ground, report)
    cohorts = _cohorts(ground, report)
    figures = [_stages(ground, report)]
    figures += [_conversion(steps)] if steps.height else []
    figures += [_cohort_figure(ground, cohorts)] if cohorts["share"].is_not_null().any() else []
    said = [_begun(ground, report), *_rate(ground, report), *_steps_told(steps), *_narrowest(steps)]
    return Section(_NAME, _TITLE, (*said, *_in_time(ground, report)), tuple(figures), notes=_notes(ground, report))


def _begun(ground: Ground, report: FunnelReport) -> str:
    began = report.spells.people["began"].min()
    since = f", the first of them on {day(began, ground.zone)}" if isinstance(began, datetime) else ""
    told = f"{counted(report.contacts, 'contact')} came into the funnel up to {day(ground.at, ground.zone)}{since}."
    if report.not_appeared:
        told += f" Nothing had happened yet with {report.not_appeared:,} more; they are counted nowhere."
    return told


def _rate(ground: Ground, report: FunnelReport) -> Iterator[str]:
    row = report.rate.row(0, named=True)
    if ground.goal is None or row["rate"] is None:
        return
    sure = f"95 % interval {percent(row['low'])} to {percent(row['high'])}"
    share = f"{row['buyers']:,} of {counted(row['visitors'], 'contact')} ({percent(row['rate'])}; {sure})"
    yield f"{share} came to {ground.goal} so far, by whatever way."


def _steps(ground: Ground, report: FunnelReport) -> pl.DataFrame:
    """Return the steps of the path with their conversion; without a goal, from the first stage to each other one."""
    if ground.goal is not None:
        pairs = [*pairwise(ground.path)]
    else:
        first = ground.policy.initial_stage
        pairs = [(first, stage) for stage in ground.stages if first is not None and stage != first]
    wanted = pl.DataFrame(pairs, schema={"source": pl.String, "target": pl.String}, orient="row")
    found = wanted.join(report.conversion, on=["source", "target"], how="inner", maintain_order="left")
    ways = report.next_stages.select(pl.col("stage").alias("source"), "target", "median_days")
    found = found.join(ways, on=["source", "target"], how="left", maintain_order="left")
    return found.filter(pl.col("entered") > 0).select(
        "source", "target", "entered", pl.col("eventually").alias("went_on"), "share", "low", "high", "directly",
        "median_days",
    )  # fmt: skip


def _steps_told(steps: pl.DataFrame) -> Iterator[str]:
    for row in steps.iter_rows(named=True):
        share = part(row["went_on"], row["entered"])
        told = f"Of {counted(row['entered'], 'contact')} that entered {row['source']}, {share} came to"
        told += f" {row['target']} so far"
        if row["median_days"] is not None and row["directly"] >= FEW:
            told += f"; half of those that go there straight do so {within(row['median_days'])}"
        yield f"{told}."


def _narrowest(steps: pl.DataFrame) -> Iterator[str]:
    enough = steps.filter(pl.col("entered") >= _FEW)
    if enough.height > 1:
        row = enough.row(enough["share"].arg_min() or 0, named=True)
        yield f"The narrowest step is {row['source']} → {row['target']}, with {percent(row['share'])}."


def _in_time(ground: Ground, report: FunnelReport) -> Iterator[str]:
    """Yield which share came to the goal in time, of those that began on days of which that is known."""
    if ground.goal is None:
        return
    horizon = ground.asked.horizon
    found = report.cohorts(every="1d", within=(horizon,)).filter(pl.col("known"), pl.col("stage") == ground.goal)
    contacts, reached = int(found["contacts"].sum()), int(found["reached"].sum())
    last = found["cohort"].max()
    if contacts and isinstance(last, datetime):
        told = f"Of {counted(contacts, 'contact')} that began up to {day(last, ground.zone)}"
        yield f"{told}, {part(reached, contacts)} came to {ground.goal} within {days(horizon.days)}."


def _stages(ground: Ground, report: FunnelReport) -> Figure:
    entered = dict(report.conversion.select("source", "entered").iter_rows())
    now = dict(report.counts().select("stage", "contacts").iter_rows())
    # A policy of one stage has no pairs; all who began entered it.
    ever = [entered.get(stage, report.contacts) for stage in ground.stages]
    table = pl.DataFrame(
        {
            "stage": ground.stages,
            "entered": ever,
            "share": [number / report.contacts for number in ever],
            "stand_now": [now[stage] for stage in ground.stages],
        }
    )
    chart = Bars(
        list(ground.stages),
        {"entered at any time": ever, "stand there now": numbers(table, "stand_now")},
        horizontal=True,
        unit="contacts",
    )
    most = max(ground.stages, key=lambda stage: now[stage])
    says = f"Most stand at {most} now: {part(now[most], report.contacts)} of {counted(report.contacts, 'contact')}."
    if len(ground.path) > 1:
        furthest = listed([f"{entered.get(stage, report.contacts):,} at {stage}" for stage in ground.path])
        says += f" So many have ever stood on the path: {furthest}."
    return Figure("stages", "How many came to each stage", says, table, chart)


def _conversion(steps: pl.DataFrame) -> Figure:
    names = [f"{source} → {target}" for source, target in steps.select("source", "target").iter_rows()]
    chart = Bars(
        names,
        {"went on": numbers(steps, "share")},
        horizontal=True,
        percent=True,
        intervals={"went on": intervals(steps)},
        counts=numbers(steps, "entered"),
    )
    enough = steps.filter(pl.col("entered") >= _FEW)
    best = (enough if enough.height else steps).sort("share", descending=True, maintain_order=True).row(0, named=True)
    said = f"{out_of(best['went_on'], best['entered'])} that entered {best['source']} came to {best['target']}"
    whole = enough.height == steps.height
    among = "" if whole else f" of those that {_FEW} contacts or more entered"
    said += f", the widest step{among}." if enough.height > 1 else "."
    return Figure("conversion", "From stage to stage", said, steps, chart)


def _cohorts(ground: Ground, report: FunnelReport) -> pl.DataFrame:
    began = report.spells.people["began"].min()
    short = isinstance(began, datetime) and (ground.at - began).days < _SHORT
    found = report.cohorts(every="1w" if short else "1mo", within=(ground.asked.horizon,))
    begins = pl.col("cohort").dt.convert_time_zone("UTC")
    found = found.filter(pl.col("stage").is_in(_aims(ground)), begins >= ground.asked.since)
    last = found["cohort"].unique().sort().tail(_COHORTS)
    found = found.filter(pl.col("cohort").is_in(last.implode()), pl.col("known"))
    return found.select("cohort", "contacts", "stage", "reached", "share", "low", "high").sort("cohort")


def _aims(ground: Ground) -> list[str]:
    """Return the stages of the path that are come to: all but the one where contacts begin, wherever that is."""
    return [stage for stage in ground.path if stage != ground.policy.initial_stage]


def _cohort_figure(ground: Ground, cohorts: pl.DataFrame) -> Figure:
    places = numbers(cohorts.select("cohort").unique(maintain_order=True), "cohort")
    series: dict[str, list[Any]] = {}
    for stage in _aims(ground):
        rows = dict(cohorts.filter(pl.col("stage") == stage).select("cohort", "share").iter_rows())
        if rows:
            series[f"came to {stage}"] = [rows.get(place) for place in places]
    length = days(ground.asked.horizon.days)
    aim = _aims(ground)[-1]
    goal = cohorts.filter(pl.col("stage") == aim, pl.col("contacts") > 0)
    first, last = goal.row(0, named=True), goal.row(-1, named=True)
    said = (
        f"Of those that began in the period from {day(first['cohort'], ground.zone)},"
        f" {out_of(first['reached'], first['contacts'])} came to {aim} within {length}"
    )
    if last != first:
        said += f"; of those from {day(last['cohort'], ground.zone)}, {out_of(last['reached'], last['contacts'])}"
    said += "."
    chart = Lines(places, series, axis="when they began", percent=True)
    return Figure("cohorts", f"Which share came there within {length}", said, cohorts, chart)


def _skipped(ground: Ground) -> Iterator[str]:
    """Yield which stages of the path are skipped: more then come to one than went on from the one before it."""
    place = {stage: number for number, stage in enumerate(ground.path)}
    leaps = (
        ground.moves.group_by("source", "target").agg(contacts=pl.col(CONTACT_ID).n_unique())
        if ground.goal is not None
        else ground.moves.clear().select("source", "target", contacts=pl.lit(0))
    )
    ways = [
        (place[one], place[other], f"{one} → {other} ({number:,})")
        for one, other, number in leaps.iter_rows()
        if one in place and other in place and place[other] > place[one] + 1
    ]
    if ways:
        told = listed([way for *_, way in sorted(ways)])
        yield f"Some skip stages of the path: {told}. So more may have stood at a stage than came from the one before."


def _notes(ground: Ground, report: FunnelReport) -> tuple[str, ...]:
    notes = [*report.notes, *_skipped(ground)]
    if ground.goal is None:
        notes.append("No stage tells who had the outcome, so every stage is compared with the first.")
    notes.append(
        "Contacts that still wait may go on later: shares “so far” grow. Intervals hold the truth 19 times in 20."
    )
    return tuple(notes)
