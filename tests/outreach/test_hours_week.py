"""Weeks of hours: what is read, what is refused and with which advice, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.hours.week import Week

MINUTES = 24 * 60
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

edges = st.lists(st.integers(0, MINUTES), max_size=8, unique=True).map(sorted)
days = edges.map(lambda found: tuple(zip(found[::2], found[1::2], strict=False)))
weeks = st.builds(Week, st.tuples(*[days] * 7))


def time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def refused(written: Any) -> InputError:
    with pytest.raises(InputError) as raised:
        Week.parse(written)
    assert {problem.code for problem in raised.value.problems} == {"bad-hours"}
    return raised.value


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ({"daily": ["08:00", "21:00"]}, [[(480, 1260)]] * 7),
        ({"mon-fri": ["09:00", "21:30"], "sat-sun": ["10:00", "18:00"]}, [[(540, 1290)]] * 5 + [[(600, 1080)]] * 2),
        ({"Monday": [["13:00", "18:00"], ["08:00", "12:00"]]}, [[(480, 720), (780, 1080)], *[[]] * 6]),
        ({"mon": [["08:00", "12:00"], ["12:00", "18:00"]]}, [[(480, 1080)], *[[]] * 6]),
        ({"sat-mon": ("00:00", "24:00"), "tue": []}, [[(0, 1440)], *[[]] * 4, [(0, 1440)], [(0, 1440)]]),
        ({"sun": [["23:59", "24:00"]]}, [*[[]] * 6, [(1439, 1440)]]),
    ],
)
def test_hours_are_read(written: Any, days: list[list[tuple[int, int]]]) -> None:
    assert Week.parse(written).days == tuple(map(tuple, days))


@pytest.mark.parametrize(
    ("written", "path", "advice"),
    [
        ({"daily": ["8:00", "21:00"]}, "daily", 'write "08:00"'),
        ({"daily": ["08:00", "9 pm"]}, "daily", "two digits"),
        ({"daily": ["08:00", "25:00"]}, "daily", "from 00 to 23"),
        ({"daily": ["08:00", "24:01"]}, "daily", "from 00 to 23"),
        ({"daily": ["08:00", 1260]}, "daily", "in quotes"),
        ({"daily": ["08:00", None]}, "daily", "as text"),
        ({"daily": ["08:00", "2\u0661:00"]}, "daily", "two digits"),
        ({"daily": ["08:00", "21:00\n"]}, "daily", 'write "21:00"'),
        ({"daily": ["21:00", "08:00"]}, "daily", "a span over midnight is two"),
        ({"daily": ["08:00", "00:00"]}, "daily", 'write "24:00"'),
        ({"daily": ["24:00", "24:00"]}, "daily", "leave out a day that is closed"),
        ({"mon": [["08:00", "12:00"], ["18:00", "13:00"]]}, "mon[1]", "a span over midnight is two"),
        ({"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}, "mon", "overlap"),
        ({"mon": ["08:00"]}, "mon", "two times"),
        ({"mon": ["08:00", "12:00", "13:00", "18:00"]}, "mon", "two times"),
        ({"mon": [["08:00", "12:00"], "13:00"]}, "mon", "two times"),
        ({"mon": "closed"}, "mon", "leave out a day that is closed"),
        ({"mon": None}, "mon", "leave out a day that is closed"),
        ({"mom": ["08:00", "21:00"]}, "mom", "did you mean 'mon'"),
        ({"mon-": ["08:00", "21:00"]}, "mon-", "names no weekday"),
        ({"mon-wed-fri": ["08:00", "21:00"]}, "mon-wed-fri", "names no weekday"),
        ({1: ["08:00", "21:00"]}, "1", "write the day as text"),
        ({"": ["08:00", "21:00"]}, None, "names no weekday"),
        ({"daily": ["08:00", "21:00"], "sun": ["10:00", "18:00"]}, "sun", "sun is named twice"),
        ({"fri-mon": ["08:00", "21:00"], "sat": []}, "sat", "sat is named twice: by 'fri-mon' and by 'sat'"),
        ({"daily": ["08:00", "21:00"], "mon-fri": ["10:00", "18:00"]}, "mon-fri", "mon is named twice"),
        ({"mon": ["08:00", "21:00"], "Mon": ["08:00", "21:00"]}, "Mon", "mon is named twice"),
        ({}, None, "hours must say when"),
        (None, None, "hours must say when"),
        (["08:00", "21:00"], None, "hours must say when"),
        ("08:00-21:00", None, "hours must say when"),
    ],
)
def test_what_is_no_week_is_refused_with_advice(written: Any, path: str | None, advice: str) -> None:
    error = refused(written)
    assert len(error.problems) == 1
    assert (error.problems[0].place.path or None) == path
    assert advice in str(error)


def test_all_that_is_wrong_is_said_at_once() -> None:
    written = {"mon": ["8:00", "12:00"], "tues": ["08:00", "12:00"], "wed": [["12:00", "08:00"], ["9:00", "10:00"]]}
    assert [problem.place.path for problem in refused(written).problems] == ["mon", "tues", "wed[0]", "wed[1]"]


@pytest.mark.parametrize(
    "days",
    [
        ((),) * 6,
        (((0, 0),), *[()] * 6),
        (((600, 540),), *[()] * 6),
        (((0, 1441),), *[()] * 6),
        (((-1, 60),), *[()] * 6),
        (((0, 60), (60, 90)), *[()] * 6),
        (((120, 180), (0, 60)), *[()] * 6),
    ],
)
def test_spans_that_are_no_week_are_refused(days: Any) -> None:
    with pytest.raises(InputError, match="this is no week"):
        Week(days)


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        (["mon-fri 12:00-14:00", "sun"], "Mon-Fri 00:00-12:00 and 14:00-24:00, Sat 00:00-24:00"),
        ("mon-fri 12:00-14:00; sun", "Mon-Fri 00:00-12:00 and 14:00-24:00, Sat 00:00-24:00"),
        ("Mon-Fri 12:00 \u2013 14:00, Sun;", "Mon-Fri 00:00-12:00 and 14:00-24:00, Sat 00:00-24:00"),
        ("sat, sun", "Mon-Fri 00:00-24:00"),
        ("friday - sunday", "Mon-Thu 00:00-24:00"),
        ("12:00-14:00", "daily 00:00-12:00 and 14:00-24:00"),
        ("daily 00:00-08:00 AND 21:00-24:00", "daily 08:00-21:00"),
        ("mon, wed 00:00-12:00, 13:00-24:00; tue; thu-sun", "Mon 12:00-13:00, Wed 12:00-13:00"),
        (["00:00-12:00", "11:00-24:00"], "never"),
        ([], "daily 00:00-24:00"),
    ],
)
def test_what_is_not_wanted_is_left_out(texts: Any, written: str) -> None:
    assert str(Week.outside(texts)) == written


@pytest.mark.parametrize(
    ("texts", "path", "advice"),
    [
        ("", None, "names no times"),
        (["sun", " "], "[1]", "names no times"),
        (["sun", 12], "[1]", "names no times"),
        (12, None, "names no times"),
        (None, None, "names no times"),
        ("mon 9-17", None, 'write "09:00"'),
        ("mon 09:00", None, "two times with a hyphen"),
        ("mon 22:00-06:00", None, "a span over midnight is two"),
        (["evenings"], "[0]", "names no weekday"),
        ("sundy 12:00-13:00", None, "did you mean 'sunday'"),
        (["sun; mon 12:00"], "[0]", "two times with a hyphen"),
    ],
)
def test_unwanted_times_that_cannot_be_read_are_refused(texts: Any, path: str | None, advice: str) -> None:
    with pytest.raises(InputError) as raised:
        Week.outside(texts)
    assert raised.value.code == "bad-hours"
    assert raised.value.problems[0].place.path == path
    assert advice in str(raised.value)


@given(weeks)
def test_a_week_is_read_back_from_its_text(week: Week) -> None:
    shut = Week.outside(str(week)) if any(week.days) else Week.outside([])
    for mine, others in zip(week.days, shut.days, strict=True):
        wanted = {minute for start, end in mine for minute in range(start, end)}
        unwanted = {minute for start, end in others for minute in range(start, end)}
        assert unwanted == (set(range(MINUTES)) - wanted if any(week.days) else set(range(MINUTES)))


@given(weeks)
def test_a_week_is_read_back_as_a_document_writes_it(week: Week) -> None:
    written = {
        name: [[time(start), time(end)] for start, end in spans] for name, spans in zip(NAMES, week.days, strict=True)
    }
    assert Week.parse(written) == week


@given(st.lists(weeks, min_size=1, max_size=4))
def test_what_is_common_is_what_all_have(given_weeks: list[Week]) -> None:
    common = Week.common(tuple(given_weeks))
    for number in range(7):
        held = [{minute for start, end in week.days[number] for minute in range(start, end)} for week in given_weeks]
        assert {m for start, end in common.days[number] for m in range(start, end)} == set.intersection(*held)


def tried(read: Callable[[Any], Week], written: Any) -> Week | str:
    try:
        return read(written)
    except InputError as error:
        return error.code


@given(st.text(max_size=30) | st.text("0123456789:-;, montuesdaily", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    answer = tried(Week.outside, text)
    assert answer == "bad-hours" or answer == tried(Week.outside, [text])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["08:00", "24:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*NAMES, "daily", "fri-mon"]) | st.text(max_size=5) | st.none(), anything))
def test_any_document_is_read_or_refused(written: Any) -> None:
    answer = tried(Week.parse, written)
    assert answer == "bad-hours" or isinstance(answer, Week)
