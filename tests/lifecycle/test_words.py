"""Explanations, cards and diagrams: what is said, and that nothing in it is taken for markup."""

from __future__ import annotations

import pytest
from support.people import contact, day, funnel, happened, updated, viewed

from leadqual import Decision

NASTY = "<script>alert('x')</script> & \"q\""
POLICY = funnel(
    {"source": "lead", "target": "mql", "event": "demo_requested", "description": "asked"},
    {"source": "mql", "target": "sql", "when": f"company.employees >= 50 and contact.campaign != {NASTY!r}"},
    scores={"heat": {"range": [0, 20], "description": "how warm", "rules": [
        {"id": "view", "each": "page_viewed", "points": 15, "cap": 25, "description": f"pages {NASTY}"},
        {"id": "size", "when": "company.employees >= 50", "points": 5},
        {"id": "mail", "when": "contact.email_is_personal == True", "points": -3},
    ]}},
    grades={"temperature": {"score": "heat", "bands": {"hot": 10, "cold": 0}}},
)  # fmt: skip
HISTORY = (viewed(1), viewed(2), happened("demo_requested", 3))


def decided(**who: object) -> Decision:
    return POLICY.decide(contact(**{"campaign": NASTY, **who}), HISTORY, at=day(5))


def test_an_explanation_says_where_how_why_what_is_missing_and_what_is_next() -> None:
    text = decided(email="siti@gmail.com").explain()
    for said in (
        "Contact c-1 stands at mql since 2026-01-04 00:00 UTC, seen at 2026-01-06 00:00 UTC under test 0.0.0.",
        "It is not a customer yet, hot; roles: lead.", "lead -> mql (t1)", "because demo_requested happened",
        "heat: 20 (from 0 to 20)", "view, 2 counted: pages", "cap of the rule view", "clip to the range of heat",
        "company.employees: rule heat.size (+5)", "to sql (t2):", "company.employees is not known",
    ):  # fmt: skip
        assert said in text
    assert "rule heat.mail" not in text


def test_an_explanation_of_nothing() -> None:
    text = POLICY.decide(contact(), [], at=day(5)).explain()
    assert "Nothing has moved it." in text
    assert "It had not appeared by then (no interaction, no created_at)" in text


def test_an_explanation_after_a_late_interaction() -> None:
    first = POLICY.decide(contact(), HISTORY, at=day(5))
    later = POLICY.decide(
        contact(), [*HISTORY, happened("demo_requested", 2.5)], at=day(6), standing=first.standing, late="replay"
    )
    assert "Different now, after the late interaction" in later.explain()


def test_values_of_a_move_are_said_with_it() -> None:
    decision = POLICY.decide(contact(company={"employees": 70}, campaign="x"), HISTORY, at=day(5))
    assert "company.employees was 70" in decision.explain()
    assert "contact.campaign was 'x'" in decision.explain()


@pytest.mark.parametrize("history", [HISTORY, (), (updated(1, country="ID"),)])
def test_a_card_is_html_in_which_nothing_of_ours_is_markup(history: tuple[object, ...]) -> None:
    html = POLICY.decide(contact(id=NASTY, campaign=NASTY), history, at=day(5))._repr_html_()  # type: ignore[arg-type]
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    for tag in ("div", "table", "tr", "td", "details", "ul", "li", "span", "strong"):
        assert html.count(f"<{tag} ") + html.count(f"<{tag}>") == html.count(f"</{tag}>")


def test_a_diagram_shows_stages_transitions_events_and_conditions() -> None:
    text = POLICY.diagram()
    assert text.splitlines()[:3] == ["stateDiagram-v2", "    [*] --> lead", "    lead --> mql : t1 on demo_requested"]
    assert text.endswith("\n")


def test_a_diagram_escapes_what_mermaid_would_read() -> None:
    line = POLICY.diagram().splitlines()[3]
    label = line.split(" : ", 1)[1]
    assert not set('<>;:"{}') & set(
        label.replace("#lt;", "")
        .replace("#gt;", "")
        .replace("#quot;", "")
        .replace("#58;", "")
        .replace("#59;", "")
        .replace("#35;", "")
    )


def test_a_diagram_does_not_use_words_that_mermaid_keeps_to_itself() -> None:
    policy = funnel(
        {"source": "state", "target": "end", "event": "demo_requested"},
        {"source": "end", "target": "end_", "event": "purchase"},
        stages="state end end_ note",
    )  # fmt: skip
    lines = policy.diagram().splitlines()
    assert "    [*] --> state_" in lines
    assert "    state_ : state" in lines
    assert "    state_ --> end__ : t1 on demo_requested" in lines
    assert "    end__ --> end_ : t2 on purchase" in lines
    assert "    end__ : end" in lines


def test_a_diagram_marks_final_stages() -> None:
    policy = funnel({"source": "lead", "target": "won", "event": "purchase"}, stages="lead won")
    stages = {"lead": {"initial": True}, "won": {"final": True, "description": "Bought."}}
    text = type(policy)(name="x", stages=stages, transitions=policy.transitions).diagram()
    assert "    won --> [*]" in text.splitlines()
    assert "    won : won" in text.splitlines()
