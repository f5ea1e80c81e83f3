"""Times of a day and names of weekdays, as people and documents write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from leadqual._suggest import did_you_mean
from leadqual.errors import Place, Problem, shown

Span = tuple[int, int]
"""A span of a day, half-open, in minutes after midnight."""

Days = tuple[tuple[Span, ...], ...]
"""The spans of each weekday, Monday first."""

DAY: Final = 24 * 60
"""Minutes of a day."""

SHORT: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS: Final = {name: number for names in (SHORT, _LONG) for number, name in enumerate(names)}
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_LOOSE: Final = re.compile(r"([0-9]{1,2})[:.h]?([0-5][0-9])?", re.ASCII)


class Unreadable(ValueError):
    """A piece that cannot be read, as a problem whose place the caller completes."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem)


def bad(message: str, found: object, expected: str, hint: str | None = None) -> Unreadable:
    """Return what to raise for hours that cannot be read."""
    return Unreadable(Problem("bad-hours", message, Place(), shown(found), expected, hint))


def minute(written: Any) -> int:
    """Return the minute of the day that a time such as ``"08:00"`` names; ``"24:00"`` is the end of the day."""
    if isinstance(written, str) and (match := _TIME.fullmatch(written)):
        return int(match[1]) * 60 + int(match[2]) if match[1] else DAY
    raise bad(f"{shown(written)} is no time of day", written, 'a time from "00:00" to "24:00"', _meant(written))


def _meant(written: Any) -> str:
    if isinstance(written, bool) or not isinstance(written, str | int):
        return 'write the hour and the minute as text, such as "08:00"'
    if isinstance(written, int):
        return 'put the time in quotes, such as "08:00": a bare number may be hours or minutes'
    match = _LOOSE.fullmatch(written.strip())
    hour, rest = (int(match[1]), match[2] or "00") if match else (99, "00")
    if hour < 24:
        return f'write "{hour:02}:{rest}"'
    return 'write the hour from 00 to 23 with two digits and the minute, such as "08:00"; the end of a day is "24:00"'


def span(start: Any, end: Any) -> Span:
    """Return the span between two times."""
    first, last = minute(start), minute(end)
    if first < last:
        return first, last
    found, expected = f"{start}-{end}", "a start that lies before the end"
    if last == 0:
        raise bad("a span ends at the midnight that its day begins with", found, expected, 'write "24:00" for its end')
    if first == last:
        raise bad(
            "a span is empty", found, expected, 'a whole day is "00:00" to "24:00"; leave out a day that is closed'
        )
    hint = f'a span over midnight is two: "{start}" to "24:00", and "00:00" to "{end}" of the day after'
    raise bad("a span ends before it starts", found, expected, hint)


def weekdays(written: Any) -> tuple[int, ...]:
    """Return the weekdays that ``"daily"``, ``"mon"`` or ``"mon-fri"`` names, Monday being 0."""
    name = written.strip().casefold() if isinstance(written, str) else ""
    if name == "daily":
        return tuple(range(7))
    ends = [_NUMBERS.get(part.strip()) for part in name.split("-")]
    if None in ends or len(ends) > 2:
        raise _no_weekday(written, name)
    first, last = ends[0] or 0, ends[-1] or 0
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def _no_weekday(written: Any, name: str) -> Unreadable:
    strange = next((part.strip() for part in name.split("-") if part.strip() not in _NUMBERS), name)
    hint = did_you_mean(strange, (*SHORT, *_LONG, "daily"))
    expected = '"daily", a weekday ("mon" to "sun") or a range of them ("mon-fri")'
    if not isinstance(written, str):
        hint = "write the day as text, in quotes"
    return bad(f"{shown(written)} names no weekday", written, expected, hint)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in their order, those that touch or overlap as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def complement(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return what is left of a day outside of merged spans."""
    edges = [0, *(edge for one in spans for edge in one), DAY]
    return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end)


def clock(value: int) -> str:
    """Return a minute of the day as a time: ``08:00``."""
    return f"{value // 60:02}:{value % 60:02}"
