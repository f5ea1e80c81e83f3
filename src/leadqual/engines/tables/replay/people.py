"""What is known of contacts themselves at any instant: fields as the last update left them, and consents."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Final

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID, KIND, change_of, column_of
from leadqual.engines.tables.consent import CHANNEL, GRANTED, WHEN, consented, has_words, words
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.profile import cleared, or_default
from leadqual.engines.tables.replay.chunk import Chunk, Ints, Points
from leadqual.engines.tables.replay.marked import gathered
from leadqual.engines.tables.replay.moments import Moments, marked
from leadqual.model.catalogue import Field, ValueType
from leadqual.model.profile import CLEARED, PROFILE_UPDATED, UNCHANGEABLE
from leadqual.policy.document import PolicyDocument

_CREATED: Final = "lq_created"


class People:
    """The contacts as they came, in the order of their places.

    Parameters
    ----------
    contacts : Table
        The contacts.
    keys : Keys
        Under which key their interactions are found.
    until : int
        What was said later is not known, in UTC microseconds.
    """

    def __init__(self, contacts: Table, keys: Keys, until: int) -> None:
        self.table, self._keys, self._until = contacts, keys, until
        created = contacts.dialect.typed("created_at", Field("created_at", ValueType.INSTANT), contacts.schema)
        self._columns: dict[str, nw.Expr] = {_CREATED: created}
        self.frame = pl.DataFrame()
        self.words = pl.DataFrame()

    def column(self, value: nw.Expr) -> str:
        """Return the name under which a value of each contact will be found in `frame`."""
        name = f"lq_f{len(self._columns)}"
        self._columns[name] = value
        return name

    def read(self) -> None:
        """Read the columns that were asked for, and every word about consent."""
        kept = (value.alias(name) for name, value in self._columns.items())
        people = self.table.frame.select(CONTACT_ID, self._keys.of_contacts, *kept)
        self.frame = people.to_native().collect().sort(CONTACT)
        if has_words(self.table):
            told = words(self.table, self._keys).to_native().collect()
            self.words = told.filter(pl.col(WHEN) <= self._until).sort(CONTACT, WHEN)

    @cached_property
    def created(self) -> Ints:
        """When each contact was created, in UTC microseconds; beyond every instant where that is not known."""
        return self.frame[_CREATED].fill_null(np.iinfo(np.int64).max).to_numpy()

    def earliest(self) -> Ints:
        """Return the first instant at which something is known of each contact; `until` if there is none."""
        first = np.minimum(self.created, self._until)
        if len(self.words):
            np.minimum.at(first, self.words[CONTACT].to_numpy(), self.words[WHEN].to_numpy())
        return first


class Profiles:
    """The fields of the profile that a policy asks for, each a column over points.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    people : People
        The contacts.
    moments : Moments
        Whose rows hold the updates.
    """

    def __init__(self, policy: PolicyDocument, people: People, moments: Moments) -> None:
        self._policy, self._people, self._moments = policy, people, moments
        self._fields: dict[str, nw.Expr] = {}

    def field(self, path: str) -> nw.Expr:
        """Return the column of a field, as the last update up to the instant left it."""
        if path not in self._fields:
            table, entry = self._people.table, self._policy.catalogue.fields[path]
            value = table.dialect.typed(column_of(path), entry, table.schema)
            base = self._people.column(or_default(value, path, entry))
            leaf: Callable[[Points], pl.Series] = partial(_on_contact, self._people, base)
            if path not in UNCHANGEABLE and any(map(self._moments.rows.has, (change_of(path), CLEARED))):
                leaf = partial(_updated, leaf, *self._updates(path, entry))
            self._fields[path] = self._moments.leaf(("field", path), leaf)
        return self._fields[path]

    def _updates(self, path: str, entry: Field) -> tuple[str, str]:
        """Return the columns of the interactions that say whether they change a field, and to what."""
        rows = self._moments.rows
        says = rows.typed(change_of(path), entry)
        changes = (nw.col(KIND) == PROFILE_UPDATED) & (~says.is_null() | cleared(rows, path))
        mark = self._moments.column(("changes", path), changes.fill_null(value=False))
        return mark, self._moments.column(("says", path), says)


def _on_contact(people: People, column: str, points: Points) -> pl.Series:
    return people.frame[column].gather(points.contact + points.chunk.first)


def _updated(base: Callable[[Points], pl.Series], mark: str, says: str, points: Points) -> pl.Series:
    changes = marked(points.chunk, mark)
    first = base(points)
    if not len(changes.rows):
        return first
    row, there = changes.last(points)
    return first.zip_with(pl.Series(~there), gathered(points.chunk.rows[says], row, there))


class Words:
    """The consents that a policy asks for, each a column over points.

    Parameters
    ----------
    people : People
        Whose lists of consents are read.
    moments : Moments
        Where the words in interactions are looked for.
    """

    def __init__(self, people: People, moments: Moments) -> None:
        self._people, self._moments = people, moments

    def of(self, channel: str) -> nw.Expr:
        """Return whether marketing on a channel is allowed; null if nothing was ever said."""
        if not has_words(self._people.table):
            return consented(channel, self._moments.latest_of)
        given, refused = (
            self._moments.leaf(("told", channel, granted), partial(_told, self._people, channel, granted))
            for granted in (True, False)
        )
        return consented(channel, self._moments.latest_of, (given, refused))


def _told(people: People, channel: str, granted: bool, points: Points) -> pl.Series:
    """Return when a contact's own list last allowed or refused a channel."""
    chunk = points.chunk
    contact, when, keys = chunk.once(("told", channel, granted), partial(_said, people, channel, granted, chunk))
    if not len(when):
        return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(points))
    place = np.searchsorted(keys, chunk.key(points.contact, points.time), side="right") - 1
    return gathered(pl.Series(when), place, (place >= 0) & (contact[place] == points.contact))


def _said(people: People, channel: str, granted: bool, chunk: Chunk) -> tuple[Ints, Ints, Ints]:
    """Return whose words a chunk's contacts said of a channel, when, and the number that orders both."""
    first, last = np.searchsorted(people.words[CONTACT].to_numpy(), (chunk.first, chunk.first + chunk.contacts))
    here = people.words.slice(first, last - first).filter((pl.col(CHANNEL) == channel) & (pl.col(GRANTED) == granted))
    contact, when = here[CONTACT].to_numpy().astype(np.int64) - chunk.first, here[WHEN].to_numpy()
    return contact, when, chunk.key(contact, when)
