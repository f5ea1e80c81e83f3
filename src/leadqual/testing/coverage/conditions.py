"""The smallest parts of a condition and its thresholds, looked at for one contact at one instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any, Final

from leadqual.conditions.nodes import (
    ANY_INTERACTION,
    And,
    Comparator,
    Compare,
    History,
    Literal,
    Node,
    Not,
    Or,
    Selection,
)
from leadqual.conditions.walk import walk
from leadqual.engines.compile import Compiled, compile_node
from leadqual.engines.questions import Row
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.proofs.cells import plain_number
from leadqual.proofs.scope import Scope
from leadqual.testing.coverage.items import NOWHERE, Item, Where
from leadqual.testing.coverage.missing import can_be_missing
from leadqual.testing.coverage.seen import Nearest, Seen

ANSWERS: Final = {True: "true", False: "false", None: "unknown"}
_SIDES: Final[Mapping[str, Comparator]] = {"below": "<", "at": "==", "above": ">"}
_INSTANT: Final = attrgetter("instant")


def leaves(node: Node) -> Iterator[Node]:
    """Yield the smallest conditions of a condition: a chained comparison is taken apart, a constant is none.

    Examples
    --------
    >>> from leadqual.conditions.parse import parse_condition
    >>> [str(leaf) for leaf in leaves(parse_condition("1 <= company.employees < 50 and not contact.is_customer"))]
    ['1 <= company.employees', 'company.employees < 50', 'contact.is_customer']
    """
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Not(item):
            yield from leaves(item)
        case Compare(first, rest):
            for comparator, second in rest:
                yield Compare(first, ((comparator, second),))
                first = second
        case Literal():
            pass  # it is the same for every contact, so there is nothing to look at
        case _:
            yield node


def threshold(leaf: Node) -> tuple[Node, float] | None:
    """Return what is held against a constant number, and that number; None if the condition is no such comparison."""
    if not isinstance(leaf, Compare):
        return None
    left, right = leaf.first, leaf.rest[0][1]
    if isinstance(left, Literal):
        left, right = right, left
    if isinstance(left, Literal) or not isinstance(right, Literal) or right.type != "number":
        return None
    return left, float(right.value)


def boundary(place: str, operand: Node, constant: float, where: Where = NOWHERE) -> Item:
    """Return the item of a threshold: tried below it, at it, and above."""
    number = Literal(plain_number(constant))
    claims = {way: where.claim(Compare(operand, ((sign, number),)), True) for way, sign in _SIDES.items()}
    return Item("boundaries", place, f"{operand} at {number}", tuple(_SIDES), constant=constant, claims=claims)


class Condition:
    """A condition taken apart, each part compiled with the set in which its answers are noted.

    Parameters
    ----------
    place : str
        Where it stands, for people.
    node : Node
        The condition.
    engine : RecordEngine
        The compiled policy.
    seen : Seen
        Where to note.
    where : Where, optional
        Of a filter the kind of interactions that it chooses from, of a transition what is known when it is tried.
    """

    def __init__(self, place: str, node: Node, engine: RecordEngine, seen: Seen, where: Where = NOWHERE) -> None:
        self.items: list[Item] = []
        self.filters: list[Filter] = []
        self._atoms: list[tuple[Compiled, set[str]]] = []
        self._thresholds: list[tuple[Compiled, Nearest]] = []
        self._scope = Scope(engine.policy, where.kind)
        self._where = where
        self._engine = engine
        parts = list(dict.fromkeys(leaves(node)))
        for leaf in parts:
            self._add(place, leaf, seen)
        for part in (part for leaf in parts for part in walk(leaf)):
            if isinstance(part, History) and part.selection.where is not None:
                self.filters.append(Filter(place, part.selection, engine, seen))
        self.items += dict.fromkeys(item for found in self.filters for item in found.items)

    def _add(self, place: str, leaf: Node, seen: Seen) -> None:
        asked = ("true", "false", "unknown") if can_be_missing(leaf, self._scope) else ("true", "false")
        claims = {way: self._where.claim(leaf, answer) for answer, way in ANSWERS.items()}
        atom = Item("atoms", place, str(leaf), asked, claims=claims)
        self.items.append(atom)
        self._atoms.append((self._compiled(leaf), seen.ways[atom.key]))
        if (held := threshold(leaf)) is not None:
            limit = boundary(place, *held, self._where)
            if limit not in self.items:
                self.items.append(limit)
                self._thresholds.append((self._compiled(held[0]), seen.threshold(limit.key, held[1])))

    def _compiled(self, node: Node) -> Compiled:
        kind = self._scope.kind
        return self._engine.compiled(node) if kind is None else compile_node(node, Row(kind))

    def look(self, record: Any) -> None:
        """Note what every part is for a contact, or for an interaction."""
        for read, ways in self._atoms:
            ways.add(ANSWERS[read(record)])
        for read, nearest in self._thresholds:
            value = read(record)
            if value is not None:
                nearest.note(value)


class Filter:
    """The filter of a selection, looked at for every interaction that it chooses from."""

    def __init__(self, place: str, selection: Selection, engine: RecordEngine, seen: Seen) -> None:
        assert selection.where is not None  # asked before
        self.kind = selection.kind
        where = Where(selection.kind)
        self.condition = Condition(f"{place}, filter of {selection.kind}", selection.where, engine, seen, where)
        self.items = self.condition.items

    def look(self, view: View, until: int) -> None:
        """Note what every part is for each interaction of a contact up to an instant."""
        happened = view.history if self.kind == ANY_INTERACTION else view.by_kind.get(self.kind, ())
        for one in happened[: bisect_right(happened, until, key=_INSTANT)]:
            self.condition.look(one)
