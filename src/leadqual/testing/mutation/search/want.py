"""What a story should come to: answers of conditions, values of expressions, events, fields and grades."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadqual.conditions.nodes import Comparator, Compare, Literal, Name, Node
from leadqual.testing.mutation.operators.edit import moved
from leadqual.testing.mutation.search.story import Event

OPPOSITE: Final[dict[Comparator, Comparator]] = {
    "<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "==",
}  # fmt: skip
"""The comparison that is true where another is false."""

_TURNED: Final[dict[Comparator, Comparator]] = {
    "<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!=",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A condition that should have an answer."""

    node: Node
    answer: bool


@dataclass(frozen=True, slots=True)
class Value:
    """An expression whose value should lie in ``[low, high)``."""

    node: Node
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Happened:
    """Events that should have happened."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Fields that should be known."""

    fields: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade that should have a value."""

    name: str
    band: str


Want: TypeAlias = Answer | Value | Happened | Known | Graded


def compared(node: Node) -> tuple[Node, Comparator, float] | None:
    """Return the expression, the comparison and the constant of a condition that is one such comparison."""
    match node:
        case Compare(first, ((sign, Literal(int() | float() as constant) as right),)) if right.type == "number":
            return first, sign, constant
        case Compare(Literal(int() | float() as constant) as left, ((sign, second),)) if left.type == "number":
            return second, _TURNED[sign], constant
        case _:
            return None


def links(node: Compare) -> tuple[Node, ...]:
    """Return the comparisons of two that a chain of comparisons is."""
    lefts = (node.first, *(operand for _, operand in node.rest))
    return tuple(Compare(left, (link,)) for left, link in zip(lefts, node.rest, strict=False))


def regions(expression: Node, sign: Comparator, constant: float) -> list[tuple[float, float]]:
    """Return where an expression may lie for a comparison to be true, nearest to the constant first."""
    below, above = moved(constant)
    exact = (constant, math.nextafter(constant, math.inf) if not _is_score(expression) else constant + 1e-6)
    at_least = [(constant, above), (above, math.inf)]
    under = [(below, constant), (-math.inf, constant)] if _is_score(expression) else [(below, below), (0.0, 0.0)]
    match sign:
        case ">=":
            return at_least if _is_score(expression) else [exact, (above, above)]
        case ">":
            return [(constant + 1e-6, above), (above, math.inf)] if _is_score(expression) else [(above, above)]
        case "==":
            return [exact]
        case "<=":
            return [exact, *under]
        case "<":
            return under
        case _:
            return [(above, above + 1), *under]


def _is_score(node: Node) -> bool:
    return isinstance(node, Name) and node.path.startswith("score.")
