"""What a case expects of a decision."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, model_validator

from leadqual._suggest import closest, did_you_mean
from leadqual.conditions.check import check_condition
from leadqual.errors import InputError, LeadqualError, Place, Problem, path_text, shown
from leadqual.lifecycle.policy import Policy
from leadqual.model.base import Model
from leadqual.policy.fields import ConditionText

_COMPARISON: Final = re.compile(r"(>=|<=|==|!=|>|<)\s*(-?\d+(?:\.\d+)?)")
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_HALF: Final = 5e-7  # scores are rounded to six decimals
_EXPECTED: Final = "a number, a range [low, high], a comparison such as '>= 15', or null where the score abstains"


class ScoreRange(Model):
    """Which values of a score are expected: a number, a range, a comparison, or that it abstains.

    Examples
    --------
    >>> ScoreRange.of([20, 30]).holds(30.0), ScoreRange.of("< 5").holds(5.0), ScoreRange.of(40).holds(40.0)
    (True, False, True)
    """

    text: str
    low: float | None = None
    high: float | None = None
    comparator: str | None = None

    @classmethod
    def of(cls, given: Any) -> ScoreRange:
        """Return the range that a test names; raise `InputError` (code ``bad-range``) if it names none."""
        if given is None or isinstance(given, ScoreRange):
            return given or cls(text="no value")
        if _is_number(given):
            return cls(text=f"{given:g}", low=given - _HALF, high=given + _HALF)
        if isinstance(given, list | tuple) and len(given) == 2 and all(map(_is_number, given)) and given[0] <= given[1]:
            return cls(text=f"from {given[0]:g} to {given[1]:g}", low=given[0], high=given[1])
        if isinstance(given, str) and (match := _COMPARISON.fullmatch(given.strip())):
            return cls(text=given.strip(), low=float(match[2]), comparator=match[1])
        raise InputError(Problem("bad-range", "this is no range of a score", Place(), shown(given), _EXPECTED))

    def is_possible(self, low: float, high: float) -> bool:
        """Return whether a score from `low` to `high` can have one of those values, or may abstain."""
        if self.low is None:
            return True
        if self.comparator is not None:
            return self.holds(low) or self.holds(high) or low < self.low < high
        return self.high is not None and self.low <= high and self.high >= low

    def holds(self, value: float | None) -> bool:
        """Return whether a score's value is one of those."""
        if value is None or self.low is None:
            return value is None and self.low is None
        if self.comparator is not None:
            return _COMPARE[self.comparator](value, self.low)
        return self.high is not None and self.low <= value <= self.high


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _points(value: Any) -> Any:
    """Read a list of reasons as reasons of which the points do not matter."""
    given = _texts(value)
    return dict.fromkeys(given) if isinstance(given, list | tuple) and all(isinstance(v, str) for v in given) else given


_Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class Expectation(Model):
    """What a decision has to be; what is not named may be anything.

    Examples
    --------
    >>> Expectation(stage="sql", scores={"intent": [30, 60]}).scores["intent"].text
    'from 30 to 60'
    """

    stage: str | None = Field(None, description="Where the contact stands; null under a policy without stages.")
    because: str | None = Field(None, description="The transition of the last move.")
    moves: _Texts = Field((), description="Every move in its order: the transition, or 'lead -> mql'.")
    scores: Mapping[str, Annotated[ScoreRange, BeforeValidator(ScoreRange.of)]] = Field(
        default_factory=dict, description="For a score a number, a range [low, high], '>= 15', or null."
    )
    grades: Mapping[str, str | None] = Field(default_factory=dict, description="For a grade its band; null for none.")
    reasons: Annotated[Mapping[str, float | None], BeforeValidator(_points)] = Field(
        default_factory=dict, description="Rules that give points, 'intent.demo' or 'demo'; with their points if given."
    )
    missing: _Texts = Field((), description="Fields that left something unknown; an empty list: nothing did.")
    holds: Annotated[tuple[ConditionText, ...], BeforeValidator(_texts)] = Field(
        (), description="Conditions that are true."
    )
    error: str | None = Field(None, description="The code of the error that is raised in place of a decision.")

    @model_validator(mode="after")
    def _something(self) -> Expectation:
        if not self.model_fields_set:
            hint = "expect a stage, moves, scores, grades, reasons, missing fields, conditions that hold, or an error"
            raise InputError(Problem("nothing-expected", "the case expects nothing, so it cannot fail", hint=hint))
        besides = [name for name in type(self).model_fields if name in self.model_fields_set - {"error"}]
        if self.error is not None and besides:
            message, hint = "an error comes in place of a decision, of which nothing can be expected", "make two cases"
            raise InputError(Problem("bad-usage", message, Place(path="error"), ", ".join(besides), hint=hint))
        return self

    def check(self, policy: Policy) -> None:
        """Raise `InputError` if it names what a policy lacks, with everything that it names.

        Parameters
        ----------
        policy : Policy
            The policy.
        """
        problems = [problem.at(path=path_text(("expect", problem.place.path or ""))) for problem in self._wrong(policy)]
        if problems:
            raise InputError(problems)

    def _wrong(self, policy: Policy) -> Iterator[Problem]:
        ways, rules = [way.id for way in policy.transitions], list(_rules(policy))
        yield from _unknown("stage", {"stage": self.stage}, policy.stages)
        yield from _unknown("transition", {"because": self.because}, ways)
        for number, move in enumerate(self.moves):
            where = f"moves[{number}]"
            if "->" in move:
                for stage in move.split("->"):
                    yield from _unknown("stage", {where: stage.strip()}, policy.stages)
            else:
                yield from _unknown("transition", {where: move}, ways)
        yield from _unknown("score", {f"scores.{name}": name for name in self.scores}, policy.score_ranges)
        for name, bounds in self.scores.items():
            if name in policy.score_ranges and not bounds.is_possible(*policy.score_ranges[name]):
                low, high = policy.score_ranges[name]
                message, expected = f"the score {name!r} can have no such value", f"a value from {low:g} to {high:g}"
                yield Problem("unreachable", message, Place(path=f"scores.{name}"), bounds.text, expected)
        yield from _unknown("grade", {f"grades.{name}": name for name in self.grades}, policy.grades)
        for name, band in self.grades.items():
            if name in policy.grades:
                yield from _unknown("band", {f"grades.{name}": band}, list(policy.grade_values(name)))
        yield from _unknown("rule", {f"reasons.{name}": name for name in self.reasons}, rules)
        missing = {f"missing[{number}]": name for number, name in enumerate(self.missing)}
        yield from _unknown("field", missing, _askable(policy, self.missing))
        for number, condition in enumerate(self.holds):
            for problem in check_condition(condition, policy.catalogue, single_currency=policy.currency is not None):
                yield problem.at(path=f"holds[{number}]")


def _rules(policy: Policy) -> Iterator[str]:
    for score, declared in policy.scores.items():
        for rule in declared.rules:
            yield rule.id
            yield f"{score}.{rule.id}"


def _askable(policy: Policy, names: Iterable[str]) -> list[str]:
    """Return what can be missing: fields, and questions to the history in the words of the policy."""
    questions = [name for name in names if "(" in name or " " in name]
    return [*policy.catalogue.fields, *questions]


def _unknown(what: str, names: Mapping[str, str | None], known: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for every name, given by its place in the expectation, that is not known."""
    have = list(known)
    for path, name in names.items():
        if name is not None and name not in have:
            expected = ", ".join(have[:20]) + (", ..." if len(have) > 20 else "") if have else f"a policy with a {what}"
            message, hint = f"the policy has no {what} {name!r}", did_you_mean(name, have) or _without_owner(name, have)
            yield Problem(f"unknown-{what}", message, Place(path=path), shown(name), expected, hint)


def _without_owner(name: str, known: Sequence[str]) -> str | None:
    """Return the hint where what a name belongs to was left out: ``country`` for ``contact.country``."""
    near = closest(name, {full.rpartition(".")[2] for full in known}, limit=1)
    meant = [full for full in known if near and full.endswith(f".{near[0]}")]
    return f"did you mean {' or '.join(map(repr, meant))}?" if meant else None


def codes(error: LeadqualError) -> tuple[str, ...]:
    """Return the codes of an error, each once."""
    return tuple(dict.fromkeys(problem.code for problem in error.problems))
