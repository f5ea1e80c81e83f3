"""Asking often whether conditions may have answers together: their operands are cut into cells only once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from leadqual.conditions.nodes import Node
from leadqual.proofs.build import Built, built
from leadqual.proofs.links import neighbours
from leadqual.proofs.ranges import ANY_ANSWER
from leadqual.proofs.scope import Scope
from leadqual.proofs.search import Neighbours, Search, Wanted
from leadqual.proofs.trees import State

_STEPS: Final = 2_000


@dataclass
class Memory:
    """Answers that were worked out, for conditions that were named beforehand.

    Parameters
    ----------
    conditions : Built
        The operands of all conditions.
    """

    conditions: Built
    nodes: list[Node] = field(default_factory=list)
    _numbers: dict[Node, int] = field(default_factory=dict)
    _trees: dict[tuple[int, int], Wanted] = field(default_factory=dict)
    _known: dict[frozenset[tuple[int, int]], bool] = field(default_factory=dict)
    _neighbours: Neighbours = field(default_factory=dict)
    _begin: State | None = None

    def __post_init__(self) -> None:
        """Work out once what operands have to do with each other."""
        self._neighbours = neighbours(self.conditions.variables, self.conditions.scope)
        self._begin = Search(self.conditions.variables, [], self._neighbours).beginning()

    def number(self, node: Node) -> int:
        """Return the number under which a condition is asked about: numbers are compared faster than conditions."""
        if node not in self._numbers:
            self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[node]

    def may_be(self, asked: Iterable[tuple[int, int]]) -> bool:
        """Return whether conditions, by their numbers, may have answers together, as far as cells tell."""
        masks: dict[int, int] = {}
        for number, answers in asked:
            masks[number] = masks.get(number, ANY_ANSWER) & answers
        if not all(masks.values()):
            return False
        key = frozenset(masks.items())
        if key not in self._known:
            self._known[key] = self._may_be(masks)
        return self._known[key]

    def _may_be(self, masks: dict[int, int]) -> bool:
        wanted = [self._wanted(number, answers) for number, answers in masks.items()]
        return Search(self.conditions.variables, wanted, self._neighbours, (), _STEPS, self._begin).may_find()

    def _wanted(self, number: int, answers: int) -> Wanted:
        if (number, answers) not in self._trees:
            self._trees[number, answers] = self.conditions.wanted(self.nodes[number], answers)
        return self._trees[number, answers]


def memory_of(scope: Scope, nodes: Iterable[Node]) -> Memory:
    """Return what remembers answers about some conditions."""
    return Memory(built(scope, list(dict.fromkeys(nodes))))
