"""The reviews between interactions at which something may fire: spans in which nothing can are passed over whole."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from leadqual.engines.tables.replay.choice import NO_WAY, Contacts, Lists, by_stage, first_way
from leadqual.engines.tables.replay.chunk import Bools, Chunk, Ints, Points
from leadqual.engines.tables.replay.visits import Visits
from leadqual.engines.tables.replay.ways import Way, Ways

_FEWEST_PARTS: Final = 4
"""Into how many parts a span is divided at least in which something may fire."""
_POINTS: Final = 5_000
"""So many points take about as long as a run without any."""
_NONE: Final = np.iinfo(np.int64).max

Ends: TypeAlias = tuple[Ints, pl.DataFrame]
"""One end of each of some spans: the instants, and what bounds are made of there."""


class _Search:
    """The first review at which each of some contacts moves, as far as it has been found.

    Parameters
    ----------
    contacts : Contacts
        Where they stand.
    contact : array of shape (n,)
        Which they are.

    Attributes
    ----------
    best, way : array of shape (n,)
        The first review at which something fires, and what; `_NONE` and `NO_WAY` where nothing does.
    """

    def __init__(self, contacts: Contacts, contact: Ints) -> None:
        self.contacts, self.contact = contacts, contact
        self.best, self.way = np.full(len(contact), _NONE), np.full(len(contact), NO_WAY)

    def note(self, owner: Ints, number: Ints, fired: Ints) -> None:
        """Note what fires at some reviews."""
        hits = np.flatnonzero((fired != NO_WAY) & (number < self.best[owner]))
        hits = hits[np.lexsort((number[hits], owner[hits]))]
        whose, first = np.unique(owner[hits], return_index=True)
        self.best[whose], self.way[whose] = number[hits[first]], fired[hits[first]]


class Reviews:
    """The reviews of a chunk's contacts, by the gaps between their visits: gap 3 is the time from visit 3 to visit 4.

    A review is known by its number: it happens at that multiple of ``review_every`` since 1970-01-01T00:00Z.

    Parameters
    ----------
    ways : Ways
        The transitions.
    chunk : Chunk
        The contacts.
    visits : Visits
        Their visits.
    begin : array of shape (contacts,)
        When each began to exist.
    """

    def __init__(self, ways: Ways, chunk: Chunk, visits: Visits, begin: Ints) -> None:
        self._ways, self._chunk, self._visits = ways, chunk, visits
        every = ways.policy.review_every
        self._leaving = [[way for way in several if way.event is None] for several in ways.leaving]
        nowhere = np.zeros(0, dtype=np.int64)
        self._lists = Lists([nowhere for _ in ways.stages])
        if every is None or not any(self._leaving):
            return
        self._every = every.micros
        self._first, self._last = self._numbers()
        gaps = np.flatnonzero(self._first <= self._last)
        if len(gaps):
            may_fire = self._looked_at(gaps, begin)
            self._lists = Lists([gaps[may_fire[stage]] for stage in range(len(ways.stages))])

    def next(
        self, contacts: Contacts, contact: Ints, gap: Ints, number: Ints, visit: Ints, size: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """Return at which review each contact moves next, before a visit, and by which transition.

        Parameters
        ----------
        contacts : Contacts
            Where they stand.
        contact, gap, number : array of shape (n,)
            The contacts, and the gap and in it the review from which on they are looked at.
        visit : array of shape (n,)
            The visit before which they are.
        size : array of shape (n,)
            At how many gaps of each that have to be looked into.

        Returns
        -------
        gap, number, way : array of shape (n,)
            With `NO_WAY`, the gap before which none fires: `visit` if there is none at all.
        """
        owner, place, looked = self._lists.block(contacts.stage[contact], gap, visit, size)
        search = _Search(contacts, contact)
        if len(owner):
            low = np.where(place == gap[owner], np.maximum(self._first[place], number[owner]), self._first[place])
            self._look(search, owner, low, self._last[place])
            found = np.flatnonzero(search.way != NO_WAY)
            looked[found] = self._gap_of(contact[found], search.best[found])
        return looked, search.best, search.way

    def _look(self, search: _Search, owner: Ints, low: Ints, high: Ints) -> None:
        """Look for the first review at which each contact moves, of those in some spans.

        Both ends of a span are computed. What lies between is passed over if nothing can fire there, and else divided:
        into the more parts the fewer spans there are, since a run costs more than the points in it.
        """
        while True:
            high = np.minimum(high, search.best[owner] - 1)
            some = low <= high
            owner, low, high = owner[some], low[some], high[some]
            if not len(owner):
                return
            number = len(owner)
            points = self._points(np.tile(search.contact[owner], 2), np.concatenate((low, high)))
            now = self._ways.at_reviews(points, search.contacts.entered[points.contact])
            fired = self._fired(search.contacts, points, now)
            search.note(owner, low, fired[:number])
            search.note(owner, high, fired[number:])
            open_still = (high - low > 1) & (low < search.best[owner])
            ends = (points.time[:number], now.head(number)), (points.time[number:], now.tail(number))
            open_still[open_still] = self._may_fire(
                search, owner[open_still], *(_only(end, open_still) for end in ends)
            )
            owner, low, high = _divided(owner[open_still], low[open_still], high[open_still])

    def _may_fire(self, search: _Search, owner: Ints, first: Ends, last: Ends) -> Bools:
        """Return whether anything that leaves the stage of each span may fire in it."""
        contact = search.contact[owner]
        found = np.zeros(len(owner), dtype=bool)
        if len(owner):
            entered = search.contacts.entered[contact]
            between = self._ways.between(first, last, (entered, entered))
            for stage, here in by_stage(search.contacts.stage[contact]):
                found[here] = self._of_stage(between, stage)[here]
        return found

    def _looked_at(self, gaps: Ints, begin: Ints) -> list[Bools]:
        """Return for each stage in which gaps something may fire, whenever the contact entered it."""
        visits = self._visits
        last = self._points(visits.contact[gaps], self._last[gaps])
        kept = np.zeros(len(visits.time), dtype=bool)
        kept[gaps] = True
        time = visits.time[gaps]
        entered = (np.minimum(begin[visits.contact[gaps]], time), time)
        first = _only((visits.time, self._ways.ends(visits.points)), kept)
        between = self._ways.between(first, (last.time, self._ways.ends(last)), entered)
        return [self._of_stage(between, stage) for stage in range(len(self._leaving))]

    def _of_stage(self, between: pl.DataFrame, stage: int) -> Bools:
        found = np.zeros(between.height, dtype=bool)
        for way in self._leaving[stage]:
            found |= between[str(way.guard)].to_numpy()
        return found

    def _fired(self, contacts: Contacts, points: Points, now: pl.DataFrame) -> Ints:
        """Return the transition that fires for each contact at a review."""
        found = np.full(len(points), NO_WAY)
        for stage, here in by_stage(contacts.stage[points.contact]):
            whose, time = points.contact[here], points.time[here]
            eligible, guard = partial(_everywhere, len(here)), partial(_guard, now, here)
            found[here] = first_way(self._leaving[stage], contacts, whose, time, eligible, guard)
        return found

    def _points(self, contact: Ints, number: Ints) -> Points:
        return Points.at(self._chunk, contact, number * self._every)

    def _gap_of(self, contact: Ints, number: Ints) -> Ints:
        """Return in which gap a review lies."""
        reviews = self._chunk.key(contact, number * self._every)
        return np.searchsorted(self._keys, reviews, side="right") - 1

    @cached_property
    def _keys(self) -> Ints:
        return self._chunk.key(self._visits.contact, self._visits.time)

    def _numbers(self) -> tuple[Ints, Ints]:
        """Return the first and the last review of each gap; the last comes before the first in a gap without one."""
        visits, every = self._visits, self._every
        following = np.append(visits.time[1:], 0) - 1
        following[visits.start[1:][np.diff(visits.start) > 0] - 1] = self._chunk.until
        return -(-visits.time // every), following // every


def _everywhere(number: int, _: Way) -> Bools:
    return np.ones(number, dtype=bool)


def _guard(now: pl.DataFrame, here: Ints, way: Way) -> tuple[Bools, Bools]:
    assert way.guard is not None
    answer = now[way.guard]
    return answer.fill_null(value=False).to_numpy()[here], answer.is_null().to_numpy()[here]


def _only(end: Ends, which: Bools) -> Ends:
    return end[0][which], end[1].filter(which)


def _divided(owner: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints, Ints]:
    """Return parts of what lies inside some spans, their ends left out."""
    low = low + 1
    length = high - low
    parts = np.minimum(length, max(_FEWEST_PARTS, _POINTS // max(1, len(owner))))
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    owner, low, length, of = (np.repeat(one, parts) for one in (owner, low, length, parts))
    return owner, low + number * length // of, low + (number + 1) * length // of - 1
