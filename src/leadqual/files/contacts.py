"""Contacts from a table: one row a contact."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from leadqual.files.assemble import assemble, flattened, unknown_cell, validated
from leadqual.files.columns import CONTACT_ID, contact_columns, contact_name
from leadqual.files.numbers import decimal_named
from leadqual.files.one_contact import OneContact
from leadqual.files.open_table import check_columns, open_table
from leadqual.files.row import RawRow, Row, Table
from leadqual.files.times import zone_named
from leadqual.model.contact import Contact
from leadqual.policy.document import PolicyDocument

GROUPS: Final = ("contact", "company", "attributes", "company.attributes", "contact.company", "contact.attributes")
"""Columns that hold others, in tables with types."""
_REQUIRED: Final = {"id": CONTACT_ID}


class ContactReader:
    """Reads a table of contacts row by row; `read_contacts` is the short way to it.

    Parameters
    ----------
    path : str, path or Table
        The file: CSV, JSON lines or Parquet, by the ending of its name; or a table that is open.
    policy : PolicyDocument
        Whose declared fields may be columns.
    time_zone : str, optional
        Where times without a zone were written down; without it they are refused.
    encoding : str, default "utf-8"
        The encoding of a CSV file.
    decimal : str, optional
        What begins the decimals of numbers in CSV: ``"point"`` or ``"comma"``. Without it a number that can be read in
        both ways, such as ``1.500``, is refused.
    ignore_unknown_columns : bool, default False
        Leave out columns that nobody declared, in place of refusing them.
    only : str, optional
        Read the rows of this contact alone, and those of which it cannot be told whose they are.
    model : type
        The class of the contacts.
    undeclared : bool, default False
        Take columns that nobody declared as attributes. Their cells need types, so this is not for CSV.
    """

    table: Table

    def __init__(
        self,
        path: str | os.PathLike[str] | Table,
        policy: PolicyDocument,
        *,
        time_zone: str | None = None,
        encoding: str = "utf-8",
        decimal: str | None = None,
        ignore_unknown_columns: bool = False,
        only: str | None = None,
        model: type[Contact] = Contact,
        undeclared: bool = False,
    ) -> None:
        zone = zone_named(time_zone)
        known = contact_columns(policy, textual=False, zone=zone, model=model)
        self.table = path if isinstance(path, Table) else open_table(path, {"contact_id", *known}, encoding)
        sign, self._model = decimal_named(decimal), model
        self._columns = contact_columns(policy, textual=self.table.textual, zone=zone, decimal=sign, model=model)
        if undeclared:
            more = [contact_name(header) for header in self.table.columns or ()]
            known = contact_columns(policy, textual=False, zone=zone, model=model, undeclared=more)
            self._columns = known
        self._unknown = unknown_cell(known, ignore=ignore_unknown_columns)
        check_columns(self.table, known, _REQUIRED, contact_name, ignore_unknown=ignore_unknown_columns)

        self._only = None if only is None else OneContact(only, "id", contact_name)

    def __iter__(self) -> Iterator[Row[Contact]]:
        return self.read(self.table.rows())

    def read(self, rows: Iterable[RawRow]) -> Iterator[Row[Contact]]:
        """Yield what becomes of rows of this table."""
        for raw in rows:
            cells = raw.cells if self.table.textual else flattened(raw.cells, GROUPS)
            if self._only is None or self._only.may_own(cells):
                yield self._read(raw, cells)

    @property
    def others(self) -> Collection[str]:
        """The ids of the contacts that were left out so far, in the order of the file."""
        return () if self._only is None else self._only.others

    def _read(self, raw: RawRow, cells: Mapping[str, Any]) -> Row[Contact]:
        if raw.problems:
            return Row(self.table.name, raw.line, raw.text, problems=raw.problems)
        made = assemble(cells, self._columns, contact_name, self._unknown, textual=self.table.textual)
        made.labels = _REQUIRED
        contact = validated(made, self._model.model_validate, contact_name)
        problems = tuple(problem.at(source=self.table.name, line=raw.line) for problem in made.problems)
        return Row(self.table.name, raw.line, raw.text, _text(made.data.get("id")), contact, problems)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def read_contacts(path: str | os.PathLike[str], policy: PolicyDocument, **options: Any) -> Iterator[Row[Contact]]:
    """Yield every row of a table of contacts, as a contact or as the reasons why it is none.

    Takes the options of `ContactReader`, and raises `InputError` if the file as a whole cannot be used.
    """
    return iter(ContactReader(path, policy, **options))
