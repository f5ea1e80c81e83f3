from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from support.shop import AT, FAR, HOME, NOBODY, SHOP, SMALL, added, case, did, page, ways

from leadqual import LedgerLine, Policy, Score
from leadqual.testing import Case, coverage_of, run


@pytest.mark.parametrize(
    ("base", "more", "expected"),
    [
        pytest.param(
            [NOBODY, HOME],
            FAR,
            {"score fit: home: not fired", "rule fit.home: contact.country in ['ID', 'SG']: false"},
            id="an attribute rule, not fired",
        ),
        pytest.param(
            [HOME, FAR],
            NOBODY,
            {"score fit: home: unknown", "rule fit.home: contact.country in ['ID', 'SG']: unknown"},
            id="an attribute rule, unknown",
        ),
        pytest.param(
            [NOBODY, FAR, SMALL],
            case(country="DE", company={"employees": 10}),
            {
                "score fit: sized: fired",
                "rule fit.sized: 10 <= company.employees: true",
                "rule fit.sized: company.employees at 10: at",
                "grade fit: score.fit at 10: at",
                "grade fit: B: reached",
                "grade both: B and cold (B_cold): reached",
                "transition marketing: grade.fit in ['A', 'B']: true",
            },
            id="a rule fired, and what follows at its threshold",
        ),
        pytest.param(
            [NOBODY, FAR, SMALL],
            case(country="DE", company={"employees": 50}),
            {
                "rule fit.sized: 10 <= company.employees: true",
                "rule fit.sized: company.employees < 50: false",
                "rule fit.sized: company.employees at 10: above",
                "rule fit.sized: company.employees at 50: at",
            },
            id="the end of a chained comparison",
        ),
        pytest.param(
            [FAR],
            case(did("demo_requested", ago="30d"), country="DE"),
            {
                "score interest: demo: counted",
                "score interest: demo: too old",
                "transition marketing: score.interest at 10: at",
                "transition marketing: score.interest >= 10: true",
                ": marketing: held",
            },
            id="an interaction that has left the window, at its very edge",
        ),
        pytest.param(
            [FAR, case(did("demo_requested"), country="DE")],
            case(did("demo_requested", ago="1s"), country="DE"),
            {"score interest: demo: faded"},
            id="an interaction that has faded a little",
        ),
        pytest.param(
            [
                FAR,
                case(did("demo_requested", times=2), country="DE"),
                case(did("demo_requested", ago="1d"), country="DE"),
            ],
            case(did("demo_requested", times=3), country="DE"),
            {"score interest: demo: capped", "grade heat: score.interest at 20: above"},
            id="a cap passed",
        ),
        pytest.param(
            [FAR, case(did("webinar_attended", ago="6d"), country="DE")],
            case(did("webinar_attended", ago="7d"), country="DE"),
            {"score interest: steps: faded"},
            id="the end of a step",
        ),
        pytest.param(
            [FAR, case(page(5), country="DE")],
            case(page(4), country="DE"),
            {
                "rule interest.pages, filter of page_viewed: seconds >= 5: false",
                "rule interest.pages, filter of page_viewed: seconds at 5: below",
            },
            id="a filter that leaves something out",
        ),
        pytest.param(
            [FAR, case(page(5), country="DE")],
            case(page(), country="DE"),
            {"rule interest.pages, filter of page_viewed: seconds >= 5: unknown"},
            id="a filter of which it is unknown",
        ),
        pytest.param(
            [FAR, case(page(5, times=2), country="DE")],
            case(page(5, times=3), country="DE"),
            {"score interest: pages: limited"},
            id="a limit reached",
        ),
        pytest.param(
            [FAR, case(page(5, times=3, every="1d"), country="DE"), case(page(5, times=3), country="DE")],
            case(page(5, times=4, every="1d"), country="DE"),
            {"score interest: group web: capped"},
            id="the cap of a group passed",
        ),
        pytest.param(
            [HOME],
            case(did("disqualified"), country="ID"),
            {": out: happened", ": out: taken", ": lost: entered"},
            id="a transition by an event, and the stage it leads to",
        ),
        pytest.param(
            [FAR, case(did("demo_requested"), country="DE")],
            case(did("demo_requested", times=2), country="DE"),
            {
                "transition marketing: score.interest at 10: above",
                "grade heat: hot: reached",
                "grade heat: score.interest at 20: at",
            },
            id="a threshold from above, a band, and its threshold",
        ),
    ],
)
def test_a_case_turns_exactly_this_from_missing_to_seen(base: list[Case], more: Case, expected: set[str]) -> None:
    assert added(base, more) == expected


