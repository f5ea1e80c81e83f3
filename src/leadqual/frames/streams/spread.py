"""Two tables spread into buckets on disk: all that belongs to one contact lies in one bucket."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.engines.tables.checks.columns import unchangeable
from leadqual.engines.tables.checks.reads import Reads
from leadqual.engines.tables.columns import CONTACT_ID, OF_INTERACTIONS, change_of, column_of
from leadqual.errors import InputError, Place, Problem, cut
from leadqual.frames.parquet import ERRORS
from leadqual.frames.streams.source import Kind, Source, within
from leadqual.model.profile import CLEARED

UNREAD: Final = "what the policy does not read"
"""The column with a hash of all that tells two interactions apart and that nothing else is asked of."""

_BUCKET: Final = "lq_bucket"
_SEED: Final = 20_261_122
_MEMORY: Final = 128 * 2**20
"""Bytes of a table that are in memory at once."""
_ROWS: Final = 1_000_000
"""Rows that are spread at once."""
_READ: Final = 250_000
"""Rows that are read at once: files may hold wide columns that are read and not kept."""
_MOST: Final[dict[Kind, int]] = {"contacts": 100_000, "interactions": 750_000, "standings": 100_000}
"""Rows in a bucket on average, for which the engine takes some hundred megabytes."""
_CURRENCY: Final = "currency"
_OF_SYSTEM: Final = re.compile(r"IO error: (.+?)(?: \(os error \d+\))?$")
"""What the system said, in a message of Polars."""


@dataclass(frozen=True)
class Plan:
    """Which columns of a table are kept, and how many rows are in memory at once.

    Parameters
    ----------
    kind : {"contacts", "interactions"}
        The table.
    source : Source
        Where it is.
    kept : tuple of str
        The columns that are kept.
    hashed : tuple of str
        The columns of which a hash is kept.
    read, spread, most : int
        How many rows are read at once, spread at once, and put into one bucket.
    """

    kind: Kind
    source: Source
    kept: tuple[str, ...]
    hashed: tuple[str, ...]
    read: int
    spread: int
    most: int

    @property
    def least(self) -> int:
        """How many buckets the table needs."""
        return -(-self.source.rows // self.most)

    def columns(self, buckets: int) -> list[pl.Expr]:
        """Return what is read: the columns that are kept, and the bucket of each row."""
        held = [pl.col(name) for name in self.kept]
        if self.hashed:
            held.append(pl.struct(self.hashed).hash(_SEED).alias(UNREAD))
        return [*held, (pl.col(CONTACT_ID).hash(_SEED) % buckets).cast(pl.UInt32).alias(_BUCKET)]

    @property
    def empty(self) -> pl.DataFrame:
        """No row of what is kept."""
        return self.source.schema.to_frame().select(self.columns(1)).drop(_BUCKET)


def planned(kind: Kind, source: Source, reads: Reads, *, whole: bool = False) -> Plan:
    """Return how a table is spread; `whole` keeps every column.

    Scorer objects look at what they like: for them every column is kept, and so is every one of standings.
    """
    names = source.schema.names()
    whole = whole or bool(reads.scorers) or kind not in _KNOWN
    known = set(names) if whole else _KNOWN[kind](reads)
    kept = tuple(name for name in names if name in known)
    others = tuple(name for name in names if name not in kept) if kind == "interactions" else ()
    sample = source.sample()
    return Plan(
        kind,
        source,
        kept,
        others,
        within(_MEMORY // 2, _READ, sample),
        within(_MEMORY, _ROWS, sample, kept),
        within(_MEMORY, _MOST[kind], sample, kept),
    )


def _of_contacts(reads: Reads) -> set[str]:
    return {CONTACT_ID, *map(column_of, reads.fields)}


def _of_interactions(reads: Reads) -> set[str]:
    changes = {change_of(name) for name in (*reads.fields, *unchangeable())}
    return {*OF_INTERACTIONS, _CURRENCY, CLEARED, *changes, *(name for _, name in reads.properties)}


_KNOWN: Final[dict[Kind, Callable[[Reads], set[str]]]] = {
    "contacts": _of_contacts,
    "interactions": _of_interactions,
}


@dataclass
class Buckets:
    """Files with the rows of each bucket.

    Parameters
    ----------
    folder : Path
        Where they are.
    number : int
        How many buckets there are.
    target : Path
        What is made of them, which errors name.
    """

    folder: Path
    number: int
    target: Path
    _files: defaultdict[tuple[int, Kind], list[Path]] = field(default_factory=lambda: defaultdict(list), init=False)
    _runs: int = field(default=0, init=False)

    def spread(self, plan: Plan, told: Callable[[int], None], wanted: Collection[int]) -> None:
        """Write the rows of wanted buckets into files of theirs; `told` hears how many rows were read."""
        held: list[pl.DataFrame] = []
        rows = 0
        some = None if len(wanted) == self.number else pl.col(_BUCKET).is_in(list(wanted))
        for batch in plan.source.batches(plan.columns(self.number), plan.read):
            kept = batch if some is None else batch.filter(some)
            held.append(kept)
            rows += kept.height
            told(batch.height)
            if rows >= plan.spread:
                self._write(plan.kind, pl.concat(held))
                held, rows = [], 0
        if rows:
            self._write(plan.kind, pl.concat(held))

    def take(self, bucket: int, plan: Plan) -> pl.DataFrame:
        """Return the rows of a bucket, in the order of their table, and remove its files."""
        files = self._files.pop((bucket, plan.kind), [])
        if not files:
            return plan.empty
        with writing(self.target):
            rows = pl.read_parquet(files, glob=False, hive_partitioning=False)
            for file in files:
                file.unlink()
        return rows

    def _write(self, kind: Kind, rows: pl.DataFrame) -> None:
        self._runs, start = self._runs + 1, 0
        sorted_rows = rows.sort(_BUCKET, maintain_order=True)
        with writing(self.target):
            for length, bucket in sorted_rows[_BUCKET].rle().struct.unnest().iter_rows():
                file = self.folder / f"{bucket}-{kind}-{self._runs}.parquet"
                part = sorted_rows.slice(start, length).drop(_BUCKET)
                part.write_parquet(file, compression="lz4", statistics=False)
                self._files[bucket, kind].append(file)
                start += length


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what goes wrong with files of ours, such as a full disk, into an `InputError`."""
    try:
        yield
    except ERRORS as error:
        text = str(error)
        reason = getattr(error, "strerror", None) or cut(match[1] if (match := _OF_SYSTEM.search(text)) else text)
        message, hint = f"the files cannot be written: {reason}", "free space there, or write to another disk"
        raise InputError(Problem("unwritable-file", message, Place(str(target)), hint=hint)) from None


def buckets_for(plans: Iterable[Plan]) -> int:
    """Return how many buckets tables need, each small enough for the memory of a small machine."""
    return max(1, *(plan.least for plan in plans))
