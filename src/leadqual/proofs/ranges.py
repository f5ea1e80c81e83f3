"""Bounds of numbers: what an expression may come to when its operands lie in cells.

Ends are closed, and computed as the engines compute: floating point keeps the order of what is added and multiplied,
so no value that an engine may find lies outside. Bounds may be too wide, never too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from leadqual.conditions.nodes import Arithmetic, Literal, Negative, Node
from leadqual.proofs.cells import Cell

TRUE, FALSE, UNKNOWN = 1, 2, 4
"""The answers that a condition may have, as bits."""

NOT_TRUE: Final = FALSE | UNKNOWN
ANY_ANSWER: Final = TRUE | NOT_TRUE

LARGEST: Final = 1e300
"""No number that comes in lies beyond it."""

_EXACT: Final = 2.0**52
"""Up to here whole numbers are exact however they are added."""


class Range(NamedTuple):
    """The least and the greatest value, whether it may be missing, and whether it may be there."""

    low: float
    high: float
    missing: bool
    present: bool


ABSENT: Final = Range(math.inf, -math.inf, True, False)
SOMETHING: Final = Range(-math.inf, math.inf, False, True)


def range_of(cell: Cell, bounds: tuple[float, float], *, whole: bool = False) -> Range:
    """Return the range of a cell of numbers; of another cell whether it is the one of what is missing."""
    if cell.value is None:
        return ABSENT
    low, high = cell.low, cell.high
    if low is None and high is None:
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool) and cell.other:
            return Range(*bounds, False, True)
        return SOMETHING
    if low is not None and low == high:
        return Range(float(low), float(low), False, True)
    least = bounds[0] if low is None else _above(low, whole)
    most = bounds[1] if high is None else _below(high, whole)
    return Range(max(least, bounds[0]), min(most, bounds[1]), False, True)


def _above(value: float, whole: bool) -> float:
    if whole:
        return math.floor(value) + 1.0
    return math.nextafter(value, math.inf) if abs(value) <= _EXACT else float(value)


def _below(value: float, whole: bool) -> float:
    if whole:
        return math.ceil(value) - 1.0
    return math.nextafter(value, -math.inf) if abs(value) <= _EXACT else float(value)


def both(one: Range, other: Range) -> Range:
    """Return the range that holds two."""
    return Range(
        min(one.low, other.low), max(one.high, other.high), one.missing or other.missing, one.present or other.present
    )


Read = Callable[[Node], Range]
"""From an operand to its range."""


def ranged(node: Node, read: Read) -> Range:
    """Return the range of an expression, given those of its operands."""
    match node:
        case Literal(value):
            if node.type == "number":
                return Range(float(value), float(value), False, True)
            return SOMETHING
        case Negative(operand):
            inner = ranged(operand, read)
            return inner._replace(low=-inner.high, high=-inner.low) if inner.present else inner
        case Arithmetic(left, sign, right):
            return _computed(ranged(left, read), sign, ranged(right, read))
        case _:
            return read(node)


def _computed(a: Range, sign: str, b: Range) -> Range:
    missing = a.missing or b.missing
    if not (a.present and b.present):
        return ABSENT
    if sign == "/" and b.low <= 0 <= b.high:
        only_zero = b.low == b.high == 0
        return ABSENT if only_zero else Range(-math.inf, math.inf, True, True)
    if not all(map(math.isfinite, (a.low, a.high, b.low, b.high))):
        return Range(-math.inf, math.inf, True, True)
    match sign:
        case "+":
            ends = [a.low + b.low, a.high + b.high]
        case "-":
            ends = [a.low - b.high, a.high - b.low]
        case "*":
            ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        case _:
            ends = [x / y for x in (a.low, a.high) for y in (b.low, b.high)]
    low, high = min(ends), max(ends)
    # Whole numbers beyond what a float holds are added exactly, floats are not: either may be met.
    low = low if abs(low) <= _EXACT else math.nextafter(low, -math.inf)
    high = high if abs(high) <= _EXACT else math.nextafter(high, math.inf)
    overflows = not (math.isfinite(low) and math.isfinite(high))
    return Range(low, high, missing or overflows, True)


def compared(a: Range, sign: str, b: Range) -> int:
    """Return the answers that a comparison of two numbers may have."""
    mask = UNKNOWN if a.missing or b.missing else 0
    if not (a.present and b.present):
        return mask
    if sign in (">", ">="):
        a, b, sign = b, a, "<" if sign == ">" else "<="
    if sign == "<":
        return mask | (TRUE if a.low < b.high else 0) | (FALSE if a.high >= b.low else 0)
    if sign == "<=":
        return mask | (TRUE if a.low <= b.high else 0) | (FALSE if a.high > b.low else 0)
    equal = TRUE if a.low <= b.high and b.low <= a.high else 0
    differ = 0 if a.low == a.high == b.low == b.high else FALSE
    if sign == "!=":
        equal, differ = (FALSE if equal else 0), (TRUE if differ else 0)
    return mask | equal | differ
