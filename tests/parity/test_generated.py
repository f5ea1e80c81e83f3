"""The compiled engine, the chart and every way of deciding, held against the reference on generated cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from support import policies as made
from support.engines import OF_ONE, Engine

from leadqual import Contact, Interaction, LeadqualError, Policy, Score
from leadqual.engines.fold import Position, Step

REFERENCE = OF_ONE[0]
OTHERS = [pytest.param(engine, id=engine.name) for engine in OF_ONE[1:]]
History = list[Interaction]


def outcome(ask: Callable[[], Any]) -> Any:
    """Return an answer, or what was refused."""
    try:
        return ask()
    except LeadqualError as error:
        return [(type(error), problem.code, problem.found) for problem in error.problems]


def steps_of(stood: Any) -> Any:
    if isinstance(stood, list):
        return stood  # refused
    position, steps = stood
    return position, [step_of(step) for step in steps]


def step_of(step: Step) -> tuple[Any, ...]:
    at = step.visit.interaction.id if step.visit.interaction is not None else None
    return (step.source, step.entered, step.transition.id, step.visit.instant, at)


def assert_same_score(ours: Score, theirs: Score) -> None:
    assert [(line.id, line.kind, line.count, line.unknown) for line in ours.ledger] == [
        (line.id, line.kind, line.count, line.unknown) for line in theirs.ledger
    ]
    for mine, other in zip(ours.ledger, theirs.ledger, strict=True):
        assert mine.points == pytest.approx(other.points, rel=0, abs=1.01e-6)
    assert ours.value == pytest.approx(theirs.value, rel=0, abs=1.01e-6)
    assert (ours.range, ours.missing) == (theirs.range, theirs.missing)


@pytest.mark.parametrize("engine", OTHERS)
@given(policy=made.policies(), who=made.contacts(), history=made.histories(), at=made.INSTANTS)
def test_scores_and_grades(engine: Engine, policy: Policy, who: Contact, history: History, at: datetime) -> None:
    for name in policy.scores:
        score = engine.score(policy, name, who, history, at)
        assert_same_score(score, REFERENCE.score(policy, name, who, history, at))
        assert sum(line.points for line in score.ledger) == pytest.approx(score.value, rel=0, abs=1e-9)
    for name in policy.grades:
        assert engine.grade(policy, name, who, history, at) == REFERENCE.grade(policy, name, who, history, at)


@pytest.mark.parametrize("engine", OTHERS)
@given(policy=made.policies(strict=True), who=made.contacts(), history=made.histories(), at=made.INSTANTS)
def test_moves(engine: Engine, policy: Policy, who: Contact, history: History, at: datetime) -> None:
    ours = outcome(lambda: engine.stand(policy, who, history, at))
    theirs = outcome(lambda: REFERENCE.stand(policy, who, history, at))
    assert steps_of(ours) == steps_of(theirs)


@given(policy=made.policies(), who=made.contacts(), history=made.histories(), at=made.INSTANTS)
def test_the_chart_moves_as_the_fold_does(policy: Policy, who: Contact, history: History, at: datetime) -> None:
    decision = policy.decide(who, history, at=at)
    machine = policy.lifecycle(who, history)
    assert machine.advance(at) == decision.moves
    assert machine.standing == decision.standing
    position, steps = REFERENCE.stand(policy, who, history, at)
    assert Position(machine.stage, position.entered) == position
    assert [move.transition for move in machine.moves] == [step.transition.id for step in steps]


@given(policy=made.policies(), who=made.contacts(), history=made.histories(), early=made.INSTANTS, at=made.INSTANTS)
def test_deciding_in_two_parts_is_deciding_at_once(
    policy: Policy, who: Contact, history: History, early: datetime, at: datetime
) -> None:
    early, at = sorted([early, at])
    first = policy.decide(who, history, at=early)
    second = policy.decide(who, history, at=at, standing=first.standing)
    whole = policy.decide(who, history, at=at)
    assert second.standing == whole.standing
    assert first.moves + second.moves == whole.moves
    assert (second.scores, second.grades, second.missing) == (whole.scores, whole.grades, whole.missing)
    machine = policy.lifecycle(who, history, standing=first.standing)
    assert machine.advance(at) == second.moves
    assert machine.standing == whole.standing


@given(policy=made.policies(), who=made.contacts(), history=made.histories(), early=made.INSTANTS, at=made.INSTANTS)
def test_the_history_back_to_the_lookback_is_enough(
    policy: Policy, who: Contact, history: History, early: datetime, at: datetime
) -> None:
    early, at = sorted([early, at])
    first = policy.decide(who, history, at=early)
    kept = [
        one
        for one in history
        if policy.lookback is None or one.occurred_at > early - policy.lookback or one.kind == "profile_updated"
    ]
    second, whole = policy.decide(who, kept, at=at, standing=first.standing), policy.decide(who, history, at=at)
    assert second.standing == whole.standing
    assert first.moves + second.moves == whole.moves


@given(policy=made.policies(), who=made.contacts(), history=made.histories(), at=made.INSTANTS)
def test_a_decision_is_the_reference_with_reasons(policy: Policy, who: Contact, history: History, at: datetime) -> None:
    decision = policy.decide(who, history, at=at)
    position, steps = REFERENCE.stand(policy, who, history, at)
    assert decision.stage == position.stage
    assert [(move.source, move.target, move.transition) for move in decision.moves] == [
        (step.source, step.transition.target, step.transition.id) for step in steps
    ]
    for name in policy.scores:
        assert_same_score(decision.scores[name], REFERENCE.score(policy, name, who, history, at))
    assert type(decision).model_validate_json(decision.model_dump_json()) == decision
    assert decision.explain()
    assert decision.model_dump_json() == policy.decide(who, history[::-1], at=at).model_dump_json()
