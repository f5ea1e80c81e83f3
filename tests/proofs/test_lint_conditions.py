"""Conditions that never hold, that always do, and parts of them that add nothing."""

from __future__ import annotations

import pytest
from support.linted import found, funnel, one, scored


@pytest.mark.parametrize(
    ("when", "proof"),
    [
        ("company.employees > 5 and company.employees < 3", "are never both true"),
        ("contact.country == 'ID' and contact.country in ['SG', 'MY']", "are never both true"),
        ("contact.country is None and contact.country == 'ID' and score.s > 3", "are never both true"),
        ("count(demo_requested, within='7d') >= 2 and count(demo_requested) < 2", "are never both true"),
        ("contact.is_customer and count(purchase) == 0", "are never both true"),
        ("3 < company.employees < 2", "can never be true"),
        ("stage == 'mql'", "can never be true, since it is tried at lead"),
        ("contact.email_is_personal and contact.email_domain == 'company.example'", "are never both true"),
    ],
)
def test_a_condition_that_never_holds(when: str, proof: str) -> None:
    finding = one(funnel({"source": "lead", "target": "mql", "when": when}), "condition-never-holds")
    assert (finding.place.path, finding.place.rule, finding.exact) == ("transitions[0].when", "t0", True)
    assert proof in finding.proof
    assert "score.s" not in finding.proof


@pytest.mark.parametrize(
    "when",
    [
        "company.employees > 3 and company.employees < 5",
        "company.employees >= 3 and company.employees <= 3",
        "contact.country == 'ID' and contact.country in ['ID', 'MY']",
        "count(demo_requested, within='7d') >= 2 and count(demo_requested) < 3",
        "contact.is_customer and count(purchase, within='30d') == 0",
        "stage == 'lead'",
        "contact.email_is_personal and contact.email_domain == 'gmail.com'",
        "days_since(demo_requested) > 3 and count(demo_requested, within='5d') >= 1",
    ],
)
def test_a_condition_that_may_hold(when: str) -> None:
    assert found(funnel({"source": "lead", "target": "mql", "when": when}), "condition-never-holds") == []


def test_what_just_happened_is_known_where_a_transition_is_tried() -> None:
    way = {"source": "lead", "target": "mql", "event": "purchase"}
    never = one(funnel({**way, "when": "count(purchase, within='30d') == 0"}), "condition-never-holds")
    assert never.proof.endswith("can never be true, since it is tried as a purchase happens")
    assert (
        one(funnel({**way, "when": "count(purchase) >= 1"}), "condition-always-holds").hint == "leave the condition out"
    )
    assert one(funnel({**way, "when": "contact.is_customer"}), "condition-always-holds").exact
    maybe = funnel({**way, "when": "count(purchase[currency == 'IDR']) == 0 or count(purchase) >= 2"})
    assert found(maybe, "condition-never-holds", "condition-always-holds") == []


def test_a_condition_that_always_holds() -> None:
    way = {"source": ["lead", "mql"], "target": "sql"}
    finding = one(funnel({**way, "when": "score.s >= 0"}), "condition-always-holds")
    assert finding.message == "the condition of 't0' is always true, so nobody stays at lead or mql"
    assert (
        found(funnel({**way, "when": "company.employees >= 0 or company.employees < 0"}), "condition-always-holds")
        == []
    )
    anyhow = "company.employees >= 0 or company.employees < 0 or company.employees is None"
    assert one(funnel({**way, "when": anyhow}), "condition-always-holds").exact


def test_rules_that_everybody_gets_points_for() -> None:
    finding = one(scored({"when": "count(demo_requested) >= 0"}), "condition-always-holds")
    assert (finding.place.path, finding.place.rule) == ("scores.s.rules[0].when", "r0")
    assert found(scored({"when": "count(demo_requested) >= 1"}), "condition-always-holds") == []


@pytest.mark.parametrize(
    ("when", "part", "proof"),
    [
        (
            "company.employees >= 50 and company.employees >= 10",
            "company.employees >= 10",
            "wherever `company.employees >= 50` is true, so is `company.employees >= 10`",
        ),
        (
            "contact.country == 'ID' or contact.country in ['ID', 'SG']",
            "contact.country == 'ID'",
            "wherever `contact.country == 'ID'` is true, so is `contact.country in ['ID', 'SG']`",
        ),
        ("contact.is_customer and score.s >= 0", "score.s >= 0", "`score.s >= 0` is always true"),
        (
            "contact.is_customer or count(purchase) >= 1",
            "count(purchase) >= 1",
            "wherever `count(purchase) >= 1` is true, so is `contact.is_customer`",
        ),
        (
            "contact.country == 'ID' and not (score.s > 20 or score.s > 10)",
            "score.s > 20",
            "wherever `score.s > 20` is true, so is `score.s > 10`",
        ),
        (
            "contact.country == 'ID' and stage == 'lead'",
            "stage == 'lead'",
            "`stage == 'lead'` is always true",
        ),
    ],
)
def test_a_part_that_adds_nothing(when: str, part: str, proof: str) -> None:
    finding = one(funnel({"source": "lead", "target": "mql", "when": when}), "clause-adds-nothing")
    assert (finding.found, finding.proof, finding.severity) == (part, proof, "note")


@pytest.mark.parametrize(
    "when",
    [
        "company.employees >= 50 and company.employees <= 60",
        "company.employees is not None and company.employees >= 10",  # it turns unknown into false
        "contact.country == 'ID' or contact.country in ['MY', 'SG']",
        "contact.country == 'ID' and company.employees >= 0",  # a company need not tell how many they are
    ],
)
def test_parts_that_matter(when: str) -> None:
    assert found(funnel({"source": "lead", "target": "mql", "when": when}), "clause-adds-nothing") == []


def test_filters_are_looked_into() -> None:
    never = one(scored({"each": "page_viewed[seconds > 5 and seconds < 3]"}), "rule-never-fires")
    assert never.place.path == "scores.s.rules[0].each"
    assert never.proof == "of a page_viewed, `seconds > 5` and `seconds < 3` are never both true"
    idle = one(scored({"each": "page_viewed[path == '/' and path.startswith('/')]"}), "clause-adds-nothing")
    assert idle.found == "path.startswith('/')"
    other = "any_interaction[kind in ['purchase'] and kind == 'demo_requested']"
    assert one(scored({"each": other}), "rule-never-fires").exact
    fine = scored({"each": "page_viewed[seconds > 5 and (path == '/' or path.endswith('x'))]"})
    assert found(fine, "rule-never-fires", "clause-adds-nothing") == []


def test_a_rule_that_never_fires() -> None:
    finding = one(scored({"when": "contact.country == 'ID' and contact.country == 'SG'"}), "rule-never-fires")
    assert finding.message == "the rule 'r0' can never give points"
    assert found(scored({"when": "contact.country == 'ID' or contact.country == 'SG'"}), "rule-never-fires") == []


def test_texts_of_every_kind() -> None:
    never = "contact.job_title == 'Direktur 😀' and contact.job_title.startswith('Manajer')"
    assert one(scored({"when": never}), "rule-never-fires").proof.count("😀") == 1
    maybe = "contact.job_title.startswith('Direktur') and contact.job_title.endswith('😀')"
    assert found(scored({"when": maybe}), "rule-never-fires", "clause-adds-nothing") == []
