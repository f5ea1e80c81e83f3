"""The interactions at which transitions are tried, and which conditions hold at each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from leadqual.engines.tables.replay.choice import NO_WAY, Contacts, Lists, by_stage, first_way
from leadqual.engines.tables.replay.chunk import Bools, Chunk, Ints, Points
from leadqual.engines.tables.replay.ways import NEVER, Way, Ways


class Visits:
    """The visits of a chunk's contacts, each contact's in order, with the instant from which on it is reviewed first.

    Parameters
    ----------
    ways : Ways
        The transitions.
    chunk : Chunk
        The contacts.
    begin : array of shape (contacts,)
        When each began to exist; `NEVER` if it has not.
    since : array of shape (contacts,)
        Up to when everything was seen already.

    Attributes
    ----------
    start : array of shape (contacts + 1,)
        The first visit of each contact: the instant at which it begins, or goes on from what was seen.
    contact, time, row : array of shape (n,)
        Whose it is, its instant, and its row in the chunk; -1 for the first.
    """

    def __init__(self, ways: Ways, chunk: Chunk, begin: Ints, since: Ints) -> None:
        self._ways, self._chunk = ways, chunk
        exists = begin != NEVER
        rows = np.flatnonzero(chunk.time > since[chunk.contact])
        numbers = np.bincount(chunk.contact[rows], minlength=chunk.contacts) + exists
        self.start: Ints = np.concatenate(([0], np.cumsum(numbers)))
        first = self.start[:-1][exists]
        self.contact: Ints = np.repeat(np.arange(chunk.contacts), numbers)
        self.row: Ints = np.full(len(self.contact), -1)
        is_row = np.ones(len(self.contact), dtype=bool)
        is_row[first] = False
        self.row[is_row] = rows
        self.time: Ints = np.empty(len(self.contact), dtype=np.int64)
        self.time[is_row] = chunk.time[rows]
        self.time[first] = np.maximum(begin, since + 1)[exists]
        end = chunk.seen(self.contact, self.time)
        self.points = Points(chunk, self.contact, self.time, end)
        self._is_row = is_row
        self._events = dict(self._kinds())
        holding = ways.at(self.points)
        self._holds = {name: holding[name].fill_null(value=False).to_numpy() for name in holding.columns}
        self._unknown = {name: holding[name].is_null().to_numpy() for name in holding.columns}
        self._lists = Lists([np.flatnonzero(self._may_fire(several)) for several in ways.leaving])

    def next(self, contacts: Contacts, contact: Ints, at: Ints, size: Ints) -> tuple[Ints, Ints]:
        """Return at which visit each contact moves next, and by which transition.

        Parameters
        ----------
        contacts : Contacts
            Where they stand.
        contact, at : array of shape (n,)
            The contacts, and the visit from which on they are looked at.
        size : array of shape (n,)
            At how many visits of each that have to be looked into.

        Returns
        -------
        visit, way : array of shape (n,)
            With `NO_WAY`, the visit before which none fires: that after its last one, if there is none at all.
        """
        end = self.start[contact + 1]
        owner, place, looked = self._lists.block(contacts.stage[contact], at, end, size)
        fired = self._fired(contacts, contact[owner], place)
        visit, way = looked, np.full(len(contact), NO_WAY)
        hits = np.flatnonzero(fired != NO_WAY)
        moved, first = np.unique(owner[hits], return_index=True)
        visit[moved], way[moved] = place[hits[first]], fired[hits[first]]
        return visit, way

    def _fired(self, contacts: Contacts, contact: Ints, visit: Ints) -> Ints:
        """Return the transition that fires for each contact at a visit."""
        found = np.full(len(contact), NO_WAY)
        now = self._now(contacts, contact, visit)
        for stage, here in by_stage(contacts.stage[contact]):
            found[here] = first_way(
                self._ways.leaving[stage],
                contacts,
                contact[here],
                self.time[visit[here]],
                partial(self._eligible, visit[here]),
                partial(self._guard, visit[here], here, now),
            )
        return found

    def _now(self, contacts: Contacts, contact: Ints, visit: Ints) -> tuple[pl.DataFrame, Ints]:
        """Return the conditions that read how long a contact has stood in its stage, and the row of each visit."""
        follow = [any(way.follows_the_stage for way in ways) for ways in self._ways.leaving]
        here = np.flatnonzero(np.array(follow, dtype=bool)[contacts.stage[contact]])
        if not len(here):
            return pl.DataFrame(), here
        row = np.zeros(len(contact), dtype=np.int64)
        row[here] = np.arange(len(here))
        place = visit[here]
        points = Points(self._chunk, contact[here], self.time[place], self.points.end[place])
        return self._ways.in_stage(points, contacts.entered[contact[here]]), row

    def _guard(self, visit: Ints, here: Ints, now: tuple[pl.DataFrame, Ints], way: Way) -> tuple[Bools, Bools]:
        assert way.guard is not None
        if way.follows_the_stage:
            answer = now[0][way.guard].gather(now[1][here])
            return answer.fill_null(value=False).to_numpy(), answer.is_null().to_numpy()
        return self._holds[way.guard][visit], self._unknown[way.guard][visit]

    def _eligible(self, visit: Ints, way: Way) -> Bools:
        return self._is_row[visit] if way.event is None else self._events[way.event][visit]

    def _may_fire(self, ways: list[Way]) -> Bools:
        """Return the visits at which one of some ways may fire, whenever the contact entered the stage.

        Where the answer depends on how long it has stood there, it is unknown while that is.
        """
        found = np.zeros(len(self.contact), dtype=bool)
        for way in ways:
            eligible = self._is_row if way.event is None else self._events[way.event]
            if way.guard is None or way.asks_for_entry:
                found |= eligible
            elif way.follows_the_stage or way.is_strict:
                found |= eligible & (self._holds[way.guard] | self._unknown[way.guard])
            else:
                found |= eligible & self._holds[way.guard]
        return found

    def _kinds(self) -> Iterator[tuple[str, Bools]]:
        """Yield where each kind that a transition waits for happened."""
        for event in {way.event for ways in self._ways.leaving for way in ways} - {None}:
            happened = np.zeros(len(self.contact), dtype=bool)
            happened[self._is_row] = self._chunk.is_of(str(event))[self.row[self._is_row]]
            yield str(event), happened
