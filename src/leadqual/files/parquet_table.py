"""Parquet files as rows, a batch at a time, through Polars."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leadqual.errors import InputError, MissingDependency, Place, Problem, cut
from leadqual.files.encoding import open_bytes
from leadqual.files.row import RawRow, Table

_BATCH: Final = 20_000


def polars() -> Any:
    """Return the module `polars`; raise `MissingDependency` if it is not installed."""
    try:
        import polars as module  # noqa: PLC0415 - an optional dependency
    except ImportError:
        hint = "pip install 'leadqual[cli]', or use CSV or JSON lines"
        problem = Problem("missing-dependency", "Parquet needs polars", found="not installed", hint=hint)
        raise MissingDependency(problem) from None
    return module


@dataclass
class ParquetTable(Table):
    """A Parquet file, with plain or nested columns."""

    _progress: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        library = polars()
        open_bytes(self.name).close()
        self._errors = (library.exceptions.PolarsError, library.exceptions.PanicException, OSError)
        try:
            self._frame = library.scan_parquet(self.name, glob=False)
            schema = self._frame.collect_schema()
            self._height = int(self._frame.select(library.len()).collect().item())
        except self._errors as error:
            raise InputError(unreadable(self.name, error)) from None
        self._nested = any(kind.is_nested() for kind in schema.values())
        self._columns = [leaf for name, kind in schema.items() for leaf in leaves(name, kind)]

    @property
    def columns(self) -> Sequence[str]:
        return self._columns

    def done(self) -> float:
        return self._progress

    def rows(self) -> Iterator[RawRow]:
        for start in range(0, self._height, _BATCH):
            try:
                batch = self._frame.slice(start, _BATCH).collect()
            except self._errors as error:
                raise InputError(unreadable(self.name, error)) from None
            for number, cells in enumerate(batch.iter_rows(named=True), start + 1):
                self._progress = number / self._height
                if self._nested:
                    cells = without_nulls(cells)
                yield RawRow(number, cells, json.dumps(cells, default=str, ensure_ascii=False))


def unreadable(name: str, error: BaseException) -> Problem:
    """Return the problem of a file that Polars cannot read."""
    message, hint = "the file is not Parquet", "write the file again from its source"
    return Problem("bad-parquet", message, Place(name), cut(str(error)), hint=hint)


def leaves(name: str, kind: Any, kept: Collection[str] = ("changes",)) -> list[str]:
    """Return the dotted names under a column: its own if it is `kept` or no struct, else those of its fields."""
    fields = getattr(kind, "fields", None)
    if not fields or name in kept:
        return [name]
    return [leaf for item in fields for leaf in leaves(f"{name}.{item.name}", item.dtype, kept)]


def without_nulls(value: Any) -> Any:
    """Return nested cells without nulls: in a table all rows have the same fields, and null says that one is absent."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value
