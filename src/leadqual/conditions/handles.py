"""Conditions written in code: ``(field("company.employees") >= 50) & (count("demo_requested") >= 1)``.

A handle wraps a node and owns the operators. Comparing a handle with anything but a node makes a condition;
comparing it with a node answers whether they are the same condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any, NoReturn

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Comparator,
    Compare,
    History,
    HistoryFunction,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    MethodName,
    Name,
    Negative,
    Node,
    Not,
    Operator,
    Or,
    Selection,
    Value,
)
from leadqual.conditions.parse import in_writing, parse_condition, parse_property, parse_selection
from leadqual.errors import ConditionError, InputError, Problem, shown
from leadqual.model.time import Duration


class Handle:
    """A part of a condition, to be joined with operators: ``& | ~`` for and, or, not."""

    __slots__ = ("node",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, node: Node) -> None:
        self.node = node

    def __repr__(self) -> str:
        return f"<condition: {self.node}>"

    def __str__(self) -> str:
        return str(self.node)

    def __bool__(self) -> NoReturn:
        raise ConditionError(
            Problem(
                "no-truth-value",
                "a condition is neither true nor false until it is evaluated for a contact",
                found=str(self.node),
                expected="& | ~ for and, or, not; brackets round each comparison; no chained comparison",
                hint="write (field('company.employees') >= 50) & (field('company.employees') < 1000)",
            )
        )

    def __contains__(self, value: object) -> NoReturn:
        raise ConditionError(
            Problem(
                "no-truth-value",
                "whether a field holds a value is not known until it is evaluated for a contact",
                found=f"{value!r} in {self.node}",
                expected=".has(value) for several values, .contains(text) for a text",
                hint="write field('contact.roles').has('partner')",
            )
        )

    def __eq__(self, other: object) -> Any:
        return self.node == other if isinstance(other, Node) else self._compare("==", other)

    def __ne__(self, other: object) -> Any:
        return self.node != other if isinstance(other, Node) else self._compare("!=", other)

    def __lt__(self, other: Any) -> Handle:
        return self._compare("<", other)

    def __le__(self, other: Any) -> Handle:
        return self._compare("<=", other)

    def __gt__(self, other: Any) -> Handle:
        return self._compare(">", other)

    def __ge__(self, other: Any) -> Handle:
        return self._compare(">=", other)

    def __and__(self, other: Any) -> Handle:
        return Handle(And((self.node, as_node(other))))

    def __rand__(self, other: Any) -> Handle:
        return Handle(And((as_node(other), self.node)))

    def __or__(self, other: Any) -> Handle:
        return Handle(Or((self.node, as_node(other))))

    def __ror__(self, other: Any) -> Handle:
        return Handle(Or((as_node(other), self.node)))

    def __invert__(self) -> Handle:
        return Handle(Not(self.node))

    def __neg__(self) -> Handle:
        return Handle(Negative(self.node))

    def __add__(self, other: Any) -> Handle:
        return self._arithmetic("+", other)

    def __radd__(self, other: Any) -> Handle:
        return self._arithmetic("+", other, turned=True)

    def __sub__(self, other: Any) -> Handle:
        return self._arithmetic("-", other)

    def __rsub__(self, other: Any) -> Handle:
        return self._arithmetic("-", other, turned=True)

    def __mul__(self, other: Any) -> Handle:
        return self._arithmetic("*", other)

    def __rmul__(self, other: Any) -> Handle:
        return self._arithmetic("*", other, turned=True)

    def __truediv__(self, other: Any) -> Handle:
        return self._arithmetic("/", other)

    def __rtruediv__(self, other: Any) -> Handle:
        return self._arithmetic("/", other, turned=True)

    def is_in(self, values: Iterable[Value]) -> Handle:
        """Whether the value is one of `values`."""
        return Handle(In(self.node, _items(values)))

    def not_in(self, values: Iterable[Value]) -> Handle:
        """Whether the value is none of `values`."""
        return Handle(In(self.node, _items(values), negated=True))

    def has(self, value: Value) -> Handle:
        """Whether a field that holds several values, such as ``contact.roles``, holds this one."""
        return Handle(In(Literal(value), self.node))

    def is_none(self) -> Handle:
        """Whether the value is missing."""
        return Handle(IsMissing(self.node))

    def is_not_none(self) -> Handle:
        """Whether the value is there."""
        return Handle(IsMissing(self.node, negated=True))

    def startswith(self, text: str | Handle) -> Handle:
        """Whether the text begins with `text`."""
        return self._method("startswith", text)

    def endswith(self, text: str | Handle) -> Handle:
        """Whether the text ends with `text`."""
        return self._method("endswith", text)

    def contains(self, text: str | Handle) -> Handle:
        """Whether `text` stands anywhere in the text."""
        return self._method("contains", text)

    def lower(self) -> Handle:
        """Turn the text into lower case."""
        return Handle(Method(self.node, "lower"))

    def _compare(self, comparator: Comparator, other: object) -> Handle:
        return Handle(Compare(self.node, ((comparator, as_node(other)),)))

    def _arithmetic(self, operator: Operator, other: object, *, turned: bool = False) -> Handle:
        left, right = (as_node(other), self.node) if turned else (self.node, as_node(other))
        return Handle(Arithmetic(left, operator, right))

    def _method(self, name: MethodName, argument: object) -> Handle:
        return Handle(Method(self.node, name, as_node(argument)))


def as_node(value: object) -> Node:
    """Return the node of a handle, a node itself, or a plain value as a constant.

    Raises
    ------
    ConditionError
        If the value cannot stand in a condition (None, NaN, a list, an object).
    """
    if isinstance(value, Handle):
        return value.node
    if isinstance(value, Node):
        return value
    if value is None:
        raise ConditionError(
            Problem("compared-with-none", "only is_none() and is_not_none() ask whether a value is there", found="None")
        )
    return Literal(value)  # type: ignore[arg-type]


def as_condition(value: object) -> Node:
    """Return the node of a condition given as text, as a handle or as a node.

    Raises
    ------
    ConditionError
        If the text cannot be read, or the node has no text that is within the limits of the language.
    """
    return parse_condition(value) if isinstance(value, str) else in_writing(as_node(value))


def field(name: str) -> Handle:
    """Name a field for a condition: ``field("contact.country").is_in(["ID", "SG"])``.

    Inside a filter (`where=`) name the property alone: ``field("path").startswith("/pricing")``.

    Parameters
    ----------
    name : str
        The name as conditions write it: ``contact.country``, ``score.fit``, ``stage``.

    Raises
    ------
    ConditionError
        If `name` is not a name. Whether it is known is checked by the policy that uses it.
    """
    node = parse_condition(name)
    if not isinstance(node, Name):
        expected = "a name such as company.employees"
        raise ConditionError(Problem("bad-name", "field() takes one name", found=shown(name), expected=expected))
    return Handle(node)


def count(kind: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """How many interactions of a kind there are; 0 if none.

    Parameters
    ----------
    kind : str
        A kind, ``any_interaction``, or a kind with a filter: ``page_viewed[path.startswith('/pricing')]``.
    where : Handle or str, optional
        A filter on the properties of the interaction.
    within : str, optional
        Only those younger than this: ``"90d"`` means ``0 <= age < 90`` days.
    """
    return _history("count", kind, where, within)


def days_since(kind: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """Days (of 24 hours, a real number) since the latest interaction of a kind; missing if there is none.

    Parameters
    ----------
    kind : str
        The kind, such as ``page_viewed``; a filter may follow in brackets.
    where : Handle or str, optional
        A condition on the properties of the interaction.
    within : str, optional
        How far back to look, such as ``30d``; by default as far as the history goes.
    """
    return _history("days_since", kind, where, within)


def sum_of(what: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """Add up a property, ``sum_of("purchase.amount")``; 0 if there is none.

    Parameters
    ----------
    what : str
        The kind and its property, ``purchase.amount``.
    where : Handle or str, optional
        A condition on the properties of the interaction.
    within : str, optional
        How far back to look, such as ``30d``; by default as far as the history goes.
    """
    return _history("sum", what, where, within)


def min_of(what: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """Find the smallest value of a property; missing if there is none.

    The parameters are those of `sum_of`.
    """
    return _history("min", what, where, within)


def max_of(what: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """Find the largest value of a property; missing if there is none.

    The parameters are those of `sum_of`.
    """
    return _history("max", what, where, within)


def first_of(what: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """Find the earliest known value of a property; missing if there is none.

    The parameters are those of `sum_of`.
    """
    return _history("first", what, where, within)


def last_of(what: str, *, where: Handle | str | None = None, within: str | None = None) -> Handle:
    """Find the latest known value of a property; missing if there is none.

    The parameters are those of `sum_of`.
    """
    return _history("last", what, where, within)


def _history(function: HistoryFunction, what: str, where: Handle | str | None, within: str | None) -> Handle:
    prop: str | None = None
    if function in ("count", "days_since"):
        selection = parse_selection(what)
    else:
        selection, prop = parse_property(what)
    if where is not None:
        own, asked = selection.where, as_condition(where)
        selection = Selection(selection.kind, asked if own is None else And((own, asked)))
    return Handle(History(function, selection, prop, None if within is None else _duration(within)))


def _duration(text: str) -> Duration:
    try:
        return Duration.parse(text)
    except InputError as error:
        raise ConditionError(error.problems) from None


def _items(values: Iterable[Value]) -> Items:
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        hint = f"[{shown(values)}]"
        raise ConditionError(Problem("bad-list", "a list of values is needed", found=shown(values), hint=hint))
    # a set of texts has another order in every process, and the same policy must have the same text
    ordered = sorted(values, key=repr) if isinstance(values, Set) else values
    return Items(tuple(Literal(value) for value in ordered))
