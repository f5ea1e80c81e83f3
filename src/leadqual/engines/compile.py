"""Turning a condition into a function, once: no tree is walked when a contact is decided.

Closures are built from closures; no code is generated and no text is evaluated.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias, assert_never

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
from leadqual.engines.numbers import COMPARATORS

Compiled: TypeAlias = Callable[[Any], Any]
"""From a record (a view of a contact, or an interaction) to a value; None is missing or unknown."""

METHODS: Final[Mapping[str, Callable[..., Any]]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
    "lower": str.lower,
}


class Scope(Protocol):
    """How a kind of record answers for names and for questions to the history."""

    def name(self, path: str) -> Compiled:
        """Return the function that reads a name."""
        ...

    def history(self, question: History) -> Compiled:
        """Return the function that answers a question to the history."""
        ...


def compile_node(node: Node, scope: Scope) -> Compiled:
    """Return the function that gives an expression's value for a record of the scope."""
    match node:
        case Literal(value):
            return lambda _: value
        case Items(values):
            constants = tuple(item.value for item in values)
            return lambda _: constants
        case Name(path):
            return scope.name(path)
        case History():
            return scope.history(node)
        case Compare(first, ((comparator, Literal(constant)),)):
            return _against_constant(compile_node(first, scope), COMPARATORS[comparator], constant)
        case Compare(first, rest):
            return _compare(compile_node(first, scope), [(COMPARATORS[op], compile_node(n, scope)) for op, n in rest])
        case In(item, Items(values), negated):
            return _in_constants(compile_node(item, scope), frozenset(entry.value for entry in values), negated)
        case In(item, container, negated):
            return _in(compile_node(item, scope), compile_node(container, scope), negated)
        case IsMissing(operand, negated):
            return _is_missing(compile_node(operand, scope), negated)
        case And(items):
            return _and([compile_node(item, scope) for item in items])
        case Or(items):
            return _or([compile_node(item, scope) for item in items])
        case Not(item):
            return _not(compile_node(item, scope))
        case Arithmetic(left, sign, right):
            return _arithmetic(compile_node(left, scope), sign, compile_node(right, scope))
        case Negative(operand):
            return _negative(compile_node(operand, scope))
        case Method(operand, name, Literal(constant)):
            return _method_of_constant(compile_node(operand, scope), name, constant)
        case Method(operand, name, argument):
            return _method(
                compile_node(operand, scope), name, None if argument is None else compile_node(argument, scope)
            )
        case _:
            assert_never(node)


def _against_constant(read: Compiled, compare: Callable[[Any, Any], bool], constant: Any) -> Compiled:
    def run(record: Any) -> bool | None:
        value = read(record)
        return None if value is None else compare(value, constant)

    return run


def _compare(first: Compiled, rest: list[tuple[Callable[[Any, Any], bool], Compiled]]) -> Compiled:
    def run(record: Any) -> bool | None:
        left, answer = first(record), True
        unknown = False
        for compare, read in rest:
            right = read(record)
            if left is None or right is None:
                unknown = True
            elif not compare(left, right):
                answer = False
            left = right
        return False if not answer else None if unknown else True

    return run


def _in_constants(read: Compiled, constants: frozenset[Any], negated: bool) -> Compiled:
    def run(record: Any) -> bool | None:
        value = read(record)
        return None if value is None else (value in constants) is not negated

    return run


def _in(read: Compiled, container: Compiled, negated: bool) -> Compiled:
    def run(record: Any) -> bool | None:
        value, members = read(record), container(record)
        return None if value is None or members is None else (value in members) is not negated

    return run


def _is_missing(read: Compiled, negated: bool) -> Compiled:
    return (lambda record: read(record) is not None) if negated else (lambda record: read(record) is None)


def _and(parts: list[Compiled]) -> Compiled:
    def run(record: Any) -> bool | None:
        unknown = False
        for part in parts:
            answer = part(record)
            if answer is None:
                unknown = True
            elif not answer:
                return False
        return None if unknown else True

    return run


def _or(parts: list[Compiled]) -> Compiled:
    def run(record: Any) -> bool | None:
        unknown = False
        for part in parts:
            answer = part(record)
            if answer is None:
                unknown = True
            elif answer:
                return True
        return None if unknown else False

    return run


def _not(part: Compiled) -> Compiled:
    def run(record: Any) -> bool | None:
        answer = part(record)
        return None if answer is None else not answer

    return run


def _arithmetic(left: Compiled, sign: str, right: Compiled) -> Compiled:
    compute = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign]
    divides = sign == "/"

    def run(record: Any) -> float | None:
        a, b = left(record), right(record)
        if a is None or b is None or (divides and b == 0):
            return None
        try:
            result: float = compute(a, b)
            return result if math.isfinite(result) else None
        except OverflowError:  # a whole number that no float holds
            return None

    return run


def _negative(read: Compiled) -> Compiled:
    def run(record: Any) -> float | None:
        value = read(record)
        return None if value is None else -value

    return run


def _method(read: Compiled, name: str, argument: Compiled | None) -> Compiled:
    method = METHODS[name]

    def with_argument(record: Any) -> Any:
        text, other = read(record), argument(record) if argument is not None else None
        return None if text is None or other is None else method(text, other)

    def alone(record: Any) -> Any:
        text = read(record)
        return None if text is None else method(text)

    return alone if argument is None else with_argument


def _method_of_constant(read: Compiled, name: str, constant: Any) -> Compiled:
    method = METHODS[name]

    def run(record: Any) -> Any:
        text = read(record)
        return None if text is None else method(text, constant)

    return run
