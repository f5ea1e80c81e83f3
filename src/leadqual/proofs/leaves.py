"""The smallest parts of a condition, held against cells: exactly where one operand is read, else within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final

from leadqual.conditions.nodes import (
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
)
from leadqual.engines.compile import Compiled, compile_node
from leadqual.model.catalogue import ValueType
from leadqual.policy.rules import Bands
from leadqual.proofs.cells import Cell
from leadqual.proofs.ranges import ANY_ANSWER, FALSE, SOMETHING, TRUE, UNKNOWN, Range, compared, ranged
from leadqual.proofs.scope import Scope
from leadqual.proofs.texts import asked_by
from leadqual.proofs.trees import Constant, Several, Simple, State, Tree, operands_of
from leadqual.proofs.variables import Variable

_MOST_POINTS: Final = 64
_VALUES: Final = (Literal, Name, History, Arithmetic, Negative)


class _Record:
    """Compiles conditions to functions of a mapping from operands to values."""

    def name(self, path: str) -> Compiled:
        operand = Name(path)
        return lambda record: record[operand]

    def history(self, question: History) -> Compiled:
        return lambda record: record[question]


_RECORD: Final = _Record()


def answer_of(value: Any) -> int:
    """Return the bit of an answer."""
    return UNKNOWN if value is None else TRUE if value else FALSE


@dataclass(frozen=True)
class Leaves:
    """Makes trees of the smallest parts of conditions.

    Parameters
    ----------
    scope : Scope
        What names mean.
    variables : mapping of Node to tuple
        For each operand its place and its cells; a grade is read off the scores behind it.
    """

    scope: Scope
    variables: Mapping[Node, tuple[int, Variable]]

    def leaf(self, atom: Node) -> Tree:
        """Return the tree of a condition without ``and``, ``or`` and ``not``."""
        operands = operands_of(atom)
        behind = list(dict.fromkeys(one for operand in operands for one in self.scope.operands_of(operand)))
        if not behind:
            return Constant(answer_of(compile_node(atom, _RECORD)({})))
        graded = behind != list(operands)
        places = [self.variables[operand] for operand in behind]
        if graded:
            return self._graded(atom, operands, behind, places)
        if len(places) == 1:
            index, variable = places[0]
            read = compile_node(atom, _RECORD)
            return Simple(index, tuple(_in_cell(atom, read, variable, n) for n in range(len(variable.cells))))
        # A single point is easily missed; what is counted is best few.
        later = tuple(0 if self.scope.is_whole(one.operand) else _points(one) for _, one in places)
        return Several(tuple(index for index, _ in places), _Bounded(atom, places).answers, later)

    def _graded(
        self, atom: Node, operands: Sequence[Node], behind: Sequence[Node], places: Sequence[tuple[int, Variable]]
    ) -> Tree:
        """Return the tree of a condition on grades: a score is cut where its grade changes, so each cell has one."""
        read = compile_node(atom, _RECORD)

        def answers(state: State) -> int:
            options = [variable.chosen(state[index]) for index, variable in places]
            found = 0
            for cells in product(*options):
                scores = dict(zip(behind, cells, strict=True))
                record = {operand: self._value(operand, scores) for operand in operands}
                exact = all(isinstance(value, str) or value is None for value in record.values())
                found |= answer_of(read(record)) if exact else ANY_ANSWER
                if found == ANY_ANSWER:
                    break
            return found

        if len(places) > 1:
            return Several(tuple(index for index, _ in places), answers)
        index, variable = places[0]
        state = [0] * (index + 1)
        table = []
        for number in range(len(variable.cells)):
            state[index] = 1 << number
            table.append(answers(state))
        return Simple(index, tuple(table))

    def _value(self, operand: Node, scores: Mapping[Node, Cell]) -> Any:
        """Return the grade that cells of scores give; a cell for anything that is no grade."""
        if not (isinstance(operand, Name) and operand.path.startswith("grade.") and self.scope.bands(operand)):
            return scores[operand]
        return self._grade(operand.path.partition(".")[2], scores)

    def _grade(self, name: str, scores: Mapping[Node, Cell]) -> str | None:
        declared = self.scope.policy.grades[name]
        if not isinstance(declared, Bands):
            row, column = self._grade(declared.rows, scores), self._grade(declared.columns, scores)
            return None if row is None or column is None else declared.cell(row, column)
        cell = scores[Name(f"score.{declared.score}")]
        if cell.value is None:
            return None
        return next((band for band, low in declared.bands.items() if _reaches(cell, low)), None)


def _points(variable: Variable) -> int:
    """Return the cells of single values."""
    return sum(1 << number for number, cell in enumerate(variable.cells) if cell.is_point)


def _reaches(cell: Cell, threshold: float) -> bool:
    """Return whether the numbers of a cell, which is cut at the threshold, lie at it or above."""
    return cell.low is not None and cell.low >= threshold


def _in_cell(atom: Node, read: Compiled, variable: Variable, number: int) -> int:
    """Return the answers of a condition on one operand whose value lies in a cell."""
    cell = variable.cells[number]
    if cell.is_point:
        return answer_of(read({variable.operand: cell.value}))
    if variable.type is ValueType.NUMBER:
        return _bounded(atom, lambda _: variable.ranges[number])
    asked = asked_by(atom, variable.operand)
    if asked is None:
        return _bounded(atom, lambda _: variable.ranges[number])
    said = dict(cell.claims)
    answers = [said.get(probe) for probe in asked.probes]
    if any(answers) or None not in answers:
        return TRUE if any(answers) is not asked.negated else FALSE
    return TRUE | FALSE


def _bounded(atom: Node, read: Callable[[Node], Range]) -> int:
    """Return the answers that a condition may have within the bounds of its operands."""
    match atom:
        case IsMissing(operand, negated):
            found = _expression(operand, read)
            missing, there = (FALSE, TRUE) if negated else (TRUE, FALSE)
            return (missing if found.missing else 0) | (there if found.present else 0)
        case Compare(first, ((sign, second),)):
            left, right = _expression(first, read), _expression(second, read)
            if first == second and isinstance(first, Name | History):
                same = TRUE if sign in ("==", "<=", ">=") else FALSE
                return (same if left.present else 0) | (UNKNOWN if left.missing else 0)
            if SOMETHING[:2] in (left[:2], right[:2]):
                return _anything(left, right)
            return compared(left, sign, right)
        case In(item, Items(values), negated):
            found = _expression(item, read)
            if found[:2] == SOMETHING[:2]:
                return _anything(found)
            masks = [compared(found, "==", ranged(value, read)) for value in values]
            equal = any(mask & TRUE for mask in masks)
            differ = all(mask & FALSE for mask in masks)
            inside, outside = (FALSE, TRUE) if negated else (TRUE, FALSE)
            return (inside if equal else 0) | (outside if differ else 0) | (UNKNOWN if found.missing else 0)
        case _:
            return _anything(*(read(operand) for operand in operands_of(atom)))


def _expression(node: Node, read: Callable[[Node], Range]) -> Range:
    if isinstance(node, Method):
        parts = [read(operand) for operand in operands_of(node)]
        missing, present = any(part.missing for part in parts), all(part.present for part in parts)
        return SOMETHING._replace(missing=missing, present=present)
    return ranged(node, read) if isinstance(node, _VALUES) else SOMETHING._replace(missing=True)


def _anything(*parts: Range) -> int:
    there = TRUE | FALSE if all(part.present for part in parts) else 0
    return there | (UNKNOWN if any(part.missing for part in parts) else 0)


@dataclass(frozen=True)
class _Bounded:
    """A condition on several operands."""

    atom: Node
    places: Sequence[tuple[int, Variable]]

    def answers(self, state: State) -> int:
        """Return the answers it may have: by trying where all cells are single values, else by their bounds."""
        options = [variable.chosen(state[index]) for index, variable in self.places]
        few = prod(map(len, options)) <= _MOST_POINTS
        if few and all(cell.is_point for cells in options for cell in cells):
            return self._tried(options)
        ranges = {variable.operand: variable.range(state[index]) for index, variable in self.places}
        return _bounded(self.atom, ranges.__getitem__)

    def _tried(self, options: Sequence[Sequence[Cell]]) -> int:
        read, found = compile_node(self.atom, _RECORD), 0
        operands = [variable.operand for _, variable in self.places]
        for cells in product(*options):
            found |= answer_of(read(dict(zip(operands, (cell.value for cell in cells), strict=True))))
        return found
