"""Tables in Parquet files that may be larger than memory, read some rows at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.files.columns import CONTACT_ID, contact_name, interaction_name
from leadqual.files.open_table import PARQUET
from leadqual.frames.fit import Layout
from leadqual.frames.interactions import REQUIRED
from leadqual.frames.parquet import ERRORS, broken, is_parquet, parts
from leadqual.frames.replays.moves import STANDINGS
from leadqual.frames.types import contact_types, interaction_types, known_kinds
from leadqual.policy.document import PolicyDocument

FileName = str | os.PathLike[str]
Kind = Literal["contacts", "interactions", "standings"]

STANDING_LAYOUT: Final = Layout({name: (held,) for name, held in STANDINGS.items()}, tuple(STANDINGS), contact_name)

_SAMPLES: Final = 5
_SAMPLE: Final = 1_000
"""Rows that are looked at in each of some places, to learn how much memory a row takes."""


@dataclass(frozen=True)
class Source:
    """A table in files.

    Parameters
    ----------
    name : str
        The file, the folder or the pattern.
    frames : tuple of LazyFrame
        The table, as several that follow one another and have the same columns.
    heights : tuple of int
        How many rows each of them has.
    """

    name: str
    frames: tuple[pl.LazyFrame, ...]
    heights: tuple[int, ...]

    @property
    def schema(self) -> pl.Schema:
        """The columns, with what they hold."""
        return self.frames[0].collect_schema()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.heights)

    def sample(self) -> pl.DataFrame:
        """Return a few rows from several places of the table."""
        last = max(0, self.rows - _SAMPLE)
        starts = sorted({last * number // (_SAMPLES - 1) for number in range(_SAMPLES)})
        return pl.concat([self.schema.to_frame(), *(self._slice(start, _SAMPLE) for start in starts)])

    def batches(self, columns: Sequence[pl.Expr], rows: int) -> Iterator[pl.DataFrame]:
        """Yield columns of the table in the order of its rows, at most so many rows at a time."""
        for frame, height in zip(self.frames, self.heights, strict=True):
            for start in range(0, height, rows):
                yield self._read(frame.slice(start, rows).select(columns))

    def _slice(self, start: int, rows: int) -> pl.DataFrame:
        """Return rows of the frame that holds the first of them."""
        for frame, height in zip(self.frames, self.heights, strict=True):
            if start < height:
                return self._read(frame.slice(start, rows))
            start -= height
        return self.schema.to_frame()

    def _read(self, frame: pl.LazyFrame) -> pl.DataFrame:
        try:
            return frame.collect(engine="streaming")
        except ERRORS as error:
            raise InputError(broken(self.name, error)) from None


def open_source(
    kind: Kind, path: FileName, policy: PolicyDocument, *, zone: str | None, ignore_unknown: bool
) -> Source:
    """Return a table of Parquet files, of which nothing but names, types and numbers of rows has been read.

    Raises
    ------
    InputError
        If it is no Parquet, if no file is there, or with all columns that do not fit.
    """
    name = os.fspath(path)
    if not is_parquet(name):
        raise InputError(_no_parquet(kind, name))
    frames = parts(name, _layout(kind, policy), zone=zone, ignore_unknown=ignore_unknown)
    try:
        counted = pl.collect_all([frame.select(pl.len()) for frame in frames])
    except ERRORS as error:
        raise InputError(broken(name, error)) from None
    return Source(name, tuple(frames), tuple(int(count.item()) for count in counted))


def _layout(kind: Kind, policy: PolicyDocument) -> Layout:
    if kind == "interactions":
        return Layout(interaction_types(policy, known_kinds(policy)), REQUIRED, interaction_name)
    if kind == "standings":
        return STANDING_LAYOUT
    types = {column: (held,) for column, held in contact_types(policy).items() if held is not None}
    return Layout(types, (CONTACT_ID,), contact_name)


def _no_parquet(kind: Kind, name: str) -> Problem:
    message = "only Parquet can be read a part at a time"
    expected = f"a folder of files that end in {' or '.join(PARQUET)}, a pattern for their names, or one of them"
    read = "pl.read_csv(...)" if kind == "standings" else f"frames.read_{kind}(...)"
    hint = f"write it as Parquet first: frames.write({read}, '{kind}.parquet')"
    found = Path(name).suffix or "no ending"
    return Problem("unknown-format", message, Place(name), found, expected, hint)


def within(memory: int, rows: int, sample: pl.DataFrame, columns: Iterable[str] | None = None) -> int:
    """Return how many rows of some columns take so many bytes of memory, at least one and at most `rows`."""
    looked_at = sample if columns is None else sample.select(columns)
    bytes_a_row = looked_at.estimated_size() / max(1, sample.height)
    return max(1, min(rows, int(memory / max(1.0, bytes_a_row))))
