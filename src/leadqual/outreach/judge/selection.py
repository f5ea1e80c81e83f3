"""Which rules speak of a question: chosen once for all contacts of the same countries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.rules.kinds import DutyRule, ExemptionRule, NoteRule, Rule
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Held, Rulebook


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule that may hold for a contact.

    Parameters
    ----------
    rule, pack : Rule, Pack
        The rule and where it stands.
    base : mapping
        What every reason that it gives has in common.
    caller : bool, optional
        Whether the caller is one it speaks of; None if nobody knows.
    filtered : bool
        Whether it depends on the contact or the day if it speaks of them.
    lifted_by : tuple of str
        The exemptions that can lift it.
    law : bool
        Whether it is verified and says what the law is.
    review : datetime.date
        The day by which it has to be read again.
    reasons : dict
        Reasons that it gave and that are the same whoever the contact is.
    """

    rule: Rule
    pack: Pack
    base: Mapping[str, Any]
    caller: bool | None
    filtered: bool
    lifted_by: tuple[str, ...]
    law: bool
    review: date
    reasons: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def applies(self, situation: Situation) -> bool | None:
        """Return whether the rule speaks of a situation; None if nobody knows."""
        if not self.filtered:
            return self.caller
        rule, person = self.rule, situation.person
        day = situation.question.at.date()
        if not (rule.effective_from or date.min) <= day <= (rule.effective_to or date.max):
            return False
        if rule.to is not None and person.whom is not rule.to:
            return False
        answers = [self.caller]
        if rule.lines is not None:
            answers.append(None if person.line_kind is None else person.line_kind in rule.lines)
        if rule.regions is not None:
            answers.append(_lies_in(person.contact.region, rule.regions))
        return False if False in answers else None if None in answers else True


def _lies_in(region: str | None, regions: Collection[str]) -> bool | None:
    """Return whether a region is one of several; None if it is of another country, and so says nothing of this one."""
    if region is None or not any(one.startswith(region[:3]) for one in regions):
        return None
    return region in regions


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that speak of a question, by what they can do.

    Parameters
    ----------
    restrictions, exemptions, notes : tuple of Entry
        The rules.
    known : frozenset of str
        The countries of whose law a verified restriction speaks, whoever the contact is.
    """

    restrictions: tuple[Entry, ...]
    exemptions: tuple[Entry, ...]
    notes: tuple[Entry, ...]
    known: frozenset[str]


_FILTERS: Final = ("to", "lines", "regions", "effective_from", "effective_to")


@lru_cache(maxsize=4096)
def selected(
    book: Rulebook, countries: tuple[str, ...], purpose: Purpose, channel: Channel, caller: Caller | None
) -> Selection:
    """Return the rules of all packs that speak of contacts of any of these countries."""
    # without a country the packs for every country still speak
    found = {held.rule.id: held for country in countries or ("",) for held in book.about(country, purpose, channel)}
    lifts: dict[str, list[str]] = {}
    for held in found.values():
        for name in held.rule.lifts if isinstance(held.rule, ExemptionRule) else ():
            lifts.setdefault(name, []).append(held.rule.id)
    made = [_entry(held, caller, tuple(lifts.get(held.rule.id, ()))) for held in found.values()]
    entries = [one for one in made if one.caller is not False]
    restrictions = tuple(one for one in entries if not isinstance(one.rule, ExemptionRule | DutyRule | NoteRule))
    always = (one for one in restrictions if one.law and one.caller and not one.filtered)
    return Selection(
        restrictions,
        tuple(one for one in entries if isinstance(one.rule, ExemptionRule)),
        tuple(one for one in entries if isinstance(one.rule, DutyRule | NoteRule)),
        frozenset(country for one in always for country in one.pack.countries),
    )


def _entry(held: Held, caller: Caller | None, lifted_by: tuple[str, ...]) -> Entry:
    rule, pack = held.rule, held.pack
    base = {
        "rule": rule.id,
        "jurisdiction": pack.jurisdiction,
        "source": rule.source,
        "url": rule.url,
        "confidence": rule.confidence,
        "read_on": pack.read(rule),
        "says": rule.text,
    }
    filtered = any(getattr(rule, name) is not None for name in _FILTERS)
    law = held.law and rule.confidence.verified
    return Entry(rule, pack, base, _speaks_of(rule, caller), filtered, lifted_by, law, pack.review(rule))


def _speaks_of(rule: Rule, caller: Caller | None) -> bool | None:
    if rule.callers is None and rule.paid is None:
        return True
    if caller is None:
        return None
    return (rule.callers is None or caller.is_any(rule.callers)) and (rule.paid is None or caller.paid is rule.paid)
