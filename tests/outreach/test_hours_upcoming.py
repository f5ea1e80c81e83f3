"""The next instant at which all is open, against looking at every minute; the start of days to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.hours.opening import Opening, together
from leadqual.outreach.hours.upcoming import local_midnight_after, next_open
from leadqual.outreach.hours.week import Week

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
DAILY = Opening(Week.parse({"daily": ["08:00", "21:00"]}))

# A zone, and an instant close to which its clocks do something.
ODD = [
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # back by half an hour
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),  # ahead by half an hour
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day is left out
    ("Pacific/Kwajalein", datetime(1993, 8, 21, 12, tzinfo=UTC)),  # so it is here
    ("Africa/Casablanca", datetime(2026, 2, 15, 2, tzinfo=UTC)),  # back for Ramadan
    ("Africa/Casablanca", datetime(2026, 3, 22, 2, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # midnight is skipped
    ("America/Sao_Paulo", datetime(2019, 2, 17, 2, tzinfo=UTC)),  # an hour before midnight is repeated
    ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # one minute into a day, back to the day before
    ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),  # midnight is repeated
    ("Asia/Kathmandu", datetime(1985, 12, 31, 18, 30, tzinfo=UTC)),  # a quarter of an hour is skipped
    ("Europe/Dublin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Asia/Jakarta", datetime(2026, 11, 22, tzinfo=UTC)),
]

edges = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(sorted)
narrow = st.tuples(st.integers(0, 1439), st.integers(1, 90)).map(lambda span: [span[0], min(span[0] + span[1], 1440)])
days = (edges | narrow | st.just([0, 1440])).map(lambda found: tuple(zip(found[::2], found[1::2], strict=False)))
weeks = st.one_of(days.map(lambda day: Week((day,) * 7)), st.builds(Week, st.tuples(*[days] * 7)))


def opening(week: Week, closed: int | None) -> Opening:
    return Opening(week, None if closed is None else lambda day: "Holiday" if day.toordinal() % 4 == closed else None)


rules = st.lists(st.builds(opening, weeks, st.none() | st.integers(0, 3)), min_size=1, max_size=3)
Start = tuple[tuple[str, datetime], int, int]
starts = st.tuples(
    st.sampled_from(ODD), st.integers(-50 * 60, 26 * 60), st.sampled_from([0, 0, 1, 31_000_007, 59_999_999])
)


def is_open(opening: Opening, instant: datetime, zone: ZoneInfo) -> bool:
    local = instant.astimezone(zone)
    if opening.closed_on is not None and opening.closed_on(local.date()):
        return False
    midnight = datetime.combine(local.date(), datetime.min.time())
    passed = local.replace(tzinfo=None) - midnight
    return any(start * MINUTE <= passed < end * MINUTE for start, end in opening.week.days[local.weekday()])


def looked_for(pairs: Sequence[tuple[Opening, ZoneInfo]], earliest: datetime, horizon: timedelta) -> datetime | None:
    instant = earliest
    while instant <= earliest + horizon:
        if all(is_open(opening, instant, zone) for opening, zone in pairs):
            return instant
        instant = instant.replace(second=0, microsecond=0) + MINUTE
    return None


@given(starts, rules, st.data())
def test_it_is_the_first_minute_at_which_all_are_open(
    start: Start, given_rules: list[Opening], data: st.DataObject
) -> None:
    (name, near), minutes, micros = start
    zones = [ZoneInfo(name), *data.draw(st.lists(st.sampled_from(ODD).map(lambda odd: ZoneInfo(odd[0])), max_size=1))]
    earliest = near + minutes * MINUTE + timedelta(microseconds=micros)
    pairs = [(rule, zone) for rule in given_rules for zone in zones]
    horizon = timedelta(days=4)
    assert next_open(pairs, earliest, horizon=horizon) == looked_for(pairs, earliest, horizon)


@given(starts, rules, rules, st.sampled_from(ODD))
def test_one_more_opening_or_zone_never_makes_it_earlier(
    start: Start, few: list[Opening], more: list[Opening], other: tuple[str, datetime]
) -> None:
    (name, near), minutes, micros = start
    earliest = near + minutes * MINUTE + timedelta(microseconds=micros)
    pairs = [(rule, ZoneInfo(name)) for rule in few]
    first = next_open(pairs, earliest)
    then = next_open([*pairs, *((rule, ZoneInfo(other[0])) for rule in more)], earliest)
    assert then is None or (first is not None and earliest <= first <= then)


@given(starts, rules)
def test_from_its_answer_on_the_answer_is_the_same(start: Start, given_rules: list[Opening]) -> None:
    (name, near), minutes, micros = start
    pairs = [(rule, ZoneInfo(name)) for rule in given_rules]
    found = next_open(pairs, near + minutes * MINUTE + timedelta(microseconds=micros))
    assert found is None or next_open(pairs, found) == found


@given(starts, rules)
def test_several_openings_together_are_closed_when_one_is(start: Start, given_rules: list[Opening]) -> None:
    (name, near), minutes, _ = start
    local = (near + minutes * MINUTE).astimezone(ZoneInfo(name))
    one = together(given_rules)
    assert (one.closed(local) is None) == all(rule.closed(local) is None for rule in given_rules)


SHORT_SPANS = [["00:00", "00:20"], ["01:10", "01:25"], ["02:10", "03:10"], ["12:07", "12:09"], ["23:15", "24:00"]]


@pytest.mark.parametrize(("name", "near"), ODD)
def test_close_to_a_change_of_the_clocks_it_is_right_from_every_minute_on(name: str, near: datetime) -> None:
    zone = ZoneInfo(name)
    for rule in (
        Opening(Week.parse({"daily": SHORT_SPANS})),
        Opening(Week.parse({"fri-mon": SHORT_SPANS})),
        Opening(Week.parse({"daily": ["00:00", "24:00"]}), lambda day: "Holiday" if day.toordinal() % 2 else None),
    ):
        answer = None
        for minute in range(4 * 1440, -2 * 1440, -1):
            instant = near + minute * MINUTE
            answer = instant if is_open(rule, instant, zone) else answer
            if minute < 2 * 1440 and minute % 7 == 0:
                assert next_open([(rule, zone)], instant) == (answer or next_open([(rule, zone)], near + 4 * DAY))


def found(hours: list[str], zone: str, earliest: datetime) -> datetime | None:
    return next_open([(Opening(Week.parse({"daily": hours})), ZoneInfo(zone))], earliest)


def test_hours_that_the_clocks_skip_open_nowhere_and_the_rest_of_them_right_after_the_gap() -> None:
    before = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)  # 01:30, half an hour before 02:00 becomes 03:00
    assert found(["02:10", "03:20"], "America/New_York", before) == datetime(2026, 3, 8, 7, tzinfo=UTC)
    assert found(["02:10", "02:50"], "America/New_York", before) == datetime(2026, 3, 9, 6, 10, tzinfo=UTC)


def test_hours_that_the_clocks_repeat_open_twice() -> None:
    hours = ["01:10", "01:20"]
    first, second = datetime(2026, 11, 1, 5, 10, tzinfo=UTC), datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert found(hours, "America/New_York", first - DAY / 24) == first
    assert found(hours, "America/New_York", first + 10 * MINUTE) == second
    assert found(hours, "America/New_York", second + 10 * MINUTE) == datetime(2026, 11, 2, 6, 10, tzinfo=UTC)


def test_a_weekday_that_is_left_out_does_not_open() -> None:
    friday = Opening(Week.parse({"fri": ["08:00", "18:00"]}))  # 30 December 2011, which Apia never had
    answer = next_open([(friday, ZoneInfo("Pacific/Apia"))], datetime(2011, 12, 30, tzinfo=UTC))
    assert answer == datetime(2012, 1, 5, 18, tzinfo=UTC)


def test_an_old_clock_that_is_seconds_apart_is_followed_to_the_second() -> None:
    answer = found(["08:00", "21:00"], "America/New_York", datetime(1880, 6, 1, tzinfo=UTC) + 12 * MINUTE * 60)
    assert answer == datetime(1880, 6, 1, 12, 56, 2, tzinfo=UTC)


def test_an_instant_inside_is_returned_as_it_is() -> None:
    last = datetime(2026, 11, 24, 1, 59, 59, 999_999, tzinfo=UTC)  # 20:59:59.999999 in New York
    assert next_open([(DAILY, NEW_YORK)], last) is last
    assert next_open([(DAILY, NEW_YORK)], last + timedelta(microseconds=1)) == datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert next_open([], last) is last


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    there = datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=NEW_YORK)
    answer = next_open([(DAILY, NEW_YORK)], there)
    assert answer == datetime(2026, 11, 1, 13, tzinfo=UTC)
    assert answer.tzinfo is UTC


def test_the_horizon_is_the_last_instant_looked_at() -> None:
    start, opens = datetime(2026, 11, 23, tzinfo=UTC) + 125 * MINUTE, datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert next_open([(DAILY, NEW_YORK)], start, horizon=opens - start) == opens
    assert next_open([(DAILY, NEW_YORK)], start, horizon=opens - start - timedelta(microseconds=1)) is None


def test_what_opens_as_the_clocks_skip_opens_at_the_horizon_too() -> None:
    opening = Opening(Week.parse({"daily": ["02:10", "03:20"]}))
    before = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
    assert next_open([(opening, NEW_YORK)], before, horizon=30 * MINUTE) == before + 30 * MINUTE


def test_within_the_first_minute_of_hours_nothing_moves_back() -> None:
    later = Opening(Week.parse({"daily": ["08:01", "21:00"]}))
    opens = datetime(2026, 11, 23, 13, 0, 40, tzinfo=UTC)  # 08:00:40
    assert next_open([(DAILY, NEW_YORK), (later, ZoneInfo("America/Toronto"))], opens) == opens + timedelta(seconds=20)
    shut = Opening(Week.parse({"daily": ["08:00", "08:01"]}))
    assert next_open([(shut, NEW_YORK), (later, ZoneInfo("America/Toronto"))], opens) is None


@pytest.mark.parametrize(
    ("local", "why"),
    [
        (datetime(2026, 11, 23, 7, 59, 59, 999_999), "hours"),
        (datetime(2026, 11, 23, 8), None),
        (datetime(2026, 11, 23, 11, 59, 59, 999_999), None),
        (datetime(2026, 11, 23, 12), "hours"),
        (datetime(2026, 11, 23, 23, 59, 59), None),
        (datetime(2026, 11, 24, 3), "holiday"),
        (datetime(2026, 11, 24, 9), "holiday"),
        (datetime(2026, 11, 29, 9), "day"),
        (datetime(2026, 12, 6, 9), "day"),
    ],
)
def test_why_it_is_closed(local: datetime, why: str | None) -> None:
    week = Week.parse({"mon-sat": [["08:00", "12:00"], ["13:00", "24:00"]]})
    holidays = {date(2026, 11, 24): "Holiday", date(2026, 11, 29): "Holiday on a Sunday"}
    assert Opening(week, holidays.get).closed(local) == why


def test_the_holidays_of_all_that_is_open_together_count() -> None:
    calendars = ({date(2026, 11, 24): "One"}, {date(2026, 11, 25): "Another"}, {date(2026, 11, 26): "A third"})
    pairs = [(Opening(DAILY.week, days.get), NEW_YORK) for days in calendars]
    assert next_open(pairs[:2], datetime(2026, 11, 24, 12, tzinfo=UTC)) == datetime(2026, 11, 26, 13, tzinfo=UTC)
    assert next_open(pairs, datetime(2026, 11, 24, 12, tzinfo=UTC)) == datetime(2026, 11, 27, 13, tzinfo=UTC)


def test_what_never_opens_has_no_answer() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    morning, evening = (Opening(Week.parse({"daily": hours})) for hours in (["08:00", "12:00"], ["12:00", "18:00"]))
    always_holiday = Opening(DAILY.week, lambda _: "Holiday")
    assert next_open([(morning, NEW_YORK), (evening, NEW_YORK)], at) is None
    assert next_open([(always_holiday, NEW_YORK)], at) is None
    assert next_open([(Opening(Week.outside("daily")), NEW_YORK)], at) is None
    # what no wall clock reads at once in two zones
    assert next_open([(morning, NEW_YORK), (morning, ZoneInfo("Asia/Jakarta"))], at) is None


def test_holidays_are_those_of_the_local_date() -> None:
    holiday = {date(2026, 11, 24): "Holiday"}
    opening = Opening(Week.parse({"daily": ["00:00", "24:00"]}), holiday.get)
    jakarta = ZoneInfo("Asia/Jakarta")
    last = datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC)
    assert next_open([(opening, jakarta)], last) == last
    assert next_open([(opening, jakarta)], last + MINUTE) == datetime(2026, 11, 24, 17, tzinfo=UTC)


@pytest.mark.parametrize("at", [datetime(2026, 11, 23), "2026-11-23", None])
def test_what_is_no_instant_is_refused(at: datetime) -> None:
    with pytest.raises(InputError):
        next_open([(DAILY, NEW_YORK)], at)
    with pytest.raises(InputError):
        local_midnight_after(at, NEW_YORK, 1)


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_refused(at: datetime) -> None:
    with pytest.raises(InputError, match="beyond the ends of the calendar"):
        next_open([(DAILY, NEW_YORK)], at)
    with pytest.raises(InputError, match="beyond the ends of the calendar"):
        local_midnight_after(at, NEW_YORK, 1)


def test_close_to_the_ends_of_the_calendar_the_horizon_is_cut() -> None:
    never = Opening(DAILY.week, lambda _: "Holiday")
    assert next_open([(never, ZoneInfo("Pacific/Kiritimati"))], datetime(9999, 12, 1, tzinfo=UTC)) is None
    for days in (3_000_000, 10**12, -(10**12)):
        with pytest.raises(InputError, match="beyond the ends of the calendar"):
            local_midnight_after(datetime(2026, 11, 23, tzinfo=UTC), NEW_YORK, days)


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Asia/Jakarta", date(2026, 11, 29), datetime(2026, 11, 28, 17, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC)),  # 00:00 is skipped: at 01:00
        ("America/Sao_Paulo", date(2019, 2, 17), datetime(2019, 2, 17, 3, tzinfo=UTC)),
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),  # the first of two midnights
        ("America/St_Johns", date(2010, 11, 7), datetime(2010, 11, 7, 3, 30, tzinfo=UTC)),  # once it is for good
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # never was: the day after
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_starts_when_no_earlier_one_follows(zone: str, day: date, start: datetime) -> None:
    at = start - 9 * DAY
    days = (day - at.astimezone(ZoneInfo(zone)).date()).days
    assert local_midnight_after(at, ZoneInfo(zone), days) == start


@given(starts, st.integers(-3, 3))
def test_a_day_to_come_is_the_first_minute_that_no_earlier_date_follows(start: Start, days: int) -> None:
    (name, near), minutes, micros = start
    zone, instant = ZoneInfo(name), near + minutes * MINUTE + timedelta(microseconds=micros)
    day = instant.astimezone(zone).date() + days * DAY
    answer = local_midnight_after(instant, zone, days)
    assert (answer - MINUTE).astimezone(zone).date() < day
    later = [(answer + minute * MINUTE).astimezone(zone).date() for minute in range(0, 2880)]
    assert all(date >= day for date in later)
