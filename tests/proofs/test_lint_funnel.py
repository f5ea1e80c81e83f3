"""Stages and transitions: shadowed, unreachable, to and fro, round and round, waiting for a field, never looked at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.linted import STAGES, found, funnel, one

from leadqual import Policy

ON = {"source": "lead", "target": "mql"}


def moves(policy: Policy, finding: Any) -> list[str]:
    """Return the transitions that a witness makes."""
    return [move.transition for move in finding.witness.decide(policy).moves]


# Shadows.


def test_a_transition_in_whose_place_an_earlier_one_fires() -> None:
    policy = funnel({**ON, "when": "score.s >= 20"}, {**ON, "when": "score.s >= 30"})
    finding = one(policy, "transition-shadowed")
    assert (finding.place.path, finding.place.rule, finding.exact) == ("transitions[1]", "t1", True)
    assert finding.message == "'t1' never fires from lead: 't0' comes first and fires wherever it could"
    assert finding.proof == "wherever there is `score.s >= 30`, there is `score.s >= 20`"
    assert found(funnel({**ON, "when": "score.s >= 30"}, {**ON, "when": "score.s >= 20"}), "transition-shadowed") == []


def test_shadows_are_cast_by_events_too() -> None:
    at = {**ON, "event": "demo_requested"}
    assert one(funnel(at, {**at, "when": "score.s >= 3"}), "transition-shadowed").exact
    assert one(funnel({**ON, "when": "count(demo_requested) >= 1"}, at), "transition-shadowed").exact
    assert one(funnel(at, at), "transition-shadowed").proof == "both ask for a demo_requested"
    assert found(funnel(at, {**at, "event": "purchase"}), "transition-shadowed") == []
    assert found(funnel(at, {**ON, "when": "count(demo_requested) >= 1"}), "transition-shadowed") == []
    assert found(funnel(at, {**at, "source": "sql"}), "transition-shadowed") == []


def test_several_transitions_cast_a_shadow_together() -> None:
    size = "company.employees"
    earlier = [{**ON, "when": f"{size} < 10"}, {**ON, "when": "contact.is_customer"}, {**ON, "when": f"{size} >= 10"}]
    finding = one(funnel(*earlier, {**ON, "when": f"{size} >= 5"}), "transition-shadowed")
    assert finding.message.endswith("'t0' or 't2' comes first and fires wherever it could")
    assert found(funnel(*earlier, {**ON, "when": f"{size} is None"}), "transition-shadowed") == []


def test_a_shadow_from_some_stages_alone() -> None:
    later = {"source": ["lead", "sql"], "target": "mql", "when": "score.s >= 30"}
    finding = one(funnel({**ON, "when": "score.s >= 20"}, later), "transition-shadowed")
    assert finding.message.startswith("'t1' never fires from lead:")


def test_a_contact_does_not_go_back_at_one_instant_so_a_later_transition_may_fire() -> None:
    ways = [
        {**ON, "when": "score.s >= 20"},
        {"source": "lead", "target": "sql", "when": "score.s >= 30"},
        {"source": "mql", "target": "lead", "event": "sales_rejected"},
    ]
    finding = one(funnel(*ways), "transition-shadowed")
    assert (finding.exact, finding.proof) == (False, None)
    assert "hardly ever" in finding.message
    assert "left mql at this very instant" in finding.doubt
    ways[2] = {"source": "mql", "target": "lead", "when": "score.s < 5"}
    assert one(funnel(*ways), "transition-shadowed").exact  # back at 5, and on again at 30: never at one instant
    ways[2] = {"source": "mql", "target": "lead", "when": "days_in_stage >= 3"}
    assert not one(funnel(*ways), "transition-shadowed").exact
    ways[1] = {"source": "lead", "target": "sql", "when": "score.s >= 30 and days_in_stage >= 1"}
    assert one(funnel(*ways), "transition-shadowed").exact  # whoever came back just now has been there for no time


# Stages.


def test_stages_that_nobody_reaches() -> None:
    policy = funnel({**ON, "when": "score.s >= 20"}, {"source": "sql", "target": "end", "event": "purchase"})
    findings = found(policy, "unreachable-stage")
    assert [(finding.place.path, finding.proof) for finding in findings] == [
        ("stages.sql", "no transition leads there"),
        ("stages.end", "'t1' starts where nobody ever stands"),
    ]
    assert all(finding.exact for finding in findings)


def test_stages_whose_ways_never_fire() -> None:
    ways = [{**ON, "when": "score.s >= 20"}, {**ON, "target": "sql", "when": "score.s < 3 and score.s > 5"}]
    assert "'t1' never fires" in [finding.proof for finding in found(funnel(*ways), "unreachable-stage")]
    shadowed = [{**ON, "when": "score.s >= 20"}, {**ON, "target": "sql", "when": "score.s >= 30"}]
    assert "'t1' never fires" in [finding.proof for finding in found(funnel(*shadowed), "unreachable-stage")]
    reached = [{**ON, "target": "sql", "when": "score.s >= 30"}, {**ON, "when": "score.s >= 20"}]
    paths = [finding.place.path for finding in found(funnel(*reached), "unreachable-stage")]
    assert paths == ["stages.end"]


def test_stages_that_nobody_leaves() -> None:
    ways = [
        {**ON, "event": "purchase"},
        {"source": "mql", "target": "sql", "event": "purchase", "when": "count(purchase) == 0"},
    ]
    findings = {finding.place.path: finding for finding in found(funnel(*ways), "no-way-out")}
    assert findings["stages.mql"].proof == "'t1' never fires"
    assert findings["stages.sql"].proof == "no transition has it as its source"
    assert findings["stages.sql"].hint == "if that is meant, write sql: {final: true}"
    assert "stages.end" not in findings
    assert "stages.lead" not in findings


def test_no_way_back_from_nurture() -> None:
    stages = {**STAGES, "nurture": {}, "lost": {"closed": True}}
    ways = [
        {**ON, "event": "purchase"},
        {"source": ["mql", "sql"], "target": "nurture", "event": "sales_rejected"},
        {"source": "nurture", "target": "lost", "event": "disqualified"},
    ]
    finding = one(funnel(*ways, stages=stages), "no-way-back")
    assert (finding.place.path, finding.proof) == ("stages.nurture", "from there contacts come to lost alone")
    back = {"source": "nurture", "target": "mql", "event": "demo_requested"}
    assert found(funnel(*ways, back, stages=stages), "no-way-back") == []
    reopened = {"source": "lost", "target": "lead", "event": "reopened"}
    assert found(funnel(*ways, reopened, stages=stages), "no-way-back") == []
    never = {**back, "when": "count(demo_requested) == 0"}
    assert one(funnel(*ways, never, stages=stages), "no-way-back").exact
    won = {"source": "nurture", "target": "end", "event": "purchase"}
    assert found(funnel(*ways, won, stages=stages), "no-way-back") == []


# To and fro, round and round.


@pytest.mark.parametrize("review", ["1d", None])
@pytest.mark.parametrize(
    ("forward", "back"),
    [
        ("score.s >= 30", "score.s < 40"),
        ("contact.country == 'ID'", "score.s < 10"),
        ("company.employees >= 50", "contact.country is None"),
        ("count(demo_requested, within='90d') >= 1", "count(demo_requested, within='2d') == 0"),
        ("contact.country == 'ID'", "days_in_stage >= 10 and score.s < 10"),
        ("contact.country == 'ID' and stage == 'lead'", "stage == 'mql' and score.s < 10"),
    ],
)
def test_a_contact_goes_to_and_fro(forward: str, back: str, review: str | None) -> None:
    policy = funnel({**ON, "when": forward}, {"source": "mql", "target": "lead", "when": back}, review_every=review)
    finding = one(policy, "flapping")
    assert (finding.place.path, finding.exact) == ("transitions[1]", True)
    assert "a contact goes to and fro between 'lead' and 'mql'" in finding.message
    made = moves(policy, finding)
    assert any(made[n : n + 3] in (["t0", "t1", "t0"], ["t1", "t0", "t1"]) for n in range(len(made)))


@pytest.mark.parametrize(
    ("forward", "back"),
    [
        ("score.s >= 30", "score.s < 30"),
        ("score.s >= 30", "score.s < 15 and days_in_stage >= 14"),
        ("contact.country == 'ID'", "not contact.country == 'ID' and score.s >= 0"),
        ("count(demo_requested, within='2d') >= 1", "count(demo_requested, within='90d') == 0"),
        ("score.s >= 30 and company.employees >= 10", "score.s < 15 or company.employees < 10"),
        ("stage == 'mql'", "score.s >= 0"),
    ],
)
def test_a_contact_does_not_go_to_and_fro(forward: str, back: str) -> None:
    policy = funnel({**ON, "when": forward}, {"source": "mql", "target": "lead", "when": back})
    assert found(policy, "flapping") == []


def test_conditions_that_hold_at_once_for_an_instant_alone() -> None:
    policy = funnel({**ON, "when": "score.s >= 30"}, {"source": "mql", "target": "lead", "when": "score.s <= 30"})
    finding = one(policy, "flapping")
    assert finding.message.startswith("a contact may go to and fro")
    assert finding.witness.decide(policy).scores["s"].value == 30


def test_conditions_that_hold_at_once_but_for_the_days_they_wait() -> None:
    lively = "days_in_stage >= 14 and count(page_viewed, within='7d') >= 2 and score.s >= 15"
    ways = [
        {**ON, "when": "score.s >= 40"},
        {"source": "mql", "target": "sql", "when": "days_in_stage >= 14 and score.s < 20"},
        {"source": "sql", "target": "mql", "when": lively},
    ]
    finding = one(funnel(*ways), "flapping")
    assert finding.message.startswith("a contact may go to and fro between 'mql' and 'sql'")
    case = finding.witness
    both = "count(page_viewed, within='7d') >= 2 and 15 <= score.s < 20"
    assert funnel(*ways).evaluate(both, case.contact, case.history, at=case.at) is True
    ways[2]["when"] = lively.replace("score.s >= 15", "score.s >= 20")
    assert found(funnel(*ways), "flapping") == []


def test_ways_at_an_event_do_not_flap() -> None:
    policy = funnel({**ON, "when": "score.s >= 30"}, {"source": "mql", "target": "lead", "event": "sales_rejected"})
    assert found(policy, "flapping") == []


def test_a_contact_goes_round_and_round() -> None:
    ways = [
        {**ON, "when": "score.s >= 10"},
        {"source": "mql", "target": "sql", "when": "contact.country == 'ID'"},
        {"source": "sql", "target": "lead", "when": "score.s < 90"},
    ]
    policy = funnel(*ways)
    finding = one(policy, "automatic-loop")
    assert finding.exact
    made = moves(policy, finding)
    rounds = (["t0", "t1", "t2", "t0"], ["t1", "t2", "t0", "t1"], ["t2", "t0", "t1", "t2"])
    assert any(made[n : n + 4] in rounds for n in range(len(made)))
    ways[2]["when"] = "score.s < 10"
    assert found(funnel(*ways), "automatic-loop", "flapping") == []


def test_nothing_happens_to_a_witness_while_it_goes_round() -> None:
    policy = funnel(
        {**ON, "when": "contact.country == 'ID'"}, {"source": "mql", "target": "lead", "when": "score.s < 10"}
    )
    decision = one(policy, "flapping").witness.decide(policy)
    first = decision.moves[0].at
    assert decision.moves[-1].at - first >= timedelta(days=1)
    assert all(one.occurred_at <= first for one in one_history(policy))


def one_history(policy: Policy) -> tuple[Any, ...]:
    return one(policy, "flapping").witness.history


# Fields that may be missing.


def test_a_field_that_may_be_missing() -> None:
    later = {**ON, "when": "company.employees >= 100 and score.s > 3"}
    policy = funnel({**ON, "when": "company.employees >= 50"}, later)
    finding = one(policy, "field-may-be-missing")
    assert (finding.place.path, finding.severity, finding.exact) == ("transitions[0].when", "note", True)
    assert finding.message == "company.employees may be missing, and then 't0', 't1' wait, whatever happens"
    contact, history, at = finding.witness.contact, finding.witness.history, finding.witness.at
    assert policy.evaluate("company.employees >= 50", contact, history, at=at) is None
    assert policy.decide(contact, history, at=at).stage == "lead"


@pytest.mark.parametrize(
    "way",
    [
        {**ON, "when": "company.employees >= 50 or company.employees is None"},
        {**ON, "when": "company.employees >= 50 or score.s > 20"},
        {**ON, "when": "company.employees is not None and company.employees >= 50"},
        {**ON, "when": "company.employees >= 50", "on_unknown": "deny"},
        {**ON, "when": "company.employees >= 50", "on_unknown": "error"},
        {**ON, "when": "score.s >= 20 and contact.is_customer"},
        {**ON, "when": "count(purchase) >= 1 and 'partner' in contact.roles"},
    ],
)
def test_fields_that_do_no_harm(way: dict[str, Any]) -> None:
    assert found(funnel(way), "field-may-be-missing") == []


def test_another_transition_that_asks_for_the_field() -> None:
    big, unknown = (
        {**ON, "when": "company.employees >= 50"},
        {"source": "lead", "target": "sql", "when": "company.employees is None"},
    )
    assert found(funnel(big, unknown), "field-may-be-missing") == []
    elsewhere = {**unknown, "source": "mql"}
    assert len(found(funnel(big, elsewhere), "field-may-be-missing")) == 1


# Reviews.


@pytest.mark.parametrize(
    ("when", "waits"),
    [
        ("days_in_stage >= 3", True),
        ("score.s < 10 and count(demo_requested) >= 1", True),
        ("days_since(demo_requested) > 3", True),
        ("count(demo_requested, within='3d') == 0", True),
        ("not count(demo_requested, within='3d') >= 1", True),
        ("grade.g == 'B'", True),
        ("sum(product_used.quantity, within='3d') < 5 and count(demo_requested) >= 1", True),
        ("score.s >= 30", False),
        ("count(demo_requested, within='3d') >= 1", False),
        ("days_since(demo_requested) < 3", False),
        ("count(demo_requested) >= 3", False),
        ("contact.country == 'ID'", False),
    ],
)
def test_conditions_that_become_true_while_nothing_happens(when: str, waits: bool) -> None:
    grades = {"g": {"score": "s", "bands": {"A": 20, "B": 0}}}
    if "quantity" in when:
        when = when.replace("product_used.quantity", "page_viewed.seconds")
    policy = funnel({**ON, "when": when}, review_every=None, grades=grades)
    findings = found(policy, "no-review")
    assert bool(findings) is waits
    assert found(funnel({**ON, "when": when}, grades=grades), "no-review") == []
    assert found(funnel({**ON, "when": when, "event": "purchase"}, review_every=None, grades=grades), "no-review") == []
    if waits:
        (finding,) = findings
        assert (finding.place.path, finding.found) == ("review_every", "transitions t0")


@pytest.mark.parametrize("when", ["days_in_stage >= 3", "score.s < 10 and count(demo_requested) >= 1"])
def test_a_contact_that_nobody_looks_at(when: str) -> None:
    policy = funnel({**ON, "when": when}, review_every=None)
    finding = one(policy, "no-review")
    assert finding.exact
    overlooked = finding.witness
    assert overlooked.decide(policy).stage == "lead"
    assert policy.evaluate(when, overlooked.contact, overlooked.history, at=overlooked.at) is True
    reviewed = policy.model_copy(update={"review_every": "1d"})
    later = reviewed.decide(overlooked.contact, overlooked.history, at=overlooked.at + timedelta(days=1))
    assert "t0" in [move.transition for move in later.moves]


def test_negative_points_that_fade_bring_a_score_back_up() -> None:
    rules = [{"id": "no", "each": "sales_rejected", "points": -40, "half_life": "30d"}]
    scores = {"s": {"range": [-100, 100], "rules": rules}}
    policy = funnel({**ON, "when": "score.s >= -10"}, review_every=None, scores=scores)
    assert one(policy, "no-review").place.path == "review_every"
    kept = funnel({**ON, "when": "score.s < -10"}, review_every=None, scores=scores)
    assert found(kept, "no-review") == []
