"""The clocks of a zone: by how much they are ahead of UTC, and until when.

Instants and wall times are counted here in whole seconds from the beginning of the year 1, which was a Monday: days and
weekdays follow by division.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = 86_400
"""Seconds of a day."""

_BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
# The nearest two changes of one zone in the database lie almost four days apart: two days hold at most one.
_STEP: Final = 2 * DAY


def seconds(instant: datetime) -> int:
    """Return the second in which an instant in UTC lies."""
    since = instant - _BEGINNING
    return since.days * DAY + since.seconds


def instant_at(second: int) -> datetime:
    """Return the instant in UTC at which a second begins."""
    return _BEGINNING + timedelta(seconds=second)


class Clock:
    """The wall clock of a zone, with a stretch of time over which it is not changed.

    Parameters
    ----------
    zone : ZoneInfo
        The zone.

    Attributes
    ----------
    end : int
        The second before which the stretch that was read last ends.
    ahead : int
        By how many seconds the clock is ahead of UTC over that stretch.
    """

    __slots__ = ("ahead", "begin", "end", "zone")

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.begin = self.end = self.ahead = 0

    def read(self, second: int) -> None:
        """Make the stretch one that holds `second`: its end is a change of the clock, or at most two days later."""
        if self.begin <= second < self.end:
            return
        block = second // _STEP
        before, change, after = _block(self.zone, block)
        if second < change:
            self.begin, self.end, self.ahead = block * _STEP, change, before
        else:
            self.begin, self.end, self.ahead = change, (block + 1) * _STEP, after


@lru_cache(maxsize=4096)
def _block(zone: ZoneInfo, block: int) -> tuple[int, int, int]:
    """Return the offset with which two days begin, when it changes (or when they end), and the offset from then on."""
    known, change = block * _STEP, (block + 1) * _STEP
    before, after = _offset(zone, known), _offset(zone, change)
    while before != after and change - known > 1:
        middle = (known + change) // 2
        if _offset(zone, middle) == before:
            known = middle
        else:
            change = middle
    return before, change, after


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = instant_at(second).astimezone(zone).utcoffset() or timedelta()
    return offset.days * DAY + offset.seconds
