"""What people of the region write in place of a code, and the code that they probably mean: hints, never guesses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from leadqual.errors import Problem

_COUNTRIES: Final = {
    "indonesia": "ID",
    "republik indonesia": "ID",
    "singapore": "SG",
    "singapura": "SG",
    "malaysia": "MY",
    "thailand": "TH",
    "vietnam": "VN",
    "viet nam": "VN",
    "philippines": "PH",
    "the philippines": "PH",
    "filipina": "PH",
}
_CURRENCIES: Final = {"rp": "IDR", "rupiah": "IDR"}
_ZONES: Final = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
_WORDS: Final = {"bad-country": _COUNTRIES, "bad-currency": _CURRENCIES, "bad-time-zone": _ZONES}
_OFFSETS: Final = {"wib": "+07:00", "wita": "+08:00", "wit": "+09:00"}

# The names of months in English and Indonesian, by the three letters that they begin with.
_MONTHS: Final = {
    **dict.fromkeys(("jan",), 1),
    **dict.fromkeys(("feb", "peb"), 2),
    **dict.fromkeys(("mar",), 3),
    **dict.fromkeys(("apr",), 4),
    **dict.fromkeys(("may", "mei"), 5),
    **dict.fromkeys(("jun",), 6),
    **dict.fromkeys(("jul",), 7),
    **dict.fromkeys(("aug", "agu", "ags", "agt"), 8),
    **dict.fromkeys(("sep",), 9),
    **dict.fromkeys(("oct", "okt"), 10),
    **dict.fromkeys(("nov", "nop"), 11),
    **dict.fromkeys(("dec", "des"), 12),
}
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(.*)", re.DOTALL)
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(.*)", re.DOTALL)
_SHORT_YEAR: Final = re.compile(r"\d{1,2}[/.-](\d{1,2}|[A-Za-z]{3,9})[/.-]\d{2}(\D.*)?", re.DOTALL)
_NAMED_MONTH: Final = re.compile(r"(\d{1,2})[ /.-]+([A-Za-z]{3,9})[ /.,-]+(\d{4})(.*)", re.DOTALL)
_MONTH_FIRST: Final = re.compile(r"([A-Za-z]{3,9})[ .]+(\d{1,2}),? +(\d{4})(.*)", re.DOTALL)
_NAMED_ZONE: Final = re.compile(r"(.*\d)\s+([A-Za-z]{2,5})")


def with_word(problem: Problem, cell: Any) -> Problem:
    """Return the problem of a code, with the code that is meant by a word such as ``Indonesia`` or ``WIB`` as a hint.

    Examples
    --------
    >>> with_word(Problem("bad-country", "the country is not a code"), "Singapura").hint
    "write 'SG'"
    """
    words = _WORDS.get(problem.code)
    meant = words.get(cell.strip().rstrip(".").casefold()) if words and isinstance(cell, str) else None
    return problem if meant is None else replace(problem, hint=f"write {meant!r}")


def time_hint(text: str) -> str | None:
    """Return a hint that shows the same time as it should be written, or why that cannot be known.

    Examples
    --------
    >>> time_hint("15 Nopember 2026"), time_hint("03/04/2026")
    ('write 2026-11-15 and its zone', 'day or month first? write 2026-04-03 or 2026-03-04')
    """
    if match := _NAMED_ZONE.fullmatch(text):
        return _zone_hint(match[1], match[2])
    if _SHORT_YEAR.fullmatch(text):
        return "write the year with four digits and first, then the month and the day, such as 2026-12-31"
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day, rest = match.groups()
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year, rest = match.groups()
        if int(day) <= 12 and int(month) <= 12:
            return f"day or month first? write {_date(year, month, day)} or {_date(year, day, month)}"
        if int(month) > 12:
            day, month = month, day
    elif match := _NAMED_MONTH.fullmatch(text):
        day, month, year, rest = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        month, day, year, rest = match.groups()
    else:
        return None
    number = month if month.isdigit() else _MONTHS.get(month[:3].casefold())
    return None if number is None else f"write {_date(year, number, day)}{_clock(rest)} and its zone"


def _date(year: str, month: str | int, day: str) -> str:
    return f"{year}-{int(month):02}-{int(day):02}"


def _clock(rest: str) -> str:
    return f"T{rest.strip()}" if rest.strip() else ""


def _zone_hint(time: str, zone: str) -> str:
    local = time.strip().replace(" ", "T")
    if offset := _OFFSETS.get(zone.casefold()):
        return f"write the zone as an offset from UTC, {zone.upper()} as {offset}, such as 2026-11-22T08:00:00{offset}"
    return f"write the zone as an offset such as +07:00, and UTC as Z: {local}Z if this is UTC"
