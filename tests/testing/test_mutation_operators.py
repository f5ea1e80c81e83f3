from __future__ import annotations

import pytest

from leadqual import Policy, policies
from leadqual.conditions.parse import parse_condition
from leadqual.testing import mutants
from leadqual.testing.mutation.operators.conditions import edits_of
from leadqual.testing.mutation.operators.edit import moved

STAGES = {"lead": {"initial": True}, "mql": None, "sql": None, "lost": {"final": True}}


def funnel(*ways):
    return Policy(name="tiny", stages=STAGES, transitions=list(ways))


def scored(*rules, **more):
    return Policy(name="tiny", scores={"s": {"range": [-100, 100], "rules": list(rules), **more}})


def changes(policy):
    return [str(mutant) for mutant in mutants(policy)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (
            "company.employees >= 50",
            ["company.employees > 50", "not company.employees >= 50", "company.employees >= 49",
             "company.employees >= 51"],
        ),
        ("contact.country == 'ID'", ["contact.country != 'ID'", "not contact.country == 'ID'"]),
        (
            "contact.country in ['ID', 'SG']",
            ["contact.country not in ['ID', 'SG']", "contact.country in ['SG']", "contact.country in ['ID']"],
        ),
        ("contact.country not in ['ID']", ["contact.country in ['ID']"]),
        ("contact.country is None", ["contact.country is not None"]),
        ("contact.country is not None", ["contact.country is None"]),
        ("not contact.email_is_personal", ["contact.email_is_personal"]),
        ("contact.job_title.lower().contains('it')", ["not contact.job_title.lower().contains('it')"]),
        (
            "contact.email_is_personal and consent.email",
            ["consent.email", "contact.email_is_personal", "contact.email_is_personal or consent.email",
             "not contact.email_is_personal and consent.email", "contact.email_is_personal and not consent.email"],
        ),
        (
            "contact.email_is_personal or consent.email or consent.sms",
            ["consent.email or consent.sms", "contact.email_is_personal or consent.sms",
             "contact.email_is_personal or consent.email",
             "contact.email_is_personal and consent.email and consent.sms",
             "not contact.email_is_personal or consent.email or consent.sms",
             "contact.email_is_personal or not consent.email or consent.sms",
             "contact.email_is_personal or consent.email or not consent.sms"],
        ),
        (
            "0.5 < company.annual_revenue / 10 <= 2",
            ["0.5 <= company.annual_revenue / 10 <= 2", "0.5 < company.annual_revenue / 10 < 2",
             "not 0.5 < company.annual_revenue / 10 <= 2", "0.4 < company.annual_revenue / 10 <= 2",
             "0.6 < company.annual_revenue / 10 <= 2", "0.5 < company.annual_revenue / 9 <= 2",
             "0.5 < company.annual_revenue / 11 <= 2", "0.5 < company.annual_revenue / 10 <= 1",
             "0.5 < company.annual_revenue / 10 <= 3"],
        ),
        (
            "count(page_viewed[seconds > 5], within='7d') != 0",
            ["count(page_viewed[seconds > 5], within='7d') == 0",
             "not count(page_viewed[seconds > 5], within='7d') != 0",
             "count(page_viewed[seconds > 5]) != 0", "count(page_viewed[seconds > 5], within='6d') != 0",
             "count(page_viewed[seconds > 5], within='8d') != 0", "count(page_viewed, within='7d') != 0",
             "count(page_viewed[seconds >= 5], within='7d') != 0",
             "count(page_viewed[not seconds > 5], within='7d') != 0",
             "count(page_viewed[seconds > 4], within='7d') != 0", "count(page_viewed[seconds > 6], within='7d') != 0",
             "count(page_viewed[seconds > 5], within='7d') != -1", "count(page_viewed[seconds > 5], within='7d') != 1"],
        ),
        ("not (consent.sms and consent.fax)",
         ["consent.sms and consent.fax", "not consent.fax", "not consent.sms", "not (consent.sms or consent.fax)",
          "not (not consent.sms and consent.fax)", "not (consent.sms and not consent.fax)"]),
    ],
)  # fmt: skip
def test_a_condition_is_changed_in_one_place_after_another(condition, expected):
    assert [str(edit.part) for edit in edits_of(parse_condition(condition))] == expected


