from __future__ import annotations

import pytest

from leadqual import Policy, policies
from leadqual.conditions.parse import parse_condition
from leadqual.policy.disjoint import Facts, are_disjoint
from leadqual.policy.rules import Bands

BASE = """\
name: x
review_every: 1d
scores:
  engagement: {range: [0, 100], rules: [{id: demo, each: demo_requested, points: 40, half_life: 30d}]}
grades: {temperature: {score: engagement, bands: {hot: 60, warm: 20, cold: 0}}}
stages: {lead: {initial: true}, mql: }
"""


def funnel(forward: str, back: str) -> Policy:
    transitions = f"""\
transitions:
  - {{id: on, source: lead, target: mql, when: "{forward}"}}
  - {{id: back, source: mql, target: lead, when: "{back}"}}
"""
    return Policy.loads(BASE + transitions)


def codes(policy: Policy) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.place.path) for problem in policy.warnings()]


@pytest.mark.parametrize("name", policies.names())
def test_the_policies_that_ship_have_no_warnings(name: str) -> None:
    policy = getattr(policies, name)()
    assert policy.warnings() == ()


def test_stages_that_no_way_leads_to_or_from() -> None:
    policy = Policy.loads(
        "name: x\nstages: {lead: {initial: true}, mql: , island: , end: {final: true}}\n"
        "transitions:\n  - {id: a, source: lead, target: mql, event: purchase}\n"
        "  - {id: b, source: island, target: end, event: purchase}\n"
    )
    assert codes(policy) == [
        ("no-way-out", "stages.mql"),
        ("unreachable-stage", "stages.island"),
        ("unreachable-stage", "stages.end"),
    ]
    assert policy.warnings()[0].hint == "if that is meant, write mql: {final: true}"


def test_a_score_below_every_band() -> None:
    policy = Policy.loads("name: x\nscores: {fit: {range: [0, 9]}}\ngrades: {g: {score: fit, bands: {A: 5, B: 1}}}\n")
    (problem,) = policy.warnings()
    assert (problem.code, problem.place.path) == ("no-lowest-band", "grades.g.bands.B")
    assert "below 1 there is no grade 'g'" in problem.message


@pytest.mark.parametrize(
    ("when", "warned"),
    [
        ("score.engagement >= 30", True),
        ("grade.temperature == 'hot'", True),
        ("days_since(demo_requested) > 3", True),
        ("count(demo_requested, within='3d') > 3", True),
        ("days_in_stage > 3", True),
        ("count(demo_requested) > 3", False),
        ("contact.country == 'ID'", False),
    ],
)
def test_what_changes_with_time_wants_reviews(when: str, warned: bool) -> None:
    text = BASE.replace("review_every: 1d\n", "") + "transitions:\n  - {id: a, source: lead, target: mql, "
    automatic = Policy.loads(text + f'when: "{when}"}}\n')
    assert ("no-review" in [code for code, _ in codes(automatic)]) is warned
    at_an_event = Policy.loads(text + f'event: purchase, when: "{when}"}}\n')
    assert "no-review" not in [code for code, _ in codes(at_an_event)]


@pytest.mark.parametrize(
    ("forward", "back"),
    [
        ("score.engagement >= 30", "score.engagement < 30"),
        ("score.engagement >= 30", "score.engagement < 15 and days_in_stage >= 14"),
        ("30 <= score.engagement", "not score.engagement >= 30"),
        ("score.engagement > 30", "score.engagement == 30"),
        ("20 < score.engagement < 40", "score.engagement <= 20 or score.engagement >= 40"),
        ("score.engagement >= 20 and contact.country == 'ID'", "contact.country != 'ID'"),
        ("contact.seniority in ['vp', 'director']", "contact.seniority == 'manager'"),
        ("contact.seniority in ['vp', 'director']", "contact.seniority not in ['vp', 'director', 'manager']"),
        ("grade.temperature == 'hot'", "grade.temperature == 'cold'"),
        ("grade.temperature == 'hot'", "score.engagement < 60"),
        ("grade.temperature in ['hot', 'warm']", "score.engagement < 20"),
        ("contact.is_customer", "not contact.is_customer"),
        ("contact.is_customer", "contact.is_customer == False"),
        ("company.employees is None", "company.employees < 10"),
        ("company.employees is None", "company.employees is not None"),
        ("count(demo_requested) >= 1", "count(demo_requested) == 0"),
        ("count(demo_requested, within='30d') >= 1", "count(demo_requested, within='90d') == 0"),
        ("count(demo_requested, within='30d') >= 1", "days_since(demo_requested) > 90"),
        ("count(purchase, within='30d') >= 2", "count(purchase, within='90d') + count(product_used) == 0"),
        ("not (score.engagement < 30 or contact.is_customer)", "score.engagement < 5"),
    ],
)
def test_conditions_that_exclude_each_other(forward: str, back: str) -> None:
    assert codes(funnel(forward, back)) == []
    assert codes(funnel(back, forward)) == []


@pytest.mark.parametrize(
    ("forward", "back"),
    [
        ("score.engagement >= 30", "score.engagement <= 30"),
        ("score.engagement >= 30", "score.engagement < 40"),
        ("score.engagement >= 30", "days_in_stage >= 30"),
        ("days_in_stage >= 30", "days_in_stage < 30"),
        ("score.engagement >= 30", "contact.country == 'ID'"),
        ("score.engagement >= 30 or contact.country == 'ID'", "score.engagement < 20"),
        ("grade.temperature in ['hot', 'warm']", "score.engagement < 21"),
        ("count(demo_requested, within='90d') >= 1", "count(demo_requested, within='30d') == 0"),
        ("count(purchase) >= 1", "count(purchase) - count(product_used) == 0"),
        ("company.employees is not None", "company.employees < 10"),
        ("not (score.engagement < 30 and contact.is_customer)", "score.engagement < 5"),
    ],
)
def test_conditions_that_may_both_hold(forward: str, back: str) -> None:
    assert codes(funnel(forward, back)) == [("flapping", "transitions[1]")]
    assert codes(funnel(back, forward)) == [("flapping", "transitions[1]")]
    (problem,) = funnel(forward, back).warnings()
    assert "not proved" in problem.message
    assert problem.place.rule == "back"


def test_ways_at_an_event_do_not_flap() -> None:
    text = (
        BASE
        + """\
transitions:
  - {id: on, source: lead, target: mql, when: score.engagement >= 30}
  - {id: back, source: mql, target: lead, event: sales_rejected}
"""
    )
    assert Policy.loads(text).warnings() == ()


def test_too_many_alternatives_prove_nothing() -> None:
    both = " and ".join(f"(score.a{i} > 3 or score.b{i} > 3)" for i in range(8))
    assert not are_disjoint(parse_condition(both), parse_condition("score.a0 < 1 and score.b0 < 1"))


def test_a_grade_without_known_bands_proves_nothing_of_a_score() -> None:
    hot, low = parse_condition("grade.t == 'hot'"), parse_condition("score.s < 5")
    assert not are_disjoint(hot, low)
    assert are_disjoint(hot, low, Facts({"t": Bands(score="s", bands={"hot": 5})}))
