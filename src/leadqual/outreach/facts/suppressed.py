"""The caller's own do-not-call list: numbers, addresses and contacts that are not reached, whatever a law says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.contact import Contact, DoNotCall
from leadqual.outreach.places.mail import mail_key


class Suppressed:
    """The numbers, e-mail addresses and ids of contacts on a do-not-call list of the caller's own.

    Whoever is on it counts as having asked not to be contacted, on every channel and for every purpose, now.

    Parameters
    ----------
    entries : collection of str
        Numbers in international form (+628123456789), addresses in any spelling, ids of contacts.

    Raises
    ------
    InputError
        If it is no collection of texts.

    Examples
    --------
    >>> own = Suppressed(["+628123456789", "Siti@Example.com"])
    >>> own.holds("c-1", "+628123456789", None), own.holds("c-2", None, "siti@example.com"), own.holds("c-3", None, "")
    (True, True, False)
    """

    def __init__(self, entries: Iterable[str]) -> None:
        if isinstance(entries, str | bytes) or not isinstance(entries, Iterable):
            raise InputError(_no_list(entries))
        several: list[Any] = list(entries)
        wrong = [one for one in several if not isinstance(one, str)]
        if wrong:
            raise InputError([_no_entry(one) for one in wrong[:50]])
        self.mails: Collection[str] = frozenset(mail_key(one) for one in several if "@" in one)
        self.entries: Collection[str] = frozenset(one.strip() for one in several)

    def holds(self, contact_id: str, phone: str | None, email: str | None) -> bool:
        """Return whether a contact is on the list: by its id, its number or its address."""
        return (
            contact_id in self.entries
            or phone in self.entries
            or (email is not None and bool(self.mails) and mail_key(email) in self.mails)
        )

    def marked(self, contact: Contact, at: datetime) -> Contact:
        """Return a contact with the wish that being on the list stands for, if it is on it."""
        if not self.holds(contact.id, contact.phone, contact.email):
            return contact
        return contact.model_copy(update={"do_not_call": (*contact.do_not_call, DoNotCall(at=at))})


def _no_list(found: Any) -> Problem:
    hint = "suppressed=Path('own-list.txt').read_text().split() reads a file with one entry a line"
    expected = "numbers such as '+628123456789', e-mail addresses, ids of contacts"
    return Problem("wrong-type", "this is no list of entries", Place("suppressed"), shown(found), expected, hint)


def _no_entry(found: Any) -> Problem:
    return Problem("wrong-type", "an entry is a text", Place("suppressed"), shown(found), "such as '+628123456789'")
