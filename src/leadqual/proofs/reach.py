"""Between which values a score can lie: what range, caps, limits, groups and rules that exclude each other allow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from leadqual.conditions.nodes import And, History, IsMissing, Name, Node, Not, Or, Selection
from leadqual.conditions.walk import walk
from leadqual.engines.numbers import rounded, within_cap, within_range
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import LARGEST, Rule, ScoreRules
from leadqual.proofs.times import most_times

_MOST_LOOKS: Final = 150
"""So many choices of rules are looked at; then the bound is that of all of them together."""

_SLACK: Final = 2e-6
"""How far a sum of rounded points may lie beyond the sum of the points."""

CanHold = Callable[[Node], bool]
Happens = Callable[[Selection], bool]


@dataclass(frozen=True, slots=True)
class Share:
    """What one rule, or a group, gives at an end."""

    name: str
    points: float
    why: str = ""

    def __str__(self) -> str:
        return f"{self.name} {_signed(self.points)}{f' ({self.why})' if self.why else ''}"


@dataclass(frozen=True, slots=True)
class End:
    """One end of what a score can be, with the reckoning.

    Parameters
    ----------
    value : float
        No score lies beyond it.
    shares : tuple of Share
        What gives it.
    excluded : tuple of Share
        What would lead further and cannot come together with these.
    clipped : bool
        Whether the score's range is the limit.
    """

    value: float
    shares: tuple[Share, ...] = ()
    excluded: tuple[Share, ...] = ()
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Between which values a score can lie.

    Parameters
    ----------
    score : str
        Its name.
    bottom, top : End
        The ends.
    """

    score: str
    bottom: End
    top: End

    @property
    def low(self) -> float:
        """The least value."""
        return self.bottom.value

    @property
    def high(self) -> float:
        """The greatest value."""
        return self.top.value

    def reckoning(self, *, top: bool) -> str:
        """Return in words why a score lies no higher, or no lower."""
        end = self.top if top else self.bottom
        what = f"score.{self.score} is {'at most' if top else 'at least'} {end.value:.9g}"
        if end.clipped:
            return f"{what}: the {'end' if top else 'beginning'} of its range"
        given = ", ".join(str(share) for share in end.shares) if end.shares else "no rule gives more"
        left = ", ".join(str(share) for share in end.excluded)
        return f"{what}: {given}{f'; not together with {left}' if left else ''}"


def reach_of(policy: PolicyDocument, name: str, can_hold: CanHold, happens: Happens) -> Reach:
    """Return between which values a score can lie; never too narrow, since all that is not excluded is allowed.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    name : str
        The score.
    can_hold : callable
        From a condition to False, only if it is proved that it is never true.
    happens : callable
        From a selection to False, only if it is proved that no interaction is ever among it.
    """
    score = policy.scores.get(name)
    if score is None:
        low, high = policy.score_ranges[name]
        return Reach(name, End(low, clipped=True), End(high, clipped=True))
    return Reach(name, _end(score, -1, can_hold, happens), _end(score, 1, can_hold, happens))


def sum_of(rules: Iterable[Rule], can_hold: CanHold, happens: Happens) -> tuple[float, float]:
    """Return between what the sum of some rules of a score can lie, whatever limits them besides their own caps."""
    alone = tuple(rule.model_copy(update={"group": None}) for rule in rules)
    score = ScoreRules(range=(-LARGEST, LARGEST), rules=alone)
    low, high = (_Reckoning(score, side, can_hold, happens).total() for side in (-1, 1))
    return low, high


def _end(score: ScoreRules, side: int, can_hold: CanHold, happens: Happens) -> End:
    reckoning = _Reckoning(score, side, can_hold, happens)
    total = reckoning.total()
    bound = score.range[side > 0]
    if total * side >= bound * side or math.isinf(total):
        return End(within_range(bound, score.range), clipped=True)
    value = within_range(rounded(total), score.range)
    return End(value, tuple(reckoning.shares), tuple(reckoning.excluded), clipped=value == bound)


