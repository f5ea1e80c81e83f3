"""Sets of values that something may have: a few constants, or the numbers between two.

Every operation gives all results that are possible, so what is not among them is certain not to be. Adding,
multiplying and rounding of floating-point numbers never turn a larger operand into a smaller result, so the ends of
an interval, computed as the engine computes them, are exact: no slack is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeAlias

from leadqual.engines.numbers import COMPARATORS


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers from `low` to `high`; `missing` says whether there may be none at all."""

    low: float
    high: float
    missing: bool = False


Possible: TypeAlias = "frozenset[Any] | Numbers"
"""Everything that a value may be; None among constants stands for missing or unknown."""

ANYTHING: Final = Numbers(-math.inf, math.inf, missing=True)
"""Nothing is known of a value, which may be a text too."""
ANY_ANSWER: Final[frozenset[Any]] = frozenset({True, False, None})
_FEW: Final = 64


def just(value: Any) -> frozenset[Any]:
    """Return the set of one value."""
    return frozenset({tuple(value) if isinstance(value, list | set | frozenset) else value})


def single(values: Possible) -> bool:
    """Return whether there is one possible value."""
    if isinstance(values, Numbers):
        return values.low == values.high and not values.missing
    return len(values) == 1


def numbers_of(values: Possible) -> Numbers | None:
    """Return the hull of possible numbers; None if the value is missing for certain."""
    if isinstance(values, Numbers):
        return values
    known = [value for value in values if value is not None]
    return Numbers(min(known), max(known), None in values) if known else None


def may_be_missing(values: Possible) -> bool:
    """Return whether the value may be missing."""
    return values.missing if isinstance(values, Numbers) else None in values


def compared(left: Possible, comparator: str, right: Possible) -> frozenset[Any]:
    """Return the possible answers of a comparison."""
    if ANYTHING in (left, right):
        return ANY_ANSWER
    if isinstance(left, frozenset) and isinstance(right, frozenset) and len(left) * len(right) <= _FEW:
        compare = COMPARATORS[comparator]
        return frozenset(None if a is None or b is None else compare(a, b) for a, b in product(left, right))
    a, b = _interval(left), _interval(right)
    if a is None or b is None:
        return frozenset({None})
    answers: set[bool | None] = {None} if a.missing or b.missing else set()
    may, may_not = _COMPARED[comparator]
    answers |= {True} if may(a, b) else set()
    answers |= {False} if may_not(a, b) else set()
    return frozenset(answers)


def _interval(values: Possible) -> Numbers | None:
    """Return the hull of numbers; texts in such number that they were not compared one by one may be any."""
    try:
        return numbers_of(values)
    except TypeError:
        return ANYTHING


_COMPARED: Final[dict[str, tuple[Callable[[Numbers, Numbers], bool], Callable[[Numbers, Numbers], bool]]]] = {
    ">=": (lambda a, b: a.high >= b.low, lambda a, b: a.low < b.high),
    ">": (lambda a, b: a.high > b.low, lambda a, b: a.low <= b.high),
    "<=": (lambda a, b: a.low <= b.high, lambda a, b: a.high > b.low),
    "<": (lambda a, b: a.low < b.high, lambda a, b: a.high >= b.low),
    "==": (lambda a, b: a.low <= b.high and b.low <= a.high, lambda a, b: not a.low == a.high == b.low == b.high),
    "!=": (lambda a, b: not a.low == a.high == b.low == b.high, lambda a, b: a.low <= b.high and b.low <= a.high),
}
"""For each comparator: whether it may hold between two intervals, and whether it may not."""


def computed(left: Possible, operator: str, right: Possible) -> Possible:
    """Return the possible results of arithmetic."""
    a, b = numbers_of(left), numbers_of(right)
    if a is None or b is None:
        return frozenset({None})
    missing = a.missing or b.missing
    if operator == "/" and b.low <= 0 <= b.high:
        return frozenset({None}) if b.low == b.high else ANYTHING
    if not all(map(math.isfinite, (a.low, a.high, b.low, b.high))):
        return ANYTHING
    try:
        ends = [_computed(x, operator, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    except OverflowError:
        return ANYTHING
    if not all(map(math.isfinite, ends)):
        return ANYTHING
    return Numbers(min(ends), max(ends), missing)


def _computed(x: float, operator: str, y: float) -> float:
    match operator:
        case "+":
            return x + y
        case "-":
            return x - y
        case "*":
            return x * y
        case _:
            return x / y


def negated(values: Possible) -> Possible:
    """Return the possible numbers with their sign turned."""
    known = numbers_of(values)
    return frozenset({None}) if known is None else Numbers(-known.high, -known.low, known.missing)


def contained(items: Possible, container: Collection[Any], *, negated: bool) -> frozenset[Any]:
    """Return the possible answers of ``item in container``."""
    if items == ANYTHING:
        return ANY_ANSWER
    if isinstance(items, Numbers):
        answers: set[bool | None] = {None} if items.missing else set()
        if any(items.low <= value <= items.high for value in container if not isinstance(value, str)):
            answers.add(not negated)
        if items.low != items.high or items.low not in container:
            answers.add(negated)
        return frozenset(answers)
    return frozenset(None if item is None else (item in container) is not negated for item in items)


def all_of(answers: Iterable[frozenset[Any]]) -> frozenset[Any]:
    """Return the possible answers of conditions that must all hold."""
    parts = list(answers)
    found: set[bool | None] = set()
    if any(False in part for part in parts):
        found.add(False)
    if all(True in part for part in parts):
        found.add(True)
    if any(None in part for part in parts) and all(part != {False} for part in parts):
        found.add(None)
    return frozenset(found)


def opposite(answers: frozenset[Any]) -> frozenset[Any]:
    """Return the possible answers of the opposite."""
    return frozenset(None if answer is None else not answer for answer in answers)
