from __future__ import annotations

import pytest

from leadqual.integrations.files.likely import likely

SPAIN = "1,José,Núñez,España\n2,Zoë,Lefèvre,France\n"


def test_files_of_western_europe_are_not_taken_for_others():
    told = likely(SPAIN.encode("cp1252"))
    assert told.startswith("it looks like cp1252, in which it says 'Núñez'")
    assert told.endswith("such as encoding='cp1252'")


@pytest.mark.parametrize(
    ("text", "encoding", "word"),
    [
        ("1,Dvořák,Příbram,Šimon Žák\n2,Černý\n", "cp1250", "Dvořák"),
        ("Łukasz Żółć, Wałęsa\n", "cp1250", "Łukasz"),
        ("Привет, как дела сегодня? Иванов Пётр Москва\n", "cp1251", "Привет"),
        ("佐藤健太 東京都", "cp932", "佐藤健太"),
        ("Café – “Ünal”", "cp1252", "Café"),
        ("Jürgen Groß & Söhne", "cp1252", "Jürgen"),
        ("José", "cp1252", "José"),
    ],
)
def test_every_encoding_is_shown_with_a_whole_word(text, encoding, word):
    assert f"{encoding}, in which it says '{word}'" in likely(text.encode(encoding))


def test_a_long_cell_is_no_word():
    long = ",".join(["Groß"] * 40).encode("cp1252")
    assert likely(long) == "it looks like cp1252, in which it says 'Groß': if so, say encoding='cp1252'"


def test_bytes_that_are_no_text():
    assert "utf-16" in likely("Siti".encode("utf-16"))
    assert "say its encoding" in likely(bytes([0x81, 0x8D, 0xFF, 0x02]) * 20)
