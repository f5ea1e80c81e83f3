"""Conditions that become true as time passes, in a policy that looks only when something happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Compare,
    History,
    IsMissing,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Or,
)
from leadqual.conditions.walk import walk
from leadqual.errors import Place
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands, Rule
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look
from leadqual.proofs.scenario import Scenario

Turns: TypeAlias = tuple[bool, bool]
"""Whether a condition may become true, and whether it may cease to be; or whether a number may rise, and fall."""

_STILL: Final[Turns] = (False, False)
_ANYHOW: Final[Turns] = (True, True)


def of_reviews(look: Look) -> Iterator[Finding]:
    """Yield that nobody looks, if conditions of automatic transitions may become true while nothing happens."""
    if look.policy.review_every is not None:
        return
    clock = _Clock(look.policy)
    timed = [way for way in look.policy.transitions if _waits_for_time(look, clock, way)]
    if timed:
        message = "conditions become true as time passes, yet stages are looked at only when something happens"
        found = f"transitions {', '.join(way.id for way in timed)}"
        witness = next(filter(None, (_overlooked(look, way) for way in timed)), None)
        place = Place(path="review_every")
        yield Finding("no-review", message, place, None, witness, found=found, hint="write review_every: 1d")


def _waits_for_time(look: Look, clock: _Clock, way: Transition) -> bool:
    live = any((way.id, source) in look.live for source in way.source)
    return live and way.event is None and way.when is not None and clock.turns(way.when)[0]


def _overlooked(look: Look, way: Transition) -> Scenario | None:
    """Return a contact that stands where a condition is true by now, and was not moved."""
    assert way.when is not None  # callers look
    return next(filter(None, (look.shown(way.when, stage=source) for source in way.source)), None)


@dataclass(frozen=True)
class _Clock:
    """What can change while nothing happens; too much rather than too little."""

    policy: PolicyDocument

    def turns(self, node: Node) -> Turns:
        """Return whether a condition may become true, and whether it may cease to be."""
        match node:
            case And(items) | Or(items):
                return _either(self.turns(item) for item in items)
            case Not(item):
                return self.turns(item)[::-1]
            case Compare(first, rest):
                lefts = (first, *(operand for _, operand in rest))
                links = zip(lefts, rest, strict=False)
                return _either(self._compared(left, sign, right) for left, (sign, right) in links)
            case IsMissing(operand, negated):
                turns = self._becomes_missing(operand)
                return turns[::-1] if negated else turns
            case _:
                return _STILL if self._is_still(node) else _ANYHOW

    def _is_still(self, node: Node) -> bool:
        return all(self.number(part) == _STILL for part in walk(node) if isinstance(part, Name | History))

    def _becomes_missing(self, operand: Node) -> Turns:
        if isinstance(operand, History):
            return operand.within is not None and operand.function not in ("count", "sum"), False
        return _STILL if self._is_still(operand) else _ANYHOW

    def _compared(self, left: Node, sign: str, right: Node) -> Turns:
        if sign in ("<", "<="):
            left, right = right, left
        over, under = self.number(left), self.number(right)
        up, down = over[0] or under[1], over[1] or under[0]
        return (up, down) if sign in ("<", "<=", ">", ">=") else (up or down, up or down)

    def number(self, node: Node) -> Turns:
        """Return whether a value may rise, and whether it may fall."""
        match node:
            case Literal():
                return _STILL
            case Arithmetic(left, "+", right):
                return _either((self.number(left), self.number(right)))
            case Arithmetic(left, "-", right):
                return _either((self.number(left), self.number(right)[::-1]))
            case Negative(operand):
                return self.number(operand)[::-1]
            case History(function="days_since"):
                return True, False
            case History(function, _, _, within):
                return _STILL if within is None else (function != "count", True)
            case Name("days_in_stage"):
                return True, False
            case Name(path):
                return self._named(path)
            case _:
                return _STILL if self._is_still(node) else _ANYHOW

    def _named(self, path: str) -> Turns:
        owner, _, name = path.partition(".")
        if owner == "score":
            if name not in self.policy.scores:
                return _ANYHOW  # a scorer may look at the time
            return _either(self._points(rule) for rule in self.policy.scores[name].rules)
        if owner != "grade":
            return _STILL
        grade = self.policy.grades[name]
        if isinstance(grade, Bands):
            behind = [f"score.{grade.score}"]
        else:
            behind = [f"grade.{grade.rows}", f"grade.{grade.columns}"]
        return _STILL if all(self._named(one) == _STILL for one in behind) else _ANYHOW

    def _points(self, rule: Rule) -> Turns:
        if rule.when is not None:
            turns = self.turns(rule.when)
            return turns if rule.points > 0 else turns[::-1]
        fades = any(limit is not None for limit in (rule.within, rule.half_life, rule.linear, rule.step))
        return (fades and rule.points < 0), (fades and rule.points > 0)


def _either(several: Iterator[Turns] | tuple[Turns, ...]) -> Turns:
    ups, downs = zip(*several, strict=True) if (several := tuple(several)) else ((), ())
    return any(ups), any(downs)
