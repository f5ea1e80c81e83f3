"""Instants as tests write them: a day is its first instant, UTC, or in the zone that the test names."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual.errors import InputError, Problem
from leadqual.files.times import read_instant

_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def moment(value: Any, name: str, zone: ZoneInfo | None = None) -> datetime:
    """Return the instant that a test names.

    Parameters
    ----------
    value : str, datetime or date
        A day, or a time with its zone; a time without one needs `zone`.
    name : str
        What errors call it.

    Raises
    ------
    InputError
        If it is no time, or names no instant.

    Examples
    --------
    >>> str(moment("2026-11-22", "at")), str(moment("2026-11-22", "at", ZoneInfo("Asia/Jakarta")))
    ('2026-11-22 00:00:00+00:00', '2026-11-21 17:00:00+00:00')
    """
    if zone is None and (day := _day(value)) is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return read_instant(value, zone)
    except InputError as error:
        raise InputError(_mended(problem, value).at(path=name) for problem in error.problems) from None


def _day(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def _mended(problem: Problem, value: Any) -> Problem:
    """Return a problem in the words of a test, in which the zone is no option of a command."""
    hint = problem.hint
    if hint is not None:
        return replace(problem, hint=hint.replace("--time-zone Asia/Jakarta", "time_zone, such as Asia/Jakarta"))
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return problem
    year, month = int(match[1]), int(match[2])
    if year and 1 <= month <= 12:
        days = f"{month_name[month]} {year} has {monthrange(year, month)[1]} days"
        return replace(problem, message="there is no such day", hint=days)
    return replace(problem, message="there is no such day", hint="a day is written as year, month and day: 2026-11-22")
