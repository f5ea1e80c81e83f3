"""When one rule lets people be reached: a week of hours, and the days on which it is closed all the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from leadqual.outreach.hours.changes import DAY
from leadqual.outreach.hours.week import Week

Calendar = Callable[[date], str | None]
"""Returns the name of the holiday on a local date, or None where there is none."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A week of local hours, and the holidays on which it is closed.

    Parameters
    ----------
    week : Week
        The hours.
    closed_on : callable, optional
        Returns the name of the holiday on a local date, or None where there is none.

    Examples
    --------
    >>> from datetime import date, datetime
    >>> days = {date(2026, 12, 25): "Christmas Day"}
    >>> office = Opening(Week.parse({"mon-fri": ["09:00", "17:00"]}), days.get)
    >>> [office.closed(datetime(2026, 12, day, 10)) for day in (24, 25, 26)]
    [None, 'holiday', 'day']
    >>> office.closed(datetime(2026, 12, 24, 17))
    'hours'
    """

    week: Week
    closed_on: Calendar | None = None

    def closed(self, local: datetime) -> Literal["hours", "day", "holiday"] | None:
        """Return why it is closed at a local wall time, or None if it is open.

        What lasts longer is said first: a weekday without hours, then a holiday, then the hours of the day.
        """
        spans = self.week.days[local.weekday()]
        if not spans:
            return "day"
        if self.closed_on is not None and self.closed_on(local.date()) is not None:
            return "holiday"
        minute = local.hour * 60 + local.minute
        for start, end in spans:
            if start <= minute < end:
                return None
        return "hours"

    def opens(self, wall: int, end: int) -> int:
        """Return the first second of wall time from `wall` on at which it is open; `end` or later if none is before.

        Seconds are counted from the beginning of the year 1. What the clocks of a zone do is not looked at.
        """
        day, second = divmod(wall, DAY)
        midnight, minute = wall - second, second // 60
        days, closed_on = self.week.days, self.closed_on
        while midnight < end:
            for first, last in days[day % 7]:
                if minute < last:
                    if closed_on is not None and closed_on(date.fromordinal(day + 1)) is not None:
                        break
                    return wall if first <= minute else midnight + first * 60
            day, midnight, minute = day + 1, midnight + DAY, -1
        return end


def together(openings: Sequence[Opening]) -> Opening:
    """Return what is open when all of several openings, of which there is at least one, are."""
    if len(openings) == 1:
        return openings[0]
    calendars: list[Calendar] = []
    for opening in openings:
        if opening.closed_on is not None and opening.closed_on not in calendars:
            calendars.append(opening.closed_on)
    week = Week.common(tuple(opening.week for opening in openings))
    return Opening(week, _any_of(calendars) if len(calendars) > 1 else next(iter(calendars), None))


def _any_of(calendars: Sequence[Calendar]) -> Calendar:
    def name(day: date) -> str | None:
        return next((name for calendar in calendars if (name := calendar(day)) is not None), None)

    return name
