"""Holding a condition against the catalogue: every unknown name and every wrong type, all at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from leadqual._suggest import did_you_mean
from leadqual.conditions.nodes import (
    ANY_INTERACTION,
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
    Selection,
)
from leadqual.conditions.words import elsewhere, impossible, named_currency, nearest
from leadqual.errors import Place, Problem, cut
from leadqual.model.catalogue import MONEY, Catalogue, Field, Spelling, ValueType

_EQUALITY: Final = ("==", "!=")
_EVERY_KIND: Final = ("any", "all", "every", "interaction", "interactions")
_TIMES: Final = "there are no constants of time: compare two instants, or use days_since(kind)"


@dataclass(frozen=True, slots=True)
class _Typed:
    type: ValueType
    values: tuple[str, ...] | None = None
    range: tuple[float, float] | None = None
    currency: str | None = None
    spelling: Spelling | None = None


def check_condition(node: Node, catalogue: Catalogue, *, single_currency: bool = False) -> list[Problem]:
    """Return every problem of a condition: unknown names, wrong types, values outside an enumeration.

    Parameters
    ----------
    node : Node
        The condition.
    catalogue : Catalogue
        The names and kinds it may use.
    single_currency : bool
        Whether amounts are converted to one currency before they are added, so that no filter has to name one.
    """
    checker = _Checker(catalogue, catalogue.fields, single_currency)
    checker.boolean(node)
    return checker.problems


def check_value(
    node: Node, catalogue: Catalogue, *, single_currency: bool = False
) -> tuple[Field | None, list[Problem]]:
    """Return what an expression of any type yields (None if that cannot be told) and every problem of it."""
    checker = _Checker(catalogue, catalogue.fields, single_currency)
    typed = checker.type_of(node)
    entry = None if typed is None else Field(str(node), typed.type, values=typed.values)
    return entry, checker.problems


def check_selection(selection: Selection, catalogue: Catalogue) -> list[Problem]:
    """Return every problem of a choice of interactions: an unknown kind, a filter that does not fit."""
    checker = _Checker(catalogue, catalogue.fields, single_currency=False)
    checker.selection(selection)
    return checker.problems


class _Checker:
    def __init__(self, catalogue: Catalogue, names: Mapping[str, Field], single_currency: bool) -> None:
        self.catalogue = catalogue
        self.names = names
        self.single_currency = single_currency
        self.in_filter = names is not catalogue.fields
        self.problems: list[Problem] = []

    def boolean(self, node: Node) -> None:
        typed = self.type_of(node)
        if typed is not None and typed.type is not ValueType.BOOLEAN:
            expected = f"a condition, not {typed.type.spoken}"
            self._report("not-a-condition", "this is neither true nor false", node, expected)

    def type_of(self, node: Node) -> _Typed | None:
        """Return the type of a node, or None where it is wrong and that has been reported."""
        match node:
            case Literal(value):
                kind = ValueType(node.type)
                return _Typed(kind, (str(value),) if kind is ValueType.TEXT else None)
            case Items():
                return self._report("wrong-type", "a list stands after 'in' only", node, "one value")
            case Name(path):
                return self._name(node, path)
            case Compare():
                return self._compare(node)
            case In():
                return self._in(node)
            case IsMissing(operand):
                self.type_of(operand)
            case And(items) | Or(items):
                for item in items:
                    self.boolean(item)
            case Not(item):
                self.boolean(item)
            case Arithmetic(left, operator, right):
                return self._numbers(left, right, node=node if operator in "+-" else None)
            case Negative(operand):
                return self._numbers(operand)
            case Method():
                return self._method(node)
            case History():
                return self._history(node)
            case _:
                assert_never(node)
        return _Typed(ValueType.BOOLEAN)

    def selection(self, selection: Selection) -> None:
        known = {*self.catalogue.kinds, ANY_INTERACTION}
        if selection.kind not in known:
            self.problems.append(unknown_kind(selection.kind, known))
        elif selection.where is not None:
            properties = self.catalogue.properties(selection.kind)
            inside = _Checker(self.catalogue, properties, self.single_currency)
            inside.boolean(selection.where)
            self.problems += inside.problems

    def _items(self, node: Items) -> _Typed | None:
        kinds = {value.type for value in node.values}
        if len(kinds) > 1:
            return self._report("mixed-list", "a list holds values of one type", node)
        if not kinds:
            return self._report("empty-list", "nothing can be in an empty list", node, hint="give at least one value")
        return _Typed(ValueType(kinds.pop()))

    def _name(self, node: Node, path: str) -> _Typed | None:
        entry = self.names.get(path)
        if entry is not None:
            return _Typed(entry.type, entry.values, entry.range, spelling=entry.spelling)
        code, what = ("unknown-property", "property") if self.in_filter else ("unknown-field", "field")
        hint = nearest(path, self.names) or elsewhere(path, self.names, self.catalogue.kinds, in_filter=self.in_filter)
        return self._report(code, f"there is no {what} {path!r}", node, hint=hint)

    def _compare(self, node: Compare) -> _Typed:
        operands = [node.first, *(operand for _, operand in node.rest)]
        typed = [self.type_of(operand) for operand in operands]
        for index, (comparator, right_node) in enumerate(node.rest):
            left, right = typed[index], typed[index + 1]
            if left is None or right is None:
                continue
            self._same_currency(node, left, right)
            if comparator in _EQUALITY:
                self._same_type(node, left, right)
                self._known_values(operands[index], left, right_node, right)
            elif left.type is not right.type or left.type not in (ValueType.NUMBER, ValueType.INSTANT):
                self._no_order(node, left, comparator, right)
            else:
                self._reachable(node, left, comparator, right_node, operands[index], right)
        return _Typed(ValueType.BOOLEAN)

    def _no_order(self, node: Node, left: _Typed, comparator: str, right: _Typed) -> None:
        found = f"{left.type.spoken} {comparator} {right.type.spoken}"
        if ValueType.INSTANT in (left.type, right.type):
            self._report("wrong-type", "an instant is compared with an instant", node, "two instants", _TIMES, found)
        else:
            self._report("wrong-type", "only numbers have an order", node, "two numbers", found=found)

    def _same_type(self, node: Node, left: _Typed, right: _Typed) -> None:
        if left.type is not right.type or left.type is ValueType.TEXTS:
            found = f"{left.type.spoken} compared with {right.type.spoken}"
            hint = "write 'value' in name" if ValueType.TEXTS in (left.type, right.type) else None
            hint = _TIMES if hint is None and ValueType.INSTANT in (left.type, right.type) else hint
            self._report("wrong-type", "these two can never be equal", node, "two values of one type", hint, found)

    def _known_values(self, left_node: Node, left: _Typed, right_node: Node, right: _Typed) -> None:
        """Report a constant that is compared with an enumeration that lacks it."""
        for constant, choices, named in ((right_node, left, left_node), (left_node, right, right_node)):
            if isinstance(constant, Literal) and not isinstance(named, Literal):
                self._one_of(named, choices, [constant])

    def _one_of(self, named: Node, choices: _Typed, constants: Collection[Literal]) -> None:
        for constant in constants:
            problem = impossible(named, constant, choices.values, choices.spelling)
            if problem is not None:
                self.problems.append(problem)

    def _reachable(
        self, node: Node, left: _Typed, comparator: str, right_node: Node, left_node: Node, right: _Typed
    ) -> None:
        """Report a threshold outside the range of a score: the comparison always has the same answer."""
        for constant, bounds in ((right_node, left.range), (left_node, right.range)):
            if isinstance(constant, Literal) and bounds is not None:
                low, high = bounds
                if not low <= float(constant.value) <= high:
                    expected = f"a value from {low:g} to {high:g}"
                    self._report("unreachable", "the value can never pass this threshold", node, expected)

    def _in(self, node: In) -> _Typed:
        item = self.type_of(node.item)
        container = self._items(node.container) if isinstance(node.container, Items) else self.type_of(node.container)
        if item is None or container is None:
            return _Typed(ValueType.BOOLEAN)
        if isinstance(node.container, Items):
            if item.type is not container.type:
                found = f"{item.type.spoken} in a list of {container.type.plural}"
                expected = f"a list of {item.type.plural}"
                self._report("wrong-type", "this can never be in the list", node, expected, found=found)
            elif not isinstance(node.item, Literal):
                self._one_of(node.item, item, node.container.values)
        elif container.type is not ValueType.TEXTS or item.type is not ValueType.TEXT:
            expected = "a list such as ['ID', 'SG'], or a field that holds several texts"
            hint = "write name.contains('text') to look inside a text" if container.type is ValueType.TEXT else None
            self._report("wrong-type", "nothing can be in this", node.container, expected, hint)
        elif isinstance(node.item, Literal):
            self._one_of(node.container, container, [node.item])
        return _Typed(ValueType.BOOLEAN)

    def _numbers(self, *operands: Node, node: Node | None = None) -> _Typed | None:
        """Return the type of what is computed; `node` is the sum or difference, where it is one."""
        typed = [self.type_of(operand) for operand in operands]
        for operand, found in zip(operands, typed, strict=True):
            if found is not None and found.type is not ValueType.NUMBER:
                text = f"{operand}, {found.type.spoken}"
                self._report("wrong-type", "only numbers can be computed with", operand, "a number", found=text)
        numbers = [found for found in typed if found is not None and found.type is ValueType.NUMBER]
        if len(numbers) < len(operands):
            return None
        if node is None:  # a product with a rate is an amount of another currency
            return _Typed(ValueType.NUMBER, currency=numbers[0].currency if len(numbers) == 1 else None)
        self._same_currency(node, *numbers)
        return _Typed(ValueType.NUMBER, currency=numbers[0].currency or numbers[1].currency)

    def _same_currency(self, node: Node, left: _Typed, right: _Typed) -> None:
        if left.currency and right.currency and left.currency != right.currency:
            found = f"{left.currency} with {right.currency}"
            hint = "multiply one of them by a rate, or declare currency: with its rates"
            message = "amounts in different currencies are neither added nor compared"
            self._report("mixed-currencies", message, node, hint=hint, found=found)

    def _method(self, node: Method) -> _Typed | None:
        operands = [node.operand] if node.argument is None else [node.operand, node.argument]
        for operand in operands:
            typed = self.type_of(operand)
            if typed is not None and typed.type is not ValueType.TEXT:
                hint = "write 'value' in name" if typed.type is ValueType.TEXTS else None
                expected = f"text, not {typed.type.spoken}"
                self._report("wrong-type", f".{node.name}() works on text", operand, expected, hint)
        return _Typed(ValueType.TEXT if node.name == "lower" else ValueType.BOOLEAN)

    def _history(self, node: History) -> _Typed | None:
        if self.in_filter:
            return self._report("nested-history", "a filter looks at one interaction, not at the history", node)
        self.selection(node.selection)
        if node.function in ("count", "days_since"):
            if node.property is not None:
                return self._report(
                    "bad-selection", f"{node.function}() takes a kind, not a property", node, str(node.selection)
                )
            return _Typed(ValueType.NUMBER)
        return self._aggregate(node)

    def _aggregate(self, node: History) -> _Typed | None:
        kind = node.selection.kind
        if kind not in self.catalogue.kinds and kind != ANY_INTERACTION:
            return None
        properties = self.catalogue.properties(kind)
        if node.property is None:
            expected = f"{node.function}({kind}.<property>), one of: {', '.join(sorted(properties))}"
            return self._report("missing-property", f"{node.function}() is taken of a property", node, expected)
        entry = properties.get(node.property)
        if entry is None:
            message, hint = f"{kind} has no property {node.property!r}", did_you_mean(node.property, properties)
            expected = f"one of: {', '.join(sorted(properties))}"
            return self._report("unknown-property", message, node, expected, hint)
        if node.function in ("first", "last"):
            return _Typed(entry.type, entry.values, spelling=entry.spelling)
        if entry.type is not ValueType.NUMBER:
            expected = f"not of {entry.type.spoken}"
            return self._report("wrong-type", f"{node.function}() is taken of numbers", node, expected)
        return _Typed(ValueType.NUMBER, currency=self._one_currency(node, entry))

    def _one_currency(self, node: History, entry: Field) -> str | None:
        """Return the currency that the filter names; report it where one is needed and not named."""
        if entry.unit != MONEY or self.single_currency:
            return None
        kind, where = node.selection.kind, node.selection.where
        currency = None if where is None else named_currency(where)
        if currency is None:
            example = f"{node.function}({kind}[currency == 'IDR'].{node.property})"
            hint = f"write {example}, or declare currency: with its rates"
            self._report("mixed-currencies", "amounts in different currencies are never added", node, hint=hint)
        return currency

    def _report(
        self,
        code: str,
        message: str,
        node: Node,
        expected: str | None = None,
        hint: str | None = None,
        found: str | None = None,
    ) -> _Typed | None:
        self.problems.append(Problem(code, message, Place(), cut(found or str(node)), expected, hint))
        return None


def unknown_kind(kind: str, known: Collection[str]) -> Problem:
    """Return the problem of a kind of interaction that nobody declared."""
    declare = "declare it under 'interactions:', or give its class: Policy.load(..., interactions=[RoiCalculated])"
    meant = f"write {ANY_INTERACTION} for every kind" if kind in _EVERY_KIND else did_you_mean(kind, known)
    return Problem(
        "unknown-kind",
        f"there is no kind of interaction {kind!r}",
        Place(),
        kind,
        "a kind of the catalogue, or one declared under 'interactions:'",
        meant or declare,
    )
