"""An operand of a condition with the cells that its values lie in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from leadqual.conditions.nodes import Arithmetic, Compare, History, In, Items, Literal, Name, Negative, Node
from leadqual.conditions.walk import walk
from leadqual.model.catalogue import ValueType
from leadqual.model.time import from_micros
from leadqual.proofs.cells import Cell, number_cells
from leadqual.proofs.ranges import ABSENT, SOMETHING, Range, both, range_of
from leadqual.proofs.scope import Scope, days
from leadqual.proofs.texts import Probe, answers_together, asked_by, list_for, text_for

_MOST_COUNTED: Final = 6
"""Up to here every whole number is a cell of its own, where counts are added."""

_MISSING: Final = Cell(None)


@dataclass(frozen=True, eq=False)
class Variable:
    """An operand with its cells, a bit for each.

    Parameters
    ----------
    operand : Node
        A name, or a question to the history.
    cells : tuple of Cell
        Every value lies in one of them.
    ranges : tuple of Range
        The bounds of each.
    type : ValueType
        What it holds.
    """

    operand: Node
    cells: tuple[Cell, ...]
    ranges: tuple[Range, ...]
    type: ValueType

    @property
    def all(self) -> int:
        """The bits of all cells."""
        return (1 << len(self.cells)) - 1

    def chosen(self, bits: int) -> list[Cell]:
        """Return the cells of some bits."""
        return [cell for number, cell in enumerate(self.cells) if bits >> number & 1]

    def range(self, bits: int) -> Range:
        """Return the bounds of some cells."""
        found = Range(float("inf"), float("-inf"), False, False)
        for number, one in enumerate(self.ranges):
            if bits >> number & 1:
                found = both(found, one)
        return found


def variable_of(operand: Node, scope: Scope, atoms: Sequence[Node], more: Iterable[float]) -> Variable:
    """Return an operand with its cells.

    Parameters
    ----------
    atoms : sequence of Node
        The conditions without ``and``, ``or`` and ``not`` in which it stands.
    more : iterable of float
        Further numbers at which it is cut.
    """
    entry = scope.entry(operand)
    cells = list(_cells(operand, scope, atoms, more))
    if scope.can_be_missing(operand):
        cells.append(_MISSING)
    bounds, whole = scope.bounds(operand), scope.is_whole(operand)
    if entry.type is ValueType.NUMBER:
        ranges = tuple(range_of(cell, bounds, whole=whole) for cell in cells)
    else:
        ranges = tuple(ABSENT if cell.value is None else SOMETHING for cell in cells)
    kept = [number for number, one in enumerate(ranges) if one.missing or one.low <= one.high]
    return Variable(operand, tuple(cells[n] for n in kept), tuple(ranges[n] for n in kept), entry.type)


def _cells(operand: Node, scope: Scope, atoms: Sequence[Node], more: Iterable[float]) -> Iterator[Cell]:
    entry = scope.entry(operand)
    match entry.type:
        case ValueType.NUMBER:
            cuts = {*more, *_cuts(operand, atoms)}
            scored = operand in scope.score_names
            whole = scope.is_whole(operand)
            yield from _counts(cuts) if whole else _numbers(cuts, scope.bounds(operand), scored=scored)
        case ValueType.BOOLEAN:
            yield from (Cell(True), Cell(False))
        case ValueType.INSTANT:
            yield Cell(from_micros(0), other=True)
        case ValueType.TEXTS:
            probes = _probes(operand, atoms)
            for claims in answers_together(probes):
                yield Cell(list_for(claims), other=True, claims=claims)
        case _ if entry.values is not None:
            yield from (Cell(value) for value in entry.values)
        case _:
            yield from _texts(_probes(operand, atoms))


def _probes(operand: Node, atoms: Sequence[Node]) -> list[Probe]:
    asked = [found for atom in atoms if (found := asked_by(atom, operand)) is not None]
    return list(dict.fromkeys(probe for one in asked for probe in one.probes))


def _texts(probes: Sequence[Probe]) -> Iterator[Cell]:
    named = [probe for probe in probes if probe.method == "eq" and not probe.lowered]
    yield from (Cell(probe.text) for probe in named)
    unnamed = tuple((probe, False) for probe in named)
    for claims in answers_together([probe for probe in probes if probe not in named]):
        told = (*unnamed, *claims)
        text = text_for(told)
        yield Cell("" if text is None else text, other=True, claims=told)


def _numbers(cuts: Iterable[float], bounds: tuple[float, float], *, scored: bool) -> list[Cell]:
    """Return what the numbers between two bounds are cut into."""
    low, high = bounds
    inside = {cut for cut in cuts if low <= cut <= high}
    return number_cells(inside | (set(bounds) if scored else {0.0} if low == 0 else set()))


def _counts(cuts: Iterable[float]) -> Iterator[Cell]:
    """Yield what the whole numbers from 0 on are cut into."""
    ends = sorted({0, *(int(cut) for cut in cuts if 0 <= cut < 1e15)})
    for left, right in pairwise(ends):
        yield Cell(left, left, left)
        if right - left > 1:
            yield Cell(left + 1, left, right)
    yield Cell(ends[-1], ends[-1], ends[-1])
    yield Cell(ends[-1] + 1, ends[-1], None)


def _cuts(operand: Node, atoms: Sequence[Node]) -> Iterator[float]:
    if isinstance(operand, History) and operand.function in ("days_since", "sum"):
        yield 0.0
        if operand.within is not None and operand.function == "days_since":
            yield days(operand)
    for atom in atoms:
        match atom:
            case Compare(first, ((_, second),)):
                yield from _cuts_of_comparison(operand, first, second)
            case In(item, Items(values)):
                for value in values:
                    yield from _cuts_of_comparison(operand, item, value)
            case _:
                continue  # no other condition holds numbers against each other


def _cuts_of_comparison(operand: Node, first: Node, second: Node) -> Iterator[float]:
    parts = [*walk(first), *walk(second)]
    if operand not in parts:
        return
    constants = [float(part.value) for part in parts if isinstance(part, Literal) and part.type == "number"]
    yield from constants
    operands = {part for part in parts if isinstance(part, Name | History)}
    if operands == {operand}:
        left, right = linear(first, operand), linear(second, operand)
        if left is not None and right is not None and left[0] != right[0]:
            yield (right[1] - left[1]) / (left[0] - right[0])
    elif isinstance(operand, History) and operand.function == "count":
        most = max((constant for constant in constants if constant >= 0), default=0.0)
        yield from (float(number) for number in range(int(min(most, _MOST_COUNTED)) + 1))


def linear(node: Node, operand: Node) -> tuple[float, float] | None:
    """Return the factor and the rest of an expression in one operand; None if it is not of that form."""
    match node:
        case _ if node == operand:
            return 1.0, 0.0
        case Literal(value):
            return (0.0, float(value)) if node.type == "number" else None
        case Negative(inner):
            found = linear(inner, operand)
            return None if found is None else (-found[0], -found[1])
        case Arithmetic(left, sign, right):
            a, b = linear(left, operand), linear(right, operand)
            return None if a is None or b is None else _combined(a, sign, b)
        case _:
            return None


def _combined(a: tuple[float, float], sign: str, b: tuple[float, float]) -> tuple[float, float] | None:
    match sign:
        case "+":
            return a[0] + b[0], a[1] + b[1]
        case "-":
            return a[0] - b[0], a[1] - b[1]
        case "*" if a[0] == 0 or b[0] == 0:
            return a[0] * b[1] + b[0] * a[1], a[1] * b[1]
        case "/" if b[0] == 0 and b[1] != 0:
            return a[0] / b[1], a[1] / b[1]
        case _:
            return None
