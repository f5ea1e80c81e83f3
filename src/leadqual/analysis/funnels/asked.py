"""What is asked of a funnel report, checked as a whole before any table is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from leadqual._suggest import did_you_mean
from leadqual.analysis.funnels.groups import TOUCHED, Touch
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.explain import known_zone
from leadqual.model.time import Duration, aware
from leadqual.policy.document import PolicyDocument

CUSTOMER: Final = "customer"
"""The stage of those who bought, where nobody names another."""


@dataclass(frozen=True)
class Asked:
    """What is asked, other than tables.

    Parameters
    ----------
    policy : PolicyDocument, optional
        Whose stages they are.
    stages : tuple of str, optional
        The stages in their order: those named, or those of the policy.
    by : str, optional
        What contacts are grouped by.
    touch : {"first", "last"}
        Which interaction names the channel or campaign.
    customer : tuple of str, optional
        The stages of those who bought; None if nobody named them.
    visitors : int, optional
        How many visitors there were.
    until : datetime, optional
        Up to when moves are known.
    zone : ZoneInfo
        Whose calendar periods are of.
    confidence : float
        Of all intervals.
    """

    policy: PolicyDocument | None
    stages: tuple[str, ...] | None
    by: str | None
    touch: Touch
    customer: tuple[str, ...] | None
    visitors: int | None
    until: datetime | None
    zone: ZoneInfo
    confidence: float

    @property
    def of_touch(self) -> bool:
        """Whether groups are those of an interaction."""
        return self.by in TOUCHED

    def buyers(self, stages: Sequence[str]) -> tuple[str, ...]:
        """Return the stages of those who bought; raise `InputError` if one that was named is not there."""
        if self.customer is None:
            return (CUSTOMER,) if CUSTOMER in stages else ()
        strange = [stage for stage in self.customer if stage not in stages]
        if strange:
            raise InputError(_unknown_stage("customer", stage, stages) for stage in strange)
        return self.customer


def asked(
    *,
    policy: Any,
    stages: Any,
    by: Any,
    touch: Any,
    customer: Any,
    visitors: Any,
    until: Any,
    time_zone: Any,
    confidence: Any,
) -> Asked:
    """Return what is asked; raise `InputError` with everything that is wrong with it."""
    problems = [*_of_stages(policy, stages), *_of_groups(by, touch, visitors), *_of_numbers(visitors, confidence)]
    named = _names(customer)
    if named == ():
        problems.append(Problem("wrong-type", "this names no stage", Place("customer"), shown(customer), "a stage"))
    zone = ZoneInfo("UTC")
    try:
        zone = known_zone(time_zone)
    except LeadqualError as error:
        problems += error.problems
    try:
        until = None if until is None else aware(until, "until")
    except LeadqualError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    known = _names(stages) if stages is not None else tuple(policy.stages) if policy is not None else None
    return Asked(policy, known, by, touch, named, visitors, until, zone, float(confidence))


def _names(value: Any) -> tuple[str, ...] | None:
    """Return one name or several as a tuple, an empty one if they are no names; None stays None."""
    if value is None or isinstance(value, str):
        return value if value is None else (value,)
    names = tuple(value) if isinstance(value, Iterable) else ()
    return names if all(isinstance(name, str) for name in names) else ()


def _of_stages(policy: Any, stages: Any) -> Iterator[Problem]:
    if policy is not None and not isinstance(policy, PolicyDocument):
        hint = "leadqual.Policy.load(path), or one that ships: leadqual.policies.sales()"
        yield Problem("wrong-type", "this is no policy", Place("policy"), shown(policy), "a Policy", hint)
    elif policy is not None and not policy.stages:
        message, hint = "the policy has no stages", "it only scores: leave it out, or declare stages"
        yield Problem("no-stages", message, Place("policy"), policy.name, hint=hint)
    if stages is None:
        return
    names = _names(stages)
    if not names or isinstance(stages, str) or len({*names}) < len(names):
        expected = "a list of the stages in their order, each once"
        yield Problem("wrong-type", "these are no stages", Place("stages"), shown(stages), expected)
    if policy is not None:
        message, hint = "the stages are named twice", "the policy has them: leave `stages` out"
        yield Problem("bad-argument", message, Place("stages"), "a policy and stages", "one of the two", hint)


def _of_groups(by: Any, touch: Any, visitors: Any) -> Iterator[Problem]:
    if by is not None and not isinstance(by, str):
        expected = "a column of the contacts, 'channel' or 'campaign'"
        yield Problem("wrong-type", "by is no name", Place("by"), shown(by), expected)
    if touch not in get_args(Touch):
        expected, hint = "'first' or 'last'", did_you_mean(str(touch), get_args(Touch))
        yield Problem("bad-argument", "there is no such touch", Place("touch"), shown(touch), expected, hint)
    if by is not None and visitors is not None:
        message, hint = "one number of visitors cannot be shared out among groups", "leave out one of the two"
        yield Problem("bad-argument", message, Place("visitors"), shown(visitors), hint=hint)


def _of_numbers(visitors: Any, confidence: Any) -> Iterator[Problem]:
    if visitors is not None and (not isinstance(visitors, int) or isinstance(visitors, bool) or visitors < 0):
        expected = "a whole number, such as that of the unique visitors of a site"
        yield Problem("bad-argument", "visitors cannot be this", Place("visitors"), shown(visitors), expected)
    if not isinstance(confidence, float) or not 0 < confidence < 1:
        expected = "a number between 0 and 1, such as 0.95"
        yield Problem("bad-argument", "confidence cannot be this", Place("confidence"), shown(confidence), expected)


def check_quantiles(quantiles: Any) -> tuple[float, ...]:
    """Return quantiles as numbers; raise `InputError` if they are none."""
    given = (quantiles,) if isinstance(quantiles, float) else quantiles
    found = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else ()
    if not found or not all(isinstance(one, float) and 0 < one < 1 for one in found):
        expected = "numbers between 0 and 1, such as (0.25, 0.5, 0.75)"
        place, message = Place("quantiles"), "these are no quantiles"
        raise InputError(Problem("bad-argument", message, place, shown(quantiles), expected))
    return found


def check_durations(name: str, durations: Any) -> tuple[Duration, ...]:
    """Return lengths of time, each longer than the one before; raise `InputError` if they are none."""
    given = (durations,) if isinstance(durations, str | Duration) else durations
    found = tuple(one if isinstance(one, Duration) else Duration.parse(one) for one in given)
    if not found or [*found] != sorted({*found}):
        message, expected = f"{name} are not ascending", "such as ('7d', '30d', '90d')"
        raise InputError(Problem("bad-argument", message, Place(name), shown(durations), expected))
    return found


def check_stage(stage: Any, stages: Sequence[str]) -> str:
    """Return a stage; raise `InputError` if there is no such stage."""
    if stage not in stages:
        raise InputError(_unknown_stage("stage", stage, stages))
    return str(stage)


def _unknown_stage(name: str, stage: Any, stages: Sequence[str]) -> Problem:
    hint = did_you_mean(str(stage), stages)
    return Problem("unknown-stage", f"there is no stage {stage!r}", Place(name), shown(stage), ", ".join(stages), hint)
