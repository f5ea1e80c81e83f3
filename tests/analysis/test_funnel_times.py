"""Periods of the calendar, and how long things take where some still wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from support.funnels import START, day, moves_of, standings_of

import leadqual as lq
from leadqual.analysis.funnels.report import funnel
from leadqual.analysis.funnels.shares import shares
from leadqual.analysis.funnels.waiting import incidence, waiting
from leadqual.analysis.periods import periods

HOUR = timedelta(hours=1)


def starts(first, until, every, zone):
    return periods(first, until, every, ZoneInfo(zone))


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 900),
    st.sampled_from(["1d", "2d", "1w", "2w", "1mo", "5mo", "1q", "1y"]),
    st.sampled_from(
        ["UTC", "Asia/Jakarta", "Europe/Berlin", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe"]
    ),
)
def test_periods_follow_one_another_and_hold_both_ends(first, length, every, zone):
    until = first + timedelta(days=length)
    table = starts(first, until, every, zone)
    assert table["end"].to_list()[:-1] == table["start"].to_list()[1:]
    assert table["start"][0] <= first < table["end"][0]
    assert table["start"][-1] <= until < table["end"][-1]
    assert (table["start"] < table["end"]).all()
    assert table["period"].dt.convert_time_zone("UTC").to_list() == table["start"].to_list()


def test_days_with_another_hour_and_without_midnight():
    berlin = starts(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC), "1d", "Europe/Berlin")
    assert (berlin["end"] - berlin["start"]).to_list() == [24 * HOUR, 23 * HOUR, 24 * HOUR]
    cairo = starts(datetime(2026, 4, 23, tzinfo=UTC), datetime(2026, 4, 24, tzinfo=UTC), "1d", "Africa/Cairo")
    assert [str(one) for one in cairo["period"]] == ["2026-04-23 00:00:00+02:00", "2026-04-24 01:00:00+03:00"]
    twice = starts(datetime(2026, 11, 1, 3, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC), "1d", "America/Havana")
    assert (twice["end"] - twice["start"]).to_list()[-1] == 25 * HOUR


def test_leap_days_and_weeks():
    leap = starts(datetime(2028, 1, 31, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC), "1mo", "UTC")
    assert (leap["end"] - leap["start"]).dt.total_days().to_list() == [31, 29, 31]
    weeks = starts(datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC), "1w", "UTC")
    assert weeks["start"][0] == datetime(2028, 2, 28, tzinfo=UTC)  # a Monday


def test_too_many_periods():
    with pytest.raises(lq.InputError, match="too many periods"):
        starts(datetime(1, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), "1d", "UTC")


def test_a_move_at_midnight_belongs_to_the_new_day_of_the_zone():
    midnight = datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Jakarta"))
    offset = (midnight - START) / timedelta(days=1)
    lives = {"c-1": [("lead", 0), ("mql", offset)]}
    tables = moves_of(lives), standings_of(lives, 120)
    for zone, month in (("Asia/Jakarta", 3), ("UTC", 2)):
        table = funnel(*tables, time_zone=zone).occupancy("1mo").filter(pl.col("stage") == "mql")
        came = table.filter(pl.col("arrivals") > 0)["period"].to_list()
        assert [(one.month, one.day) for one in came] == [(month, 1)]
    counts = funnel(*tables).counts([midnight - timedelta(microseconds=1), midnight])
    assert counts["contacts"].to_list() == [1, 0, 0, 1]


def test_a_cohort_is_known_when_its_time_is_over_for_all():
    lives = {"c-1": [("lead", 0), ("mql", 5)], "c-2": [("lead", 30), ("mql", 35.5)], "c-3": [("lead", 31)]}
    moves = moves_of(lives)
    for until, known in ((41, [True, False]), (40.999, [False, False]), (69, [True, True])):
        table = funnel(moves, standings_of(lives, until)).cohorts("1mo", ("10d",)).filter(pl.col("stage") == "mql")
        assert table["known"].to_list() == known
        assert table["contacts"].to_list() == [2, 1]
        assert table["reached"].to_list() == [
            value if here else None for value, here in zip([2, 0], known, strict=True)
        ]
    exact = funnel(moves, standings_of(lives, 90)).cohorts("1mo", ("5d", "6d")).filter(pl.col("stage") == "mql")
    assert exact["reached"].to_list() == [0, 2, 0, 0]  # exactly five days are not within five days


def test_the_textbook_of_fan_belts():
    # Conover, Practical Nonparametric Statistics, p. 91: five broke, five had not when they were seen last.
    broken, whole = [77, 47, 81, 56, 80], [62, 60, 43, 71, 37]
    stay = waiting(np.array([*broken, *whole], dtype=float), np.array([True] * 5 + [False] * 5), 0.95)
    assert dict(zip(stay.days, stay.staying, strict=True))[56] == 0.75
    assert stay.quantile(0.5)[0] == 77
    assert stay.quantile(0.25)[0] == 56
    assert stay.quantile(0.95)[0] == 81


def test_what_is_not_reached_is_none():
    days, left = np.array([1.0, 2, 3, 4]), np.array([True, False, False, False])
    stay = waiting(days, left, 0.95)
    assert stay.quantile(0.25) == (1.0, 1.0, None)
    assert stay.quantile(0.5)[0] is None
    nothing = waiting(days[:0], left[:0], 0.95)
    assert nothing.quantile(0.5) == (None, None, None)
    assert waiting(days[:1], left[:1], 0.95).quantile(0.5) == (1.0, None, None)  # of one, nothing is certain


def test_many_equal_parts_reach_the_half_exactly():
    for number in range(2, 60, 2):
        days = np.arange(1.0, number + 1)
        found = waiting(np.append(days, 99.0), np.append(np.ones(number, dtype=bool), False), 0.95)
        assert waiting(days, days > 0, 0.95).quantile(0.5)[0] == number / 2
        assert found.quantile(0.5)[0] == number // 2 + 1


def test_ways_out_compete():
    days = np.array([1.0, 2.0, 3.0, 4.0])
    stay = waiting(days, np.array([True, True, False, True]), 0.95)
    lost, won = incidence(stay, np.array([1.0])), incidence(stay, np.array([2.0, 4.0]))
    assert lost.tolist() == [0.25, 0.25, 0.25, 0.25]
    assert won.tolist() == [0, 0.25, 0.25, 0.75]
    assert (1 - stay.staying).tolist() == (lost + won).tolist()


def test_curves_are_read_while_one_contact_moves_them_little():
    days = np.append(np.full(98, 5.0), [6.0, 400.0])
    left = np.append(np.zeros(98, dtype=bool), [True, True])  # the last two would take all that is left
    stay = waiting(days, left, 0.95)
    assert stay.staying.tolist() == [1.0, 0.5, 0.0]
    assert stay.seen == 1
    assert stay.quantile(0.5) == (None, None, None)
    gone = np.arange(1.0, 101)
    assert waiting(gone, gone > 0, 0.95).seen == 100  # where all have left, nothing is uncertain


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_intervals_of_shares_are_those_of_scipy(part, more, confidence):
    whole = part + more
    found = pl.DataFrame({"part": [part], "whole": [whole]}).select(shares("part", "whole", confidence)).row(0)
    if whole == 0:
        assert found == (None, None, None)
        return
    wanted = binomtest(part, whole).proportion_ci(confidence, method="wilson")
    assert found == pytest.approx((part / whole, wanted.low, wanted.high), abs=1e-12)


def test_stays_of_no_time_count():
    lives = {f"c-{n}": [("lead", 0), ("mql", 1), ("sql", 1 if n < 3 else 3)] for n in range(5)}
    row = funnel(moves_of(lives), standings_of(lives, 9)).time_in_stage((0.5,)).filter(pl.col("stage") == "mql")
    assert row.select("spells", "passed", "days").row(0) == (5, 3, 0.0)


def test_days_are_of_24_hours_whatever_the_clock_says():
    lives = {"c-1": [("lead", 86.5), ("mql", 88.25)]}
    report = funnel(moves_of(lives), standings_of(lives, 90), time_zone="Europe/Berlin")
    assert report.standing["days"].item() == 1.75
    assert report.time_in_stage((0.5,))["days"].to_list() == [1.75, None]
    assert report.counts([day(86.5), day(88.25)])["contacts"].to_list() == [1, 0, 0, 1]
