"""Which cutoffs the data leave room for: their horizon must be over when the data end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

import polars as pl

from leadqual.analysis.past import APPEARED
from leadqual.engines.tables.checks.told import FEW
from leadqual.errors import InputError, Place, Problem
from leadqual.model.time import Duration

_MOST: Final = 12
_SETTLED: Final = 0.1
"""What share of the interactions must lie before the first cutoff that is chosen: there must be a past to judge by."""


@dataclass(frozen=True)
class Cutoffs:
    """The cutoffs that are used, and those that are not.

    Parameters
    ----------
    used : tuple of datetime
        The horizon of each is over at the end of the data.
    left_out : tuple of datetime
        Those that were asked for and leave no room.
    how : str
        How they were chosen, for people.
    """

    used: tuple[datetime, ...]
    left_out: tuple[datetime, ...]
    how: str


def fitting(
    given: Sequence[datetime] | None,
    horizon: Duration,
    known: pl.DataFrame,
    happened: pl.Series,
    until: datetime,
    zone: tzinfo,
) -> Cutoffs:
    """Return the cutoffs whose horizon is over by `until`.

    Without any given, they are the beginnings of months, twelve at most and the latest ones, from the time on when one
    in ten of the interactions had happened. If no month has room, it is the last instant that has.

    Parameters
    ----------
    given : sequence of datetime or None
        The cutoffs that were asked for, in their order.
    horizon : Duration
        Of the outcome.
    known : DataFrame
        When each contact appeared.
    happened : Series
        When the interactions happened.
    until : datetime
        The end of the data.
    zone : tzinfo
        In which months begin.

    Raises
    ------
    InputError
        If none has room.
    """
    appeared = known[APPEARED].drop_nulls().sort()
    last = until - timedelta(microseconds=horizon.micros)
    if given is not None:
        used = tuple(one for one in given if one <= last)
        if not used:
            raise InputError(_no_room(horizon, appeared, until, given))
        return Cutoffs(used, tuple(one for one in given if one > last), "as they were given")
    if appeared.is_empty() or appeared[0] > last:
        raise InputError(_no_room(horizon, appeared, until, None))
    settled = happened.quantile(_SETTLED, "lower")
    months = tuple(_months(settled, last, zone))[-_MOST:] if isinstance(settled, datetime) else ()
    if months:
        return Cutoffs(months, (), "the latest months that leave room, twelve at most")
    return Cutoffs((last,), (), "the last instant that leaves room, since no month does")


def _months(first: datetime, last: datetime, zone: tzinfo) -> Iterator[datetime]:
    """Yield the beginnings of months between two instants, both included, in UTC."""
    local = first.astimezone(zone)
    year, month = local.year, local.month
    while (start := datetime(year, month, 1, tzinfo=zone).astimezone(first.tzinfo)) <= last:
        if start >= first:
            yield start
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _no_room(horizon: Duration, appeared: pl.Series, until: datetime, given: Sequence[datetime] | None) -> Problem:
    if appeared.is_empty():
        message = "there is nothing to look back on: no contact has an interaction or created_at up to the end"
        return Problem("no-room", message, Place("interactions"), f"0 of {len(appeared):,} contacts", "a history")
    first, end = appeared[0], f"{until:%Y-%m-%d %H:%M}"
    span = (until - first) / timedelta(days=1)
    found = f"data from {first:%Y-%m-%d %H:%M} to {end}, {span:.0f} days"
    hint = f"take a shorter horizon: less than {max(1, int(span))}d"
    if given is not None:
        few = ", ".join(f"{one:%Y-%m-%d}" for one in given[:FEW])
        more = ", …" if len(given) > FEW else ""
        found = f"{len(given):,} of {len(given):,} cutoffs end after {end}: {few}{more}"
        latest = until - timedelta(microseconds=horizon.micros)
        hint = f"take cutoffs up to {latest:%Y-%m-%d %H:%M}, or a shorter horizon"
    message = f"the horizon of {horizon} leaves room for no cutoff: what came of it is not known yet"
    return Problem("no-room", message, Place("horizon"), found, f"cutoff + {horizon} <= {end}", hint)
