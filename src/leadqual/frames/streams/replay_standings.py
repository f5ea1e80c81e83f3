"""Standings from a file of any format that they are written in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, Place, Problem, shown, unreadable_file
from leadqual.files.open_table import CSV, JSON_LINES, unknown_format
from leadqual.frames.fit import fitted
from leadqual.frames.parquet import ERRORS, broken, is_parquet, scan
from leadqual.frames.replays.moves import STANDINGS
from leadqual.frames.streams.source import STANDING_LAYOUT, FileName
from leadqual.frames.types import INSTANT

_FEW: Final = 3
_READ: Final[dict[Any, tuple[Callable[[pl.Expr], pl.Expr], str, str]]] = {
    INSTANT: (
        lambda cells: cells.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False),
        "bad-time",
        "a time with its zone, such as 2026-11-22T08:00:00+07:00",
    ),
    pl.Int64(): (lambda cells: cells.cast(pl.Int64, strict=False), "bad-number", "a whole number"),
}
"""How texts are read, the code of those that cannot be, and what they should be."""


def read_standings(path: FileName) -> pl.DataFrame:
    r"""Return standings as they were written: Parquet (also a folder), CSV or JSON lines.

    Raises
    ------
    InputError
        If the file cannot be read, or its columns do not fit.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "standings.csv"
    >>> _ = file.write_text("contact_id,stage,entered_at,as_of,policy,seen\n007,sql,,2026-11-22T00:00:00Z,f3a1,2\n")
    >>> read_standings(file).select("contact_id", "stage", "entered_at", "seen").rows()
    [('007', 'sql', None, 2)]
    >>> folder.cleanup()
    """
    name = str(path)
    if is_parquet(name):
        return _collected(scan(name, STANDING_LAYOUT), name)
    suffix = Path(name).suffix.lower()
    if suffix not in (*CSV, *JSON_LINES):
        raise InputError(unknown_format(name))
    try:
        with Path(name).open("rb"):
            pass  # only whether it can be opened
        texts = pl.read_ndjson(name, infer_schema_length=None) if suffix in JSON_LINES else _csv(name, suffix)
    except pl.exceptions.NoDataError:
        raise InputError(Problem("empty-file", "there is nothing in the file", Place(name))) from None
    except OSError as error:
        raise InputError(unreadable_file(name, error)) from None
    except ERRORS as error:
        raise InputError(broken(name, error)) from None
    return _collected(fitted(_with_values(texts, name).lazy(), STANDING_LAYOUT, name), name)


def _csv(name: str, suffix: str) -> pl.DataFrame:
    # Every cell as a text: ids keep their leading zeros.
    return pl.read_csv(name, separator="\t" if suffix == ".tsv" else ",", infer_schema=False)


def _with_values(texts: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the table with its texts as what they mean; raise `InputError` for cells that mean nothing."""
    columns, problems = {}, []
    for column, kind in STANDINGS.items():
        if texts.schema.get(column) != pl.String() or kind not in _READ:
            continue
        read, code, expected = _READ[kind]
        columns[column] = texts.select(read(pl.col(column)))[column]
        wrong = texts.with_row_index("row").filter(texts[column].is_not_null() & columns[column].is_null())
        if wrong.height:
            found = ", ".join(
                f"{shown(cell)} in row {row + 1:,} ({shown(whose)})"
                for row, cell, whose in wrong.select("row", column, pl.col(CONTACT_ID)).head(_FEW).iter_rows()
            )
            message = f"{wrong.height:,} of {texts.height:,} rows: this cannot be read"
            problems.append(Problem(code, message, Place(name, path=column), found, expected))
    if problems:
        raise InputError(problems)
    return texts.with_columns(**columns)


def _collected(frame: pl.LazyFrame, name: str) -> pl.DataFrame:
    try:
        return frame.collect()
    except ERRORS as error:
        raise InputError(broken(name, error)) from None
