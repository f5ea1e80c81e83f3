"""What a changed policy means for the sales desk: leads a day, and customers found sooner, later or never."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.analysis.comparisons.moves import CONTACT
from leadqual.analysis.periods import periods
from leadqual.frames.types import INSTANT

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
VERDICTS: Final[Mapping[str, str]] = {
    "lost": "flagged by the old policy before the outcome, never by the new one",
    "later": "flagged later by the new policy",
    "same": "flagged at the same instant",
    "earlier": "flagged earlier by the new policy",
    "gained": "flagged by the new policy before the outcome, never by the old one",
    "never": "flagged by neither before the outcome",
}
_SIDES: Final = ("old", "new")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Desk:
    """How many leads the sales desk gets under either policy.

    A lead arrives when it enters one of the stages that the desk works from a stage that it does not work; who comes
    again counts again.

    Parameters
    ----------
    stages : tuple of str
        The stages that the desk works; where the policies call one of them differently, by its old name.
    since, until : datetime
        Arrivals from one to the other count, both included.
    arrivals : dict of str to int
        How many there were, under ``old`` and ``new``.
    days : DataFrame
        ``day``, ``weekday``, ``old``, ``new`` for every day that lies whole within that time.
    """

    stages: tuple[str, ...]
    since: datetime
    until: datetime
    arrivals: Mapping[str, int]
    days: pl.DataFrame

    @property
    def span(self) -> float:
        """How many days of 24 hours that time has."""
        return (self.until - self.since) / _DAY

    @property
    def a_day(self) -> dict[str, float | None]:
        """The mean number of arrivals in 24 hours under either policy, and the difference."""
        if not self.span:
            return dict.fromkeys((*_SIDES, "more"))
        mean = {side: self.arrivals[side] / self.span for side in _SIDES}
        return {**mean, "more": (self.arrivals["new"] - self.arrivals["old"]) / self.span}

    @property
    def distribution(self) -> pl.DataFrame:
        """How the whole days are distributed: ``policy``, ``mean``, ``least``, ``median``, ``p90``, ``most``."""
        rows = [
            self.days.select(
                pl.lit(side).alias("policy"),
                pl.col(side).mean().alias("mean"),
                pl.col(side).min().alias("least"),
                pl.col(side).median().alias("median"),
                pl.col(side).quantile(0.9, "higher").alias("p90"),
                pl.col(side).max().alias("most"),
            )
            for side in _SIDES
        ]
        return pl.concat(rows)

    @property
    def weekdays(self) -> pl.DataFrame:
        """The mean of the whole days by day of the week: ``weekday``, ``days``, ``old``, ``new``."""
        means = self.days.group_by("weekday").agg(pl.len().alias("days"), pl.col(*_SIDES).mean())
        order = pl.DataFrame({"weekday": WEEKDAYS})
        return order.join(means, on="weekday", how="left", maintain_order="left").with_columns(
            pl.col("days").fill_null(0)
        )

    @property
    def changed_days(self) -> dict[str, int]:
        """On how many whole days the desk gets more, fewer and as many leads."""
        more = self.days["new"].cast(pl.Int64) - self.days["old"].cast(pl.Int64)
        counts = {"more": int((more > 0).sum()), "fewer": int((more < 0).sum())}
        return {**counts, "as many": len(self.days) - sum(counts.values())}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON."""
        return {
            "stages": list(self.stages),
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "arrivals": dict(self.arrivals),
            "a_day": self.a_day,
            "changed_days": self.changed_days,
            "distribution": self.distribution.to_dicts(),
            "weekdays": self.weekdays.to_dicts(),
            "days": [{**row, "day": row["day"].isoformat()} for row in self.days.to_dicts()],
        }


