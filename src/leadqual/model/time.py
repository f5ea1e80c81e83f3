"""Instants and durations: timezone-aware in and out, UTC microseconds inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from leadqual.errors import InputError, Place, Problem, shown

SECOND: Final = 1_000_000
DAY: Final = 86_400 * SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_UNITS: Final = {"d": DAY, "h": 3_600 * SECOND, "m": 60 * SECOND, "s": SECOND}
_DURATION: Final = re.compile(r"(\d{1,9})\s*(w|d|h|m|s)")


def micros(instant: datetime) -> int:
    """Return the microseconds from 1970-01-01T00:00Z to an aware instant.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> micros(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """Return the UTC instant that lies `value` microseconds after 1970-01-01T00:00Z."""
    return _EPOCH + timedelta(microseconds=value)


def aware(instant: datetime, name: str = "at") -> datetime:
    """Return `instant` in UTC; raise `InputError` naming the argument if it is naive or no datetime."""
    if not isinstance(instant, datetime):
        problem = Problem(
            "wrong-type", f"{name} must be a datetime", Place(name), shown(instant), "a timezone-aware datetime"
        )
        raise InputError(problem)
    if instant.utcoffset() is None:
        raise InputError(naive_problem(instant, name))
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        problem = Problem("bad-time", f"{name} lies outside the years 1 to 9999 in UTC", Place(name), shown(instant))
        raise InputError(problem) from None


def naive_problem(instant: datetime, name: str) -> Problem:
    """Return the problem of a datetime that does not say its time zone."""
    return Problem(
        "naive-datetime",
        f"{name} has no time zone, so it names no instant",
        Place(name),
        shown(instant),
        "a timezone-aware datetime, such as datetime(2026, 11, 22, tzinfo=UTC)",
        "attach the zone it was recorded in: .replace(tzinfo=ZoneInfo('Asia/Jakarta')) or tzinfo=UTC",
    )


def _no_number(value: Any) -> Any:
    # pydantic would take a number for seconds or milliseconds, by its size: a guess that shifts whole histories
    text = value.strip().lstrip("+-").replace(".", "", 1) if isinstance(value, str) else ""
    if isinstance(value, int | float) or text.isdigit():
        raise PydanticCustomError("bad-time", "a number is no time: its unit and zone would be guessed")
    return value


def _validate_instant(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise PydanticCustomError("naive-datetime", "the time has no time zone, so it names no instant")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("bad-time", "the time lies outside the years 1 to 9999 in UTC") from None


Instant = Annotated[datetime, BeforeValidator(_no_number), AfterValidator(_validate_instant)]
"""A timezone-aware datetime, kept in UTC; a naive one and a bare number are refused."""


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A positive length of time, written ``90d``, ``36h``, ``15m`` or ``10s`` (``2w`` is read too).

    Parameters
    ----------
    micros : int
        The length in microseconds; at least one second.

    Examples
    --------
    >>> str(Duration.parse("2w")), Duration.parse("36h").days
    ('14d', 1.5)
    """

    micros: int

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a duration; raise `InputError` (code ``bad-duration``) if it is not one.

        Parameters
        ----------
        text : str
            A number with its unit: ``90d``, ``12h``, ``30m``, ``45s``.
        """
        if not isinstance(text, str):
            raise _no_duration(text)  # before the cache, which would hash it
        return _parse_duration(text)

    @property
    def days(self) -> float:
        """The length in days of 24 hours."""
        return self.micros / DAY

    def __str__(self) -> str:
        """Return the shortest whole number of a unit: ``30d``, not ``720h``."""
        for letter, unit in _UNITS.items():
            if self.micros % unit == 0:
                return f"{self.micros // unit}{letter}"
        raise AssertionError("a duration is a whole number of seconds")  # parse makes no other

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            json_schema_input_schema=core_schema.str_schema(pattern=r"^\s*\d{1,9}\s*[wdhms]\s*$"),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def _validate(cls, value: Any) -> Duration:
        if isinstance(value, Duration):
            return value
        try:
            return cls.parse(value)
        except InputError as error:
            problem = error.problems[0]
            raise PydanticCustomError(
                "bad-duration",
                "{message}",
                {"message": problem.message, "expected": problem.expected, "hint": problem.hint},
            ) from None


@lru_cache(maxsize=1024)
def _parse_duration(text: str) -> Duration:
    match = _DURATION.fullmatch(text.strip())
    amount, unit = (int(match[1]), match[2]) if match else (0, "")
    length = amount * (7 * DAY if unit == "w" else _UNITS.get(unit, 0))
    if not 0 < length <= 36_600 * DAY:  # a century: longer ones reach past what a datetime holds
        raise _no_duration(text)
    return Duration(length)


def _no_duration(found: object) -> InputError:
    return InputError(
        Problem(
            "bad-duration",
            f"{shown(found)} is not a duration",
            found=shown(found),
            expected="a whole number and a unit (w, d, h, m, s), from 1s to 36600d",
            hint="write 90d for ninety days of 24 hours",
        )
    )
