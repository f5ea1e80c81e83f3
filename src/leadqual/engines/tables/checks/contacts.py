"""What is looked at in a table of contacts."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw

from leadqual.engines.tables.checks.bounds import Bounds, of_field
from leadqual.engines.tables.checks.breaches import Column, breaches_of
from leadqual.engines.tables.checks.parts import ITEM, Part, rows_of
from leadqual.engines.tables.checks.reads import CONSENTS, Reads
from leadqual.engines.tables.columns import CONTACT_ID, column_of
from leadqual.engines.tables.native import Table
from leadqual.errors import Problem
from leadqual.model.catalogue import ValueType
from leadqual.model.vocabulary import DERIVED_ROLES, Channel, Purpose
from leadqual.policy.document import PolicyDocument

_ROLES: Final = "contact.roles"
_WORDS: Final = {"channel": Channel, "purpose": Purpose}
"""The texts of a consent, each with what it can be."""
_NEEDED: Final = ("channel", "at")
"""What no consent can be without."""


def parts_of_contacts(policy: PolicyDocument, table: Table, reads: Reads) -> list[Part]:
    """Return what is looked at in a table of contacts; the table itself first."""
    rows = rows_of("contacts", table)
    rows.without_ids({CONTACT_ID: ("the id is missing", "the key of the contact")})
    parts = [rows]
    for name in sorted(reads.fields - {CONSENTS}):
        parts += rows.values(column_of(name), None, of_field(policy.catalogue.fields[name]), name)
    roles = rows.column(column_of(_ROLES))
    if _ROLES in reads.fields and roles is not None:
        parts.append(_derived_roles(rows, roles))
    if CONSENTS in reads.fields and rows.column(column_of(CONSENTS)) is not None:
        parts.append(_consents(rows))
    return parts


def _derived_roles(rows: Part, roles: Column) -> Part:
    """Return the declared roles, of which none follows from the history."""

    def told(role: Any) -> Problem:
        hint = f"leave {role!r} out: it follows from the interactions"
        return Problem("derived-role", f"the role {role!r} is derived and cannot be declared", hint=hint)

    items = rows.items(roles.path)
    derived = nw.col(ITEM).is_in(sorted(map(str, DERIVED_ROLES)))
    items.breaches.append(roles.of_items(ITEM).breach(derived, told, by_value=True))
    return items


def _consents(rows: Part) -> Part:
    """Return what contacts allowed and refused: of which channel, for which purpose, and when."""
    column, items = column_of(CONSENTS), rows.items(column_of(CONSENTS), "consents")
    held = [part.name for part in rows.table.schema[column].inner.fields]  # type: ignore[attr-defined]
    for name in _NEEDED:
        missing = nw.col(ITEM).struct.field(name).is_null()
        items.lacking(f"{column}[].{name}", missing, Problem("missing-field", f"the field {name!r} is missing"))
    for name, values in _WORDS.items():
        if name in held:
            word = Column(f"{column}[].{name}", nw.col(ITEM).struct.field(name), nw.String(), rows.table.dialect)
            bounds = Bounds(ValueType.TEXT, values=tuple(map(str, values)))
            items.breaches.extend(breaches_of(word, bounds, f"consent.{name}"))
    return items
