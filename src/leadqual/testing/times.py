"""Instants as tests write them: a day is its first instant, UTC, or in the zone that the test names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadqual.errors import InputError
from leadqual.files.times import read_instant


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
        raise InputError(problem.at(path=name) for problem in error.problems) from None


def _day(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None
