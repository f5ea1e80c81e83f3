"""The fold, compiled: each guard a function, each visit a few searches, and no review that cannot change anything."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import Final

from leadqual.engines.bounds import Bounds, May, Span
from leadqual.engines.fold import Position, Step, Visit, start_of
from leadqual.engines.record import RecordEngine
from leadqual.engines.unknown import unknown_refused
from leadqual.engines.view import View
from leadqual.policy.funnel import Transition

_INSTANT: Final = attrgetter("instant")


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
        self.ways: dict[str, list[Transition]] = {stage: [] for stage in engine.policy.stages}
        for transition in engine.policy.transitions:
            for source in transition.source:
                self.ways[source].append(transition)
        bounds = Bounds(engine)
        self.reviewed = {stage: [_may_fire(way, bounds) for way in ways] for stage, ways in self.ways.items()}

    def advance(
        self, view: View, until: int, *, position: Position | None = None, since: int | None = None
    ) -> tuple[Position, list[Step]]:
        """Return where the view's contact stands at `until`, and the moves, as `leadqual.engines.fold.fold` does."""
        assert self.policy.initial_stage is not None  # callers look whether there is a funnel at all
        begin = start_of(view.contact, view.history, until, position)
        position = position or Position(self.policy.initial_stage, None)
        walk = _Walk(self, view, position.stage, begin if position.entered is None else position.entered)
        reviewed = None if begin is None else begin if since is None else max(begin, since + 1)
        unseen = 0 if since is None else bisect_right(view.history, since, key=_INSTANT)
        for one in view.history[unseen:]:
            if one.instant > until:
                break
            walk.reviews(reviewed, one.instant - 1)
            walk.visit(Visit(one.instant, one))
            reviewed = one.instant
        walk.reviews(reviewed, until)
        return Position(walk.stage, walk.entered), walk.steps


def _may_fire(transition: Transition, bounds: Bounds) -> May:
    """Return whether a transition may fire, or has to be looked at, in a span without interactions."""
    if transition.event is not None or transition.when is None:
        return lambda _: False
    # Where an unknown condition is an error, the first review at which it is unknown has to be found.
    return bounds.may_hold(transition.when) if transition.on_unknown != "error" else lambda _: True


class _Walk:
    """One contact on its way through the funnel."""

    def __init__(self, funnel: Funnel, view: View, stage: str, entered: int | None) -> None:
        self.funnel = funnel
        self.view = view
        self.stage = stage
        self.entered = entered
        self.steps: list[Step] = []
        self._instant: int | None = None
        self._visited: set[str] = set()

    def visit(self, visit: Visit) -> None:
        """Try the transitions at one visit, until none is enabled."""
        if visit.instant != self._instant:
            self._instant, self._visited = visit.instant, {self.stage}
        self.view.move_to(visit.instant)
        self.view.enter(self.stage, self.entered)
        while (transition := self._first_enabled(visit)) is not None:
            self.steps.append(Step(self.stage, self.entered, transition, visit))
            self.stage, self.entered = transition.target, visit.instant
            self._visited.add(self.stage)
            self.view.enter(self.stage, self.entered)

    def reviews(self, begin: int | None, until: int) -> None:
        """Visit the reviews in ``[begin, until]``, in which no interaction lies, but for those that change nothing."""
        if self.funnel.policy.review_every is None or begin is None:
            return
        every = self.funnel.policy.review_every.micros
        first, last = -(-begin // every), until // every
        if first > last:
            return
        if self._instant is None:
            self.view.move_to(begin)  # no visit has done so yet: where the view looks from is the caller's affair
        number = self._next_review(first, last, every)
        while number <= last:
            self.visit(Visit(number * every))
            number = self._next_review(number + 1, last, every)

    def _first_enabled(self, visit: Visit) -> Transition | None:
        kind = None if visit.interaction is None else visit.interaction.kind
        for transition in self.funnel.ways[self.stage]:
            eligible = transition.event in (None, kind) and transition.target not in self._visited
            if eligible and holds(self.funnel.engine, transition, self.view):
                return transition
        return None

    def _next_review(self, low: int, high: int, every: int) -> int:
        """Return the first review in ``[low, high]`` at which something may fire; ``high + 1`` if there is none.

        A span in which nothing can fire is passed over whole; another is halved, and its earlier half looked at first.
        """
        if low > high or not self._may_fire(low * every, high * every):
            return high + 1
        if low == high:
            return low
        middle = (low + high) // 2
        found = self._next_review(low, middle, every)
        return found if found <= middle else self._next_review(middle + 1, high, every)

    def _may_fire(self, first: int, last: int) -> bool:
        self.view.enter(self.stage, self.entered)
        span = Span(self.view, first, last)
        return any(may_hold(span) for may_hold in self.funnel.reviewed[self.stage])


def holds(engine: RecordEngine, transition: Transition, view: View) -> bool:
    """Return whether a transition's condition is true for a view; an unknown one never is, and may be an error."""
    if transition.when is None:
        return True
    guard = engine.guard(transition)
    answer = guard.answer(view)
    if answer is None and transition.on_unknown == "error":
        raise unknown_refused(transition, guard.causes(view), view.contact)
    return answer is True
