"""What a report is asked for, checked as a whole before any table is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadqual._suggest import did_you_mean
from leadqual.analysis.attempts import Attempts
from leadqual.analysis.backtests.question import horizon_of, outcome_of
from leadqual.conditions.nodes import Selection
from leadqual.errors import InputError, Place, Problem, UnknownNameError, shown
from leadqual.lifecycle.explain import known_zone
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import DAY, Duration, aware
from leadqual.report.reaching import Reach

_MOST: Final = 50
"""More leads than that nobody reads one by one."""


@dataclass(frozen=True)
class Asked:
    """What a report is asked for, other than tables.

    Parameters
    ----------
    policy : Policy
        The policy.
    at : datetime
        The instant that the report is about, UTC.
    since : datetime
        The beginning of what is shown over time, UTC.
    before : datetime
        One period before `at`, UTC: what changed since then is told.
    period : Duration
        How long that is.
    zone : ZoneInfo
        Whose days are counted and told.
    outcome : Selection
        The interactions that count as success.
    horizon : Duration
        How long after an instant the outcome may come.
    score : str, optional
        By which leads are ranked, where one was named.
    best : int
        How many of the best leads are shown.
    reach : Reach, optional
        What is asked of the law.
    """

    policy: Policy
    at: datetime
    since: datetime
    before: datetime
    period: Duration
    zone: ZoneInfo
    outcome: Selection
    horizon: Duration
    score: str | None
    best: int
    reach: Reach | None

    @property
    def cutoff(self) -> datetime:
        """The last instant of which is known what came of it: its horizon is just over."""
        return self.at - timedelta(microseconds=self.horizon.micros)


def asked(
    policy: Any,
    *,
    at: Any,
    since: Any = None,
    period: Any = "7d",
    time_zone: Any = "UTC",
    outcome: Any = "purchase",
    horizon: Any = "90d",
    score: Any = None,
    best: Any = 10,
    reach: Any = None,
) -> Asked:
    """Return what is asked; raise `LeadqualError` with everything that is wrong with it."""
    if not isinstance(policy, Policy):
        hint = "leadqual.Policy.load(path), or one that ships: leadqual.policies.sales()"
        raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy", hint))
    attempt = Attempts()
    end = attempt("at", aware, at)
    begin = None if since is None else attempt("since", aware, since, "since")
    length = attempt("period", horizon_of, period)
    zone = attempt("time_zone", known_zone, time_zone)
    selection = attempt("outcome", outcome_of, policy, outcome)
    later = attempt("horizon", horizon_of, horizon)
    named = None if score is None else attempt("score", _score_of, policy, score)
    number = attempt("best", _number_of, best)
    wanted = None if reach is None else attempt("reach", Reach.of, reach)
    if end is not None and begin is not None:
        attempt("since", _in_order, begin, end)
    if end is not None and wanted is not None:
        attempt("reach", wanted.ask, end)
    attempt.end()
    return Asked(
        policy, end, begin or a_year_before(end, zone), earlier(end, length, zone), length, zone, selection, later,
        named, number, wanted,
    )  # fmt: skip


def earlier(at: datetime, length: Duration, zone: tzinfo) -> datetime:
    """Return the instant some time before another, in UTC: whole days before is the same time of day.

    Examples
    --------
    >>> from datetime import UTC
    >>> summer = datetime(2026, 10, 29, 9, tzinfo=UTC)
    >>> print(earlier(summer, Duration.parse("7d"), ZoneInfo("Europe/Berlin")))
    2026-10-22 08:00:00+00:00
    """
    if length.micros % DAY:
        return at - timedelta(microseconds=length.micros)
    local = at.astimezone(zone).replace(tzinfo=None) - timedelta(days=length.micros // DAY)
    return aware(local.replace(tzinfo=zone))


def a_year_before(at: datetime, zone: tzinfo) -> datetime:
    """Return the same day of the year before, in UTC; the last of February where there is no 29th.

    Examples
    --------
    >>> print(a_year_before(datetime(2028, 2, 29, 12, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC")))
    2027-02-28 12:00:00+00:00
    """
    local = at.astimezone(zone).replace(tzinfo=None)
    leap = local.month == 2 and local.day == 29
    return aware(local.replace(year=local.year - 1, day=28 if leap else local.day, tzinfo=zone))


def _in_order(since: datetime, at: datetime) -> None:
    if since >= at:
        message, hint = "the beginning comes after the end", "`since` lies before `at`"
        raise InputError(Problem("bad-argument", message, Place("since"), shown(since), f"before {at}", hint))


def _score_of(policy: Policy, score: Any) -> str:
    if not isinstance(score, str) or score not in policy.score_ranges:
        known = list(policy.score_ranges)
        expected = f"one of: {', '.join(known)}" if known else "a score, but the policy has none"
        hint = did_you_mean(str(score), known)
        message = f"the policy has no score {shown(score)}"
        raise UnknownNameError(Problem("unknown-score", message, Place("score"), shown(score), expected, hint))
    return score


def _number_of(best: Any) -> int:
    if isinstance(best, bool) or not isinstance(best, int) or not 0 <= best <= _MOST:
        expected = f"a whole number from 0 to {_MOST}"
        raise InputError(Problem("bad-argument", "so many leads cannot be shown", Place("best"), shown(best), expected))
    return best
