"""Tables for people: aligned, no wider than the page, and only text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leadqual.analysis.sheets import Sheet, as_html, as_text

WIDTH = 80
ROWS = st.lists(st.tuples(st.text(max_size=150), st.integers(-(10**12), 10**12), st.text(max_size=90)), max_size=5)
LINES = st.lists(st.text(max_size=200), max_size=3)


def told(*rows: tuple[object, ...], columns: tuple[str, ...] = ("stage", "now", "rate", "95% CI", "who")) -> list[str]:
    return as_text((), [Sheet("Stages", (), columns, rows)], WIDTH).split("\n")[2:]


def test_numbers_stand_to_the_right_and_names_to_the_left() -> None:
    assert told(("lead", 1200, "4.2%", "2.4-7.2", "a"), ("mql", -3, "-", "12.5-20.1", "9 of them")) == [
        "  stage    now  rate    95% CI  who",
        "  lead   1,200  4.2%   2.4-7.2  a",
        "  mql       -3     - 12.5-20.1  9 of them",
    ]


def test_the_first_column_holds_names_whatever_they_look_like() -> None:
    assert told(("7", 1), ("2026", 2), columns=("group", "n")) == ["  group  n", "  7      1", "  2026   2"]


def test_where_there_is_too_little_room_names_are_cut_and_numbers_are_not() -> None:
    _, row = told(("n" * 200, 1234567, "4.2%", "2.4-7.2", "short"))
    assert len(row) == WIDTH
    assert row.endswith("…  1,234,567  4.2% 2.4-7.2  short")


def test_an_empty_table_is_its_headings() -> None:
    assert told() == ["  stage  now  rate 95% CI  who"]


@given(ROWS, LINES, LINES, LINES)
def test_no_line_is_wider_than_the_page_and_none_steers_a_terminal(
    rows: list[tuple[str, int, str]], lines: list[str], points: list[str], remarks: list[str]
) -> None:
    sheet = Sheet("Title", lines, ("name", "number", "words"), rows, points=points, remarks=remarks)
    text = as_text(["A report", *lines], [sheet], WIDTH)
    assert all(len(line) <= WIDTH for line in text.split("\n"))
    assert all(sign.isprintable() for sign in text.replace("\n", ""))


@given(ROWS, LINES)
def test_html_holds_every_text_and_no_markup_of_others(rows: list[tuple[str, int, str]], lines: list[str]) -> None:
    rows = [(f"<b>{name}", number, words) for name, number, words in rows]
    page = as_html(["<i>", *lines], [Sheet("<u>", lines, ("name", "<s>", "words"), rows, points=("<p>",))])
    assert not any(mark in page for mark in ("<b>", "<i>", "<u>", "<s>", "<p>"))
    assert page.count("&lt;b&gt;") >= len(rows)
    assert page.count("<tr>") == len(rows) + 1


def test_parts_are_folded_after_so_many() -> None:
    sheets = [Sheet(str(number), points=("known",)) for number in range(3)]
    assert as_html(["Report"], sheets).count("<details") == 0
    assert as_html(["Report"], sheets, shown=1).count("<details") == 2


def test_what_came_and_went_has_a_colour_and_an_arrow_is_one_sign() -> None:
    page = as_html(["a -> b"], [Sheet("Changes", ("+ rule one", "- rule two", "    because"))])
    assert "a → b" in page
    assert page.count("color:#") == 2
