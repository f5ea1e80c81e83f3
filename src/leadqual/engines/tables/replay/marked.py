"""Questions to the rows that something chose: how many lie in a window, which is the last, what they sum to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import polars as pl

from leadqual.engines.tables.replay.chunk import Bools, Chunk, Floats, Ints, Points

Numbers = TypeVar("Numbers", Floats, Ints)

_BITS: Final = 62
"""What a sum may fill of a whole number of 64 bits."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The rows of a chunk that were chosen.

    Parameters
    ----------
    rows : array of shape (m,)
        Which they are, ascending.
    before : array of shape (rows of the chunk + 1,)
        How many of them lie before each row.
    """

    rows: Ints
    before: Ints

    @classmethod
    def of(cls, chosen: Bools) -> Marked:
        """Return the rows in which a column is true."""
        before = np.zeros(len(chosen) + 1, dtype=np.int32)
        np.cumsum(chosen, out=before[1:])
        return cls(np.flatnonzero(chosen), before)

    def window(self, points: Points, within: int | None = None) -> tuple[Ints, Ints]:
        """Return from which to which of them lie in the window of each point, the end not included."""
        return self.before[points.begin(within)], self.before[points.end]

    def count(self, points: Points, within: int | None = None) -> Ints:
        """Return how many there are."""
        first, end = self.window(points, within)
        return end - first

    def last(self, points: Points, within: int | None = None) -> tuple[Ints, Bools]:
        """Return the row of the last one, and whether there is one."""
        first, end = self.window(points, within)
        return self._row(end - 1), end > first

    def first(self, points: Points, within: int | None = None) -> tuple[Ints, Bools]:
        """Return the row of the first one, and whether there is one."""
        first, end = self.window(points, within)
        return self._row(first), end > first

    def _row(self, number: Ints) -> Ints:
        return self.rows.take(number, mode="clip") if len(self.rows) else np.zeros(len(number), dtype=np.int64)


def gathered(values: pl.Series, row: Ints, there: Bools) -> pl.Series:
    """Return the values in some rows, null where there is none."""
    if not len(values):
        return pl.Series(values.name, [], dtype=values.dtype).extend_constant(None, len(row))
    found = values.gather(row.clip(0, len(values) - 1))
    return found if there.all() else found.zip_with(pl.Series(there), pl.Series([None], dtype=values.dtype))


class Sums:
    """The sums of a column over windows, exact to a rounding wherever in the chunk the window lies.

    Differences of running sums in floats would carry the error of all that came before. Here each value is split into
    a whole multiple of a power of two and a small rest: whole numbers of 64 bits add without an error, even where the
    running sum wraps around, as long as that of one contact does not. Where it would, each window is added up.

    Parameters
    ----------
    chunk : Chunk
        Whose rows they are.
    marked : Marked
        The rows to add up; none of their values is missing.
    values : array
        The column.
    """

    def __init__(self, chunk: Chunk, marked: Marked, values: Floats) -> None:
        self._marked = marked
        self._values = chosen = values[marked.rows]
        contact = chunk.contact[marked.rows]
        totals = np.bincount(contact, weights=np.abs(chosen), minlength=chunk.contacts)
        self._is_vast = totals >= 2.0**_BITS
        chosen = np.where(self._is_vast[contact], 0.0, chosen)
        largest = float(totals[~self._is_vast].max(initial=1.0))
        exponent = _BITS - math.frexp(largest)[1]
        whole = np.rint(np.ldexp(chosen, exponent))
        self._scale = -exponent
        self._whole = _running(whole.astype(np.int64))
        self._rest = _running(chosen - np.ldexp(whole, -exponent))

    def at(self, points: Points, within: int | None) -> Floats:
        """Return the sum in the window of each point; that of nothing is 0."""
        first, end = self._marked.window(points, within)
        whole = (self._whole[end] - self._whole[first]).astype(np.float64)
        sums: Floats = np.ldexp(whole, self._scale) + (self._rest[end] - self._rest[first])
        for point in np.flatnonzero(self._is_vast[points.contact]):
            sums[point] = math.fsum(self._values[first[point] : end[point]])
        return sums


class Extremes:
    """The largest value of a column in windows: of blocks of 1, 2, 4 … rows, two of which cover any window.

    Parameters
    ----------
    marked : Marked
        The rows that are looked at; none of their values is missing.
    values : array
        The column.
    sign : {1, -1}
        1 for the largest, -1 for the smallest.
    """

    def __init__(self, marked: Marked, values: Floats, sign: int) -> None:
        self._marked, self._sign = marked, sign
        self._blocks = [values[marked.rows] * sign]

    def at(self, points: Points, within: int | None) -> tuple[Floats, Bools]:
        """Return the extreme in the window of each point, and whether there is one."""
        first, end = self._marked.window(points, within)
        there = end > first
        found = np.zeros(len(first))
        level = np.frexp(np.maximum(end - first, 1).astype(np.float64))[1] - 1
        for size in np.unique(level[there]):
            here = there & (level == size)
            block = self._block(int(size))
            found[here] = np.maximum(block[first[here]], block[end[here] - (1 << int(size))])
        return found * self._sign, there

    def _block(self, level: int) -> Floats:
        while len(self._blocks) <= level:
            below, half = self._blocks[-1], 1 << (len(self._blocks) - 1)
            wider = below.copy()
            np.maximum(below[:-half], below[half:], out=wider[:-half])
            self._blocks.append(wider)
        return self._blocks[level]


def _running(values: Numbers) -> Numbers:
    """Return the running sum of values, with a 0 before the first."""
    return np.cumsum(np.concatenate((np.zeros(1, dtype=values.dtype), values)))
