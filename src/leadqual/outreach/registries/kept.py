"""The file of a registry: a head, the index of its blocks, and the blocks as they are in memory.

Bytes 0 to 16,384 are the head: a mark, the number of the format, the length of a text in JSON, a check sum of text and
index, and the text. The index follows, then from byte 417,792 on (a page of memory begins there) the blocks.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leadqual.errors import InputError, Place, Problem, shown, unreadable_file
from leadqual.files.write import WholeFiles
from leadqual.outreach.registries.about import Copy
from leadqual.outreach.registries.blocks import BLOCK_BYTES, BLOCKS, Blocks

FORMAT: Final = 1
_MARK: Final = b"leadqual-numbers"
_HEAD: Final = struct.Struct("<16sIII")
_HEAD_BYTES: Final = 16_384
_INDEX: Final = np.dtype("<i4")
BEGIN: Final = 417_792
"""Where the blocks begin."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A copy that lies in a file.

    Parameters
    ----------
    copy : Copy
        The copy, whose blocks are read from the file as they are needed.
    rejected : int
        How many lines were left out when it was made.
    path : Path
        The file.
    check : int
        Its check sum, by which a file is recognised that has taken its place.
    """

    copy: Copy
    rejected: int
    path: Path
    check: int


def head_of(copy: Copy, rejected: int) -> bytes:
    """Return what stands in the file before the blocks."""
    text = json.dumps(copy.as_dict(rejected), ensure_ascii=False).encode()
    index = copy.blocks.index.astype(_INDEX).tobytes()
    head = _HEAD.pack(_MARK, FORMAT, len(text), zlib.crc32(index, zlib.crc32(text)))
    return ((head + text).ljust(_HEAD_BYTES, b"\0") + index).ljust(BEGIN, b"\0")


def write(path: str | os.PathLike[str], copy: Copy, rejected: int) -> None:
    """Write the file, or leave what is there as it was; raise `InputError` if it cannot be written."""
    with WholeFiles() as files:
        part = files.for_target(path)
        try:
            with part.open("wb") as handle:
                handle.write(head_of(copy, rejected))
                handle.write(copy.blocks.bits.data)
        except OSError as error:
            raise unwritable(path, error) from None


def unwritable(path: str | os.PathLike[str], error: OSError) -> InputError:
    """Return the error of a file that could not be written to its end."""
    message = f"the file cannot be written: {error.strerror or error}"
    return InputError(Problem("unwritable-file", message, Place(os.fspath(path)), hint="make room, or name another"))


def opened(path: str | os.PathLike[str]) -> Opened:
    """Return the copy in a file; raise `InputError` if it is none, cut short, or of another format."""
    source = os.fspath(path)
    try:
        with Path(source).open("rb") as handle:
            beginning = handle.read(BEGIN)
            size = handle.seek(0, os.SEEK_END)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise InputError(unreadable_file(source, error)) from None
    text, index, check = _read_head(source, beginning)
    if size != BEGIN + (int(index.max()) + 1) * BLOCK_BYTES:
        raise _damaged(source, "it is cut short, or something was written to its end")
    try:
        known = json.loads(text)
        bits = np.memmap(source, np.uint8, "r", BEGIN).view(np.ndarray)  # a plain array is sliced more quickly
        return Opened(Copy.from_dict(known, Blocks(index, bits)), int(known["rejected"]), Path(source).resolve(), check)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise _damaged(source, str(error)) from None


def _read_head(source: str, beginning: bytes) -> tuple[bytes, NDArray[np.int32], int]:
    if not beginning.startswith(_MARK):
        message, hint = "this is no registry that was saved", "DoNotCallRegistry.from_files(...) reads lists of numbers"
        raise InputError(Problem("not-a-registry", message, Place(source), shown(beginning[:20]), hint=hint))
    if len(beginning) < BEGIN:
        raise _damaged(source, "it is cut short")
    _, form, length, check = _HEAD.unpack_from(beginning)
    if form != FORMAT:
        message, hint = "the file has another format than this version reads", "make it again from the registry's files"
        raise InputError(Problem("other-version", message, Place(source), f"format {form}", f"format {FORMAT}", hint))
    text = beginning[_HEAD.size : _HEAD.size + length]
    index = beginning[_HEAD_BYTES : _HEAD_BYTES + BLOCKS * _INDEX.itemsize]
    if zlib.crc32(index, zlib.crc32(text)) != check:
        raise _damaged(source, "its check sum is another one")
    return text, np.frombuffer(index, _INDEX).astype(np.int32), check


def _damaged(source: str, why: str) -> InputError:
    hint = "copy it again from where it was saved, or make it again from the registry's files"
    return InputError(Problem("damaged-file", f"the file is damaged: {why}", Place(source), hint=hint))
