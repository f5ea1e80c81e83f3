"""What to try of a transition: each part of its condition at its boundary, from each stage that it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from leadqual.conditions.walk import histories
from leadqual.model.time import DAY
from leadqual.policy.funnel import Transition
from leadqual.proofs.making import PLAIN
from leadqual.testing.mutation.search.of_conditions import Trying, tryings
from leadqual.testing.mutation.search.probe import Probe
from leadqual.testing.mutation.search.stages import Stages
from leadqual.testing.mutation.search.story import Event, Story
from leadqual.testing.mutation.search.want import Answer, Happened
from leadqual.testing.mutation.search.wants import Wants

_STORIES: Final = 4
_AT_ONCE: Final = 3
_MINUTE: Final = DAY // 1440


class OfFunnel:
    """What to try of transitions.

    Parameters
    ----------
    wants : Wants
        Makes conditions come out as wanted.
    stages : Stages
        Finds contacts that stand at a stage.
    """

    def __init__(self, wants: Wants, stages: Stages) -> None:
        self._wants = wants
        self._stages = stages

    def of(self, move: Transition) -> Iterator[Probe]:
        """Yield contacts for whom a transition fires, or nearly: every trying with one start, then with another."""
        every: list[Trying] = [[]] if move.when is None else list(tryings(move.when, self._wants))
        events = [] if move.event is None else [move.event]
        starts = [start for source in move.source for start in enumerate(self._starts(source))]
        starts.sort(key=lambda pair: pair[0])
        for _, start in starts:
            yield from self._in_turns(self._met(start, trying, events, (move,)) for trying in every)
        for before in self._wants.bench.policy.transitions:
            if before.target in move.source:
                yield from self._in_turns(self._arriving(before, move, trying) for trying in every)

    def _arriving(self, before: Transition, move: Transition, trying: Trying) -> Iterator[Probe]:
        """Yield contacts who only come to the source of a transition at the instant at which it is tried."""
        wanted = trying if before.when is None else [*trying, Answer(before.when, True)]
        events = list(dict.fromkeys(event for event in (before.event, move.event) if event is not None))
        for source in before.source:
            yield from self._met(self._starts(source)[0], wanted, events[:1], (before, move))

    def _starts(self, source: str) -> list[Story]:
        """Return contacts at a stage, the simplest of the real ones first, then the one of whom it is only said."""
        real = self._stages.at(source)
        return [*real[:1], *real[:0:-1]]

    def _in_turns(self, found: Iterable[Iterator[Probe]]) -> Iterator[Probe]:
        """Yield a few of each, then again a few of each that has more."""
        waiting = list(found)
        while waiting:
            left = []
            for one in waiting:
                few = list(islice(one, _AT_ONCE))
                yield from few
                if len(few) == _AT_ONCE:
                    left.append(one)
            waiting = left

    def together(self, one: Transition, other: Transition) -> Iterator[Probe]:
        """Yield contacts for whom two transitions may fire at once."""
        wanted: Trying = [Answer(way.when, True) for way in (one, other) if way.when is not None]
        events = [way.event for way in (one, other) if way.event is not None]
        for source in one.source:
            if source in other.source:
                for start in self._starts(source):
                    yield from self._met(start, wanted, events[:1], (one, other))

    def _avoid(self, *moves: Transition) -> None:
        """Bring scores about by other events than those that the conditions themselves ask about."""
        asked = [question for move in moves if move.when is not None for question in histories(move.when)]
        self._wants.tuning.avoided = frozenset(question.selection.kind for question in asked)

    def _met(self, start: Story, trying: Trying, events: Sequence[str], moves: Sequence[Transition]) -> Iterator[Probe]:
        self._avoid(*moves)
        triggers = [Event(kind) for kind in events] or [self.ping()]
        for trigger in triggers:
            for ready in islice(self._wants.met([*trying, Happened((trigger,))], start), _STORIES):
                yield Probe(ready)
                others = tuple(one for one in ready.events if one != trigger)
                # Of events at one instant all count from the first of them on.
                yield Probe(replace(ready, events=(trigger, *others)))
                if events:
                    yield Probe(replace(ready, events=(*others, self.ping())))
                if ready.begin is not None:
                    # What was before it was said where the contact stands has moved it no more.
                    older = tuple(one.aged(one.age + _MINUTE) for one in others)
                    yield Probe(Story(ready.fields, (*older, trigger), (ready.begin[0], _MINUTE)))

    def ping(self) -> Event:
        """Return an event that only lets the funnel be looked at."""
        if PLAIN in self._wants.bench.policy.catalogue.kinds and PLAIN not in self._wants.bench.events:
            return Event(PLAIN)
        return Event("task_done")
