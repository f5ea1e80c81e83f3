"""An exported file, opened: its headers, and its rows in batches of texts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import polars as pl

ROW: Final = "row"
"""The column with the number of the row, counted as a spreadsheet counts: the first row of the file is 1."""


class BadRow(NamedTuple):
    """A row that could not be cut into the cells of the header."""

    row: int
    code: str
    found: str
    hint: str


@dataclass
class Opened(ABC):
    """A file whose header was read.

    Parameters
    ----------
    name : str
        What people call it.
    headers : tuple of str
        Its headers, as they are written.
    """

    name: str
    headers: tuple[str, ...]
    notes: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list, init=False)
    rows: int = field(default=0, init=False)
    empty: int = field(default=0, init=False)
    done: float = field(default=0.0, init=False)

    typed: Collection[int] = ()
    """The columns whose numbers the file itself holds as numbers, so that their decimals are sure."""

    @abstractmethod
    def batches(self, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        """Yield the rows: `ROW`, and the named columns as text, each by its number."""

    def counted(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return a batch without its empty rows, and count both."""
        cells = [name for name in batch.columns if name != ROW]
        if not cells:
            self.rows += batch.height
            return batch
        known = batch.filter(pl.any_horizontal(pl.col(cells).str.strip_chars() != ""))
        self.empty += batch.height - known.height
        self.rows += known.height
        return known
