"""A contact that goes a given way through two funnels: built step by step, each checked by the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from leadqual.conditions.nodes import Node
from leadqual.errors import LeadqualError
from leadqual.model.contact import Contact
from leadqual.proofs.building import NOW, built_from, first
from leadqual.proofs.cells import Cell
from leadqual.proofs.funnel import DAYS
from leadqual.proofs.pairs import Pairs, Taken
from leadqual.proofs.scenario import Scenario
from leadqual.proofs.solve import some_solutions
from leadqual.proofs.standing import instants_after, shifted

_MOST_CASES: Final = 3
_MOST_BUILDS: Final = 20
_STEPS: Final = 2_000

Shows = Callable[[Scenario], bool]
"""Whether a contact shows what is looked for."""


def along(pairs: Pairs, path: Sequence[Taken], shows: Shows) -> Scenario | None:
    """Return a contact that goes a way and shows what is looked for at its end, or before; None if none was found."""
    found = _Path(pairs, path, shows).found()
    if found is None:
        return None
    usual = shifted(found, NOW)
    return usual if shows(usual) else found


@dataclass
class _Path:
    pairs: Pairs
    path: Sequence[Taken]
    shows: Shows
    left: int = _MOST_BUILDS

    def found(self) -> Scenario | None:
        created = NOW - timedelta(days=1)
        return self._from(Scenario(Contact(id="contact", created_at=created), (), created), 0)

    def _from(self, before: Scenario, place: int) -> Scenario | None:
        for scenario in self._steps(before, self.path[place]):
            if self.shows(scenario):
                return scenario
            if place + 1 < len(self.path) and self._goes(scenario, self.path[place]):
                further = self._from(scenario, place + 1)
                if further is not None:
                    return further
        return None

    def _steps(self, before: Scenario, taken: Taken) -> Iterator[Scenario]:
        for cells in self._cells(taken):
            for at in instants_after(before, cells):
                self.left -= 1
                if self.left < 0:
                    return
                own = {operand: cell for operand, cell in cells.items() if operand != self.pairs.both.days}
                scenario = built_from(self.pairs.both.policy, own, at, first, before)
                if scenario is not None:
                    yield scenario

    def _cells(self, taken: Taken) -> Iterator[Mapping[Node, Cell]]:
        asked = list(dict.fromkeys(taken.asked))
        for cells in some_solutions(self.pairs.both.policy, asked, _MOST_CASES, steps=_STEPS):
            days = cells.get(DAYS, cells.get(self.pairs.both.days))
            yield {**cells, **({} if days is None else {DAYS: days})}

    def _goes(self, scenario: Scenario, taken: Taken) -> bool:
        """Return whether a contact stands where a step leads."""
        try:
            old, new = (scenario.decide(policy) for policy in (self.pairs.old, self.pairs.new))
        except LeadqualError:
            return False
        return (old.stage, new.stage) == (taken.after.old, taken.after.new)
