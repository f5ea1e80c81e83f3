"""Scores by rules: points for what a contact is and for what it does."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from leadqual.errors import Place, PolicyError, Problem, shown
from leadqual.model.base import Model
from leadqual.model.time import Duration
from leadqual.policy.fields import AtMostText, ConditionText, SelectionText, teaching
from leadqual.policy.rules_card import bands_card, grid_card, rules_card

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]
"""A name that conditions can use: letters, digits and underscores."""

RuleId = Annotated[str, Field(pattern=r"^[^\s\[\]{},#'\"]+$", max_length=100)]
"""The id of a rule or a transition: one word."""

LARGEST: Final = 1e12
"""No number of a policy lies beyond it on either side of zero, so that sums stay finite."""

Number = Annotated[float, Field(strict=True, ge=-LARGEST, le=LARGEST)]
"""A number; a text that looks like one and true or false are refused."""


def none_is_empty(value: Any) -> Any:
    """Read ``name:`` with nothing after it as ``name: {}``."""
    return {} if value is None else value


def none_is_no_item(value: Any) -> Any:
    """Read ``name:`` with nothing after it as ``name: []``."""
    return () if value is None else value


def _range(value: Any) -> tuple[float, float]:
    numbers = [part for part in value if _is_number(part)] if isinstance(value, list | tuple) else []
    if len(numbers) != 2 or len(value) != 2:
        expected = "the smallest and the largest value: [0, 100]"
        raise PolicyError(Problem("bad-range", "a range is a list of two numbers", Place(), shown(value), expected))
    low, high = numbers
    if not low < high:
        expected = "the smaller value first: [0, 100]"
        problem = Problem("unreachable-range", "no score can lie in this range", Place(), shown(value), expected)
        raise PolicyError(problem)
    return float(low), float(high)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


Range = Annotated[
    tuple[float, float],
    BeforeValidator(teaching(_range)),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]
"""Two numbers, the smaller first."""

DECAYS = ("half_life", "linear", "step")
OF_INTERACTIONS = ("within", *DECAYS, "at_most", "cap")


class Step(Model):
    """Decay in steps: a share of the points is lost at the end of each period, ``(1 - lose) ** floor(age / every)``."""

    every: Duration = Field(description="The length of a period, such as 30d.")
    lose: Annotated[float, Field(strict=True, gt=0, le=1)] = Field(
        description="The share lost at the end of each period, from 0 to 1."
    )


class Rule(Model):
    """Points for an attribute (`when`) or for each interaction of a kind (`each`)."""

    id: RuleId = Field(description="The name under which the rule stands in the ledger.")
    points: Number = Field(
        description="Points once if the condition is true, or for each interaction; may be negative."
    )
    when: ConditionText | None = Field(None, description="Give the points once when this condition is true.")
    each: SelectionText | None = Field(None, description="Give the points for each of these interactions.")
    within: Duration | None = Field(None, description="Only interactions younger than this count: 0 <= age < within.")
    half_life: Duration | None = Field(None, description="The points halve with each such period: 2 ** (-age / 30d).")
    linear: Duration | None = Field(None, description="The points fall evenly to nothing: max(0, 1 - age / 90d).")
    step: Step | None = Field(None, description="The points fall in steps.")
    at_most: AtMostText | None = Field(None, description="Only the first few in each window count: 3 per 1d.")
    cap: Annotated[Number, Field(gt=0)] | None = Field(
        None, description="The limit of the rule's sum, on either side of zero."
    )
    group: Identifier | None = Field(None, description="The group whose cap this rule shares.")
    description: str | None = Field(None, description="Why the rule is there, for people.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = []
        if (self.when is None) == (self.each is None):
            message = "a rule has either when: (a condition) or each: (interactions)"
            hint = "when: gives points once; each: gives them for every interaction"
            problems.append(Problem("when-or-each", message, hint=hint))
        used = [name for name in OF_INTERACTIONS if getattr(self, name) is not None]
        if self.each is None and self.when is not None and used:
            message = f"{', '.join(used)} belong to rules about interactions (each:)"
            problems.append(Problem("wrong-option", message, found="when:", expected="each:"))
        decays = [name for name in DECAYS if getattr(self, name) is not None]
        if len(decays) > 1:
            problems.append(Problem("two-decays", "a rule has one decay", found=", ".join(decays)))
        if problems:
            raise PolicyError(problems)
        return self


class Group(Model):
    """Rules that share a cap."""

    cap: Annotated[Number, Field(gt=0)] = Field(
        description="The limit of the sum of the group's rules, on either side of zero."
    )
    description: str | None = Field(None, description="Why the group is there, for people.")


class ScoreRules(Model):
    """A score: the sum of its rules, clipped to its range last."""

    range: Range = Field(description="The smallest and the largest value.")
    rules: Annotated[tuple[Rule, ...], BeforeValidator(none_is_no_item)] = Field(
        (), description="The rules, in the order of the ledger."
    )
    groups: Annotated[dict[Identifier, Group], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="Groups of rules that share a cap."
    )
    description: str | None = Field(None, description="What the score measures, for people.")

    def _repr_html_(self) -> str:
        return rules_card(self)


class ScorerSpec(Model):
    """A score that a scorer object gives (`Policy.with_scorer`), declared so that conditions may use it."""

    range: Range = Field((0.0, 1.0), description="The smallest and the largest value.")
    description: str | None = Field(None, description="What the score measures, for people.")


class Bands(Model):
    """Descending thresholds on a score: the first that the value reaches gives the grade."""

    score: Identifier = Field(description="The score that is graded.")
    bands: dict[Identifier, Number] = Field(min_length=1, description="Each band with its lowest score, descending.")
    description: str | None = Field(None, description="What the grade says, for people.")

    def _repr_html_(self) -> str:
        return bands_card(self)


class Grid(Model):
    """A grid of two grades: fit against temperature, A1 to C3."""

    rows: Identifier = Field(description="The grade that chooses the row.")
    columns: Identifier = Field(description="The grade that chooses the column.")
    cells: Annotated[dict[Identifier, dict[Identifier, Identifier]], BeforeValidator(none_is_empty)] = Field(
        default_factory=dict, description="The name of each cell by row and column; row_column where none is given."
    )
    description: str | None = Field(None, description="What the grade says, for people.")

    def cell(self, row: str, column: str) -> str:
        """Return the name of a cell.

        Parameters
        ----------
        row : str
            The band of the grade in `rows`.
        column : str
            The band of the grade in `columns`.
        """
        return self.cells.get(row, {}).get(column, f"{row}_{column}")

    def _repr_html_(self) -> str:
        return grid_card(self)
