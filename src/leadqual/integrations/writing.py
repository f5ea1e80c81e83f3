"""Writing what was imported: a folder that is there whole, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.frames.write import write

FORMATS: Final = ("parquet", "csv")
"""The formats of tables."""

TABLES: Final = ("contacts", "interactions", "standings")
"""The tables that an import writes."""


def written(
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame], folder: str | os.PathLike[str], form: str, *, overwrite: bool
) -> list[Path]:
    """Write tables by name into a folder.

    Everything is written under another name first. A new folder then gets its name at once; in one that is there
    already the files are put in their places, a table of an earlier import that has none now is taken away, and other
    files are left alone.
    """
    check_folder(folder, form, overwrite=overwrite)
    target = Path(folder)
    part = f".leadqual-{os.getpid()}.part"
    beside = target / part if target.is_dir() else target.parent / part
    try:
        beside.mkdir(parents=True)
        for name, table in tables.items():
            write(table, beside / f"{name}.{form}")
        if target.is_dir():
            for name in tables:
                (beside / f"{name}.{form}").replace(target / f"{name}.{form}")
            for name in set(TABLES) - set(tables):
                (target / f"{name}.{form}").unlink(missing_ok=True)
        else:
            beside.rename(target)
    except OSError as error:
        raise InputError(_unwritable(folder, error)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [target / f"{name}.{form}" for name in tables]


def check_folder(folder: str | os.PathLike[str], form: str, *, overwrite: bool) -> None:
    """Raise `InputError` if nothing can be written into a folder, or something is there already."""
    check_format(form)
    target = Path(folder)
    if target.exists() and not target.is_dir():
        message, hint = "this is a file", "name a folder; it is made if it is not there"
        raise InputError(Problem("unwritable-file", message, Place(os.fspath(folder)), hint=hint))
    there = [path.name for name in TABLES for end in FORMATS if (path := target / f"{name}.{end}").exists()]
    if there and not overwrite:
        message, hint = "files of an earlier import are there", "name another folder, or overwrite them"
        raise InputError(Problem("existing-file", message, Place(os.fspath(folder)), ", ".join(there), hint=hint))


def check_format(form: str) -> None:
    """Raise `InputError` if tables are not written in a format."""
    if form not in FORMATS:
        message, expected = "tables are not written in this format", " or ".join(FORMATS)
        raise InputError(Problem("unknown-format", message, Place("format"), shown(form), expected))


def check_sources(folder: str | os.PathLike[str], form: str, sources: Iterable[str]) -> None:
    """Raise `InputError` if a table would take the place of a file from which it was read."""
    targets = {(Path(folder) / f"{name}.{form}").resolve() for name in TABLES}
    read = [source for source in sources if Path(source).resolve() in targets]
    if read:
        message, hint = "the tables would take the place of files that were read", "name another folder"
        raise InputError(Problem("existing-file", message, Place(os.fspath(folder)), ", ".join(read), hint=hint))


def _unwritable(folder: str | os.PathLike[str], error: OSError) -> Problem:
    reason, hint = error.strerror or str(error), "name a folder that may be written to"
    return Problem("unwritable-file", f"the folder cannot be written: {reason}", Place(os.fspath(folder)), hint=hint)
