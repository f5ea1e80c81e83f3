"""Opening files as text, and saying which byte is not what the encoding allows."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import IO, Final

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Place, Problem, shown, unreadable_file

_MARKS: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"PAR1": "Parquet",
    b"\x1f\x8b": "gzip",
}


def open_text(name: str, encoding: str) -> IO[str]:
    """Open a file whose undecodable bytes are kept, so that only their rows are lost; raise `InputError`."""
    used = _known_encoding(encoding)
    handle = open_bytes(name)
    with handle:
        beginning = handle.read(4096)
    _check_beginning(name, beginning, used)
    # Bytes that do not fit become half surrogates, which `encoding_problem` finds again in the row they stand in.
    return Path(name).open(encoding=used, errors="surrogateescape", newline="")


def open_bytes(name: str) -> IO[bytes]:
    """Open a file for its bytes; raise `InputError` with a hint if it cannot be opened."""
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(unreadable_file(name, error)) from None


def encoding_problem(text: str, encoding: str) -> Problem | None:
    """Return the problem of the first byte in a row that is not of the encoding, or None."""
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        before, byte = text[: error.start], ord(text[error.start]) - 0xDC00
        offset = len(before.encode("utf-8", "surrogatepass")) + 1
        found = f"byte 0x{byte:02x}, the byte number {offset} of the row, after {shown(before[-20:])}"
        hint = _likely(text)
        return Problem("bad-encoding", f"the row is not {encoding} text", found=found, expected=encoding, hint=hint)
    return None


def _likely(text: str) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    try:
        reading = raw.decode("cp1252")
    except UnicodeDecodeError:
        return "save the file as UTF-8 again from its source"
    odd = next((char for char in reading if not char.isascii()), "")
    guess = f"it looks like windows-1252 (there it is {odd!r})"
    return f"{guess}: save the file as UTF-8, or read it with --encoding cp1252"


def _known_encoding(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError):
        hint = did_you_mean(encoding, ["utf-8", "utf-16", "cp1252", "latin-1"])
        message, expected = "there is no such encoding", "such as utf-8, utf-16, cp1252 or latin-1"
        problem = Problem("unknown-encoding", message, Place("encoding"), shown(encoding), expected, hint)
        raise InputError(problem) from None
    return "utf-8-sig" if name == "utf-8" else name


def _check_beginning(name: str, beginning: bytes, encoding: str) -> None:
    if encoding.startswith("utf-16") or encoding.startswith("utf-32"):
        return
    looks = next((what for mark, what in _MARKS.items() if beginning.startswith(mark)), None)
    if looks is None and b"\0" in beginning:
        looks = "utf-16" if beginning[:2].count(0) == 1 else "no text"
    if looks is None:
        return
    hint = "save the file as UTF-8 text (in a spreadsheet: CSV UTF-8)"
    if looks == "utf-16":
        hint += ", or read it with --encoding utf-16"
    zero = beginning.find(b"\0")
    position = 1 if zero < 0 or looks not in ("utf-16", "no text") else zero + 1
    line = beginning[: position - 1].count(b"\n") + 1
    found = f"byte 0x{beginning[position - 1]:02x} at byte {position} of the file; it looks like {looks}"
    raise InputError(Problem("bad-encoding", "the file is not UTF-8 text", Place(name, line), found, "UTF-8", hint))
