"""Which transition fires, of many contacts at once: the first in order that is eligible and whose condition holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np

from leadqual.engines.tables.replay.chunk import Bools, Ints
from leadqual.engines.tables.replay.ways import NEVER, Way

NO_WAY: Final = -1
REFUSED: Final = -2
"""In place of a transition: its condition is unknown, and it does not put up with that."""

Guard: TypeAlias = Callable[[Way], tuple[Bools, Bools]]
"""From a way to where its condition holds, and where it is unknown."""


class Contacts:
    """Where contacts stand, and the stages they were in at their last instant.

    Parameters
    ----------
    stage, entered : array of shape (contacts,)
        Their stages by number, and since when in UTC microseconds.
    stages : int
        How many there are.
    """

    def __init__(self, stage: Ints, entered: Ints, stages: int) -> None:
        self.stage, self.entered = stage, entered
        self._been = np.zeros((len(stage), stages), dtype=bool)
        self._instant = np.full(len(stage), NEVER)

    def move(self, contact: Ints, at: Ints, target: Ints) -> None:
        """Let contacts, each named once, enter a stage at an instant."""
        new = contact[self._instant[contact] != at]
        self._been[new] = False
        self._been[new, self.stage[new]] = True
        self._been[contact, target] = True
        self._instant[contact] = at
        self.stage[contact] = target
        self.entered[contact] = at

    def been(self, contact: Ints, at: Ints, target: int) -> Bools:
        """Return which contacts have been in a stage at an instant already: no stage is visited twice at one."""
        been: Bools = self._been[contact, target] & (self._instant[contact] == at)
        return been


def by_stage(stage: Ints) -> Iterator[tuple[int, Ints]]:
    """Yield each stage with the places at which it stands."""
    for number in np.unique(stage):
        yield int(number), np.flatnonzero(stage == number)


def first_way(
    ways: Sequence[Way], contacts: Contacts, contact: Ints, at: Ints, eligible: Callable[[Way], Bools], guard: Guard
) -> Ints:
    """Return the number of the transition that fires for each contact at an instant, `NO_WAY` or `REFUSED`.

    Parameters
    ----------
    ways : sequence of Way
        Those that leave the stage in which all of them stand, in their order.
    contact, at : array of shape (n,)
        The contacts and instants.
    eligible : callable
        From a way to where it may be tried.
    guard : callable
        From a way to where its condition holds, and where it is unknown.
    """
    found = np.full(len(contact), NO_WAY)
    for way in ways:
        tried = (found == NO_WAY) & eligible(way)
        if not tried.any():
            continue
        tried &= ~contacts.been(contact, at, way.target)
        if way.guard is None:
            found[tried] = way.number
            continue
        holds, unknown = guard(way)
        found[tried & holds] = way.number
        if way.is_strict:
            found[tried & unknown] = REFUSED
    return found


class Lists:
    """For each stage the places, ascending, that a contact standing in it has to look at.

    Parameters
    ----------
    places : sequence of array
        Those of each stage.
    """

    def __init__(self, places: Sequence[Ints]) -> None:
        self._places = places

    def block(self, stage: Ints, begin: Ints, end: Ints, size: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the next few places for each of some contacts.

        Parameters
        ----------
        stage, begin, end, size : array of shape (n,)
            The stage of each, from which place and before which, and how many at most.

        Returns
        -------
        owner, place : array
            Which of the n, and a place of its; in ascending order of both.
        looked : array of shape (n,)
            Up to which place nothing is left out.
        """
        looked = end.copy()
        owners, places = [], []
        for number, here in by_stage(stage):
            known = self._places[number]
            low, high = np.searchsorted(known, begin[here]), np.searchsorted(known, end[here])
            few = np.minimum(np.maximum(high - low, 0), size[here])
            more = low + few < high
            looked[here[more]] = known[(low + few)[more]]
            owners.append(np.repeat(here, few))
            places.append(known[np.repeat(low - (np.cumsum(few) - few), few) + np.arange(few.sum())])
        if not owners:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), looked
        owner, place = np.concatenate(owners), np.concatenate(places)
        order = np.lexsort((place, owner))
        return owner[order], place[order], looked
