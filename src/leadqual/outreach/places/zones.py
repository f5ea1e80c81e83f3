"""The time zones in which a contact may be: every one that its address and its number leave possible."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from leadqual.outreach.places.atlas import keeps_one_time, zones_by_country, zones_by_region
from leadqual.outreach.places.numbers import Line

_CACHED: Final = 16_384


def zones_at(time_zone: str | None, country: str | None, region: str | None, line: Line | None) -> tuple[str, ...]:
    """Return the time zones in which a contact may be, sorted; empty if nobody can tell.

    Parameters
    ----------
    time_zone : str, optional
        A zone that was recorded for the contact: nothing else counts then.
    country : str, optional
        The country of the address (ISO 3166).
    region : str, optional
        The state or province of the address (ISO 3166-2).
    line : Line, optional
        What the contact's number tells of itself.

    Notes
    -----
    The zones of the region and those of a number that says where it is are all possible, and so are those of the
    country if it is not the number's. A country alone counts if it keeps one time, if there is no number, or if the
    number is a mobile one that says nothing; with a toll-free number or one over the internet nobody can tell.

    Examples
    --------
    >>> from leadqual.outreach.places.numbers import line_of
    >>> zones_at(None, "ID", "ID-BA", line_of("+6281234567890"))
    ('Asia/Makassar',)
    >>> zones_at(None, "US", "US-GA", line_of("+13125550123"))
    ('America/Chicago', 'America/New_York')
    >>> zones_at(None, "US", None, line_of("+18002345678"))
    ()
    """
    if time_zone is not None:
        return (time_zone,) if _is_known(time_zone) else ()
    if line is None:
        return _possible(country, region, None)
    return _possible(country, region, _Number(line.region, _told(line), line.zones))


class _Number(NamedTuple):
    """What matters of a line here, shared by many numbers."""

    region: str | None
    told: Literal["place", "country", "nothing"]
    zones: tuple[str, ...]


def _told(line: Line) -> Literal["place", "country", "nothing"]:
    """Return how closely a number says where it is."""
    if line.geographic:
        return "place"
    return "country" if line.kind in ("mobile", "either") else "nothing"


@lru_cache(maxsize=_CACHED)
def _possible(country: str | None, region: str | None, number: _Number | None) -> tuple[str, ...]:
    home = region[:2] if region else country
    within = zones_by_region().get(region) if region else None
    found = set(within or ())
    for land in {home, country} if within is None else {country} - {home}:
        zones = _of_the_country(land, number, asked=bool(region)) if land else ()
        if zones is None:
            return ()
        found.update(zones)
    if number is not None and not (within and number.told == "country" and number.region == home):
        found.update(number.zones)
    return tuple(sorted(found))


def _of_the_country(land: str, number: _Number | None, *, asked: bool) -> tuple[str, ...] | None:
    """Return what a country adds to the zones of the number; None if it leaves everything open.

    `asked` says that a region was given of which no zones are known: then the number is no reason to look
    at less than the whole country.
    """
    zones = zones_by_country().get(land, ())
    if number is not None and number.told != "nothing" and number.region == land and not asked:
        return ()
    if not zones or (number is not None and number.told == "nothing" and not keeps_one_time(land)):
        return None
    return zones


@lru_cache(maxsize=1024)
def _is_known(time_zone: str) -> bool:
    try:
        return ZoneInfo(time_zone).key != "Factory"
    except (OSError, ValueError, KeyError):  # absent, outside the database, or one of its folders
        return False
