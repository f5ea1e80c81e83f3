"""A score as the sum of its rules: which of its cells it can reach, given the cells of what the rules read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from leadqual.conditions.nodes import History, Name, Node
from leadqual.engines.bounds import ROUNDING
from leadqual.engines.numbers import rounded, within_cap, within_range
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import DECAYS, Rule, ScoreRules
from leadqual.proofs.build import Built
from leadqual.proofs.leaves import Leaves
from leadqual.proofs.ranges import NOT_TRUE, TRUE, UNKNOWN
from leadqual.proofs.scope import Scope
from leadqual.proofs.trees import State, Tree, bits_of, is_single, operands_of, tree_of
from leadqual.proofs.variables import Variable

Interval = tuple[float, float]


@dataclass(frozen=True)
class Term:
    """A rule of a score: its condition, or the count of the interactions that it is about.

    Parameters
    ----------
    rule : Rule
        The rule.
    tree : Tree or None
        Its condition; None for a rule about interactions.
    place : int
        For a rule about interactions: where the variable of their count stands.
    """

    rule: Rule
    tree: Tree | None
    place: int = -1

    def points(self, state: State, variables: list[Variable]) -> Interval:
        """Return the least and the most points that the rule may give, capped."""
        if self.tree is not None:
            mask, points = self.tree.mask(state), rounded(self.rule.points)
            if mask == TRUE:
                return points, points
            return (min(points, 0.0), max(points, 0.0)) if mask & TRUE else (0.0, 0.0)
        most = variables[self.place].range(state[self.place])
        return _of_interactions(self.rule, most.low, most.high)


def _of_interactions(rule: Rule, least: float, most: float) -> Interval:
    """Return the points of so many interactions; how old they are is not known."""
    if most <= 0:
        return 0.0, 0.0
    fades = rule.half_life or rule.linear or rule.step
    low = rule.points * least if not fades and rule.at_most is None else 0.0
    high = rule.points * most if most < 1e14 else math.copysign(math.inf, rule.points)
    ends = [low, high] if rule.cap is None else [within_cap(low, rule.cap), within_cap(high, rule.cap)]
    return min(ends), max(ends)


def unit_of(rules: ScoreRules) -> float:
    """Return the largest number of which the score and all its lines are multiples; 0 if they fade.

    Examples
    --------
    >>> unit_of(ScoreRules(range=(0, 100), rules=[Rule(id="a", when="stage == 'x'", points=25)]))
    25.0
    """
    if any(getattr(rule, decay) is not None for rule in rules.rules for decay in DECAYS):
        return 0.0
    numbers = [*rules.range, *(rule.points for rule in rules.rules), *(group.cap for group in rules.groups.values())]
    numbers += [rule.cap for rule in rules.rules if rule.cap is not None]
    return math.gcd(*(round(number * 1e6) for number in numbers)) / 1e6


@dataclass(frozen=True)
class ScoreSum:
    """A score that is worked out from other operands.

    Parameters
    ----------
    place : int
        Where the variable of the score stands.
    variables : list of Variable
        All operands.
    rules : ScoreRules
        How it is declared.
    terms : tuple of Term
        Its rules.
    thorough : bool
        Whether everything that its rules read is to be decided; else as much as brings the score within reach.
    """

    place: int
    variables: list[Variable]
    rules: ScoreRules
    terms: tuple[Term, ...]
    thorough: bool = False
    known: dict[tuple[int, ...], Interval] = field(default_factory=dict)

    @cached_property
    def unit(self) -> float:
        """The number of which the score is a multiple, or 0."""
        return unit_of(self.rules)

    def narrow(self, state: State) -> int | None:
        """Return the place of the score if its cells were narrowed, -1 if not; None if none is left."""
        low, high = self.bounds(state)
        variable, kept = self.variables[self.place], 0
        for bit in bits_of(state[self.place]):
            one = variable.ranges[bit.bit_length() - 1]
            if one.low <= high and one.high >= low and self._steps_on(max(one.low, low), min(one.high, high)):
                kept |= bit
        if kept == state[self.place]:
            return -1
        state[self.place] = kept
        return self.place if kept else None

    def _steps_on(self, low: float, high: float) -> bool:
        """Return whether the score may have a value from `low` to `high`: it has multiples of its unit alone."""
        # Multiples of whole numbers are exact in floating point; a fraction may be off by a rounding.
        if not (self.unit.is_integer() and self.unit > 0) or not math.isfinite(high):
            return True
        return math.floor(high / self.unit) * self.unit >= low

    def bounds(self, state: State, *, at_rest: bool = False) -> Interval:
        """Return the least and the greatest value; `at_rest`: of what need not give points nothing does."""
        low = high = 0.0
        groups = dict.fromkeys(self.rules.groups, (0.0, 0.0))
        for term in self.terms:
            if at_rest and term.tree is not None and term.tree.mask(state) & NOT_TRUE:
                continue
            least, most = term.points(state, self.variables)
            if term.rule.group is None:
                low, high = low + least, high + most
            else:
                before = groups[term.rule.group]
                groups[term.rule.group] = (before[0] + least, before[1] + most)
        for group, (least, most) in groups.items():
            cap = self.rules.groups[group].cap
            low, high = low + within_cap(least, cap), high + within_cap(most, cap)
        if not (float(low).is_integer() and float(high).is_integer()):  # sums of fractions may be off by a rounding
            low, high = low - ROUNDING, high + ROUNDING
        low, high = within_range(low, self.rules.range), within_range(high, self.rules.range)
        return low, high

    def is_settled(self, state: State) -> bool:
        """Return whether the score surely lies in the cells that are left to it."""
        low, high = self.bounds(state)
        outside = self.variables[self.place].all & ~state[self.place]
        return not any(self._reaches(bit, low, high) for bit in bits_of(outside))

    def _reaches(self, bit: int, low: float, high: float) -> bool:
        one = self.variables[self.place].ranges[bit.bit_length() - 1]
        return one.low <= high and one.high >= low

    def _is_within_reach(self, state: State) -> bool:
        if not any(term.tree is None for term in self.terms):
            return False
        low, high = self.bounds(state, at_rest=True)
        return any(self._reaches(bit, low, high) for bit in bits_of(state[self.place]))

    def pick(self, state: State) -> tuple[int, list[int]] | None:
        """Return a variable that decides the score, and how to divide its cells; None if nothing is left to do."""
        if self.is_settled(state) or (not self.thorough and self._is_within_reach(state)):
            return None
        upwards = self._asks_for_more(state)
        for term in sorted(self.terms, key=_weight):
            if term.tree is not None and not is_single(term.tree.mask(state) & ~UNKNOWN or UNKNOWN):
                choice = term.tree.pick(state)
                if choice is not None:
                    index, groups = choice
                    return index, groups if (term.rule.points > 0) is upwards else groups[::-1]
            elif term.tree is None and self.thorough:
                choice = self._counted(state, term)
                if choice is not None:
                    return choice
        return None

    def _counted(self, state: State, term: Term) -> tuple[int, list[int]] | None:
        """Return how to divide a count: none, or some."""
        bits, variable = state[term.place], self.variables[term.place]
        none = sum(bit for bit in bits_of(bits) if variable.ranges[bit.bit_length() - 1].high <= 0)
        return (term.place, [none, bits & ~none]) if none and bits & ~none else None

    def _asks_for_more(self, state: State) -> bool:
        wanted = self.variables[self.place].range(state[self.place])
        return wanted.low > self.bounds(state, at_rest=True)[0]


def _weight(term: Term) -> tuple[bool, float]:
    """Return the order in which rules are decided: those that read no score first, the weightiest first."""
    reads = () if term.rule.when is None else operands_of(term.rule.when)
    return any(str(operand).startswith("score.") for operand in reads), -abs(term.rule.points)


def scores_read(policy: PolicyDocument, nodes: list[Node], scope: Scope) -> list[str]:
    """Return the scores by rules that some conditions read, and those behind them, each once."""
    found: dict[str, None] = {}
    waiting = [operand for node in nodes for read in operands_of(node) for operand in scope.operands_of(read)]
    while waiting:
        name = str(waiting.pop()).removeprefix("score.")
        if name in found or Name(f"score.{name}") not in scope.score_names or name not in policy.scores:
            continue
        found[name] = None
        for rule in policy.scores[name].rules:
            if rule.when is not None:
                waiting += operands_of(rule.when)
    return [name for name in policy.scores if name in found]


def counted_by(rule: Rule) -> History | None:
    """Return the question whose answer 0 means that a rule about interactions gives no points."""
    return None if rule.each is None else History("count", rule.each, None, rule.within)


def sums_of(built: Built, names: list[str], *, thorough: bool) -> Iterator[ScoreSum]:
    """Yield some scores as sums over variables."""
    leaves, places = Leaves(built.scope, built.places), built.places
    for name in names:
        rules = built.scope.policy.scores[name]
        terms = tuple(_term(rule, leaves, places) for rule in rules.rules)
        yield ScoreSum(places[Name(f"score.{name}")][0], built.variables, rules, terms, thorough)


def _term(rule: Rule, leaves: Leaves, places: Mapping[Node, tuple[int, Variable]]) -> Term:
    if rule.when is not None:
        return Term(rule, tree_of(rule.when, leaves.leaf))
    asked = counted_by(rule)
    assert asked is not None  # a rule has one or the other
    return Term(rule, None, places[asked][0])
