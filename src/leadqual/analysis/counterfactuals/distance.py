"""How far a contact is from a stage, in transitions and in what they still wait for: a guide, never an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from leadqual.conditions.nodes import And, Compare, In, Items, Literal, Name, Node, Or
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands


class Distance:
    """How far views are from a stage.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    target : str
        The stage.
    is_closed : callable
        Whether a transition can never fire from a stage.
    """

    def __init__(self, engine: RecordEngine, target: str, is_closed: Callable[[Transition, str], bool]) -> None:
        self._engine = engine
        open_ = [(way, stage) for way in engine.policy.transitions for stage in way.source if not is_closed(way, stage)]
        self._steps = _steps_to(open_, target)
        self._ways = [(way, stage) for way, stage in open_ if way.target in self._steps]
        self.events = {way.event for way in engine.policy.transitions if way.event is not None}
        self.most = 3.0 * len(engine.policy.stages) + 1.0

    def of(self, view: View) -> float:
        """Return the distance of a view; the largest where no way leads to the stage."""
        found = [self._along(view, way) for way, stage in self._ways if view.stage == stage]
        # The other ways count a little, so that what helps along them is progress too.
        return min(found) + 0.05 * sum(found) / len(found) if found else self.most

    def _along(self, view: View, way: Transition) -> float:
        # A step counts more than all that the one before it waits for, so that a move is always nearer.
        unmet = 0.0 if way.event is None else 0.5
        if way.when is not None:
            unmet += self._gap(way.when, view)
        return 3.0 * self._steps[way.target] + unmet

    def _gap(self, node: Node, view: View) -> float:
        """Return from 0 to 1 how far a condition is from holding."""
        read: Callable[[Any], Any] = self._engine.compiled(node)
        answer = read(view)
        if answer is True:
            return 0.0
        match node:
            case And(items):
                gaps = [self._gap(item, view) for item in items]
                return 0.5 * max(gaps) + 0.5 * sum(gaps) / len(gaps)
            case Or(items):
                return min(self._gap(item, view) for item in items)
            case Compare(first, ((_, second),)):
                a, b = self._engine.compiled(first)(view), self._engine.compiled(second)(view)
                if isinstance(a, int | float) and isinstance(b, int | float):
                    return _gap_between(a, b)
            case Compare(Name(path), (("==", Literal(value)),)) if path.startswith("grade."):
                return self._below(path, {value}, view)
            case In(Name(path), Items(values), False) if path.startswith("grade."):
                return self._below(path, {value.value for value in values}, view)
            case _:
                pass  # what nothing tells is neither near nor far
        return 1.0 if answer is None else 0.95

    def _below(self, path: str, wanted: set[Any], view: View) -> float:
        """Return from 0 to 1 how far a grade is from the nearest of the bands that are wanted."""
        declared = self._engine.policy.grades[path.partition(".")[2]]
        if not isinstance(declared, Bands):
            return 0.95
        value = self._engine.score_value(view, declared.score)
        gaps = [
            _gap_between(value, low) for band, low in declared.bands.items() if band in wanted and value is not None
        ]
        return min(gaps, default=0.95)


def _gap_between(value: float, wanted: float) -> float:
    """Return from 0.5 to 0.9 how far a number is from the one it is held against, in proportion to that."""
    away = min(abs(value - wanted), 1e12)
    return 0.5 + 0.4 * away / (away + max(1.0, min(abs(wanted), 1e12)))


def _steps_to(ways: Sequence[tuple[Transition, str]], target: str) -> dict[str, int]:
    """Return from how many transitions away the target can be reached, for each stage from which it can."""
    steps = {target: 0}
    waiting = [target]
    while waiting:
        here = waiting.pop(0)
        for way, stage in ways:
            if way.target == here and stage not in steps:
                steps[stage] = steps[here] + 1
                waiting.append(stage)
    return steps
