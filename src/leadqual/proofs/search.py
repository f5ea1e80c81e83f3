"""The search for cells in which conditions have the answers asked for: operands are decided one after another.

Where the answers of a condition differ between the cells of an operand, those cells are tried apart; what cannot be
any more is given up at once. Nothing is generated to be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from leadqual.proofs.trees import State, Tree, places_of
from leadqual.proofs.variables import Variable

Neighbours = Mapping[int, Sequence[tuple[int, tuple[int, ...]]]]
"""For each variable the others that it constrains, with the cells that each of its own allows them."""

STEPS = 20_000
"""After so many a search gives up."""


class Wanted:
    """A condition and the answers that it should have, as bits.

    Parameters
    ----------
    tree : Tree
        The condition.
    answers : int
        The answers.
    """

    def __init__(self, tree: Tree, answers: int) -> None:
        self.tree = tree
        self.answers = answers
        self._places = sorted(places_of(tree))
        self._known: dict[tuple[int, ...], int] = {}

    def mask(self, state: State) -> int:
        """Return the answers that it may have, worked out once for the same cells."""
        key = tuple([state[place] for place in self._places])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self.tree.mask(state)
        return found


class Sum(Protocol):
    """A score that is worked out from other operands."""

    def narrow(self, state: State) -> int | None:
        """Return the place of the score if its cells were narrowed, -1 if not; None if none is left."""
        ...

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        """Return a variable that decides the score, and how to divide its cells; None if nothing is left to do."""
        ...

    def is_settled(self, state: State) -> bool:
        """Return whether the score surely lies in the cells that are left to it."""
        ...


class StepsSpent(Exception):
    """A search took too long."""


@dataclass
class Search:
    """A search.

    Parameters
    ----------
    variables : sequence of Variable
        The operands with their cells.
    wanted : sequence of Wanted
        The conditions.
    neighbours : mapping
        What variables have to do with each other.
    sums : sequence of Sum
        The scores that are worked out.
    steps : int
        After how many it gives up, with `StepsSpent`.
    begin : list of int, optional
        The cells that are left at the beginning, where they were worked out before.
    """

    variables: Sequence[Variable]
    wanted: Sequence[Wanted]
    neighbours: Neighbours = field(default_factory=dict)
    sums: Sequence[Sum] = ()
    steps: int = STEPS
    begin: State | None = None

    def found(self) -> Iterator[State]:
        """Yield the cells that are left where every condition has an answer that was asked for."""
        state = self.beginning()
        if state is not None:
            yield from self._from(state)

    def may_find(self) -> bool:
        """Return False only if it is sure that nothing is found; a search that takes too long leaves it open."""
        try:
            return next(self.found(), None) is not None
        except StepsSpent:
            return True

    def beginning(self) -> State | None:
        """Return the cells of all variables that are left before anything is decided; None if one has none."""
        if self.begin is not None:
            return list(self.begin)
        state = [variable.all for variable in self.variables]
        return state if all(state) and self._spread(state, list(range(len(state)))) else None

    def is_exact(self, state: State) -> bool:
        """Return whether every condition surely has an answer that was asked for, wherever the values lie."""
        sure = all(not one.mask(state) & ~one.answers for one in self.wanted)
        return sure and all(score.is_settled(state) for score in self.sums)

    def _from(self, state: State) -> Iterator[State]:
        self.steps -= 1
        if self.steps < 0:
            raise StepsSpent
        for one in self.wanted:
            if not one.mask(state) & one.answers:
                return
        choice = self._choice(state)
        if choice is None:
            yield state
            return
        index, groups = choice
        for bits in groups:
            further = list(state)
            further[index] = bits
            if self._spread(further, [index]):
                yield from self._from(further)

    def _choice(self, state: State) -> tuple[int, list[int]] | None:
        for one in self.wanted:
            mask = one.mask(state)
            if mask & ~one.answers:
                choice = one.tree.pick(state)
                if choice is not None:
                    return choice
        for score in self.sums:
            choice = score.pick(state)
            if choice is not None:
                return choice
        return None

    def _spread(self, state: State, changed: list[int]) -> bool:
        """Take from other variables the cells that cannot be any more; return False if one has none left."""
        waiting = list(changed)
        while waiting:
            self._follow(state, waiting)
            if not all(state):
                return False
            for score in self.sums:
                place = score.narrow(state)
                if place is None:
                    return False
                if place >= 0:
                    waiting.append(place)
        return True

    def _follow(self, state: State, waiting: list[int]) -> None:
        while waiting:
            index = waiting.pop()
            bits = state[index]
            for other, table in self.neighbours.get(index, ()):
                allowed = 0
                for number, cells in enumerate(table):
                    if bits >> number & 1:
                        allowed |= cells
                if state[other] & ~allowed:
                    state[other] &= allowed
                    if not state[other]:
                        return
                    waiting.append(other)
