"""The law of forecasts: what they tell of an instant is what deciding at that instant says, and they miss nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.people import MICROSECOND
from support.policies import INSTANTS, contacts, histories, policies

from leadqual import Contact, Decision, EvaluationError, Interaction, Policy
from leadqual.analysis.forecasts.forecasting import forecast

MOMENTS = st.integers(0, 120 * 86_400_000_000).map(lambda number: timedelta(microseconds=number))


def alone(policy: Policy, who: Contact, history: list[Interaction], seen: datetime, at: datetime) -> Decision:
    """Return the decision at an instant if nothing happened after another one."""
    return policy.decide(who, [one for one in history if one.occurred_at <= seen], at=at)


@given(policies(), contacts(), histories(), INSTANTS)
def test_every_change_is_one_of_what_is_decided(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime
) -> None:
    ahead = forecast(policy.decide(who, history, at=at), until="120d")
    for change in ahead.changes:
        before = alone(policy, who, history, at, change.at - MICROSECOND)
        after = alone(policy, who, history, at, change.at)
        if change.kind == "grade":
            assert (before.grades[change.name], after.grades[change.name]) == (change.before, change.after)
        elif change.kind == "activity":
            assert (before.activity, after.activity) == (change.before, change.after)
        else:
            assert before.stage == change.stage
            answers = {"true": True, "false": False, "unknown": None}
            seen = [one for one in history if one.occurred_at <= at]
            for instant, said in ((change.at - MICROSECOND, change.before), (change.at, change.after)):
                stood = policy.decide(who, seen, at=change.at - MICROSECOND).standing
                answer = policy.evaluate(str(change.condition), who, seen, at=instant, standing=None)
                if stood.stage == policy.decide(who, seen, at=instant).stage:
                    assert answer is answers[str(said)]


@given(policies(), contacts(), histories(), INSTANTS)
def test_every_move_is_decided_and_none_is_left_out(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime
) -> None:
    start = policy.decide(who, history, at=at)
    ahead = forecast(start, until="120d")
    decided = alone(policy, who, history, at, ahead.until)
    assert start.moves + ahead.moves == decided.moves
    assert ahead.stage_at(ahead.until) == decided.stage


@given(policies(), contacts(), histories(), INSTANTS, st.lists(MOMENTS, min_size=1, max_size=4))
def test_between_the_changes_nothing_changes(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime, later: list[timedelta]
) -> None:
    ahead = forecast(policy.decide(who, history, at=at), until="120d")
    for instant in [at + one for one in later]:
        if instant <= ahead.until:
            decided = alone(policy, who, history, at, instant)
            assert {name: ahead.grade_at(name, instant) for name in policy.grades} == dict(decided.grades)
            assert ahead.stage_at(instant) == decided.stage


@given(policies(), contacts(), histories(), INSTANTS, MOMENTS)
def test_once_settled_nothing_changes_ever(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime, later: timedelta
) -> None:
    ahead = forecast(policy.decide(who, history, at=at), until="120d")
    if ahead.settled:
        for instant in (ahead.until + later, ahead.until + 5 * later):
            decided = alone(policy, who, history, at, instant)
            end = alone(policy, who, history, at, ahead.until)
            assert (decided.stage, decided.grades, decided.activity) == (end.stage, end.grades, end.activity)


@given(policies(strict=True), contacts(), histories(), INSTANTS)
def test_a_review_that_cannot_be_decided_ends_the_forecast(
    policy: Policy, who: Contact, history: list[Interaction], at: datetime
) -> None:
    try:
        start = policy.decide(who, history, at=at)
    except EvaluationError:
        return
    ahead = forecast(start, until="120d")
    if ahead.stopped is not None and "cannot be decided" in ahead.stopped:
        with pytest.raises(EvaluationError, match="unknown-condition"):
            alone(policy, who, history, at, ahead.until)
        assert alone(policy, who, history, at, ahead.until - MICROSECOND).stage == ahead.stage_at(
            ahead.until - MICROSECOND
        )
    else:
        assert alone(policy, who, history, at, ahead.until).stage == ahead.stage_at(ahead.until)
