"""From what the rules say to a verdict that people and programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from leadqual.errors import InputError
from leadqual.model.time import from_micros
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.clock import RECOMMENDED
from leadqual.outreach.judge.judge import Judged, Judgement, headline_order
from leadqual.outreach.phrases import phrase
from leadqual.outreach.places.calendars import holiday_on, is_listed
from leadqual.outreach.rules.base import LANGUAGES
from leadqual.outreach.rules.kinds import HoursRule
from leadqual.outreach.rules.words import NOTICE
from leadqual.outreach.verdict import Reason, Verdict


def verdict_of(judgement: Judgement) -> Verdict:
    """Return the verdict that follows from what the rules say; its reasons are put in words when first read."""
    question, person = judgement.situation.question, judgement.situation.person
    return Verdict.with_later(
        lambda: _details(judgement),
        contact_id=person.contact.id,
        purpose=question.purpose,
        channel=question.channel,
        at=question.at,
        allowed=judgement.allowed,
        countries=person.countries,
        zones=tuple(zone.key for zone in person.zones),
        notice=NOTICE,
    )


def _details(judgement: Judgement) -> Mapping[str, Any]:
    ordered = sorted(judgement.findings(), key=headline_order)
    reasons: dict[str, list[Reason]] = {"DUTY": [], "NOTE": [], "": []}
    for one in ordered:
        code = one.finding.code
        reasons[code if code in reasons else ""].append(reason_of(one))
    return {
        "reasons": tuple(reasons[""]),
        "next_allowed": judgement.next_allowed(),
        "unknown": tuple(dict.fromkeys(one.finding.unknown for one in ordered if one.finding.unknown is not None)),
        "duties": tuple(reasons["DUTY"]),
        "notes": tuple(reasons["NOTE"]),
        "warnings": warnings_of(judgement, ordered),
    }


def warnings_of(judgement: Judgement, found: Iterable[Judged]) -> tuple[str, ...]:
    """Return what has to be looked after: rules that are overdue, and what is not sure about holidays."""
    return tuple(dict.fromkeys([*_overdue(judgement, found), *_holidays(judgement)]))


_OWN_REASONS: Final[dict[Any, Reason]] = {}
"""Reasons of what is asked of everybody, as far as they are the same for everybody."""


def reason_of(one: Judged) -> Reason:
    """Return what one rule says as a reason; one without details of its contact is made once."""
    finding = one.finding
    if finding.details or finding.until is not None:
        return _reason(one)
    kept = _OWN_REASONS if one.entry is None else one.entry.reasons
    key = one.base["rule"], finding.effect, finding.code, finding.unknown
    found: Reason | None = kept.get(key)
    if found is None:
        found = kept[key] = _reason(one)
    return found


def _reason(one: Judged) -> Reason:
    finding, kind = one.finding, None if one.entry is None else one.entry.rule.kind

    def words() -> Mapping[str, Any]:
        return {"found": {name: phrase(finding.code, kind, finding.details, name) for name in LANGUAGES}}

    until = None if finding.until is None else from_micros(finding.until)
    return Reason.with_later(
        words, **one.base, code=finding.code, effect=finding.effect, until=until, unknown=finding.unknown
    )


def _overdue(judgement: Judgement, found: Iterable[Judged]) -> Iterator[str]:
    """Yield the warning of every rule that spoke and was to be read again before the day asked about."""
    day = judgement.situation.question.at.date()
    for one in found:
        entry = one.entry
        if entry is not None and entry.review < day:
            review = f"was to be read again by {entry.review}: somebody has to check that it still holds"
            yield f"{entry.rule.id} {review}"


def _holidays(judgement: Judgement) -> Iterator[str]:
    """Yield what is not sure about today being a holiday, where a rule asks for holidays."""
    situation = judgement.situation
    rules = (one.entry.rule for one in judgement.said if one.entry is not None)
    if not any(isinstance(rule, HoursRule) and rule.holidays for rule in rules):
        return
    days = {situation.question.at.astimezone(zone).date() for zone in situation.person.zones}
    yield from _not_listed(situation, days)
    for country in situation.person.countries:
        for day in sorted(days):
            for category in ("public", RECOMMENDED):
                try:
                    found = holiday_on(day, country, (category,))
                except InputError:
                    continue
                if found is None:
                    continue
                if found.estimated:
                    yield f"{day} is {found.name} in {country} by an estimate: the date is not announced yet"
                if category == RECOMMENDED and not situation.question.strict:
                    yield f"{day} is {found.name} in {country}, a day off that is recommended: strict=True counts it"


def _not_listed(situation: Situation, days: Iterable[date]) -> Iterator[str]:
    """Yield the years whose recommended days off are not announced yet, where they are to count."""
    for country in situation.person.countries if situation.question.strict else ():
        for year in sorted({day.year for day in days}):
            # a country that never had any has nothing to announce
            known_before = any(is_listed(earlier, country, RECOMMENDED) for earlier in range(year - 3, year))
            if known_before and not is_listed(year, country, RECOMMENDED):
                yield f"the recommended days off of {year} in {country} are not announced yet"
