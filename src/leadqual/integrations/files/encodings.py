"""Which encoding a file has: what its byte order mark or the reader says, never what looks likely."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.integrations.files.likely import likely

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE: Final = 2**20
_SAMPLE: Final = 2**16


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as UTF-8.

    Parameters
    ----------
    path : Path
        The file, or a copy in UTF-8.
    encoding : str
        What it was written in.
    nulls : bool
        Whether it holds null characters.
    quotes : int
        How many quotation marks it holds.
    """

    path: Path
    encoding: str
    nulls: bool
    quotes: int


def decoded(name: str, path: Path, given: str | None, folder: Path) -> Decoded:
    """Return a file as UTF-8, read in the encoding that its mark or else `given` names, or else in UTF-8.

    Raises
    ------
    InputError
        ``bad-encoding`` at the first byte that does not fit, with what the file looks like.
    """
    with path.open("rb") as file:
        encoding = _encoding(file.read(4), given)
        file.seek(0)
        # By number, for files in several folders may have one name.
        copy = None if encoding in ("utf-8", "utf-8-sig") else folder / f"decoded-{len(list(folder.iterdir()))}.csv"
        nulls, quotes = _through(name, file, encoding, copy)
    return Decoded(copy or path, encoding, nulls, quotes)


def _encoding(beginning: bytes, given: str | None) -> str:
    mark = next((encoding for mark, encoding in _MARKS if beginning.startswith(mark)), None)
    return mark or encoding_named(given) or "utf-8"


def encoding_named(given: str | None) -> str | None:
    """Return the codec of a name, or None for None; raise `InputError` if there is no encoding of that name."""
    if given is None:
        return None
    try:
        "".encode(given)  # refuses codecs that are no encodings of text, such as base64
        return codecs.lookup(given).name
    except (LookupError, ValueError):
        hint = did_you_mean(given, ["utf-8", "utf-16", "cp1252", "latin-1"])
        message, expected = "there is no such encoding", "such as utf-8, utf-16, cp1252 or latin-1"
        problem = Problem("unknown-encoding", message, Place("encoding"), shown(given), expected, hint)
        raise InputError(problem) from None


def _through(name: str, file: IO[bytes], encoding: str, copy: Path | None) -> tuple[bool, int]:
    """Decode a file from end to end, and write it to a copy if there is to be one."""
    decoder = codecs.getincrementaldecoder(encoding)()
    nulls, quotes, lines = False, 0, 0
    target = None if copy is None else copy.open("w", encoding="utf-8", newline="")
    try:
        while True:
            piece = file.read(_PIECE)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeError as error:
                raise InputError(_problem(name, file, encoding, lines, error)) from None
            nulls = nulls or "\0" in text
            quotes += text.count('"')
            lines += text.count("\n")
            if target is not None:
                target.write(text)
            if not piece:
                return nulls, quotes
    finally:
        if target is not None:
            target.close()


def _problem(name: str, file: IO[bytes], encoding: str, lines: int, error: UnicodeError) -> Problem:
    before, found = b"", None
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start]
        found = f"byte 0x{error.object[error.start]:02x} after {shown(before[-20:].decode(errors='replace'))}"
        file.seek(max(0, file.tell() - len(error.object) + error.start - _SAMPLE // 2))
    sample = file.read(_SAMPLE)
    message, hint = f"the file is not {encoding} text", likely(sample)
    return Problem("bad-encoding", message, Place(name, lines + before.count(b"\n") + 1), found, encoding, hint)
