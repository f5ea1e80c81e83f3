"""Choosing how to read a file by its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from leadqual.errors import InputError, Place, Problem
from leadqual.files.columns import check_header
from leadqual.files.csv_table import CsvTable
from leadqual.files.json_table import JsonTable
from leadqual.files.parquet_table import ParquetTable
from leadqual.files.row import Table

CSV: Final = (".csv", ".tsv", ".txt")
JSON_LINES: Final = (".jsonl", ".ndjson")
PARQUET: Final = (".parquet", ".pq")
_HINTS: Final = {
    ".json": "write one JSON object a line, and name the file .jsonl",
    ".xlsx": "save the sheet as CSV UTF-8",
    ".xls": "save the sheet as CSV UTF-8",
    ".ods": "save the sheet as CSV UTF-8",
    ".gz": "unpack it first",
    ".zip": "unpack it first",
}


def open_table(path: str | os.PathLike[str], known: Collection[str], encoding: str = "utf-8") -> Table:
    """Return a file as a table, by the ending of its name; raise `InputError` if it cannot be read."""
    name = os.fspath(path)
    suffix = Path(name).suffix.lower()
    if suffix in CSV:
        return CsvTable(name, known, encoding)
    if suffix in JSON_LINES:
        return JsonTable(name)
    if suffix in PARQUET:
        return ParquetTable(name)
    raise InputError(unknown_format(name))


def unknown_format(name: str) -> Problem:
    """Return the problem of a file whose name has an ending that nothing reads or writes."""
    suffix = Path(name).suffix.lower()
    expected = f"a name that ends in {', '.join((*CSV, *JSON_LINES, *PARQUET))}"
    message, found, hint = "the ending tells no known format", suffix or "no ending", _HINTS.get(suffix)
    return Problem("unknown-format", message, Place(name), found, expected, hint)


def check_columns(
    table: Table,
    known: Collection[str],
    required: Mapping[str, str],
    name_of: Callable[[str], str],
    *,
    ignore_unknown: bool,
) -> None:
    """Hold the header against what is known, and note what is left out; raise `InputError` if it does not fit."""
    if table.columns is None:
        return
    left_out = check_header(table.name, table.columns, known, required, name_of, ignore_unknown=ignore_unknown)
    if left_out:
        table.notes.append(f"{table.name}: left out as unknown: {', '.join(left_out)}")
