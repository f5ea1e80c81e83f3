"""Change lists: numbers that were added to a registry or deleted from it.

The order of the fields is nowhere said officially, so each field is recognised by its shape, and a line in which one of
them could be two things is a problem.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np

from leadqual.errors import Place, Problem, shown
from leadqual.model.time import micros
from leadqual.outreach.registries.area_codes import Coverage
from leadqual.outreach.registries.layouts import Numbers, Truths
from leadqual.outreach.registries.numbering import Numbering
from leadqual.outreach.registries.rejected import Rejecting
from leadqual.outreach.registries.sources import FileName, Piece, Progress, pieces

_ADDED: Final = {"A": True, "D": False}
_AREA, _LOCAL = re.compile(r"[2-9][0-9]{2}"), re.compile(r"[0-9]{7}")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
    r"|[0-9]{8}([0-9]{6})?"
)
_DAY: Final = 10
"""The length of a date with hyphens, at most."""
_NO_TIME, _DATE, _LOCAL_TIME, _INSTANT = range(4)
"""The sorts of time; two that are not of one sort cannot be held against each other."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a line of a change list says.

    Parameters
    ----------
    number : int
        The national number.
    added : bool
        Whether it was added; else it was deleted.
    sort, time : int
        The sort of time that is given, and the microseconds that put it into order.
    """

    number: int
    added: bool
    sort: int
    time: int


def change_in(text: str, numbering: Numbering) -> Change | None:
    """Return what a line says, or None if it cannot surely be read.

    Examples
    --------
    >>> us = Numbering.of("US")
    >>> change = change_in("212,5550123,2026-11-20 08:00:00,D", us)
    >>> change.number, change.added
    (2125550123, False)
    >>> change_in("A,20261120,2125550123", us).added
    True
    >>> change_in("212,5550123,I", us)
    """
    areas, locals_, wholes, actions, times = [], [], [], [], []
    for part in text.split(","):
        value = _unquoted(part.strip())
        if value.upper() in _ADDED:
            actions.append(_ADDED[value.upper()])
        elif (whole := numbering.written(value)) is not None:
            wholes.append(whole)
        elif numbering.has_area_codes and _AREA.fullmatch(value):
            areas.append(value)
        elif numbering.has_area_codes and _LOCAL.fullmatch(value):
            locals_.append(value)
        elif (time := _time_in(value)) is not None:
            times.append(time)
        elif value:
            return None
    if len(areas) == len(locals_) == 1:
        wholes.append(int(areas.pop() + locals_.pop()))
    if areas or locals_ or len(wholes) != 1 or len(actions) != 1 or len(times) > 1:
        return None
    return Change(wholes[0], actions[0], *(times[0] if times else (_NO_TIME, 0)))


def _unquoted(value: str) -> str:
    return value[1:-1].strip() if len(value) > 1 and value[0] == value[-1] == '"' else value


def _time_in(value: str) -> tuple[int, int] | None:
    if _TIME.fullmatch(value) is None:
        return None
    if value.isdigit() and len(value) > 8:
        value = f"{value[:8]}T{value[8:]}"
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    if len(value) <= _DAY:
        return _DATE, micros(time.replace(tzinfo=UTC))
    return (_LOCAL_TIME, micros(time.replace(tzinfo=UTC))) if time.tzinfo is None else (_INSTANT, micros(time))


@dataclass
class Changes:
    """The lines of change lists, of which the last about a number is what counts."""

    numbering: Numbering
    coverage: Coverage
    rejecting: Rejecting = field(default_factory=Rejecting)

    def __post_init__(self) -> None:
        self._numbers, self._times = array("q"), array("q")
        self._added, self._sorts = array("b"), array("b")

    def read(self, paths: FileName | Iterable[FileName], progress: Progress | None) -> tuple[Numbers, Numbers]:
        """Return the numbers that are added in the end, and those that are deleted."""
        for piece in pieces(paths, progress):
            self._read(piece)
        numbers, times = np.array(self._numbers, np.int64), np.array(self._times, np.int64)
        added, sorts = np.array(self._added, np.bool_), np.array(self._sorts, np.int64)
        order = np.lexsort((times, numbers))
        numbers, times, added, sorts = numbers[order], times[order], added[order], sorts[order]
        last = np.diff(numbers, append=-1) != 0
        sure = ~self._contradicted(numbers, times, added, sorts)[last]
        return numbers[last][sure & added[last]], numbers[last][sure & ~added[last]]

    def _read(self, piece: Piece) -> None:
        for offset, line in enumerate(piece.content.decode("utf-8", "backslashreplace").split("\n")):
            if not (text := line.strip()):
                continue
            change, place = change_in(text, self.numbering), Place(piece.source, piece.line + offset)
            if change is None:
                self.rejecting.add(_bad_change(text, place))
            elif not self.coverage.holds(change.number):
                self.rejecting.add(_not_covered(text, place))
            else:
                self._numbers.append(change.number)
                self._added.append(change.added)
                self._sorts.append(change.sort)
                self._times.append(change.time)

    def _contradicted(self, numbers: Numbers, times: Numbers, added: Truths, sorts: Numbers) -> Truths:
        """Return which lines are about a number of which nobody knows whether it was added or deleted last."""
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        ends = np.append(starts[1:], len(numbers))
        unsure = np.zeros(len(numbers), np.bool_)
        if not len(numbers):
            return unsure
        both = np.logical_or.reduceat(added, starts) & ~np.logical_and.reduceat(added, starts)
        for start, end in zip(starts[both].tolist(), ends[both].tolist(), strict=True):
            latest = slice(start + int(np.searchsorted(times[start:end], times[end - 1])), end)
            one_sort = len(set(sorts[start:end].tolist())) == 1
            if not one_sort or len(set(added[latest].tolist())) > 1:
                unsure[start:end] = True
                self.rejecting.add(_contradictory(int(numbers[start]), self.numbering))
        return unsure


def _bad_change(text: str, place: Place) -> Problem:
    expected = "a telephone number, A (added) or D (deleted), and a time, in any order, such as 212,5550123,20261120,A"
    message = "in this line there is no change that can surely be read"
    return Problem("bad-change-line", message, place, shown(text), expected)


def _not_covered(text: str, place: Place) -> Problem:
    hint = "a change list tells little of an area code; make the registry again from the full lists"
    message = "the number is of an area code that the copy does not cover"
    return Problem("area-not-covered", message, place, shown(text), hint=hint)


def _contradictory(number: int, numbering: Numbering) -> Problem:
    message = "the number is added and deleted, and the times do not say which came last"
    hint = "look it up in the registry, and leave one of the lines"
    return Problem("contradictory-changes", message, Place("paths"), f"{numbering.prefix}{number}", hint=hint)
