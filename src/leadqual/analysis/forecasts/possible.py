"""What a condition or a score may be, given what its parts may be: the language over sets of values."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, Protocol, assert_never

from leadqual.analysis.forecasts.values import (
    ANY_ANSWER,
    ANYTHING,
    Numbers,
    Possible,
    all_of,
    compared,
    computed,
    contained,
    may_be_missing,
    negated,
    opposite,
)
from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    Name,
    Negative,
    Node,
    Not,
    Or,
)
from leadqual.engines.compile import METHODS
from leadqual.engines.numbers import rounded, within_cap, within_range
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Rule


class Leaves(Protocol):
    """What the parts of conditions may be."""

    def certain(self, node: Node) -> Possible | None:
        """Return what a whole expression is, where that is known without looking at its parts; else None."""
        ...

    def leaf(self, node: Name | History) -> Possible:
        """Return what a name, or a question to the history, may be."""
        ...

    def rules(self, score: str) -> Iterable[Rule]:
        """Return the rules of a score that may give points at all, in their order."""
        ...

    def points(self, score: str, rule: Rule) -> tuple[float, float]:
        """Return the smallest and largest sum, before its cap, that a rule about interactions may give."""
        ...


class Possibilities:
    """Everything that expressions, scores and grades of a policy may be.

    Parameters
    ----------
    policy : PolicyDocument
        Whose scores and grades they are.
    leaves : Leaves
        What the parts may be.
    """

    def __init__(self, policy: PolicyDocument, leaves: Leaves) -> None:
        self._policy = policy
        self._leaves = leaves
        self._scores: dict[str, Numbers] = {}

    def of(self, node: Node) -> Possible:
        """Return everything that an expression may be."""
        known = self._leaves.certain(node)
        if known is not None:
            return known
        match node:
            case Literal(value):
                return frozenset({value})
            case Items(values):
                return frozenset({tuple(item.value for item in values)})
            case Name(path) if path.startswith("score.") and path.partition(".")[2] in self._policy.scores:
                return self.score(path.partition(".")[2])
            case Name(path) if path.startswith("grade."):
                return frozenset(self.grades(path.partition(".")[2]))
            case Name() | History():
                return self._leaves.leaf(node)
            case Compare(first, rest):
                operands = [first, *(operand for _, operand in rest)]
                links = zip(operands, rest, strict=False)
                return all_of(compared(self.of(a), comparator, self.of(b)) for a, (comparator, b) in links)
            case And(items):
                return all_of(self.answers(item) for item in items)
            case Or(items):
                return opposite(all_of(opposite(self.answers(item)) for item in items))
            case Not(item):
                return opposite(self.answers(item))
            case In(item, container, turned):
                return self._membership(item, container, turned)
            case IsMissing(operand, turned):
                return self._missing(self.of(operand), turned)
            case Arithmetic(left, operator, right):
                return computed(self.of(left), operator, self.of(right))
            case Negative(operand):
                return negated(self.of(operand))
            case Method(operand, name, argument):
                return self._method(operand, name, argument)
            case _:
                assert_never(node)

    def answers(self, node: Node) -> frozenset[Any]:
        """Return the possible answers of a condition."""
        found = self.of(node)
        return found if isinstance(found, frozenset) else ANY_ANSWER

    def _membership(self, item: Node, container: Node, turned: bool) -> frozenset[Any]:
        items, containers = self.of(item), self.of(container)
        if isinstance(containers, Numbers):
            return ANY_ANSWER
        found = [
            frozenset({None}) if values is None else contained(items, values, negated=turned) for values in containers
        ]
        return reduce(or_, found, frozenset())

    def _missing(self, values: Possible, turned: bool) -> frozenset[Any]:
        may = {True} if may_be_missing(values) else set()
        may |= {False} if values != frozenset({None}) else set()
        return frozenset(answer is not turned for answer in may)

    def _method(self, operand: Node, name: str, argument: Node | None) -> Possible:
        texts = self.of(operand)
        others: Possible = frozenset({()}) if argument is None else self.of(argument)
        if isinstance(texts, Numbers) or isinstance(others, Numbers):
            return ANYTHING if name == "lower" else ANY_ANSWER
        method = METHODS[name]
        return frozenset(
            None if text is None or other is None else method(text, *(() if argument is None else (other,)))
            for text in texts
            for other in others
        )

    def score(self, name: str) -> Numbers:
        """Return the bounds of a score by rules, added, capped and clipped in the order of the engine."""
        if name not in self._scores:
            self._scores[name] = self._score(name)
        return self._scores[name]

    def _score(self, name: str) -> Numbers:
        declared = self._policy.scores[name]
        low = high = 0.0
        groups = dict.fromkeys(declared.groups, (0.0, 0.0))
        for rule in self._leaves.rules(name):
            least, most = self._rule(name, rule)
            if rule.cap is not None:
                least, most = within_cap(least, rule.cap), within_cap(most, rule.cap)
            if rule.group is None:
                low, high = low + least, high + most
            else:
                groups[rule.group] = (groups[rule.group][0] + least, groups[rule.group][1] + most)
        for group, (least, most) in groups.items():
            cap = declared.groups[group].cap
            low, high = low + within_cap(least, cap), high + within_cap(most, cap)
        return Numbers(rounded(within_range(low, declared.range)), rounded(within_range(high, declared.range)))

    def _rule(self, score: str, rule: Rule) -> tuple[float, float]:
        if rule.when is None:
            return self._leaves.points(score, rule)
        answers, points = self.answers(rule.when), rounded(rule.points)
        found = [points if answer is True else 0.0 for answer in answers]
        return min(found), max(found)

    def grades(self, name: str) -> set[str | None]:
        """Return everything that a grade may be."""
        declared = self._policy.grades[name]
        if not isinstance(declared, Bands):
            rows, columns = self.grades(declared.rows), self.grades(declared.columns)
            pairs = [(row, column) for row in rows for column in columns]
            return {None if row is None or column is None else declared.cell(row, column) for row, column in pairs}
        if declared.score not in self._policy.scores:
            return {*declared.bands, None}
        score = self.score(declared.score)
        found: set[str | None] = set()
        above = float("inf")
        for band, threshold in declared.bands.items():
            if score.high >= threshold and score.low < above:
                found.add(band)
            above = threshold
        return found | ({None} if score.low < above else set())
