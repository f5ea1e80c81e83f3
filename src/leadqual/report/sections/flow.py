"""The flow: who stood where over time, and the moves between stages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from leadqual.analysis.funnels.report import FunnelReport
from leadqual.analysis.periods import periods
from leadqual.report.charts.kinds import Areas, Flow
from leadqual.report.ground import Ground
from leadqual.report.section import Figure, Section
from leadqual.report.sections.parts import column_of, numbers, without_stages
from leadqual.report.words import counted, day, part, percent, there

_NAME: Final = "flow"
_TITLE: Final = "Flow between the stages"
_STEPS: Final = (("1d", 45), ("1w", 460), ("1mo", 2000), ("1q", 6000))
"""How long periods are, up to how many days in all; beyond that they are years."""


def section(ground: Ground) -> Section:
    """Return who stood where over time, and the moves between stages."""
    report = ground.funnel
    if report is None:
        return without_stages(_NAME, _TITLE, "no moves between stages")
    if not report.contacts:
        return Section(_NAME, _TITLE, ("Nobody had come into the funnel by then.",))
    standing, moves = _standing(ground, report), moves_since(ground, ground.asked.since)
    figures = [_areas(ground, standing)] + ([_sankey(ground, moves)] if moves.height else [])
    said = [_then_and_now(ground, standing), *_grew(ground, standing), *_told(ground, moves)]
    return Section(_NAME, _TITLE, tuple(said), tuple(figures))


def moves_since(ground: Ground, since: datetime) -> pl.DataFrame:
    """Return how many moves went from each stage to each other one after an instant, and of how many contacts."""
    kind = pl.Enum(ground.stages)
    number = (
        ground.moves.filter(pl.col("at") > since)
        .group_by("source", "target")
        .agg(moves=pl.len().cast(pl.Int64), contacts=pl.col("contact_id").n_unique().cast(pl.Int64))
    )
    made = number.with_columns(pl.col("source", "target").cast(kind)).sort("source", "target")
    return made.with_columns(pl.col("source", "target").cast(pl.String))


def _standing(ground: Ground, report: FunnelReport) -> pl.DataFrame:
    """Return how many stood at each stage at the end of each period, and at the end of all."""
    began = report.spells.people["began"].min()
    since = max(ground.asked.since, began) if isinstance(began, datetime) else ground.asked.since
    length = (ground.at - since) / timedelta(days=1)
    every = next((step for step, most in _STEPS if length <= most), "1y")
    ends = periods(since, ground.at, every, ground.zone)["end"].to_list()
    instants = [since, *(end for end in ends if since < end < ground.at), ground.at]
    return report.counts(list(dict.fromkeys(instants))).select("at", "stage", "contacts")


def _areas(ground: Ground, standing: pl.DataFrame) -> Figure:
    columns = {stage: column_of(stage, ["at"]) for stage in ground.stages}
    named = standing.with_columns(pl.col("stage").cast(pl.String).replace(columns))
    wide = named.pivot("stage", index="at", values="contacts", maintain_order=True)
    series = {stage: numbers(wide, column) for stage, column in columns.items()}
    times = [at.astimezone(ground.zone) for at in numbers(wide, "at")]
    said = f"{_then_and_now(ground, standing)} {' '.join(_grew(ground, standing))}".strip()
    table = wide.with_columns(pl.col("at").dt.convert_time_zone(str(ground.zone)))
    return Figure("standing", "Who stood where", said, table, Areas(times, series, unit="contacts"))


def _ends(standing: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    ends = standing["at"].min(), standing["at"].max()
    first, last = (standing.filter(pl.col("at") == end) for end in ends)
    return first, last


def _then_and_now(ground: Ground, standing: pl.DataFrame) -> str:
    first, last = _ends(standing)
    then, now = int(first["contacts"].sum()), int(last["contacts"].sum())
    return (
        f"On {day(first['at'][0], ground.zone)}, {counted(then, 'contact')} stood in the funnel;"
        f" on {day(ground.at, ground.zone)}, {now:,}."
    )


def _grew(ground: Ground, standing: pl.DataFrame) -> Iterator[str]:
    first, last = _ends(standing)
    both = first.join(last, on="stage", suffix="_now", maintain_order="left").with_columns(
        change=pl.col("contacts_now") - pl.col("contacts")
    )
    row = both.row(both["change"].arg_max() or 0, named=True)
    if row["change"] > 0:
        yield f"Most came to stand at {row['stage']}: {row['contacts']:,} then, {row['contacts_now']:,} now."


def _told(ground: Ground, moves: pl.DataFrame) -> Iterator[str]:
    since = day(ground.asked.since, ground.zone)
    if not moves.height:
        yield f"Nobody moved from one stage to another after {since}."
        return
    total, most = int(moves["moves"].sum()), moves.row(moves["moves"].arg_max() or 0, named=True)
    yield (
        f"{there(total, 'move')} since {since}, most often {most['source']} → {most['target']}:"
        f" {part(most['moves'], total)}, of {counted(most['contacts'], 'contact')}."
    )
    place = {stage: number for number, stage in enumerate(ground.path)}
    ways = moves.select("source", "target", "moves").iter_rows()
    back = sum(number for one, other, number in ways if place.get(other, len(place)) < place.get(one, -1))
    if ground.goal is not None and back:
        yield f"{back:,} of them ({percent(back / total)}) led back to an earlier stage of the path."


def _sankey(ground: Ground, moves: pl.DataFrame) -> Figure:
    links = [(source, target, number) for source, target, number, _ in moves.iter_rows()]
    most = max(links, key=lambda link: link[2])
    total = sum(link[2] for link in links)
    said = f"Of {counted(total, 'move')}, {part(most[2], total)} went from {most[0]} to {most[1]}."
    title = f"Moves since {day(ground.asked.since, ground.zone)}"
    return Figure("moves", title, said, moves, Flow(list(ground.stages), links, unit="moves"))
