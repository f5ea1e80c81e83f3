"""All ways in which a condition is true, false or unknown: cell by cell, in a number of cases that stays small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from leadqual.conditions.nodes import Node
from leadqual.policy.document import PolicyDocument
from leadqual.proofs.build import Built, built
from leadqual.proofs.cells import Cell, joined
from leadqual.proofs.links import neighbours
from leadqual.proofs.ranges import FALSE, TRUE, UNKNOWN
from leadqual.proofs.scope import Scope, no_policy
from leadqual.proofs.search import STEPS, Search, StepsSpent
from leadqual.proofs.sums import counted_by, scores_read, sums_of
from leadqual.proofs.trees import State

ANSWERS: Final[Mapping[bool | None, int]] = {True: TRUE, False: FALSE, None: UNKNOWN}
"""The bits of each answer."""

Asked = Sequence[tuple[Node, int]]
"""Conditions, each with the bits of the answers that it should have."""


@dataclass(frozen=True)
class Assignment(Mapping[Node, Cell]):
    """Where the operands lie that matter; of any other operand the value does not.

    Parameters
    ----------
    cells : mapping of Node to Cell
        For each operand, a `Name` or a `History`, the cell.
    exact : bool
        Whether every choice of values from these cells gives the answer, if there is a contact with such values.
    """

    cells: Mapping[Node, Cell]
    exact: bool

    def __getitem__(self, operand: Node) -> Cell:
        return self.cells[operand]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


def some_solutions(
    policy: PolicyDocument, asked: Asked, most: int, *, thorough: bool = False, steps: int = STEPS
) -> Iterator[Assignment]:
    """Yield a number of ways in which conditions have the answers asked for, scores worked out from their rules.

    After so many steps the search ends, whatever is left; the other parameters are those of `solve`.
    """
    try:
        yield from islice(solve(policy, asked, scored=True, thorough=thorough, steps=steps), most)
    except StepsSpent:
        return


def solve(
    policy: PolicyDocument | None,
    asked: Asked,
    *,
    scored: bool = False,
    thorough: bool = False,
    steps: int = STEPS,
) -> Iterator[Assignment]:
    """Yield the ways in which several conditions have the answers asked for; raise `StepsSpent` if that takes long.

    Parameters
    ----------
    scored : bool
        Whether scores are worked out from their rules; else they may have any value in reach.
    thorough : bool
        Whether everything is decided that the rules of those scores read.

    Examples
    --------
    >>> from leadqual.conditions.parse import parse_condition
    >>> node = parse_condition("company.employees >= 50 and contact.country in ['ID', 'SG']")
    >>> for found in solve(None, [(node, TRUE)]):
    ...     for operand, cell in found.items():
    ...         print(operand, sorted(set(cell.values()), key=str)[:2])
    company.employees [1050.0, 50]
    contact.country ['ID', 'SG']
    """
    search, conditions = search_of(scope_of(policy), asked, scored=scored, thorough=thorough, steps=steps)
    for state in search.found():
        yield _assignment(conditions, state, search.is_exact(state))


def search_of(
    scope: Scope, asked: Asked, *, scored: bool, thorough: bool = False, steps: int = STEPS
) -> tuple[Search, Built]:
    """Return the search for the ways in which conditions have the answers asked for, and its operands."""
    nodes = [node for node, _ in asked]
    names = scores_read(scope.policy, nodes, scope)
    rules = [rule for name in names for rule in scope.policy.scores[name].rules] if scored else []
    of_rules = [rule.when for rule in rules if rule.when is not None]
    more = [question for rule in rules if (question := counted_by(rule)) is not None]
    conditions = built(scope, [*nodes, *of_rules], more)
    wanted = [conditions.wanted(node, answers) for node, answers in asked]
    sums = list(sums_of(conditions, names, thorough=thorough)) if scored else []
    asked_about = None if thorough else len(conditions.variables) - len(set(more))
    linked = neighbours(conditions.variables, scope, asked_about)
    return Search(conditions.variables, wanted, linked, sums, steps), conditions


def _assignment(conditions: Built, state: State, exact: bool) -> Assignment:
    cells = {
        variable.operand: joined(variable.chosen(bits))
        for variable, bits in zip(conditions.variables, state, strict=True)
        if bits != variable.all
    }
    return Assignment(cells, exact)


def scope_of(policy: PolicyDocument | None) -> Scope:
    """Return the names of a policy, remembered for policies of the same content."""
    document = no_policy() if policy is None else policy
    return _scope(document.content_hash, _Ref(document))


class _Ref:
    """A policy that is remembered by its content."""

    def __init__(self, policy: PolicyDocument) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ref)


@lru_cache(maxsize=64)
def _scope(content: str, ref: _Ref) -> Scope:
    return Scope(ref.policy)
