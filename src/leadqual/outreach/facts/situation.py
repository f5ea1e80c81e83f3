"""Everything that rules look at to judge one contact: who and where it is, what was said, and the question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from leadqual.model.contact import Contact
from leadqual.model.vocabulary import Channel, ContactKind, Purpose
from leadqual.outreach.caller import Caller
from leadqual.outreach.facts.history import Told
from leadqual.outreach.places.numbers import Line
from leadqual.outreach.rules.words import LineKind, Whom


class Registry(Protocol):
    """What is asked of a do-not-call registry."""

    @property
    def country(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def obtained_at(self) -> datetime: ...
    def lookup(self, number: str) -> bool | None: ...


class Question(NamedTuple):
    """What is asked of every contact alike.

    Parameters
    ----------
    purpose, channel : Purpose, Channel
        What for, and on which way; marketing is read as telemarketing.
    at : datetime
        When, in UTC.
    caller : Caller, optional
        Who reaches out.
    registries : mapping of str to Registry
        The copies of registries, by country.
    debt, campaign : str, optional
        The debt and the campaign it is about.
    template : bool
        Whether a message is made from an approved template.
    strict : bool
        Whether days off that a government only recommends count as holidays.
    instant : int
        When, in microseconds.
    """

    purpose: Purpose
    channel: Channel
    at: datetime
    caller: Caller | None
    registries: Mapping[str, Registry]
    debt: str | None
    campaign: str | None
    template: bool
    strict: bool
    instant: int


class Person(NamedTuple):
    """What is known of a contact itself, worked out from its fields.

    Parameters
    ----------
    contact : Contact
        The contact.
    line : Line, optional
        What its number tells; None without a number.
    countries : tuple of str
        The countries whose laws may hold; empty if nobody knows.
    zones : tuple of ZoneInfo
        The time zones in which it may be; empty if nobody knows.
    line_kind : LineKind, optional
        Mobile or landline, where that is known.
    whom : Whom
        Whether it is reached as a business or as a person; a person unless something says otherwise.
    """

    contact: Contact
    line: Line | None
    countries: tuple[str, ...]
    zones: tuple[ZoneInfo, ...]
    line_kind: LineKind | None
    whom: Whom

    def attribute(self, name: str) -> Any:
        """Return a field or an attribute of the contact by its name; None if it is missing."""
        found = self.contact.attributes.get(name)
        return found if found is not None else self.contact.__dict__.get(name)


class Situation(NamedTuple):
    """A question about one contact, and everything that is known to answer it."""

    question: Question
    person: Person
    told: Told


def line_kind_of(contact: Contact, line: Line | None) -> LineKind | None:
    """Return the kind of a contact's line: what is recorded, or else what its number tells."""
    recorded = contact.attributes.get("line")
    known = recorded if recorded is not None else line.kind if line is not None else None
    return LineKind(known) if known in ("mobile", "landline") else None


def whom_of(contact: Contact) -> Whom:
    """Return whether a contact is reached as a business: what is recorded, or else what it is."""
    use = contact.attributes.get("line_use")
    business = use == "business" if use is not None else contact.kind is ContactKind.ORGANISATION
    return Whom.BUSINESS if business else Whom.PERSON
