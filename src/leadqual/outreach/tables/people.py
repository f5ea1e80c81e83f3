"""Contacts of a list in groups: whoever is at the same place, with the same kind of line and the same answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from leadqual.model.contact import Contact
from leadqual.model.vocabulary import ContactKind
from leadqual.outreach.facts.person import person_of
from leadqual.outreach.facts.situation import Person, Question, Registry
from leadqual.outreach.tables.lines import LINE, LISTED, MAIL

GROUP: Final = "lq_group"
ROW: Final = "lq_row"
FIELDS: Final = ("kind", "phone", "email", "country", "region", "time_zone")
"""The fields of contacts that are always read."""
_SINGLE: Final = ("phone", "email")
"""Those in whose place stands what they tell."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a registry said of the numbers of one group.

    Parameters
    ----------
    copy : Registry
        The registry.
    answer : bool, optional
        What it said.
    """

    copy: Registry
    answer: bool | None

    @property
    def country(self) -> str:
        """The country whose numbers it holds."""
        return self.copy.country

    @property
    def name(self) -> str:
        """What people call it."""
        return self.copy.name

    @property
    def obtained_at(self) -> datetime:
        """When it was obtained."""
        return self.copy.obtained_at

    def lookup(self, number: str) -> bool | None:
        """Return what it said, which is the same for every number of the group."""
        return self.answer


@dataclass(frozen=True, slots=True)
class People:
    """The groups of a list.

    Parameters
    ----------
    groups : list of (Person, Question)
        What is known of each, and what is asked.
    of : Series
        The group of each contact, in their order.
    """

    groups: list[tuple[Person, Question]]
    of: pl.Series


def people_of(contacts: pl.DataFrame, question: Question, attributes: tuple[str, ...], debts: str | None) -> People:
    """Return the groups of a list.

    Parameters
    ----------
    contacts : DataFrame
        The contacts with the columns of `with_lines`.
    question : Question
        What is asked of all of them.
    attributes : tuple of str
        The columns that are attributes of contacts.
    debts : str, optional
        The column with the debt that each is asked about.
    """
    told = [name for name in contacts.columns if name in (LINE, MAIL) or name.startswith(LISTED)]
    keys = [*(name for name in FIELDS if name not in _SINGLE), *attributes, *told, *([debts] if debts else [])]
    keys = list(dict.fromkeys(keys))
    single = [name for name in _SINGLE if name not in keys]  # a rule of your own may look at one itself
    rows = contacts.select(*keys, *single).with_row_index(ROW)
    grouped = rows.group_by(keys, maintain_order=True).agg(*(pl.col(name).first() for name in single), pl.col(ROW))
    found = grouped.with_row_index(GROUP)
    of = found.select(GROUP, ROW).explode(ROW).sort(ROW)[GROUP]
    return People([*_groups(found.drop(GROUP, ROW), question, attributes, debts)], of)


def _groups(
    found: pl.DataFrame, question: Question, attributes: tuple[str, ...], debts: str | None
) -> Iterator[tuple[Person, Question]]:
    for row in found.iter_rows(named=True):
        copies = {country: Answered(copy, row[f"{LISTED}{country}"]) for country, copy in question.registries.items()}
        asked = question._replace(registries=copies, debt=row[debts] if debts else question.debt)
        yield person_of(_contact(row, attributes)), asked


def _contact(row: Mapping[str, Any], attributes: tuple[str, ...]) -> Contact:
    """Return a contact of what the rules look at; its rows were checked, or are taken to be right."""
    fields = {name: row[name] for name in FIELDS if name != "kind"}
    kind = ContactKind.PERSON if row["kind"] is None else ContactKind(row["kind"])
    own = {name: row[name] for name in attributes if row[name] is not None and name not in Contact.model_fields}
    known = {name: row[name] for name in attributes if row[name] is not None and name in Contact.model_fields}
    return Contact.trusted(**{**_EMPTY, "id": "", **fields, "kind": kind, **known, "attributes": own})


_EMPTY: Final = {name: field.get_default(call_default_factory=True) for name, field in Contact.model_fields.items()}
