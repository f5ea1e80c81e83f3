"""Waiting: how long contacts stand at a stage, and who has stood there too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from leadqual.analysis.funnels.report import FunnelReport
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.report.charts.kinds import Bars, Spread
from leadqual.report.ground import Ground
from leadqual.report.section import Figure, Section
from leadqual.report.sections.parts import numbers, without_stages
from leadqual.report.sections.people import labels
from leadqual.report.words import FEW, counted, days, listed, out_of, part, within

_NAME: Final = "waiting"
_TITLE: Final = "Time in each stage"
_QUANTILES: Final = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
_BANDS: Final = {
    "<7d": "less than a week", "7d-30d": "7 to 30 days", "30d-90d": "30 to 90 days", "90d-180d": "90 to 180 days",
    "180d-365d": "180 to 365 days", ">=365d": "a year or longer",
}  # fmt: skip
_MUCH: Final = 2.0
"""So many times the usual time is much longer than usual."""
_LONGEST: Final = 10
"""So many of those who wait too long are named."""


def section(ground: Ground) -> Section:
    """Return how long contacts stand at a stage, and who has stood there too long."""
    report = ground.funnel
    if report is None:
        return without_stages(_NAME, _TITLE, "no times in stages")
    times, ageing = stage_times(report), report.ageing()
    usual = times.filter(pl.col("ended") >= FEW)["stage"].to_list()
    figures = [*_spread(times), *_bands(ageing), *_late(ground, report, usual)]
    said = [*_times_told(ground, times), *_overdue_told(ground, ageing, usual)]
    if not said:
        said = ["Nobody has stood at a stage long enough to tell how long it takes."]
    return Section(_NAME, _TITLE, tuple(said), tuple(figures), notes=_notes(times))


def stage_times(report: FunnelReport) -> pl.DataFrame:
    """Return after how many days which share has left each stage again, those who wait counted as waiting.

    Returns
    -------
    DataFrame
        ``stage``, ``spells``, ``ended``, ``waiting``, and the quantiles ``p10`` to ``p90`` in days, by Kaplan and
        Meier; null where so many have not left in the time that enough were seen.
    """
    found = report.time_in_stage([*_QUANTILES.values()])
    wide = found.select("stage", "spells", "ended", "waiting").unique("stage", keep="first", maintain_order=True)
    for name, share in _QUANTILES.items():
        one = found.filter(pl.col("quantile") == share).select("stage", pl.col("days").alias(name))
        wide = wide.join(one, on="stage", how="left", maintain_order="left")
    return wide


def _spread(times: pl.DataFrame) -> Iterator[Figure]:
    shown = times.filter(pl.col("ended") >= FEW, pl.any_horizontal(pl.col(*_QUANTILES).is_not_null()))
    if not shown.height:
        return
    p10, p25, p50, p75, p90 = (numbers(shown, name) for name in _QUANTILES)
    names = [f"{stage} ({left:,} left)" for stage, left in shown.select("stage", "ended").iter_rows()]
    chart = Spread(names, p10, p25, p50, p75, p90, unit="days")
    known = shown.filter(pl.col("p50").is_not_null())
    if known.height:
        slow = known.row(known["p50"].arg_max() or 0, named=True)
        said = f"Longest at {slow['stage']}: half leave it again {within(slow['p50'])}."
        if known.height > 1:
            fast = known.row(known["p50"].arg_min() or 0, named=True)
            said += f" Shortest at {fast['stage']}: half {within(fast['p50'])}."
    else:
        said = "From no stage have half left again, as far as enough were watched."
    yield Figure("time_in_stage", "How long until they leave again", said, times, chart)


def _bands(ageing: pl.DataFrame) -> Iterator[Figure]:
    shown = ageing.filter(pl.col("contacts") > 0)
    if not shown.height:
        return
    series = {told: numbers(shown, band) for band, told in _BANDS.items()}
    chart = Bars(numbers(shown, "stage"), series, horizontal=True, stacked=True, unit="contacts")
    total, long = int(shown["contacts"].sum()), int(shown[">=365d"].sum())
    said = f"Of {counted(total, 'contact')}, {part(long, total)} have stood where they stand for a year or longer."
    yield Figure("ageing", "For how long they have stood there", said, shown.rename(_BANDS), chart)


def _late(ground: Ground, report: FunnelReport, usual: list[str]) -> Iterator[Figure]:
    """Yield those who wait too long before the goal, by how many times the usual time they have stood there."""
    stages = [stage for stage in ground.open_stages if stage in usual]
    late = report.standing.filter(pl.col("overdue"), pl.col("stage").is_in(stages), pl.col("usual") > 0)
    late = late.with_columns(times_usual=pl.col("days") / pl.col("usual")).filter(pl.col("times_usual") >= _MUCH)
    later = late.filter(pl.col("stage") != ground.policy.initial_stage)
    late = later if later.height else late
    late = late.sort("times_usual", CONTACT_ID, descending=[True, False]).head(_LONGEST)
    if not late.height:
        return
    named = labels(ground.contacts, late[CONTACT_ID].to_list())
    table = late.select(
        pl.col(CONTACT_ID).replace_strict(named).alias("contact"), "stage", "entered_at", "days", "usual", "times_usual"
    ).with_columns(pl.col("entered_at").dt.convert_time_zone(str(ground.zone)))
    first = table.row(0, named=True)
    said = (
        f"{first['contact']} has stood at {first['stage']} for {days(first['days'])}; {days(first['usual'])} is usual."
    )
    chart = Bars(
        # The stage comes first, since the end of a long label is cut off on a telephone.
        [f"{row['stage']}: {row['contact']}" for row in table.iter_rows(named=True)],
        {"days there": numbers(table, "days"), "usual": numbers(table, "usual")},
        horizontal=True,
        unit="days",
    )
    yield Figure("waiting_longest", "Who waits twice as long as usual, or longer", said, table, chart)


def _times_told(ground: Ground, times: pl.DataFrame) -> Iterator[str]:
    for row in times.filter(pl.col("stage").is_in(ground.open_stages), pl.col("spells") > 0).iter_rows(named=True):
        if row["ended"] < FEW:
            yield f"How long they stay at {row['stage']}: too few have left it to tell ({row['ended']:,})."
            continue
        if row["p50"] is None:
            yield f"Fewer than half of those who come to {row['stage']} leave it again, as far as enough were watched."
            continue
        told = f"Half of those who come to {row['stage']} leave it again {within(row['p50'])}"
        yield told + (f", nine in ten {within(row['p90'])}." if row["p90"] is not None else ".")


def _overdue_told(ground: Ground, ageing: pl.DataFrame, usual: list[str]) -> Iterator[str]:
    stages = [stage for stage in ground.open_stages if stage in usual]
    known = ageing.filter(pl.col("stage").is_in(stages), pl.col("overdue") > 0)
    if not known.height:
        return
    told = [
        f"{out_of(row['overdue'], row['contacts'])} at {row['stage']} (usual: {days(row['usual'])})"
        for row in known.iter_rows(named=True)
    ]
    yield f"Longer than half of the others before them wait: {listed(told)}."


def _notes(times: pl.DataFrame) -> tuple[str, ...]:
    notes = [
        "Those who still stand at a stage count as waiting (Kaplan and Meier), so that slow ones are not left out. "
        "Usual is the time after which half have left."
    ]
    silent = times.filter(pl.col("spells") > 0, pl.col("p10").is_null() | (pl.col("ended") < FEW))["stage"].to_list()
    if silent:
        notes.append(
            f"Too few have left {listed(silent, 'or')} to tell how long they stay there: nothing is told of fewer than"
            f" {FEW}."
        )
    return tuple(notes)
