from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.files.cells import reader_for, text_boolean, text_list
from leadqual.files.numbers import number_text, text_number
from leadqual.model.catalogue import ValueType


@pytest.mark.parametrize(
    ("text", "number"), [("250", 250), ("-3", -3), ("+2.5", 2.5), (" 1e3 ", 1000.0), (".5", 0.5), ("007", 7)]
)
def test_numbers(text, number):
    assert text_number(text) == number
    assert type(text_number(text)) is type(number)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("1.500.000", "bad-number", "1500000"),
        ("1,500", "ambiguous-number", "write 1500 or 1.5, or say for the whole file: --decimal point (1500)"),
        ("250.000", "ambiguous-number", "write 250000 or 250.0, or say for the whole file: --decimal comma (250000)"),
        ("1.234", "ambiguous-number", "write 1234 or 1.2340"),
        ("1.234,5", "bad-number", "write 1234.5, or say for the whole file: --decimal comma"),
        ("1,234,567", "bad-number", "1234567, or say for the whole file: --decimal point"),
        ("0,125", "bad-number", "0.125, or say for the whole file: --decimal comma"),
        ("1 500", "bad-number", "1500"),
        ("3,5", "bad-number", "3.5"),
        ("Rp 4000", "bad-number", "without a currency"),
        ("12%", "bad-number", "without a currency"),
        ("N/A", "bad-number", "leave the cell empty"),
        ("nan", "finite-number", "leave the cell empty"),
        ("-inf", "finite-number", "leave the cell empty"),
        ("1e999", "finite-number", "leave the cell empty"),
        ("0x10", "bad-number", ""),
        ("1_000", "bad-number", ""),
        ("٣", "bad-number", ""),
        ("1" * 5000, "bad-number", ""),
    ],
)
def test_what_is_no_number_is_refused_with_a_hint(text, code, hint):
    with pytest.raises(InputError) as caught:
        text_number(text)
    assert caught.value.code == code
    assert hint in (caught.value.problems[0].hint or "")


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("250.000", "point", 250.0),
        ("250.000", "comma", 250_000),
        ("12,500", "point", 12_500),
        ("12,500", "comma", 12.5),
        ("1,234.5", "point", 1234.5),
        ("1.234,5", "comma", 1234.5),
        ("-1.234.567", "comma", -1_234_567),
        ("7", "comma", 7),
        (",5", "comma", 0.5),
        ("0.125", None, 0.125),
        ("1.2340", None, 1.234),
        ("1234.567", None, 1234.567),
    ],
)
def test_the_sign_before_decimals_can_be_named(text, decimal, number):
    assert text_number(text, decimal) == number


@pytest.mark.parametrize(
    ("text", "decimal"), [("1.5", "comma"), ("12.34.567", "comma"), ("1,5", "point"), ("", "comma"), ("-", "comma")]
)
def test_a_number_that_does_not_fit_the_named_sign_is_refused(text, decimal):
    with pytest.raises(InputError, match="bad-number"):
        text_number(text, decimal)


@given(st.floats(-1e9, 1e9), st.sampled_from([1, 2, 3, 4]))
def test_decimals_are_written_so_that_they_have_one_reading(number, places):
    assert text_number(number_text(round(number, places))) == round(number, places)


def test_whole_numbers_may_be_written_with_a_point_and_zeros():
    read = reader_for(ValueType.NUMBER, textual=True, zone=None, whole=True)
    assert read("250.0") == 250
    assert isinstance(read("250.0"), int)
    with pytest.raises(InputError, match="1500"):
        read("1.500")


def test_a_text_is_no_number_where_cells_have_types():
    assert reader_for(ValueType.NUMBER, textual=False, zone=None)("250") == "250"


@pytest.mark.parametrize(("text", "value"), [("true", True), ("No", False), ("1", True), ("FALSE", False)])
def test_booleans(text, value):
    assert text_boolean(text) is value


def test_other_words_are_no_booleans():
    with pytest.raises(InputError, match="bad-boolean"):
        text_boolean("maybe")


def test_lists():
    assert text_list("email; whatsapp|voice;;") == ["email", "whatsapp", "voice"]
    with pytest.raises(InputError, match="separate with ;, such as 'email; voice'"):
        text_list("email, voice")
