from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from leadqual import Contact, DemoRequested, InputError, Policy, PolicyError, policies
from leadqual.testing import Case, ExpectationFailed, Given, given

SALES = policies.sales()
AT = datetime(2026, 11, 22, tzinfo=UTC)
BASE = (
    given(SALES)
    .contact(country="ID", company={"employees": 250})
    .interaction("whitepaper_downloaded", on="2026-11-01")
    .at("2026-11-22")
)
DEMO = BASE.interaction("demo_requested", on="2026-11-20")
ERRORS = Policy.loads("""
name: strict
version: 1.0.0
stages: {lead: {initial: true}, mql: {}}
transitions: [{id: known, source: lead, target: mql, when: company.employees > 5, on_unknown: error}]
""")


def test_the_sentence_of_the_front_page() -> None:
    decision = (
        given(SALES)
        .contact(country="ID", company={"employees": 250})
        .interaction("whitepaper_downloaded", on="2026-11-01")
        .interaction("demo_requested", on="2026-11-20")
        .at("2026-11-22")
        .expect(stage="sql", because="demo")
    )
    assert decision is not None
    assert decision.stage == "sql"


@pytest.mark.parametrize(
    "expected",
    [
        {"stage": "sql"},
        {"because": "demo"},
        {"moves": ["marketing", "demo"]},
        {"moves": ["lead -> mql", "mql -> sql"]},
        {"moves": ["marketing", "mql->sql"]},
        {"scores": {"fit": 50, "intent": [37, 38], "engagement": "> 30", "loyalty": "== 0"}},
        {"grades": {"fit": "B", "temperature": "hot", "loyalty": "none"}},
        {"reasons": ["demo"]},
        {"reasons": "intent.demo"},
        {"reasons": {"fit.home-market": 20, "mid-market": 30}},
        {"missing": ["contact.seniority", "company.industry"]},
        {"holds": ["score.intent >= 30", "stage == 'sql'", "days_in_stage == 2"]},
        {"holds": "contact.country == 'ID'"},
    ],
    ids=str,
)
def test_what_is_as_expected(expected: dict[str, Any]) -> None:
    DEMO.expect(**expected)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"stage": "mql"}, "stage: expected 'mql', found 'sql'"),
        ({"because": "marketing"}, "because: expected 'marketing', found 'demo'"),
        ({"moves": ["demo"]}, "moves: expected demo, found lead -> mql (marketing), mql -> sql (demo)"),
        ({"moves": ["mql -> sql", "lead -> mql"]}, "moves: expected mql -> sql, lead -> mql, found"),
        ({"moves": []}, "moves: expected none, found"),
        ({"scores": {"fit": 49.999999}}, "score fit: expected 50, found 50"),
        ({"scores": {"fit": [50.1, 60]}}, "score fit: expected from 50.1 to 60, found 50"),
        ({"scores": {"fit": "> 50"}}, "score fit: expected > 50, found 50"),
        ({"scores": {"fit": None}}, "score fit: expected no value, found 50"),
        ({"grades": {"fit": "A"}}, "grade fit: expected 'A', found 'B'"),
        ({"grades": {"fit": None}}, "grade fit: expected None, found 'B'"),
        ({"reasons": ["quotation"]}, "reason quotation: expected points, found no points"),
        ({"reasons": {"home-market": 10}}, "reason home-market: expected +10 points, found +20 points"),
        ({"reasons": ["engagement.demo"]}, "rule 'engagement.demo'"),
        ({"missing": ["contact.country"]}, "missing: expected 'contact.country', found contact.seniority"),
        ({"missing": []}, "missing: expected nothing, found contact.seniority"),
        ({"holds": ["score.intent < 30"]}, "holds: expected score.intent < 30, found false"),
        ({"holds": ["contact.seniority == 'vp'"]}, "holds: expected contact.seniority == 'vp', found unknown"),
        ({"error": "wrong-type"}, "error: expected the error 'wrong-type', found a decision"),
    ],
    ids=str,
)
def test_what_is_not(expected: dict[str, Any], told: str) -> None:
    with pytest.raises((ExpectationFailed, InputError)) as caught:
        DEMO.expect(**expected)
    assert told in str(caught.value)


