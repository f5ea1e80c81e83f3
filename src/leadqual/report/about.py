"""What stands above a report: what it is about, and its key figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.analysis.past import APPEARED
from leadqual.report.ground import Ground
from leadqual.report.words import counted, day, percent


@dataclass(frozen=True)
class About:
    """What a report is about.

    Parameters
    ----------
    title : str
        Its heading.
    policy : str
        The policy's name.
    version : str
        The policy's version.
    digest : str
        The content hash of the policy: two reports with one hash were made by the same rules.
    at : datetime
        The instant that everything is told of.
    since : datetime
        The beginning of what is shown over time.
    before : datetime
        Since when changes are told.
    zone : ZoneInfo
        In which instants are shown and days are counted.
    contacts : int
        How many contacts there are.
    interactions : int
        How many interactions of theirs were seen.
    stages : tuple of str
        The stages, in the order of the policy.
    """

    title: str
    policy: str
    version: str
    digest: str
    at: datetime
    since: datetime
    before: datetime
    zone: ZoneInfo
    contacts: int
    interactions: int
    stages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tile:
    """One key figure: what is counted, the number, and a short word on it."""

    label: str
    value: str
    note: str = ""


def about(ground: Ground, title: str | None = None) -> About:
    """Return what a report is about."""
    ref = ground.policy.ref
    return About(
        title=title or f"The {ref.name} funnel",
        policy=ref.name,
        version=ref.version,
        digest=ref.hash,
        at=ground.at,
        since=ground.asked.since,
        before=ground.asked.before,
        zone=ground.zone,
        contacts=ground.contacts.height,
        interactions=ground.interactions.height,
        stages=ground.stages,
    )


def tiles(ground: Ground) -> tuple[Tile, ...]:
    """Return the key figures: contacts, the moves since the day that changes are told from, and each stage.

    Each stage comes with how many more, or fewer, stand there than on that day.
    """
    since = day(ground.asked.before, ground.zone)
    new = ground.appeared.filter(pl.col(APPEARED) > ground.asked.before).height
    found = [Tile("contacts", f"{ground.contacts.height:,}", f"{new:+,} since {since}")]
    if not ground.stages:
        return (*found, Tile("interactions", f"{ground.interactions.height:,}"))
    moves = ground.moves.filter(pl.col("at") > ground.asked.before).height
    found.append(Tile("moves", f"{moves:,}", f"{_by(ground)} since {since}"))
    now, then = (_tallied(ground.stood_at(instant)) for instant in (ground.at, ground.asked.before))
    return (*found, *(_stage(stage, now, then, sum(now.values())) for stage in ground.stages))


def _by(ground: Ground) -> str:
    movers = ground.moves.filter(pl.col("at") > ground.asked.before)["contact_id"].n_unique()
    return f"by {counted(movers, 'contact')}" if movers else "nobody moved"


def _tallied(standing: pl.DataFrame) -> dict[str, int]:
    counts = standing.group_by("stage").len()
    return dict(zip(counts["stage"].cast(pl.String), counts["len"], strict=True))


def _stage(stage: str, now: dict[str, int], then: dict[str, int], everybody: int) -> Tile:
    here = now.get(stage, 0)
    change = here - then.get(stage, 0)
    share = percent(here / everybody) if everybody else "nobody"
    sign = "no change" if not change else f"{'▲' if change > 0 else '▼'} {change:+,}"
    return Tile(stage, f"{here:,}", f"{share} · {sign}")
