"""Where a contact goes while nothing happens: from review to review, as far as its funnel takes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leadqual.analysis.forecasts.case import Case
from leadqual.analysis.forecasts.search import EffortSpent, Search
from leadqual.analysis.forecasts.time import Future, Watched, scorers_behind
from leadqual.engines.fold import Position, Step
from leadqual.engines.view import View
from leadqual.errors import EvaluationError
from leadqual.model.time import micros
from leadqual.policy.funnel import Transition


@dataclass(frozen=True)
class Turn:
    """The answer of a transition's condition becomes another one."""

    at: int
    transition: Transition
    stage: str
    before: bool | None
    after: bool | None
    values: dict[str, Any]


@dataclass
class Walked:
    """Where a contact goes by itself.

    Attributes
    ----------
    until : int
        Up to when it is known.
    stopped : str or None
        Why it is not known for longer.
    """

    until: int
    future: Future
    turns: list[Turn] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    stopped: str | None = None


class Walk:
    """One contact on its way through time.

    Parameters
    ----------
    case : Case
        The contact and its policy.
    search : Search
        How changes are found.
    most : int
        After how many moves the walk ends: two ways to and fro may never end.
    """

    def __init__(self, case: Case, view: View, search: Search, most: int) -> None:
        self._case = case
        self._view = view
        self._search = search
        self._most = most
        self._funnel = case.decider.funnel
        review = case.decider.policy.review_every
        self._every = None if review is None else review.micros

    def go(self, stage: str | None, entered: int | None, now: int, until: int) -> Walked:
        """Return where the contact goes in ``(now, until]``."""
        engine = self._case.decider.engine
        walked = Walked(until, Future(engine, self._view, stage, entered))
        begin = self._begin(entered, now)
        if stage is not None and begin is not None:
            self._segment(walked, now, min(begin - 1, until), review_from=None)
            if begin > walked.until:
                return walked
            before, entered, now = walked.future, begin, begin
            walked.future = Future(engine, self._view, stage, entered)
            self._turns_at_begin(walked, before, begin)
        review_from = None if entered is None else begin if begin is not None else now + 1
        while stage is not None and walked.stopped is None:
            review = self._segment(walked, now, walked.until, review_from)
            if review is None or walked.stopped is not None:
                break
            stage, entered = self._moved(walked, review)
            now, review_from = review, review + 1
            if walked.stopped is None and len(walked.steps) >= self._most:
                walked.until, walked.stopped = review, f"it has moved {len(walked.steps)} times, to and fro"
        return walked

    def _begin(self, entered: int | None, now: int) -> int | None:
        """Return when a contact begins of which nothing is known yet."""
        created = self._case.contact.created_at
        if entered is not None or created is None or micros(created) <= now:
            return None
        return micros(created)

    def _turns_at_begin(self, walked: Walked, before: Future, begin: int) -> None:
        """Note the conditions that turn because the contact begins, and so the days in its stage."""
        for way in self._watched_ways(walked):
            guard = self._case.decider.engine.guard(way)
            was, becomes = guard.answer(before.at(begin - 1)), guard.answer(walked.future.at(begin))
            if was != becomes and before.stage is not None:
                values = guard.values(walked.future.at(begin))
                walked.turns.append(Turn(begin, way, before.stage, was, becomes, values))

    def _watched_ways(self, walked: Walked) -> list[Transition]:
        """Return the transitions that leave the stage with a condition that can be foreseen."""
        assert walked.future.stage is not None  # `go` ends without one
        ways = self._funnel.ways[walked.future.stage]
        return [way for way in ways if way.when is not None and not scorers_behind(way.when, self._funnel.policy)]

    def _segment(self, walked: Walked, now: int, last: int, review_from: int | None) -> int | None:
        """Note what turns while the contact stands in a stage; return the review at which it leaves it."""
        leaves = None
        if self._every is not None and review_from is not None:
            leaves = self._leaves(walked, now, last, review_from)
        end = last if leaves is None else leaves
        for way in self._watched_ways(walked):
            try:
                walked.turns += self._turns(walked.future, way, now, min(end, walked.until))
            except EffortSpent as spent:
                walked.until, walked.stopped = spent.instant, _too_close(way)
        if walked.stopped is not None:
            walked.turns = [turn for turn in walked.turns if turn.at <= walked.until]
        return leaves

    def _leaves(self, walked: Walked, now: int, last: int, review_from: int) -> int | None:
        """Return the first review in ``[review_from, last]`` at which a transition fires, or cannot be decided."""
        assert walked.future.stage is not None
        found: int | None = None
        for way in self._funnel.ways[walked.future.stage]:
            end = last if found is None else found
            if way.event is not None or way.when is None:
                continue
            if scorers_behind(way.when, self._funnel.policy):
                review = self._asked(walked.future, review_from, end)
            else:
                try:
                    review = self._first_review(walked.future.condition(way.when), way, (now, end), review_from)
                except EffortSpent as spent:
                    walked.until, walked.stopped = spent.instant, _too_close(way)
                    return None
            found = review if review is not None else found
        return found

    def _asked(self, future: Future, review_from: int, last: int) -> int | None:
        """Return the first review at which the engine moves the contact; a scorer object has to be asked each time."""
        assert future.stage is not None
        assert future.entered is not None  # reviews are of contacts that have begun
        position = Position(future.stage, future.entered)
        _, steps = self._funnel.advance(self._view, last, position=position, since=review_from - 1)
        return steps[0].visit.instant if steps else None

    def _first_review(
        self, watched: Watched, way: Transition, between: tuple[int, int], review_from: int
    ) -> int | None:
        assert self._every is not None  # callers look whether there are reviews
        for first, end in self._open(watched, way, *between):
            review = -(-max(first, review_from) // self._every) * self._every
            if review <= end:
                return review
        return None

    def _open(self, watched: Watched, way: Transition, now: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield the spans in which a transition would fire, or refuse to be decided."""
        stops = (True, None) if way.on_unknown == "error" else (True,)
        start = now
        for change in self._search.changes(watched, now, last):
            if watched.value(start) in stops:
                yield start, change - 1
            start = change
        if watched.value(start) in stops:
            yield start, last

    def _turns(self, future: Future, way: Transition, now: int, last: int) -> Iterator[Turn]:
        assert way.when is not None
        assert future.stage is not None
        guard = self._case.decider.engine.guard(way)
        watched = future.condition(way.when)
        for change in self._search.changes(watched, now, last):
            before, after = watched.value(change - 1), watched.value(change)
            yield Turn(change, way, future.stage, before, after, guard.values(future.at(change)))

    def _moved(self, walked: Walked, review: int) -> tuple[str | None, int | None]:
        future = walked.future
        assert future.stage is not None
        position = Position(future.stage, future.entered)
        try:
            position, steps = self._funnel.advance(self._view, review, position=position, since=review - 1)
        except EvaluationError as error:
            walked.until, walked.stopped = review, f"it cannot be decided then: {error.problems[0].message}"
            return future.stage, future.entered
        walked.steps += steps
        walked.future = Future(future.engine, self._view, position.stage, position.entered)
        return position.stage, position.entered


def _too_close(way: Transition) -> str:
    return f"the condition of {way.id} changes too often to be told"
