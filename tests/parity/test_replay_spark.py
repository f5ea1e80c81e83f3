"""Moves and standings on PySpark held to the same fold: every question takes seconds there, so many people at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from parity.test_replay_cases import WALKS, Walk
from support import walks
from support.engines import SPARK
from support.folded import MOVE, RECORD, STANDING, assert_rows, folded, hold, rows_of, told
from support.people import MICROSECOND, contact, day, funnel, happened, viewed
from support.walks import Case, tables_of

import leadqual as lq
from leadqual import InputError, frames

FEW = settings(max_examples=3, derandomize=True, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
PEOPLE = 40
WAYS = [
    {"source": "lead", "target": "mql", "when": "count(page_viewed, within='3d') >= 2"},
    {"source": "mql", "target": "sql", "event": "demo_requested"},
    {"source": ["mql", "sql"], "target": "lead", "when": "days_since(any_interaction) >= 5"},
]
POLICY = funnel(*WAYS, review_every="1d")


def crowd(number: int = PEOPLE) -> walks.People:
    """Return people of whom each walks a little later than the one before, and every fifth has no history."""
    people: walks.People = []
    for one in range(number):
        begin = one / 8
        history = [viewed(begin, "/", "a"), viewed(begin + 1, "/", "b"), happened("demo_requested", begin + 1.5, "c")]
        people.append((contact(id=f"c-{one * 7919 % 1000}"), [] if one % 5 == 0 else history))
    return people


@FEW
@given(case=walks.cases(walks.EPOCHS, walks.LONG, most=8))
def test_generated(case: Case) -> None:
    hold(SPARK, *case, RECORD)


def test_many_people_over_several_partitions() -> None:
    people = crowd()
    contacts, interactions = tables_of(POLICY, people)
    spread = SPARK.into(contacts).repartition(7), SPARK.into(interactions).repartition(5)
    moves = rows_of(SPARK.out(frames.replay(POLICY, *spread, until=day(12))), MOVE)
    standings = rows_of(SPARK.out(frames.standings(POLICY, *spread, at=day(12))), STANDING)
    expected = folded(POLICY, people, day(12))
    assert len(expected[0]) > PEOPLE
    assert_rows(SPARK, (moves, standings), expected)


def test_two_parts_are_the_whole() -> None:
    people = crowd(20)
    tables = tables_of(POLICY, people)
    early, late = day(2) - MICROSECOND, day(12)
    first = frames.standings(POLICY, *map(SPARK.into, tables), at=early)
    moves, ends = told(SPARK, POLICY, tables, late, standings=first)
    whole = folded(POLICY, people, late)
    assert_rows(SPARK, (moves, ends), ([row for row in whole[0] if row[1] > early], whole[1]))
    in_memory = frames.standings(POLICY, *tables, at=early)
    again, _ = told(SPARK, POLICY, tables, late, standings=in_memory)
    assert sorted(map(str, again)) == sorted(map(str, moves))


@pytest.mark.parametrize("walk", [WALKS[0], WALKS[3], WALKS[15]], ids=lambda walk: walk.name.replace(" ", "-"))
def test_walks(walk: Walk) -> None:
    walk.check(SPARK)


def test_the_same_kind_comes_out_and_is_spread_over_the_cluster() -> None:
    tables = tuple(map(SPARK.into, tables_of(POLICY, crowd(10))))
    moves = frames.replay(POLICY, *tables, until=day(12))
    standings = frames.standings(POLICY, *tables, at=day(12))
    assert type(moves) is type(standings) is type(tables[0])
    assert moves.columns == [*MOVE]
    assert standings.columns == [*STANDING]
    types = dict(moves.dtypes)
    assert types["at"] == types["entered_at"] == "timestamp"


def test_unknown_is_refused() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "contact.country == 'ID'", "on_unknown": "error"})
    # Workers find it, when somebody asks for the rows: Spark then raises an error of its own that quotes ours.
    with pytest.raises(Exception, match=r"\[unknown-condition\] the transition 't1' cannot be decided for contact"):
        told_strictly(policy, day(12))


def test_standings_that_do_not_fit_are_refused() -> None:
    wrong = frames.standings(POLICY, *tables_of(POLICY, crowd(3)), at=day(30))
    with pytest.raises(InputError) as caught:
        told_strictly(POLICY, day(12), standings=SPARK.into(wrong))
    assert "standing-in-future" in {problem.code for problem in caught.value.problems}


def told_strictly(policy: lq.Policy, until: datetime, **options: Any) -> list[Any]:
    return SPARK.moves(policy, tables_of(policy, crowd(3)), until, **options)
