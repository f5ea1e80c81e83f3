"""Questions to the history, compiled: which interactions are meant is settled once, each answer is a search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from leadqual.conditions.nodes import ANY_INTERACTION, History, Selection
from leadqual.engines.compile import Compiled, compile_node
from leadqual.engines.reference import in_one_currency
from leadqual.engines.series import EMPTY, Series, let_through
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.model.time import DAY
from leadqual.policy.document import PolicyDocument
from leadqual.policy.fields import AtMost

if TYPE_CHECKING:
    from leadqual.engines.view import View

Answer: TypeAlias = "Callable[[View, int], Any]"
"""From a view and an instant to the answer of a question."""


@dataclass(frozen=True, slots=True)
class _Question:
    """Which interactions, which property of them, and how many of them count."""

    selection: Selection
    property: str | None
    at_most: AtMost | None


class Questions:
    """Every question that a policy puts to a history, each with its place among the series of a view."""

    def __init__(self, policy: PolicyDocument) -> None:
        self._policy = policy
        self._slots: dict[_Question, int] = {}
        self._filters: list[tuple[_Question, Compiled | None]] = []

    def __len__(self) -> int:
        return len(self._filters)

    def answer(self, question: History) -> Answer:
        """Return the function that answers a question."""
        slot = self.slot(question.selection, question.property)
        within = None if question.within is None else question.within.micros
        ask = _ANSWERS[question.function]
        return lambda view, now: ask(self.series(view, slot), now, within)

    def slot(self, selection: Selection, prop: str | None = None, at_most: AtMost | None = None) -> int:
        """Return the place of a question's series in every view."""
        question = _Question(selection, prop, at_most)
        if question not in self._slots:
            self._slots[question] = len(self._filters)
            keep = None if selection.where is None else compile_node(selection.where, Row(selection.kind))
            self._filters.append((question, keep))
        return self._slots[question]

    def series(self, view: View, slot: int) -> Series:
        """Return the interactions that a question is about, indexed when they are first asked for."""
        series = view.series[slot]
        if series is None:
            series = view.series[slot] = self._built(view, *self._filters[slot])
        return series

    def _built(self, view: View, question: _Question, keep: Compiled | None) -> Series:
        kind = question.selection.kind
        chosen: Sequence[Interaction] = view.history if kind == ANY_INTERACTION else view.by_kind.get(kind, ())
        if keep is not None:
            chosen = [one for one in chosen if keep(one) is True]
        if not chosen:
            return EMPTY
        if question.property is None:
            times = [one.instant for one in chosen]
            return Series(times if question.at_most is None else let_through(times, question.at_most))
        entry = self._policy.catalogue.properties(kind)[question.property]
        known = [(one, one.value(question.property)) for one in chosen]
        known = [(one, in_one_currency(self._policy, entry, one, value)) for one, value in known if value is not None]
        return Series([one.instant for one, _ in known], [value for _, value in known])


class Row:
    """The scope of a filter: the properties of one interaction of a kind."""

    def __init__(self, kind: str) -> None:
        self._is_typed = kind in BUILT_IN

    def name(self, path: str) -> Compiled:
        # Whatever is of a built-in kind is of its class, which has the property as an attribute.
        return attrgetter(path) if self._is_typed else methodcaller("value", path)

    def history(self, question: History) -> Compiled:
        raise AssertionError(f"the check of types refuses {question} inside a filter")


def _count(series: Series, now: int, within: int | None) -> int:
    start, end = series.span(now, within)
    return end - start


def _days_since(series: Series, now: int, within: int | None) -> float | None:
    start, end = series.span(now, within)
    return (now - series.times[end - 1]) / DAY if end > start else None


def _first(series: Series, now: int, within: int | None) -> Any:
    start, end = series.span(now, within)
    return series.values[start] if end > start else None


def _last(series: Series, now: int, within: int | None) -> Any:
    start, end = series.span(now, within)
    return series.values[end - 1] if end > start else None


_ANSWERS: Final[Mapping[str, Callable[[Series, int, int | None], Any]]] = {
    "count": _count,
    "days_since": _days_since,
    "sum": Series.total,
    "min": lambda series, now, within: series.extreme(now, within, largest=False),
    "max": lambda series, now, within: series.extreme(now, within, largest=True),
    "first": _first,
    "last": _last,
}
