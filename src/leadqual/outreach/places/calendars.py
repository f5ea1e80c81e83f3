"""Public holidays, by country and by state or province, with their English names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem
from leadqual.outreach.needed import missing

try:
    from holidays import HolidayBase, constants, country_holidays
except ImportError as error:
    raise missing(error, "holidays") from None

_ENGLISH: Final = "en_US"
_ESTIMATED: Final = re.compile(r" \(((?:[^()]*, )?)estimated\)")
_CATEGORIES: Final = frozenset(
    value for value in vars(constants).values() if isinstance(value, str) and re.fullmatch("[a-z_]+", value)
) - {constants.WORKDAY}
"""The kinds of holidays that any country has; a day of work in place of another is none."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day that is kept as a holiday.

    Parameters
    ----------
    name : str
        Its name in English; of several on one day, all of them.
    estimated : bool
        Whether its date is a calculation that an authority has yet to confirm, as with days of the Islamic calendar.
    category : str
        What kind of holiday it is, such as ``"public"``.
    """

    name: str
    estimated: bool
    category: str


def holiday_on(
    day: date, country: str, categories: tuple[str, ...] = ("public",), region: str | None = None
) -> Holiday | None:
    """Return the holiday that a day is; None if it surely is none.

    Parameters
    ----------
    day : datetime.date
        The day, as the calendar shows it where the holiday is kept.
    country : str
        The country (ISO 3166).
    categories : tuple of str, optional
        The kinds of holidays that count, the most important first. ``"government"`` are in Indonesia the days of
        joint leave (*cuti bersama*). A kind that the country does not have adds nothing.
    region : str, optional
        The state or province (ISO 3166-2), whose own holidays then count too. If its holidays are not known, those
        of every part of the country count; a region of another country is left aside.

    Raises
    ------
    InputError
        ``unknown-holidays`` if nothing is known of the country, of the year there, or of the kinds: a day about
        which nothing is known must not pass for a working day.

    Examples
    --------
    >>> holiday_on(date(2026, 8, 17), "ID")
    Holiday(name='Independence Day', estimated=False, category='public')
    >>> holiday_on(date(2026, 3, 23), "ID"), holiday_on(date(2026, 3, 23), "ID", ("public", "government")).category
    (None, 'government')
    >>> holiday_on(date(2026, 6, 24), "CA"), holiday_on(date(2026, 6, 24), "CA", region="CA-QC").name
    (None, 'Saint John the Baptist Day')
    """
    return _calendar(country, categories, region, day.year).get((day.month, day.day))


def years_known(country: str) -> range:
    """Return the years of which the holidays of a country are known; raise `InputError` if it is not known at all.

    Examples
    --------
    >>> 2028 in years_known("ID"), 1900 in years_known("ID")
    (True, False)
    """
    book = _book(country)
    return range(book.start_year, book.end_year + 1)


def is_listed(year: int, country: str, category: str) -> bool:
    """Return whether any day of a kind is listed in a year, so that its days can be told from those of work.

    Days of joint leave are decreed a year ahead at most: of later years none is listed, which does not say that
    there are none.

    Examples
    --------
    >>> is_listed(2026, "ID", "government"), is_listed(2040, "ID", "government"), is_listed(2040, "ID", "public")
    (True, False, True)
    """
    try:
        return bool(_calendar(country, (category,), None, year))
    except InputError:
        return False


@lru_cache(maxsize=4096)
def _calendar(
    country: str, categories: tuple[str, ...], region: str | None, year: int
) -> Mapping[tuple[int, int], Holiday]:
    kept = _kept(country, categories)
    known = years_known(country)
    if year not in known:
        raise _unknown("the holidays of this year are not known", f"{year}", f"{known[0]} to {known[-1]} in {country}")
    found: dict[tuple[int, int], Holiday] = {}
    for category in kept:
        for part in _parts(country, region):
            book = country_holidays(country, subdiv=part, years=year, categories=category, language=_ENGLISH)
            for day, name in book.items():
                if day.year == year:
                    found.setdefault((day.month, day.day), _holiday(name, category))
    if not found:
        listed = f"a year of which days are listed in {country}: {', '.join(kept)}"
        raise _unknown("no day is listed in this year", f"{year}", listed)
    return found


def _holiday(name: str, category: str) -> Holiday:
    plain = _ESTIMATED.sub(lambda found: f" ({found[1].removesuffix(', ')})" if found[1] else "", name)
    return Holiday(plain, plain != name, category)


def _kept(country: str, categories: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the categories that a country has; raise if one exists nowhere, or if none is left."""
    had = _book(country).supported_categories
    expected = f"of {country}: {', '.join(had)}"
    for category in categories:
        if category not in _CATEGORIES:
            hint = did_you_mean(category, had)
            raise _unknown("there is no kind of holidays of this name", repr(category), expected, hint)
    kept = tuple(category for category in categories if category in had)
    if not kept:
        raise _unknown("the country has holidays of none of these kinds", repr(categories), expected)
    return kept


def _parts(country: str, region: str | None) -> tuple[str | None, ...]:
    """Return the subdivisions whose days count: the region's own, all if it is not known, or none but the nation."""
    if region is None or not region.startswith(f"{country}-"):
        return (None,)
    parts = _book(country).subdivisions
    own = region.removeprefix(f"{country}-")
    return (own,) if own in parts else (None, *parts)


@lru_cache(maxsize=512)
def _book(country: str) -> HolidayBase:
    with suppress(NotImplementedError):  # what the library says of a country without holidays
        if re.fullmatch("[A-Z]{2}", country):
            return country_holidays(country)
    expected = "a country code (ISO 3166) such as 'ID'"
    raise _unknown("the holidays of this country are not known", repr(country), expected)


def _unknown(message: str, found: str, expected: str, hint: str | None = None) -> InputError:
    return InputError(Problem("unknown-holidays", message, Place("holidays"), found, expected, hint))