def test_everything_that_differs_is_told_at_once() -> None:
    with pytest.raises(ExpectationFailed) as caught:
        BASE.expect(stage="sql", because="demo", scores={"intent": ">= 30"}, reasons=["demo"])
    assert [failure.what for failure in caught.value.outcome.failures] == [
        "stage", "because", "score intent", "reason demo"
    ]  # fmt: skip


def test_a_failure_shows_the_condition_of_the_transition_that_did_not_fire() -> None:
    with pytest.raises(ExpectationFailed) as caught:
        BASE.interaction("demo_requested", on="2026-10-23").expect(stage="mql", because="demo")
    report = str(caught.value)
    with pytest.raises(ExpectationFailed) as caught:
        BASE.expect(stage="sql")
    report = str(caught.value)
    for line in (
        "(mql -> sql) did not fire at 2026-11-22 00:00 UTC: its condition was false",
        "    score.intent >= 50  ->  false",
        "      score.intent  ->  0",
        "2026-11-01 00:00 UTC  lead -> mql (marketing) because grade.fit in ['A', 'B'] and score.engagement >= 15",
        "     +9.23358  whitepaper, 1 counted: Left an address to learn something.",
        "  not known: contact.seniority, which could have changed rule fit.decision-maker (+25)",
    ):
        assert line.strip() in report


def test_the_closest_is_the_one_with_the_fewest_unmet_conditions() -> None:
    with pytest.raises(ExpectationFailed, match=r"many-signs \(mql -> sql\) did not fire"):
        BASE.expect(stage="sql")
    with pytest.raises(ExpectationFailed, match=r"presentation \(mql -> sql\) did not fire"):
        BASE.expect(stage="sql", because="presentation")


def test_the_closest_of_an_event_is_looked_at_when_it_happened() -> None:
    asked = given(SALES).standing("nurture", since="2026-01-01").contact(country="BR")
    with pytest.raises(ExpectationFailed) as caught:
        asked.interaction("demo_requested", on="2026-06-01").at("2026-07-01").expect(stage="sql", because="back-demo")
    assert "back-demo (nurture -> sql) did not fire at 2026-06-01 00:00 UTC: its condition was false" in str(
        caught.value
    )
    assert "grade.fit  ->  'D'" in str(caught.value)
    with pytest.raises(ExpectationFailed, match="no demo_requested happened while the contact stood at nurture"):
        asked.at("2026-07-01").expect(because="back-demo")


def test_the_closest_says_where_the_contact_stood_instead() -> None:
    with pytest.raises(ExpectationFailed, match="the contact stood at mql, and it leads away from sql"):
        BASE.expect(because="evaluating")


def test_a_reason_without_points_shows_its_line() -> None:
    with pytest.raises(ExpectationFailed, match=r"\+0  demo, 0 counted"):
        BASE.expect(reasons=["demo"])


@pytest.mark.parametrize(
    "on",
    ["2026-11-20", date(2026, 11, 20), datetime(2026, 11, 20, tzinfo=UTC), "2026-11-20T07:00:00+07:00"],
    ids=str,
)
def test_a_day_begins_at_midnight_utc(on: Any) -> None:
    found = given(SALES).interaction("demo_requested", on=on).at("2026-11-22").case(stage="lead").scenario(SALES)
    assert found.history[0].occurred_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    asked = given(SALES, time_zone="Asia/Jakarta").interaction("demo_requested", on="2026-11-20 08:00")
    found = asked.at("2026-11-22").case(stage="lead").scenario(SALES)
    assert (found.at, found.history[0].occurred_at) == (
        datetime(2026, 11, 21, 17, tzinfo=UTC), datetime(2026, 11, 20, 1, tzinfo=UTC)
    )  # fmt: skip


def test_a_time_of_the_hour_that_clocks_skip_is_no_time() -> None:
    asked = given(SALES, time_zone="Europe/Berlin").interaction("demo_requested", on="2026-03-29 02:30")
    with pytest.raises(InputError, match=r"interactions\[0\]\.on: \[no-such-time\]"):
        asked.at("2026-11-22").expect(stage="lead")


