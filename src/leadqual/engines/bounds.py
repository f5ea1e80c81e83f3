"""What can become true while nothing happens, so that reviews at which nothing can change are skipped.

Between two interactions only time passes: ages grow, windows close, points decay. Each of these moves one way, so its
values over a span of time lie between those at the ends, and interval arithmetic carries that up to scores, grades and
conditions. Bounds may be too wide, never too narrow: "cannot be true" is certain, "may be true" is looked into.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, assert_never

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    Name,
    Negative,
    Node,
    Not,
    Or,
)
from leadqual.engines.numbers import rounded, within_cap, within_range
from leadqual.engines.record import CompiledRule, RecordEngine
from leadqual.engines.steady import is_steady
from leadqual.engines.view import View
from leadqual.model.time import DAY
from leadqual.policy.rules import Bands

Interval: TypeAlias = tuple[float, float]
"""The smallest and largest value over a span."""

May: TypeAlias = "Callable[[Span], bool]"
"""From a span to whether something may be so somewhere in it."""

Range: TypeAlias = "Callable[[Span], Interval | None]"
"""From a span to the bounds of a number in it; None if it is missing everywhere."""

_ANYTHING: Final[Interval] = (-math.inf, math.inf)
ROUNDING: Final = 2e-6
"""How far a sum of rounded points may lie beyond those at the ends of a span."""


class Span:
    """A span of time in which no interaction lies, for a contact in a stage.

    Parameters
    ----------
    view : View
        The contact, looked at from the last instant before the span or from one in it.
    first, last : int
        The ends of the span, both in it, in UTC microseconds.
    """

    __slots__ = ("first", "last", "scores", "view")

    def __init__(self, view: View, first: int, last: int) -> None:
        self.view = view
        self.first = first
        self.last = last
        self.scores: dict[str, Interval] = {}


class Bounds:
    """The bounds of a policy's conditions, compiled.

    Parameters
    ----------
    engine : RecordEngine
        The compiled policy.
    """

    def __init__(self, engine: RecordEngine) -> None:
        self._engine = engine
        self._policy = engine.policy
        self._rules = {
            name: {rule.rule.id: self._points(rule) for rule in rules} for name, rules in engine.rules.items()
        }

    def may_hold(self, node: Node) -> May:
        """Return the function that says False only if a condition is true nowhere in a span."""
        return self._may(node)[0]

    def _may(self, node: Node) -> tuple[May, May]:
        """Return whether a condition may be true, and whether it may be false."""
        if is_steady(node, self._policy):
            answer = self._engine.compiled(node)
            return (lambda span: answer(span.view) is True), (lambda span: answer(span.view) is False)
        match node:
            case And(items):
                return _joined([self._may(item) for item in items])
            case Or(items):
                turned = _joined([self._may(item)[::-1] for item in items])
                return turned[1], turned[0]
            case Not(item):
                may_be_true, may_be_false = self._may(item)
                return may_be_false, may_be_true
            case Compare(first, rest):
                operands = [first, *(operand for _, operand in rest)]
                links = zip(operands, rest, strict=False)
                return _joined([self._comparison(left, comparator, right) for left, (comparator, right) in links])
            case In(Name(path), Items(values), negated) if path.startswith("grade."):
                among = self._among(path.partition(".")[2], {str(value.value) for value in values})
                return among[::-1] if negated else among
            case Literal() | Items() | Name() | In() | IsMissing() | Method() | Arithmetic() | Negative() | History():
                return _always, _always
            case _:
                assert_never(node)

    def _comparison(self, left: Node, comparator: str, right: Node) -> tuple[May, May]:
        if isinstance(left, Name) and left.path.startswith("grade."):
            among = self._among(left.path.partition(".")[2], {str(right.value)} if isinstance(right, Literal) else None)
            return among if comparator == "==" else among[::-1]
        if comparator in ("==", "!=") and not (is_number(left) or is_number(right)):
            return _always, _always
        a, b = self._number(left), self._number(right)
        may, may_not = _COMPARED[comparator]

        def compared(test: Callable[[Interval, Interval], bool]) -> May:
            def run(span: Span) -> bool:
                low, high = a(span), b(span)
                return low is not None and high is not None and test(low, high)

            return run

        return compared(may), compared(may_not)

    def _number(self, node: Node) -> Range:
        if is_steady(node, self._policy):
            read = self._engine.compiled(node)
            return lambda span: _point(read(span.view))
        match node:
            case Name("days_in_stage"):
                return _days_in_stage
            case Name(path) if path.startswith("score."):
                name = path.partition(".")[2]
                return lambda span: self.score(span, name)
            case Arithmetic(left, operator, right):
                a, b = self._number(left), self._number(right)
                return lambda span: _computed(a(span), operator, b(span))
            case Negative(operand):
                return self._number(Arithmetic(Literal(0), "-", operand))
            case History(function, selection, _, within):
                if function not in ("count", "days_since") and within is not None:
                    return lambda _: _ANYTHING
                # The latest interaction stays the latest; a window can only make the days since it missing.
                asked = History("days_since", selection) if function == "days_since" else node
                answer = self._engine.questions.answer(asked)
                return lambda span: _between(answer(span.view, span.first), answer(span.view, span.last))
            case _:
                return lambda _: _ANYTHING

    def score(self, span: Span, name: str) -> Interval:
        """Return the bounds of a score: those of its rules, capped and clipped like the score itself."""
        if name not in span.scores:
            span.scores[name] = self._score(span, name) if name in self._rules else _ANYTHING
        return span.scores[name]

    def _score(self, span: Span, name: str) -> Interval:
        declared = self._policy.scores[name]
        low = high = 0.0
        groups = dict.fromkeys(declared.groups, (0.0, 0.0))
        bounds = self._rules[name]
        for rule in self._engine.live_rules(span.view, name):
            least, most = bounds[rule.rule.id](span)
            if rule.cap is not None:
                least, most = within_cap(least, rule.cap), within_cap(most, rule.cap)
            if rule.group is None:
                low, high = low + least, high + most
            else:
                groups[rule.group] = (groups[rule.group][0] + least, groups[rule.group][1] + most)
        for group, (least, most) in groups.items():
            cap = declared.groups[group].cap
            low, high = low + within_cap(least, cap), high + within_cap(most, cap)
        if low < high:  # what lies between the ends may be off by a rounding
            low, high = low - ROUNDING, high + ROUNDING
        return rounded(within_range(low, declared.range)), rounded(within_range(high, declared.range))

    def _points(self, rule: CompiledRule) -> Callable[[Span], Interval]:
        if rule.condition is None:
            return self._points_of_interactions(rule)
        points = rounded(rule.rule.points)
        if is_steady(rule.condition.node, self._policy):
            answer = rule.condition.answer
            return lambda span: (points, points) if answer(span.view) is True else (0.0, 0.0)
        may_be_true = self.may_hold(rule.condition.node)
        both = (min(points, 0.0), max(points, 0.0))
        return lambda span: both if may_be_true(span) else (0.0, 0.0)

    def _points_of_interactions(self, compiled: CompiledRule) -> Callable[[Span], Interval]:
        def run(span: Span) -> Interval:
            first, last = compiled.points(span.view, span.first)[0], compiled.points(span.view, span.last)[0]
            return (first, last) if first < last else (last, first)

        return run

    def _among(self, grade: str, wanted: set[str] | None) -> tuple[May, May]:
        if wanted is None:
            return _always, _always

        def may(span: Span) -> bool:
            return any(band in wanted for band in self._grades(span, grade))

        def may_not(span: Span) -> bool:
            return any(band not in wanted for band in self._grades(span, grade))

        return may, may_not

    def _grades(self, span: Span, name: str) -> set[str]:
        """Return every grade that is possible in a span."""
        declared = self._policy.grades[name]
        if not isinstance(declared, Bands):
            rows, columns = self._grades(span, declared.rows), self._grades(span, declared.columns)
            return {declared.cell(row, column) for row in rows for column in columns}
        low, high = self.score(span, declared.score)
        found, above = set(), math.inf
        for band, threshold in declared.bands.items():
            if high >= threshold and low < above:
                found.add(band)
            above = threshold
        return found


_COMPARED: Final[dict[str, tuple[Callable[[Interval, Interval], bool], Callable[[Interval, Interval], bool]]]] = {
    ">=": (lambda a, b: a[1] >= b[0], lambda a, b: a[0] < b[1]),
    ">": (lambda a, b: a[1] > b[0], lambda a, b: a[0] <= b[1]),
    "<=": (lambda a, b: a[0] <= b[1], lambda a, b: a[1] > b[0]),
    "<": (lambda a, b: a[0] < b[1], lambda a, b: a[1] >= b[0]),
    "==": (lambda a, b: a[0] <= b[1] and b[0] <= a[1], lambda a, b: not a[0] == a[1] == b[0] == b[1]),
    "!=": (lambda a, b: not a[0] == a[1] == b[0] == b[1], lambda a, b: a[0] <= b[1] and b[0] <= a[1]),
}
"""For each comparator: whether it may hold between two intervals, and whether it may not."""


def _always(_: Span) -> bool:
    return True


def _joined(parts: list[tuple[May, May]]) -> tuple[May, May]:
    """Return the bounds of several conditions that must all hold."""
    may_be_true, may_be_false = [part[0] for part in parts], [part[1] for part in parts]

    def may_hold(span: Span) -> bool:
        return all(may(span) for may in may_be_true)

    def may_fail(span: Span) -> bool:
        return any(may(span) for may in may_be_false)

    return may_hold, may_fail


def is_number(node: Node) -> bool:
    """Return whether a node is known to give a number without asking the catalogue."""
    match node:
        case Literal():
            return node.type == "number"
        case Arithmetic() | Negative():
            return True
        case History(function):
            return function in ("count", "sum", "days_since")
        case Name(path):
            return path == "days_in_stage" or path.startswith("score.")
        case _:
            return False


def _point(value: float | None) -> Interval | None:
    return None if value is None else (float(value), float(value))


def _between(first: float | None, last: float | None) -> Interval | None:
    known = [value for value in (first, last) if value is not None]
    return (min(known), max(known)) if known else None


def _days_in_stage(span: Span) -> Interval | None:
    entered = span.view.entered
    return None if entered is None else ((span.first - entered) / DAY, (span.last - entered) / DAY)


def _computed(a: Interval | None, operator: str, b: Interval | None) -> Interval | None:
    if a is None or b is None:
        return None
    if operator == "+":
        return a[0] + b[0], a[1] + b[1]
    if operator == "-":
        return a[0] - b[1], a[1] - b[0]
    if not _all_finite((*a, *b)) or (operator == "/" and b[0] <= 0 <= b[1]):
        return _ANYTHING
    ends = [x * y if operator == "*" else x / y for x in a for y in b]
    return min(ends), max(ends)


def _all_finite(values: Iterable[float]) -> bool:
    return all(map(math.isfinite, values))
