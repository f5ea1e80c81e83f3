"""The zones of countries, states and area codes, from the time zone database and from a file of this package."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual.policy.yaml_text import read_yaml

_FILE: Final = "zones.yaml"
_MOMENTS: Final = tuple(datetime(year, month, 1, 12) for year in range(2007, 2038) for month in range(1, 13))


@cache
def zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """Return the zones of every country that the time zone database knows, sorted.

    Examples
    --------
    >>> zones_by_country()["ID"]
    ('Asia/Jakarta', 'Asia/Jayapura', 'Asia/Makassar', 'Asia/Pontianak')
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[country].add(zone)
    return {country: tuple(sorted(zones)) for country, zones in found.items()}


@cache
def zones_by_region() -> Mapping[str, tuple[str, ...]]:
    """Return the zones of the states and provinces (ISO 3166-2) of the United States, Canada and Indonesia.

    Examples
    --------
    >>> zones_by_region()["US-FL"]
    ('America/Chicago', 'America/New_York')
    """
    return {region: tuple(sorted(zones)) for region, zones in _document()["regions"].items()}


@cache
def zones_by_area_code() -> Mapping[str, tuple[str, ...]]:
    """Return the zones of the area codes of +1 that are known to reach into more than one.

    Examples
    --------
    >>> zones_by_area_code()["928"]
    ('America/Denver', 'America/Phoenix')
    """
    return {code: tuple(sorted(row["zones"])) for row in _document()["area_codes"] for code in row["codes"]}


@cache
def keeps_one_time(country: str) -> bool:
    """Return whether clocks have shown the same time everywhere in a country since 2007.

    Examples
    --------
    >>> keeps_one_time("GB"), keeps_one_time("DE"), keeps_one_time("US")
    (True, True, False)
    """
    zones = [ZoneInfo(zone) for zone in zones_by_country().get(country, ())]
    return len({tuple(zone.utcoffset(moment) for moment in _MOMENTS) for zone in zones}) == 1


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = read_yaml(files(__package__).joinpath(_FILE).read_text("utf-8"), _FILE)
    return document