def test_a_change_is_shown_in_its_place_alone():
    node = parse_condition("contact.country in ['ID', 'SG'] and count(page_viewed[seconds > 5], within='7d') >= 1")
    shown = {(edit.operator, edit.before, edit.after) for edit in edits_of(node)}
    question = "count(page_viewed[seconds > 5], within='7d')"
    assert {
        ("clause dropped", "contact.country in ['ID', 'SG']", ""),
        ("item dropped", "contact.country in ['ID', 'SG']", "contact.country in ['SG']"),
        ("threshold moved", f"{question} >= 1", f"{question} >= 2"),
        ("threshold moved", "seconds > 5", "seconds > 6"),
        ("within removed", question, "count(page_viewed[seconds > 5])"),
        ("filter dropped", question, "count(page_viewed, within='7d')"),
    } <= shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, (-1, 1)), (40.0, (39, 41)), (-0.5, (-0.6, -0.4)), (1e-3, (0, 0.002)), (12.25, (12.24, 12.26))],
)
def test_a_number_moves_by_one_or_by_its_last_digit(value, expected):
    assert moved(value) == pytest.approx(expected, abs=1e-12)


def test_a_rule_about_a_contact():
    rule = {"id": "home", "when": "contact.country == 'ID'", "points": 20}
    assert changes(scored(rule)) == [
        "s.home: rule removed: contact.country == 'ID': +20",
        "s.home: comparator turned: contact.country == 'ID' -> contact.country != 'ID'",
        "s.home: not added: contact.country == 'ID' -> not contact.country == 'ID'",
        "s.home: points turned: 20 -> -20",
        "s.home: points moved: 20 -> 19",
        "s.home: points moved: 20 -> 21",
    ]


def test_a_rule_about_interactions_with_every_option():
    rule = {
        "id": "click", "each": "email_clicked[channel == 'email']", "points": 2.5, "within": "30d", "half_life": "7d",
        "at_most": "2 per 1d", "cap": 10, "group": "mail",
    }  # fmt: skip
    assert changes(scored(rule, groups={"mail": {"cap": 1}})) == [
        "s.click: rule removed: email_clicked[channel == 'email']: +2.5",
        "s.click: filter dropped: email_clicked[channel == 'email'] -> email_clicked",
        "s.click: comparator turned: channel == 'email' -> channel != 'email'",
        "s.click: not added: channel == 'email' -> not channel == 'email'",
        "s.click: points turned: 2.5 -> -2.5",
        "s.click: points moved: 2.5 -> 2.4",
        "s.click: points moved: 2.5 -> 2.6",
        "s.click: within removed: 30d",
        "s.click: within moved: 30d -> 29d",
        "s.click: within moved: 30d -> 31d",
        "s.click: decay removed: 7d",
        "s.click: decay moved: 7d -> 6d",
        "s.click: decay moved: 7d -> 8d",
        "s.click: cap removed: 10",
        "s.click: cap moved: 10 -> 9",
        "s.click: cap moved: 10 -> 11",
        "s.click: at most removed: 2 per 1d",
        "s.click: at most moved: 2 per 1d -> 1 per 1d",
        "s.click: at most moved: 2 per 1d -> 3 per 1d",
        "s.click: at most moved: 2 per 1d -> 2 per 2d",
        "s.click: group left: mail",
        "s.mail: group removed: cap 1",
        "s.mail: cap moved: 1 -> 2",
    ]


@pytest.mark.parametrize(
    ("decay", "shown"), [({"linear": "90d"}, "90d"), ({"step": {"every": "30d", "lose": 0.5}}, "0.5 every 30d")]
)
def test_each_decay_is_removed_and_moved(decay, shown):
    rule = {"id": "r", "each": "purchase", "points": 1, **decay}
    found = changes(scored(rule))
    assert f"s.r: decay removed: {shown}" in found
    assert sum(change.startswith(f"s.r: decay moved: {shown} -> ") for change in found) == 2 * len(
        shown.split(" every ")
    )


def test_a_limit_of_one_has_no_smaller_one_and_a_rolling_one_stays_so():
    rule = {"id": "r", "each": "purchase", "points": 1, "at_most": "1 per 1d rolling"}
    assert [change for change in changes(scored(rule)) if "at most" in change] == [
        "s.r: at most removed: 1 per 1d rolling",
        "s.r: at most moved: 1 per 1d rolling -> 2 per 1d rolling",
        "s.r: at most moved: 1 per 1d rolling -> 1 per 2d rolling",
    ]