@dataclass
class _Reckoning:
    """The most, or the least, that the rules of a score give together; `side` is 1 for the most."""

    score: ScoreRules
    side: int
    can_hold: CanHold
    happens: Happens
    shares: list[Share] = field(default_factory=list)
    excluded: list[Share] = field(default_factory=list)

    def total(self) -> float:
        """Return the sum, and note what it is made of; infinite if nothing limits it."""
        given: dict[str | None, list[Share]] = {group: [] for group in (None, *self.score.groups)}
        for rule in self.score.rules:
            if rule.each is not None:
                given[rule.group].append(self._of_interactions(rule))
        for rules in _together([rule for rule in self.score.rules if rule.when is not None]):
            for rule, share in self._best(rules, given):
                given[rule.group].append(share)
        return sum(self._noted(group, shares) for group, shares in given.items())

    def _noted(self, group: str | None, shares: Sequence[Share]) -> float:
        """Return what a group gives, or the rules outside of all groups, and note it."""
        points = sum(share.points for share in shares)
        capped = points if group is None else within_cap(points, self.score.groups[group].cap)
        if group is not None and capped != points:
            self.shares.append(Share(group, capped, "the cap of the group"))
        else:
            self.shares += [share for share in shares if share.points]
        return capped

    def _of_interactions(self, rule: Rule) -> Share:
        assert rule.each is not None  # callers look
        if rule.points * self.side < 0 or not self.happens(rule.each):
            return Share(rule.id, 0.0)
        times = most_times(rule)
        points = rule.points * times
        if rule.cap is not None and abs(points) > rule.cap:
            return Share(rule.id, within_cap(points, rule.cap), "its cap")
        return Share(rule.id, points + self.side * (_SLACK if times % 1 else 0), "its limit")

    def _best(self, rules: Sequence[Rule], given: Mapping[str | None, Sequence[Share]]) -> list[tuple[Rule, Share]]:
        """Return which give the most of the attribute rules that have to do with each other, with their points."""
        groups = {rule.group for rule in rules if rule.group is not None}
        helps = sorted((rule for rule in rules if rule.points * self.side > 0), key=lambda rule: -abs(rule.points))
        hurts = sorted((rule for rule in rules if rule.points * self.side < 0), key=lambda rule: -abs(rule.points))
        sums = {group: sum(share.points for share in given[group]) for group in groups}
        chosen = _Choice(self, [*helps, *hurts], sums).best()
        left = [rule for rule in helps if rule not in chosen and rule.when is not None and self.can_hold(rule.when)]
        self.excluded += [Share(rule.id, rule.points) for rule in left]
        return [(rule, Share(rule.id, rule.points, "not to be avoided" if rule in hurts else "")) for rule in chosen]


@dataclass
class _Choice:
    """The choice of rules that fire together and give the most."""

    reckoning: _Reckoning
    rules: Sequence[Rule]
    sums: dict[str, float]
    looks: int = 0
    found: tuple[float, list[Rule]] | None = None

    def best(self) -> list[Rule]:
        """Return the rules; all that help if too many choices would have to be looked at."""
        self._try(0, [], [])
        if self.looks > _MOST_LOOKS or self.found is None:
            return [rule for rule in self.rules if rule.points * self.reckoning.side > 0]
        return self.found[1]

    def _worth(self, chosen: Iterable[Rule]) -> float:
        sums, alone = dict(self.sums), 0.0
        for rule in chosen:
            points = rounded(rule.points)
            if rule.group is None:
                alone += points
            else:
                sums[rule.group] += points
        caps = self.reckoning.score.groups
        return alone + sum(within_cap(points, caps[group].cap) for group, points in sums.items())

    def _try(self, place: int, chosen: list[Rule], parts: list[Node]) -> None:
        side = self.reckoning.side
        helpful = [rule for rule in self.rules[place:] if rule.points * side > 0]
        hopeless = self.found is not None and self._worth([*chosen, *helpful]) * side <= self.found[0] * side
        if hopeless or self.looks > _MOST_LOOKS:
            return
        if place == len(self.rules):
            self.found = (self._worth(chosen), chosen)
            return
        rule = self.rules[place]
        assert rule.when is not None
        without = parts if rule.points * side > 0 else [*parts, Or((Not(rule.when), IsMissing(rule.when)))]
        options = [([*chosen, rule], [*parts, rule.when]), (chosen, without)]
        for rules, nodes in options if rule.points * side > 0 else options[::-1]:
            if nodes is parts or self._agree(nodes):
                self._try(place + 1, rules, nodes)

    def _agree(self, nodes: Sequence[Node]) -> bool:
        self.looks += 1
        return self.reckoning.can_hold(nodes[0] if len(nodes) == 1 else And(tuple(nodes)))


def _together(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Return the rules in sets that have nothing to do with each other: no name, no kind, no group in common."""
    found: list[tuple[set[str], list[Rule]]] = []
    for rule in rules:
        assert rule.when is not None
        about = {_about(node) for node in walk(rule.when) if isinstance(node, Name | History)}
        about |= {f"group {rule.group}"} if rule.group is not None else set()
        joined, members = set(about), [rule]
        for other in [one for one in found if one[0] & about]:
            found.remove(other)
            joined |= other[0]
            members = [*other[1], *members]
        found.append((joined, members))
    return [members for _, members in found]


def _about(node: Node) -> str:
    """Return what an operand is about: operands that are about different things have nothing to do with each other."""
    if isinstance(node, Name) and not node.path.startswith(("contact.email", "contact.roles", "contact.is_customer")):
        return node.path
    return "mail" if isinstance(node, Name) and node.path.startswith("contact.email") else "the history"


def _signed(points: float) -> str:
    return f"{points:+.9g}"
