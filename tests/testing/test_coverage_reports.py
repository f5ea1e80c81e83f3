from __future__ import annotations

import json
from itertools import permutations

import pytest
from support.shop import AT, NOBODY, SHOP, SMALL, case, did, page

from leadqual import InputError, Policy, policies
from leadqual.testing import Case, Coverage, coverage_of, run
from leadqual.testing.coverage.items import SECTIONS, WAYS
from leadqual.testing.words import share_of


def test_everything_is_missing_until_a_case_is_run() -> None:
    report = coverage_of(SHOP, [])
    assert report.cases == report.seen == report.percent == 0
    assert {item.section for item in report.missing} == set(SECTIONS)
    assert "No case was run" in str(report)


def test_the_nearest_values_are_told() -> None:
    cases = [case(company={"employees": number}) for number in (3, 9, 400, 51)]
    (ten, fifty, _) = [item for item in coverage_of(SHOP, cases).section("boundaries") if "employees" in item.text]
    assert (ten.nearest, ten.near) == ((9.0, 51.0), (True, False))
    assert (fifty.nearest, fifty.near) == ((9.0, 51.0), (False, True))
    assert "company.employees at 50" in str(coverage_of(SHOP, cases))
    assert "at (nearest 9 and 51)" in str(coverage_of(SHOP, cases))


MANY = [
    NOBODY,
    SMALL,
    case(did("demo_requested", ago="9d", times=3, every="1h"), page(7, ago="1d"), country="SG"),
    case(did("disqualified"), country="ID", company={"employees": 49}),
    case(did("demo_requested", ago="3d"), did("demo_requested"), country="ID", company={"employees": 21}),
]


def test_merging_knows_no_order() -> None:
    parts = []
    for one in MANY[:4]:
        coverage = Coverage(SHOP)
        coverage.add(run(SHOP, one))
        parts.append(coverage)
    reports = []
    for order in permutations(parts):
        merged = Coverage(SHOP)
        for part in order:
            merged.merge(part)
        reports.append(merged.report())
    assert all(report == reports[0] for report in reports)
    assert reports[0] == coverage_of(SHOP, MANY[:4])


def test_it_goes_through_json_and_back() -> None:
    coverage = Coverage(SHOP)
    for one in MANY:
        coverage.add(run(SHOP, one))
    back = Coverage.from_dict(json.loads(json.dumps(coverage.to_dict())))
    assert back.report() == coverage.report()
    assert back.to_dict() == coverage.to_dict()


def test_two_policies_are_kept_apart() -> None:
    other = SHOP.model_copy(update={"version": "2.0.0"})
    coverage = Coverage(other)
    with pytest.raises(InputError) as caught:
        coverage.add(run(SHOP, NOBODY))
    assert caught.value.code == "other-policy"
    with pytest.raises(InputError):
        coverage.merge(Coverage(SHOP))


def test_a_policy_without_stages() -> None:
    scores = Policy.loads(
        "name: s\nscores: {fit: {range: [0, 9], rules: [{id: a, when: contact.country == 'ID', points: 5}]}}"
    )
    report = coverage_of(scores, [Case(contact={"country": "ID"}, at=AT, expect={"scores": {"fit": 5}})])
    assert [(item.section, item.missing) for item in report.items] == [
        ("rules", ("not fired", "unknown")),
        ("atoms", ("false", "unknown")),
    ]
    assert report.percent == pytest.approx(100 / 3)
    assert report.share == "33.3 %"


def test_of_nothing_everything_is_covered() -> None:
    report = coverage_of(Policy(name="empty"), [])
    assert (report.asked, report.percent, report.share, report.missing) == (0, 100.0, "100.0 %", ())


def test_almost_everything_is_not_shown_as_everything() -> None:
    rules = [{"id": f"r{number}", "each": "page_viewed", "points": 1} for number in range(1500)]
    policy = Policy(
        name="long",
        scores={"s": {"range": [0, 9], "rules": [*rules, {"id": "d", "each": "demo_requested", "points": 1}]}},
    )
    cases = [Case(interactions=happened, at=AT, expect={"scores": {"s": ">= 0"}}) for happened in ((), (page(),))]
    report = coverage_of(policy, cases)
    assert [item.missing for item in report.missing] == [("counted",)]
    assert report.share == "99.9 %"
    assert report.percent > 99.96


def test_the_plain_data_of_a_report() -> None:
    told = json.loads(json.dumps(coverage_of(SHOP, MANY).to_dict()))
    assert told["policy"]["name"] == "shop"
    assert told["asked"] == sum(part["asked"] for part in told["sections"].values())
    assert told["seen"] == sum(len(item["seen"]) for item in told["items"])
    assert told["percent"] == pytest.approx(100 * told["seen"] / told["asked"])
    near = next(item for item in told["items"] if item["text"] == "company.employees at 10")
    assert near["nearest"] == {"below": 9.0, "above": 21.0}


def test_every_word_is_explained() -> None:
    told = {way for policy in (SHOP, policies.sales()) for item in coverage_of(policy, []).items for way in item.asked}
    assert told == set(WAYS)


@pytest.mark.parametrize("width", [45, 80, 160])
def test_a_report_fits_the_terminal(width: int) -> None:
    report = coverage_of(policies.sales(), [])
    text = coverage_of(policies.sales(), [Case(interactions=[page()], at=AT, expect={"stage": "lead"})]).text(width)
    assert max(map(len, text.splitlines())) <= width
    assert "transition woken" in text
    assert len(report.items) > 200


def test_a_report_lists_only_what_is_missing_and_prints_no_control_characters() -> None:
    rule = {"id": "a", "when": "contact.job_title == '😀'", "points": 1}
    policy = Policy(name="odd\x1b[31m", scores={"s": {"range": [0, 9], "rules": [rule]}})
    report = coverage_of(policy, [Case(contact={"job_title": "😀"}, at=AT, expect={"scores": {"s": 1}})])
    assert "\x1b" not in str(report)
    assert "contact.job_title == '😀'  false, unknown" in str(report)
    assert "fired" in str(report)


def test_in_a_notebook_it_is_a_card() -> None:
    policy = Policy(name="x", fields={"plan": {"type": "text"}}, scores={
        "s": {"range": [0, 9], "rules": [{"id": "lab", "when": "contact.plan == '<b>'", "points": 1}]}})  # fmt: skip
    card = coverage_of(policy, [])._repr_html_()
    assert "<strong>Coverage of x 0.0.0 by 0 cases: 0.0 % (0 of " in card
    assert "No case was run, so nothing is covered." in card
    card = coverage_of(policy, [Case(at="2026-11-22", expect={"missing": ["contact.plan"]})])._repr_html_()
    assert "contact.plan == &#x27;&lt;b&gt;&#x27;" in card
    assert "<b>" not in card


def test_only_everything_is_100_percent() -> None:
    assert [share_of(part, 10_000) for part in (0, 9_999, 10_000)] == ["0.0 %", "99.9 %", "100.0 %"]
