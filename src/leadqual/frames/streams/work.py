"""The way from tables in files to a result: rows spread into buckets, and one bucket after the other looked at."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import polars as pl

from leadqual.engines.tables.checks.reads import Reads
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, OCCURRED_AT
from leadqual.errors import InputError, LateInteraction, Place, Problem, shown
from leadqual.files.times import zone_named
from leadqual.frames.opened import Tables
from leadqual.frames.replays.given import given_standings
from leadqual.frames.streams.check import Findings, checked
from leadqual.frames.streams.source import FileName, Kind, Source, open_source
from leadqual.frames.streams.spread import UNREAD, Buckets, Plan, buckets_for, writing
from leadqual.lifecycle.policy import Policy
from leadqual.policy.document import PolicyDocument

Progress = Callable[[str, float], object]
"""Called with what is done at the moment, and how far it has come from 0 to 1."""

Made = TypeVar("Made")

_LATE: Final = "late-interaction"
"""What only a replay can tell: it goes on in the other buckets, to count them all."""


@dataclass(frozen=True)
class Bucket:
    """The rows of one bucket, every one of them looked at.

    Parameters
    ----------
    number : int
        Which bucket it is, counted from 0.
    rows : mapping of str to DataFrame
        The rows of each table, by its kind.
    tables : Tables
        The contacts and interactions as the engine reads them.
    repeated : int
        How many interactions say again what another one says.
    later : int
        How many lie after the instant and are not seen.
    """

    number: int
    rows: Mapping[Kind, pl.DataFrame]
    tables: Tables
    repeated: int
    later: int


class Work:
    """Tables in files that are looked at bucket after bucket.

    Parameters
    ----------
    policy : Policy
        The policy.
    at : datetime
        The instant.
    plans : mapping of str to Plan
        How each table is spread.
    reads : Reads
        What is read of contacts and interactions.
    tell : callable
        Hears how far it has come.
    """

    def __init__(self, policy: Policy, at: datetime, plans: Mapping[Kind, Plan], reads: Reads, tell: Progress) -> None:
        self._policy, self._at, self._plans, self._reads, self._tell = policy, at, plans, reads, tell
        self._rows_read = 0

    @property
    def buckets(self) -> int:
        """How many buckets the tables need."""
        return buckets_for(self._plans.values())

    def rows(self, kind: Kind) -> int:
        """Return how many rows a table has."""
        return self._plans[kind].source.rows

    def each(
        self, name: str, spread: Buckets, make: Callable[[Bucket], Made], wanted: Collection[int]
    ) -> Iterator[tuple[Bucket, Made]]:
        """Yield each wanted bucket with what was made of it.

        Parameters
        ----------
        name : str
            What progress calls it.
        spread : Buckets
            Where the rows go in the meantime.
        make : callable
            What makes something of a bucket.
        wanted : collection of int
            The buckets; rows of others are left out.

        Raises
        ------
        InputError
            In the end, with all that is wrong in any bucket. After the first one with problems none is yielded.
        """
        if not wanted:
            return
        for plan in self._plans.values():
            spread.spread(plan, self._read, wanted)
        findings = Findings({kind: plan.source.rows for kind, plan in self._plans.items()}, spread.number)
        for done, number in enumerate(wanted, 1):
            rows = {kind: spread.take(number, plan) for kind, plan in self._plans.items()}
            try:
                bucket = self._looked_at(number, rows)
                made = make(bucket) if findings.only(_LATE) else None
            except InputError as error:
                findings.add(error.problems)
            else:
                if made is not None and not findings:
                    yield bucket, made
            gc.collect()  # an engine and what it was made for hold each other, and with them the rows
            self._tell(name, done / len(wanted))
        if findings:
            raise (LateInteraction if findings.only(_LATE) else InputError)(findings.problems())

    def _looked_at(self, number: int, rows: Mapping[Kind, pl.DataFrame]) -> Bucket:
        people, events = rows["contacts"], rows["interactions"]
        problems: list[Problem] = []
        tables = None
        try:
            tables = checked(self._policy, people, events, self._reads)
        except InputError as error:
            problems += error.problems
        try:
            if "standings" in rows:
                given_standings(self._policy, rows["standings"], self._at, people[CONTACT_ID])
        except InputError as error:
            problems += error.problems
        if tables is None or problems:
            raise InputError(problems)
        once = events.select(CONTACT_ID, INTERACTION_ID).n_unique() if tables.repeated else events.height
        seen: dict[Kind, pl.DataFrame] = {**rows, "interactions": events.drop(UNREAD, strict=False)}
        return Bucket(number, seen, tables, events.height - once, int((events[OCCURRED_AT] > self._at).sum()))

    def _read(self, rows: int) -> None:
        self._rows_read += rows
        self._tell("reading", self._rows_read / sum(plan.source.rows for plan in self._plans.values()))


def silent(name: str, done: float) -> None:
    """Tell nobody how far it has come."""


def check_buckets(buckets: object) -> None:
    """Raise `InputError` unless this is a number of buckets, or None."""
    if buckets is not None and (not isinstance(buckets, int) or isinstance(buckets, bool) or buckets < 1):
        message, expected = "there is no such number of buckets", "a whole number from 1"
        raise InputError(Problem("bad-argument", message, Place("buckets"), shown(buckets), expected))


def open_sources(
    policy: PolicyDocument, named: Mapping[Kind, FileName], *, time_zone: str | None, ignore_unknown: bool
) -> dict[Kind, Source]:
    """Return tables in files; raise `InputError` with what is wrong with any of them."""
    zone = zone_named(time_zone)
    found: dict[Kind, Source] = {}
    problems: list[Problem] = []
    for kind, name in named.items():
        try:
            found[kind] = open_source(
                kind, name, policy, zone=zone.key if zone else None, ignore_unknown=ignore_unknown
            )
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return found


@contextmanager
def working_beside(target: Path) -> Iterator[Path]:
    """Give a folder for files in the making, on the disk of the target; it is removed in the end."""
    with writing(target):
        work = TemporaryDirectory(prefix=f".{target.name}.", dir=target.resolve().parent, ignore_cleanup_errors=True)
    with work as name:
        yield Path(name)
