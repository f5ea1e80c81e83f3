from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.integrations.readings.base import Conventions
from leadqual.integrations.readings.numbers import number_of, read_durations, read_numbers, read_whole
from leadqual.integrations.readings.places import (
    country_code,
    country_names,
    language_tag,
    normal_phone,
    read_phones,
    region_code,
)
from leadqual.integrations.readings.plain import domain_of, read_currencies, read_emails, read_html, read_texts
from leadqual.integrations.readings.times import read_times
from leadqual.integrations.readings.words import read_words, read_yes_no, term

JAKARTA = ZoneInfo("Asia/Jakarta")


def texts(*cells: str | None) -> pl.Series:
    return pl.Series("cell", cells, dtype=pl.String)


def one_time(cell: str, **how) -> datetime | str:
    read = read_times(texts(cell), Conventions(**{"zone": JAKARTA, **how}))
    return read.refused["code"][0] if read.refused.height else read.values[0]


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-22 08:30", "2026-11-22T08:30:00", "2026-11-22T08:30:00+07:00", "2026-11-22T01:30:00.000Z",
        "2026-11-22T01:30:00.000+0000", "2026-11-22 01:30 UTC", "2026/11/22 08:30", "22/11/2026 08:30",
        "22.11.2026 08.30", "22-11-2026 8:30 AM", "11/22/2026, 8:30 a.m.", "Nov 22, 2026, 8:30 AM", "22 Nov 2026 08:30",
        "22 November 2026 08:30:00", "Sunday, November 22, 2026 8:30 am", "Minggu, 22 Nopember 2026 08:30",
        "22 nov 2026 pukul 08.30", "22-Nov-2026 08:30",
    ],
)  # fmt: skip
def test_one_instant_in_many_forms(cell):
    expected = "bad-time" if "Nopember" in cell else datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert one_time(cell) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("03/04/2026", "ambiguous-date"), ("3.4.2026 08:00", "ambiguous-date"), ("31/02/2026", "bad-time"),
        ("2026-02-30", "bad-time"), ("2026-11-22 24:30", "bad-time"), ("22/11/26", "bad-time"),
        ("yesterday", "bad-time"),
        ("22 Brumaire 2026", "bad-time"), ("1795305600000", "bad-time"),
        ("13:00 PM 22/11/2026", "bad-time"),
    ],
)  # fmt: skip
def test_times_that_name_no_instant(cell, code):
    assert one_time(cell) == code


def test_which_comes_first_is_said_never_guessed():
    assert one_time("03/04/2026", day_first=True) == datetime(2026, 4, 2, 17, tzinfo=UTC)
    assert one_time("03/04/2026", day_first=False) == datetime(2026, 3, 3, 17, tzinfo=UTC)
    assert one_time("22/11/2026", day_first=False) == "bad-time"
    mixed = read_times(texts("22/11/2026", "11/23/2026", "01/02/2026", None), Conventions(zone=JAKARTA))
    assert mixed.values.is_not_null().to_list() == [True, True, False, False]
    assert mixed.refused["at"].to_list() == [2]


def test_a_time_without_a_zone_names_no_instant():
    assert one_time("2026-11-22 08:00", zone=None) == "naive-datetime"
    assert one_time("2026-11-22T08:00Z", zone=None) == datetime(2026, 11, 22, 8, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    assert one_time("2026-03-29 02:30", zone=berlin) == "ambiguous-time"
    assert one_time("2026-10-25 02:30", zone=berlin) == "ambiguous-time"


def test_numbers_since_1970_need_their_unit():
    read = read_times(texts("1795305600000"), Conventions(), "ms")
    assert read.values[0] == datetime(2026, 11, 22, tzinfo=UTC)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.booleans())
def test_written_day_first_or_month_first_a_time_comes_back(moment, day_first):
    form = "%d/%m/%Y %H:%M:%S" if day_first else "%m/%d/%Y %I:%M:%S %p"
    written = moment.replace(microsecond=0)
    read = read_times(texts(written.strftime(form)), Conventions(zone=ZoneInfo("UTC"), day_first=day_first))
    assert read.values[0] == written.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1.234.567,89", 1234567.89), ("1,234,567.89", 1234567.89), ("1,234.5", 1234.5), ("1.234,5", 1234.5),
     ("12,5", 12.5), ("12.5", 12.5), ("1 234 567", 1234567), ("1'234.50", 1234.5), ("-3", -3), ("0.125", 0.125)],
)  # fmt: skip
def test_numbers_with_one_reading(cell, number):
    assert number_of(cell, None) == number
    assert read_numbers(texts(cell), None, None).values[0] == number


@pytest.mark.parametrize("cell", ["1.234", "1,234", "-12.345"])
def test_numbers_with_two_readings_are_refused_until_the_sign_is_said(cell):
    assert read_numbers(texts(cell), None, None).refused["code"].to_list() == ["ambiguous-number"]
    point, comma = number_of(cell, "point"), number_of(cell, "comma")
    assert {abs(point) < 100, abs(comma) < 100} == {True, False}


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_numbers_come_back_from_both_ways_of_grouping(whole, cents):
    english = f"{whole:,}.{cents:02}"
    german = english.translate(str.maketrans(",.", ".,"))
    expected = float(f"{whole}.{cents:02}")
    assert number_of(english, "point") == number_of(german, "comma") == expected


