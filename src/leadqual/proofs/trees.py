"""A condition as a tree that tells, from the cells that are left to its operands, which answers it may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from leadqual.conditions.nodes import And, Compare, History, In, IsMissing, Name, Node, Not, Or
from leadqual.conditions.walk import walk
from leadqual.proofs.ranges import FALSE, TRUE, UNKNOWN

State: TypeAlias = list[int]
"""For each variable the bits of the cells that are left."""


class Tree(Protocol):
    """A condition over variables."""

    def mask(self, state: State) -> int:
        """Return the answers that it may have."""
        ...

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        """Return a variable and how to divide its cells so that the answer becomes clearer; None if none is left."""
        ...


@dataclass(frozen=True, eq=False)
class Constant:
    """A condition that asks nothing."""

    answer: int

    def mask(self, state: State) -> int:
        return self.answer

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        return None


@dataclass(frozen=True, eq=False)
class Simple:
    """A condition on one variable: for each cell the answers."""

    index: int
    table: tuple[int, ...]
    known: dict[int, int] = field(default_factory=dict)

    def mask(self, state: State) -> int:
        bits = state[self.index]
        found = self.known.get(bits)
        if found is None:
            found = 0
            for number, answers in enumerate(self.table):
                if bits >> number & 1:
                    found |= answers
            self.known[bits] = found
        return found

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        groups: dict[int, int] = {}
        for number, answers in enumerate(self.table):
            if state[self.index] >> number & 1:
                groups[answers] = groups.get(answers, 0) | 1 << number
        return (self.index, [groups[key] for key in sorted(groups)]) if len(groups) > 1 else None


@dataclass(frozen=True, eq=False)
class Several:
    """A condition on several variables at once, whose answers are bounded.

    Parameters
    ----------
    indices : tuple of int
        The places of the variables.
    answers : callable
        From the cells that are left to the answers.
    later : tuple of int
        For each variable the cells that are tried after the others.
    """

    indices: tuple[int, ...]
    answers: Callable[[State], int]
    later: tuple[int, ...] = ()
    known: dict[tuple[int, ...], int] = field(default_factory=dict)

    def mask(self, state: State) -> int:
        key = tuple(state[index] for index in self.indices)
        if key not in self.known:
            self.known[key] = self.answers(state)
        return self.known[key]

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        for index in self.indices:
            if state[index] & (state[index] - 1):
                after = dict(zip(self.indices, self.later, strict=False)).get(index, 0)
                return index, sorted(bits_of(state[index]), key=lambda bit: bool(bit & after))
        return None


@dataclass(frozen=True, eq=False)
class Joined:
    """Conditions that must all hold, or, negated on both sides, of which one must."""

    items: tuple[Tree, ...]
    either: bool = False

    def mask(self, state: State) -> int:
        masks = [_turned(item.mask(state)) if self.either else item.mask(state) for item in self.items]
        found = TRUE if all(mask & TRUE for mask in masks) else 0
        if any(mask & FALSE for mask in masks):
            found |= FALSE
        if any(mask & UNKNOWN for mask in masks) and all(mask & (TRUE | UNKNOWN) for mask in masks):
            found |= UNKNOWN
        return _turned(found) if self.either else found

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        open_ones = [item for item in self.items if not is_single(item.mask(state))]
        found = (item.pick(state) for item in sorted(open_ones, key=lambda item: isinstance(item, Several)))
        return next((one for one in found if one is not None), None)


@dataclass(frozen=True, eq=False)
class Opposite:
    """The opposite of a condition."""

    item: Tree

    def mask(self, state: State) -> int:
        return _turned(self.item.mask(state))

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        return self.item.pick(state)


@dataclass(frozen=True, eq=False)
class Missing:
    """Whether a condition is unknown."""

    item: Tree
    negated: bool

    def mask(self, state: State) -> int:
        mask = self.item.mask(state)
        found = (TRUE if mask & UNKNOWN else 0) | (FALSE if mask & (TRUE | FALSE) else 0)
        return _turned(found) if self.negated else found

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        return self.item.pick(state)


def places_of(tree: Tree) -> frozenset[int]:
    """Return the variables that a tree reads."""
    match tree:
        case Simple(index):
            return frozenset({index})
        case Several(indices):
            return frozenset(indices)
        case Joined(items):
            return frozenset(place for item in items for place in places_of(item))
        case Opposite(item) | Missing(item):
            return places_of(item)
        case _:
            return frozenset()


def _turned(mask: int) -> int:
    return (mask & UNKNOWN) | (FALSE if mask & TRUE else 0) | (TRUE if mask & FALSE else 0)


def is_single(mask: int) -> bool:
    """Return whether one answer is left."""
    return mask & (mask - 1) == 0


def bits_of(bits: int) -> Iterator[int]:
    """Yield each bit alone."""
    while bits:
        last = bits & -bits
        yield last
        bits ^= last


def atoms_of(node: Node) -> Iterator[Node]:
    """Yield the conditions without ``and``, ``or`` and ``not`` of which a condition is made."""
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from atoms_of(item)
        case Not(item):
            yield from atoms_of(item)
        case IsMissing(operand) if _is_joined(operand):
            yield from atoms_of(operand)
        case Compare(first, rest) if len(rest) > 1:
            lefts = (first, *(operand for _, operand in rest))
            yield from (Compare(left, (link,)) for left, link in zip(lefts, rest, strict=False))
        case _:
            yield node


def _is_joined(node: Node) -> bool:
    return isinstance(node, And | Or | Not | Compare | In | IsMissing)


def operands_of(node: Node) -> tuple[Node, ...]:
    """Return the names and the questions to the history that a condition reads, each once."""
    return tuple(dict.fromkeys(part for part in walk(node) if isinstance(part, Name | History)))


def tree_of(node: Node, leaf: Callable[[Node], Tree]) -> Tree:
    """Return the tree of a condition, given how its smallest parts become trees."""
    match node:
        case And(items):
            return Joined(tuple(tree_of(item, leaf) for item in items))
        case Or(items):
            return Joined(tuple(tree_of(item, leaf) for item in items), either=True)
        case Not(item):
            return Opposite(tree_of(item, leaf))
        case IsMissing(operand, negated) if _is_joined(operand):
            return Missing(tree_of(operand, leaf), negated)
        case Compare(_, rest) if len(rest) > 1:
            return Joined(tuple(leaf(link) for link in atoms_of(node)))
        case _:
            return leaf(node)
