"""The interactions that a selection tells apart: those that it means and those that it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any, Final

from leadqual.conditions.nodes import ANY_INTERACTION, Name, Selection
from leadqual.conditions.walk import names
from leadqual.engines.reference import Situation, selected
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.proofs.build import built
from leadqual.proofs.constants import constants_of
from leadqual.proofs.making import PLAIN
from leadqual.proofs.scope import Scope
from leadqual.testing.mutation.search.maker import Maker
from leadqual.testing.mutation.search.story import Event

_MOST: Final = 60
_MOST_OF_ONE_NAME: Final = 8


class Forms:
    """The forms of events that selections tell apart.

    Parameters
    ----------
    policy : Policy
        Whose kinds they are.
    maker : Maker
        Makes them.
    """

    def __init__(self, policy: Policy, maker: Maker) -> None:
        self._policy = policy
        self._maker = maker
        self._nobody = Contact(id="nobody")
        self._known: dict[Selection, list[tuple[Event, bool]]] = {}

    def of(self, selection: Selection) -> list[tuple[Event, bool]]:
        """Return events that a selection tells apart, each with whether it is meant; those that are meant first."""
        if selection not in self._known:
            found = list(islice(self._made(selection), _MOST))
            self._known[selection] = sorted(found, key=lambda pair: (not pair[1], len(pair[0].properties)))
        return self._known[selection]

    def meant(self, selection: Selection) -> list[Event]:
        """Return events that a selection means."""
        return [event for event, is_meant in self.of(selection) if is_meant]

    def with_value(self, selection: Selection, name: str, value: Any) -> Iterator[Event]:
        """Yield events that a selection means and that have a value in a property."""
        for event in self.meant(selection) or [Event(selection.kind)]:
            given = Event(event.kind, (*((n, v) for n, v in event.properties if n != name), (name, value)))
            if self._maker.can_be(given) and self._is_meant(selection, given):
                yield given

    def _made(self, selection: Selection) -> Iterator[tuple[Event, bool]]:
        cells = self._cells(selection)
        for kind in self._kinds(selection):
            for values in product(*cells.values()):
                given = tuple((name, value) for name, value in zip(cells, values, strict=True) if value is not None)
                event = Event(kind, given)
                if self._maker.can_be(event):
                    yield event, self._is_meant(selection, event)

    def _kinds(self, selection: Selection) -> list[str]:
        """Return the kinds that a selection can mean: those that its filter names, and one that it does not."""
        if selection.kind != ANY_INTERACTION:
            return [selection.kind]
        named = [] if selection.where is None else [str(v) for v in constants_of("kind", [selection.where]).values]
        known = self._policy.catalogue.kinds
        other = next((kind for kind in (PLAIN, *known) if kind in known and kind not in named), None)
        return [*(kind for kind in dict.fromkeys(named) if kind in known), *([] if other is None else [other])]

    def _cells(self, selection: Selection) -> Mapping[str, list[Any]]:
        """Return the values of each property that a filter reads, none first; a kind is no property."""
        if selection.where is None:
            return {}
        variables = built(Scope(self._policy, selection.kind), [selection.where]).variables
        found: dict[str, list[Any]] = {}
        for variable in variables:
            if isinstance(variable.operand, Name) and variable.operand.path != "kind":
                values = [cell.value for cell in variable.cells if cell.value is not None]
                found[variable.operand.path] = [None, *values[:_MOST_OF_ONE_NAME]]
        return {name: found[name] for name in names(selection.where) if name in found}

    def _is_meant(self, selection: Selection, event: Event) -> bool:
        one = self._maker.interaction(event, 0)
        now = Situation(self._policy, self._nobody, [one], one.instant, None, None, {})
        return bool(selected(selection, now))
