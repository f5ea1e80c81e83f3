"""The way of many contacts through the funnel: from move to move, all contacts a step at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from leadqual.engines.tables.replay.choice import NO_WAY, REFUSED, Contacts
from leadqual.engines.tables.replay.chunk import Bools, Chunk, Ints
from leadqual.engines.tables.replay.reviews import Reviews
from leadqual.engines.tables.replay.visits import Visits
from leadqual.engines.tables.replay.ways import Ways

_BLOCK: Final = 8
"""How many visits and gaps of a contact are looked into at first where they have to be; four times more each time."""
_FIRST: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Step:
    """Moves that were found together, of one contact each.

    Parameters
    ----------
    contact, at : array of shape (n,)
        Whose, and when in UTC microseconds.
    source, entered : array
        The stage it left, by number, and since when it stood there.
    transition, row : array
        The transition by its number in the policy, and the row of the interaction; -1 at a review.
    """

    contact: Ints
    at: Ints
    source: Ints
    entered: Ints
    transition: Ints
    row: Ints


class Walk:
    """The contacts of a chunk on their way.

    Parameters
    ----------
    ways : Ways
        The transitions.
    chunk : Chunk
        The contacts.
    contacts : Contacts
        Where they stand before; in the end where they stand then.
    begin, since : array of shape (contacts,)
        When each began to exist, `NEVER` if it has not; up to when everything was seen already.

    Attributes
    ----------
    steps : list of Step
        The moves, those of each contact in their order.
    refused : list of int
        The contacts for which a condition is unknown that must not be.
    """

    def __init__(self, ways: Ways, chunk: Chunk, contacts: Contacts, begin: Ints, since: Ints) -> None:
        self.contacts = contacts
        self.steps: list[Step] = []
        self.refused: list[int] = []
        self._visits = visits = Visits(ways, chunk, begin, since)
        self._reviews = Reviews(ways, chunk, visits, begin)
        self._every = 0 if ways.policy.review_every is None else ways.policy.review_every.micros
        self._targets = np.array([ways.stages.index(way.target) for way in ways.policy.transitions], dtype=np.int64)
        self._at = visits.start[:-1].copy()
        self._gap, self._number = self._at.copy(), np.full(chunk.contacts, _FIRST)
        self._block = np.full(chunk.contacts, _BLOCK)

    def run(self) -> None:
        """Let every contact go on until nothing fires any more."""
        going = np.flatnonzero(np.diff(self._visits.start) > 0)
        while len(going):
            going = self._step(going)

    def _step(self, going: Ints) -> Ints:
        """Let each contact make its next move, or pass over what might have fired and did not; return who goes on."""
        size = self._block[going]
        visit, visit_way = self._visits.next(self.contacts, going, self._at[going], size)
        gap, number, review_way = self._reviews.next(
            self.contacts, going, self._gap[going], self._number[going], visit, size
        )
        reviewed = review_way != NO_WAY
        visited = ~reviewed & (gap >= visit) & (visit_way != NO_WAY)
        ended = ~reviewed & ~visited & (gap >= visit) & (visit >= self._visits.start[going + 1])
        self._at[going] = np.where(reviewed, gap + 1, visit)
        self._number[going] = np.where(gap > self._gap[going], _FIRST, self._number[going])
        self._number[going[reviewed]] = number[reviewed]
        self._gap[going] = gap
        self._block[going] = np.where(reviewed | visited, _BLOCK, size * 4)
        refused = np.zeros(len(going), dtype=bool)
        if reviewed.any():
            at, row = number[reviewed] * self._every, np.full(np.count_nonzero(reviewed), -1)
            refused[reviewed] = self._move(going[reviewed], at, review_way[reviewed], row)
        if visited.any():
            at, row = self._visits.time[visit[visited]], self._visits.row[visit[visited]]
            refused[visited] = self._move(going[visited], at, visit_way[visited], row)
        still: Ints = going[~(ended | refused)]
        return still

    def _move(self, contact: Ints, at: Ints, way: Ints, row: Ints) -> Bools:
        """Let contacts move that may; return which may not, since a condition is unknown that must not be."""
        refused: Bools = way == REFUSED
        self.refused += contact[refused].tolist()
        contact, at, way, row = (one[~refused] for one in (contact, at, way, row))
        source, entered = self.contacts.stage[contact], self.contacts.entered[contact]
        self.steps.append(Step(contact, at, source, entered, way, row))
        self.contacts.move(contact, at, self._targets[way])
        return refused
