"""Files of text read row by row into a table, with the readers and the rules of the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import polars as pl

from leadqual.errors import InputError
from leadqual.files.assemble import flattened
from leadqual.files.columns import CONTACT_ID, contact_name, interaction_name
from leadqual.files.contacts import GROUPS as CONTACT_GROUPS
from leadqual.files.contacts import ContactReader
from leadqual.files.interactions import GROUPS as INTERACTION_GROUPS
from leadqual.files.interactions import InteractionReader
from leadqual.files.row import RawRow, Row, Table
from leadqual.frames.contacts import contacts_frame
from leadqual.frames.in_python import in_python
from leadqual.frames.interactions import interactions_frame
from leadqual.frames.types import INTERACTION_ID, known_kinds
from leadqual.policy.document import PolicyDocument

_CONTACTS: Final = {"id": CONTACT_ID}
_INTERACTIONS: Final = {"id": INTERACTION_ID}


def contacts_of_text(
    name: str, policy: PolicyDocument | None, declared: PolicyDocument, **options: Any
) -> pl.DataFrame:
    """Return the contacts of a file as a table; raise `InputError` with all problems of all rows.

    `declared` is the policy, or one that declares nothing; the options are those of `ContactReader`.
    """
    try:
        reader = ContactReader(name, declared, **options)
        headers = Headers(reader.table, CONTACT_GROUPS)
        rows = _good(reader.read(headers.rows()))
    except InputError as error:
        raise InputError(map(in_python, error.problems)) from None
    contacts = [row.value for row in rows]
    return contacts_frame(contacts, policy, headers.columns(contact_name, _CONTACTS), given_only=True)


def interactions_of_text(
    name: str, policy: PolicyDocument | None, declared: PolicyDocument, **options: Any
) -> pl.DataFrame:
    """Return the interactions of a file as a table; see `contacts_of_text`."""
    try:
        reader = InteractionReader(name, declared, kinds=known_kinds(policy), **options)
        headers = Headers(reader.table, INTERACTION_GROUPS)
        rows = _good(reader.read(headers.rows()))
    except InputError as error:
        raise InputError(map(in_python, error.problems)) from None
    owned = [(str(row.contact_id), row.value) for row in rows]
    return interactions_frame(owned, policy, headers.columns(interaction_name, _INTERACTIONS), given_only=True)


class Headers:
    """The columns of a file, which of JSON lines only its rows can tell."""

    def __init__(self, table: Table, groups: Iterable[str]) -> None:
        self._table, self._groups = table, tuple(groups)
        self._found: dict[str, None] = dict.fromkeys(table.columns or ())

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows of the file, and note their columns."""
        if self._table.columns is not None:
            yield from self._table.rows()
            return
        for row in self._table.rows():
            self._found |= dict.fromkeys(flattened(row.cells, self._groups))
            yield row

    def columns(self, name_of: Callable[[str], str], named: Mapping[str, str]) -> list[str]:
        """Return the columns by the names that our tables have."""
        names = map(name_of, self._found)
        return [named.get(name, name) for name in names]


def _good(rows: Iterable[Row[Any]]) -> list[Any]:
    """Return the rows, each with its value; raise `InputError` with the problems of those that have none."""
    read = list(rows)
    problems = [problem for row in read for problem in row.problems]
    if problems:
        raise InputError(problems)
    return read
