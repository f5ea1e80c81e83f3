"""What was known of a contact at an instant: its fields, with the updates up to then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.mailboxes import is_personal, mail_domain

PROFILE_UPDATED: Final = "profile_updated"
"""The kind that changes fields of the profile."""

CHANGES: Final = "changes."
"""What the columns of a table begin with that hold the new values of an update: ``changes.company.employees``."""

CLEARED: Final = "cleared"
"""The column that lists what an update set to missing, by the names under ``changes.``."""

UNCHANGEABLE: Final = ("contact.roles", "contact.is_customer", "contact.created_at")
"""Fields that no update changes."""

DERIVED: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "contact.email_domain": ("contact.email", mail_domain),
    "contact.email_is_personal": ("contact.email", is_personal),
}
"""Fields that follow from another field: from which, and how."""


def declared_value(contact: Contact, name: str) -> Any:
    """Return what stands on the contact under a name such as ``company.employees``; None if nothing does."""
    return reader(type(contact), name)(contact)


def reader(cls: type[Contact], name: str) -> Callable[[Contact], Any]:
    """Return the function that reads what stands on a contact of a class under a name."""
    owner, _, attribute = name.partition(".")
    if owner == "contact":
        is_field = attribute in cls.model_fields
        return attrgetter(attribute) if is_field else lambda contact: contact.attributes.get(attribute)

    read = attrgetter(attribute)
    return lambda contact: None if contact.company is None else _of_company(contact.company, attribute, read)


def _of_company(company: Company, attribute: str, read: Callable[[Company], Any]) -> Any:
    return read(company) if attribute in company.__dict__ else company.attributes.get(attribute)


def changed_fields(update: Interaction) -> dict[str, Any]:
    """Return the full names of the fields that a profile update changes, with their new values."""
    changes: Mapping[str, Any] = update.value("changes")
    return {name if name.startswith("company.") else f"contact.{name}": value for name, value in changes.items()}


def value_at(contact: Contact, updates: Iterable[Interaction], name: str, instant: int) -> Any:
    """Return a field's value at an instant: the latest update at or before it, else what stands on the contact.

    Parameters
    ----------
    contact : Contact
        The contact as it was first recorded.
    updates : iterable of Interaction
        Its profile updates, in any order; ties in time are ordered by id.
    name : str
        The field, such as ``company.employees``.
    instant : int
        UTC microseconds from 1970-01-01.
    """
    if name in DERIVED:
        source, derive = DERIVED[name]
        known = value_at(contact, updates, source, instant)
        return None if known is None else derive(known)
    value = declared_value(contact, name)
    for update in sorted(updates, key=lambda item: (item.instant, item.id)):
        changes = changed_fields(update)
        if update.instant <= instant and name in changes:
            value = changes[name]
    return value
