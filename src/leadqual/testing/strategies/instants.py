"""Instants at which something may change: edges of windows, reviews, leap days, changes of summer time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

from leadqual.lifecycle.policy import Policy
from leadqual.model.time import DAY, aware, from_micros, micros
from leadqual.testing.libraries import st
from leadqual.testing.strategies.drawing import built_from, one_of_many
from leadqual.testing.strategies.reading import reading

ANCHORS: Final = (
    datetime(2026, 11, 22, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),  # a leap day
    datetime(2024, 3, 31, 1, tzinfo=UTC),  # summer time begins in Europe
    datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),  # summer time ends in New York
    datetime(1970, 1, 1, tzinfo=UTC),  # from here reviews and the windows of limits are counted
)
"""Instants with which something goes wrong now and then; the first is the simplest."""

HOUR: Final = DAY // 24
_BESIDE: Final = (0, 0, 1, -1)
"""Microseconds beside an instant."""
_EARLIEST: Final = micros(datetime(1900, 1, 1, tzinfo=UTC))


class Moment(NamedTuple):
    """An instant told from another one, when somebody looks: how long before, or how many reviews."""

    age: int
    """Microseconds before it, or, with reviews, after the review; negative after it."""
    reviews: int | None = None
    """How many reviews before the latest one."""

    def seen_from(self, now: int, every: int) -> datetime:
        """Return the instant for one from which it is seen, in a policy with a review every so often."""
        instant = now - self.age if self.reviews is None else (now // every - self.reviews) * every - self.age
        return from_micros(max(instant, _EARLIEST))


def instants(
    policy: Policy | None = None, *, at: datetime | None = None, zones: tuple[tzinfo, ...] = (UTC,)
) -> st.SearchStrategy[datetime]:
    """Return a strategy for instants, many of them where something changes.

    Parameters
    ----------
    policy : Policy, optional
        Whose windows, periods and reviews count.
    at : datetime, optional
        When somebody looks. Then instants lie before it, many of them exactly a window, a period of decay or a review
        ago, or a microsecond beside; a few lie after it. Without it they lie around leap days, changes of summer time
        and the beginning of time.
    zones : tuple of tzinfo, default (UTC,)
        The zones in which they are told.

    Examples
    --------
    >>> from hypothesis import find
    >>> from leadqual import policies
    >>> at = datetime(2026, 11, 22, tzinfo=UTC)
    >>> str(find(instants(policies.sales(), at=at), lambda when: when < at))
    '2026-11-21 23:00:00+00:00'
    """
    found = _anywhere(policy) if at is None else built_from(moments(policy), seen_from(policy, at))
    if zones == (UTC,):
        return found
    return built_from(st.tuples(found, st.sampled_from(zones)), lambda parts: parts[0].astimezone(parts[1]))


def seen_from(policy: Policy | None, at: datetime) -> Callable[[Moment], datetime]:
    """Return what puts a moment into its place before an instant."""
    now, every = micros(aware(at)), _review_of(policy)
    return lambda moment: moment.seen_from(now, every)


def _review_of(policy: Policy | None) -> int:
    return DAY if policy is None or policy.review_every is None else policy.review_every.micros


@lru_cache(maxsize=64)
def _anywhere(policy: Policy | None) -> st.SearchStrategy[datetime]:
    """Return a strategy for one of many instants: a single draw, so that looking for an example is quick."""
    every = _review_of(policy)
    shifts = [*(days * DAY for days in (0, 1, 7, 30, 365)), 6 * HOUR, 17 * HOUR]
    placed = [anchor + shift for shift in shifts for anchor in map(micros, ANCHORS)]
    found = [*placed, *(-(-instant // every) * every for instant in placed)]
    return one_of_many([from_micros(instant + beside) for beside in _BESIDE for instant in dict.fromkeys(found)])


@lru_cache(maxsize=64)
def moments(policy: Policy | None) -> st.SearchStrategy[Moment]:
    """Return a strategy for instants as they are seen from the one at which somebody looks."""
    lengths = reading(policy).lengths or (DAY, 7 * DAY, 30 * DAY)
    hours = [number * HOUR for number in (0, 0, 0, 0, 1, 2, 6, 12)]
    days = [number * DAY for number in range(15)]
    edges = [*lengths, *lengths, *(length // 2 for length in lengths), *(2 * length for length in lengths[-2:])]
    longest = min(lengths[-1], 400 * DAY) // DAY
    far = [number * DAY for number in range(15, longest + 1, max(1, longest // 40))]
    ages = [*hours, *days, *edges]
    past = [Moment(age + beside) for beside in _BESIDE for age in (*ages, *ages, *far) if age + beside >= 0]
    reviews = [Moment(beside, number) for beside in (0, 1) for number in range(15)]
    return one_of_many([*past, *reviews, Moment(-1), Moment(-HOUR), Moment(-5 * DAY)])


def spans(policy: Policy | None) -> st.SearchStrategy[timedelta]:
    """Return a strategy for lengths of time: hours, days, and each window and period of a policy, and beside it."""
    plain = [number * HOUR for number in (0, 1, 6)] + [number * DAY for number in (1, 2, 3, 7, 14, 30, 90)]
    lengths = [*plain, *reading(policy).lengths]
    found = [length + beside for beside in _BESIDE for length in lengths if length + beside >= 0]
    return one_of_many([timedelta(microseconds=length) for length in dict.fromkeys(found)])
