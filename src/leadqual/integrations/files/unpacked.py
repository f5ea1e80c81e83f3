"""Taking files out of the archives in which they were exported."""

from __future__ import annotations

import gzip
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple

from leadqual.errors import InputError, Place, Problem, unreadable_file

TABLES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls", ".ods")
_LARGEST: Final = 100 * 2**30
_PIECE: Final = 2**20


class Unpacked(NamedTuple):
    """A file to read: what people call it, and where it lies now."""

    name: str
    path: Path


def unpacked(path: str | os.PathLike[str], folder: Path) -> Iterator[Unpacked]:
    """Yield the tables of a file: itself, what gzip packed, or the members of a zip.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no table.
    """
    given = Path(path)
    try:
        with given.open("rb") as file:
            beginning = file.read(4)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(unreadable_file(os.fspath(path), error)) from None
    name, suffix = os.fspath(path), given.suffix.lower()
    try:
        if suffix == ".zip":
            yield from _members(name, given, folder)
        elif suffix == ".gz" or beginning.startswith(b"\x1f\x8b"):
            with gzip.open(given) as packed:
                yield Unpacked(name, _copied(packed, folder, Path(given.stem).suffix or ".csv", name))
        elif suffix in TABLES:
            yield Unpacked(name, given)
        else:
            message, expected = "the ending tells no known format", f"{', '.join(TABLES)}, .gz or .zip"
            raise InputError(Problem("unknown-format", message, Place(name), suffix or "no ending", expected))
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        message, hint = f"the archive cannot be unpacked: {error}", "export the file again, without a password"
        raise InputError(Problem("unreadable-file", message, Place(name), hint=hint)) from None


def _members(name: str, path: Path, folder: Path) -> Iterator[Unpacked]:
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if _is_table(info.filename)]
        if not members:
            message, expected = "the archive holds no table", f"files that end in {', '.join(TABLES)}"
            found = ", ".join(info.filename for info in archive.infolist()[:5]) or "nothing"
            raise InputError(Problem("empty-file", message, Place(name), found, expected))
        for info in members:
            shown = f"{name}/{info.filename}"
            with archive.open(info) as packed:
                yield Unpacked(shown, _copied(packed, folder, PurePosixPath(info.filename).suffix.lower(), shown))


def _is_table(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = path.name.startswith(".") or path.parts[0] == "__MACOSX"
    return not hidden and path.suffix.lower() in TABLES


def _copied(packed: IO[bytes] | gzip.GzipFile, folder: Path, suffix: str, name: str) -> Path:
    """Copy an unpacked file under a name of our own, so that names in archives lead nowhere."""
    target = folder / f"unpacked-{len(list(folder.iterdir()))}{suffix}"
    size = 0
    with target.open("wb") as file:
        while piece := packed.read(_PIECE):
            size += len(piece)
            if size > _LARGEST or shutil.disk_usage(folder).free < _PIECE * 64:
                message, hint = (
                    "the archive unpacks to more than there is room for",
                    "unpack it yourself, and name the file",
                )
                raise InputError(Problem("file-too-large", message, Place(name), hint=hint))
            file.write(piece)
    return target
