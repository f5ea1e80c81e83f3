"""The engine for tables held against the reference: generated policies over generated contacts, many at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support import policies as made
from support.engines import ENGINES, POLARS, TABLES, Tables, score_of

from leadqual import Contact, Interaction, Policy, UnsupportedError, frames

REFERENCE = ENGINES[0]
People = list[tuple[Contact, list[Interaction]]]
PEOPLE = st.lists(st.tuples(made.contacts(), made.histories()), min_size=1, max_size=5)


def tables_of(policy: Policy, people: People) -> tuple[Any, Any]:
    contacts = [who.model_copy(update={"id": f"c-{number}"}) for number, (who, _) in enumerate(people)]
    histories = {who.id: history for who, (_, history) in zip(contacts, people, strict=True)}
    return frames.from_models(contacts, histories, policy=policy)


def hold(engine: Tables, policy: Policy, people: People, at: datetime) -> None:
    """Assert that an engine says of every contact what the reference says."""
    try:
        rows = engine.rows(policy, tables_of(policy, people), at, ledger=True, missing=True)
    except UnsupportedError as error:
        assume(error.code != "rolling-limit")
        raise
    assert len(rows) == len(people)
    for number, (who, history) in enumerate(people):
        (row,) = [row for row in rows if row["contact_id"] == f"c-{number}"]
        assert_same(policy, row, who, history, at)


def assert_same(policy: Policy, row: dict[str, Any], who: Contact, history: list[Interaction], at: datetime) -> None:
    missing: set[str] = set()
    for name in policy.scores:
        ours, theirs = score_of(policy, name, row), REFERENCE.score(policy, name, who, history, at)
        missing |= {*theirs.missing}
        mine = {(line.id, line.kind): line.points for line in ours.ledger}
        for line in theirs.ledger:
            assert mine.pop((line.id, line.kind)) == pytest.approx(line.points, rel=0, abs=1.01e-6)
        assert all(abs(points) <= 1.01e-6 for points in mine.values()), "lines that the reference does not have"
        assert ours.value == pytest.approx(theirs.value, rel=0, abs=1.01e-6)
        assert sum(line.points for line in ours.ledger) == pytest.approx(ours.value, rel=0, abs=1e-9)
    for name in policy.grades:
        assert row[f"grade.{name}"] == REFERENCE.grade(policy, name, who, history, at)
    assert {*filter(None, row["missing"].split("; "))} == missing


@given(policy=made.policies(), people=PEOPLE, at=made.INSTANTS)
def test_scores_grades_and_what_is_missing(policy: Policy, people: People, at: datetime) -> None:
    hold(POLARS, policy, people, at)


@pytest.mark.parametrize("engine", TABLES[1:], ids=lambda engine: engine.name)
@settings(max_examples=15, suppress_health_check=[HealthCheck.filter_too_much])
@given(policy=made.policies(), people=PEOPLE, at=made.INSTANTS)
def test_every_kind_of_table(engine: Tables, policy: Policy, people: People, at: datetime) -> None:
    hold(engine, policy, people, at)
