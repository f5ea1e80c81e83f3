"""Turning a condition into a column expression: the same three-valued logic, asked of every row at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any, Final, Protocol, assert_never

import narwhals as nw

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
from leadqual.conditions.walk import children

_COMPARED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class Scope(Protocol):
    """How a table answers for names and for questions to the history."""

    def name(self, path: str) -> nw.Expr:
        """Return the column of a name."""
        ...

    def history(self, question: History) -> nw.Expr:
        """Return the column of the answers to a question."""
        ...

    def member(self, item: Node, container: Node) -> nw.Expr:
        """Return whether a text is among several."""
        ...


def expression(node: Node, scope: Scope) -> nw.Expr:
    """Return the column of an expression's values; null is missing or unknown.

    Numbers are 64-bit floats, instants whole microseconds. Null spreads through comparisons and arithmetic by itself,
    and ``&``, ``|`` and ``~`` are strong Kleene logic in every library behind narwhals.
    """
    match node:
        case Literal(value):
            return nw.lit(float(value) if node.type == "number" else value)
        case Items():
            raise AssertionError("a list stands after 'in' only: the check of types refuses it elsewhere")
        case Name(path):
            return scope.name(path)
        case History():
            return scope.history(node)
        case Compare(first, rest):
            return _compare(expression(first, scope), [(sign, expression(operand, scope)) for sign, operand in rest])
        case In(item, Items(values), negated):
            return _among(expression(item, scope), values, negated=negated)
        case In(item, container, negated):
            found = scope.member(item, container)
            return ~found if negated else found
        case IsMissing(operand, negated):
            missing = expression(operand, scope).is_null()
            return ~missing if negated else missing
        case And(items):
            return reduce(and_, [expression(item, scope) for item in items])
        case Or(items):
            return reduce(or_, [expression(item, scope) for item in items])
        case Not(item):
            return ~expression(item, scope)
        case Arithmetic(left, sign, right):
            return _arithmetic(expression(left, scope), sign, expression(right, scope))
        case Negative(operand):
            return -expression(operand, scope)
        case Method(operand, name, argument):
            return _method(expression(operand, scope), name, None if argument is None else expression(argument, scope))
        case _:
            assert_never(node)


def causes(node: Node, scope: Scope) -> Iterator[tuple[str, nw.Expr]]:
    """Yield what may leave a condition unknown, each with the rows in which it does.

    The same walk as `leadqual.engines.unknown.causes`: a missing value that could not have changed the answer is no
    cause, and what is known below an unknown node is left out.
    """
    yield from _causes(node, scope, nw.lit(value=True))


def _causes(node: Node, scope: Scope, above: nw.Expr) -> Iterator[tuple[str, nw.Expr]]:
    if isinstance(node, Literal | Items | IsMissing):
        return  # never missing, and neither is an answer about presence
    here = above & expression(node, scope).is_null()
    if isinstance(node, Name | History):
        yield str(node), here
        return
    parts = [part for part in children(node) if not isinstance(part, Literal | Items | IsMissing)]
    if isinstance(node, Arithmetic):  # its parts may be known and it not: a division by zero, an overflow
        known = [~expression(part, scope).is_null() for part in parts]
        yield str(node), reduce(and_, known, here)
    for part in parts:
        yield from _causes(part, scope, here)


def _compare(left: nw.Expr, rest: list[tuple[str, nw.Expr]]) -> nw.Expr:
    answers: list[nw.Expr] = []
    for sign, right in rest:
        answers.append(_COMPARED[sign](left, right))
        left = right
    return reduce(and_, answers)


def _among(item: nw.Expr, values: tuple[Literal, ...], *, negated: bool) -> nw.Expr:
    constants = [float(value.value) if value.type == "number" else value.value for value in values]
    found = item.is_in(constants)
    known = ~item.is_null()  # some libraries say false of a null
    return nw.when(known).then(~found if negated else found)


def _arithmetic(left: nw.Expr, sign: str, right: nw.Expr) -> nw.Expr:
    match sign:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case _:
            result = left / nw.when(right != 0.0).then(right)
    return nw.when(result.is_finite()).then(result)


def _method(operand: nw.Expr, name: str, argument: nw.Expr | None) -> nw.Expr:
    if name == "lower" or argument is None:
        return operand.str.to_lowercase()
    match name:
        case "startswith":
            return operand.str.starts_with(argument)
        case "endswith":
            return operand.str.ends_with(argument)
        case _:
            return operand.str.contains(argument, literal=True)
