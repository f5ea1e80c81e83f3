"""Bringing scores into cells: by interactions of the kinds that their rules give points for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadqual.conditions.nodes import Name, Node
from leadqual.errors import LeadqualError
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import DAY
from leadqual.policy.rules import Rule
from leadqual.proofs.cells import Cell
from leadqual.proofs.making import Maker
from leadqual.proofs.sight import Sight

_MOST_ADDED: Final = 40
_MOST_WINDOWS: Final = 6
_MOST_LOOKS: Final = 400
_HALVINGS: Final = 24
_NEAR: Final = 1e-6
_OLDEST: Final = 720 * DAY


class _LooksSpent(Exception):
    """So many histories were tried that it is time to give up."""


@dataclass
class Tuner:
    """Adds interactions until scores lie in their cells.

    Parameters
    ----------
    sight : Sight
        The policy.
    maker : Maker
        How interactions are made.
    contact : Contact
        Whose scores they are.
    now : int
        The instant that is looked at.
    cells : mapping of Node to Cell
        Where all operands should lie.
    oldest : int
        How old an interaction may be.
    """

    sight: Sight
    maker: Maker
    contact: Contact
    now: int
    cells: Mapping[Node, Cell]
    oldest: int
    looks: int = _MOST_LOOKS

    def tuned(self, history: Sequence[Interaction]) -> list[Interaction] | None:
        """Return a history that brings every score into its cell; None if none was found."""
        found: list[Interaction] | None = list(history)
        try:
            for name in self.sight.policy.scores:
                cell = self.cells.get(Name(f"score.{name}"))
                if cell is not None and found is not None:
                    found = _Score(self, name, cell).tuned(found)
        except (_LooksSpent, LeadqualError):
            return None
        return found

    def value(self, name: str, history: Sequence[Interaction]) -> float | None:
        """Return what a score is worth."""
        self.looks -= 1
        if self.looks < 0:
            raise _LooksSpent
        view = self.sight.view(self.contact, history, self.now, [Name(f"score.{name}")])
        return self.sight.engine.score_value(view, name)

    def outside(self, history: Sequence[Interaction], but: str) -> set[Node]:
        """Return the operands that lie outside of their cells, but for the scores from one on."""
        scores = list(self.sight.policy.scores)
        left = {Name(f"score.{name}") for name in scores[scores.index(but) :]}
        others = {operand: cell for operand, cell in self.cells.items() if operand not in left}
        view = self.sight.view(self.contact, history, self.now, list(others))
        return set(self.sight.outside(view, others))


@dataclass
class _Score:
    """One score and the cell that it should lie in."""

    tuner: Tuner
    name: str
    cell: Cell

    def tuned(self, history: list[Interaction]) -> list[Interaction] | None:
        wrong = self.tuner.outside(history, self.name)
        for _ in range(_MOST_ADDED):
            value = self.tuner.value(self.name, history)
            if value is None or self.cell.holds(value):
                return None if value is None else history
            further = self._further(history, value, wrong)
            if further is None:
                return None
            history = further
        return None

    def _further(self, history: list[Interaction], value: float, wrong: set[Node]) -> list[Interaction] | None:
        """Return the history with one more interaction: one that brings the score into its cell, or nearest to it."""
        target = min(self._ends(), key=lambda end: abs(end - value))
        best: tuple[float, list[Interaction]] | None = None
        for rule in self.tuner.sight.policy.scores[self.name].rules:
            if rule.each is None or (rule.points > 0) is not (target > value):
                continue
            for more, reached in self._with(rule, history, target, upwards=target > value):
                if abs(reached - value) < _NEAR or self.tuner.outside(more, self.name) - wrong:
                    continue
                if self.cell.holds(reached):
                    return more
                is_short = reached < target if target > value else reached > target
                if is_short and (best is None or abs(reached - target) < best[0]):
                    best = (abs(reached - target), more)
        return None if best is None else best[1]

    def _ends(self) -> list[float]:
        parts = self.cell.parts or (self.cell,)
        return [end for part in parts for end in (part.low, part.high, part.value) if end is not None]

    def _with(
        self, rule: Rule, history: list[Interaction], target: float, *, upwards: bool
    ) -> Iterator[tuple[list[Interaction], float]]:
        """Yield the history with one more interaction of a rule, and the score: just now, or so old that it fits."""
        for age in self._ages(rule, history):
            found = self._one(rule, history, age)
            if found is None:
                continue
            yield found
            passed = found[1] > target if upwards else found[1] < target
            if passed and not self.cell.holds(found[1]) and (rule.half_life or rule.linear or rule.step):
                fitting = self._older(rule, history, age, target, upwards=upwards)
                if fitting is not None:
                    yield fitting

    def _ages(self, rule: Rule, history: list[Interaction]) -> list[int]:
        """Return how old one more interaction may be: as young as can be, in another window where a limit asks so."""
        if rule.at_most is None:
            return [0]
        ages = [number * rule.at_most.per.micros for number in range(min(len(history), _MOST_WINDOWS) + 1)]
        return [age for age in ages if age <= self.tuner.oldest]

    def _one(self, rule: Rule, history: list[Interaction], age: int) -> tuple[list[Interaction], float] | None:
        assert rule.each is not None  # only rules about interactions are asked
        one = self.tuner.maker.one(rule.each, self.tuner.now - age)
        if one is None:
            return None
        more = [*history, one]
        value = self.tuner.value(self.name, more)
        return None if value is None else (more, value)

    def _older(
        self, rule: Rule, history: list[Interaction], age: int, target: float, *, upwards: bool
    ) -> tuple[list[Interaction], float] | None:
        """Return the history with an interaction that is as old as it takes; None if no age brings the score there."""
        young, old = age, min(self.tuner.oldest, (rule.within.micros if rule.within else _OLDEST) - 1)
        for _ in range(_HALVINGS):
            middle = (young + old) // 2
            found = self._one(rule, history, middle)
            if found is None or self.cell.holds(found[1]):
                return found
            passed = found[1] > target if upwards else found[1] < target
            young, old = (middle, old) if passed else (young, middle)
        return None
