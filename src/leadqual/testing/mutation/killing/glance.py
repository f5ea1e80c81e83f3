"""A decision of which only that is worked out what a test asks about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from leadqual.conditions.nodes import Node
from leadqual.model.score import Score
from leadqual.testing.mutation.compiled import Compiled, Trial

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Went:
    """A move, without its reasons."""

    source: str
    target: str
    transition: str


class Later(Mapping[str, T], Generic[T]):
    """A mapping whose values are worked out when they are asked for."""

    def __init__(self, names: Sequence[str], work_out: Callable[[str], T]) -> None:
        self._names = names
        self._work_out = work_out

    def __getitem__(self, name: str) -> T:
        return self._work_out(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Glance:
    """What a policy says of a contact at an instant.

    Parameters
    ----------
    compiled : Compiled
        The policy.
    trial : Trial
        The contact.
    at : int
        The instant, in microseconds.
    conditions : sequence of Node
        What will be asked about, besides what the policy itself asks.
    """

    def __init__(self, compiled: Compiled, trial: Trial, at: int, conditions: Sequence[Node] = ()) -> None:
        engine, policy = compiled.engine, compiled.policy
        for condition in conditions:
            engine.compiled(condition)  # what it reads has to be known before the view is made
        self._compiled = compiled
        self._trial = trial
        self._at = at
        self._view = view = compiled.view(trial)
        position, self._steps = compiled.stand(view, trial, at)
        self.stage = None if position is None else position.stage
        view.move_to(at)
        view.enter(self.stage, None if position is None else position.entered)
        self.scores: Mapping[str, Score] = Later(list(policy.score_ranges), lambda name: engine.score(view, name))
        self.grades: Mapping[str, str | None] = Later(list(policy.grades), lambda name: engine.grade(view, name))
        self.missing: Mapping[str, Sequence[str]] = {}

    @cached_property
    def moves(self) -> tuple[Went, ...]:
        """The moves since the beginning."""
        return tuple(Went(one.source, one.transition.target, one.transition.id) for one in self._steps)

    def answer(self, condition: Node) -> bool | None:
        """Return what a condition is."""
        found: bool | None = self._compiled.engine.compiled(condition)(self._view)
        return found