def test_grades_and_grids():
    bands = {"score": "s", "bands": {"hot": 50, "cold": -100}}
    grid = {"rows": "a", "columns": "b", "cells": {"hot": {"hot": "call"}}}
    policy = Policy(
        name="tiny", scores={"s": {"range": [-100, 100]}}, grades={"a": bands, "b": bands, "g": grid}
    )  # fmt: skip
    assert changes(policy)[3:] == [
        "grades.b.bands.hot: band moved: hot: 50 -> hot: 49",
        "grades.b.bands.hot: band moved: hot: 50 -> hot: 51",
        "grades.b.bands.cold: band moved: cold: -100 -> cold: -99",  # -101 is no score
        "grades.g: cell changed: hot, hot: call -> hot, hot: hot_cold",
        "grades.g: cell changed: hot, cold: hot_cold -> hot, cold: call",
        "grades.g: cell changed: cold, hot: cold_hot -> cold, hot: cold_cold",
        "grades.g: cell changed: cold, cold: cold_cold -> cold, cold: cold_hot",
    ]


def test_a_transition():
    way = {"id": "t", "source": ["lead", "mql"], "target": "sql", "event": "purchase", "when": "consent.email"}
    assert changes(funnel(way)) == [
        "t: transition removed: lead, mql -> sql",
        "t: not added: consent.email -> not consent.email",
        "t: guard dropped: consent.email",
        "t: event dropped: purchase",
        "t: retargeted: sql -> lost",
        "t: source removed: lead",
        "t: source removed: mql",
        "t: on unknown turned: hold -> error",
    ]


def test_a_transition_with_an_event_alone_and_one_that_refuses_the_unknown():
    event = {"id": "e", "source": "lead", "target": "lost", "event": "purchase"}
    guard = {"id": "g", "source": "mql", "target": "lead", "when": "consent.email", "on_unknown": "error"}
    assert changes(funnel(event, guard)) == [
        "e: transition removed: lead -> lost",
        "e: retargeted: lost -> mql",
        "g: transition removed: mql -> lead",
        "g: not added: consent.email -> not consent.email",
        "g: retargeted: lead -> sql",
        "g: on unknown turned: error -> hold",
    ]


def test_of_two_neighbours_that_leave_one_stage_the_second_is_tried_first():
    ways = [
        {"id": "a", "source": "lead", "target": "mql", "event": "purchase"},
        {"id": "b", "source": "mql", "target": "sql", "event": "purchase"},
        {"id": "c", "source": ["lead", "mql"], "target": "sql", "event": "demo_requested"},
    ]
    found = [mutant for mutant in mutants(funnel(*ways)) if mutant.operator == "reordered"]
    assert [mutant.change for mutant in found] == ["reordered: a, c -> c, a", "reordered: b, c -> c, b"]
    assert [[way.id for way in mutant.policy.transitions] for mutant in found] == [["c", "a", "b"], ["a", "c", "b"]]


def test_a_change_that_makes_no_policy_makes_no_mutant():
    way = {"id": "t", "source": "lead", "target": "mql", "when": "score.s >= 100"}
    policy = Policy(
        name="tiny", scores={"s": {"range": [0, 100]}}, stages=STAGES, transitions=[way], grades={}
    )  # fmt: skip
    moved_ones = [mutant.after for mutant in mutants(policy) if mutant.operator == "threshold moved"]
    assert moved_ones == ["score.s >= 99"]


def test_a_mutant_is_the_policy_but_for_one_place(sales):
    found = mutants(sales)
    assert len({mutant.id for mutant in found}) == len(found) > 800
    original = sales.to_dict()
    for mutant in found[::90]:
        changed = mutant.policy.to_dict()
        different = [key for key in {*original, *changed} if original.get(key) != changed.get(key)]
        assert different == [mutant.place[0]], mutant
        assert mutant.path.startswith(str(mutant.place[0]))
    assert [str(one) for one in mutants(sales)] == [str(one) for one in found]


@pytest.fixture(scope="module")
def sales():
    return policies.sales()


def test_a_policy_without_anything_has_no_mutants():
    assert mutants(Policy(name="empty")) == ()
