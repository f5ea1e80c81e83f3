"""Changes to a condition: its comparisons, its thresholds, its logic, and what it asks of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Comparator,
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
    Selection,
)
from leadqual.testing.mutation.operators.edit import Edit, moved, moved_length

_Rebuild: TypeAlias = Callable[[Node], Node]

_TURNED: Final[dict[Comparator, Comparator]] = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
}  # fmt: skip


def edits_of(node: Node) -> Iterator[Edit[Node]]:
    """Yield every condition that is another one changed in one place, the outer places first."""
    yield from _edits(node, is_condition=True)


def selection_edits(selection: Selection) -> Iterator[Edit[Selection]]:
    """Yield every choice of interactions that is another one changed in one place: its filter dropped, or changed."""
    if selection.where is None:
        return
    yield Edit("filter dropped", str(selection), selection.kind, Selection(selection.kind))
    for edit in edits_of(selection.where):
        yield Edit(edit.operator, edit.before, edit.after, Selection(selection.kind, edit.part))


def _edits(node: Node, *, is_condition: bool) -> Iterator[Edit[Node]]:
    yield from _here(node)
    if is_condition:
        yield from _negated(node)
    for part, rebuild in _parts(node):
        joined = isinstance(node, And | Or | Not)
        for edit in _edits(part, is_condition=joined and not isinstance(node, Not)):
            yield _lifted(node, edit, rebuild)


def _lifted(node: Node, edit: Edit[Node], rebuild: _Rebuild) -> Edit[Node]:
    """Return the change of a part as one of the whole; constants are shown with what they are held against."""
    whole = rebuild(edit.part)
    if edit.is_bare and isinstance(node, Compare | In):
        return Edit(edit.operator, str(node), str(whole), whole)
    return replace(edit, part=whole)


def _here(node: Node) -> Iterator[Edit[Node]]:
    match node:
        case Compare(first, rest):
            for number, (comparator, operand) in enumerate(rest):
                turned = ((*rest[:number], (_TURNED[comparator], operand), *rest[number + 1 :]),)
                yield _edit("comparator turned", node, Compare(first, *turned))
        case And(items) | Or(items):
            for number, item in enumerate(items):
                yield Edit("clause dropped", str(item), "", _joined(type(node), items[:number] + items[number + 1 :]))
            yield _edit("and, or", node, Or(items) if isinstance(node, And) else And(items))
        case Not(item):
            yield _edit("not removed", node, item)
        case Items(values) if len(values) > 1:
            for number in range(len(values)):
                fewer = Items(values[:number] + values[number + 1 :])
                yield Edit("item dropped", str(node), str(fewer), fewer, is_bare=True)
        case Literal(int() | float() as value) if node.type == "number":
            for step in moved(value):
                other = Literal(step)
                yield Edit("threshold moved", str(node), str(other), other, is_bare=True)
        case History():
            yield from _question(node)


def _question(node: History) -> Iterator[Edit[Node]]:
    if node.within is not None:
        yield _edit("within removed", node, replace(node, within=None))
        for other in moved_length(node.within):
            yield _edit("within moved", node, replace(node, within=other))
    for edit in selection_edits(node.selection):
        whole = replace(node, selection=edit.part)
        if edit.operator == "filter dropped":
            yield _edit(edit.operator, node, whole)
        else:
            yield Edit(edit.operator, edit.before, edit.after, whole)


def _negated(node: Node) -> Iterator[Edit[Node]]:
    match node:
        case In(item, container, negated):
            yield _edit("not added" if not negated else "not removed", node, In(item, container, not negated))
        case IsMissing(operand, negated):
            yield _edit("not added" if not negated else "not removed", node, IsMissing(operand, not negated))
        case Compare() | Name() | Method() | History():
            yield _edit("not added", node, Not(node))


def _edit(operator: str, before: Node, after: Node) -> Edit[Node]:
    return Edit(operator, str(before), str(after), after)


def _joined(cls: type[And] | type[Or], items: tuple[Node, ...]) -> Node:
    return cls(items) if len(items) > 1 else items[0]


def _parts(node: Node) -> Iterator[tuple[Node, _Rebuild]]:
    """Yield the direct parts of a node, each with the function that puts another one in its place."""
    match node:
        case Compare(first, rest):
            yield first, lambda part: Compare(part, rest)
            for number, (comparator, operand) in enumerate(rest):
                yield operand, _in_chain(node, number, comparator)
        case In(item, container, negated):
            yield item, lambda part: In(part, container, negated)
            yield container, lambda part: In(item, part, negated)
        case IsMissing(operand, negated):
            yield operand, lambda part: IsMissing(part, negated)
        case And(items) | Or(items):
            for number, item in enumerate(items):
                yield item, _in_list(type(node), items, number)
        case Not(item):
            yield item, Not
        case Arithmetic(left, sign, right):
            yield left, lambda part: Arithmetic(part, sign, right)
            yield right, lambda part: Arithmetic(left, sign, part)
        case Negative(operand):
            yield operand, Negative
        case Method(operand, name, argument):
            yield operand, lambda part: Method(part, name, argument)


def _in_chain(node: Compare, number: int, comparator: Comparator) -> _Rebuild:
    return lambda part: Compare(node.first, (*node.rest[:number], (comparator, part), *node.rest[number + 1 :]))


def _in_list(cls: type[And] | type[Or], items: tuple[Node, ...], number: int) -> _Rebuild:
    return lambda part: cls((*items[:number], part, *items[number + 1 :]))
