"""Days, weeks, months and years of a time zone, as instants at which they begin."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.types import INSTANT

_EVERY: Final = re.compile(r"([1-9]\d{0,3})(d|w|mo|q|y)")
_MOST: Final = 100_000


def check_every(every: Any) -> str:
    """Return the length of a period; raise `InputError` if it is none."""
    if not isinstance(every, str) or not _EVERY.fullmatch(every):
        expected = "a whole number and d, w (from Monday), mo, q or y, such as '1mo'"
        raise InputError(Problem("bad-argument", "there is no such period", Place("every"), shown(every), expected))
    return every


def periods(first: datetime, until: datetime, every: str, zone: ZoneInfo) -> pl.DataFrame:
    """Return the periods of a time zone from that of an instant to that of another.

    A day of 23 or 25 hours is a day, and a day that begins at one o'clock, since midnight is left out, begins there.

    Parameters
    ----------
    first, until : datetime
        An instant in the first and one in the last.
    every : str
        How long each is, such as ``1mo``.
    zone : ZoneInfo
        Whose calendar it is.

    Returns
    -------
    DataFrame
        ``period`` (the local time at which it begins), ``start`` and ``end`` (not included) as instants.
    """
    local = [moment.astimezone(zone).replace(tzinfo=None) for moment in (first, until)]
    opening = pl.Series([local[0]], dtype=pl.Datetime("us")).dt.truncate(every)[0]
    starts = _starts(opening, local[1], every)
    instants = [start.replace(tzinfo=zone).astimezone(UTC) for start in starts]
    table = pl.DataFrame({"start": instants[:-1], "end": instants[1:]}, schema={"start": INSTANT, "end": INSTANT})
    return table.select(pl.col("start").dt.convert_time_zone(str(zone)).alias("period"), "start", "end")


def _starts(opening: datetime, last: datetime, every: str) -> list[datetime]:
    """Return the local times at which periods begin, and that at which the last one ends."""
    length = _EVERY.fullmatch(every)
    assert length is not None  # check_every saw it
    number, unit = length.groups()
    found = [opening]
    while found[-1] <= last:
        if len(found) > _MOST:
            message, found_text = "there are too many periods", f"more than {_MOST:,} of {every}"
            raise InputError(Problem("bad-argument", message, Place("every"), found_text, "fewer, longer ones"))
        found.append(_after(opening, int(number) * len(found), unit))
    return found


def _after(start: datetime, number: int, unit: str) -> datetime:
    if unit in ("d", "w"):
        return start + timedelta(days=number * (7 if unit == "w" else 1))
    months = start.year * 12 + start.month - 1 + number * {"mo": 1, "q": 3, "y": 12}[unit]
    return start.replace(year=months // 12, month=months % 12 + 1)
