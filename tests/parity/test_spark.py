"""PySpark held to the same cases: each takes seconds there, so all are asked at once, a contact a case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from parity.test_cases import POLICY, RULES, VALUES
from parity.test_tables import PEOPLE, People, hold
from support import policies as made
from support.engines import SPARK
from support.people import contact, day, scoring, viewed

from leadqual import Policy, frames


def test_values() -> None:
    people = [contact(id=f"c-{number}") for number in range(len(VALUES))]
    histories = {who.id: history for who, (_, history, _) in zip(people, VALUES, strict=True)}
    tables = map(SPARK.into, frames.from_models(people, histories, policy=POLICY))
    asked = {who.id: text for who, (text, _, _) in zip(people, VALUES, strict=True)}
    rows = SPARK.out(frames.evaluate(POLICY, asked, *tables, at=day(10)))
    found = {row["contact_id"]: row[row["contact_id"]] for row in rows}
    assert found == {who.id: answer for who, (_, _, answer) in zip(people, VALUES, strict=True)}


def test_rules() -> None:
    cases = [case for case in RULES if "rolling" not in str(case[0])]
    rules = [{"each": "page_viewed", "points": 10, **rule} for rule, _, _ in cases]
    scores = {f"s{number}": scoring(rule).scores["points"] for number, rule in enumerate(rules)}
    policy = Policy(name="all", scores=scores)
    people = [contact(id=f"s{number}") for number in range(len(cases))]
    histories = {
        who.id: [viewed(when, "/", f"v{when}") for when in on] for who, (_, on, _) in zip(people, cases, strict=True)
    }
    rows = SPARK.rows(policy, frames.from_models(people, histories, policy=policy), day(10))
    assert {row["contact_id"]: row[f"score.{row['contact_id']}"] for row in rows} == {
        who.id: points for who, (_, _, points) in zip(people, cases, strict=True)
    }


@settings(max_examples=3, derandomize=True, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
@given(policy=made.policies(), people=PEOPLE, at=made.INSTANTS)
def test_generated(policy: Policy, people: People, at: Any) -> None:
    assume(len(people) > 1)
    hold(SPARK, policy, people, at)


def test_a_rolling_limit_is_refused() -> None:
    policy = scoring({"each": "page_viewed", "points": 1, "at_most": "1 per 1d rolling"})
    tables = frames.from_models([contact()], {}, policy=policy)
    with pytest.raises(NotImplementedError, match="rolling"):
        SPARK.rows(policy, tables, day(1))
