from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.model.time import from_micros, micros
from leadqual.outreach.rules.period import Period, begins


@pytest.mark.parametrize(
    ("text", "until", "start"),
    [
        ("1 month", (2026, 3, 31), (2026, 2, 28)),
        ("1 month", (2024, 3, 31), (2024, 2, 29)),
        ("1 month", (2026, 3, 28), (2026, 2, 28)),
        ("3 months", (2026, 5, 31), (2026, 2, 28)),
        ("18 months", (2026, 8, 31), (2025, 2, 28)),
        ("18 months", (2025, 8, 31), (2024, 2, 29)),
        ("2 years", (2026, 2, 28), (2024, 2, 28)),
        ("1 year", (2024, 2, 29), (2023, 2, 28)),
        ("4 years", (2028, 2, 29), (2024, 2, 29)),
        ("540d", (2026, 11, 23), (2025, 6, 1)),
        ("24h", (2026, 3, 1), (2026, 2, 28)),
    ],
)
def test_months_end_where_the_calendar_ends_them(text: str, until: tuple[int, ...], start: tuple[int, ...]) -> None:
    at = datetime(*until, 9, 30, 0, 7, tzinfo=UTC)  # type: ignore[arg-type]
    assert Period.parse(text).before(at) == datetime(*start, 9, 30, 0, 7, tzinfo=UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("540d", "540 days"),
        ("1 day", "1 day"),
        (" 18  months ", "18 months"),
        ("1 year", "1 year"),
        ("24h", "24 hours"),
    ],
)
def test_how_a_period_is_shown(text: str, shown: str) -> None:
    assert str(Period.parse(text)) == shown
    assert Period.parse(shown) == Period.parse(text)


@pytest.mark.parametrize(
    "written", ["", "0d", "0 months", "soon", "-3d", "1.5 years", "3 weeks", "12345d", 540, None, True]
)
def test_what_is_no_period(written: Any) -> None:
    with pytest.raises(InputError) as caught:
        Period.parse(written)
    assert caught.value.code == "bad-period"
    assert caught.value.problems[0].expected


def test_a_period_that_reaches_before_the_calendar_begins_with_it() -> None:
    at = micros(datetime(2026, 1, 1, tzinfo=UTC))
    assert from_micros(begins(Period.parse("9999 years"), at)) == datetime(1, 1, 1, tzinfo=UTC)
    assert from_micros(begins(Period.parse("9999d"), at)) == datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=9999)


@given(
    st.integers(1, 120),
    st.sampled_from(["hours", "days", "months", "years"]),
    *2 * [st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))],
)
def test_a_later_end_never_means_an_earlier_start(count: int, unit: str, one: datetime, other: datetime) -> None:
    period = Period(count, unit)
    first, last = sorted(moment.replace(tzinfo=UTC) for moment in (one, other))
    assert period.before(first) <= period.before(last)
    assert period.before(first) < first
