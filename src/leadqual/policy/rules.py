"""Scores by rules: points for what a contact is and for what it does."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from leadqual.errors import PolicyError, Problem
from leadqual.model.base import Model
from leadqual.model.time import Duration
from leadqual.policy.fields import AtMostText, ConditionText, SelectionText

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]
"""A name that conditions can use: letters, digits and underscores."""

RuleId = Annotated[str, Field(pattern=r"^[^\s\[\]{},#'\"]+$", max_length=100)]
"""The id of a rule or a transition: one word."""

_DECAYS = ("half_life", "linear", "step")
_OF_INTERACTIONS = ("within", *_DECAYS, "at_most", "cap")


class Step(Model):
    """Decay in steps: a share of the points is lost at the end of each period, ``(1 - lose) ** floor(age / every)``."""

    every: Duration = Field(description="The length of a period, such as 30d.")
    lose: float = Field(gt=0, le=1, description="The share lost at the end of each period, from 0 to 1.")


class Rule(Model):
    """Points for an attribute (`when`) or for each interaction of a kind (`each`)."""

    id: RuleId = Field(description="The name under which the rule stands in the ledger.")
    points: float = Field(description="Points once if the condition is true, or for each interaction; may be negative.")
    when: ConditionText | None = Field(None, description="Give the points once when this condition is true.")
    each: SelectionText | None = Field(None, description="Give the points for each of these interactions.")
    within: Duration | None = Field(None, description="Only interactions younger than this count: 0 <= age < within.")
    half_life: Duration | None = Field(None, description="The points halve with each such period: 2 ** (-age / 30d).")
    linear: Duration | None = Field(None, description="The points fall evenly to nothing: max(0, 1 - age / 90d).")
    step: Step | None = Field(None, description="The points fall in steps.")
    at_most: AtMostText | None = Field(None, description="Only the first few in each window count: 3 per 1d.")
    cap: float | None = Field(None, gt=0, description="The limit of the rule's sum, on either side of zero.")
    group: Identifier | None = Field(None, description="The group whose cap this rule shares.")
    description: str | None = Field(None, description="Why the rule is there, for people.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = []
        if (self.when is None) == (self.each is None):
            message = "a rule has either when: (a condition) or each: (interactions)"
            hint = "when: gives points once; each: gives them for every interaction"
            problems.append(Problem("when-or-each", message, hint=hint))
        used = [name for name in _OF_INTERACTIONS if getattr(self, name) is not None]
        if self.each is None and self.when is not None and used:
            message = f"{', '.join(used)} belong to rules about interactions (each:)"
            problems.append(Problem("wrong-option", message, found="when:", expected="each:"))
        decays = [name for name in _DECAYS if getattr(self, name) is not None]
        if len(decays) > 1:
            problems.append(Problem("two-decays", "a rule has one decay", found=", ".join(decays)))
        if problems:
            raise PolicyError(problems)
        return self


class Group(Model):
    """Rules that share a cap."""

    cap: float = Field(gt=0, description="The limit of the sum of the group's rules, on either side of zero.")
    description: str | None = Field(None, description="Why the group is there, for people.")


class ScoreRules(Model):
    """A score: the sum of its rules, clipped to its range last."""

    range: tuple[float, float] = Field(description="The smallest and the largest value.")
    rules: tuple[Rule, ...] = Field((), description="The rules, in the order of the ledger.")
    groups: dict[Identifier, Group] = Field(default_factory=dict, description="Groups of rules that share a cap.")
    description: str | None = Field(None, description="What the score measures, for people.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.range
        if not low < high:
            raise PolicyError(
                Problem(
                    "unreachable-range",
                    "no score can lie in this range",
                    found=f"[{low:g}, {high:g}]",
                    expected="the smaller value first: [0, 100]",
                )
            )
        return self


class ScorerSpec(Model):
    """A score that a scorer object gives (`Policy.with_scorer`), declared so that conditions may use it."""

    range: tuple[float, float] = Field((0.0, 1.0), description="The smallest and the largest value.")
    description: str | None = Field(None, description="What the score measures, for people.")


def none_is_empty(value: Any) -> Any:
    """Read ``name:`` with nothing after it as ``name: {}``."""
    return {} if value is None else value


class Bands(Model):
    """Descending thresholds on a score: the first that the value reaches gives the grade."""

    score: Identifier = Field(description="The score that is graded.")
    bands: dict[Identifier, float] = Field(min_length=1, description="Each band with its lowest score, descending.")
    description: str | None = Field(None, description="What the grade says, for people.")


class Grid(Model):
    """A grid of two grades: fit against temperature, A1 to C3."""

    rows: Identifier = Field(description="The grade that chooses the row.")
    columns: Identifier = Field(description="The grade that chooses the column.")
    cells: Annotated[dict[Identifier, dict[Identifier, Identifier]], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="The name of each cell by row and column; row_column where none is given."
    )
    description: str | None = Field(None, description="What the grade says, for people.")

    def cell(self, row: str, column: str) -> str:
        """Return the name of a cell."""
        return self.cells.get(row, {}).get(column, f"{row}_{column}")
