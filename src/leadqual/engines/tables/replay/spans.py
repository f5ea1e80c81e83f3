"""What can become true between two instants while nothing happens, for many contacts at once.

The same interval arithmetic as `leadqual.engines.bounds`, over columns: between two interactions each answer moves one
way, so its values lie between those at the ends. Bounds may be too wide, never too narrow.
"""

from __future__ import annotations

import math
from functools import reduce
from operator import and_, or_
from typing import Final, TypeAlias

import narwhals as nw

from leadqual.conditions.nodes import (
    And,
    Arithmetic,
    Compare,
    History,
    In,
    Items,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Or,
)
from leadqual.engines.bounds import ROUNDING, is_number
from leadqual.engines.numbers import rounded
from leadqual.engines.steady import is_steady
from leadqual.engines.tables.contact import ContactScope
from leadqual.engines.tables.logic import expression
from leadqual.engines.tables.scores import Scores, Step, within
from leadqual.model.time import DAY
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Rule

Interval: TypeAlias = tuple[nw.Expr, nw.Expr]
"""The smallest and largest value over a span; both null where it is missing throughout."""

May: TypeAlias = tuple[nw.Expr, nw.Expr]
"""Whether a condition may be true somewhere in a span, and whether it may be false; never null."""

FIRST: Final = "lq_first"
LAST: Final = "lq_last"
"""The ends of a span, both in it, in UTC microseconds."""
ENTERED_FIRST: Final = "lq_entered_first"
ENTERED_LAST: Final = "lq_entered_last"
"""Between which instants the stage was entered; missing where it never was."""

_ALWAYS: Final = (nw.lit(value=True), nw.lit(value=True))
_ANYTHING: Final = (nw.lit(-math.inf), nw.lit(math.inf))


