"""The next instant at which everything is open, and the start of a local day to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Final
from zoneinfo import ZoneInfo

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.time import aware
from leadqual.outreach.hours.changes import DAY, Clock, instant_at, seconds
from leadqual.outreach.hours.opening import Opening, together

HORIZON: Final = timedelta(days=400)
"""How far ahead is looked: a year and a little more."""

_FIRST: Final = datetime(1, 1, 3, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 29, tzinfo=UTC)


def next_open(
    openings: Sequence[tuple[Opening, ZoneInfo]], earliest: datetime, *, horizon: timedelta = HORIZON
) -> datetime | None:
    """Return the earliest instant from `earliest` on at which every opening is open in its zone.

    Parameters
    ----------
    openings : sequence of (Opening, ZoneInfo)
        What has to be open, each with the zone whose wall time it is read in.
    earliest : datetime
        An aware instant.
    horizon : timedelta
        How far ahead is looked, at most.

    Returns
    -------
    datetime or None
        In UTC; `earliest` itself if all is open then, and None if nothing within the horizon is.

    Examples
    --------
    >>> from leadqual.outreach.hours.week import Week
    >>> daily = Opening(Week.parse({"daily": ["08:00", "21:00"]}))
    >>> zones = [ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")]
    >>> str(next_open([(daily, zone) for zone in zones], datetime(2026, 11, 22, 14, tzinfo=UTC)))
    '2026-11-22 16:00:00+00:00'
    """
    instant = _within(earliest, "earliest")
    for opening, zone in openings:
        if opening.closed(instant.astimezone(zone)) is not None:
            break
    else:
        return instant
    # what opens later opens at a whole second
    latest = seconds(instant + min(horizon, _LAST - instant))
    found = _all_open(_by_zone(openings), seconds(instant), latest)
    return None if found is None else instant_at(found)


def _by_zone(openings: Sequence[tuple[Opening, ZoneInfo]]) -> list[tuple[Clock, Opening]]:
    grouped: dict[ZoneInfo, list[Opening]] = {}
    for opening, zone in openings:
        grouped.setdefault(zone, []).append(opening)
    # zones mostly share their openings, which are then put together once
    made: dict[tuple[int, ...], Opening] = {}
    clocks = []
    for zone, several in grouped.items():
        key = tuple(map(id, several))
        if key not in made:
            made[key] = together(several)
        clocks.append((Clock(zone), made[key]))
    return clocks


def _all_open(clocks: Sequence[tuple[Clock, Opening]], second: int, latest: int) -> int | None:
    """Return the first second, from `second` until `latest`, at which all zones are open."""
    if not all(any(opening.week.days) for _, opening in clocks):
        return None
    # each raises the second to its own next one; what all leave as it is, is the earliest for all
    agreed = 0
    for clock, opening in cycle(clocks):
        found = _open_in_zone(clock, opening, second, latest)
        if found is None:
            return None
        agreed = agreed + 1 if found == second else 1
        second = found
        if agreed == len(clocks):
            break
    return second


def _open_in_zone(clock: Clock, opening: Opening, second: int, latest: int) -> int | None:
    while second <= latest:
        clock.read(second)
        found = opening.opens(second + clock.ahead, clock.end + clock.ahead) - clock.ahead
        if found < clock.end:
            return found if found <= latest else None
        second = clock.end
    return None


def local_midnight_after(instant: datetime, zone: ZoneInfo, days: int) -> datetime:
    """Return the start of the local calendar day that comes `days` after that of an instant, in UTC.

    Parameters
    ----------
    instant : datetime
        An aware instant.
    zone : ZoneInfo
        Whose calendar it is.
    days : int
        How many days later; 0 is the day of the instant itself.

    Returns
    -------
    datetime
        The first instant from which on the local date is never an earlier one: midnight, or where the clocks skip it
        the first instant of the day.

    Examples
    --------
    >>> str(local_midnight_after(datetime(2026, 11, 22, 23, tzinfo=UTC), ZoneInfo("Asia/Jakarta"), 7))
    '2026-11-29 17:00:00+00:00'
    """
    local = _within(instant, "instant").astimezone(zone)
    midnight = (local.toordinal() - 1 + days) * DAY
    try:
        return instant_at(_start(midnight, Clock(zone)))
    except OverflowError:
        raise InputError(_beyond(f"{days} days after {local:%Y-%m-%d}", "days", days)) from None


def _start(midnight: int, clock: Clock) -> int:
    """Return the first second from which on the wall time is at or after a midnight."""
    # no clock is a day ahead of UTC or behind, so that midnight in the zone lies within a day of midnight in UTC
    start = second = midnight - DAY
    while second < midnight + DAY:
        clock.read(second)
        if second + clock.ahead < midnight:
            start = min(midnight - clock.ahead, clock.end)
        second = clock.end
    return start


def _within(instant: datetime, name: str) -> datetime:
    """Return an instant in UTC that is far enough from the ends of the calendar for any zone."""
    if not isinstance(instant, datetime) or instant.tzinfo is not UTC:
        instant = aware(instant, name)
    if _FIRST <= instant <= _LAST:
        return instant
    raise InputError(_beyond(name, name, instant))


def _beyond(what: str, name: str, found: object) -> Problem:
    return Problem("bad-time", f"{what} lies beyond the ends of the calendar", Place(name), shown(found))
