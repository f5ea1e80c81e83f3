"""Times as they stand in files: ISO 8601 with a zone, or without one where the reader names it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.hints import time_hint, with_word
from leadqual.model.values import TimeZone

_EXPECTED: Final = "a time with its zone, such as 2026-11-22T08:00:00+07:00 or 2026-11-22T01:00:00Z"
_BARE_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")


def zone_named(name: str | None) -> ZoneInfo | None:
    """Return the time zone of a name, or None for None; raise `InputError` if there is none of that name."""
    if name is None:
        return None
    try:
        return ZoneInfo(TypeAdapter(TimeZone).validate_python(name))
    except ValidationError as error:
        context = error.errors(include_url=False)[0].get("ctx", {})
        message, expected = "the time zone is not known", "such as Asia/Jakarta"
        problem = Problem("bad-time-zone", message, Place("time_zone"), shown(name), expected, context.get("hint"))
        raise InputError(with_word(problem, name)) from None


def read_instant(value: Any, zone: ZoneInfo | None = None) -> datetime:
    """Return the instant that a cell names, in UTC.

    Parameters
    ----------
    value : str, datetime or date
        The cell.
    zone : ZoneInfo, optional
        Where times without a zone were written down; without it they are refused.

    Raises
    ------
    InputError
        If it is no time, names no instant, or names two (when clocks are put back) or none (put forward).

    Examples
    --------
    >>> str(read_instant("2026-11-22 08:00", ZoneInfo("Asia/Jakarta")))
    '2026-11-22 01:00:00+00:00'
    """
    moment = _parsed(value.strip()) if isinstance(value, str) else value
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if not isinstance(moment, datetime):
        hint = "a number is no time: its unit and zone would be guessed" if isinstance(value, int | float) else None
        raise _refused("bad-time", "this is no time", value, hint)
    if moment.utcoffset() is None:
        moment = _localised(moment, zone, value)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _refused("bad-time", "the time lies outside the years 1 to 9999 in UTC", value) from None


def _parsed(text: str) -> datetime:
    if _BARE_NUMBER.fullmatch(text):
        raise _refused("bad-time", "a number is no time: its unit and zone would be guessed", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _refused("bad-time", "this is no time of ISO 8601", text, time_hint(text)) from None


def _localised(moment: datetime, zone: ZoneInfo | None, value: Any) -> datetime:
    if zone is None:
        hint = "add Z or an offset such as +07:00, or say where it was written down: --time-zone Asia/Jakarta"
        raise _refused("naive-datetime", "the time has no time zone, so it names no instant", value, hint)
    early, late = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early
    exists = _exists(early) and _exists(late)
    what = "happened twice, as clocks were put back" if exists else "never happened, as clocks were put forward"
    code, hint = "ambiguous-time" if exists else "no-such-time", "write its offset from UTC, such as +02:00"
    raise _refused(code, f"this time {what} in {zone.key}", value, hint)


def _exists(moment: datetime) -> bool:
    try:
        return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) == moment.replace(tzinfo=None)
    except OverflowError:
        return True


def _refused(code: str, message: str, value: Any, hint: str | None = None) -> InputError:
    return InputError(Problem(code, message, Place(), shown(value), _EXPECTED, hint))
