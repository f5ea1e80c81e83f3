"""Stories of contacts that stand at a stage, as real ones come there, and as one says that they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from leadqual.model.time import DAY
from leadqual.policy.funnel import Transition
from leadqual.testing.mutation.search.bench import Bench
from leadqual.testing.mutation.search.story import Event, Story
from leadqual.testing.mutation.search.want import Answer
from leadqual.testing.mutation.search.wants import Wants

_LONGEST_WAY: Final = 4
_MOST_WAYS: Final = 12
_MOST_STORIES: Final = 4
_TRIES: Final = 6


class Stages:
    """Finds contacts that stand at a stage.

    Parameters
    ----------
    bench : Bench
        Where stories are tried out.
    wants : Wants
        Makes conditions true.
    """

    def __init__(self, bench: Bench, wants: Wants) -> None:
        self._bench = bench
        self._wants = wants
        self._known: dict[str, list[Story]] = {}

    def at(self, stage: str) -> list[Story]:
        """Return stories that end at a stage, entered a day ago, one where it is simply said last."""
        if stage not in self._known:
            found = [] if stage != self._bench.policy.initial_stage else [Story()]
            self._known[stage] = found
            found += islice(self._real(stage), _MOST_STORIES - len(found))
            found.append(Story(begin=(stage, DAY)))
        return self._known[stage]

    def _real(self, stage: str) -> Iterator[Story]:
        for way in islice(self._ways(stage), _MOST_WAYS):
            yield from islice(self._along(way, Story(), stage), 1)

    def _ways(self, stage: str) -> Iterator[tuple[tuple[str, Transition], ...]]:
        """Yield the ways from the beginning to a stage, each a list of moves, the shortest first."""
        initial = self._bench.policy.initial_stage
        level: list[tuple[tuple[str, Transition], ...]] = [()]
        for _ in range(_LONGEST_WAY):
            following: list[tuple[tuple[str, Transition], ...]] = []
            for way in level:
                here = way[-1][1].target if way else initial
                passed = {initial, *(move.target for _, move in way)}
                moves = [move for move in self._bench.policy.transitions if here in move.source]
                following += [(*way, (str(here), move)) for move in moves if move.target not in passed]
            # What only has to happen is surer than what has to come about.
            following.sort(key=lambda way: sum(move.when is not None for _, move in way))
            yield from (way for way in following if way[-1][1].target == stage)
            level = [way for way in following if way[-1][1].target != stage][:200]

    def _along(self, way: Sequence[tuple[str, Transition]], story: Story, stage: str) -> Iterator[Story]:
        if not way:
            yield story
            return
        (_, move), rest = way[0], way[1:]
        for there in islice(self.through(move, story), _TRIES):
            if self._bench.stands(there)[0] == move.target:
                later = there.waited(DAY)
                if self._bench.stands(later)[0] == move.target:
                    yield from self._along(rest, later, stage)

    def through(self, move: Transition, story: Story) -> Iterator[Story]:
        """Yield stories that go on from one so that a transition may fire."""
        wanted = [] if move.when is None else [Answer(move.when, True)]
        for ready in self._wants.met(wanted, story):
            yield ready if move.event is None else ready.then([self.trigger(move.event)])

    def trigger(self, kind: str) -> Event:
        """Return the event of a kind, as plain as it can be."""
        return Event(kind)
