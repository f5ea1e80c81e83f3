"""What somebody is called."""

from __future__ import annotations

from leadqual.model.contact import Contact


def name_of(contact: Contact) -> str | None:
    """Return the name of a contact to show: the full one, or else what is known of the given and the family name.

    Examples
    --------
    >>> name_of(Contact(id="c-1", given_name="Siti", family_name="Rahma"))
    'Siti Rahma'
    >>> name_of(Contact(id="c-1", full_name="Siti Rahma, S.E.", given_name="Siti")), name_of(Contact(id="c-1"))
    ('Siti Rahma, S.E.', None)
    """
    return joined_name(contact.full_name, contact.given_name, contact.family_name)


def joined_name(full: str | None, given: str | None, family: str | None) -> str | None:
    """Return a name to show, of its parts as far as they are known.

    Examples
    --------
    >>> joined_name(None, "Budi", None), joined_name("", "", "")
    ('Budi', None)
    """
    return full or " ".join(part for part in (given, family) if part) or None
