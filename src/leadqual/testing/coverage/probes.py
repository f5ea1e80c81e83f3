"""A policy compiled for looking: everything there is to cover, with the sets in which it is noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadqual.engines.record import RecordEngine
from leadqual.lifecycle.decide import Decider
from leadqual.lifecycle.policy import Policy
from leadqual.testing.coverage.funnel import Tried, stage_item
from leadqual.testing.coverage.grades import Grades
from leadqual.testing.coverage.items import Item
from leadqual.testing.coverage.rules import Score
from leadqual.testing.coverage.seen import Seen


class Probes:
    """A policy compiled for looking.

    Parameters
    ----------
    policy : Policy
        The policy.
    seen : Seen
        Where to note.
    """

    def __init__(self, policy: Policy, seen: Seen) -> None:
        # An engine of its own: what is compiled for looking is no burden to decisions.
        engine = RecordEngine(policy, policy.attached_scorers)
        self.policy = policy
        self.scores = {name: Score(name, engine, seen) for name in policy.scores}
        self.grades = Grades(engine, seen)
        self.tried = [Tried(way, engine, seen) for way in policy.transitions]
        self.ways = {stage: [one for one in self.tried if stage in one.way.source] for stage in policy.stages}
        stages = {stage: stage_item(stage) for stage in policy.stages}
        self.entered = {stage: seen.ways[item.key] for stage, item in stages.items()}
        self.decider = Decider(engine)
        self.engine = engine
        self.items: tuple[Item, ...] = tuple(self._items(stages))

    def _items(self, stages: Mapping[str, Item]) -> Iterator[Item]:
        for score in self.scores.values():
            yield from score.items()
        yield from self.grades.items()
        for tried in self.tried:
            yield from tried.items()
        yield from stages.values()
