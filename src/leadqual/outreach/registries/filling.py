"""Building a set of numbers, in memory or straight into a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from leadqual.outreach.registries.blocks import BLOCK_BYTES, BLOCKS, Blocks, places_of
from leadqual.outreach.registries.layouts import Bytes, Numbers

_SPARE: Final = 64
"""Blocks that are made at once, at least."""


class Room(Protocol):
    """Where the bits of blocks lie while they change."""

    bits: Bytes

    def resize(self, blocks: int) -> None:
        """Make room for so many blocks; new ones are empty, and those that are there stay."""


class InMemory:
    """Bits in the memory of this process."""

    def __init__(self) -> None:
        self.bits: Bytes = np.zeros(0, np.uint8)

    def resize(self, blocks: int) -> None:
        # in place, where the system can: a copy would need the room twice
        self.bits.resize(blocks * BLOCK_BYTES, refcheck=False)


class InFile:
    """Bits in a file, after what is written before them.

    Parameters
    ----------
    path : Path
        The file, which is emptied.
    begin : int
        The bytes before the bits.
    """

    bits: Bytes

    def __init__(self, path: Path, begin: int) -> None:
        self._path, self._begin = path, begin
        path.write_bytes(bytes(begin))

    def resize(self, blocks: int) -> None:
        self.close()
        size = self._begin + blocks * BLOCK_BYTES
        with self._path.open("r+b") as handle:
            before = handle.seek(0, os.SEEK_END)
            if size > before and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle.fileno(), before, size - before)  # a full disk is told now, not by a signal
            handle.truncate(size)
        self.bits = np.memmap(self._path, np.uint8, "r+", self._begin)

    def write_head(self, head: bytes) -> None:
        """Write what stands before the bits, and let go of the file."""
        self.close()
        with self._path.open("r+b") as handle:
            handle.write(head)

    def close(self) -> None:
        """Let go of the file."""
        bits = self.__dict__.pop("bits", None)
        if isinstance(bits, np.memmap):
            bits.flush()


class Filling:
    """A set of numbers that is being filled.

    Parameters
    ----------
    room : Room
        Where its bits lie.
    first : Blocks, optional
        What is in it to begin with.

    Examples
    --------
    >>> import numpy as np
    >>> filling = Filling(InMemory())
    >>> filling.add(np.array([2125550123, 2125550124, 2125550123]))
    >>> filling.remove(np.array([2125550124]))
    >>> blocks = filling.done()
    >>> len(blocks), blocks.has(2125550123), blocks.has(2125550124)
    (1, True, False)
    """

    def __init__(self, room: Room, first: Blocks | None = None) -> None:
        self.room = room
        self._used = 1 if first is None else len(first.bits) // BLOCK_BYTES
        self._room = self._used
        self.index: NDArray[np.int32] = np.zeros(BLOCKS, np.int32) if first is None else first.index.copy()
        room.resize(self._used)
        if first is not None:
            room.bits[:] = first.bits

    def add(self, numbers: Numbers) -> None:
        """Put numbers in; those that are there already change nothing."""
        numbers = np.sort(numbers)
        self._make(numbers)
        places, masks = self._masks(numbers)
        self.room.bits[places] |= masks

    def remove(self, numbers: Numbers) -> None:
        """Take numbers out; those that are not there change nothing."""
        numbers = np.sort(numbers)
        self._make(numbers)
        places, masks = self._masks(numbers)
        self.room.bits[places] &= ~masks

    def done(self) -> Blocks:
        """Return what is in it; it cannot be filled further."""
        self.room.resize(self._used)
        return Blocks(self.index, self.room.bits)

    def _masks(self, numbers: Numbers) -> tuple[Numbers, Bytes]:
        """Return the bytes in which sorted numbers have their bits, each once, and these bits."""
        bits = places_of(numbers, self.index)
        places = bits >> 3
        masks = np.left_shift(np.uint8(1), (bits & 7).astype(np.uint8))
        firsts = np.flatnonzero(np.diff(places, prepend=-1))
        if not len(firsts):
            return places, masks
        return places[firsts], np.bitwise_or.reduceat(masks, firsts)

    def _make(self, numbers: Numbers) -> None:
        """Make the blocks that sorted numbers need and that are not there."""
        blocks = numbers // (BLOCK_BYTES * 8)
        new = np.unique(blocks[self.index[blocks] == 0])
        if not len(new):
            return
        self.index[new] = np.arange(self._used, self._used + len(new), dtype=np.int32)
        self._used += len(new)
        if self._used > self._room:
            self._room = min(BLOCKS + 1, self._used + max(_SPARE, self._used // 8))
            self.room.resize(self._room)
