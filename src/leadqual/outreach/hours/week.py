"""A week of wanted hours: which spans of local wall time each weekday has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.hours.times import DAY, SHORT, Days, Span, clock, complement, merged
from leadqual.outreach.hours.written import read_hours, read_texts


@dataclass(frozen=True, slots=True)
class Week:
    """Which spans of local wall time each weekday has.

    Parameters
    ----------
    days : tuple of tuple of (int, int)
        Monday first: the spans of the day in their order, half-open, in minutes after midnight, none touching the next.

    Examples
    --------
    >>> print(Week.parse({"mon-fri": ["09:00", "21:30"], "sat-sun": ["10:00", "18:00"]}))
    Mon-Fri 09:00-21:30, Sat-Sun 10:00-18:00
    """

    days: Days

    def __post_init__(self) -> None:
        if len(self.days) == 7 and all(map(_in_order, self.days)):
            return
        expected = "seven days of half-open spans of minutes, each span after the one before and not touching it"
        raise InputError(Problem("bad-hours", "this is no week", Place("days"), shown(self.days), expected))

    @classmethod
    def parse(cls, written: Mapping[str, Any]) -> Week:
        """Read a week as a document writes it; raise `InputError` (code ``bad-hours``) with all that is wrong.

        Parameters
        ----------
        written : mapping of str
            Two times, or several pairs of times, for ``"daily"``, a weekday or a range of weekdays. A day that is not
            named is closed, as is one with an empty list. A time is written ``"08:00"``; the end of a day is
            ``"24:00"``.

        Examples
        --------
        >>> print(Week.parse({"daily": ["08:00", "21:00"]}))
        daily 08:00-21:00
        >>> print(Week.parse({"mon": [["08:00", "12:00"], ["13:00", "18:00"]]}))
        Mon 08:00-12:00 and 13:00-18:00
        """
        return cls(read_hours(written))

    @classmethod
    def outside(cls, texts: str | Iterable[str]) -> Week:
        """Return the week that is open outside of the times named; raise `InputError` (code ``bad-hours``).

        Parameters
        ----------
        texts : str or iterable of str
            Times that are not wanted: days, times or both. Days without a time are meant as a whole, times without a
            day are those of every day. Semicolons stand between several in one text.

        Examples
        --------
        >>> print(Week.outside(["mon-fri 12:00-14:00", "sun"]))
        Mon-Fri 00:00-12:00 and 14:00-24:00, Sat 00:00-24:00
        >>> Week.outside("22:00-24:00; 00:00-07:00") == Week.parse({"daily": ["07:00", "22:00"]})
        True
        """
        return cls(tuple(map(complement, read_texts(texts))))

    @staticmethod
    @lru_cache(maxsize=1024)
    def common(weeks: tuple[Week, ...]) -> Week:
        """Return the week that is open when all of several weeks are.

        Examples
        --------
        >>> calls, lunch = Week.parse({"daily": ["08:00", "21:00"]}), Week.outside("mon-fri 12:00-14:00; sun")
        >>> print(Week.common((calls, lunch)))
        Mon-Fri 08:00-12:00 and 14:00-21:00, Sat 08:00-21:00
        """
        shut = ([span for week in weeks for span in complement(week.days[day])] for day in range(7))
        return Week(tuple(complement(merged(spans)) for spans in shut))

    def __str__(self) -> str:
        """Return the week as text, days with the same hours together; ``never`` if it has none."""
        runs = [
            (spans, [number for number, _ in run]) for spans, run in groupby(enumerate(self.days), lambda day: day[1])
        ]
        texts = [f"{_days(run)} {' and '.join(map(_span, spans))}" for spans, run in runs if spans]
        return ", ".join(texts) or "never"


def _in_order(spans: tuple[Span, ...]) -> bool:
    return merged(spans) == spans and all(0 <= start < end <= DAY for start, end in spans)


def _days(run: list[int]) -> str:
    if len(run) == 7:
        return "daily"
    first, last = (SHORT[number].capitalize() for number in (run[0], run[-1]))
    return first if len(run) == 1 else f"{first}-{last}"


def _span(span: Span) -> str:
    return f"{clock(span[0])}-{clock(span[1])}"
