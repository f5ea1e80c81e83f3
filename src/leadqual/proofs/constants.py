"""The constants against which a name, or a question to the history, is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from leadqual.conditions.nodes import Compare, History, In, IsMissing, Items, Literal, Method, Name, Node, Value
from leadqual.conditions.walk import children, walk


@dataclass
class Constants:
    """What an expression is held against.

    Attributes
    ----------
    values : list
        The constants, in the order in which they are written.
    parts : list of tuple of str and str
        Of a text: beginnings, ends and parts that it is searched for, with the method.
    direct : bool
        Whether it is compared with constants alone, so that they cut its values into all the cells there are.
    """

    values: list[Value] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    direct: bool = True


def constants_of(text: str, conditions: Iterable[Node]) -> Constants:
    """Return the constants against which the expression of a text is held anywhere in some conditions."""
    found = Constants()
    for condition in conditions:
        for node in walk(condition):
            _note(text, node, found)
    return found


def _note(text: str, node: Node, found: Constants) -> None:
    match node:
        case Compare(first, rest):
            _note_comparison(text, [first, *(operand for _, operand in rest)], found)
        case In(item, Items(values)):
            if _is(text, item):
                found.values += [value.value for value in values]
            elif _within(text, item):
                found.direct = False
        case In(item, container):
            if _is(text, container) and isinstance(item, Literal):
                found.values.append(item.value)
            elif _within(text, item) or _within(text, container):
                found.direct = False
        case Method(operand, name, Literal(value)) if _is(text, operand):
            found.parts.append((name, str(value)))
        case Method(operand, _, argument) if argument is not None:
            if _within(text, operand) or _within(text, argument):
                found.direct = False
        case IsMissing(operand) if not _is(text, operand) and _within(text, operand):
            found.direct = False
        case _:
            pass  # it holds nothing against constants itself; its parts are walked on their own


def _note_comparison(text: str, operands: Sequence[Node], found: Constants) -> None:
    if not any(_within(text, operand) for operand in operands):
        return
    constants = [value for operand in operands for value in _literals(operand)]
    found.values += constants
    simple = all(_is(text, operand) or isinstance(operand, Literal) for operand in operands)
    found.direct = found.direct and simple


def _literals(node: Node) -> Iterator[Value]:
    yield from (part.value for part in walk(node) if isinstance(part, Literal))


def _is(text: str, node: Node) -> bool:
    """Return whether a node is the expression, or the same in small letters."""
    if isinstance(node, Method) and node.name == "lower":
        return _is(text, node.operand)
    return isinstance(node, Name | History) and str(node) == text


def _within(text: str, node: Node) -> bool:
    return _is(text, node) or any(_within(text, child) for child in children(node))
