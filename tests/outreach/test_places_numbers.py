from __future__ import annotations

import subprocess
import sys
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.places import numbers
from leadqual.outreach.places.numbers import Line, line_of, lines_of

INDONESIA = ("Asia/Jakarta", "Asia/Jayapura", "Asia/Makassar", "Asia/Pontianak")
EXAMPLES = [
    phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    for kind in phonenumbers.PhoneNumberType.values()
    if (example := phonenumbers.example_number_for_type(region, kind)) is not None
]


@pytest.mark.parametrize(
    ("number", "region", "kind", "geographic", "zones"),
    [
        ("+12125550123", "US", "either", True, ("America/New_York",)),
        ("+18502345678", "US", "either", True, ("America/Chicago", "America/New_York")),
        ("+14165550123", "CA", "either", True, ("America/Toronto",)),
        ("+18765550123", "JM", "mobile", True, ("America/Jamaica",)),
        ("+17875550123", "PR", "either", True, ("America/Puerto_Rico",)),
        ("+16715550123", "GU", "either", True, ("Pacific/Guam",)),
        ("+18002345678", None, "toll_free", False, ()),
        ("+19002345678", None, "other", False, ()),
        ("+15002345678", None, "other", False, ()),
        ("+80012345678", None, "toll_free", False, ()),
        ("+883510012345", None, "other", False, ()),
        ("+6281234567890", "ID", "mobile", False, INDONESIA),
        ("+62215551234", "ID", "landline", True, ("Asia/Jakarta",)),
        ("+628071234567", "ID", "other", False, ()),
        ("+442079460018", "GB", "landline", True, ("Europe/London",)),
        ("+447912345678", "GB", "mobile", False, ("Europe/London",)),
        ("+448001111", "GB", "toll_free", False, ()),
        ("+61412345678", "AU", "mobile", False, None),
    ],
)
def test_what_numbers_tell(
    number: str, region: str | None, kind: Any, geographic: bool, zones: tuple[str, ...] | None
) -> None:
    line = line_of(number)
    assert (line.number, line.valid, line.region) == (number, True, region)
    assert (line.kind, line.geographic) == (kind, geographic)
    assert line.zones == zones if zones is not None else {"Australia/Perth", "Australia/Sydney"} < set(line.zones)


@pytest.mark.parametrize(
    "text",
    ["", "+", "+1", "+12", "+11234567890", "+12125550", "+121255501234", "12125550123", "+1212555012a",
     "+1 2125550123", "+13101234", "+6200123456789012", "+620812345678", "+999123456789", "+٦٢٨١٢٣٤٥٦٧٨٩",
     "+1٢125550123", "siti", "+12125550123;ext=5", "+1999999999999999999999999"],
)  # fmt: skip
def test_what_is_no_number_tells_nothing(text: str) -> None:
    assert line_of(text) == Line(text, False, None, "other", False, ())


def test_a_number_that_is_possible_but_in_nobodys_plan_is_not_valid() -> None:
    number = "+12115550123"
    assert phonenumbers.is_possible_number(phonenumbers.parse(number))
    assert line_of(number) == Line(number, False, None, "other", False, ())


@pytest.mark.parametrize("number", [None, 12125550123, 1.5, b"+12125550123", ["+1"]])
def test_what_is_no_text_is_refused(number: Any) -> None:
    with pytest.raises(InputError) as caught:
        line_of(number)
    assert caught.value.code == "wrong-type"


@pytest.mark.parametrize(
    ("code", "zones"),
    [
        ("928", {"America/Phoenix", "America/Denver"}),
        ("907", {"America/Anchorage", "America/Adak"}),
        ("364", {"America/Chicago", "America/New_York"}),
        ("448", {"America/Chicago", "America/New_York"}),
        ("986", {"America/Boise", "America/Los_Angeles"}),
        ("930", {"America/Chicago", "America/Indiana/Indianapolis"}),
        ("867", {"America/Whitehorse", "America/Iqaluit", "America/Edmonton"}),
        ("709", {"America/St_Johns", "America/Goose_Bay"}),
    ],
)
def test_area_codes_that_reach_into_two_zones_give_both(code: str, zones: set[str]) -> None:
    assert zones <= set(line_of(f"+1{code}2345678").zones)


def test_toll_free_numbers_that_the_library_puts_into_forty_zones_say_nothing() -> None:
    answer = phonenumbers.timezone.time_zones_for_number(phonenumbers.parse("+18002345678"))
    assert len(answer) > 40
    assert line_of("+18002345678").zones == ()


def test_an_area_code_without_zones_in_the_metadata_may_be_anywhere_in_its_country(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(numbers, "_zones_of_area_codes", dict)
    numbers._facts.cache_clear()
    try:
        assert {"America/New_York", "Pacific/Honolulu"} < set(line_of("+12125550123").zones)
    finally:
        numbers._facts.cache_clear()


def test_every_kind_of_every_country_agrees_with_the_library() -> None:
    assert len(EXAMPLES) > 1000
    local = {"+13101234"}  # short numbers of Canada, which nobody can ring from elsewhere
    for number in sorted({*EXAMPLES} - local):
        line, parsed = line_of(number), phonenumbers.parse(number)
        assert line.valid is phonenumbers.is_valid_number(parsed), number
        if line.valid and line.region is not None:
            assert line.region == phonenumbers.region_code_for_number(parsed)
        if line.kind in ("mobile", "landline", "either"):
            assert line.zones, number
            answer = set(phonenumbers.timezone.time_zones_for_number(parsed)) - {"Etc/Unknown"}
            assert line.kind == "mobile" or line.kind == "either" or answer <= set(line.zones), number
        else:
            assert (line.zones, line.geographic) == ((), False), number


def test_every_zone_that_a_number_gives_is_in_the_database() -> None:
    known = available_timezones()
    assert [number for number in EXAMPLES if not set(line_of(number).zones) <= known] == []


@given(st.from_regex(r"\+(1|62|628|44|447)?[0-9]{5,15}", fullmatch=True))
def test_the_first_digits_answer_as_the_whole_number_does(number: str) -> None:
    line = line_of(number)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        assert not line.valid
        return
    as_it_is = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == number
    assert line.valid is (as_it_is and phonenumbers.is_valid_number(parsed))
    assert list(line.zones) == sorted(set(line.zones))
    assert line.valid or line == Line(number, False, None, "other", False, ())
    assert not line.zones or line.region is not None


def test_many_numbers_are_answered_in_their_order() -> None:
    assert [line.number for line in lines_of(EXAMPLES[:50])] == EXAMPLES[:50]


def test_the_answers_are_kept_by_the_first_digits_and_bounded() -> None:
    numbers._facts.cache_clear()
    list(lines_of(f"+1212555{last:04d}" for last in range(5000)))
    assert numbers._facts.cache_info().misses == 1
    assert numbers._facts.cache_info().maxsize is not None


def test_a_missing_library_is_told_with_what_to_install() -> None:
    program = """
import sys
sys.modules["MODULE"] = None
try:
    import leadqual.outreach.places.HERE
except ImportError as error:
    print(type(error).__name__, error)
"""
    for module, here in (("phonenumbers", "numbers"), ("holidays", "calendars"), ("email_validator", "mail")):
        text = program.replace("MODULE", module).replace("HERE", here)
        told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
        assert told.startswith("MissingDependency [missing-dependency]"), told
        assert "leadqual[outreach]" in told
