"""The values that matter: a field or a property, cut by the constants against which it is held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Final

from leadqual.model.catalogue import Field, ValueType
from leadqual.proofs.constants import Constants
from leadqual.proofs.texts import Claims

_MOST_PARTS: Final = 3
_SAMPLED: Final = (-1, 0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
_OTHERS: Final = ("ZZ", "QQ", "XX", "ZZZ", "other", "another", "+62800000000", "someone@company.example")


@dataclass(frozen=True, slots=True)
class Cell:
    """Values that no condition tells apart, with one of them.

    Parameters
    ----------
    value : object
        The one that stands for all; None is the cell of what is missing.
    low, high : float or None
        Of numbers: the ends, both the same for a single number; None where there is no end.
    other : bool
        Whether it stands for every value that is named nowhere.
    claims : tuple
        Of texts that are named nowhere: what is true of all of them, and what of none.
    parts : tuple of Cell
        The cells that this one puts together, if it does.
    """

    value: Any
    low: float | None = None
    high: float | None = None
    other: bool = False
    claims: Claims = ()
    parts: tuple[Cell, ...] = ()

    @property
    def is_point(self) -> bool:
        """Whether it is one value, or that there is none."""
        return not (self.other or self.claims or self.parts) and self.low == self.high

    def holds(self, value: Any) -> bool:
        """Return whether a value lies in the cell."""
        if self.parts:
            return any(part.holds(value) for part in self.parts)
        if value is None or self.value is None:
            return value is None and self.value is None
        if self.claims:
            return all(probe.of(value) is said for probe, said in self.claims)
        if self.low is not None and self.low == self.high:
            return bool(value == self.low)
        if self.low is not None or self.high is not None:
            return (self.low is None or value > self.low) and (self.high is None or value < self.high)
        return self.other or bool(value == self.value)

    def values(self) -> Iterator[Any]:
        """Yield some values of the cell: one of each part, and of an open stretch some near its ends."""
        if self.parts:
            yield from (value for part in self.parts for value in part.values())
            return
        yield self.value
        if not self.is_point and (self.low is not None or self.high is not None):
            yield from (value for value in _near(self.low, self.high) if value != self.value and self.holds(value))


def joined(cells: Sequence[Cell]) -> Cell:
    """Return several cells as one."""
    return cells[0] if len(cells) == 1 else Cell(cells[0].value, parts=tuple(cells))


def _near(low: float | None, high: float | None) -> Iterator[float]:
    if low is not None:
        yield from (low + 1, low + 0.5, low + 0.000001, low + 10, low + 1000)
    if high is not None:
        yield from (high - 1, high - 0.5, high - 0.000001, high - 10, high - 1000)


def cells_of(entry: Field, constants: Constants, is_valid: Callable[[Any], bool]) -> list[Cell]:
    """Return the cells of a field's values, in their order; those that the field cannot hold are left out."""
    match entry.type:
        case ValueType.NUMBER:
            numbers = [value for value in constants.values if not isinstance(value, str | bool)]
            cells = number_cells([*numbers, *(() if constants.direct else _SAMPLED)])
        case ValueType.BOOLEAN:
            cells = [Cell(True), Cell(False)]
        case ValueType.TEXTS:
            wanted = list(dict.fromkeys(str(value) for value in constants.values if isinstance(value, str)))
            cells = [*(Cell((one,)) for one in wanted), *([Cell(tuple(wanted))] if len(wanted) > 1 else []), Cell(())]
        case ValueType.TEXT:
            cells = _text_cells(entry, constants)
        case _:
            cells = []
    return [cell for cell in cells if is_valid(cell.value)]


def number_cells(constants: Iterable[float]) -> list[Cell]:
    """Return the cells into which constants cut the numbers: below the first, each of them, and between."""
    ends = sorted(set(constants))
    if not ends:
        return [Cell(1, other=True)]
    cells = [Cell(plain_number(ends[0] - 1), None, ends[0])]
    for low, high in pairwise(ends):
        cells += [Cell(plain_number(low), low, low), Cell(_middle(low, high), low, high)]
    return [*cells, Cell(plain_number(ends[-1]), ends[-1], ends[-1]), Cell(plain_number(ends[-1] + 1), ends[-1], None)]


