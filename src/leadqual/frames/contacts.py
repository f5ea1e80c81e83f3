"""Contacts as a table: their fields, those of their companies, and their attributes, a column each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import polars as pl
from pydantic import BaseModel

from leadqual.errors import InputError, Place, Problem
from leadqual.files.columns import CONTACT_ID, contact_name
from leadqual.frames.order import in_order
from leadqual.frames.sheet import Sheet
from leadqual.frames.types import Type, completed, contact_types
from leadqual.model.contact import Contact
from leadqual.policy.document import PolicyDocument

M = TypeVar("M", bound=BaseModel)

_GROUPS: Final = ("contact", "company", "attributes", "id", CONTACT_ID)
"""Names that readers take for something else than an attribute."""


def contacts_frame(
    contacts: Sequence[Contact],
    policy: PolicyDocument | None = None,
    keep: Iterable[str] = (),
    *,
    given_only: bool = False,
) -> pl.DataFrame:
    """Return contacts as a table, a row each, in their order; raise `InputError` if no column can hold a value.

    Parameters
    ----------
    contacts : sequence of Contact
        The contacts.
    policy : PolicyDocument, optional
        Which says what declared fields hold; without it their values do.
    keep : iterable of str
        Columns that are to be there even if they are empty.
    given_only : bool, default False
        Leave a field missing that was not given, in place of what its model puts there.
    """
    types = contact_types(policy)
    for cls in dict.fromkeys(map(type, contacts)):
        types |= {name: kind for name, kind in contact_types(policy, cls).items() if name not in types}
    sheet = Sheet("contacts", len(contacts), lambda row: f"contact {contacts[row].id!r}", given_only=given_only)
    rows = list(enumerate(contacts))
    sheet.fill(CONTACT_ID, pl.String(), range(len(rows)), [contact.id for contact in contacts], "contacts")
    _fill_fields(sheet, "", rows, skip=("id", "company", "attributes"))
    _fill_attributes(sheet, "", rows, types)
    companies = [(row, contact.company) for row, contact in rows if contact.company is not None]
    _fill_fields(sheet, "company.", companies, skip=("attributes",))
    _fill_attributes(sheet, "company.", companies, types)
    if sheet.problems:
        raise InputError(sheet.problems)
    kept = {name: kind for name in (CONTACT_ID, *keep) if (kind := types.get(name)) is not None}
    return sheet.frame(in_order({*sheet.columns, *kept}, types), kept)


def _fill_fields(sheet: Sheet, prefix: str, rows: Sequence[tuple[int, M]], skip: Iterable[str]) -> None:
    for cls, same in by_class(rows):
        fields = {name: info for name, info in completed(cls).items() if name not in skip}
        sheet.fill_models(prefix, [row for row, _ in same], [model for _, model in same], fields, cls.__name__)


def _fill_attributes(
    sheet: Sheet, prefix: str, rows: Sequence[tuple[int, Any]], types: Mapping[str, Type | None]
) -> None:
    owner = "attributes of companies" if prefix else "attributes of contacts"
    fields = {name for cls in {type(model) for _, model in rows} for name in completed(cls)}
    for name, (numbers, values) in spread((row, model.attributes) for row, model in rows).items():
        column = f"{prefix}{name}"
        if name in fields or _means_other(column, prefix):
            message = f"a column {column!r} would not be read back as the attribute {name!r}"
            place, hint = Place("contacts", path=column), "give the attribute another name"
            sheet.problems.append(Problem("bad-field-name", message, place, name, hint=hint))
        else:
            sheet.fill(column, types.get(column), numbers, values, owner)


def _means_other(column: str, prefix: str) -> bool:
    if prefix:
        return contact_name(column) != column or column == "company.attributes"
    return contact_name(column) != column or column.startswith("company.") or column in _GROUPS


def by_class(rows: Iterable[tuple[int, M]]) -> Iterator[tuple[type[M], list[tuple[int, M]]]]:
    """Yield the rows of each class, in the order in which the classes first come."""
    found: defaultdict[type[M], list[tuple[int, M]]] = defaultdict(list)
    for row, model in rows:
        found[type(model)].append((row, model))
    yield from found.items()


def spread(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[str, tuple[list[int], list[Any]]]:
    """Return the rows and values of each name, of which every row may have others."""
    found: dict[str, tuple[list[int], list[Any]]] = {}
    for row, named in rows:
        for name, value in named.items():
            numbers, values = found.setdefault(name, ([], []))
            numbers.append(row)
            values.append(value)
    return found