def test_a_transition_is_taken_refused_and_held() -> None:
    there = case(did("demo_requested", ago="3d"), did("demo_requested"), country="ID")
    held = ways(SHOP, [there])
    small = ways(
        SHOP, [case(did("demo_requested", ago="3d"), did("demo_requested"), country="ID", company={"employees": 19})]
    )
    large = ways(
        SHOP, [case(did("demo_requested", ago="3d"), did("demo_requested"), country="ID", company={"employees": 20})]
    )
    words = {word: f": sales: {word}" for word in ("taken", "refused", "held", "happened")}
    assert {word for word, text in words.items() if text in held} == {"held", "happened"}
    assert {word for word, text in words.items() if text in small} == {"refused", "happened"}
    assert {word for word, text in words.items() if text in large} == {"taken", "happened"}


def test_an_event_in_another_stage_is_no_event_for_a_transition() -> None:
    assert not any(text.startswith(": sales") for text in ways(SHOP, [case(did("demo_requested"), country="DE")]))


def test_a_transition_after_the_one_that_fires_is_not_tried() -> None:
    fired = ways(SHOP, [case(did("disqualified"), country="ID")])
    assert not any(text.startswith(("transition marketing", ": marketing")) for text in fired)


def test_a_transition_that_only_a_review_fires_is_looked_at_there() -> None:
    happened = (did("demo_requested", on="2026-11-16"), page(path="/", on="2026-11-20T12:00:00Z"))
    early = ways(SHOP, [case(*happened, country="ID", at="2026-11-20T23:00:00Z")])
    late = ways(SHOP, [case(*happened, country="ID", at="2026-11-21T00:00:00Z")])
    assert late - early >= {": back: taken", "transition back: days_in_stage at 5: at"}


def test_a_standing_begins_where_the_contact_stands() -> None:
    begun = case(
        did("demo_requested", ago="1d"), country="ID", company={"employees": 20}, standing=("mql", "2026-11-19")
    )
    seen = ways(SHOP, [begun])
    assert {": sales: taken", ": sql: entered"} <= seen
    assert ": mql: entered" not in seen
    assert ": lead: entered" not in seen


def test_a_profile_is_looked_at_again_where_it_has_changed() -> None:
    moved = case(did("profile_updated", ago="1d", changes={"country": "DE"}), page(ago="2d"), country="ID")
    assert {"score fit: home: fired", "score fit: home: not fired"} <= ways(SHOP, [moved])


def test_a_case_that_fails_counts_as_well() -> None:
    failing = Case(contact={"country": "ID"}, at=AT, expect={"stage": "sql"})
    assert not run(SHOP, failing).passed
    assert "score fit: home: fired" in ways(SHOP, [failing])


STRICT = Policy.loads("""
name: strict
stages: {lead: {initial: true}, mql: {}, sql: {}}
transitions:
  - {id: first, source: lead, target: mql, when: contact.country == 'ID'}
  - {id: known, source: mql, target: sql, when: company.employees > 5, on_unknown: error}
""")


