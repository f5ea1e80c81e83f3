"""What becomes of a contact of whom nobody hears any more: when scores have faded below a band, and what moves then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from leadqual.analysis.forecasts.case import Case, case_of
from leadqual.analysis.forecasts.report import Change, Forecast
from leadqual.analysis.forecasts.search import EffortSpent, Search
from leadqual.analysis.forecasts.time import Future, scorers_behind
from leadqual.analysis.forecasts.walk import Turn, Walk, Walked
from leadqual.conditions.nodes import Name
from leadqual.engines.view import View
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.derived import ACTIVITY
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import DAY, Duration, aware, from_micros, micros
from leadqual.policy.rules import Bands

__all__ = ["Forecast", "forecast"]

_END: Final = micros(datetime.max.replace(tzinfo=UTC))
_YEARS: Final = 3653 * DAY
_EFFORT: Final = 20_000
_MOST_MOVES: Final = 100
_ANSWERS: Final = {True: "true", False: "false", None: "unknown"}


def forecast(
    decision: Decision,
    *,
    until: datetime | str | None = None,
    policy: Policy | None = None,
    contact: Contact | None = None,
    history: Iterable[Interaction] | None = None,
    effort: int = _EFFORT,
    most_moves: int = _MOST_MOVES,
) -> Forecast:
    """Tell what time alone will change about a contact, to the microsecond, if nothing more happens.

    Points fade, windows close, days pass, and reviews look again. Each instant that is told is one at which
    `Policy.decide` answers otherwise than a microsecond before.

    Parameters
    ----------
    decision : Decision
        Where the contact stands. A decision made in this process remembers what it was made from.
    until : datetime or str, optional
        How far to look: an instant, or a time from the decision on such as ``"90d"``. Ten years by default; the
        forecast says whether anything could still change after it.
    policy, contact, history : optional
        What the decision was made from, for one that was read back or copied.
    effort : int
        How many spans of time may be looked at for one grade or condition. Where it does not suffice, the forecast
        ends earlier and says so.
    most_moves : int
        After how many moves it ends, and says so: two ways to and fro may never end.

    Raises
    ------
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
    >>> asked = lq.DemoRequested(id="i-1", occurred_at=datetime(2026, 11, 20, 8, tzinfo=UTC))
    >>> decision = policy.decide(lq.Contact(id="c-1"), [asked], at=datetime(2026, 11, 22, tzinfo=UTC))
    >>> decision.stage, decision.grades["temperature"]
    ('mql', 'warm')
    >>> ahead = forecast(decision)
    >>> [(change.name, change.after, str(change.at)) for change in ahead.changes if change.kind == "grade"]
    [('temperature', 'cold', '2027-01-19 08:00:00+00:00')]
    >>> [(move.target, str(move.at)) for move in ahead.moves]
    [('lead', '2027-01-20 00:00:00+00:00')]
    """
    case = case_of(decision, policy, contact, history)
    if problems := [*_not_positive("effort", effort), *_not_positive("most_moves", most_moves)]:
        raise InputError(problems)
    now, last = micros(decision.at), _last(decision, until)
    view = case.decider.view(case.contact, case.history)
    search = Search(effort)
    entered = decision.standing.entered_at
    walk = Walk(case, view, search, most_moves)
    walked = walk.go(decision.stage, None if entered is None else micros(entered), now, last)
    changes = [*_turned(walked.turns), *_graded(case, view, search, walked, now), *_activity(case, decision, walked)]
    known = [change for change in changes if micros(change.at) <= walked.until]
    steps = [step for step in walked.steps if step.visit.instant <= walked.until]
    return Forecast(
        contact_id=decision.contact_id,
        policy=decision.policy,
        at=decision.at,
        until=from_micros(walked.until),
        stage=decision.stage,
        grades=dict(decision.grades),
        changes=tuple(sorted(known, key=lambda change: change.at)),
        moves=tuple(case.decider.move(view, step) for step in steps),
        waiting=_waiting(case, view, decision),
        reviewed=case.decider.policy.review_every is not None,
        settled=walked.stopped is None and _is_settled(case, view, walked, decision),
        stopped=walked.stopped,
        not_foreseen=_not_foreseen(case),
        left_out=case.later,
    )


def _not_positive(name: str, value: object) -> Iterator[Problem]:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        message, expected = f"{name} is a whole number above 0", "such as 1000"
        yield Problem("bad-argument", message, Place(name), shown(value), expected)


def _last(decision: Decision, until: datetime | str | None) -> int:
    now = micros(decision.at)
    if until is None:
        return min(_END, now + _YEARS)
    last = now + Duration.parse(until).micros if isinstance(until, str) else micros(aware(until, "until"))
    if last <= now:
        message, expected = "a forecast looks ahead", f"an instant after {decision.at.isoformat()}"
        raise InputError(Problem("bad-argument", message, Place("until"), str(until), expected))
    return min(last, _END)


def _turned(turns: Iterable[Turn]) -> Iterator[Change]:
    for turn in turns:
        way = turn.transition
        yield Change(
            at=from_micros(turn.at),
            kind="condition",
            name=way.id,
            before=_ANSWERS[turn.before],
            after=_ANSWERS[turn.after],
            values=turn.values,
            stage=turn.stage,
            target=way.target,
            event=way.event,
            condition=str(way.when),
        )


def _graded(case: Case, view: View, search: Search, walked: Walked, now: int) -> Iterator[Change]:
    """Yield every change of a grade; what is known for a shorter time shortens what is known of all."""
    policy = case.decider.policy
    future = Future(case.decider.engine, view, None, None)
    for name in policy.grades:
        if scorers_behind(Name(f"grade.{name}"), policy):
            continue
        watched = future.grade(name)
        try:
            for change in search.changes(watched, now, walked.until):
                before, after = watched.value(change - 1), watched.value(change)
                yield Change(from_micros(change), "grade", name, before, after, _behind(case, view, name))
        except EffortSpent as spent:
            walked.until, walked.stopped = spent.instant, f"the grade {name} changes too often to be told"


def _behind(case: Case, view: View, grade: str) -> dict[str, object]:
    """Return what a grade is made of, as a view has it: its score, or the two grades of a grid."""
    engine, declared = case.decider.engine, case.decider.policy.grades[grade]
    if isinstance(declared, Bands):
        return {declared.score: engine.score_value(view, declared.score)}
    return {side: engine.grade(view, side) for side in (declared.rows, declared.columns)}


def _activity(case: Case, decision: Decision, walked: Walked) -> Iterator[Change]:
    if decision.activity == "active":
        policy = case.decider.policy
        lively = ACTIVITY | policy.meaning.purchases
        ends = max(one.instant for one in case.history if one.kind in lively) + policy.active_within.micros
        if ends <= walked.until:
            yield Change(from_micros(ends), "activity", "activity", "active", "inactive", {})


def _waiting(case: Case, view: View, decision: Decision) -> tuple[str, ...]:
    """Return the automatic transitions whose condition holds already, and which nothing has tried since it does."""
    if decision.stage is None:
        return ()
    entered = decision.standing.entered_at
    view.move_to(micros(decision.at))
    view.enter(decision.stage, None if entered is None else micros(entered))
    ways = [way for way in case.decider.funnel.ways[decision.stage] if way.event is None and way.when is not None]
    return tuple(way.id for way in ways if case.decider.engine.guard(way).answer(view) is True)


def _is_settled(case: Case, view: View, walked: Walked, decision: Decision) -> bool:
    """Return whether it is certain that nothing changes after the forecast either."""
    policy, future, last = case.decider.policy, walked.future, walked.until
    created = case.contact.created_at
    if policy.scorers or (future.entered is None and created is not None and micros(created) > last):
        return False
    ways = case.decider.funnel.ways[future.stage] if future.stage is not None else []
    conditions = [(way, future.condition(way.when)) for way in ways if way.when is not None]
    watched = [*(seen for _, seen in conditions), *map(future.grade, policy.grades)]
    if any(seen.edges and seen.edges[-1] > last for seen in watched):
        return False
    if last < _END and not all(seen.is_certain(last, _END) for seen in watched):
        return False
    reviewed = policy.review_every is not None and future.entered is not None
    if reviewed and any(way.event is None and seen.value(last) is True for way, seen in conditions):
        return False
    return decision.activity != "active" or bool(list(_activity(case, decision, walked)))


def _not_foreseen(case: Case) -> tuple[str, ...]:
    """Return what a scorer object decides, which nobody can ask about every microsecond."""
    policy = case.decider.policy
    grades = [f"grade.{name}" for name in policy.grades if scorers_behind(Name(f"grade.{name}"), policy)]
    ways = [way for way in policy.transitions if way.when is not None and scorers_behind(way.when, policy)]
    return (*grades, *(f"transition {way.id}" for way in ways))
