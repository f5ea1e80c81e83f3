"""Files as tables with every column and every cell as it stands there: what nobody looks at is not lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.files.leads import Progress
from leadqual.files.open_table import PARQUET, open_table
from leadqual.frames.io import FileName

_EVERY = 5_000


def read_whole(
    path: FileName, *, encoding: str = "utf-8", progress: Progress | None = None
) -> tuple[pl.DataFrame, list[int]]:
    """Return a file as a table, and on which line each row begins.

    Cells of CSV stay texts, an empty one is missing. JSON lines and Parquet keep their types.

    Raises
    ------
    InputError
        With every row that cannot be read.
    """
    if Path(path).suffix.lower() in PARQUET:
        return _parquet(os.fspath(path))
    table = open_table(path, ("contact_id", "interaction_id", "left", "right", "decision", "phone", "email"), encoding)
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    for number, row in enumerate(table.rows()):
        if progress is not None and number % _EVERY == 0:
            progress(table.name, table.done())
        problems += [problem.at(source=table.name, line=row.line) for problem in row.problems]
        rows.append({name: cell or None for name, cell in row.cells.items()} if table.textual else row.cells)
        lines.append(row.line)
    if problems:
        raise InputError(problems)
    names = (
        list(table.columns) if table.columns is not None else list(dict.fromkeys(name for row in rows for name in row))
    )
    try:
        schema = dict.fromkeys(names, pl.String) if table.textual else None
        frame = pl.DataFrame(rows, schema=schema, infer_schema_length=None) if rows else pl.DataFrame(schema=names)
    except (pl.exceptions.PolarsError, TypeError) as error:
        message, hint = "the values of a column are of several types", "give each column one type"
        raise InputError(Problem("mixed-column", message, Place(table.name), str(error)[:80], hint=hint)) from None
    return (frame.cast(pl.String) if table.textual else frame), lines


def _parquet(name: str) -> tuple[pl.DataFrame, list[int]]:
    try:
        frame = pl.read_parquet(name, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        message, hint = "the file cannot be read", "check the name, and that it is Parquet"
        raise InputError(Problem("unreadable-file", message, Place(name), str(error)[:80], hint=hint)) from None
    return frame, list(range(1, frame.height + 1))
