"""Fields of the profile as of an instant: what stands on the contact, or the latest update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import narwhals as nw

from leadqual.conditions.nodes import Selection
from leadqual.engines.tables.columns import DTYPES, KIND, Frame, change_of, column_of
from leadqual.engines.tables.dialect import VALUE
from leadqual.engines.tables.gather import Gathering
from leadqual.engines.tables.keys import CONTACT
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.rows import ID, TIME, Rows
from leadqual.model.catalogue import Field, ValueType
from leadqual.model.contact import Contact
from leadqual.model.profile import CLEARED, PROFILE_UPDATED, UNCHANGEABLE
from leadqual.policy.document import PolicyDocument

_CLEARED: Final = Field(CLEARED, ValueType.TEXTS)


@dataclass(frozen=True, slots=True)
class _Update:
    """The updates of one field: what each row says, and the columns that hold the latest."""

    says: nw.Expr
    clears: nw.Expr
    value: str
    known: str
    several: bool

    @property
    def changes(self) -> nw.Expr:
        return ~self.says.is_null() | self.clears


class Profile:
    """The fields that a policy asks for, each a column.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    contacts : Table
        The contacts as they came.
    gathering : Gathering
        Whose rows hold the updates.
    """

    def __init__(self, policy: PolicyDocument, contacts: Table, gathering: Gathering) -> None:
        self._policy, self._table, self._gathering = policy, contacts, gathering
        self._columns: dict[str, tuple[str, nw.Expr]] = {}
        self._updates: dict[str, _Update] = {}

    def field(self, path: str) -> nw.Expr:
        """Return the column of a field, as the last update up to the instant left it."""
        entry = self._policy.catalogue.fields[path]
        if path not in self._columns:
            value = self._table.dialect.typed(column_of(path), entry, self._table.schema)
            self._columns[path] = (f"lq_f{len(self._columns)}", or_default(value, path, entry))
            if path not in UNCHANGEABLE and any(map(self._gathering.rows.has, (change_of(path), CLEARED))):
                self._add_update(path, entry)
        first = nw.col(self._columns[path][0])
        update = self._updates.get(path)
        if update is None:
            return first
        if self._table.dialect.shuffles:
            changes = (nw.col(KIND) == PROFILE_UPDATED) & update.changes
            last = self._gathering.outermost(("update", path), "last", update.says, changes)
            return nw.when(~last.is_null()).then(last.struct.field(VALUE)).otherwise(first)
        return nw.when(~nw.col(update.known).is_null()).then(nw.col(update.value)).otherwise(first)

    def columns(self) -> Iterator[nw.Expr]:
        """Yield the columns of the contacts that were asked for."""
        return (value.alias(name) for name, value in self._columns.values())

    def _add_update(self, path: str, entry: Field) -> None:
        rows, number = self._gathering.rows, len(self._updates)
        says = rows.typed(change_of(path), entry)
        several = entry.type is ValueType.TEXTS
        update = _Update(says, cleared(rows, path), f"lq_u{number}", f"lq_k{number}", several)
        self._updates[path] = update
        if self._table.dialect.shuffles:
            rows.need(Selection(PROFILE_UPDATED), None)
        elif several:
            self._gathering.add(("update", path), partial(_latest_of_several, update), PROFILE_UPDATED)
        else:
            self._gathering.add("updates", self._latest, PROFILE_UPDATED)

    def _latest(self, rows: Frame) -> Frame:
        """Return the latest update of every field that holds one value: those of all fields in one grouping."""
        updates = [update for update in self._updates.values() if not update.several]
        rows = rows.with_columns(nw.when(update.changes).then(nw.col(TIME)).alias(update.known) for update in updates)
        place = {update.known: f"{update.known}_place" for update in updates}
        rows = rows.with_columns(
            # counted from the latest: 1 in the last row that changes the field, and in rows before it that do not
            nw.col(known).cum_count(reverse=True).over(CONTACT, order_by=[TIME, ID]).alias(name)
            for known, name in place.items()
        )
        latest = {update.known: update.changes & (nw.col(place[update.known]) == 1) for update in updates}
        return rows.group_by(CONTACT).agg(
            *(nw.when(latest[update.known]).then(update.says).max().alias(update.value) for update in updates),
            *(nw.col(update.known).max() for update in updates),
        )


def cleared(rows: Rows, path: str) -> nw.Expr:
    """Return which interactions set a field to missing."""
    if not rows.has(CLEARED):
        return nw.lit(value=False)
    return rows.typed(CLEARED, _CLEARED).list.contains(column_of(path)).fill_null(value=False)


def _latest_of_several(update: _Update, rows: Frame) -> Frame:
    """Return the latest update of a field that holds several texts, which no aggregate picks out."""
    changed = rows.filter(update.changes)
    named = changed.select(CONTACT, TIME, ID, update.says.alias(update.value), nw.col(TIME).alias(update.known))
    latest = named.unique(subset=[CONTACT], keep="last", order_by=[TIME, ID])
    return latest.select(CONTACT, update.value, update.known)


def or_default(value: nw.Expr, path: str, entry: Field) -> nw.Expr:
    """Return a field with what the model puts in place of a missing value: a person, no roles."""
    owner, _, name = path.partition(".")
    info = Contact.model_fields.get(name) if owner == "contact" else None
    if info is None or info.default is None:
        return value
    if entry.type is ValueType.TEXTS:
        return nw.coalesce(value, nw.lit([], dtype=DTYPES[entry.type]))
    return value.fill_null(str(info.default))
