"""Looking at a contact under a policy with the real engine: what operands are worth at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import names
from leadqual.engines.compile import Compiled
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.lifecycle.decide import Decider
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.proofs.cells import Cell

_OF_THE_FUNNEL = frozenset({"stage", "days_in_stage"})


class Sight:
    """A compiled policy.

    Parameters
    ----------
    policy : Policy
        Under which contacts are looked at.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.engine = RecordEngine(policy, policy.attached_scorers)
        self.decider = Decider(self.engine)
        self._reads: dict[Node, Compiled] = {}
        self._of_the_funnel: set[Node] = set()

    def view(self, contact: Contact, history: Iterable[Interaction], now: int, operands: Sequence[Node]) -> View:
        """Return a view at an instant in which operands can be read; it stands where the funnel has brought it."""
        for operand in operands:
            if operand not in self._reads:  # what is read has to be known before the view is made
                self._reads[operand] = self.engine.compiled(operand)
                if not _OF_THE_FUNNEL.isdisjoint(names(operand)):
                    self._of_the_funnel.add(operand)
        view = self.decider.view(contact, history)
        if self.policy.stages and any(operand in self._of_the_funnel for operand in operands):
            position, _ = self.decider.stand(view, now, None)
            view.enter(*position)
        view.move_to(now)
        return view

    def value(self, view: View, operand: Node) -> Any:
        """Return what an operand is worth that the view was made for."""
        return self._reads[operand](view)

    def outside(self, view: View, cells: Mapping[Node, Cell]) -> list[Node]:
        """Return the operands whose values do not lie in their cells."""
        return [operand for operand, cell in cells.items() if not cell.holds(self.value(view, operand))]


@lru_cache(maxsize=32)
def _sight(content: str, scorers: tuple[int, ...], ref: Policy) -> Sight:
    return Sight(ref)


def sight_of(policy: Policy) -> Sight:
    """Return a policy compiled, remembered."""
    return _sight(policy.content_hash, tuple(map(id, policy.attached_scorers.values())), policy)
