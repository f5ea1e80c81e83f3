"""Contacts and their histories from two tables, every row accounted for."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from leadqual._suggest import did_you_mean
from leadqual.cards.frame import card, folded_lines
from leadqual.errors import InputError, Problem, shown
from leadqual.files.contacts import ContactReader
from leadqual.files.fold import folded
from leadqual.files.interactions import InteractionReader
from leadqual.files.row import RawRow, Row, Table
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.policy.document import PolicyDocument

T = TypeVar("T", Contact, Interaction)

Progress = Callable[[str, float], None]
"""Called now and then with the name of a file and how much of it has been read, from 0 to 1."""

_EVERY: Final = 1000
_COMPARED: Final = 10_000
_SHOWN: Final = 20
"""How many problems a card shows."""


@dataclass(frozen=True)
class Leads:
    """What two tables hold: ``rows == len(contacts) + (interactions in histories) + repeated + len(rejected)``.

    Parameters
    ----------
    contacts : list of Contact
        In the order of their file.
    histories : dict of str to list
        The interactions of every contact by its id, in the order of their file; empty where there are none.
    rejected : list of Row
        The rows that could not be used, with the reasons.
    rows : int
        How many rows there were in both files.
    repeated : int
        How many of them said again what another row said.
    notes : list of str
        What was found out about the files, such as an unusual delimiter or columns that were left out.
    contact_rows : dict of str to Row
        The row of every contact by its id, for telling where it stands.
    others : collection of str
        The ids of the contacts that were left out, where only one was asked for; their rows are not counted.
    contacts_source : str
        The file of the contacts.
    """

    contacts: list[Contact]
    histories: dict[str, list[Interaction]]
    rejected: list[Row[Any]] = field(default_factory=list)
    rows: int = 0
    repeated: int = 0
    notes: list[str] = field(default_factory=list)
    contact_rows: dict[str, Row[Contact]] = field(default_factory=dict, repr=False)
    others: Collection[str] = field(default=(), repr=False)
    contacts_source: str = field(default="", repr=False)

    def _repr_html_(self) -> str:
        told = sum(map(len, self.histories.values()))
        said = [f"{self.rows:,} rows, {self.repeated:,} said again what another said, {len(self.rejected):,} rejected"]
        problems = folded_lines("What is wrong", [*map(str, self.problems)], is_open=True, most=_SHOWN)
        notes = folded_lines("Notes", self.notes)
        return card(f"{len(self.contacts):,} contacts with {told:,} interactions", said, problems + notes)

    @property
    def problems(self) -> list[Problem]:
        """Every reason for which a row was rejected, in the order of the rows.

        Where more than twenty rows belong to contacts that are not there, they are one problem.
        """
        return folded((problem for row in self.rejected for problem in row.problems), self._lost_hint())

    def unseen(self, at: datetime) -> int:
        """Return how many interactions lie after an instant, so that a decision at it does not see them."""
        return sum(one.occurred_at > at for history in self.histories.values() for one in history)

    def _lost_hint(self) -> str | None:
        """Return what to say of missing contacts if there are rows of contacts whose id could not be read."""
        lost = [row for row in self.rejected if row.source == self.contacts_source and row.contact_id is None]
        if not lost:
            return None
        rows = f"{len(lost):,} row{'s' if len(lost) > 1 else ''}"
        return f"mend {self.contacts_source} first: {rows} of it, beginning with line {lost[0].line}, could not be read"


def read_leads(
    contacts: str | os.PathLike[str] | Table,
    interactions: str | os.PathLike[str] | Table,
    policy: PolicyDocument,
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
    time_zone: str | None = None,
    encoding: str = "utf-8",
    decimal: str | None = None,
    ignore_unknown_columns: bool = False,
    kinds: Mapping[str, type[Interaction]] = BUILT_IN,
    only: str | None = None,
) -> Leads:
    """Read contacts and interactions from CSV, JSON lines or Parquet.

    The same row twice counts once. Two rows with one id and different content are both rejected, whichever comes
    first, and so are the interactions of a contact that is not there.

    Parameters
    ----------
    contacts, interactions : str, path or Table
        The files, the endings of whose names say how to read them; or tables that are open.
    policy : PolicyDocument
        Whose declared fields and kinds may be used.
    skip_bad : bool, default False
        Return the good rows and, apart from them, the rejected ones. Without it one bad row is an error.
    progress : callable, optional
        Is told how far reading has come.
    time_zone : str, optional
        Where times without a zone were written down; without it they are refused.
    encoding : str, default "utf-8"
        The encoding of CSV files.
    decimal : str, optional
        What begins the decimals of numbers in CSV: ``"point"`` or ``"comma"``. Without it a number that can be read in
        both ways, such as ``1.500``, is refused.
    ignore_unknown_columns : bool, default False
        Leave out columns that nobody declared, in place of refusing them.
    kinds : mapping of str to type
        The classes of kinds, if there are others than the built-in ones.
    only : str, optional
        The id of the one contact that is wanted. The rows of others are passed over unread, which is much faster, so
        they may be bad.

    Raises
    ------
    InputError
        If a file as a whole cannot be used; without `skip_bad` also with the problems of every bad row.
    """
    options: dict[str, Any] = {
        "time_zone": time_zone,
        "encoding": encoding,
        "decimal": decimal,
        "ignore_unknown_columns": ignore_unknown_columns,
        "only": only,
    }
    people, events = None, None
    problems: list[Problem] = []
    try:
        people = ContactReader(contacts, policy, **options)
    except InputError as error:
        problems += error.problems
    try:
        events = InteractionReader(interactions, policy, kinds=kinds, **options)
    except InputError as error:
        problems += [problem for problem in error.problems if problem not in problems]
    if people is None or events is None:
        raise InputError(problems)
    leads = joined(people, events, progress)
    if leads.rejected and not skip_bad:
        raise InputError(leads.problems)
    return leads


def joined(
    people: ContactReader, events: InteractionReader, progress: Progress | None = None, *, keep_repeated: bool = False
) -> Leads:
    """Return what two tables hold that are open, with the bad rows apart; see `read_leads`.

    With `keep_repeated` an interaction that is there twice stands twice in the history.
    """
    contact_rows = list(people.read(_watched(people.table, progress)))
    good, bad, repeated = _once_each(contact_rows, lambda row: row.value.id if row.value else None, "contact")
    histories: dict[str, list[Interaction]] = {row.value.id: [] for row in good if row.value}
    lost = {row.contact_id for row in bad if row.contact_id} - set(histories)

    event_rows = [
        _with_contact(row, histories, lost, people.table.name) for row in events.read(_watched(events.table, progress))
    ]
    kept, refused, again = _once_each(
        event_rows, lambda row: (row.contact_id, row.value.id) if row.value else None, "interaction"
    )
    refused_lines = {row.line for row in refused}
    every = (row for row in event_rows if row.line not in refused_lines)
    for row in every if keep_repeated else kept:
        if row.value is not None and row.contact_id is not None:
            histories[row.contact_id].append(row.value)
    return Leads(
        [row.value for row in good if row.value],
        histories,
        [*bad, *refused],
        len(contact_rows) + len(event_rows),
        repeated + again,
        [*people.table.notes, *events.table.notes],
        {row.value.id: row for row in good if row.value},
        people.others,
        people.table.name,
    )


def _watched(table: Table, progress: Progress | None) -> Iterable[RawRow]:
    for number, row in enumerate(table.rows()):
        if progress is not None and number % _EVERY == 0:
            progress(table.name, table.done())
        yield row
    if progress is not None:
        progress(table.name, 1.0)


def _with_contact(row: Row[Interaction], histories: Mapping[str, Any], lost: set[str], source: str) -> Row[Interaction]:
    if row.contact_id is None or row.contact_id in histories:
        return row
    found = shown(row.contact_id)
    if row.contact_id in lost:
        message, hint = f"the row of its contact {found} was rejected", f"mend the contact in {source}"
        return row.rejected(Problem("rejected-contact", message, found=found, hint=hint))
    near = did_you_mean(row.contact_id, histories) if len(histories) <= _COMPARED else None
    hint = near or f"add the contact to {source}, or leave out its interactions"
    return row.rejected(Problem("unknown-contact", f"there is no contact {found} in {source}", found=found, hint=hint))


def _once_each(
    rows: Iterable[Row[T]], key_of: Callable[[Row[T]], Any], what: str
) -> tuple[list[Row[T]], list[Row[T]], int]:
    """Return the good rows with each key once, the bad ones in the order of the file, and how many said it again."""
    by_key: dict[Any, list[Row[T]]] = defaultdict(list)
    good: list[Row[T]] = []
    bad: list[Row[T]] = []
    for row in rows:
        key = None if row.problems else key_of(row)
        if key is None:
            bad.append(row)
        else:
            by_key[key].append(row)
    repeated = 0
    for same in by_key.values():
        if all(row.value == same[0].value for row in same):
            good.append(same[0])
            repeated += len(same) - 1
        else:
            bad += [row.rejected(_conflict(row, same, what)) for row in same]
    return good, sorted(bad, key=lambda row: row.line), repeated


def _conflict(row: Row[T], same: list[Row[T]], what: str) -> Problem:
    others = ", ".join(str(other.line) for other in same[:10] if other is not row)
    message = f"this {what} has the id of another with different content"
    hint = "keep one of them, or give each an id of its own; a row may be repeated only if it is the same"
    found = shown(row.value.id) if row.value is not None else None
    return Problem("duplicate-id", message, found=found, expected=f"one row an id; the other: line {others}", hint=hint)
