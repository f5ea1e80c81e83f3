"""What a backtest is asked: its arguments, read and checked all at once."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from leadqual._suggest import did_you_mean
from leadqual.analysis.attempts import Attempts
from leadqual.conditions.check import check_selection
from leadqual.conditions.nodes import Selection
from leadqual.conditions.parse import parse_selection
from leadqual.errors import InputError, LeadqualError, Place, Problem, UnknownNameError, shown
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import Duration, aware

Names: TypeAlias = str | Iterable[str] | None
Capacity: TypeAlias = int | float | str
Flags: TypeAlias = Mapping[str, tuple[str, ...]]

DECILES: Final = 10
_CAPACITIES: Final = (0.05, 0.1, 0.2)
_SHARE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")


@dataclass(frozen=True)
class Question:
    """What is asked of a policy and its history, checked.

    Parameters
    ----------
    outcome : Selection
        The interactions that count as the outcome.
    horizon : Duration
        How long after a cutoff the outcome may come.
    cutoffs : tuple of datetime or None
        The instants to look back from, in their order; None to choose them.
    scores, grades : tuple of str
        Which are judged.
    flags : mapping of str to tuple of str
        The sets of stages that count as flagged, by what they are called.
    capacities : tuple of int or float
        How many contacts can be worked a cutoff: a number, or a share.
    bands : int or tuple of float
        How many bands of scores, or the values at which they begin.
    confidence : float
        How often an interval holds the truth.
    """

    outcome: Selection
    horizon: Duration
    cutoffs: tuple[datetime, ...] | None
    scores: tuple[str, ...]
    grades: tuple[str, ...]
    flags: Flags
    capacities: tuple[int | float, ...]
    bands: int | tuple[float, ...]
    confidence: float


def asked(
    policy: Any,
    *,
    outcome: Any,
    horizon: Any,
    cutoffs: Any,
    score: Any,
    grade: Any,
    stages: Any,
    capacity: Any,
    bands: Any,
    confidence: Any,
) -> Question:
    """Return what is asked; raise `LeadqualError` with everything that is wrong with the arguments."""
    if not isinstance(policy, Policy):
        hint = "leadqual.Policy.load(path), or one that ships: leadqual.policies.sales()"
        raise InputError(Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy", hint))
    attempt = Attempts()
    selection = attempt("outcome", outcome_of, policy, outcome)
    question = Question(
        selection,
        attempt("horizon", horizon_of, horizon),
        attempt("cutoffs", cutoffs_of, cutoffs),
        attempt("score", _named, "score", policy.score_ranges, score),
        attempt("grade", _named, "grade", policy.grades, grade),
        attempt("stages", _flags, policy, stages, selection),
        attempt("capacity", capacities_of, capacity),
        attempt("bands", _bands, bands),
        attempt("confidence", confidence_of, confidence),
    )
    attempt.end()
    if not (question.scores or question.grades or question.flags):
        message = "the policy has neither scores nor grades nor stages to be judged"
        raise InputError(Problem("bad-argument", message, Place("policy"), str(policy)))
    return question


def outcome_of(policy: Policy, given: Any) -> Selection:
    """Return the interactions that count as the outcome; raise `LeadqualError` for what the policy cannot read."""
    if not isinstance(given, str | Selection):
        expected = "a kind, with or without a filter, such as 'purchase' or 'purchase[amount > 100]'"
        raise InputError(
            Problem("not-a-selection", "this names no interactions", found=shown(given), expected=expected)
        )
    selection = parse_selection(given) if isinstance(given, str) else given
    if problems := check_selection(selection, policy.catalogue):
        raise InputError(problems)
    return selection


def horizon_of(given: Any) -> Duration:
    """Return a horizon that was given as a text or a timedelta."""
    if isinstance(given, timedelta):
        whole = given // timedelta(seconds=1)
        given = f"{whole}s" if given == timedelta(seconds=whole) else str(given)
    return given if isinstance(given, Duration) else Duration.parse(given)


def cutoffs_of(given: Any) -> tuple[datetime, ...] | None:
    """Return cutoffs in their order, each once; None where none were given."""
    if given is None:
        return None
    single = isinstance(given, datetime | str) or not isinstance(given, Iterable)
    several: list[Any] = [given] if single else list(given)
    problems: list[Problem] = []
    found: set[datetime] = set()
    for one in several:
        try:
            found.add(aware(one, "cutoffs"))
        except LeadqualError as error:
            problems += error.problems
    if not several:
        hint = "leave the argument out to have them chosen"
        problems.append(Problem("bad-argument", "there are no cutoffs", found="none", hint=hint))
    if problems:
        raise InputError(problems)
    return tuple(sorted(found))


def _named(what: str, known: Collection[str], given: Names) -> tuple[str, ...]:
    """Return the names that are meant; all that there are where none is given."""
    if given is None:
        return tuple(known)
    names = list(dict.fromkeys([given] if isinstance(given, str) else given))
    if unknown := [name for name in names if name not in known]:
        raise UnknownNameError(_unknown(what, name, known) for name in unknown)
    return tuple(names)


def _unknown(what: str, name: Any, known: Collection[str]) -> Problem:
    expected = f"one of: {', '.join(known)}" if known else f"a {what}, but the policy has none"
    return Problem(
        f"unknown-{what}",
        f"the policy has no {what} {shown(name)}",
        found=shown(name),
        expected=expected,
        hint=did_you_mean(str(name), known),
    )


def _flags(policy: Policy, given: Any, outcome: Selection | None) -> Flags:
    if isinstance(given, Mapping):
        named = {str(name): _named("stage", policy.stages, stages) for name, stages in given.items()}
        if empty := [name for name, stages in named.items() if not stages]:
            raise InputError(Problem("bad-argument", "a flag without stages", found=f"{name!r}") for name in empty)
        return named
    ladder = _ladder(policy, outcome) if given is None else _named("stage", policy.stages, given)
    above = _reached(policy, outcome) if given is None else ()
    return {
        (f"{stage}+" if len(rest) > 1 else stage): rest
        for place, stage in enumerate(ladder)
        if (rest := (*ladder[place:], *above))
    }


def _ladder(policy: Policy, outcome: Selection | None) -> tuple[str, ...]:
    """Return the stages on the way to the outcome, in the order in which the policy declares them.

    These are the ones after the initial stage and before the first to which an interaction of the outcome leads. Where
    it leads to none, they are all that are neither initial nor closed nor final.
    """
    names, goals = list(policy.stages), _reached(policy, outcome)
    if goals:
        first = names.index(goals[0])
        return tuple(name for name in names[:first] if not policy.stages[name].initial)
    specs = policy.stages.items()
    return tuple(name for name, spec in specs if not (spec.initial or spec.closed or spec.final))


def _reached(policy: Policy, outcome: Selection | None) -> tuple[str, ...]:
    """Return the first stage to which an interaction of the outcome leads, if there is one."""
    kind = None if outcome is None else outcome.kind
    goals = {way.target for way in policy.transitions if way.event is not None and way.event == kind}
    return tuple(name for name in policy.stages if name in goals)[:1]


def capacities_of(given: Any) -> tuple[int | float, ...]:
    """Return how many contacts can be worked: numbers of them, or shares."""
    if given is None:
        return _CAPACITIES
    several = [given] if isinstance(given, str | int | float) or not isinstance(given, Iterable) else list(given)
    problems = [] if several else [Problem("bad-argument", "there is no capacity", found="none")]
    found: dict[int | float, None] = {}
    for one in several:
        read = _capacity(one)
        if read is None:
            expected = "a number of contacts, such as 100, or a share of them: 0.1 or '10%'"
            problems.append(Problem("bad-argument", "this is no capacity", found=shown(one), expected=expected))
        else:
            found[read] = None
    if problems:
        raise InputError(problems)
    return tuple(found)


def _capacity(given: Any) -> int | float | None:
    if isinstance(given, str):
        share, number = _SHARE.fullmatch(given), given.strip()
        given = float(share[1]) / 100 if share else int(number) if number.isdecimal() else None
    if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
        return None
    return given if isinstance(given, int) or given <= 1 else None


def _bands(given: Any) -> int | tuple[float, ...]:
    expected = "how many bands, at least 2, or the values at which they begin"
    if isinstance(given, int) and not isinstance(given, bool):
        if given >= 2:
            return given
    elif isinstance(given, Sequence) and not isinstance(given, str) and given:
        numbers = [one for one in given if isinstance(one, int | float) and not isinstance(one, bool)]
        if len(numbers) == len(given) and all(map(math.isfinite, numbers)):
            return tuple(sorted({float(one) for one in numbers}))
    raise InputError(Problem("bad-argument", "these are no bands", found=shown(given), expected=expected))


def confidence_of(given: Any) -> float:
    """Return how often an interval is to hold the truth; raise `InputError` for what is no such share."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < 1:
        expected = "a number between 0 and 1, such as 0.95"
        raise InputError(Problem("bad-argument", "this is no confidence", found=shown(given), expected=expected))
    return float(given)
