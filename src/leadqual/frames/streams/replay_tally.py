"""What a replay of some contacts came to: numbers that can be added up, and kept beside the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import polars as pl

from leadqual.frames.streams.work import Bucket


@dataclass(frozen=True)
class Tally:
    """How many rows were read, and how many moves and standings they gave.

    Parameters
    ----------
    contacts, interactions, repeated, later : int
        Contacts, interactions that differ, rows that say again what another one says, and interactions that were not
        seen since they came later.
    moves : Counter of str
        How often each transition fired.
    stages : Counter of str
        How many contacts stand at each stage, without those that had not appeared.
    not_appeared : int
        How many contacts had neither an interaction nor been created.

    Examples
    --------
    >>> one = Tally(contacts=2, moves=Counter(sales=1))
    >>> both = Tally.total([one, Tally.read(one.as_dict())])
    >>> both.contacts, both.moves
    (4, Counter({'sales': 2}))
    """

    contacts: int = 0
    interactions: int = 0
    repeated: int = 0
    later: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    not_appeared: int = 0

    @classmethod
    def of(cls, bucket: Bucket, moves: pl.DataFrame, standings: pl.DataFrame) -> Self:
        """Return the numbers of a bucket."""
        people, events = (bucket.rows[kind].height for kind in ("contacts", "interactions"))
        read = cls(people, events - bucket.repeated, bucket.repeated, bucket.later)
        return read.with_result(moves, standings)

    def with_result(self, moves: pl.DataFrame, standings: pl.DataFrame) -> Self:
        """Return these numbers with those of moves and standings."""
        absent = pl.col("stage").is_not_null() & pl.col("entered_at").is_null()
        return replace(
            self,
            moves=_counted(moves["transition"]),
            stages=_counted(standings.filter(~absent)["stage"]),
            not_appeared=standings.filter(absent).height,
        )

    @classmethod
    def total(cls, tallies: Iterable[Self]) -> Self:
        """Return the sum of several."""
        every = list(tallies)
        sums = {each.name: [getattr(one, each.name) for one in every] for each in fields(cls)}
        zero: dict[str, Any] = {"moves": Counter(), "stages": Counter()}
        return cls(**{name: sum(values, zero.get(name, 0)) for name, values in sums.items()})

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the numbers that `as_dict` gave; raise `KeyError` or `TypeError` if they are not such."""
        numbers: dict[str, Any] = {each.name: data[each.name] for each in fields(cls)}
        return cls(**numbers | {name: Counter(numbers[name]) for name in ("moves", "stages")})

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers as plain data for JSON."""
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        return held | {name: dict(held[name]) for name in ("moves", "stages")}


def _counted(values: pl.Series) -> Counter[str]:
    """Return how often each value comes, without those that are missing."""
    return Counter(dict(values.drop_nulls().value_counts().iter_rows()))
