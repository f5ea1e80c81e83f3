"""Every rule asked about one situation: what each says, what is lifted, and what is left standing in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from leadqual.errors import InputError
from leadqual.model.time import from_micros
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.hours.upcoming import next_open
from leadqual.outreach.judge.address import reachable
from leadqual.outreach.judge.clock import hours, notice, openings
from leadqual.outreach.judge.exempting import Exemptions
from leadqual.outreach.judge.finding import Effect, Finding, deny, note
from leadqual.outreach.judge.listed import circumstance, registry, registry_age
from leadqual.outreach.judge.often import cool_down, frequency
from leadqual.outreach.judge.own import JURISDICTION, OWN
from leadqual.outreach.judge.said import consent, request, service_window
from leadqual.outreach.judge.selection import Entry, Selection
from leadqual.outreach.rules.kinds import HoursRule, InconvenientTimesRule, MissingRule


class Judged(NamedTuple):
    """What one rule says, with what is common to all its reasons."""

    base: Any
    finding: Finding
    entry: Entry | None


class Judgement(NamedTuple):
    """What all rules say of a situation.

    Parameters
    ----------
    situation : Situation
        What was judged.
    selection : Selection
        The rules that speak of it.
    said : list of Judged
        What each restriction says, and what is asked of everybody.
    exemptions : Exemptions
        The exemptions that may speak of it.
    allowed : bool
        Whether nothing denies.
    """

    situation: Situation
    selection: Selection
    said: list[Judged]
    exemptions: Exemptions
    allowed: bool

    def findings(self) -> list[Judged]:
        """Return what every rule says, notes too."""
        held, relied = self.exemptions.held, self.exemptions.relied
        found = [*self.said]
        found += [Judged(one.entry.base, one.finding(name in relied), one.entry) for name, one in held.items()]
        for entry in self.selection.notes:
            if not entry.filtered or entry.applies(self.situation) is not False:
                found.append(Judged(entry.base, _NOTED[entry.rule.kind], entry))
        return found

    def next_allowed(self) -> datetime | None:
        """Return the earliest instant at which all rules of time allow it; None if a person has to act first."""
        at = self.situation.question.at
        if self.allowed:
            return at
        denials = [one.finding for one in self.said if one.finding.effect is Effect.DENY]
        if not all(one.timed for one in denials):
            return None
        free = max((from_micros(one.until) for one in denials if one.until is not None), default=at)
        opened = [
            opening
            for one in self.said
            if one.entry is not None
            and one.finding.effect is not Effect.NOTE
            and isinstance(one.entry.rule, HoursRule | InconvenientTimesRule)
            for opening in openings(one.entry.rule, self.situation)
        ]
        try:
            return next_open(opened, max(at, free))
        except InputError:  # the holidays of a year to come are not known yet
            return None


_NOTED: Final = {"duty": note("DUTY"), "note": note("NOTE")}


def judge(selection: Selection, situation: Situation) -> Judgement:
    """Ask every rule that speaks of a situation."""
    exemptions = Exemptions(selection, situation)
    said = [Judged(OWN[name], finding, None) for name, finding in reachable(situation)]
    for entry in selection.restrictions:
        if entry.filtered and entry.applies(situation) is False:
            continue
        rule = entry.rule
        finding = _ASKED[rule.kind](rule, situation)
        if entry.lifted_by and finding.effect is _DENY and (by := exemptions.by(entry)):
            finding = note("LIFTED", code=finding.code, by=", ".join(by))
        said.append(Judged(entry.base, finding, entry))
    said += _unknown_law(selection, situation, said, exemptions)
    for one in said:
        if one.finding.effect is _DENY:
            return Judgement(situation, selection, said, exemptions, False)
    return Judgement(situation, selection, said, exemptions, True)


_DENY: Final = Effect.DENY


def _missing(rule: MissingRule, situation: Situation) -> Finding:
    return deny(rule.code, unknown=f"the law of {situation.person.contact.country or 'the place'}")


_ASKED: Final[Mapping[str, Callable[[Any, Situation], Finding]]] = {
    "hours": hours,
    "inconvenient_times": hours,
    "registry": registry,
    "registry_age": registry_age,
    "consent": consent,
    "request": request,
    "frequency": frequency,
    "cool_down": cool_down,
    "notice": notice,
    "service_window": service_window,
    "circumstance": circumstance,
    "missing": _missing,
}
"""What says what a restriction says of a situation, by its kind; every kind of `Restriction` is there."""


def _unknown_law(
    selection: Selection, situation: Situation, said: list[Judged], exemptions: Exemptions
) -> Iterator[Judged]:
    """Yield a denial where nobody knows whose law holds, or no verified rule of law surely speaks of the situation."""
    countries = situation.person.countries
    if not countries:
        yield Judged(OWN[JURISDICTION], deny("UNKNOWN_JURISDICTION", unknown="contact.country"), None)
    if selection.known.issuperset(countries):
        return
    asked = [one.entry for one in said if one.entry is not None and one.entry.law]
    speaking = [entry for entry in asked if entry.applies(situation)]
    speaking += [exemptions.held[name].entry for name in exemptions.relied if exemptions.held[name].entry.law]
    known = {country for entry in speaking for country in entry.pack.countries}
    for country in countries:
        if country not in known:
            nobody_knows = any(entry.caller is None and country in entry.pack.countries for entry in asked)
            unknown = "caller" if nobody_knows else f"the law of {country}"
            yield Judged(OWN[JURISDICTION], deny("RULE_MISSING", unknown=unknown, country=country), None)


_RANKS: Final = {
    "request": 0, "missing": 1, "registry": 2, "registry_age": 2, "consent": 3, "circumstance": 4, "service_window": 4,
    "notice": 4, "frequency": 5, "cool_down": 5, "hours": 7, "inconvenient_times": 7,
}  # fmt: skip
_EFFECTS: Final = {Effect.DENY: 0, Effect.ALLOW: 1, Effect.NOTE: 2}
_LAST_OWN: Final = 1
_GIVEN: Final = {"exemption": -2, "consent": -1}


def headline_order(one: Judged) -> tuple[int, int]:
    """Return where a reason stands: denials first, and of these what weighs most.

    Wishes of the contact, unknown law, registries, consents, what concerns line and person, frequency, days, hours.
    Of what allows, first what the contact itself gave: relationships, consents.
    """
    kind = None if one.entry is None else one.entry.rule.kind
    if one.finding.effect is Effect.ALLOW and kind in _GIVEN:
        return _EFFECTS[Effect.ALLOW], _GIVEN[kind]
    rank = _LAST_OWN if kind is None else _RANKS.get(kind, 8)
    days = one.finding.code in ("NON_CONTACT_DAY", "NATIONAL_HOLIDAY")
    return _EFFECTS[one.finding.effect], rank - 1 if days else rank
