"""Parquet files, folders of them and patterns for their names: one table, of which nothing is read yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from glob import glob
from itertools import groupby
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.errors import InputError, Place, Problem, cut
from leadqual.files.encoding import open_bytes
from leadqual.files.open_table import CSV, JSON_LINES, PARQUET
from leadqual.files.parquet_table import unreadable
from leadqual.frames.fit import Layout, fitted
from leadqual.frames.types import Type, common_type

ERRORS: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
_PATTERN: Final = frozenset("*?[")


def is_parquet(name: str) -> bool:
    """Return whether a name tells Parquet: by its ending, or as a folder or a pattern without any other ending."""
    suffix = Path(name).suffix.lower()
    return suffix in PARQUET or Path(name).is_dir() or (not suffix[1:].isalnum() and bool(_PATTERN & set(name)))


def scan(name: str, layout: Layout, *, zone: str | None = None, ignore_unknown: bool = False) -> pl.LazyFrame:
    """Return a table of one or many files, in the order of their names; raise `InputError` for columns that do not fit.

    Files may differ in their columns: where one lacks a column, its rows have null there.
    """
    return pl.concat(parts(name, layout, zone=zone, ignore_unknown=ignore_unknown))


def parts(name: str, layout: Layout, *, zone: str | None = None, ignore_unknown: bool = False) -> list[pl.LazyFrame]:
    """Return a table as several that follow one another and have the same columns, each of files with one schema.

    A slice of one of them reads its own rows alone; that of a table that was put together reads all before it.
    """
    found: list[tuple[str, pl.LazyFrame]] = []
    problems = []
    for files, partitions in _groups(name, layout):
        frame = pl.scan_parquet(
            files,
            glob=False,
            hive_partitioning=bool(partitions),
            hive_schema=dict.fromkeys(partitions, pl.String()) or None,
        )
        unknown = [column for column in partitions if layout.column(column) is None]
        try:
            known = fitted(frame.drop(unknown), layout, files[0], zone=zone, ignore_unknown=ignore_unknown)
            found.append((files[0], known))
        except ERRORS as error:
            problems.append(unreadable(files[0], error))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    types = _common(found)
    wanted = [(column, types[column]) for column in layout.types if column in types]
    return [_aligned(frame, wanted) for _, frame in found] if len(found) > 1 else [found[0][1]]


def broken(name: str, error: BaseException) -> Problem:
    """Return the problem of a table that could not be read to its end."""
    text = str(error)
    code = next((code for word, code in _LOCAL_TIMES.items() if word in text), None)
    if code is None:
        return unreadable(name, error)
    message, hint = "a local time names no single instant", "write times with their offset from UTC"
    return Problem(code, message, Place(name), cut(text.partition(".")[0]), hint=hint)


_LOCAL_TIMES: Final = {"is ambiguous in": "ambiguous-time", "is non-existent in": "no-such-time"}
"""Times that happened twice or never where they were written down."""


def _common(found: Iterable[tuple[str, pl.LazyFrame]]) -> dict[str, Type]:
    """Return the columns of several tables with the types that hold all their values; raise `InputError`."""
    types: dict[str, Type] = {}
    first: dict[str, str] = {}
    problems = []
    for file, frame in found:
        for column, kind in frame.collect_schema().items():
            one = types.setdefault(column, kind)
            both = common_type(one, kind)
            if both is None:
                message, hint = "the files hold different things in one column", "write them again with one type"
                held = f"{one} in {first[column]}, {kind} here"
                problems.append(Problem("mixed-column", message, Place(file, path=column), held, hint=hint))
            else:
                types[column] = both
            first.setdefault(column, file)
    if problems:
        raise InputError(problems)
    return types


def _aligned(frame: pl.LazyFrame, wanted: Iterable[tuple[str, Type]]) -> pl.LazyFrame:
    held = frame.collect_schema()
    return frame.select(
        (pl.col(column).cast(kind) if column in held else pl.lit(None, kind)).alias(column) for column, kind in wanted
    )


def _groups(name: str, layout: Layout) -> Iterator[tuple[list[str], list[str]]]:
    """Yield files that have one schema, with the columns that stand in the names of their folders."""
    files = files_of(name)
    described = [(_schema(file), _partitions(name, file), file) for file in files]
    for (_, partitions), same in groupby(described, key=lambda each: each[:2]):
        known = any(layout.column(column) is not None for column in partitions)
        yield [file for _, _, file in same], list(partitions) if known else []


def files_of(name: str) -> list[str]:
    """Return the files that a name means, in their order; raise `InputError` if there are none."""
    is_pattern = not Path(name).exists() and bool(_PATTERN & set(name))
    paths = _matching(name) if is_pattern else [Path(name)]
    found = [file for path in paths for file in (_inside(path) if path.is_dir() else [path])]
    if not found:
        expected = f"files that end in {', '.join(PARQUET)}"
        message, hint = "no Parquet file is there", _others(Path(name)) or "check the name of the folder or the pattern"
        raise InputError(Problem("unreadable-file", message, Place(name), expected=expected, hint=hint))
    return [str(file) for file in found]


def _inside(folder: Path) -> list[Path]:
    """Return the Parquet files in a folder and those below it, without what Spark and others hide there."""
    files = (file for file in folder.rglob("*") if file.suffix.lower() in PARQUET and file.is_file())
    return sorted(file for file in files if not _is_hidden(file.relative_to(folder).parts))


def _others(folder: Path) -> str | None:
    """Return what to do with a folder whose files are tables of another format, if it is one."""
    endings = {file.suffix.lower() for file in folder.glob("*")} if folder.is_dir() else set()
    held = ", ".join(ending for ending in (*CSV, *JSON_LINES) if ending in endings)
    return f"the files there end in {held}: name one of them, or write them again as Parquet" if held else None


def _matching(pattern: str) -> list[Path]:
    named = Path(pattern).parts
    paths = map(Path, sorted(glob(pattern, recursive=True)))  # noqa: PTH207 - a pattern may be absolute
    return [path for path in paths if not _is_hidden(part for part in path.parts if part not in named)]


def _is_hidden(parts: Iterable[str]) -> bool:
    return any(part.startswith(("_", ".")) for part in parts)


def _schema(file: str) -> tuple[tuple[str, Type], ...]:
    open_bytes(file).close()
    try:
        return tuple(pl.scan_parquet(file, glob=False, hive_partitioning=False).collect_schema().items())
    except ERRORS as error:
        raise InputError(unreadable(file, error)) from None


def _partitions(name: str, file: str) -> tuple[str, ...]:
    """Return the columns of folders such as ``country=ID`` between the folder that was named and a file."""
    inside = Path(file).relative_to(name).parts[:-1] if Path(name).is_dir() else ()
    return tuple(part.partition("=")[0] for part in inside if "=" in part)
