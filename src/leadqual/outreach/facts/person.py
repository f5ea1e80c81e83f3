"""From a contact's fields to where it is and what its number is."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from leadqual.model.contact import Contact
from leadqual.outreach.facts.situation import Person, line_kind_of, whom_of
from leadqual.outreach.places.numbers import Line, line_of
from leadqual.outreach.places.zones import zones_at


def person_of(contact: Contact) -> Person:
    """Return what is known of a contact itself."""
    line = None if contact.phone is None else line_of(contact.phone)
    zones = _zones(zones_at(contact.time_zone, contact.country, contact.region, line))
    return Person(contact, line, countries_of(contact, line), zones, line_kind_of(contact, line), whom_of(contact))


def countries_of(contact: Contact, line: Line | None) -> tuple[str, ...]:
    """Return the countries whose laws may hold: that of the address and that of the number, where they differ both."""
    region = contact.region[:2] if contact.region is not None else None
    found = (contact.country, region, line.region if line is not None else None)
    return tuple(dict.fromkeys(country for country in found if country is not None))


@lru_cache(maxsize=4096)
def _zones(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    return tuple(map(ZoneInfo, names))
