"""The fold, compiled: the moves of one contact, each guard a function and each visit a few searches."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.engines.fold import Position, Step, Visit, start_of
from leadqual.engines.record import RecordEngine
from leadqual.engines.unknown import unknown_refused
from leadqual.engines.view import View
from leadqual.policy.funnel import Transition


class Funnel:
    """The transitions of a policy by the stage they leave, compiled.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    """

    def __init__(self, engine: RecordEngine) -> None:
        self.policy = engine.policy
        self.engine = engine
        self._ways: dict[str, list[Transition]] = {stage: [] for stage in engine.policy.stages}
        for transition in engine.policy.transitions:
            for source in transition.source:
                self._ways[source].append(transition)

    def advance(
        self, view: View, until: int, *, position: Position | None = None, since: int | None = None
    ) -> tuple[Position, list[Step]]:
        """Return where the view's contact stands at `until`, and the moves, as `leadqual.engines.fold.fold` does."""
        assert self.policy.initial_stage is not None  # callers look whether there is a funnel at all
        begin = start_of(view.contact, view.history, until)
        position = position or Position(self.policy.initial_stage, None)
        stage, entered = position.stage, begin if position.entered is None else position.entered
        steps: list[Step] = []
        last: int | None = None
        visited: set[str] = set()
        for visit in self._visits(view, begin, since, until):
            if visit.instant != last:
                last, visited = visit.instant, {stage}
                view.move_to(last)
            view.enter(stage, entered)
            while (transition := self._first_enabled(view, stage, visit, visited)) is not None:
                steps.append(Step(stage, entered, transition, visit))
                stage, entered = transition.target, visit.instant
                visited.add(stage)
                view.enter(stage, entered)
        return Position(stage, entered), steps

    def _visits(self, view: View, begin: int | None, since: int | None, until: int) -> Iterator[Visit]:
        every = None if self.policy.review_every is None else self.policy.review_every.micros
        review = None
        if every is not None and begin is not None:
            first = begin if since is None else max(begin, since + 1)
            review = -(-first // every) * every
        for one in view.history:
            if one.instant > until:
                break
            if since is not None and one.instant <= since:
                continue
            while review is not None and every is not None and review < one.instant:
                yield Visit(review)
                review += every
            yield Visit(one.instant, one)
        while review is not None and every is not None and review <= until:
            yield Visit(review)
            review += every

    def _first_enabled(self, view: View, stage: str, visit: Visit, visited: set[str]) -> Transition | None:
        kind = None if visit.interaction is None else visit.interaction.kind
        for transition in self._ways[stage]:
            eligible = transition.event in (None, kind) and transition.target not in visited
            if eligible and holds(self.engine, transition, view):
                return transition
        return None


def holds(engine: RecordEngine, transition: Transition, view: View) -> bool:
    """Return whether a transition's condition is true for a view; an unknown one never is, and may be an error."""
    if transition.when is None:
        return True
    guard = engine.guard(transition)
    answer = guard.answer(view)
    if answer is None and transition.on_unknown == "error":
        raise unknown_refused(transition, guard.causes(view), view.contact)
    return answer is True