def test_how_long_before() -> None:
    asked = given(SALES).interaction("email_clicked", ago="60h", times=3, every="1d").interaction("demo_requested")
    found = asked.at("2024-03-01").case(stage="lead").scenario(SALES)
    first = datetime(2024, 2, 27, 12, tzinfo=UTC)
    assert [one.occurred_at for one in found.history] == [
        first, first + timedelta(days=1), first + timedelta(days=2), datetime(2024, 3, 1, tzinfo=UTC)
    ]  # fmt: skip
    assert len({one.id for one in found.history}) == 4


def test_several_without_a_time_end_at_the_instant_asked_about() -> None:
    asked = given(SALES).interaction("email_clicked", times=2, every="1d").at("2024-03-01").case(stage="lead")
    assert [one.occurred_at.day for one in asked.scenario(SALES).history] == [29, 1]


def test_models_go_in_as_they_are() -> None:
    siti = Contact(id="c-1", country="ID", full_name="Siti 🌺 Rahma")
    asked = DemoRequested(id="i-1", occurred_at=datetime(2026, 11, 20, tzinfo=timezone(timedelta(hours=7))))
    found = (
        given(SALES).contact(siti).contact(language="id").interaction(asked).at(AT).case(stage="lead").scenario(SALES)
    )
    assert (found.contact.full_name, found.contact.language, found.history) == ("Siti 🌺 Rahma", "id", (asked,))


def test_fields_that_the_policy_declares_stand_beside_the_others() -> None:
    given(SALES).contact(monthly_budget=2000).at(AT).expect(reasons={"fit.budget": 15})


def test_every_verb_makes_another_one() -> None:
    assert isinstance(BASE, Given)
    BASE.interaction("demo_requested", on="2026-11-20")
    BASE.contact(country="BR")
    BASE.expect(stage="mql")


def test_a_contact_that_stands_somewhere_already() -> None:
    asked = given(SALES).standing("mql", since="2026-01-01").at("2026-11-22")
    asked.expect(stage="nurture", moves=["gone-quiet"])
    with pytest.raises(InputError, match=r"standing\.stage: \[unknown-stage\]"):
        given(SALES).standing("mqll", since="2026-01-01").at("2026-11-22").expect(stage="nurture")


def test_errors_can_be_expected() -> None:
    asked = given(ERRORS).interaction("demo_requested").at(AT)
    asked.expect(error="unknown-condition")
    given(SALES).contact(country="Indonesia").at(AT).expect(error="bad-country")
    with pytest.raises(ExpectationFailed, match=r"error: expected a decision, found the error 'unknown-condition'"):
        asked.expect(stage="lead")
    with pytest.raises(ExpectationFailed, match=r"expected the error 'bad-time', found the error 'unknown-condition'"):
        asked.expect(error="bad-time")
    with pytest.raises(InputError, match="bad-country"):
        given(SALES).contact(country="Indonesia").at(AT).expect(error="bad-time")


@pytest.mark.parametrize(
    ("expected", "code", "hint"),
    [
        ({}, "nothing-expected", "expect a stage"),
        ({"stag": "sql"}, "unknown-field", "did you mean 'stage'?"),
        ({"stage": "sqll"}, "unknown-stage", "did you mean 'sql'?"),
        ({"because": "dem"}, "unknown-transition", "did you mean 'demo'?"),
        ({"moves": ["dem"]}, "unknown-transition", "did you mean 'demo'?"),
        ({"moves": ["lead -> mqll"]}, "unknown-stage", "did you mean 'mql'?"),
        ({"scores": {"inten": 3}}, "unknown-score", "did you mean 'intent'?"),
        ({"scores": {"intent": "big"}}, "bad-range", None),
        ({"scores": {"intent": [3, 1]}}, "bad-range", None),
        ({"scores": {"intent": True}}, "bad-range", None),
        ({"scores": {"fit": 120}}, "unreachable", None),
        ({"scores": {"fit": ">= 101"}}, "unreachable", None),
        ({"scores": {"fit": "< 0"}}, "unreachable", None),
        ({"scores": {"fit": [-20, -10]}}, "unreachable", None),
        ({"error": "bad-country", "stage": "sql"}, "bad-usage", "make two cases"),
        ({"grades": {"fitt": "A"}}, "unknown-grade", "did you mean 'fit'?"),
        ({"grades": {"fit": "Z"}}, "unknown-band", None),
        ({"reasons": ["demoo"]}, "unknown-rule", "did you mean 'demo'?"),
        ({"missing": ["contact.contry"]}, "unknown-field", "did you mean 'contact.country'"),
        ({"holds": ["contact.contry == 'ID'"]}, "unknown-field", "did you mean 'contact.country'"),
        ({"holds": ["score.intent >"]}, "bad-syntax", None),
    ],
    ids=str,
)
def test_a_wrong_expectation_is_an_error(expected: dict[str, Any], code: str, hint: str | None) -> None:
    with pytest.raises(InputError) as caught:
        BASE.expect(**expected)
    assert caught.value.code == code
    assert hint is None or hint in str(caught.value)


