"""Scores and grades as columns: rules with their caps, groups, the clip, bands and grids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import narwhals as nw

from leadqual.engines.numbers import rounded
from leadqual.engines.tables.contact import ContactScope
from leadqual.engines.tables.dialect import Dialect
from leadqual.engines.tables.gather import Gathering
from leadqual.engines.tables.logic import expression
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules

Step: TypeAlias = dict[str, nw.Expr]
"""Columns that are computed side by side, from those of the steps before."""


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
    """

    value: str
    lines: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


class Scores:
    """The scores and grades of a policy.

    Parameters
    ----------
    policy : PolicyDocument
        The policy.
    scope : ContactScope
        What conditions read.
    gathering : Gathering
        Where rules about interactions are asked.
    dialect : Dialect
        How the library rounds.
    """

    def __init__(self, policy: PolicyDocument, scope: ContactScope, gathering: Gathering, dialect: Dialect) -> None:
        self._policy, self._scope, self._gathering, self._dialect = policy, scope, gathering, dialect
        self._number = 0

    def score(self, name: str) -> Computed:
        """Return the columns of a score by rules."""
        score, prefix = self._policy.scores[name], f"lq_s{self._next()}"
        made = Computed(prefix)
        rules = {rule.id: f"{prefix}_r{number}" for number, rule in enumerate(score.rules)}
        made.steps.append({rules[rule.id]: self._points(rule) for rule in score.rules})
        made.lines |= {f"score.{name}.{rule.id}": rules[rule.id] for rule in score.rules}
        capped = dict(self._capped(name, score, rules, made))
        grouped = dict(self._grouped(name, score, capped, made))
        alone = [capped[rule.id] for rule in score.rules if rule.group is None]
        total = nw.sum_horizontal(nw.lit(0.0), *alone, *grouped.values())
        self._clip(name, score, total, made)
        return made

    def grade(self, name: str) -> Computed:
        """Return the column of a grade."""
        declared, column = self._policy.grades[name], f"lq_g{self._next()}"
        grade = self._band(declared) if isinstance(declared, Bands) else self._cell(declared)
        return Computed(column, steps=[{column: grade}])

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _points(self, rule: Rule) -> nw.Expr:
        if rule.when is not None:
            return nw.when(expression(rule.when, self._scope)).then(rounded(rule.points)).otherwise(0.0)
        return self._dialect.rounded(self._gathering.shares(rule) * float(rule.points))

    def _capped(
        self, name: str, score: ScoreRules, rules: dict[str, str], made: Computed
    ) -> Iterator[tuple[str, nw.Expr]]:
        """Yield the points of each rule after its cap, and add what the cap takes to the ledger."""
        step: Step = {}
        for rule in score.rules:
            points = nw.col(rules[rule.id])
            if rule.cap is None:
                yield rule.id, points
            else:
                column, line = f"{rules[rule.id]}_held", f"{rules[rule.id]}_cap"
                step[column] = _within(points, -rule.cap, rule.cap)
                step[line] = self._dialect.rounded(step[column] - points)
                made.lines[f"score.{name}.cap.{rule.id}"] = line
                yield rule.id, nw.col(column)
        made.steps.append(step)

    def _grouped(
        self, name: str, score: ScoreRules, capped: dict[str, nw.Expr], made: Computed
    ) -> Iterator[tuple[str, nw.Expr]]:
        """Yield the points of each group after its cap, and add what the cap takes to the ledger."""
        sums: Step = {}
        held: Step = {}
        for number, (group, spec) in enumerate(score.groups.items()):
            column = f"{made.value}_g{number}"
            sums[column] = nw.sum_horizontal(
                nw.lit(0.0), *(capped[rule.id] for rule in score.rules if rule.group == group)
            )
            held[f"{column}_held"] = _within(nw.col(column), -spec.cap, spec.cap)
            held[f"{column}_cap"] = self._dialect.rounded(held[f"{column}_held"] - nw.col(column))
            made.lines[f"score.{name}.group_cap.{group}"] = f"{column}_cap"
            yield group, nw.col(f"{column}_held")
        made.steps += [sums, held]

    def _clip(self, name: str, score: ScoreRules, total: nw.Expr, made: Computed) -> None:
        sum_, line = f"{made.value}_sum", f"{made.value}_clip"
        made.steps.append({sum_: total})
        value = self._dialect.rounded(_within(nw.col(sum_), *score.range))
        made.steps.append({made.value: value})
        made.steps.append({line: self._dialect.rounded(nw.col(made.value) - nw.col(sum_))})
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


def _within(value: nw.Expr, low: float, high: float) -> nw.Expr:
    """Return a value, or the bound that it passes; bounds have six decimals like all points."""
    below = nw.when(value < low).then(rounded(low)).otherwise(value)
    return nw.when(value > high).then(rounded(high)).otherwise(below)