def _middle(low: float, high: float) -> float:
    whole = int(low) + 1
    return whole if low < whole < high else (low + high) / 2


def plain_number(value: float) -> float:
    """Return a number as people write it: a whole one without a fraction."""
    return int(value) if float(value).is_integer() and abs(value) <= 2**53 else value


def _text_cells(entry: Field, constants: Constants) -> list[Cell]:
    named = [str(value) for value in constants.values if isinstance(value, str)]
    made = [_joined(parts) for size in range(1, _MOST_PARTS + 1) for parts in combinations(constants.parts, size)]
    texts = list(dict.fromkeys([*named, *made]))
    if entry.values is not None:
        texts = [text for text in texts if text in entry.values]
    others = [text for text in (entry.values or _OTHERS) if not _is_told(text, texts, constants)]
    return [*(Cell(text) for text in texts), *(Cell(text, other=True) for text in others)]


def parts_are_covered(constants: Constants) -> bool:
    """Return whether every combination of the parts that a text is searched for was made."""
    methods = [method for method, _ in constants.parts]
    return len(methods) <= _MOST_PARTS and methods.count("startswith") <= 1 and methods.count("endswith") <= 1


def _joined(parts: Sequence[tuple[str, str]]) -> str:
    """Return a text that begins with, holds and ends with what is asked for."""
    order = ("startswith", "contains", "endswith")
    return "".join(text for method in order for wanted, text in parts if wanted == method)


def _is_told(text: str, named: Sequence[str], constants: Constants) -> bool:
    """Return whether a condition may tell a text from one that is named nowhere."""
    small = text.lower()
    found = {"startswith": small.startswith, "endswith": small.endswith, "contains": small.__contains__}
    return text in named or any(found[method](part.lower()) for method, part in constants.parts if method in found)


def first_others(cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells with one alone of those that are named nowhere."""
    kept: list[Cell] = []
    for cell in cells:
        if not (cell.other and any(known.other for known in kept)):
            kept.append(cell)
    return kept


def in_words(cells: Sequence[Cell], working: Sequence[Cell]) -> str:
    """Return in words which values work, of the cells that there are: ``is at least 50``."""
    if len(working) == len(cells) and len(cells) > 1:
        return "is known, whatever it is"
    if all(cell.low is None and cell.high is None for cell in cells):
        return _texts_in_words(cells, working)
    return " or ".join(_run_in_words(run) for run in _runs(cells, working))


def _texts_in_words(cells: Sequence[Cell], working: Sequence[Cell]) -> str:
    if any(cell.other for cell in working):
        bad = [repr(cell.value) for cell in cells if cell not in working]
        return f"is another than {', '.join(bad)}" if bad else "is known, whatever it is"
    if any(isinstance(cell.value, tuple) for cell in working):
        return " or ".join(f"holds {', '.join(map(repr, c.value))}" if c.value else "is empty" for c in working)
    if len(working) == 1:
        value = working[0].value
        return f"is {str(value).lower() if isinstance(value, bool) else repr(value)}"
    return f"is one of {', '.join(repr(cell.value) for cell in working)}"


def _runs(cells: Sequence[Cell], working: Sequence[Cell]) -> list[list[Cell]]:
    """Return the working cells in runs of neighbours."""
    runs: list[list[Cell]] = []
    before = -2
    for number, cell in enumerate(cells):
        if cell in working:
            if number == before + 1:
                runs[-1].append(cell)
            else:
                runs.append([cell])
            before = number
    return runs


def _run_in_words(run: Sequence[Cell]) -> str:
    first, last = run[0], run[-1]
    parts = []
    if first.low is not None and first.low == last.high:
        return f"is {first.low:g}"
    if first.low is not None:
        parts.append(f"at least {first.low:g}" if first.low == first.high else f"above {first.low:g}")
    if last.high is not None:
        parts.append(f"at most {last.high:g}" if last.low == last.high else f"below {last.high:g}")
    return f"is {' and '.join(parts)}" if parts else "is known, whatever it is"
