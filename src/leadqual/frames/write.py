"""Writing a table of any kind so that the file is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.files.open_table import JSON_LINES, PARQUET
from leadqual.files.parquet_table import without_nulls
from leadqual.files.write import WholeFiles, check_target, write_csv, write_json_lines
from leadqual.frames.native import into_polars

_BATCH: Final = 20_000


def write(table: Any, path: str | os.PathLike[str]) -> None:
    """Write a table as Parquet, CSV or JSON lines, by the ending of the name: whole, or not at all.

    `read_contacts` and `read_interactions` read it back as it was. CSV cannot say an empty text or an empty list: they
    are empty cells, which are read as missing. In JSON lines the first line names every column, the others leave out
    what is null.

    Parameters
    ----------
    table : DataFrame, LazyFrame, Table or relation
        A table of pandas, Polars, PyArrow, DuckDB or PySpark. A lazy one of Polars streams into Parquet; other lazy
        ones are brought into memory.
    path : str or path
        The file, which is replaced if it is there: ``.parquet``, ``.pq``, ``.csv``, ``.tsv``, ``.txt``, ``.jsonl`` or
        ``.ndjson``.

    Raises
    ------
    InputError
        If this is no table, the file cannot be written, or the ending tells no format.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> target = Path(folder.name) / "contacts.csv"
    >>> write(pl.DataFrame({"contact_id": ["c-1"], "roles": [["partner", "press"]]}), target)
    >>> target.read_text().splitlines()
    ['contact_id,roles', 'c-1,partner;press']
    >>> folder.cleanup()
    """
    check_target(path)
    suffix = Path(path).suffix.lower()
    with WholeFiles() as files:
        part = files.for_target(path)
        if suffix in PARQUET and isinstance(table, pl.LazyFrame):
            table.sink_parquet(part)
            return
        frame = into_polars(table, "table")
        if suffix in PARQUET:
            frame.write_parquet(part)
            return
        _check_finite(frame)
        if suffix in JSON_LINES:
            write_json_lines(part, _json_rows(frame))
        else:
            write_csv(part, frame.columns, _rows(frame), path)


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for start in range(0, frame.height, _BATCH):
        yield from frame.slice(start, _BATCH).iter_rows(named=True)


def _json_rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(_rows(frame)):
        known = without_nulls(row)
        yield known if number else {name: known.get(name) for name in row}


def _check_finite(frame: pl.DataFrame) -> None:
    """Raise `InputError` for NaN and infinity, which neither CSV nor JSON can hold."""
    problems = []
    for name, kind in frame.schema.items():
        wrong = frame.with_row_index("row").filter(~pl.col(name).is_finite()) if kind.is_float() else None
        if wrong is not None and wrong.height:
            row, value = wrong.select("row", name).row(0)
            place, hint = Place("table", row + 1, path=name), "null says that no number is known"
            message = f"{wrong.height:,} numbers are not finite"
            problems.append(Problem("finite-number", message, place, str(value), "a finite number", hint))
    if problems:
        raise InputError(problems)
