from __future__ import annotations

from collections import Counter
from zoneinfo import available_timezones

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.outreach.places.atlas import keeps_one_time, zones_by_area_code, zones_by_country, zones_by_region
from leadqual.outreach.places.numbers import Line, line_of
from leadqual.outreach.places.zones import zones_at

INDONESIA = ("Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar", "Asia/Pontianak")
UNITED_STATES = zones_by_country()["US"]
NUMBERS = ["+12125550123", "+18502345678", "+18002345678", "+6281234567890", "+62215551234", "+442079460018",
           "+6598765432", "+12", "+18765550123", "+14165550123"]  # fmt: skip

a_line = st.sampled_from(NUMBERS).map(line_of)
a_country = st.sampled_from(["US", "CA", "ID", "GB", "SG", "AU", "DE", "XX"])
a_region = st.sampled_from(["US-FL", "US-AZ", "CA-BC", "CA-QC", "ID-BA", "ID-PD", "AU-QLD", "US-ZZ"])


@pytest.mark.parametrize(
    ("country", "region", "number", "zones"),
    [
        # nothing, a country, or a region alone
        (None, None, None, ()),
        ("GB", None, None, ("Europe/London",)),
        ("ID", None, None, INDONESIA),
        ("US", None, None, UNITED_STATES),
        ("XX", None, None, ()),
        (None, "US-FL", None, ("America/Chicago", "America/New_York")),
        ("ID", "ID-PD", None, ("Asia/Jayapura",)),
        ("CA", "CA-QC", None, ("America/Blanc-Sablon", "America/Halifax", "America/Toronto")),
        # a number that says where it is
        (None, None, "+12125550123", ("America/New_York",)),
        ("US", None, "+12125550123", ("America/New_York",)),
        ("US", None, "+18502345678", ("America/Chicago", "America/New_York")),
        ("US", "US-AZ", "+12125550123", ("America/Denver", "America/New_York", "America/Phoenix")),
        ("PR", None, "+17875550123", ("America/Puerto_Rico",)),
        ("GU", None, "+16715550123", ("Pacific/Guam",)),
        ("GB", None, "+442079460018", ("Europe/London",)),
        # mobile numbers that do not
        (None, None, "+6281234567890", INDONESIA),
        ("ID", None, "+6281234567890", INDONESIA),
        ("ID", "ID-BA", "+6281234567890", ("Asia/Makassar",)),
        ("ID", "ID-BA", "+62215551234", ("Asia/Jakarta", "Asia/Makassar")),
        # a number of another country
        ("ID", "ID-JK", "+6598765432", ("Asia/Jakarta", "Asia/Singapore")),
        ("GB", None, "+12125550123", ("America/New_York", "Europe/London")),
        ("US", None, "+442079460018", tuple(sorted((*UNITED_STATES, "Europe/London")))),
        ("XX", None, "+12125550123", ()),
        # numbers that say nothing
        ("US", None, "+18002345678", ()),
        ("ID", None, "+628071234567", ()),
        (None, None, "+18002345678", ()),
        ("US", "US-GA", "+18002345678", ("America/New_York",)),
        ("GB", None, "+18002345678", ("Europe/London",)),
        ("DE", None, "+498001234567", ("Europe/Berlin", "Europe/Busingen")),
        ("US", None, "+12", ()),
        ("US", "US-GA", "+12", ("America/New_York",)),
        # regions of which nothing is known
        ("US", "US-ZZ", "+12125550123", UNITED_STATES),
        ("US", "US-ZZ", "+18002345678", ()),
        ("AU", "AU-QLD", None, zones_by_country()["AU"]),
        (None, "XX-A", None, ()),
        # an address that contradicts itself
        ("GB", "US-GA", None, ("America/New_York", "Europe/London")),
    ],
)
def test_the_zones_that_are_possible(
    country: str | None, region: str | None, number: str | None, zones: tuple[str, ...]
) -> None:
    assert zones_at(None, country, region, line_of(number) if number is not None else None) == zones


@given(a_country, a_region, a_line)
def test_a_recorded_zone_replaces_everything(country: str, region: str, line: Line) -> None:
    assert zones_at("Asia/Tokyo", country, region, line) == ("Asia/Tokyo",)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Etc/Unknown", "Factory", "", "Asia", "../Asia/Tokyo", "a\0b"])
def test_a_recorded_zone_that_does_not_exist_leaves_nothing_known(zone: str) -> None:
    assert zones_at(zone, "GB", None, None) == ()


@given(a_country, a_region, a_line)
def test_what_a_number_adds_to_a_region_never_takes_a_zone_away(country: str, region: str, line: Line) -> None:
    alone, together = zones_at(None, country, region, None), zones_at(None, country, region, line)
    assert not together or set(alone) <= set(together)


@given(a_country, a_region | st.none(), a_line)
def test_an_address_never_takes_away_a_zone_of_a_number_that_says_where_it_is(
    country: str, region: str | None, line: Line
) -> None:
    together = zones_at(None, country, region, line)
    assert not together or not line.geographic or set(line.zones) <= set(together)


@given(a_country | st.none(), a_region | st.none(), a_line | st.none())
def test_zones_are_sorted_known_and_named_once(country: str | None, region: str | None, line: Line | None) -> None:
    zones = zones_at(None, country, region, line)
    assert list(zones) == sorted(set(zones))
    assert set(zones) <= available_timezones()


def test_all_states_and_provinces_are_there() -> None:
    counts = Counter(region[:2] for region in zones_by_region())
    assert counts == {"US": 51 + 6, "CA": 13, "ID": 38 + 7}


def test_every_zone_of_the_file_is_in_the_database() -> None:
    named = {zone for table in (zones_by_region(), zones_by_area_code()) for zones in table.values() for zone in zones}
    assert named <= available_timezones()


@pytest.mark.parametrize("country", ["CA", "ID"])
def test_every_zone_of_a_country_stands_in_one_of_its_regions(country: str) -> None:
    named = {zone for region, zones in zones_by_region().items() if region[:2] == country for zone in zones}
    assert named == set(zones_by_country()[country])


def test_area_codes_of_the_file_are_codes_of_the_plan_that_span_zones() -> None:
    for code, zones in zones_by_area_code().items():
        assert len(zones) > 1, code
        # 729 was assigned after the plan of numbers that the library knows
        assert code == "729" or phonenumbers.is_valid_number(phonenumbers.parse(f"+1{code}2345678")), code


def test_a_country_keeps_one_time_if_its_clocks_agree() -> None:
    assert [country for country in ("GB", "DE", "SG", "MY", "JP") if not keeps_one_time(country)] == []
    assert [country for country in ("US", "CA", "ID", "ES", "PT", "XX") if keeps_one_time(country)] == []
