from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.places import calendars
from leadqual.outreach.places.calendars import Holiday, holiday_on, is_listed, years_known

BOTH = ("public", "government")


def _days(year: int, country: str, categories: tuple[str, ...], region: str | None = None) -> dict[date, Holiday]:
    days = (date(year, 1, 1) + timedelta(days=count) for count in range(365))
    return {day: holiday for day in days if (holiday := holiday_on(day, country, categories, region))}


def test_indonesia_in_2026_has_17_public_holidays_and_8_days_of_joint_leave() -> None:
    public, both = _days(2026, "ID", ("public",)), _days(2026, "ID", BOTH)
    assert len(public) == 17
    assert public[date(2026, 3, 21)] == Holiday("Eid al-Fitr", False, "public")
    leave = {day: holiday for day, holiday in both.items() if day not in public}
    assert len(leave) == 8
    assert leave[date(2026, 12, 24)] == Holiday("Christmas Joint Holiday", False, "government")
    assert {day: both[day] for day in public} == public


def test_dates_that_are_only_calculated_are_marked_and_their_names_are_clean() -> None:
    days = _days(2028, "ID", ("public",))
    estimated = {day: holiday.name for day, holiday in days.items() if holiday.estimated}
    assert estimated[date(2028, 2, 27)] == "Eid al-Fitr"
    assert len(estimated) == 8
    assert not any("estimated" in holiday.name for holiday in days.values())
    assert holiday_on(date(2028, 2, 28), "SG") == Holiday("Eid al-Fitr (observed)", True, "public")
    assert holiday_on(date(2028, 2, 27), "MY") == Holiday("Eid al-Fitr", True, "public")
    assert holiday_on(date(2028, 2, 28), "MY") == Holiday("Eid al-Fitr (Second Day)", True, "public")


@pytest.mark.parametrize("language", ["id_ID.UTF-8", "de_DE.UTF-8", "C"])
def test_names_are_english_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    for name in ("LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.setenv(name, language)
    calendars._calendar.cache_clear()
    named = {country: holiday_on(date(2026, 5, 1), country) for country in ("ID", "DE", "FR")}
    assert {country: holiday and holiday.name for country, holiday in named.items()} == {
        "ID": "International Labor Day",
        "DE": "Labor Day",
        "FR": "Labor Day",
    }


def test_a_leap_day_is_a_day_like_others() -> None:
    assert holiday_on(date(2028, 2, 29), "ID") is None
    assert holiday_on(date(2028, 2, 29), "MY") == Holiday("Eid al-Fitr (observed)", True, "public")


def test_provinces_have_holidays_of_their_own() -> None:
    saint_john, family_day = date(2026, 6, 24), date(2026, 2, 16)
    assert holiday_on(saint_john, "CA", region="CA-QC") is not None
    assert holiday_on(saint_john, "CA", region="CA-ON") is None
    assert holiday_on(family_day, "CA", region="CA-ON") is not None
    assert holiday_on(family_day, "CA", region="CA-QC") is None
    assert holiday_on(family_day, "CA") is None


def test_a_region_of_which_nothing_is_known_keeps_the_holidays_of_every_part() -> None:
    assert holiday_on(date(2026, 6, 24), "CA", region="CA-ZZ") is not None
    assert holiday_on(date(2026, 4, 6), "GB", region="GB-LND") is not None
    assert holiday_on(date(2026, 6, 24), "CA", region="CA-ZZ") == holiday_on(date(2026, 6, 24), "CA", region="CA-QC")


def test_a_country_without_parts_keeps_its_holidays_in_every_region() -> None:
    assert _days(2026, "ID", ("public",), "ID-BA") == _days(2026, "ID", ("public",))


def test_a_region_of_another_country_is_left_aside() -> None:
    assert _days(2026, "US", ("public",), "CA-QC") == _days(2026, "US", ("public",))


def test_a_kind_that_a_country_does_not_have_adds_nothing() -> None:
    assert _days(2026, "GB", BOTH) == _days(2026, "GB", ("public",)) != {}


@pytest.mark.parametrize(
    ("day", "country", "categories"),
    [
        (date(2026, 1, 1), "XX", ("public",)),
        (date(2026, 1, 1), "IDN", ("public",)),
        (date(2026, 1, 1), "id", ("public",)),
        (date(2026, 1, 1), "", ("public",)),
        (date(2026, 1, 1), "ID", ("pubic",)),
        (date(2026, 1, 1), "ID", ("public", "pubic")),
        (date(2026, 1, 1), "ID", ("bank",)),
        (date(2026, 1, 1), "ID", ("workday",)),
        (date(2026, 1, 1), "ID", ()),
        (date(1945, 1, 1), "ID", ("public",)),
        (date(2101, 1, 1), "ID", ("public",)),
        (date(9999, 1, 1), "ID", ("public",)),
    ],
)
def test_nothing_known_is_no_working_day(day: date, country: str, categories: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        holiday_on(day, country, categories)
    assert caught.value.code == "unknown-holidays"


def test_the_years_known_are_those_of_the_library() -> None:
    assert (years_known("ID")[0], years_known("ID")[-1]) == (1946, 2100)
    with pytest.raises(InputError):
        years_known("XX")


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(["ID", "US", "CA", "GB", "DE", "SG"]))
def test_the_answer_is_the_librarys(day: date, country: str) -> None:
    book = holidays.country_holidays(country, years=day.year, categories=("public",), language="en_US")
    assert (holiday_on(day, country) is not None) is (day in book)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from([None, "CA-QC", "CA-ON", "CA-ZZ"]))
def test_more_kinds_never_open_a_day(day: date, region: str | None) -> None:
    one, more = holiday_on(day, "CA", ("public",), region), holiday_on(day, "CA", BOTH, region)
    assert one is None or more == one


def test_joint_leave_that_is_not_decreed_yet_is_not_listed() -> None:
    assert is_listed(2026, "ID", "government")
    assert not is_listed(2035, "ID", "government")
    assert holiday_on(date(2035, 8, 17), "ID", BOTH) is not None
    with pytest.raises(InputError) as caught:
        holiday_on(date(2035, 8, 17), "ID", ("government",))
    assert caught.value.code == "unknown-holidays"
    assert not is_listed(2026, "XX", "public")


def test_every_country_of_the_library_answers_in_english() -> None:
    empty = {"BV", "HM", "IO", "UA"}  # islands where nobody lives or soldiers only; holidays suspended in the war
    for country in sorted({*holidays.list_supported_countries(include_aliases=False)} - empty):
        names = [holiday.name for holiday in calendars._calendar(country, ("public",), None, 2026).values()]
        assert names, country
        assert not any(ord(letter) > 0x24F for name in names for letter in name), (country, names)
