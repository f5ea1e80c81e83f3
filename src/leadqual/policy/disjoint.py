"""Whether two conditions can never be true at one instant, as far as simple reasoning can prove it.

Each condition is taken apart into branches of parts that must all hold. What the parts say about one name (an
interval, some values, whether it is there at all) is put together; two branches exclude each other if their facts on
some name do. What is not understood says nothing, so an answer of False means: not proved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Final

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Name,
    Node,
    Not,
    Or,
    Value,
)
from leadqual.policy.rules import Bands

_MOST_BRANCHES: Final = 64
_OF_THE_STAGE: Final = ("stage", "days_in_stage")
_OPPOSITE: Final = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_TURNED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a policy says about names: the bands of its grades."""

    bands: Mapping[str, Bands] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    """What one branch says about one expression."""

    low: tuple[float, bool] = (-math.inf, False)  # the bound, and whether it lies outside
    high: tuple[float, bool] = (math.inf, False)
    values: set[Value] | None = None
    excluded: set[Value] = field(default_factory=set)
    present: bool = False
    missing: bool = False

    def at_least(self, bound: float, outside: bool) -> None:
        self.low = max(self.low, (bound, outside))

    def at_most(self, bound: float, outside: bool) -> None:
        self.high = min(self.high, (bound, outside), key=lambda end: (end[0], not end[1]))

    def one_of(self, values: Iterable[Value]) -> None:
        self.values = set(values) if self.values is None else self.values & set(values)

    def impossible(self) -> bool:
        empty = self.low[0] > self.high[0] or (self.low[0] == self.high[0] and (self.low[1] or self.high[1]))
        return empty or (self.present and self.missing) or (self.values is not None and not self.values - self.excluded)


Branch = dict[Node, _Known]


def are_disjoint(one: Node, other: Node, facts: Facts | None = None) -> bool:
    """Return whether it is proved that two conditions are never true at one instant of one contact.

    Examples
    --------
    >>> from leadqual.conditions.parse import parse_condition
    >>> high, low = parse_condition("score.fit >= 30"), parse_condition("score.fit < 15 and days_in_stage > 3")
    >>> are_disjoint(high, low), are_disjoint(high, parse_condition("contact.country == 'ID'"))
    (True, False)
    """
    pairs = list(product(_branches(one), _branches(other)))
    return len(pairs) <= _MOST_BRANCHES and all(_excluded([*mine, *theirs], facts or Facts()) for mine, theirs in pairs)


def _branches(node: Node) -> list[tuple[Node, ...]]:
    """Return the alternatives of a condition, each the parts that must all hold."""
    match node:
        case Or(items):
            return [branch for item in items for branch in _branches(item)]
        case And(items):
            alternatives = [_branches(item) for item in items]
            if math.prod(map(len, alternatives)) > _MOST_BRANCHES:
                return [()]
            return [tuple(part for branch in chosen for part in branch) for chosen in product(*alternatives)]
        case Not(Or(items)):
            return _branches(And(tuple(Not(item) for item in items)))
        case Not(And(items)):
            return _branches(Or(tuple(Not(item) for item in items)))
        case Not(Not(item)):
            return _branches(item)
        case _:
            return [(node,)]


def _excluded(parts: Iterable[Node], facts: Facts) -> bool:
    known: Branch = {}
    for part in parts:
        _learn(part, known, holds=True)
    _learn_from_sums(known)
    _learn_from_windows(known)
    _learn_from_grades(known, facts)
    return any(what.impossible() for what in known.values())


def _of(known: Branch, node: Node) -> _Known:
    if isinstance(node, Name) and node.path in _OF_THE_STAGE:
        return _Known()  # there and back it is another stage, and other days
    return known.setdefault(node, _Known())


def _learn(part: Node, known: Branch, *, holds: bool) -> None:
    match part:
        case Not(item):
            _learn(item, known, holds=not holds)
        case Name():
            _of(known, part).one_of([holds])
        case Compare(first, rest) if holds or len(rest) == 1:
            operands = [first, *(operand for _, operand in rest)]
            for (left, right), (comparator, _) in zip(pairwise(operands), rest, strict=True):
                said = comparator if holds else _OPPOSITE[comparator]
                _learn_comparison(left, said, right, known)
        case In(item, Items(values), negated):
            what = _of(known, item)
            what.present = True
            constants = {value.value for value in values}
            if negated is not holds:
                what.one_of(constants)
            else:
                what.excluded |= constants
        case IsMissing(operand, negated):
            what = _of(known, operand)
            there = negated is holds
            what.present, what.missing = what.present or there, what.missing or not there


def _learn_comparison(left: Node, comparator: str, right: Node, known: Branch) -> None:
    if isinstance(left, Literal):
        left, right, comparator = right, left, _TURNED[comparator]
    for operand in (left, right):
        if not isinstance(operand, Literal):
            _of(known, operand).present = True
    if not isinstance(right, Literal) or isinstance(left, Literal):
        return
    what, value = _of(known, left), right.value
    if comparator == "!=":
        what.excluded.add(value)
    elif comparator == "==":
        what.one_of([value])
    if isinstance(value, str | bool):
        return
    if comparator in ("==", ">=", ">"):
        what.at_least(value, comparator == ">")
    if comparator in ("==", "<=", "<"):
        what.at_most(value, comparator == "<")


def _learn_from_sums(known: Branch) -> None:
    """Take from a limit on a sum of counts the same limit on each of them: none is negative."""
    for node, what in list(known.items()):
        terms = list(_terms(node)) if isinstance(node, Arithmetic) else []
        if terms and all(isinstance(term, History) and term.function == "count" for term in terms):
            for term in terms:
                _of(known, term).at_most(*what.high)


def _terms(node: Node) -> Iterator[Node]:
    if isinstance(node, Arithmetic) and node.operator == "+":
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _learn_from_windows(known: Branch) -> None:
    """Take from a count in a window that no fewer were counted in a longer one, and when the last can have been."""
    counts = [node for node in known if isinstance(node, History) and node.function == "count"]
    for question in counts:
        if question.within is not None and known[question].low > (0, False):
            _of(known, History("days_since", question.selection)).at_most(question.within.days, True)
    for short, long in product(counts, counts):
        if short.selection == long.selection and _length(short) < _length(long):
            known[long].at_least(*known[short].low)


def _length(question: History) -> float:
    return math.inf if question.within is None else question.within.micros


def _learn_from_grades(known: Branch, facts: Facts) -> None:
    """Take from a grade between which thresholds its score lies."""
    for node, what in list(known.items()):
        if isinstance(node, Name) and node.path.startswith("grade.") and what.values is not None:
            grade = facts.bands.get(node.path.removeprefix("grade."))
            if grade is not None:
                _learn_from_bands(grade, what.values - what.excluded, _of(known, Name(f"score.{grade.score}")))


def _learn_from_bands(grade: Bands, possible: set[Value], score: _Known) -> None:
    tops = dict(zip(grade.bands, (math.inf, *grade.bands.values()), strict=False))
    chosen = [band for band in grade.bands if band in possible]
    if chosen:
        score.at_least(min(grade.bands[band] for band in chosen), False)
        score.at_most(max(tops[band] for band in chosen), True)
