"""What would have to be otherwise for a contact to stand at a stage, found by trying and never told untried."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from leadqual._suggest import did_you_mean
from leadqual.analysis.counterfactuals.actions import Kinds
from leadqual.analysis.counterfactuals.attempts import Attempt, Attempts, opening
from leadqual.analysis.counterfactuals.limits import Limits
from leadqual.analysis.counterfactuals.pool import pool_of
from leadqual.analysis.counterfactuals.reads import reads_of, stages_between
from leadqual.analysis.counterfactuals.report import Counterfactual
from leadqual.analysis.forecasts.case import Case, case_of
from leadqual.analysis.forecasts.forecasting import forecast
from leadqual.engines.view import View
from leadqual.errors import InputError, Place, Problem, UnknownNameError, shown
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import DAY, aware, micros

__all__ = ["Counterfactual", "counterfactual"]

_TRIES: Final = 6_000
_LISTED: Final = 10
_LATER: Final = 4
_WAIT: Final = 366 * DAY
_END: Final = micros(datetime.max.replace(tzinfo=UTC))


def counterfactual(
    decision: Decision,
    target: str,
    *,
    on: datetime | None = None,
    change_known: bool = False,
    kinds: Collection[str] | None = None,
    fields: Collection[str] | None = None,
    tries: int = _TRIES,
    listed: int = _LISTED,
    policy: Policy | None = None,
    contact: Contact | None = None,
    history: Iterable[Interaction] | None = None,
) -> Counterfactual:
    """Return the smallest set of changes that would bring a contact to a stage.

    A change is a field that becomes known, or an interaction that happens. All of them happen at one instant, the
    microsecond after the decision unless `on` says otherwise; where a rule lets only so many interactions count in a
    window, they happen as early as each of them counts. If that does not help, the changes are also tried at later
    instants at which time alone lets a condition hold, and with a year of reviews after them. Every set that is told
    was decided. Smallest is the number of changes; sets of one size stand in the order in which the policy names them.

    Parameters
    ----------
    decision : Decision
        Where the contact stands. A decision made in this process remembers what it was made from.
    target : str
        The stage.
    on : datetime, optional
        When the changes happen, later than the decision.
    change_known : bool
        Whether fields that are known may become others. What has happened always stays.
    kinds, fields : collection of str, optional
        Only these kinds of interactions may happen, only these fields may be learned; an empty one allows none.
    tries : int
        How many sets may be decided. All of one change are tried first, then all of two, and so on; where the next
        size is too much, only those that lead nearer.
    listed : int
        How many equally small sets to list.
    policy, contact, history : optional
        What the decision was made from, for one that was read back or copied.

    Raises
    ------
    UnknownNameError
        If the policy has no such stage, kind or field.
    InputError
        If an argument is not what it should be, or the decision does not hold what it was made from and it was not
        given.
    LateInteraction
        If the history given is not the one that the decision saw.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import leadqual as lq
    >>> policy = lq.policies.minimal()
    >>> decision = policy.decide(lq.Contact(id="c-1"), [], at=datetime(2026, 11, 22, tzinfo=UTC))
    >>> for option in counterfactual(decision, "mql").options:
    ...     print(option)
    demo_requested happens (The contact asked for a demo.)
    """
    case = case_of(decision, policy, contact, history)
    stage = _standing(case, decision, target)
    start = _checked(case, decision, on, kinds, fields, tries=tries, listed=listed)
    answer = Counterfactual(
        decision.contact_id, decision.policy, decision.at, stage, target, "already", left_out=case.later
    )
    if stage == target:
        return answer
    view = _view(case, decision)
    limits = Limits(case.decider.engine, view, change_known=change_known, kinds=kinds, fields=fields)
    blocked = limits.blocked(target)
    if blocked is not None:
        return replace(answer, status="impossible", blocked=tuple(blocked))
    reads = reads_of(case.decider.policy, stages_between(case.decider.policy, stage, target))
    asked = {str(one): case.decider.engine.compiled(one)(view) for one in reads.questions}
    making = Kinds(case.decider.policy, reads, asked)
    pool = pool_of(case, reads, making, view, change_known=change_known, only_kinds=kinds, only_fields=fields)
    ahead = forecast(decision, until="365d", policy=policy, contact=contact, history=history)
    by_itself = next((move.at for move in ahead.moves if move.target == target), None)
    attempts = [Attempt(start)]
    if on is None:
        attempts += [Attempt(instant) for instant in opening(case, view, micros(decision.at) + _WAIT)][:_LATER]
    if case.decider.policy.review_every is not None:
        attempts.append(Attempt(start, _WAIT))
    search = Attempts(case, decision, reads=reads, kinds=making, pool=pool, limits=limits, target=target)
    return search.answer(replace(answer, by_itself=by_itself), attempts, tries, listed)


def _standing(case: Case, decision: Decision, target: str) -> str:
    """Return where the contact stands; raise `UnknownNameError` if there is no such stage to come to."""
    stages = case.decider.policy.stages
    if decision.stage is None or target not in stages:
        message, known = f"the policy has no stage {target!r}", ", ".join(stages) or None
        hint = did_you_mean(str(target), stages)
        raise UnknownNameError(Problem("unknown-stage", message, Place("target"), shown(target), known, hint))
    return decision.stage


def _view(case: Case, decision: Decision) -> View:
    view = case.decider.view(case.contact, case.history)
    entered = decision.standing.entered_at
    view.move_to(micros(decision.at))
    view.enter(decision.stage, None if entered is None else micros(entered))
    return view


def _checked(
    case: Case,
    decision: Decision,
    on: datetime | None,
    kinds: Collection[str] | None,
    fields: Collection[str] | None,
    **numbers: int,
) -> int:
    """Return when the changes happen; raise for arguments that are not what they should be."""
    policy = case.decider.policy
    problems = []
    for name, value in numbers.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            message, expected = f"{name} is a whole number above 0", "such as 1000"
            problems.append(Problem("bad-argument", message, Place(name), shown(value), expected))
    start = micros(decision.at) + 1 if on is None else micros(aware(on, "on"))
    if start > _END:
        message = "nothing can happen after the end of time"
        problems.append(Problem("bad-argument", message, Place("decision"), str(decision.at), "before the year 10000"))
    if start <= micros(decision.at):
        expected = f"an instant after {decision.at.isoformat()}"
        message = "changes happen after the decision"
        problems.append(Problem("bad-argument", message, Place("on"), str(on), expected))
    for name, given in (("kinds", kinds), ("fields", fields)):
        if isinstance(given, str):
            message, hint = f"{name} are several names", f"put a single one in brackets: {name}=[{given!r}]"
            problems.append(Problem("wrong-type", message, Place(name), shown(given), "a list of names", hint))
    if problems:
        raise InputError(problems)
    unknown = [
        *(_unknown("kind", one, policy.catalogue.kinds) for one in kinds or () if one not in policy.catalogue.kinds),
        *(
            _unknown("field", one, policy.catalogue.fields)
            for one in fields or ()
            if one not in policy.catalogue.fields
        ),
    ]
    if unknown:
        raise UnknownNameError(unknown)
    return start


def _unknown(what: str, name: str, known: Collection[str]) -> Problem:
    message = f"the policy has no {what} {name!r}"
    return Problem(f"unknown-{what}", message, Place(f"{what}s"), shown(name), hint=did_you_mean(str(name), known))