def test_other_numbers():
    assert read_durations(texts("0:03:25", "90", "1:00:00.5"), None, None).values.to_list() == [205, 90, 3600.5]
    assert read_numbers(texts("1500"), None, 0.001).values[0] == 1.5
    assert read_whole(texts("12", "1.5", "1e3"), None, None).values.to_list() == [12, None, 1000]


def test_phones_take_the_country_of_their_row():
    read = read_phones(texts("0812-3456-7890", "020 7946 0018", None, "12"), texts("ID", "GB", "ID", None), "ID")
    assert read.values.to_list() == ["+6281234567890", "+442079460018", None, None]
    assert read.refused["code"].to_list() == ["bad-phone"]


@pytest.mark.parametrize(
    ("cell", "country", "code"),
    [("0812-3456-7890", None, "phone-without-country"), ("6.28123E+11", "ID", "bad-phone"), ("n/a", None, "bad-phone")],
)
def test_phones_that_are_none(cell, country, code):
    with pytest.raises(InputError) as error:
        normal_phone(cell, country)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [("ID", "ID"), ("idn", "ID"), ("Indonesia", "ID"), ("Deutschland", "DE"), ("Jerman", "DE"), ("日本", "JP"),
     ("UK", "GB"), ("U.S.A.", "US"), ("United Kingdom", "GB"), ("Amerika Serikat", "US"), ("Việt Nam", "VN"),
     ("Korea Selatan", "KR")],
)  # fmt: skip
def test_countries(cell, code):
    assert country_code(cell) == code


def test_no_country_is_guessed():
    for cell in ("Indonesa", "Asia", "EU", "XX"):
        with pytest.raises(InputError):
            country_code(cell)
    assert set(country_names().values()) >= {"ID", "US", "XK", "AQ"}
    assert all(len(code) == 2 for code in country_names().values())


def test_regions_and_languages():
    assert [region_code("FL", "US"), region_code("Florida", "US"), region_code("id-jk", None)] == [
        "US-FL",
        "US-FL",
        "ID-JK",
    ]
    assert [language_tag(cell) for cell in ("en_US", "English", "Bahasa Indonesia", "日本語")] == [
        "en-US",
        "en",
        "id",
        "ja",
    ]
    for cell, country in (("FL", None), ("Florida", "ID")):
        with pytest.raises(InputError):
            region_code(cell, country)


def test_addresses_domains_currencies_and_texts():
    mails = read_emails(texts("A.B@Example.COM", "mailto:x@y.id", "a@b", "two@x.id, three@x.id"))
    assert mails.values.to_list() == ["A.B@example.com", "x@y.id", None, None]
    assert domain_of("HTTPS://www.Example.co.id:8080/a?b") == "example.co.id"
    assert read_currencies(texts("idr", "Rp")).values.to_list() == ["IDR", None]
    html = read_html(texts("<p>Hello&nbsp;<b>you</b> &amp; 1 < 2</p><script>x()</script>", "<br>"))
    assert html.values.to_list() == ["Hello you & 1 < 2", None]
    assert read_texts(texts("a" * 100_001, "b")).values.to_list() == [None, "b"]


def test_yes_and_no():
    read = read_yes_no(texts("Ya", "TRUE", "0", "Nein", "maybe", None))
    assert read.values.to_list() == [True, True, False, False, None, None]


def test_terms_are_compared_without_case_and_never_guessed():
    read = read_words(texts("CLOSED won.", "lead", "Closed Won 2", None), {"Closed Won": "customer"}, {"lead"})
    assert read.values.to_list() == ["customer", "lead", None, None]
    assert read.refused.rows() == [(2, "unknown-term", "did you mean 'Closed Won'?")]
    kept = read_words(texts("Retail", "Fishing"), {"Retail": "retail"}, None, keep=True)
    assert kept.values.to_list() == ["retail", "Fishing"]


@given(st.text())
def test_a_term_is_its_own_term(text):
    assert term(term(text)) == term(text)


@pytest.mark.parametrize(
    ("cell", "unit"), [("1795305600000", "s"), ("9999999999999", "s"), ("9999-12-31T23:59:00-08:00", None)]
)
def test_times_that_no_calendar_here_holds(cell, unit):
    read = read_times(texts(cell), Conventions(), unit)
    assert (read.values.to_list(), read.refused["code"].to_list()) == ([None], ["bad-time"])


@pytest.mark.parametrize("cell", ["9" * 400, "1e999", "9" * 399])
def test_numbers_that_are_too_large(cell):
    read = read_numbers(texts(cell, "5"), None, None)
    assert (read.values.to_list(), read.refused["code"].to_list()) == ([None, 5], ["finite-number"])


def test_other_digits_are_not_taken_for_ours():
    assert read_numbers(texts("١٢", "１２"), None, None).refused["code"].to_list() == ["bad-number"] * 2


def test_a_sign_that_was_said_holds_for_every_number():
    read = read_numbers(texts("12.5", "12,5", "1.250", "7"), "comma", None)
    assert (read.values.to_list(), read.refused["code"].to_list()) == ([None, 12.5, 1250, 7], ["bad-number"])


def test_a_sign_of_a_currency_is_no_slip_of_a_code():
    hints = read_currencies(texts("Rp", "IDX")).refused["hint"].sort().to_list()
    assert "ISO 4217" in hints[0]
    assert "did you mean" in hints[1]
