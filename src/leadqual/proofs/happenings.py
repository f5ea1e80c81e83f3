"""A history whose counts, sums and days lie in given cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from leadqual.conditions.nodes import ANY_INTERACTION, History, Name, Node, Selection
from leadqual.model.derived import PURCHASE
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import DAY
from leadqual.proofs.cells import Cell
from leadqual.proofs.making import Maker
from leadqual.proofs.profiles import Choose
from leadqual.proofs.scope import Scope
from leadqual.proofs.selections import covers
from leadqual.proofs.texts import Probe

_INTEREST: Final = "form_submitted"
_MOST: Final = 60
"""No history is built with more interactions of one sort."""


class Happenings:
    """Builds a history, question by question: those about the fewest interactions first.

    Parameters
    ----------
    scope : Scope
        The policy's names.
    maker : Maker
        How interactions are made.
    now : int
        The instant that is looked at, in UTC microseconds.
    choose : callable
        Picks among values.
    """

    def __init__(self, scope: Scope, maker: Maker, now: int, choose: Choose) -> None:
        self._scope = scope
        self._maker = maker
        self._now = now
        self._choose = choose
        self._made: list[tuple[Selection, Interaction]] = []

    def of(self, cells: Mapping[Node, Cell]) -> list[Interaction] | None:
        """Return interactions such that questions are answered from their cells; None if some could not be made."""
        questions = [(operand, cell) for operand, cell in cells.items() if isinstance(operand, History)]
        selections = dict.fromkeys(question.selection for question, _ in questions)
        for selection in sorted(selections, key=self._breadth):
            own = [(question, cell) for question, cell in questions if question.selection == selection]
            if not self._answer(selection, own):
                return None
        if not self._add_roles(cells):
            return None
        return [one for _, one in self._made]

    def _breadth(self, selection: Selection) -> tuple[bool, bool]:
        return selection.kind == ANY_INTERACTION, selection.where is None

    def _answer(self, selection: Selection, own: Sequence[tuple[History, Cell]]) -> bool:
        """Make what the questions about one selection ask for."""
        counts = [(question, cell) for question, cell in own if question.function == "count"]
        latest = self._latest([(q, cell) for q, cell in own if q.function == "days_since"])
        aggregates = [(q, cell) for q, cell in own if q.property is not None]
        for question, cell in sorted(aggregates, key=lambda item: item[0].function != "sum"):
            if not self._aggregate(question, cell, latest):
                return False
        for question, cell in sorted(counts, key=lambda item: _length(item[0])):
            known = self._known(selection, _length(question))
            options = [number for number in (known, *_whole(cell.values())) if known <= number <= _MOST]
            options = [number for number in dict.fromkeys(options) if cell.holds(number)]
            if not options:
                return False
            missing = self._choose(options) - known
            age = max(latest or 0, self._least_age(counts, question))
            if missing and age >= _length(question):
                return False
            for _ in range(missing):
                if not self._happen(selection, age):
                    return False
        if latest is not None and not any(self._now - one.instant == latest for _, one in self._made_of(selection)):
            return self._happen(selection, latest)
        return True

    def _latest(self, own: Sequence[tuple[History, Cell]]) -> int | None:
        """Return the age of the latest interaction of a selection; None if nothing asks for one."""
        for _, cell in own:
            ages = [value for value in cell.values() if value is not None and value >= 0]
            if ages:
                return round(float(self._choose(ages)) * DAY)
        return None

    def _least_age(self, counts: Sequence[tuple[History, Cell]], question: History) -> int:
        """Return how old further interactions of a longer window have to be so as not to lie in a shorter one."""
        shorter = [_length(other) for other, _ in counts if _length(other) < _length(question)]
        return int(max(shorter, default=0))

    def _known(self, selection: Selection, window: float) -> int:
        return sum(1 for _, one in self._made_of(selection) if self._now - one.instant < window)

    def _made_of(self, selection: Selection) -> Iterator[tuple[Selection, Interaction]]:
        return ((other, one) for other, one in self._made if covers(selection, other, self._scope))

    def _happen(self, selection: Selection, age: int, more: Mapping[str, Any] | None = None) -> bool:
        one = self._maker.one(selection, self._now - age, more)
        if one is not None:
            self._made.append((selection, one))
        return one is not None

    def _aggregate(self, question: History, cell: Cell, latest: int | None) -> bool:
        """Make an interaction with a property that answers a question, unless what was made answers it."""
        known = [one.value(str(question.property)) for _, one in self._made_of(question.selection)]
        known = [value for value in known if value is not None]
        if cell.holds(_aggregated(question.function, known)):
            return True
        values = [value for value in cell.values() if value is not None and cell.holds(value)]
        if not values:
            return False
        value = self._choose(values)
        if question.function == "sum" and known:
            value -= sum(known)
        length = _length(question)
        age = latest or 0
        return age < length and self._happen(question.selection, age, {str(question.property): value})

    def _add_roles(self, cells: Mapping[Node, Cell]) -> bool:
        """Buy, or show an interest, where a role asks for it."""
        customer, roles = cells.get(Name("contact.is_customer")), cells.get(Name("contact.roles"))
        said = {} if roles is None else dict(roles.claims or (roles.parts[0].claims if roles.parts else ()))
        buys = (customer is not None and customer.value is True) or said.get(Probe("has", "customer"), False)
        meaning = self._scope.policy.meaning
        if buys and not any(one.kind in meaning.purchases for _, one in self._made):
            kind = PURCHASE if PURCHASE in meaning.purchases else min(meaning.purchases)
            if not self._happen_unseen(Selection(kind), cells):
                return False
        if said.get(Probe("has", "lead"), False) and not any(meaning.is_interest(one) for _, one in self._made):
            return self._happen_unseen(Selection(_INTEREST), cells)
        return True

    def _happen_unseen(self, selection: Selection, cells: Mapping[Node, Cell]) -> bool:
        """Make an interaction that is as old as it takes to change no count that is settled."""
        age = 0.0
        for question, cell in cells.items():
            if isinstance(question, History) and covers(question.selection, selection, self._scope):
                counted = self._known(question.selection, _length(question))
                if question.function == "count" and not cell.holds(counted + 1):
                    age = max(age, _length(question))
        return age < float("inf") and self._happen(selection, int(age))


def _length(question: History) -> float:
    return float("inf") if question.within is None else question.within.micros


def _whole(values: Iterable[Any]) -> list[int]:
    return [int(value) for value in values if value is not None and value >= 0 and float(value).is_integer()]


def _aggregated(function: str, known: Sequence[Any]) -> Any:
    if function == "sum":
        return sum(known)
    if not known:
        return None
    return {"min": min, "max": max}[function](known) if function in ("min", "max") else known[0]
