"""The files of a registry as whole lines, a few megabytes at a time: plain, in a zip archive or compressed by gzip."""

from __future__ import annotations

import gzip
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from leadqual.errors import InputError, Place, Problem, shown, unreadable_file

Progress: TypeAlias = Callable[[str, float], object]
FileName: TypeAlias = str | os.PathLike[str]

_PIECE: Final = 1 << 21
_LONGEST: Final = 1 << 20
"""No line of a list is longer; a file without line ends is none."""
_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_BROKEN: Final = (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)
"""What is raised over an archive that is damaged, locked, or compressed in a way that Python does not know."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole lines of a file.

    Parameters
    ----------
    source : str
        The file, and after a colon the part of an archive.
    line : int
        The number of the first line.
    content : bytes
        The lines, each with its end.
    """

    source: str
    line: int
    content: bytes

    def text(self, start: int, end: int) -> str:
        """Return a part of it to be shown."""
        return self.content[start : min(end, start + 200)].decode("utf-8", "backslashreplace")


def pieces(paths: FileName | Iterable[FileName], progress: Progress | None = None) -> Iterator[Piece]:
    """Yield the lines of files; raise `InputError` over one that is not there, damaged, empty or no flat text."""
    names = file_names(paths)
    sizes = [_size(name) for name in names]
    before, total = 0, max(1, sum(sizes))
    for name, size in zip(names, sizes, strict=True):
        with _reading(name), Path(name).open("rb") as raw:
            for source, handle in _parts(name, raw):
                for piece in _lines(source, handle):
                    yield piece
                    if progress is not None:
                        progress("reading", min(1.0, (before + raw.tell()) / total))
        before += size
        if progress is not None:
            progress("reading", before / total)


def file_names(paths: Any) -> list[str]:
    """Return the names of files; raise `InputError` if there are none."""
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    names = list(given) if isinstance(given, Iterable) else []
    if not names or not all(isinstance(name, str | os.PathLike) for name in names):
        expected = "the name of a file, or several"
        raise InputError(Problem("bad-argument", "there is no file to read", Place("paths"), shown(paths), expected))
    return [os.fspath(name) for name in names]


def _size(name: str) -> int:
    try:
        if Path(name).is_dir():
            raise IsADirectoryError(None, "this is a folder")
        return Path(name).stat().st_size
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(unreadable_file(name, error)) from None


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise InputError(unreadable_file(name, error)) from None
        hint = "download it again; an archive with a password must be unpacked first"
        why = str(error) or type(error).__name__
        raise InputError(
            Problem("damaged-file", f"the file cannot be unpacked: {why}", Place(name), hint=hint)
        ) from None


def _parts(name: str, raw: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the flat files in a file, by what it begins with: endings of names are lost as files are passed on."""
    beginning = raw.read(4)
    raw.seek(0)
    if beginning.startswith(_GZIP):
        with gzip.open(raw) as unpacked:
            yield name, unpacked  # type: ignore[misc]
    elif beginning in _ZIP:
        with zipfile.ZipFile(raw) as archive:
            parts = [
                part for part in archive.infolist() if not part.is_dir() and not part.filename.startswith("__MACOSX/")
            ]
            if not parts:
                raise InputError(_empty(name))
            for part in parts:
                with archive.open(part) as handle:
                    yield f"{name}:{part.filename}", handle
    else:
        yield name, raw


def _lines(source: str, handle: IO[bytes]) -> Iterator[Piece]:
    rest, line, something = handle.read(len(_MARK)).removeprefix(_MARK), 1, False
    while more := handle.read(_PIECE):
        content = rest + more
        if not something and content.strip():
            something = True
            _check_beginning(source, content.lstrip()[:80])
        end = content.rfind(b"\n") + 1
        rest = content[end:]
        if len(rest) > _LONGEST:
            raise InputError(_no_list(source, rest[:80], "the file has no lines as a list of numbers has"))
        if end:
            yield Piece(source, line, content[:end])
            line += content.count(b"\n")
    if not something and not rest.strip():
        raise InputError(_empty(source))
    if rest:
        yield Piece(source, line, rest + b"\n")


def _check_beginning(source: str, beginning: bytes) -> None:
    if beginning.startswith(_UTF_16):
        message, hint = "the file is UTF-16, not plain text", "save it as UTF-8 or ASCII"
        raise InputError(Problem("bad-encoding", message, Place(source), shown(beginning[:20]), hint=hint))
    if beginning.startswith(b"<"):
        raise InputError(_no_list(source, beginning, "this is XML or HTML, which is not read"))


def _no_list(source: str, found: bytes, message: str) -> Problem:
    hint = "download the flat text file: one telephone number a line"
    return Problem("unknown-format", message, Place(source), shown(found[:40]), "a flat text file", hint)


def _empty(source: str) -> Problem:
    hint = "download it again: a list without numbers would say of everybody that they may be called"
    return Problem("empty-file", "there is nothing in the file", Place(source), hint=hint)
