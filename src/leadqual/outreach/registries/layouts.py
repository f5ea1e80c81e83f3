"""Numbers read out of many lines at once, each of which is written in one of a few ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.int64]
Truths: TypeAlias = NDArray[np.bool_]

_ZERO, _NINE, _LINE_FEED, _RETURN = b"09\n\r"
_PADDING: Final = tuple(b" \t\r")
_TRIMMED: Final = 4
"""So many characters of white space at the end of a line are left out; a line with more is a bad one."""


@dataclass(frozen=True)
class Layout:
    """One way to write a number in a line.

    Parameters
    ----------
    pattern : str
        What stands before a colon stands in the line as it is; after it ``d`` is a digit, ``1`` and ``2`` are a first
        digit of at least that, and a comma is itself.

    Examples
    --------
    >>> import numpy as np
    >>> numbers, fine = Layout("2dd,ddddddd").read(np.frombuffer(b"212,5550123", np.uint8).reshape(1, -1))
    >>> numbers.tolist(), fine.tolist()
    ([2125550123], [True])
    """

    pattern: str

    @cached_property
    def _text(self) -> str:
        return self.pattern.replace(":", "")

    @cached_property
    def _fixed(self) -> tuple[tuple[int, int], ...]:
        """Where which byte stands."""
        head = self.pattern.partition(":")[0] if ":" in self.pattern else ""
        commas = tuple((at, ord(",")) for at, letter in enumerate(self._text) if letter == ",")
        return (*enumerate(head.encode()), *commas)

    @cached_property
    def _digits(self) -> tuple[tuple[int, int], ...]:
        """Where digits stand, and the smallest that each may be."""
        taken = {at for at, _ in self._fixed}
        least = {"1": _ZERO + 1, "2": _ZERO + 2}
        return tuple((at, least.get(self._text[at], _ZERO)) for at in range(self.width) if at not in taken)

    @cached_property
    def width(self) -> int:
        """The length of such a line, without its end."""
        return len(self._text)

    @cached_property
    def expression(self) -> str:
        """The regular expression of such a line, with the digits of the national number in groups."""
        head, _, tail = self.pattern.rpartition(":")
        digits = tail.replace("d", "[0-9]").replace("2[", "[2-9][", 1).replace("1[", "[1-9][", 1)
        return re.escape(head) + "".join(f"({part})" if part != "," else part for part in re.split("(,)", digits))

    def read(self, rows: Bytes) -> tuple[Numbers, Truths]:
        """Return a number for each row of bytes, and which of them are numbers indeed."""
        fine = np.ones(len(rows), np.bool_)
        for at, byte in self._fixed:
            fine &= rows[:, at] == byte
        numbers = np.zeros(len(rows), np.int64)
        for at, least in self._digits:
            column = rows[:, at]
            fine &= (column >= least) & (column <= _NINE)
            numbers *= 10
            numbers += column
        numbers -= _ZERO * int("1" * len(self._digits))
        return numbers, fine


@dataclass(frozen=True, slots=True)
class Read:
    """What some lines hold.

    Parameters
    ----------
    numbers : array of int64
        The numbers, in no order that would mean anything.
    bad : array of int64
        Which lines hold something else, counted from 0; blank lines are none of them.
    starts, ends : array of int64
        Where those lie.
    """

    numbers: Numbers
    bad: Numbers
    starts: Numbers
    ends: Numbers


_NONE: Final = np.empty(0, np.int64)


def read_lines(content: bytes, layouts: Sequence[Layout]) -> Read:
    """Return the numbers in whole lines, each of which ends with a line feed."""
    data = np.frombuffer(content, np.uint8)
    numbers = _even(data, content.find(b"\n") + 1, layouts)
    return _uneven(data, layouts) if numbers is None else Read(numbers, _NONE, _NONE, _NONE)


def _even(data: Bytes, width: int, layouts: Sequence[Layout]) -> Numbers | None:
    """Return the numbers if all lines are written in one and the same way, as they are in nearly every file."""
    if not width or data.size % width:
        return None
    rows = data.reshape(-1, width)
    end = 2 if width > 1 and rows[0, -2] == _RETURN else 1
    if not ((rows[:, -1] == _LINE_FEED).all() and (end == 1 or (rows[:, -2] == _RETURN).all())):
        return None
    for layout in layouts:
        if layout.width == width - end:
            numbers, fine = layout.read(rows)
            if fine.all():
                return numbers
    return None


def _uneven(data: Bytes, layouts: Sequence[Layout]) -> Read:
    """Return the numbers of lines that are written in several ways, line by line."""
    ends = np.flatnonzero(data == _LINE_FEED)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
    ends = _trimmed(data, starts, ends)
    lengths = ends - starts
    left = lengths > 0
    found = [_NONE]
    for layout in layouts:
        lines = np.flatnonzero(left & (lengths == layout.width))
        numbers, fine = layout.read(data[starts[lines, None] + np.arange(layout.width)])
        found.append(numbers[fine])
        left[lines[fine]] = False
    bad = np.flatnonzero(left)
    return Read(np.concatenate(found), bad, starts[bad], ends[bad])


def _trimmed(data: Bytes, starts: Numbers, ends: Numbers) -> Numbers:
    """Return where the lines end without the white space after them."""
    ends = ends.copy()
    for _ in range(_TRIMMED):
        padded = (ends > starts) & np.isin(data[ends - 1], _PADDING)
        if not padded.any():
            break
        ends[padded] -= 1
    return ends
