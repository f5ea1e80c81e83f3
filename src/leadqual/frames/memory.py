"""A table in memory as rows of cells, for the readers of files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from leadqual.files.parquet_table import leaves, without_nulls
from leadqual.files.row import RawRow, Table

_BATCH = 20_000


@dataclass
class MemoryTable(Table):
    """A Polars frame whose rows are read as those of a file are.

    Parameters
    ----------
    name : str
        The table, for problems.
    frame : DataFrame
        What it holds.
    kept : collection of str
        Columns of structs that are one value: a model of your own, not a group of columns.

    Examples
    --------
    >>> table = MemoryTable("contacts", pl.DataFrame({"contact_id": ["c-1"], "company": [{"employees": 3}]}))
    >>> table.columns, [row.cells for row in table.rows()]
    (['contact_id', 'company.employees'], [{'contact_id': 'c-1', 'company': {'employees': 3}}])
    """

    frame: pl.DataFrame = field(repr=False)
    kept: Collection[str] = ("changes",)
    _read: int = field(default=0, init=False)

    @property
    def columns(self) -> Sequence[str]:
        return [leaf for name, kind in self.frame.schema.items() for leaf in leaves(name, kind, self.kept)]

    def done(self) -> float:
        return self._read / max(1, self.frame.height)

    def rows(self) -> Iterator[RawRow]:
        nested = any(kind.is_nested() for kind in self.frame.dtypes)
        for start in range(0, self.frame.height, _BATCH):
            for number, cells in enumerate(self.frame.slice(start, _BATCH).iter_rows(named=True), start + 1):
                self._read = number
                yield RawRow(number, without_nulls(cells) if nested else cells, "")
