"""Rules of the clock: hours, days, holidays, and times that the contact called inconvenient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from leadqual.errors import InputError
from leadqual.model.time import DAY, from_micros, micros
from leadqual.outreach.facts.history import NOTICE_SENT
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.hours.opening import Opening
from leadqual.outreach.hours.upcoming import local_midnight_after
from leadqual.outreach.hours.week import Week
from leadqual.outreach.judge.finding import Finding, allow, deny, deny_until
from leadqual.outreach.places.calendars import holiday_on
from leadqual.outreach.rules.kinds import HoursRule, InconvenientTimesRule, NoticeRule

RECOMMENDED: Final = "government"
"""The category of days off that a government recommends, such as cuti bersama in Indonesia."""

_Closed: TypeAlias = Literal["hours", "day", "holiday"]
_NO_INCONVENIENT_TIMES: Final = allow("OK_NO_INCONVENIENT_TIMES")
_CODES: Final = {"hours": "OUTSIDE_HOURS", "day": "NON_CONTACT_DAY", "holiday": "NATIONAL_HOLIDAY"}


def openings(rule: HoursRule | InconvenientTimesRule, situation: Situation) -> list[tuple[Opening, ZoneInfo]]:
    """Return when a rule lets the contact be reached, in every zone in which it may be."""
    made = _openings_of(rule, situation)
    return [(opening, zone) for opening in made for zone in situation.person.zones]


def hours(rule: HoursRule | InconvenientTimesRule, situation: Situation) -> Finding:
    """Return whether it is an allowed time in every zone in which the contact may be."""
    if isinstance(rule, InconvenientTimesRule) and not _inconvenient(situation):
        return _NO_INCONVENIENT_TIMES
    zones = situation.person.zones
    if not zones:
        return deny("TIMEZONE_UNKNOWN", unknown="contact.time_zone")
    try:
        return _at(rule, situation, zones)
    except InputError as error:  # the holidays of the country or of the year are not known, or what is recorded is
        code = "HOLIDAYS_UNKNOWN" if isinstance(rule, HoursRule) else "TIMES_UNREADABLE"
        return deny(code, unknown=error.problems[0].message)


def _at(rule: HoursRule | InconvenientTimesRule, situation: Situation, zones: tuple[ZoneInfo, ...]) -> Finding:
    at = situation.question.at
    made = _openings_of(rule, situation)
    worst: tuple[_Closed, Opening, datetime] | None = None
    for zone in zones:
        local = at.astimezone(zone)
        for opening in made:
            closed = opening.closed(local)
            if closed is not None and (worst is None or _WORSE[closed] > _WORSE[worst[0]]):
                worst = closed, opening, local
    if worst is None:
        return allow("OK_WITHIN_HOURS", local=at.astimezone(zones[0]), zones=len(zones))
    why, opening, local = worst
    name = opening.closed_on(local.date()) if why == "holiday" and opening.closed_on is not None else None
    code = rule.code if isinstance(rule, InconvenientTimesRule) else _CODES[why]
    return deny_until(code, None, local=local, week=opening.week, holiday=name)


_WORSE: Final = {"hours": 0, "holiday": 1, "day": 2}


def notice(rule: NoticeRule, situation: Situation) -> Finding:
    """Return whether a notice was sent long enough ago."""
    sent = [when for kind in rule.kinds if (when := _sent(kind, situation)) is not None]
    if not sent:
        return deny(rule.code, unknown=f"an interaction {' or '.join(rule.kinds)}", days=rule.days)
    free = min(sent) + rule.days * DAY
    if situation.question.instant < free:
        return deny_until(rule.code, free, days=rule.days, sent=from_micros(min(sent)))
    return allow("OK_NOTICE_SENT", sent=from_micros(min(sent)))


def _sent(kind: str, situation: Situation) -> int | None:
    """Return when a notice was first sent; one about another debt than the one asked about is none."""
    told, debt = situation.told, situation.question.debt
    if kind != NOTICE_SENT:
        return told.first.get(kind)
    about = told.notices.items()
    return min((when for other, when in about if debt is None or other is None or other == debt), default=None)


def first_day_after(instant: int, days: int, situation: Situation) -> int | None:
    """Return the start of the local day that comes `days` later, the last of all zones; None if no zone is known."""
    starts = [local_midnight_after(from_micros(instant), zone, days) for zone in situation.person.zones]
    return micros(max(starts)) if starts else None


def _openings_of(rule: HoursRule | InconvenientTimesRule, situation: Situation) -> tuple[Opening, ...]:
    if isinstance(rule, InconvenientTimesRule):
        return _outside(_inconvenient(situation))
    categories = rule.holidays
    if categories and situation.question.strict and RECOMMENDED not in categories:
        categories = (*categories, RECOMMENDED)
    person = situation.person
    if not categories or not person.countries:
        return (rule.opening,)
    return tuple(_on_workdays(rule.week, country, categories, person.contact.region) for country in person.countries)


def _inconvenient(situation: Situation) -> tuple[str, ...]:
    found = situation.person.attribute("inconvenient_times")
    if found is None or isinstance(found, tuple):
        return found or ()
    return (str(found),)


@lru_cache(maxsize=4096)
def _outside(texts: tuple[str, ...]) -> tuple[Opening, ...]:
    return (Opening(Week.outside(texts)),) if texts else ()


@lru_cache(maxsize=4096)
def _on_workdays(week: Week, country: str, categories: tuple[str, ...], region: str | None) -> Opening:
    own = region if region is not None and region.startswith(f"{country}-") else None
    return Opening(week, _calendar(country, categories, own))


@lru_cache(maxsize=4096)
def _calendar(country: str, categories: tuple[str, ...], region: str | None) -> Callable[[date], str | None]:
    def name_of(day: date) -> str | None:
        found = holiday_on(day, country, categories, region)
        return None if found is None else found.name

    return name_of
