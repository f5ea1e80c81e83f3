"""A contact at an instant: its fields with the profile updates up to then, and its history with each thing once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from leadqual.engines.intake import each_once
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.profile import DERIVED, PROFILE_UPDATED, UNCHANGEABLE
from leadqual.outreach.facts.history import Happened

_KEPT: Final = frozenset({*UNCHANGEABLE, *DERIVED, "contact.id", "contact.consents", "contact.do_not_call"})


def known(contact: Contact, history: Iterable[Interaction], instant: int) -> tuple[Contact, list[Interaction]]:
    """Return a contact with its fields at an instant, and its history with each interaction once.

    Raises
    ------
    InputError
        If the contact is none, the history is no collection of interactions, two of one id differ, or an update holds
        a value that its field cannot have.
    """
    if not isinstance(contact, Contact):
        hint = "read plain data with Contact.model_validate(...)" if isinstance(contact, Mapping) else None
        problem = Problem("wrong-type", "this is no contact", Place("contact"), shown(contact), "a Contact", hint)
        raise InputError(problem)
    several = each_once(contact, history)
    return contact_at(contact, several, instant), several


def contact_at(contact: Contact, history: Iterable[Happened], instant: int) -> Contact:
    """Return a contact with its fields as they were at an instant (microseconds).

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import ProfileUpdated
    >>> from leadqual.model.time import micros
    >>> moved = ProfileUpdated(id="i-1", occurred_at=datetime(2026, 11, 1, tzinfo=UTC), changes={"country": "SG"})
    >>> siti = Contact(id="c-1", country="ID")
    >>> contact_at(siti, [moved], moved.instant).country, contact_at(siti, [moved], moved.instant - 1).country
    ('SG', 'ID')
    """
    updates = [one for one in history if one.kind == PROFILE_UPDATED and one.instant <= instant]
    if not updates:
        return contact
    fields: dict[str, Any] = {}
    attributes = dict(contact.attributes)
    for update in sorted(updates, key=lambda one: (one.instant, one.id)):
        for name, value in update.value("changes").items():
            if "." not in name and f"contact.{name}" not in _KEPT:  # with a dot, it is a field of the company
                target = fields if name in type(contact).model_fields else attributes
                target[name] = value
    return _with(contact, fields, attributes)


def _with(contact: Contact, fields: Mapping[str, Any], attributes: Mapping[str, Any]) -> Contact:
    """Return a contact with other values; one that cannot be is told with the contact it is of."""
    try:
        return type(contact).model_validate({**contact.__dict__, **fields, "attributes": attributes})
    except InputError as error:
        source = f"contact {contact.id!r}, {PROFILE_UPDATED}"
        raise InputError([problem.at(source=source) for problem in error.problems]) from None
