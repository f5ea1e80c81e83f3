"""The arithmetic that every engine shares: comparing, rounding, limits, decay."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from leadqual.policy.rules import Rule

COMPARATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def rounded(value: float) -> float:
    """Round to six decimals, halves up: a definition that every engine can compute alike.

    Examples
    --------
    >>> rounded(59.9999999), rounded(0.0000005), rounded(-0.0)
    (60.0, 1e-06, 0.0)
    """
    try:
        return math.floor(value * 1e6 + 0.5) / 1e6
    except OverflowError:
        return value  # so large a number has no decimals


def within_cap(value: float, cap: float) -> float:
    """Return the value, or the cap that it passes on either side of zero; caps have six decimals like all points."""
    return within_range(value, (-cap, cap))


def within_range(value: float, bounds: tuple[float, float]) -> float:
    """Return the value, or the bound that it passes; bounds have six decimals like all points."""
    low, high = bounds
    return rounded(low) if value < low else rounded(high) if value > high else value


def decayed(rule: Rule, age: int) -> float:
    """Return the share of a rule's points that is left at an age in microseconds."""
    if rule.half_life is not None:
        return float(2.0 ** -(age / rule.half_life.micros))
    if rule.linear is not None:
        return max(0.0, 1.0 - age / rule.linear.micros)
    if rule.step is not None:
        return float((1.0 - rule.step.lose) ** (age // rule.step.every.micros))
    return 1.0