def test_everything_wrong_with_a_case_is_told_at_once() -> None:
    wrong = (
        given(SALES)
        .contact(contry="ID")
        .interaction("demo_requestd", on="2026-11-01")
        .interaction("demo_requested", on="2026-02-30")
        .interaction("demo_requested", on="2026-11-01 10:00")
        .interaction("demo_requested", ago="soon")
        .interaction("demo_requested", on="2026-11-01", ago="3d")
        .interaction("email_clicked", times=0, on="2026-11-01")
        .interaction("page_viewed", path="/", pth="/", on="2026-11-01")
    )
    with pytest.raises(InputError) as caught:
        wrong.at("2026-11-31").expect(stage="lead")
    assert [(problem.place.path, problem.code) for problem in caught.value.problems] == [
        ("at", "bad-time"),
        ("contact.contry", "unknown-field"),
        ("interactions[0].kind", "unknown-kind"),
        ("interactions[1].on", "bad-time"),
        ("interactions[2].on", "naive-datetime"),
        ("interactions[3].ago", "bad-duration"),
        ("interactions[4].ago", "bad-usage"),
        ("interactions[5].times", "bad-number"),
        ("interactions[6].pth", "unknown-field"),
    ]


def test_what_is_forgotten() -> None:
    with pytest.raises(InputError, match=r"nobody said when somebody looks"):
        given(SALES).expect(stage="lead")
    with pytest.raises(PolicyError, match="sales"):
        given("sale")
    with pytest.raises(InputError, match="no policy is named"):
        given(None)  # type: ignore[arg-type]


def test_a_case_reads_back_from_what_a_scenario_prints() -> None:
    case = DEMO.contact(monthly_budget=3000).interaction("profile_updated", on="2026-11-02", changes={"country": None})
    scenario = case.case(stage="lead").scenario(SALES)
    again = Case.model_validate({**scenario.as_case(), "expect": {"stage": "lead"}}).scenario(SALES)
    assert (again.decide(SALES).scores, again.decide(SALES).moves[-1].at) == (
        scenario.decide(SALES).scores, scenario.decide(SALES).moves[-1].at
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "place", "code"),
    [
        (BASE.interaction("demo_requested", on="2027-11-20"), "interactions[1].on", "after-at"),
        (BASE.interaction(DemoRequested(id="i-9", occurred_at=AT + timedelta(microseconds=1))), "interactions[1].on",
         "after-at"),
        (BASE.contact(monthly_budget="lots"), "contact.monthly_budget", "wrong-type"),
        (BASE.standing("mql", since="2026-11-23"), "standing.since", "standing-in-future"),
        (BASE.interaction("email_clicked", every="1d"), "interactions[1].every", "bad-usage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_could_never_matter_or_be_is_an_error_of_the_case(wrong: Given, place: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        wrong.expect(stage="mql")
    assert [(problem.place.path, problem.code) for problem in caught.value.problems] == [(place, code)]


def test_what_happens_at_the_very_instant_is_seen() -> None:
    BASE.interaction("demo_requested", on="2026-11-22").expect(stage="sql")


def test_a_score_may_be_expected_at_the_ends_of_its_range() -> None:
    BASE.expect(scores={"fit": "<= 100", "intent": 0, "loyalty": [-5, 0]})
