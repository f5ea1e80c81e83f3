"""Scores and grades as columns: rules with their caps, groups, the clip, bands and grids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import narwhals as nw

from leadqual.engines.numbers import rounded
from leadqual.engines.tables.contact import ContactScope
from leadqual.engines.tables.dialect import Dialect
from leadqual.engines.tables.logic import expression
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules

Step: TypeAlias = dict[str, nw.Expr]
"""Columns that are computed side by side, from those of the steps before."""


class Gathers(Protocol):
    """What answers rules about interactions, each with a column."""

    def shares(self, rule: Rule) -> nw.Expr:
        """Return the sum of the shares of a rule's points that are left."""
        ...

    def work(self, level: int, columns: Mapping[str, nw.Expr]) -> None:
        """Compute columns beside each other, after those of lower levels."""
        ...


@dataclass
class Computed:
    """The columns of a score.

    Parameters
    ----------
    value : str
        The column of the score.
    lines : dict of str to str
        The columns of its ledger, by the names under which they come out.
    steps : list of dict
        How they are computed.
    absent : set of str
        The columns that contacts without interactions lack, and that are 0 then.
    """

    value: str
    lines: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)


class Scores:
    """The scores and grades of a policy.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    scope : ContactScope
        What conditions read.
    gathering : Gathering or Moments
        Where rules about interactions are asked.
    dialect : Dialect
        How the library rounds.
    outside : callable
        From the name of a score that does not come from rules to its columns.

    Attributes
    ----------
    steps : list of dict
        How everything that was asked for is computed.
    """

    def __init__(
        self,
        policy: PolicyDocument,
        scope: ContactScope,
        gathering: Gathers,
        dialect: Dialect,
        outside: Callable[[str], Computed],
    ) -> None:
        self._policy, self._scope, self._gathering, self.dialect = policy, scope, gathering, dialect
        self._outside, self._made, self._number = outside, dict[str, Computed](), 0
        self.steps: list[Step] = []

    def computed(self, path: str) -> Computed:
        """Return the columns of a score or grade, computed once, after what it reads itself."""
        if path not in self._made:
            owner, _, name = path.partition(".")
            if owner == "grade":
                made = self.grade(name)
            else:
                made = self._outside(name) if name in self._policy.scorers else self.score(name)
            self._made[path] = made
            self.steps += made.steps
        return self._made[path]

    def score(self, name: str) -> Computed:
        """Return the columns of a score by rules."""
        score, made = self._policy.scores[name], Computed(f"lq_s{self._next()}")
        sums: defaultdict[str | None, list[nw.Expr]] = defaultdict(list)
        for of_history in (True, False):
            for group, lines in self._lines(name, score, made, of_history=of_history).items():
                sums[group] += lines
        totals = [*sums.pop(None, []), *self._held(name, score, sums, made)]
        self._clip(name, score, nw.sum_horizontal(nw.lit(0.0), *totals), made)
        of_rules = [f"score.{name}.{line}" for rule in score.rules for line in (rule.id, f"cap.{rule.id}")]
        made.lines = {line: made.lines[line] for line in (*of_rules, *made.lines) if line in made.lines}
        return made

    def grade(self, name: str) -> Computed:
        """Return the column of a grade."""
        declared, column = self._policy.grades[name], f"lq_g{self._next()}"
        grade = self._band(declared) if isinstance(declared, Bands) else self._cell(declared)
        return Computed(column, steps=[{column: grade}])

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _lines(
        self, name: str, score: ScoreRules, made: Computed, *, of_history: bool
    ) -> dict[str | None, list[nw.Expr]]:
        """Add the lines of the rules about interactions, or of those about attributes, and return what they sum to.

        The sums are by group, None for the rules that are in none. Those of interactions are worked out before they
        are joined to the contacts, so that a sum is all that has to be.
        """
        points: Step = {}
        held: Step = {}
        after: Step = {}
        parts: defaultdict[str | None, list[nw.Expr]] = defaultdict(list)
        for number, rule in enumerate(score.rules):
            if (rule.each is not None) is not of_history:
                continue
            column = f"{made.value}_r{number}"
            points[column] = self.points(rule)
            made.lines[f"score.{name}.{rule.id}"] = column
            counted = nw.col(column)
            if rule.cap is not None:
                counted = nw.col(f"{column}_held")
                held[f"{column}_held"] = within(nw.col(column), -rule.cap, rule.cap)
                after[f"{column}_cap"] = self.dialect.rounded(counted - nw.col(column))
                made.lines[f"score.{name}.cap.{rule.id}"] = f"{column}_cap"
            parts[rule.group].append(counted)
        if not of_history:
            made.steps += [points]
            return parts
        for level, step in enumerate((points, held, after)):
            self._gathering.work(level, step)
        sums = {group: f"{made.value}_h{number}" for number, group in enumerate(parts)}
        self._gathering.work(2, {sums[group]: nw.sum_horizontal(*several) for group, several in parts.items()})
        made.absent |= {*points, *after}
        return {group: [nw.col(column).fill_null(0.0)] for group, column in sums.items()}

    def _held(
        self, name: str, score: ScoreRules, parts: Mapping[str | None, list[nw.Expr]], made: Computed
    ) -> Iterator[nw.Expr]:
        """Yield the points of each group after its cap, and add what the cap takes to the ledger."""
        sums: Step = {}
        held: Step = {}
        for number, (group, spec) in enumerate(score.groups.items()):
            if group in parts:
                column = f"{made.value}_g{number}"
                sums[column] = nw.sum_horizontal(*parts[group])
                held[f"{column}_held"] = within(nw.col(column), -spec.cap, spec.cap)
                held[f"{column}_cap"] = self.dialect.rounded(held[f"{column}_held"] - nw.col(column))
                made.lines[f"score.{name}.group_cap.{group}"] = f"{column}_cap"
                yield nw.col(f"{column}_held")
        made.steps += [sums, held]

    def points(self, rule: Rule) -> nw.Expr:
        """Return the points of a rule, before its cap."""
        if rule.when is not None:
            return nw.when(expression(rule.when, self._scope)).then(rounded(rule.points)).otherwise(0.0)
        return self.dialect.rounded(self._gathering.shares(rule) * float(rule.points))

    def _clip(self, name: str, score: ScoreRules, total: nw.Expr, made: Computed) -> None:
        sum_, line = f"{made.value}_sum", f"{made.value}_clip"
        made.steps.append({sum_: total})
        value = self.dialect.rounded(within(nw.col(sum_), *score.range))
        made.steps.append({made.value: value})
        made.steps.append({line: self.dialect.rounded(nw.col(made.value) - nw.col(sum_))})
        made.lines[f"score.{name}.clip.{name}"] = line

    def _band(self, declared: Bands) -> nw.Expr:
        value = self._scope.name(f"score.{declared.score}")
        grade = nw.lit(None, dtype=nw.String())
        for band, low in reversed(declared.bands.items()):
            grade = nw.when(value >= float(low)).then(nw.lit(band)).otherwise(grade)
        return grade

    def _cell(self, declared: Grid) -> nw.Expr:
        row, column = self._scope.name(f"grade.{declared.rows}"), self._scope.name(f"grade.{declared.columns}")
        cell = nw.concat_str([row, column], separator="_")
        for row_name, cells in declared.cells.items():
            for column_name, named in cells.items():
                here = (row == row_name) & (column == column_name)
                cell = nw.when(here).then(nw.lit(named)).otherwise(cell)
        return cell


def within(value: nw.Expr, low: float, high: float) -> nw.Expr:
    """Return a value, or the bound that it passes; bounds have six decimals like all points."""
    below = nw.when(value < low).then(rounded(low)).otherwise(value)
    return nw.when(value > high).then(rounded(high)).otherwise(below)
