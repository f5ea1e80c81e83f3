"""What a condition is made of: frozen data, with real equality and no operators.

Operators for code live on the handles (`leadqual.conditions.handles`), so that comparing two nodes compares them.
`str(node)` is the text of the condition, and `parse_condition(str(node)) == node`, always.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final
from typing import Literal as OneOf

from leadqual.errors import ConditionError, Problem, shown
from leadqual.model.time import Duration

Value = str | bool | int | float
Comparator = OneOf["==", "!=", "<", "<=", ">", ">="]
Operator = OneOf["+", "-", "*", "/"]
MethodName = OneOf["startswith", "endswith", "contains", "lower"]
HistoryFunction = OneOf["count", "sum", "min", "max", "first", "last", "days_since"]

ANY_INTERACTION: Final = "any_interaction"
"""The kind that stands for every kind."""

LARGEST_INTEGER: Final = 2**53
"""Beyond it a whole number is not exact in a table of 64-bit floats."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text, a number, or ``True`` and ``False``. ``Literal(True) != Literal(1)``."""

    value: Value
    type: str = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what no document could hold, and set the type that tells True from 1."""
        value = self.value
        if isinstance(value, bool):
            kind = "boolean"
        elif isinstance(value, str):
            # a member of an enumeration, or a number of numpy, prints as what no condition could read
            kind, value = "text", str.__str__(value)
        elif isinstance(value, int | float):
            kind, value = "number", int(value) if isinstance(value, int) else float(value)
            if abs(value) > LARGEST_INTEGER if isinstance(value, int) else not math.isfinite(value):
                raise ConditionError(_not_a_literal(value, "a finite number; whole ones up to 2**53"))
        else:
            raise ConditionError(_not_a_literal(value, "text, a number, True or False"))
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "type", kind)

    def __str__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True)
class Items:
    """A list of constants, as after ``in``."""

    values: tuple[Literal, ...]

    def __str__(self) -> str:
        return f"[{', '.join(str(value) for value in self.values)}]"


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the catalogue, such as ``company.employees``, or a property inside a filter."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison, chained where there are several: ``50 <= company.employees < 1000``."""

    first: Node
    rest: tuple[tuple[Comparator, Node], ...]

    def __post_init__(self) -> None:
        """Refuse a comparison with nothing, whose text would be its operand's."""
        if not self.rest:
            raise ConditionError(Problem("not-normal", "a comparison has at least two operands", found=str(self.first)))

    def __str__(self) -> str:
        parts = [_inside(self.first, _ARITHMETIC)]
        parts += [f"{comparator} {_inside(operand, _ARITHMETIC)}" for comparator, operand in self.rest]
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class In:
    """Membership: ``item in [..]``, or ``'partner' in contact.roles``."""

    item: Node
    container: Node
    negated: bool = False

    def __str__(self) -> str:
        word = "not in" if self.negated else "in"
        return f"{_inside(self.item, _ARITHMETIC)} {word} {_inside(self.container, _ARITHMETIC)}"


@dataclass(frozen=True, slots=True)
class IsMissing:
    """``operand is None``; the only question, with its negation, that missing values answer."""

    operand: Node
    negated: bool = False

    def __str__(self) -> str:
        return f"{_inside(self.operand, _ARITHMETIC)} is {'not ' if self.negated else ''}None"


