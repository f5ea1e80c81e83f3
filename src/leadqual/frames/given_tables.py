"""Two tables in memory opened by the readers of files: their columns looked at, their rows not yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import polars as pl

from leadqual._suggest import closest
from leadqual.errors import InputError, Place, Problem
from leadqual.files.columns import contact_columns, contact_name, interaction_name, unknown_column
from leadqual.files.contacts import ContactReader
from leadqual.files.interactions import InteractionReader
from leadqual.frames.fit import naive
from leadqual.frames.in_python import in_python
from leadqual.frames.memory import MemoryTable
from leadqual.frames.native import into_polars
from leadqual.frames.types import INSTANT, completed, contact_types, interaction_types, undeclared
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.policy.document import PolicyDocument

_NEAR: Final = 0.85
"""How alike a column and a known name are for a slip."""


@dataclass(frozen=True)
class Wanted:
    """What tables are read as.

    Parameters
    ----------
    policy : PolicyDocument or None
        Whose declared fields and kinds may be used; None if everything may.
    contact : type
        The class of the contacts.
    kinds : mapping of str to type
        The classes of interactions by kind.
    time_zone : str or None
        Where times without a zone were written down.
    ignore_unknown_columns : bool
        Whether columns that nobody declared are left out.
    """

    policy: PolicyDocument | None
    contact: type[Contact]
    kinds: Mapping[str, type[Interaction]]
    time_zone: str | None
    ignore_unknown_columns: bool

    def readers(self, contacts: Any, interactions: Any) -> tuple[ContactReader, InteractionReader]:
        """Open two tables; raise `InputError` with all columns that do not fit."""
        fields = set(completed(self.contact)) - {"company", "attributes"}
        properties = {name for cls in self.kinds.values() for name in cls.own_properties()}
        people = MemoryTable("contacts", into_polars(contacts, "contacts"), fields)
        events = MemoryTable("interactions", into_polars(interactions, "interactions"), properties)
        options: dict[str, Any] = {
            "time_zone": self.time_zone,
            "ignore_unknown_columns": self.ignore_unknown_columns,
            "undeclared": not self.ignore_unknown_columns,
        }
        document, any_kind = self.policy or undeclared(), self.policy is None and self._has_other_kinds(events)
        problems = [*self._slips(people), *self._naive(people, events)]
        readers: list[Any] = []
        for opened in (
            partial(ContactReader, people, document, model=self.contact, **options),
            partial(InteractionReader, events, document, kinds=self.kinds, any_kind=any_kind, **options),
        ):
            try:
                readers.append(opened())
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(map(in_python, problems))
        first, second = readers
        return first, second

    def _slips(self, people: MemoryTable) -> Iterator[Problem]:
        """Yield the columns that look like a slip for one of the policy that is not there."""
        if self.policy is None or self.ignore_unknown_columns:
            return
        names = {contact_name(header): header for header in people.columns}
        known = contact_columns(self.policy, textual=False, zone=None, model=self.contact)
        absent = [name for name in known if name not in names]
        for name, header in names.items():
            if name not in known and closest(name, absent, limit=1, cutoff=_NEAR):
                yield unknown_column(header, absent).at(source="contacts")

    def _naive(self, people: MemoryTable, events: MemoryTable) -> Iterator[Problem]:
        """Yield the columns of times without a zone, each once and not for every row."""
        if self.time_zone is not None:
            return
        instants = {
            contact_name(name) for name, kind in contact_types(self.policy, self.contact).items() if kind == INSTANT
        }
        yield from _naive_columns(people, [name for name in people.columns if contact_name(name) in instants])
        kinds = interaction_types(self.policy, self.kinds).items()
        instants = {interaction_name(name) for name, types in kinds if INSTANT in types}
        yield from _naive_columns(events, [name for name in events.columns if interaction_name(name) in instants])

    def _has_other_kinds(self, events: MemoryTable) -> bool:
        frame = events.frame
        return "kind" in frame.columns and not set(frame["kind"].drop_nulls().unique()) <= set(self.kinds)


def _naive_columns(table: MemoryTable, instants: Iterable[str]) -> Iterator[Problem]:
    for name in instants:
        kind = table.frame.schema.get(name)
        if isinstance(kind, pl.Datetime) and kind.time_zone is None:
            yield naive(Place(table.name, path=name), kind)
