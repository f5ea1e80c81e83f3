"""Two funnels walked at once: every pair of stages in which a contact may stand, and every step it may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from leadqual.conditions.nodes import Compare, IsMissing, Literal, Node
from leadqual.conditions.walk import replaced
from leadqual.lifecycle.policy import Policy
from leadqual.policy.funnel import Transition
from leadqual.proofs.funnel import DAYS, STAGE, happens_now
from leadqual.proofs.memory import Memory, memory_of
from leadqual.proofs.ranges import NOT_TRUE, TRUE
from leadqual.proofs.solve import scope_of
from leadqual.proofs.together import Together

Moves = tuple[tuple[str, str], ...]
"""Moves at one visit, each from a stage to a stage."""

_Asked = tuple[tuple[int, int], ...]
"""Conditions, by their numbers, with the answers that they should have."""


@dataclass(frozen=True)
class Pair:
    """Where a contact stands under both policies.

    Parameters
    ----------
    old, new : str
        The stages.
    later : int
        Which stage was entered later: 0 both at once, 1 the new one, -1 the old one.
    old_met, new_met : frozenset of str
        The stages that were visited at this very instant.
    flags : frozenset of str
        What has happened on the way.
    """

    old: str
    new: str
    later: int
    old_met: frozenset[str]
    new_met: frozenset[str]
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Taken:
    """What a contact does at one visit under both policies, and what has to hold for that."""

    before: Pair
    after: Pair
    old_moves: Moves
    new_moves: Moves
    asked: tuple[tuple[Node, int], ...]


@dataclass(frozen=True)
class _Side:
    """One policy on the way through one visit."""

    stage: str
    met: frozenset[str]
    moves: Moves = ()


@dataclass
class Pairs:
    """The steps of two funnels.

    Parameters
    ----------
    old, new : Policy
        The policies.
    both : Together
        The two as one.
    """

    old: Policy
    new: Policy
    both: Together
    _guards: dict[tuple[bool, str, str, str], int] = field(default_factory=dict)

    def start(self) -> Pair:
        """Return where every contact begins."""
        old, new = str(self.old.initial_stage), str(self.new.initial_stage)
        return Pair(old, new, 0, frozenset({old}), frozenset({new}))

    def steps(self, pair: Pair) -> Iterator[Taken]:
        """Yield what may happen at a visit."""
        events = [way.event for policy in (self.old, self.new) for way in policy.transitions if way.event is not None]
        for kind in (None, *dict.fromkeys(events)):
            yield from self._at_visit(pair, kind, ("old", "new"))
        if not _reviews_with(self.old, self.new):
            yield from self._at_visit(pair, None, ("new",))
        if not _reviews_with(self.new, self.old):
            yield from self._at_visit(pair, None, ("old",))

    def _at_visit(self, pair: Pair, kind: str | None, moving: Sequence[str]) -> Iterator[Taken]:
        old, new = _Side(pair.old, pair.old_met), _Side(pair.new, pair.new_met)
        known = tuple((self._memory.number(node), TRUE) for node in _known_at(kind, pair, self.both.days))
        new_days = DAYS if pair.later == 0 else self.both.days
        of_new = self._moves(self.new, new, new_days, kind, known) if "new" in moving else [(new, known)]
        for moved_new, asked in of_new:
            further = self._moves(self.old, old, DAYS, kind, asked) if "old" in moving else [(old, asked)]
            for moved_old, all_asked in further:
                told = tuple((self._memory.nodes[number], answers) for number, answers in dict.fromkeys(all_asked))
                yield Taken(pair, _after(pair, moved_old, moved_new), moved_old.moves, moved_new.moves, told)

    def _moves(
        self, policy: Policy, side: _Side, days: Node, kind: str | None, asked: _Asked
    ) -> Iterator[tuple[_Side, _Asked]]:
        """Yield where a visit may lead under one policy, with what has to hold."""
        for way in policy.transitions:
            if side.stage not in way.source or way.event not in (None, kind) or way.target in side.met:
                continue
            guard = self._guard(policy, way, side.stage, Literal(0) if side.moves else days)
            fires = asked if guard is None else (*asked, (guard, TRUE))
            if self._memory.may_be(fires):
                moves = (*side.moves, (side.stage, way.target))
                yield from self._moves(policy, _Side(way.target, side.met | {way.target}, moves), days, kind, fires)
            if guard is None:
                return
            asked = (*asked, (guard, NOT_TRUE))
            if not self._memory.may_be(asked):
                return
        yield side, asked

    def _guard(self, policy: Policy, way: Transition, stage: str, days: Node) -> int | None:
        """Return the number of a transition's condition, for a contact in a stage; None if it has none."""
        if way.when is None:
            return None
        key = (policy is self.new, way.id, stage, str(days))
        if key not in self._guards:
            self._guards[key] = self._memory.number(self._condition(policy, way.when, stage, days))
        return self._guards[key]

    def _condition(self, policy: Policy, when: Node, stage: str, days: Node) -> Node:
        known: dict[Node, Node] = {STAGE: Literal(stage), DAYS: days}
        return replaced(self.both.of_new(when) if policy is self.new else when, known)

    @cached_property
    def _memory(self) -> Memory:
        """The cells of all conditions in all the forms in which steps ask them."""
        nodes: list[Node] = [IsMissing(DAYS, negated=True)]
        nodes += [*_in_order(DAYS, self.both.days), *_in_order(self.both.days, DAYS)]
        sides: tuple[tuple[Policy, list[Node]], ...] = ((self.old, [DAYS]), (self.new, [DAYS, self.both.days]))
        for policy, names in sides:
            for way in policy.transitions:
                nodes += [happens_now(way.event)] if way.event is not None else []
                if way.when is not None:
                    forms = product(way.source, [*names, Literal(0)])
                    nodes += [self._condition(policy, way.when, stage, days) for stage, days in forms]
        return memory_of(scope_of(self.both.policy), nodes)


def _reviews_with(one: Policy, other: Policy) -> bool:
    """Return whether every review of the second policy is one of the first."""
    if other.review_every is None:
        return True
    return one.review_every is not None and other.review_every.micros % one.review_every.micros == 0


def _known_at(kind: str | None, pair: Pair, days: Node) -> Iterator[Node]:
    """Yield what holds at every such visit."""
    if kind is not None:
        yield happens_now(kind)
    yield IsMissing(DAYS, negated=True)
    if pair.later != 0:
        yield from _in_order(days, DAYS) if pair.later > 0 else _in_order(DAYS, days)


def _in_order(shorter: Node, longer: Node) -> Iterator[Node]:
    yield Compare(Literal(0), (("<=", shorter),))
    yield Compare(shorter, (("<=", longer),))


def _after(pair: Pair, old: _Side, new: _Side) -> Pair:
    later = pair.later
    if old.moves or new.moves:
        later = bool(new.moves) - bool(old.moves)
    return replace(pair, old=old.stage, new=new.stage, later=later, old_met=old.met, new_met=new.met)


def calmed(pair: Pair) -> Pair:
    """Return where a contact stands when time has passed."""
    return replace(pair, old_met=frozenset({pair.old}), new_met=frozenset({pair.new}))
