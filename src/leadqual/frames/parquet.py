"""Parquet files, folders of them and patterns for their names: one table, of which nothing is read yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from glob import glob
from itertools import groupby
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.files.encoding import open_bytes
from leadqual.files.open_table import PARQUET
from leadqual.files.parquet_table import unreadable
from leadqual.frames.fit import Layout, fitted
from leadqual.frames.types import Type

ERRORS: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
_PATTERN: Final = frozenset("*?[")


def is_parquet(name: str) -> bool:
    """Return whether a name tells Parquet: by its ending, or as a folder or a pattern without any other ending."""
    suffix = Path(name).suffix.lower()
    return suffix in PARQUET or Path(name).is_dir() or (not suffix.isalnum() and bool(_PATTERN & set(name)))


def scan(name: str, layout: Layout, *, zone: str | None = None, ignore_unknown: bool = False) -> pl.LazyFrame:
    """Return a table of one or many files, in the order of their names; raise `InputError` for columns that do not fit.

    Files may differ in their columns: where one lacks a column, its rows have null there.
    """
    parts, problems = [], []
    for files, partitions in _groups(name, layout):
        frame = pl.scan_parquet(
            files,
            glob=False,
            hive_partitioning=bool(partitions),
            hive_schema=dict.fromkeys(partitions, pl.String()) or None,
        )
        unknown = [column for column in partitions if layout.column(column) is None]
        try:
            parts.append(fitted(frame.drop(unknown), layout, files[0], zone=zone, ignore_unknown=ignore_unknown))
        except ERRORS as error:
            problems.append(unreadable(files[0], error))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    if len(parts) == 1:
        return parts[0]
    whole = pl.concat(parts, how="diagonal_relaxed")
    columns = whole.collect_schema()
    return whole.select(column for column in layout.types if column in columns)


def _groups(name: str, layout: Layout) -> Iterator[tuple[list[str], list[str]]]:
    """Yield files that have one schema, with the columns that stand in the names of their folders."""
    files = _files(name)
    described = [(_schema(file), _partitions(name, file), file) for file in files]
    for (_, partitions), same in groupby(described, key=lambda each: each[:2]):
        known = any(layout.column(column) is not None for column in partitions)
        yield [file for _, _, file in same], list(partitions) if known else []


def _files(name: str) -> list[str]:
    is_pattern = not Path(name).exists() and bool(_PATTERN & set(name))
    paths = _matching(name) if is_pattern else [Path(name)]
    found = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    if not found:
        expected = f"files that end in {', '.join(PARQUET)}"
        message, hint = "no Parquet file is there", "check the name of the folder or the pattern"
        raise InputError(Problem("unreadable-file", message, Place(name), expected=expected, hint=hint))
    return [str(file) for file in found]


def _inside(folder: Path) -> list[Path]:
    """Return the Parquet files in a folder and those below it, without what Spark and others hide there."""
    files = (file for file in folder.rglob("*") if file.suffix.lower() in PARQUET and file.is_file())
    return sorted(file for file in files if not _is_hidden(file.relative_to(folder).parts))


def _matching(pattern: str) -> list[Path]:
    named = Path(pattern).parts
    paths = map(Path, sorted(glob(pattern, recursive=True)))  # noqa: PTH207 - a pattern may be absolute
    return [path for path in paths if not _is_hidden(part for part in path.parts if part not in named)]


def _is_hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(("_", ".")) for part in parts)


def _schema(file: str) -> tuple[tuple[str, Type], ...]:
    open_bytes(file).close()
    try:
        return tuple(pl.read_parquet_schema(file).items())
    except ERRORS as error:
        raise InputError(unreadable(file, error)) from None


def _partitions(name: str, file: str) -> tuple[str, ...]:
    """Return the columns of folders such as ``country=ID`` between the folder that was named and a file."""
    inside = Path(file).relative_to(name).parts[:-1] if Path(name).is_dir() else ()
    return tuple(part.partition("=")[0] for part in inside if "=" in part)
