"""Arithmetic over several operands, decided by the solver z3 where bounds of each alone do not.

The solver computes with real numbers and the engines with floating point. So every result may differ from the exact
one as far as rounding can take it: a proof holds for what the engines compute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final, NamedTuple

from leadqual.conditions.nodes import Arithmetic, Compare, History, In, IsMissing, Items, Literal, Name, Negative, Node
from leadqual.conditions.walk import walk
from leadqual.model.catalogue import ValueType
from leadqual.proofs.build import Built
from leadqual.proofs.leaves import Leaves
from leadqual.proofs.ranges import ANY_ANSWER, FALSE, TRUE, UNKNOWN
from leadqual.proofs.scope import days
from leadqual.proofs.selections import covers
from leadqual.proofs.solve import Asked
from leadqual.proofs.trees import Joined, Missing, Opposite, State, Tree, atoms_of, operands_of, tree_of
from leadqual.proofs.variables import Variable

_ROUNDING: Final = 2.0**-53
_WHOLE: Final = 2**53
"""Up to here whole numbers are exact as floats."""
_LEAST: Final = 1e-300
_OVERFLOW: Final = 1e308
_WORK: Final = 3_000_000
"""How much work the solver may do, in its own measure, which does not depend on the machine."""


class Undecided(Exception):
    """Why a case could not be decided."""


class _Number(NamedTuple):
    """A number: whether it is there, what it is, whether it is whole by type, and what it is as a float."""

    there: Any
    value: Any
    whole: Any
    rounded: Any


def is_impossible(conditions: Built, state: State, asked: Asked) -> bool:
    """Return whether it is proved that no values in these cells give the answers asked for.

    Raises
    ------
    Undecided
        If z3 is needed and not installed.
    """
    if not any(_computes(atom) for node, _ in asked for atom in atoms_of(node)):
        return False
    try:
        import z3  # noqa: PLC0415 - optional
    except ImportError:
        raise Undecided("this is arithmetic over several names: install leadqual[proofs], which brings z3") from None
    return _Encoded(z3, conditions, state).is_impossible(asked)


def _computes(atom: Node) -> bool:
    """Return whether a condition compares several operands, or computes."""
    computes = any(isinstance(part, Arithmetic) for part in walk(atom))
    return isinstance(atom, Compare | In | IsMissing) and (computes or len(operands_of(atom)) > 1)


@dataclass
class _Encoded:
    """Cells and conditions in the words of the solver."""

    z3: Any
    conditions: Built
    state: State
    numbers: dict[Node, _Number] = field(default_factory=dict)
    facts: list[Any] = field(default_factory=list)
    constants: set[float] = field(default_factory=set)
    count: int = 0

    def is_impossible(self, asked: Asked) -> bool:
        """Return whether the conditions have no such answers."""
        z3 = self.z3
        solver = z3.Solver()
        solver.set("rlimit", _WORK)
        self.constants = {
            float(part.value)
            for node, _ in asked
            for part in walk(node)
            if isinstance(part, Literal) and part.type == "number"
        }
        for variable, bits in zip(self.conditions.variables, self.state, strict=True):
            if variable.type is ValueType.NUMBER:
                self.numbers[variable.operand] = self._operand(variable, bits)
        self._order()
        for node, answers in asked:
            true, false = self._answers(tree_of(node, _Leaf))
            options = [(TRUE, true), (FALSE, false), (UNKNOWN, z3.And(z3.Not(true), z3.Not(false)))]
            solver.add(z3.Or([option for bit, option in options if answers & bit]))
        solver.add(self.facts)
        return bool(solver.check() == z3.unsat)

    def _operand(self, variable: Variable, bits: int) -> _Number:
        """Return an operand that lies in one of its cells."""
        z3 = self.z3
        self.count += 1
        counts = self.conditions.scope.is_whole(variable.operand)
        value = z3.ToReal(z3.Int(f"n{self.count}")) if counts else z3.Real(f"x{self.count}")
        there = z3.Bool(f"there{self.count}")
        bounds = self.conditions.scope.bounds(variable.operand)
        places = []
        for cell in variable.chosen(bits):
            low, high = cell.low, cell.high
            if cell.value is None:
                places.append(z3.Not(there))
            elif low is not None and low == high:
                places.append(z3.And(there, value == self._exact(low)))
            else:
                least = value > self._exact(low) if low is not None else value >= self._exact(max(bounds[0], -1e300))
                most = value < self._exact(high) if high is not None else value <= self._exact(min(bounds[1], 1e300))
                places.append(z3.And(there, least, most))
        self.facts.append(z3.Or(places))
        is_float = str(variable.operand).startswith(("score.", "days_in_stage", "days_since"))
        whole = z3.BoolVal(True) if counts else z3.BoolVal(False) if is_float else z3.Bool(f"whole{self.count}")
        return self._with_float(there, value, whole)

    def _with_float(self, there: Any, value: Any, whole: Any) -> _Number:
        """Return a number with its float: the same but for whole numbers that no float holds."""
        z3 = self.z3
        self.count += 1
        rounded = z3.Real(f"f{self.count}")
        self.facts.append(z3.Implies(z3.Or(z3.Not(whole), self._size(value) <= _WHOLE), rounded == value))
        self.facts.append(self._size(rounded - value) <= self._exact(_ROUNDING) * self._size(value))
        return _Number(there, value, whole, rounded)

    def _order(self) -> None:
        """Say that rounding keeps the order, and that fewer are counted in a shorter window."""
        z3 = self.z3
        for (a, one), (b, other) in combinations(self.numbers.items(), 2):
            self.facts.append(z3.Implies(one.value <= other.value, one.rounded <= other.rounded))
            self.facts.append(z3.Implies(one.value >= other.value, one.rounded >= other.rounded))
            for part, whole in ((a, b), (b, a)):
                if _is_part(part, whole, self.conditions):
                    self.facts.append(self.numbers[part].value <= self.numbers[whole].value)

    def _size(self, value: Any) -> Any:
        return self.z3.If(value >= 0, value, -value)

    def _exact(self, value: float) -> Any:
        top, bottom = (int(value), 1) if isinstance(value, int) else float(value).as_integer_ratio()
        return self.z3.Q(top, bottom)

    # Conditions: whether they are true, and whether they are false; unknown is neither.

    def _answers(self, tree: Tree | _Leaf) -> tuple[Any, Any]:
        z3 = self.z3
        match tree:
            case Joined(items, either):
                parts = [self._answers(item) for item in items]
                trues, falses = [true for true, _ in parts], [false for _, false in parts]
                return (z3.Or(trues), z3.And(falses)) if either else (z3.And(trues), z3.Or(falses))
            case Opposite(item):
                true, false = self._answers(item)
                return false, true
            case Missing(item, negated):
                known = z3.Or(self._answers(item))
                return (known, z3.Not(known)) if negated else (z3.Not(known), known)
            case _Leaf(atom):
                return self._leaf(atom)
            case _:
                raise AssertionError(f"{tree} is no condition")

    def _leaf(self, atom: Node) -> tuple[Any, Any]:
        z3 = self.z3
        match atom:
            case Compare(first, ((sign, second),)) if self._is_number(first) and self._is_number(second):
                left, right = self._number(first), self._number(second)
                there, holds = z3.And(left.there, right.there), _COMPARED[sign](left.value, right.value)
                return z3.And(there, holds), z3.And(there, z3.Not(holds))
            case IsMissing(operand, negated) if self._is_number(operand):
                there = self._number(operand).there
                return (there, z3.Not(there)) if negated else (z3.Not(there), there)
            case In(item, Items(values), negated) if self._is_number(item):
                found = self._number(item)
                among = z3.Or([found.value == self._exact(float(value.value)) for value in values])
                inside, outside = z3.And(found.there, among), z3.And(found.there, z3.Not(among))
                return (outside, inside) if negated else (inside, outside)
            case _:
                return self._bounded(atom)

    def _bounded(self, atom: Node) -> tuple[Any, Any]:
        """Return any answer that the cells allow."""
        z3 = self.z3
        mask = Leaves(self.conditions.scope, self.conditions.places).leaf(atom).mask(self.state)
        self.count += 1
        true, false = z3.Bool(f"true{self.count}"), z3.Bool(f"false{self.count}")
        self.facts.append(z3.Not(z3.And(true, false)))
        allowed = [(TRUE, true), (FALSE, false), (UNKNOWN, z3.And(z3.Not(true), z3.Not(false)))]
        self.facts.append(z3.Or([option for bit, option in allowed if mask & bit]))
        return true, false

    def _is_number(self, node: Node) -> bool:
        """Return whether an expression is a number that adds, or multiplies by constants."""
        match node:
            case Literal():
                return node.type == "number"
            case Name() | History():
                return node in self.numbers
            case Negative(operand):
                return self._is_number(operand)
            case Arithmetic(left, sign, right):
                linear = sign in "+-" or isinstance(right, Literal) or (sign == "*" and isinstance(left, Literal))
                return linear and self._is_number(left) and self._is_number(right)
            case _:
                return False

    def _number(self, node: Node) -> _Number:
        z3 = self.z3
        match node:
            case Literal(value):
                number = self._exact(float(value))
                return _Number(z3.BoolVal(True), number, z3.BoolVal(isinstance(value, int)), number)
            case Negative(operand):
                found = self._number(operand)
                return _Number(found.there, -found.value, found.whole, -found.rounded)
            case Arithmetic(left, sign, right):
                return self._computed(self._number(left), sign, self._number(right))
            case _:
                return self.numbers[node]

    def _computed(self, a: _Number, sign: str, b: _Number) -> _Number:
        """Return what an engine may compute: exactly from whole numbers, else rounded."""
        z3 = self.z3
        divides = sign == "/"
        there = z3.And(a.there, b.there, b.value != 0) if divides else z3.And(a.there, b.there)
        whole = z3.BoolVal(False) if divides else z3.And(a.whole, b.whole)
        exact, of_floats = _COMPUTED[sign](a.value, b.value), _COMPUTED[sign](a.rounded, b.rounded)
        # The quotient of two whole numbers is rounded once, from what they are.
        unrounded = z3.If(z3.And(a.whole, b.whole), exact, of_floats) if divides else of_floats
        self.count += 1
        result, fits = z3.Real(f"r{self.count}"), z3.Bool(f"fits{self.count}")
        slack = self._exact(_ROUNDING) * self._size(unrounded) + (0 if sign in "+-" else self._exact(_LEAST))
        near = self._size(result - unrounded) <= slack
        self.facts.append(z3.If(whole, result == exact, near))
        for constant in self.constants:
            limit = self._exact(constant)
            self.facts.append(z3.Implies(z3.And(z3.Not(whole), unrounded <= limit), result <= limit))
            self.facts.append(z3.Implies(z3.And(z3.Not(whole), unrounded >= limit), result >= limit))
        self.facts.append(z3.Or(fits, self._size(unrounded) >= self._exact(_OVERFLOW)))
        return self._with_float(z3.And(there, fits), result, whole)


@dataclass(frozen=True)
class _Leaf:
    """A smallest part of a condition, left as it is."""

    atom: Node

    def mask(self, state: State) -> int:
        return ANY_ANSWER

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        return None


def _is_part(part: Node, whole: Node, conditions: Built) -> bool:
    """Return whether what one question counts is counted by another too."""
    if not (isinstance(part, History) and isinstance(whole, History) and part.function == whole.function == "count"):
        return False
    return days(part) <= days(whole) and covers(whole.selection, part.selection, conditions.scope)


_COMPARED: Final[dict[str, Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_COMPUTED: Final[dict[str, Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}
