from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from leadqual.errors import InputError
from leadqual.files.times import read_instant, zone_named

JAKARTA = ZoneInfo("Asia/Jakarta")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    "text", ["2026-11-22T08:00:00+07:00", "2026-11-22 01:00Z", "2026-11-22T01:00:00.000000+00:00", "20261122T010000Z"]
)
def test_a_time_with_its_zone_is_read_as_utc(text):
    assert read_instant(text) == datetime(2026, 11, 22, 1, tzinfo=UTC)


def test_a_naive_time_is_refused_until_its_zone_is_named():
    with pytest.raises(InputError) as caught:
        read_instant("2026-11-22 08:00")
    assert caught.value.code == "naive-datetime"
    assert "--time-zone" in str(caught.value)
    assert read_instant("2026-11-22 08:00", JAKARTA) == datetime(2026, 11, 22, 1, tzinfo=UTC)


def test_dates_are_midnight_where_a_zone_is_named():
    assert read_instant(date(2026, 11, 22), JAKARTA) == datetime(2026, 11, 21, 17, tzinfo=UTC)
    with pytest.raises(InputError, match="naive-datetime"):
        read_instant("2026-11-22")


def test_a_zone_that_is_written_wins_over_the_one_that_is_named():
    assert read_instant("2026-11-22T01:00:00Z", JAKARTA) == datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"), [("2026-10-25 02:30", "ambiguous-time"), ("2026-03-29 02:30", "no-such-time")]
)
def test_local_times_that_happened_twice_or_never_are_refused(text, code):
    with pytest.raises(InputError) as caught:
        read_instant(text, AMSTERDAM)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("31/12/2026", "2026-12-31"),
        ("12/31/2026 10:00", "2026-12-31T10:00"),
        ("05/06/2026", "day or month first"),
        ("2026/12/31", "2026-12-31"),
        ("31/12/26", "year with four digits"),
        ("15-Nov-26", "year with four digits"),
        ("15-Nov-2026", "2026-11-15"),
        ("15 Nopember 2026 08:00", "2026-11-15T08:00"),
        ("17 Agustus 2026", "2026-08-17"),
        ("Dec 5, 2026", "2026-12-05"),
        ("15 Nonember 2026", "such as 2026-11-22"),
        ("2026-11-22 08:00 WIB", "WIB as +07:00"),
        ("2026-11-22 08:00:00 UTC", "2026-11-22T08:00:00Z"),
        ("1761955200", "its unit and zone would be guessed"),
        ("1761955200.5", "its unit and zone would be guessed"),
        ("yesterday", "such as 2026-11-22T08:00:00+07:00"),
        ("9999-12-31T23:59:59-12:00", "outside the years"),
    ],
)
def test_what_is_no_time_is_refused_with_a_hint(text, hint):
    with pytest.raises(InputError) as caught:
        read_instant(text)
    assert caught.value.code == "bad-time"
    assert hint in str(caught.value)


@pytest.mark.parametrize("value", [5, 1.5, True, None, [], {}])
def test_other_values_are_refused(value):
    with pytest.raises(InputError, match="bad-time"):
        read_instant(value, JAKARTA)


def test_a_misspelt_zone_is_refused():
    with pytest.raises(InputError, match="Asia/Jakarta"):
        zone_named("Asia/Jakata")
    assert zone_named(None) is None


@pytest.mark.parametrize(
    ("short", "name"), [("WIB", "Asia/Jakarta"), ("wita", "Asia/Makassar"), ("WIT", "Asia/Jayapura")]
)
def test_the_zones_of_indonesia_are_known_by_their_short_names(short, name):
    with pytest.raises(InputError) as caught:
        zone_named(short)
    assert caught.value.problems[0].hint == f"write {name!r}"
