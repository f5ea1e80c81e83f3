from __future__ import annotations

import pytest

from leadqual.errors import InputError
from leadqual.files.cells import reader_for, text_boolean, text_list, text_number
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
        ("1,500", "bad-number", "1500, or 1.500"),
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
