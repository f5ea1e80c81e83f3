"""Contacts by name, of the few rows that are shown one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import cut
from leadqual.model.contact import Contact
from leadqual.model.names import joined_name, name_of

_NAMES: Final = ("full_name", "given_name", "family_name")
_COMPANY: Final = "company.name"
_LONGEST: Final = 60


def who_is(contact: Contact) -> str:
    """Return who somebody is: name, title and company, as far as they are known; else the id.

    Examples
    --------
    >>> who_is(Contact(id="c-1", given_name="Siti", family_name="Rahma", job_title="CEO", company={"name": "Maju"}))
    'Siti Rahma, CEO, Maju'
    """
    company = None if contact.company is None else contact.company.name
    known = [part for part in (name_of(contact), contact.job_title, company) if part]
    return ", ".join(cut(part, limit=_LONGEST) for part in known) or contact.id


def labels(contacts: pl.DataFrame, ids: Iterable[str]) -> dict[str, str]:
    """Return for each id a label that no other contact has: the name, and the id in brackets."""
    wanted = [*ids]
    columns = [name for name in (*_NAMES, _COMPANY) if name in contacts.columns]
    rows = contacts.filter(pl.col(CONTACT_ID).is_in(wanted)).select(CONTACT_ID, *columns)
    named = {
        row[CONTACT_ID]: joined_name(*map(row.get, _NAMES)) or row.get(_COMPANY) for row in rows.iter_rows(named=True)
    }
    return {one: f"{cut(name, limit=_LONGEST)} ({one})" if (name := named.get(one)) else one for one in wanted}
