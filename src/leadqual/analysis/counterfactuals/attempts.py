"""Trying at several times: at once, when time has let a condition hold, and with patience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from leadqual.analysis.counterfactuals.actions import Kinds
from leadqual.analysis.counterfactuals.answers import options_of
from leadqual.analysis.counterfactuals.distance import Distance
from leadqual.analysis.counterfactuals.limited import Limited
from leadqual.analysis.counterfactuals.limits import Limits
from leadqual.analysis.counterfactuals.pool import Pool
from leadqual.analysis.counterfactuals.reads import Reads
from leadqual.analysis.counterfactuals.report import Counterfactual
from leadqual.analysis.counterfactuals.search import MOST_ORDERED, Searching
from leadqual.analysis.counterfactuals.trial import Trials
from leadqual.analysis.forecasts.case import Case
from leadqual.analysis.forecasts.search import EffortSpent, Search
from leadqual.analysis.forecasts.time import Future, scorers_behind
from leadqual.conditions.walk import conjuncts
from leadqual.engines.view import View
from leadqual.lifecycle.decision import Decision

_MOST: Final = 40
_EFFORT: Final = 2_000


@dataclass(frozen=True)
class Attempt:
    """When the changes begin, and how long reviews may take after them, in microseconds."""

    start: int
    wait: int = 0


class Attempts:
    """A search for changes, at one time after another.

    Parameters
    ----------
    case, decision : Case and Decision
        The contact, and where it stands.
    reads, kinds, pool : Reads, Kinds and Pool
        What matters, how interactions are made, and which changes there are.
    limits : Limits
        What can never be.
    target : str
        The stage.
    """

    def __init__(
        self,
        case: Case,
        decision: Decision,
        *,
        reads: Reads,
        kinds: Kinds,
        pool: Pool,
        limits: Limits,
        target: str,
    ) -> None:
        self._case = case
        self._decision = decision
        self._kinds = kinds
        self._pool = pool
        self._target = target
        self._limited = Limited(case, reads, kinds)
        self._asks_order = any(question.function in ("first", "last") for question in reads.questions)
        self._ordered = self._asks_order or bool(reads.events)
        self._distance = Distance(case.decider.engine, target, limits.is_closed)

    def answer(self, answer: Counterfactual, attempts: Sequence[Attempt], tries: int, listed: int) -> Counterfactual:
        """Return the answer with what the first attempt that found anything has found."""
        made, complete = 0, 0
        for number, attempt in enumerate(attempts):
            # Most tries are for what helps at once; the others share what is left.
            left = tries - made
            allowed = left - left // 3 if number == 0 and len(attempts) > 1 else left // (len(attempts) - number)
            trials = self._trials(attempt, max(allowed, 1))
            found = self._searching(trials).find(_MOST)
            made += trials.made
            complete = found.complete if number == 0 else complete
            looking = self._trials(attempt, tries)
            options = options_of(self._case, self._decision, self._pool, found.placed, looking, self._target)
            if options:
                size = options[0].size
                complete_to = min(found.complete, MOST_ORDERED) if self._ordered else found.complete
                every = size == 1 or (self._pool.exact and complete_to >= size - 1)
                return replace(
                    answer, status="found", options=tuple(options[:listed]), more=len(options[listed:]), tried=made,
                    complete=found.complete, exact=self._pool.exact, proven_smallest=every and number == 0,
                )  # fmt: skip
        return replace(answer, status="unknown", tried=made, complete=complete, exact=self._pool.exact)

    def _searching(self, trials: Trials) -> Searching:
        return Searching(self._pool, trials, self._target, self._distance, asks_order=self._asks_order)

    def _trials(self, attempt: Attempt, tries: int) -> Trials:
        return Trials(
            self._case,
            self._decision,
            self._kinds,
            self._limited,
            start=attempt.start,
            wait=attempt.wait,
            tries=tries,
        )


def opening(case: Case, view: View, until: int) -> list[int]:
    """Return when time alone makes a part of a condition true that leads away from where a view's contact stands."""
    engine, now, search = case.decider.engine, view.now, Search(_EFFORT)
    future = Future(engine, view, view.stage, view.entered)
    ways = case.decider.funnel.ways[str(view.stage)]
    parts = [part for way in ways if way.when is not None for part in conjuncts(way.when)]
    found: set[int] = set()
    for part in parts:
        watched = future.condition(part)
        if scorers_behind(part, engine.policy) or watched.value(now) is True:
            continue
        try:
            found.update(islice((at for at in search.changes(watched, now, until) if watched.value(at) is True), 1))
        except EffortSpent:
            continue
    return sorted(found)
