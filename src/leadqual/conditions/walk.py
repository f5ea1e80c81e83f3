"""Going through the parts of a condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

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


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node; a filter belongs to its interactions and is not among them."""
    match node:
        case Literal() | Items() | Name() | History():
            return ()
        case Compare(first, rest):
            return (first, *(operand for _, operand in rest))
        case In(item, container):
            return (item, container)
        case IsMissing(operand) | Negative(operand):
            return (operand,)
        case And(items) | Or(items):
            return items
        case Not(item):
            return (item,)
        case Arithmetic(left, _, right):
            return (left, right)
        case Method(operand, _, argument):
            return (operand,) if argument is None else (operand, argument)
        case _:
            assert_never(node)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything beneath it, parents first, from left to right."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> tuple[str, ...]:
    """Return the names that a condition reads, each once, in the order of their first use."""
    return tuple(dict.fromkeys(part.path for part in walk(node) if isinstance(part, Name)))


def histories(node: Node) -> tuple[History, ...]:
    """Return the questions to the history that a condition asks, each once."""
    return tuple(dict.fromkeys(part for part in walk(node) if isinstance(part, History)))


def conjuncts(node: Node) -> tuple[Node, ...]:
    """Return the conditions that must all hold for this one to hold."""
    return node.items if isinstance(node, And) else (node,)


def replaced(node: Node, known: Mapping[Node, Node]) -> Node:
    """Return a condition in which some parts are replaced by others, such as a name by its value.

    Examples
    --------
    >>> from leadqual.conditions.parse import parse_condition
    >>> print(replaced(parse_condition("stage == 'lead' and not score.fit >= 50"), {Name("stage"): Literal("mql")}))
    'mql' == 'lead' and not score.fit >= 50
    """
    if node in known:
        return known[node]
    match node:
        case Literal() | Items() | Name() | History():
            return node
        case Compare(first, rest):
            return Compare(replaced(first, known), tuple((sign, replaced(part, known)) for sign, part in rest))
        case In(item, container, negated):
            return In(replaced(item, known), replaced(container, known), negated)
        case IsMissing(operand, negated):
            return IsMissing(replaced(operand, known), negated)
        case And(items):
            return And(tuple(replaced(item, known) for item in items))
        case Or(items):
            return Or(tuple(replaced(item, known) for item in items))
        case Not(item):
            return Not(replaced(item, known))
        case Arithmetic(left, operator, right):
            return Arithmetic(replaced(left, known), operator, replaced(right, known))
        case Negative(operand):
            return _negative(replaced(operand, known))
        case Method(operand, name, argument):
            return Method(replaced(operand, known), name, None if argument is None else replaced(argument, known))
        case _:
            assert_never(node)


def _negative(operand: Node) -> Node:
    if isinstance(operand, Literal) and isinstance(operand.value, int | float):
        return Literal(-operand.value)
    return Negative(operand)