@dataclass(frozen=True, slots=True)
class And:
    """All of several conditions; nested ones are flattened."""

    items: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Flatten, so that there is one node for one text."""
        object.__setattr__(self, "items", _flattened(And, self.items))

    def __str__(self) -> str:
        return " and ".join(_inside(item, _NOT) for item in self.items)


@dataclass(frozen=True, slots=True)
class Or:
    """Any of several conditions; nested ones are flattened."""

    items: tuple[Node, ...]

    def __post_init__(self) -> None:
        """Flatten, so that there is one node for one text."""
        object.__setattr__(self, "items", _flattened(Or, self.items))

    def __str__(self) -> str:
        return " or ".join(_inside(item, _AND) for item in self.items)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition; the opposite of unknown is unknown."""

    item: Node

    def __str__(self) -> str:
        return f"not {_inside(self.item, _NOT)}"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers joined by ``+ - * /``; missing with a missing operand, and on division by zero."""

    left: Node
    operator: Operator
    right: Node

    def __str__(self) -> str:
        level = _ARITHMETIC if self.operator in "+-" else _PRODUCT
        return f"{_inside(self.left, level)} {self.operator} {_inside(self.right, level + 1)}"


@dataclass(frozen=True, slots=True)
class Negative:
    """A number with its sign turned; a constant carries its own sign instead."""

    operand: Node

    def __post_init__(self) -> None:
        """Refuse a constant: ``-5`` is `Literal(-5)`, and nothing else has a sign."""
        if isinstance(self.operand, Literal):
            raise ConditionError(
                Problem("not-normal", "a negative constant is Literal(-5), not Negative(Literal(5))", found=str(self))
            )

    def __str__(self) -> str:
        return f"-{_inside(self.operand, _SIGN)}"


@dataclass(frozen=True, slots=True)
class Method:
    """A text method: ``operand.startswith('x')``, ``.endswith``, ``.contains``, ``.lower()``."""

    operand: Node
    name: MethodName
    argument: Node | None = None

    def __str__(self) -> str:
        return f"{_inside(self.operand, _ATOM)}.{self.name}({'' if self.argument is None else self.argument})"


@dataclass(frozen=True, slots=True)
class Selection:
    """The interactions of a kind, of those the ones for which a filter is true: ``page_viewed[path == '/']``."""

    kind: str
    where: Node | None = None

    def __str__(self) -> str:
        return self.kind if self.where is None else f"{self.kind}[{self.where}]"


@dataclass(frozen=True, slots=True)
class History:
    """A question to the history: ``count(demo_requested, within='30d')``, ``sum(purchase.amount)``."""

    function: HistoryFunction
    selection: Selection
    property: str | None = None
    within: Duration | None = None

    def __str__(self) -> str:
        what = str(self.selection) if self.property is None else f"{self.selection}.{self.property}"
        return f"{self.function}({what})" if self.within is None else f"{self.function}({what}, within='{self.within}')"


Node = Literal | Items | Name | Compare | In | IsMissing | And | Or | Not | Arithmetic | Negative | Method | History
"""Any part of a condition."""

_OR, _AND, _NOT, _COMPARISON, _ARITHMETIC, _PRODUCT, _SIGN, _ATOM = range(8)


def _level(node: Node) -> int:
    match node:
        case Or():
            return _OR
        case And():
            return _AND
        case Not():
            return _NOT
        case Compare() | In() | IsMissing():
            return _COMPARISON
        case Arithmetic(operator="+" | "-"):
            return _ARITHMETIC
        case Arithmetic():
            return _PRODUCT
        case Negative():
            return _SIGN
        case Literal(type="number", value=value) if math.copysign(1.0, value) < 0:  # type: ignore[arg-type]
            return _SIGN
        case Literal(type="number"):
            return _ATOM - 1  # a dot after a number would be read as its decimal point
        case _:
            return _ATOM


def _inside(node: Node, level: int) -> str:
    return str(node) if _level(node) >= level else f"({node})"


def _flattened(cls: type[And] | type[Or], items: tuple[Node, ...]) -> tuple[Node, ...]:
    flat: list[Node] = []
    for item in items:
        if isinstance(item, And | Or) and type(item) is cls:
            flat.extend(item.items)
        else:
            flat.append(item)
    if len(flat) < 2:
        raise ConditionError(Problem("not-normal", f"{cls.__name__} joins at least two conditions", found=shown(items)))
    return tuple(flat)


def _not_a_literal(value: object, expected: str) -> Problem:
    return Problem("bad-literal", "this value cannot stand in a condition", found=shown(value), expected=expected)