def test_an_error_that_is_expected_covers_what_was_looked_at_until_then() -> None:
    happened = (page(ago="3d"), page(ago="1d"))
    raised = Case(contact={"country": "ID"}, interactions=happened, at=AT, expect={"error": "unknown-condition"})
    assert run(STRICT, raised).passed
    seen = ways(STRICT, [raised])
    assert {
        ": first: taken",
        ": mql: entered",
        ": known: held",
        "transition known: company.employees > 5: unknown",
    } <= seen
    assert ": sql: entered" not in seen


def test_a_case_whose_input_is_refused_covers_nothing_and_is_counted() -> None:
    report = coverage_of(SHOP, [Case(interactions=[did("page_viewd")], at=AT, expect={"error": "unknown-kind"})])
    assert (report.cases, report.seen) == (1, 0)


class Model:
    name = "model"

    def score(self, contact: Any, history: Any, *, at: datetime) -> Score:
        value = None if contact.country is None else 0.75
        lines = () if value is None else (LedgerLine(id="model", points=value),)
        return Score(name="model", value=value, range=(0.0, 1.0), ledger=lines)


def test_scores_of_scorer_objects_may_be_missing() -> None:
    document = """
name: modelled
stages: {lead: {initial: true}, mql: {}}
scorers: {model: {range: [0, 1]}}
grades: {chance: {score: model, bands: {high: 0.5, low: 0}}}
transitions: [{id: up, source: lead, target: mql, when: score.model >= 0.75}]
"""
    policy = Policy.loads(document).with_scorer("model", Model())
    cases = [
        Case(contact=contact, interactions=[page()], at=AT, expect={"scores": {"model": value}})
        for contact, value in (({}, None), ({"country": "ID"}, 0.75))
    ]
    seen = ways(policy, cases)
    assert {
        ": up: held",
        ": up: taken",
        "grade chance: below every band: reached",
        "grade chance: high: reached",
    } <= seen
    assert "transition up: score.model at 0.75: at" in seen


class Picky(Model):
    def score(self, contact: Any, history: Any, *, at: datetime) -> Score:
        if len(history) < 2:
            raise ValueError("too little is known")
        return super().score(contact, history, at=at)


def test_a_scorer_that_raises_where_no_decision_asks_it_breaks_no_test() -> None:
    document = """
name: modelled
stages: {lead: {initial: true}, mql: {}, sql: {}}
scorers: {model: {range: [0, 1]}}
transitions:
  - {id: up, source: lead, target: mql, when: company.employees > 5 and score.model >= 0.75}
  - {id: on, source: lead, target: sql, event: demo_requested}
"""
    policy = Policy.loads(document).with_scorer("model", Picky())
    happened = [page(ago="2d"), did("demo_requested")]
    contact = {"country": "ID", "company": {"employees": 5}}
    seen = ways(policy, [Case(contact=contact, interactions=happened, at=AT, expect={"stage": "sql"})])
    assert {": up: refused", ": on: taken", "transition up: score.model >= 0.75: true"} <= seen


class Wild(Model):
    def score(self, contact: Any, history: Any, *, at: datetime) -> Score:
        if len(history) < 2:
            return super().score(contact, history, at=at)
        return Score(name="model", value=7.0, range=(0.0, 1.0), ledger=(LedgerLine(id="model", points=7.0),))


def test_a_scorer_that_leaves_its_range_ends_the_look_where_it_ends_the_decision() -> None:
    document = """
name: modelled
stages: {lead: {initial: true}, mql: {}}
scorers: {model: {range: [0, 1]}}
transitions: [{id: up, source: lead, target: mql, when: score.model >= 0.8}]
"""
    policy = Policy.loads(document).with_scorer("model", Wild())
    happened = [page(ago="2d"), page(ago="1d")]
    wild = Case(contact={"country": "ID"}, interactions=happened, at=AT, expect={"error": "bad-scorer"})
    assert run(policy, wild).passed
    seen = ways(policy, [wild])
    assert {": up: refused", "transition up: score.model at 0.8: below", ": lead: entered"} <= seen
    assert ": up: taken" not in seen