@dataclass(frozen=True, eq=False)
class Customers:
    """When known customers were flagged: entered a stage that the sales desk works, before they bought.

    Parameters
    ----------
    outcome : str
        What made them customers.
    table : DataFrame
        One row a customer: ``contact_id``, ``outcome_at`` (the first), ``old_flagged_at``, ``new_flagged_at`` (null if
        never before it), ``days_later`` (of the new policy; negative if it is earlier) and ``verdict``.
    """

    outcome: str
    table: pl.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many customers have each verdict; see `VERDICTS` for what they mean."""
        found = dict(self.table["verdict"].value_counts().iter_rows())
        return {verdict: found.get(verdict, 0) for verdict in VERDICTS}

    @property
    def median_days(self) -> dict[str, float | None]:
        """By how many days those are flagged later, and earlier, who are: the medians."""
        days = {name: self.table.filter(verdict=name)["days_later"].abs().median() for name in ("later", "earlier")}
        return {name: None if value is None else float(value) for name, value in days.items()}  # type: ignore[arg-type]

    def ids(self, verdict: str) -> list[str]:
        """Return the ids of the customers with a verdict, in the order of their outcomes."""
        return self.table.filter(verdict=verdict)[CONTACT].to_list()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON."""
        rows = [
            {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
            for row in self.table.to_dicts()
        ]
        return {"outcome": self.outcome, "counts": self.counts, "median_days": self.median_days, "customers": rows}


def desk_of(
    moves: Mapping[str, pl.DataFrame],
    worked: Mapping[str, Collection[str]],
    stages: tuple[str, ...],
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> Desk:
    """Return how many leads arrive at the desk under either policy, from the moves under each."""
    days = periods(since, until, "1d", zone)
    counts = days.select("start", "end", day=pl.col("period").dt.date())
    arrivals = {}
    for side in _SIDES:
        came = entering(moves[side], worked[side]).filter(pl.col("at").is_between(since, until))
        arrivals[side] = came.height
        on_day = came.select("at").sort("at").join_asof(days, left_on="at", right_on="start", coalesce=False)
        per_day = on_day.group_by("start").agg(pl.len().alias(side))
        counts = counts.join(per_day, on="start", how="left", maintain_order="left")
    whole = counts.filter((pl.col("start") >= since) & (pl.col("end") <= until + timedelta(microseconds=1)))
    weekday = pl.col("day").dt.weekday().replace_strict(dict(enumerate(WEEKDAYS, 1)), return_dtype=pl.String)
    table = whole.select("day", weekday.alias("weekday"), pl.col(*_SIDES).fill_null(0).cast(pl.Int64))
    return Desk(stages, since, until, arrivals, table)


def entering(moves: pl.DataFrame, worked: Collection[str]) -> pl.DataFrame:
    """Return the moves into some stages from others."""
    inside = list(worked)
    return moves.filter(pl.col("target").is_in(inside) & ~pl.col("source").is_in(inside).fill_null(value=False))


def customers_of(
    outcome: str, bought: pl.DataFrame, moves: Mapping[str, pl.DataFrame], worked: Mapping[str, Collection[str]]
) -> Customers:
    """Return when those who have the outcome were flagged before it, under either policy.

    Parameters
    ----------
    bought : DataFrame
        ``contact_id`` and ``outcome_at``.
    """
    table = bought.sort("outcome_at", CONTACT)
    for side in _SIDES:
        first = entering(moves[side], worked[side]).group_by(CONTACT).agg(pl.col("at").min().alias("first"))
        flagged = pl.when(pl.col("first") < pl.col("outcome_at")).then("first").cast(INSTANT)
        table = table.join(first, on=CONTACT, how="left", maintain_order="left")
        table = table.with_columns(flagged.alias(f"{side}_flagged_at")).drop("first")
    old, new = pl.col("old_flagged_at"), pl.col("new_flagged_at")
    verdict = (
        pl.when(old.is_null() & new.is_null()).then(pl.lit("never"))
        .when(new.is_null()).then(pl.lit("lost"))
        .when(old.is_null()).then(pl.lit("gained"))
        .when(new > old).then(pl.lit("later"))
        .when(new < old).then(pl.lit("earlier"))
        .otherwise(pl.lit("same"))
    )  # fmt: skip
    later = (new - old).dt.total_microseconds() / (_DAY / timedelta(microseconds=1))
    return Customers(outcome, table.with_columns(days_later=later, verdict=verdict))
