"""Copies of a registry made out of lists of numbers, in memory or straight in a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.files.write import WholeFiles
from leadqual.outreach.registries.about import Copy, Origin
from leadqual.outreach.registries.area_codes import AreaCodes, Coverage, area_codes_in, check_covered, read_area_codes
from leadqual.outreach.registries.blocks import Blocks
from leadqual.outreach.registries.filling import Filling, InFile, InMemory
from leadqual.outreach.registries.kept import BEGIN, head_of, opened, unwritable
from leadqual.outreach.registries.layouts import Numbers, read_lines
from leadqual.outreach.registries.numbering import Numbering
from leadqual.outreach.registries.rejected import Rejected, Rejecting, bad_line
from leadqual.outreach.registries.sources import FileName, Piece, Progress, pieces

Fill: TypeAlias = Callable[[Filling], Rejected]
"""Puts numbers into a set, and returns what it left out."""

_AT_ONCE: Final = 1 << 18


class Made(NamedTuple):
    """A copy that was made: its numbers, what was left out, and the file that it lies in, with the check sum."""

    copy: Copy
    rejected: Rejected
    path: Path | None = None
    check: int = 0


def built(
    fill: Fill,
    origin: Origin,
    area_codes: AreaCodes | None,
    into: FileName | None = None,
    first: Blocks | None = None,
) -> Made:
    """Return a copy that is filled by a function; with `into` it lies in that file, whole or not at all."""
    numbering = origin.numbering
    occurring = area_codes is None and numbering.has_area_codes
    named = None if occurring else Coverage(numbering, read_area_codes(area_codes, numbering))
    if into is None:
        return _filled(Filling(InMemory(), first), fill, origin, named)
    with WholeFiles() as files:
        part = files.for_target(into)
        try:
            rejected = _written(InFile(part, BEGIN), first, fill, origin, named)
        except OSError as error:
            raise unwritable(into, error) from None
    there = opened(into)
    return Made(there.copy, rejected, there.path, there.check)


def _written(room: InFile, first: Blocks | None, fill: Fill, origin: Origin, named: Coverage | None) -> Rejected:
    """Fill a file and let go of it: only then can it take its name on every system."""
    copy, rejected, *_ = _filled(Filling(room, first), fill, origin, named)
    room.write_head(head_of(copy, rejected.count))
    return rejected


def _filled(filling: Filling, fill: Fill, origin: Origin, named: Coverage | None) -> Made:
    rejected = fill(filling)
    blocks, numbering = filling.done(), origin.numbering
    codes = area_codes_in(blocks) if numbering.has_area_codes else frozenset[int]()
    if named is not None:
        check_covered(codes, named.codes)
    return Made(Copy(origin, named or Coverage(numbering, codes), len(blocks), blocks), rejected)


def of_files(
    paths: FileName | Iterable[FileName], numbering: Numbering, *, skip_bad: bool, progress: Progress | None
) -> Fill:
    """Return what fills a set with the numbers in lists."""

    def fill(filling: Filling) -> Rejected:
        rejecting = Rejecting()
        for piece in pieces(paths, progress):
            filling.add(_numbers_in(piece, numbering, rejecting))
        return rejecting.done(skip_bad=skip_bad)

    return fill


def _numbers_in(piece: Piece, numbering: Numbering, rejecting: Rejecting) -> Numbers:
    read = read_lines(piece.content, numbering.layouts)
    told = rejecting.room()
    for line, start, end in zip(read.bad[:told].tolist(), read.starts.tolist(), read.ends.tolist(), strict=False):
        place = Place(piece.source, piece.line + line)
        rejecting.add(bad_line(piece.text(start, end), place, numbering))
    rejecting.count += max(0, len(read.bad) - told)
    return read.numbers


def of_numbers(numbers: Iterable[Any], numbering: Numbering, *, skip_bad: bool) -> Fill:
    """Return what fills a set with numbers that are texts or whole numbers."""
    if isinstance(numbers, str) or not isinstance(numbers, Iterable):
        problem = Problem("wrong-type", "these are no numbers", Place("numbers"), shown(numbers), "a list of numbers")
        raise InputError(problem)

    def fill(filling: Filling) -> Rejected:
        rejecting, held = Rejecting(), []
        for at, given in enumerate(numbers):
            number = numbering.written(str(given).strip()) if isinstance(given, str | int | np.integer) else None
            if number is None:
                rejecting.add(bad_line(str(given), Place("numbers", path=f"[{at}]"), numbering))
                continue
            held.append(number)
            if len(held) == _AT_ONCE:
                filling.add(np.array(held, np.int64))
                held.clear()
        filling.add(np.array(held, np.int64))
        return rejecting.done(skip_bad=skip_bad)

    return fill


def check_target(into: FileName | None, names: Iterable[str]) -> None:
    """Raise `InputError` if a registry would be written over a file that it is read from."""
    there = [Path(name) for name in names if Path(name).exists()]
    if into is not None and Path(into).exists() and any(name.samefile(into) for name in there):
        message, hint = "the registry would be written over a file that it is read from", "name another file"
        raise InputError(Problem("overwritten-file", message, Place(os.fspath(into)), hint=hint))
