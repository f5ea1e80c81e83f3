"""Opening exported files: unpacked, decoded, with their header, and recognised."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.integrations.files.encodings import decoded
from leadqual.integrations.files.headers import DELIMITERS, read_header
from leadqual.integrations.files.matching import Matched, known_headers, matched
from leadqual.integrations.files.opened import Opened
from leadqual.integrations.files.sheet_rows import read_sheets
from leadqual.integrations.files.text_rows import TextRows
from leadqual.integrations.files.unpacked import SPREADSHEETS, Unpacked, unpacked
from leadqual.integrations.settings import Settings, reading_of

FileName: TypeAlias = str | os.PathLike[str]
Files: TypeAlias = FileName | Iterable[FileName] | Mapping[str, FileName | Iterable[FileName]]
"""Files: one, several, or by the name that the mapping gives to them."""


def opened_files(files: Files, chosen: Settings, folder: Path) -> list[Matched]:
    """Return files opened and recognised.

    Raises
    ------
    InputError
        With everything that keeps a file from being read, of all files.
    """
    found: list[Matched] = []
    problems: list[Problem] = []
    for kind, path in _named(files):
        try:
            found += _of_path(kind, path, chosen, folder)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    if not found:
        message, hint = "no file is named", "name the files that the other system exported"
        raise InputError(Problem("missing-argument", message, Place("files"), hint=hint))
    return found


def _named(files: Files) -> Iterator[tuple[str | None, FileName]]:
    if isinstance(files, Mapping):
        for kind, several in files.items():
            for _, path in _named(several):
                yield kind or None, path
    elif isinstance(files, str | os.PathLike):
        yield None, files
    elif isinstance(files, Iterable):
        for path in files:
            if not isinstance(path, str | os.PathLike):
                raise InputError(Problem("wrong-type", "a file is named", Place("files"), shown(path), "a path"))
            yield None, path
    else:
        raise InputError(Problem("wrong-type", "files are named", Place("files"), shown(files), "a path, or several"))


def _of_path(kind: str | None, path: FileName, chosen: Settings, folder: Path) -> Iterator[Matched]:
    problems: list[Problem] = []
    for one in unpacked(path, folder):
        try:
            for table in opened(one, chosen, folder, kind):
                yield matched(chosen.document, table, kind)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def opened(one: Unpacked, chosen: Settings, folder: Path, kind: str | None = None) -> list[Opened]:
    """Return the tables of a file: one of a text, one or several of a spreadsheet."""
    known = known_headers(chosen.document)
    if one.path.suffix.lower() in SPREADSHEETS:
        return read_sheets(one.name, one.path, known)
    written = reading_of(chosen.document, kind)
    text = decoded(one.name, one.path, chosen.encoding or written.encoding, folder)
    header = read_header(one.name, text.path, known, written.delimiter)
    table = TextRows(one.name, header.names, decoded=text, header=header)
    if header.delimiter != ",":
        table.notes.append(f"the cells are separated by {DELIMITERS.get(header.delimiter, header.delimiter)}")
    if text.encoding not in ("utf-8", "utf-8-sig"):
        table.notes.append(f"the encoding is {text.encoding}")
    return [table]