class Spans:
    """The bounds of a policy's conditions over spans without interactions.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    scope : ContactScope
        What conditions read at a point.
    scores : Scores
        The points of rules at a point.

    Attributes
    ----------
    atoms : dict of str to nw.Expr
        What has to be known at both ends: a source has each under its name with ``@first`` and ``@last``.
    steps : list of dict
        Columns that the bounds are made of, each step of those before.
    """

    def __init__(self, policy: PolicyDocument, scope: ContactScope, scores: Scores) -> None:
        self._policy, self._scope, self._scores = policy, scope, scores
        self.atoms: dict[str, nw.Expr] = {}
        self.steps: list[Step] = []
        self._names: dict[object, str] = {}
        self._ranges: dict[str, Interval] = {}
        self._stage = ""

    def may_hold(self, node: Node, stage: str) -> nw.Expr:
        """Return whether a condition may be true somewhere in each span, for contacts in a stage."""
        self._stage = stage
        return self._may(node)[0]

    def _may(self, node: Node) -> May:
        """Return whether a condition may be true, and whether it may be false, in each span."""
        if is_steady(node, self._policy):
            answer, _ = self._atom((node, self._stage), expression(node, self._scope))
            return answer.fill_null(value=False), (~answer).fill_null(value=False)
        match node:
            case And(items):
                return _joined([self._may(item) for item in items])
            case Or(items):
                may_be_false, may_be_true = _joined([self._may(item)[::-1] for item in items])
                return may_be_true, may_be_false
            case Not(item):
                return self._may(item)[::-1]
            case Compare(first, rest):
                operands = [first, *(operand for _, operand in rest)]
                links = zip(operands, rest, strict=False)
                return _joined([self._comparison(left, sign, right) for left, (sign, right) in links])
            case In(Name(path), Items(values), negated) if path.startswith("grade."):
                among = self._among(path.partition(".")[2], {str(value.value) for value in values})
                return among[::-1] if negated else among
            case _:
                return _ALWAYS

    def _comparison(self, left: Node, sign: str, right: Node) -> May:
        if isinstance(left, Name) and left.path.startswith("grade."):
            if not isinstance(right, Literal):
                return _ALWAYS
            among = self._among(left.path.partition(".")[2], {str(right.value)})
            return among if sign == "==" else among[::-1]
        if sign in ("==", "!=") and not (is_number(left) or is_number(right)):
            return _ALWAYS
        may, may_not = _compared(sign, self._number(left), self._number(right))
        return may.fill_null(value=False), may_not.fill_null(value=False)

    def _number(self, node: Node) -> Interval:
        if is_steady(node, self._policy):
            value, _ = self._atom((node, self._stage), expression(node, self._scope))
            return value, value
        match node:
            case Name("days_in_stage"):
                return (nw.col(FIRST) - nw.col(ENTERED_LAST)) / DAY, (nw.col(LAST) - nw.col(ENTERED_FIRST)) / DAY
            case Name(path) if path.startswith("score."):
                return self._score(path.partition(".")[2])
            case Arithmetic(left, operator, right):
                return _computed(self._number(left), operator, self._number(right))
            case Negative(operand):
                return _computed((nw.lit(0.0), nw.lit(0.0)), "-", self._number(operand))
            case History(function, selection, _, interval):
                if function not in ("count", "days_since") and interval is not None:
                    return _ANYTHING
                # The latest interaction stays the latest; a window can only make the days since it missing.
                asked = History("days_since", selection) if function == "days_since" else node
                return self._between(asked, expression(asked, self._scope))
            case _:
                return _ANYTHING

    def _score(self, name: str) -> Interval:
        if name not in self._ranges:
            self._ranges[name] = self._summed(name) if name in self._policy.scores else _ANYTHING
        return self._ranges[name]

    def _summed(self, name: str) -> Interval:
        declared = self._policy.scores[name]
        sums: dict[str | None, list[Interval]] = {}
        for rule in declared.rules:
            points = self._points(name, rule)
            held = points if rule.cap is None else _held(points, -rule.cap, rule.cap)
            sums.setdefault(rule.group, []).append(held)
        parts = sums.pop(None, [])
        parts += [
            _held(_total(several), -declared.groups[group].cap, declared.groups[group].cap)
            for group, several in sums.items()
            if group is not None
        ]
        low, high = f"lq_low_{len(self._ranges)}_{name}", f"lq_high_{len(self._ranges)}_{name}"
        total = _total(parts)
        self.steps.append({low: total[0], high: total[1]})
        # What lies between the ends may be off by a rounding.
        slack = nw.when(nw.col(low) < nw.col(high)).then(ROUNDING).otherwise(0.0)
        rounding = self._scores.dialect.rounded
        bounds = _held((nw.col(low) - slack, nw.col(high) + slack), *declared.range)
        self.steps.append({f"{low}_": rounding(bounds[0]), f"{high}_": rounding(bounds[1])})
        return nw.col(f"{low}_"), nw.col(f"{high}_")

    def _points(self, score: str, rule: Rule) -> Interval:
        if rule.when is None:
            return self._between((score, rule.id), self._scores.points(rule))
        points, none = rounded(rule.points), nw.lit(0.0)
        may_hold, _ = self._may(rule.when)
        if is_steady(rule.when, self._policy):
            given = nw.when(may_hold).then(points).otherwise(0.0)
            return given, given
        if points < 0:
            return nw.when(may_hold).then(points).otherwise(0.0), none
        return none, nw.when(may_hold).then(points).otherwise(0.0)

    def _among(self, grade: str, wanted: set[str]) -> May:
        """Return whether a grade may be one of some, and whether it may be another."""
        none = nw.lit(value=False)
        possible = self._grades(grade)
        inside = [may for band, may in possible.items() if band in wanted]
        outside = [may for band, may in possible.items() if band not in wanted]
        return reduce(or_, inside, none), reduce(or_, outside, none)

    def _grades(self, name: str) -> dict[str, nw.Expr]:
        """Return whether each grade is possible in a span."""
        declared = self._policy.grades[name]
        found: dict[str, nw.Expr] = {}
        if isinstance(declared, Bands):
            low, high = self._score(declared.score)
            above = math.inf
            for band, threshold in declared.bands.items():
                found[band] = ((high >= float(threshold)) & (low < above)).fill_null(value=False)
                above = float(threshold)
            return found
        columns = self._grades(declared.columns)
        for row, may_row in self._grades(declared.rows).items():
            for column, may_column in columns.items():
                cell, both = declared.cell(row, column), may_row & may_column
                found[cell] = found[cell] | both if cell in found else both
        return found

    def _between(self, key: object, value: nw.Expr) -> Interval:
        """Return the bounds of what moves one way: its values at the ends."""
        first, last = self._atom(key, value)
        return nw.min_horizontal(first, last), nw.max_horizontal(first, last)

    def _atom(self, key: object, value: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
        """Return a value at both ends of each span."""
        name = self._names.setdefault(key, f"lq_a{len(self._names)}")
        self.atoms.setdefault(name, value)
        return nw.col(f"{name}@first"), nw.col(f"{name}@last")


def _joined(parts: list[May]) -> May:
    """Return the bounds of several conditions that must all hold."""
    return reduce(and_, [part[0] for part in parts]), reduce(or_, [part[1] for part in parts])


def _total(parts: list[Interval]) -> Interval:
    none = nw.lit(0.0)
    return (
        nw.sum_horizontal(none, *(part[0] for part in parts)),
        nw.sum_horizontal(none, *(part[1] for part in parts)),
    )


def _held(value: Interval, low: float, high: float) -> Interval:
    return within(value[0], low, high), within(value[1], low, high)


def _compared(sign: str, a: Interval, b: Interval) -> May:
    """Return whether a comparison may hold between two intervals, and whether it may not."""
    match sign:
        case ">=":
            return a[1] >= b[0], a[0] < b[1]
        case ">":
            return a[1] > b[0], a[0] <= b[1]
        case "<=":
            return a[0] <= b[1], a[1] > b[0]
        case "<":
            return a[0] < b[1], a[1] >= b[0]
        case _:
            may_meet = (a[0] <= b[1]) & (b[0] <= a[1])
            may_part = ~((a[0] == a[1]) & (b[0] == b[1]) & (a[0] == b[0]))
            return (may_meet, may_part) if sign == "==" else (may_part, may_meet)


def _computed(a: Interval, operator: str, b: Interval) -> Interval:
    if operator == "+":
        return a[0] + b[0], a[1] + b[1]
    if operator == "-":
        return a[0] - b[1], a[1] - b[0]
    ends = [x * y if operator == "*" else x / nw.when(y != 0.0).then(y) for x in a for y in b]
    known = reduce(and_, [part.is_finite() for part in (*a, *b)])
    if operator == "/":
        known = known & ((b[0] > 0.0) | (b[1] < 0.0))
    missing = a[0].is_null() | b[0].is_null()
    low, high = nw.min_horizontal(*ends), nw.max_horizontal(*ends)
    return (
        nw.when(known).then(low).otherwise(nw.when(~missing).then(nw.lit(-math.inf))),
        nw.when(known).then(high).otherwise(nw.when(~missing).then(nw.lit(math.inf))),
    )
