"""What happened with one contact, as it is made up; then put in order, numbered and cut off at the sample's end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from leadqual.datasets.dice import Dice
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN

END: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""The instant at which the sample is looked at."""
START: Final = END - timedelta(days=365)
"""The beginning of its year."""
DAY: Final = 86_400
"""Seconds of a day; every time here is counted in seconds from `START`."""
LAST: Final = 365 * DAY
_HOUR: Final = 3_600


@cache
def _classes() -> dict[str, type[Interaction]]:
    return dict(BUILT_IN)


def instant(second: int) -> datetime:
    """Return the instant that lies some seconds after the year's beginning, or before it."""
    return START + timedelta(seconds=second)


class Diary:
    """The interactions of one contact, in the making.

    Parameters
    ----------
    dice : Dice
        For the hours of the day.
    ahead : int
        How many hours the contact's clock is ahead of UTC.
    """

    def __init__(self, dice: Dice, ahead: int) -> None:
        self._dice = dice
        self._ahead = ahead * _HOUR
        self._entries: list[tuple[int, str, dict[str, Any]]] = []

    def write(self, second: int, kind: str, **properties: Any) -> int:
        """Note that something happened, and return when."""
        self._entries.append((second, kind, properties))
        return second

    def daytime(self, second: float) -> int:
        """Return a second of the same day between eight and nine in the evening by the contact's clock, not earlier."""
        day = (int(second) + self._ahead) // DAY
        hours = 8 + 6.5 * (self._dice.random() + self._dice.random())
        found = day * DAY + int(hours * _HOUR) - self._ahead
        return found if found > second else int(second) + self._dice.whole(300, 2 * _HOUR)

    def cut(self, second: int) -> None:
        """Forget what would have come after a second."""
        self._entries = [entry for entry in self._entries if entry[0] <= second]

    def interactions(self, contact: str) -> list[Interaction]:
        """Return the interactions up to the sample's end in time order, those of one second as they were written."""
        classes = _classes()
        kept = sorted((entry for entry in self._entries if entry[0] < LAST), key=lambda entry: entry[0])
        return [
            classes[kind](id=f"{contact}-{number:04d}", occurred_at=instant(second), **properties)
            for number, (second, kind, properties) in enumerate(kept, start=1)
        ]
