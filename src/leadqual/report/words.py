"""Numbers, times and lists as a report says them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_FEW_DAYS: Final = 10
"""Below so many days a report tells tenths."""
_HOURS: Final = 24
FEW: Final = 10
"""Of fewer no halves and tenths are told, and no best and worst: one more or less would turn them round."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with what it counts.

    Examples
    --------
    >>> counted(1, "contact"), counted(2500, "contact"), counted(2, "company", "companies")
    ('1 contact', '2,500 contacts', '2 companies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def there(number: int, one: str) -> str:
    """Return how many of something there were, as a sentence begins.

    Examples
    --------
    >>> there(1, "move"), there(2500, "move")
    ('There was 1 move', 'There were 2,500 moves')
    """
    return f"There {'was' if number == 1 else 'were'} {counted(number, one)}"


def percent(share: float | None) -> str:
    """Return a share in percent, with no more digits than people read, and 0 or 100 only where it is exactly that.

    Examples
    --------
    >>> percent(0.2134), percent(0.0424), percent(0.0004), percent(0.9996), percent(0.0), percent(None)
    ('21 %', '4.2 %', 'under 0.1 %', 'over 99 %', '0 %', 'not known')
    """
    if share is None:
        return "not known"
    if share in (0.0, 1.0):
        return f"{share * 100:.0f} %"
    if share < 0.001:
        return "under 0.1 %"
    if share > 0.99:
        return "over 99 %"
    return f"{share * 100:.0f} %" if share >= 0.0995 else f"{share * 100:.1f} %"


def part(number: int, of: int) -> str:
    """Return a number with the share that it is: ``412 (21 %)``.

    Examples
    --------
    >>> part(412, 1930), part(0, 0)
    ('412 (21 %)', '0')
    """
    return f"{number:,} ({percent(number / of)})" if of else f"{number:,}"


def out_of(number: int, of: int) -> str:
    """Return a number with the number it is part of, and the share where that tells anything.

    Examples
    --------
    >>> out_of(3, 45), out_of(1, 1)
    ('3 of 45 (6.7 %)', '1 of 1')
    """
    return f"{number:,} of {of:,} ({percent(number / of)})" if of >= FEW else f"{number:,} of {of:,}"


def days(number: float) -> str:
    """Return a length of time that is known in days.

    Examples
    --------
    >>> days(12.4), days(2.53), days(1.0), days(0.5), days(0.001), days(1234)
    ('12 days', '2.5 days', '1 day', '12 hours', 'less than an hour', '1,234 days')
    """
    if number < 1:
        hours = round(number * _HOURS)
        return "less than an hour" if hours < 1 else counted(hours, "hour") if hours < _HOURS else "1 day"
    told = f"{number:,.1f}".removesuffix(".0") if number < _FEW_DAYS - 0.05 else f"{number:,.0f}"
    return f"{told} day{'' if told == '1' else 's'}"


def within(number: float) -> str:
    """Return how soon something is, known in days.

    Examples
    --------
    >>> within(0.0), within(0.01), within(12.4)
    ('at once', 'within an hour', 'within 12 days')
    """
    if number <= 0:
        return "at once"
    return "within an hour" if round(number * _HOURS) < 1 else f"within {days(number)}"


def day(instant: datetime, zone: tzinfo) -> str:
    """Return the day of an instant in a zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> day(datetime(2026, 11, 3, 23, 30, tzinfo=UTC), UTC)
    '3 November 2026'
    """
    local = instant.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def moment(instant: datetime, zone: tzinfo) -> str:
    """Return an instant to the minute, with the name of its zone.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> moment(datetime(2026, 11, 3, 23, 30, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Jakarta"))
    '4 November 2026, 06:30 WIB'
    """
    return f"{day(instant, zone)}, {instant.astimezone(zone):%H:%M %Z}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a list in a sentence.

    Examples
    --------
    >>> listed(["lead"]), listed(["lead", "mql", "sql"]), listed(["web", "voice"], "or")
    ('lead', 'lead, mql and sql', 'web or voice')
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
