"""Cases at the edges, written by hand, asked of every engine."""

from __future__ import annotations

from typing import Any

import pytest
from support.engines import Engine
from support.people import (
    MICROSECOND,
    bought,
    contact,
    custom,
    day,
    funnel,
    happened,
    policy_of,
    scoring,
    updated,
    viewed,
)

ROI = {"roi": {"properties": {"saving": {"type": "number"}}}}
POLICY = policy_of(interactions=ROI, currency={"code": "IDR", "rates": {"USD": 15800}})
DAYS = (1, 2, 3)

VALUES: list[tuple[str, list[Any], Any]] = [
    ("count(page_viewed)", [], 0),
    ("sum(roi.saving)", [], 0),
    ("last(roi.saving)", [], None),
    ("days_since(page_viewed)", [viewed(9)], 1),
    ("count(page_viewed, within='2d')", [viewed(8), viewed(day(8) + MICROSECOND), viewed(10)], 2),
    ("first(page_viewed.path)", [viewed(1, "/b", "b"), viewed(1, "/a", "a")], "/a"),
    ("last(page_viewed.path)", [viewed(1, "/b", "b"), viewed(1, "/a", "a")], "/b"),
    ("contact.country", [updated(2, "b", country="SG"), updated(2, "a", country="MY")], "SG"),
    ("sum(purchase.amount)", [bought(1, 10), bought(2, 1, "USD")], 15810),
    ("max(roi.saving) - min(roi.saving)", [custom("roi", on, saving=on * on) for on in DAYS], 8),
    ("sum(roi.saving)", [custom("roi", on, saving=0.1) for on in DAYS], 0.3),
    ("sum(roi.saving) == 0.3", [custom("roi", on, saving=0.1) for on in DAYS], True),
    ("count(roi[saving / (saving - 1) > 1])", [custom("roi", on, saving=on) for on in DAYS], 2),
    ("consent.email", [happened("consent_given", 1, for_channel="email"), happened("opted_out", 1)], False),
    ("'customer' in contact.roles", [bought(10, 1)], True),
]


@pytest.mark.parametrize(("text", "history", "answer"), VALUES)
def test_values(engine: Engine, text: str, history: list[Any], answer: Any) -> None:
    assert engine.value(POLICY, text, contact(), history, day(10)) == answer
    assert engine.value(POLICY, text, contact(), history[::-1], day(10)) == answer


RULES: list[tuple[dict[str, Any], list[float], float]] = [
    ({"cap": 30}, [1, 2, 3], 30), ({"cap": 29.5}, [1, 2, 3], 29.5), ({"points": -10, "cap": 15}, [1, 2], -15),
    ({"within": "7d"}, [3, 3.000001, 4], 20), ({"linear": "8d"}, [2, 6], 5), ({"half_life": "2d"}, [8, 6], 7.5),
    ({"step": {"every": "2d", "lose": 0.5}}, [8, 8.00001], 15), ({"at_most": "1 per 1d"}, [1, 1.5, 2], 20),
    ({"at_most": "1 per 1d rolling"}, [1, 1.5, 2, 2.5], 20),
    ({"at_most": "2 per 12h", "cap": 35}, [1, 1.1, 1.2, 1.5, 1.6], 35),
    ({"at_most": "1 per 1d", "within": "12h"}, [9.0, 9.6], 0), ({}, [], 0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "on", "points"), RULES)
def test_rules(engine: Engine, rule: dict[str, Any], on: list[float], points: float) -> None:
    policy = scoring({"each": "page_viewed", "points": 10, **rule})
    score = engine.score(policy, "points", contact(), [viewed(when, "/", f"v{when}") for when in on], day(10))
    assert score.value == points


@pytest.mark.parametrize(
    ("points", "grade"), [(40, "hot"), (39.9999996, "hot"), (39.9999994, "warm"), (0, None), (-5, None)]
)
def test_exactly_at_a_threshold(engine: Engine, points: float, grade: str | None) -> None:
    policy = policy_of(
        scores={"s": {"range": [-50, 50], "rules": [{"id": "r", "each": "page_viewed", "points": points or 1}]}},
        grades={"heat": {"score": "s", "bands": {"hot": 40, "warm": 10}}},
    )
    history = [viewed(1)] if points else []
    assert engine.grade(policy, "heat", contact(), history, day(2)) == grade


def test_many_reviews_between_two_interactions(engine: Engine) -> None:
    points = {"s": {"range": [0, 100], "rules": [{"id": "v", "each": "page_viewed", "points": 64, "half_life": "1d"}]}}
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "score.s >= 32"},
        {"source": "mql", "target": "lead", "when": "score.s <= 1"},
        {"source": ["lead", "mql"], "target": "sql", "when": "days_in_stage >= 9 and days_since(page_viewed) <= 16"},
        {"source": "sql", "target": "lead", "when": "count(page_viewed, within='16d') == 0 and days_in_stage < 1.5"},
        scores=points,
        review_every="6h",
    )
    position, steps = engine.stand(policy, contact(), [viewed(0.1)], day(40))
    hour = 3_600_000_000
    found = [(step.transition.id, (step.visit.instant - viewed(0).instant) / hour) for step in steps]
    # up at once; 64 halves to 1 six days later; nine days in the stage; then too long without a view
    assert found == [("t1", 2.4), ("t2", 150), ("t3", 366), ("t4", 390)]
    assert position.stage == "lead"


def test_an_empty_history_and_no_date(engine: Engine) -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "1 == 1"}, review_every="1d")
    position, steps = engine.stand(policy, contact(), [], day(9))
    assert (position.stage, position.entered, steps) == ("lead", None, [])


def test_a_review_comes_after_the_interactions_of_its_instant(engine: Engine) -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "event": "demo_requested"},
        {"source": "lead", "target": "sql", "when": "count(page_viewed) >= 1 and count(demo_requested) >= 1"},
        review_every="1d",
    )
    position, steps = engine.stand(policy, contact(), [viewed(0.5), happened("demo_requested", 1)], day(2))
    assert [step.transition.id for step in steps] == ["t1"]
    assert steps[0].visit.interaction is not None
    assert position.stage == "mql"
