"""Some contacts with all their interactions as arrays, and how to find what they had seen at any instant."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadqual.engines.tables.columns import KIND
from leadqual.engines.tables.keys import CONTACT
from leadqual.engines.tables.rows import TIME

Ints: TypeAlias = NDArray[np.signedinteger[Any]]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Made = TypeVar("Made")

_ROWS: Final = 400_000
"""Rows of one chunk: few enough to stay near the processor, enough for the cost of a step to vanish in them."""
_KEYS: Final = 2**62


class Chunk:
    """Contacts that follow one another, and the rows of their interactions in the order of contact, time and id.

    A row is found by one number that orders contacts and instants together, so that a search over the rows of all
    contacts never leaves the contact that it began with.

    Parameters
    ----------
    sorted_rows : SortedRows
        All interactions.
    first, last : int
        The place of the first contact, and of the first one after them.
    """

    def __init__(self, sorted_rows: SortedRows, first: int, last: int) -> None:
        self.first, self.contacts, self.until = first, last - first, sorted_rows.until
        start = sorted_rows.starts[first : last + 1]
        self.rows = sorted_rows.rows.slice(start[0], start[-1] - start[0])
        self.start: Ints = start - start[0]
        self.contact: Ints = np.repeat(np.arange(self.contacts), np.diff(start))
        self.time: Ints = self.rows[TIME].to_numpy()
        self.since = min(self.time.min(initial=self.until), sorted_rows.earliest[first:last].min(initial=self.until))
        self.span = int(self.until - self.since) + 3
        self._made: dict[Hashable, Any] = {}

    @cached_property
    def _keys(self) -> Ints:
        return self.key(self.contact, self.time)

    def key(self, contact: Ints, time: Ints) -> Ints:
        """Return the number that orders contacts and instants; what lies before everything known is one instant."""
        late = np.clip(time, self.since - 1, self.until)
        key: Ints = contact * self.span + (late - self.since) + 1
        return key

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made under a key, made now if it was not yet."""
        if key not in self._made:
            self._made[key] = make()
        found: Made = self._made[key]
        return found

    def forget(self) -> None:
        """Let go of everything that was made; the contacts and rows stay."""
        self._made.clear()

    def column(self, name: str) -> Any:
        """Return a column of the rows as an array; missing numbers are NaN."""
        return self.once(("column", name), lambda: self.rows[name].to_numpy())

    def is_of(self, kind: str) -> Bools:
        """Return which rows are of a kind."""
        found: Bools = (self.rows[KIND] == kind).fill_null(value=False).to_numpy()
        return found

    def time_of(self, row: Ints) -> Ints:
        """Return when rows happened; anything, where the chunk has none."""
        return self.time.take(row, mode="clip") if len(self.time) else np.zeros(len(row), dtype=np.int64)

    def seen(self, contact: Ints, time: Ints) -> Ints:
        """Return how many rows of the chunk lie before contacts at instants, what happens at the instants included."""
        return np.searchsorted(self._keys, self.key(contact, time), side="right")


@dataclass
class Points:
    """Contacts at instants: where questions are asked.

    Parameters
    ----------
    chunk : Chunk
        Whose contacts they are.
    contact, time : array of shape (n,)
        The contact of each, counted within the chunk, and the instant in UTC microseconds.
    end : array of shape (n,)
        How many rows of the chunk lie before each, its own instant included.
    """

    chunk: Chunk
    contact: Ints
    time: Ints
    end: Ints
    _begins: dict[int, Ints] = field(default_factory=dict)
    _answers: dict[str, pl.Series] = field(default_factory=dict)

    @classmethod
    def at(cls, chunk: Chunk, contact: Ints, time: Ints) -> Points:
        """Return points anywhere in time."""
        return cls(chunk, contact, time, chunk.seen(contact, time))

    def __len__(self) -> int:
        return len(self.contact)

    def begin(self, within: int | None) -> Ints:
        """Return the first row that is younger than `within` microseconds; that of the contact without it."""
        if within is None:
            return self.chunk.start[self.contact]
        if within not in self._begins:
            self._begins[within] = self.chunk.seen(self.contact, self.time - within)
        return self._begins[within]

    def answer(self, name: str, leaf: Callable[[Points], pl.Series]) -> pl.Series:
        """Return the column that a leaf gives, asked for once."""
        if name not in self._answers:
            self._answers[name] = leaf(self)
        return self._answers[name]


class SortedRows:
    """All interactions, in the order of contact, time and id.

    Parameters
    ----------
    rows : DataFrame
        One row an interaction.
    earliest : array of shape (contacts,)
        For each contact the first instant beside its interactions at which something is known of it; `until` if there
        is none.
    until : int
        The last instant that anybody may ask about, in UTC microseconds.
    """

    def __init__(self, rows: pl.DataFrame, earliest: Ints, until: int) -> None:
        self.rows, self.earliest, self.until = rows, earliest, until
        self.starts: Ints = np.searchsorted(rows[CONTACT].to_numpy(), np.arange(len(earliest) + 1))

    def chunks(self) -> Iterator[Chunk]:
        """Yield chunks of contacts that follow one another."""
        first, contacts = 0, len(self.earliest)
        while first < contacts:
            enough = int(np.searchsorted(self.starts, self.starts[first] + _ROWS, side="right")) - 1
            last = min(max(enough, first + 1), first + _ROWS, contacts)
            chunk = Chunk(self, first, last)
            if chunk.contacts * chunk.span > _KEYS:  # an instant long ago: fewer contacts fit into one number
                last = first + max(1, _KEYS // chunk.span)
                chunk = Chunk(self, first, last)
            yield chunk
            first = last
