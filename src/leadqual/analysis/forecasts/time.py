"""What time alone does to conditions, scores and grades: when a part may jump, and what it may be between two instants.

Between two interactions every part moves in one of three ways. Windows close, and consents written down for later
begin, at instants that are known: the edges. Ages grow, and the points of a rule about interactions fade towards zero,
one way only, so that between two instants they lie between their values there. Everything else stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from leadqual.analysis.forecasts.possible import Possibilities
from leadqual.analysis.forecasts.values import ANYTHING, Numbers, Possible, just, single
from leadqual.conditions.nodes import History, Name, Node
from leadqual.conditions.walk import walk
from leadqual.engines.record import RecordEngine
from leadqual.engines.steady import scores_behind
from leadqual.engines.view import View
from leadqual.model.time import DAY, micros
from leadqual.model.vocabulary import Purpose
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Rule


@dataclass(frozen=True)
class Watched:
    """Something with a value at every instant, which time alone may change.

    Parameters
    ----------
    value : callable
        From an instant to the value.
    is_certain : callable
        From two instants, between which no edge lies, to whether the value is the same all the time.
    edges : tuple of int
        The instants at which it may jump, ascending.
    """

    value: Callable[[int], Any]
    is_certain: Callable[[int, int], bool]
    edges: tuple[int, ...]


class Future:
    """A contact that nobody hears of any more, standing in a stage.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    view : View
        The contact with all its interactions.
    stage, entered : optional
        Where it stands, and since when.
    """

    def __init__(self, engine: RecordEngine, view: View, stage: str | None, entered: int | None) -> None:
        self.engine = engine
        self.policy = engine.policy
        self.view = view
        self.stage = stage
        self.entered = entered
        self._moving: dict[int, tuple[Node, bool]] = {}  # a node equals others that it is not: True == 1
        self.compiled_rules = {score: {rule.rule.id: rule for rule in rules} for score, rules in engine.rules.items()}

    def at(self, instant: int) -> View:
        """Return the view from an instant."""
        self.view.move_to(instant)
        self.view.enter(self.stage, self.entered)
        return self.view

    def condition(self, node: Node) -> Watched:
        """Return a condition as something to watch."""
        answer = self.engine.compiled(node)

        def is_certain(first: int, last: int) -> bool:
            return single(self._between(first, last).of(node))

        return Watched(lambda instant: answer(self.at(instant)), is_certain, self._sorted(self.edges(node)))

    def grade(self, name: str) -> Watched:
        """Return a grade as something to watch."""

        def is_certain(first: int, last: int) -> bool:
            return len(self._between(first, last).grades(name)) == 1

        edges = self._sorted(self.edges(Name(f"grade.{name}")))
        return Watched(lambda instant: self.engine.grade(self.at(instant), name), is_certain, edges)

    def moves(self, node: Node) -> bool:
        """Return whether an expression may change between two edges."""
        if id(node) not in self._moving:
            self._moving[id(node)] = node, is_moving(node, self.policy)
        return self._moving[id(node)][1]

    def _between(self, first: int, last: int) -> Possibilities:
        return Possibilities(self.policy, _Span(self, first, last))

    def _sorted(self, edges: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted(set(edges)))

    def edges(self, node: Node) -> Iterator[int]:
        """Yield the instants at which a part of an expression may jump."""
        for part in walk(node):
            match part:
                case History(function, selection, prop, within) if within is not None:
                    slot = self.engine.questions.slot(selection, prop)
                    times = self.engine.questions.series(self.view, slot).times
                    latest = times[-1:] if function == "days_since" else times
                    yield from (time + within.micros for time in latest)
                case Name(path) if path.startswith("consent."):
                    yield from self._words(path.partition(".")[2])
                case Name(path) if path.startswith(("score.", "grade.")):
                    for score in scores_behind(path, self.policy):
                        yield from self._edges_of_score(score)
                case _:
                    pass  # nothing else changes by time alone

    def _words(self, channel: str) -> list[int]:
        consents = self.view.contact.consents
        return [micros(word.at) for word in consents if word.channel == channel and word.purpose == Purpose.MARKETING]

    def _edges_of_score(self, name: str) -> Iterator[int]:
        rules = self.policy.scores[name].rules if name in self.policy.scores else ()
        for rule in rules:
            if rule.when is not None:
                yield from self.edges(rule.when)


class _Span:
    """The parts of conditions between two instants, without an edge after the first of them."""

    def __init__(self, future: Future, first: int, last: int) -> None:
        self._future = future
        self._view = future.at(first)
        self._engine = future.engine
        self._first = first
        self._last = last

    def certain(self, node: Node) -> Possible | None:
        if self._future.moves(node):
            return None
        return just(self._engine.compiled(node)(self._view))

    def leaf(self, node: Name | History) -> Possible:
        if isinstance(node, History):
            answer = self._engine.questions.answer(node)
            return _between(answer(self._view, self._first), answer(self._view, self._last))
        if node.path == "days_in_stage":
            entered = self._future.entered
            since = None if entered is None else ((self._first - entered) / DAY, (self._last - entered) / DAY)
            return frozenset({None}) if since is None else Numbers(*since)
        return ANYTHING  # a scorer object may answer anything at any instant

    def rules(self, score: str) -> list[Rule]:
        return [rule.rule for rule in self._engine.live_rules(self._view, score)]

    def points(self, score: str, rule: Rule) -> tuple[float, float]:
        compiled = self._future.compiled_rules[score][rule.id]
        first, last = compiled.points(self._view, self._first)[0], compiled.points(self._view, self._last)[0]
        return min(first, last), max(first, last)


def _between(first: float | None, last: float | None) -> Possible:
    if first is None or last is None:
        return frozenset({first, last})
    return Numbers(min(first, last), max(first, last))


def is_moving(node: Node, policy: PolicyDocument) -> bool:
    """Return whether an expression may change between two edges."""
    return any(_part_moves(part, policy) for part in walk(node))


def _part_moves(part: Node, policy: PolicyDocument) -> bool:
    match part:
        case History(function):
            return function == "days_since"
        case Name("days_in_stage"):
            return True
        case Name(path) if path.startswith(("score.", "grade.")):
            return any(_score_moves(name, policy) for name in scores_behind(path, policy))
        case _:
            return False


def _score_moves(name: str, policy: PolicyDocument) -> bool:
    if name not in policy.scores:
        return True
    return any(_rule_moves(rule, policy) for rule in policy.scores[name].rules)


def _rule_moves(rule: Rule, policy: PolicyDocument) -> bool:
    if rule.when is not None:
        return is_moving(rule.when, policy)
    return any(option is not None for option in (rule.within, rule.half_life, rule.linear, rule.step))


def scorers_behind(node: Node, policy: PolicyDocument) -> set[str]:
    """Return the scores by scorer objects that an expression reads, directly or through scores and grades."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, Name) and part.path.startswith(("score.", "grade.")):
            for name in scores_behind(part.path, policy):
                rules = policy.scores[name].rules if name in policy.scores else None
                if rules is None:
                    found.add(name)
                for rule in rules or ():
                    found |= set() if rule.when is None else scorers_behind(rule.when, policy)
    return found
