"""Slips that newcomers made, and what they are told."""

from __future__ import annotations

import pytest

import leadqual as lq
from leadqual.policy.fields import AtMost


def told(when: str) -> lq.Problem:
    with pytest.raises(lq.PolicyError) as caught:
        lq.Policy(name="x", scores={"a": {"range": [0, 9], "rules": [{"id": "r", "when": when, "points": 1}]}})
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("when", "code", "hint"),
    [
        ("contact.country == 'id'", "unknown-value", "write 'ID'"),
        ("contact.country in ['ID', 'Indonesia']", "unknown-value", None),
        ("company.country == 'UK'", "unknown-value", None),
        ("company.currency == 'idr'", "unknown-value", "write 'IDR'"),
        ("count(purchase[currency == 'idr']) > 0", "unknown-value", "write 'IDR'"),
        ("count(invoice_overdue[currency == 'Rp']) > 0", "unknown-value", None),
        ("contact.phone == '0812345678'", "unknown-value", None),
        ("contry == 'ID'", "unknown-field", "did you mean 'contact.country' or 'company.country'?"),
        ("contact.contry == 'ID'", "unknown-field", "did you mean 'contact.country'?"),
        ("employees > 5", "unknown-field", "did you mean 'company.employees'?"),
        ("count(any) > 1", "unknown-kind", "write any_interaction for every kind"),
    ],
)
def test_a_hint_names_what_was_meant(when: str, code: str, hint: str | None) -> None:
    problem = told(when)
    assert (problem.code, problem.hint) == (code, hint)


@pytest.mark.parametrize("operator", [">", "=="])
def test_an_instant_is_not_compared_with_a_text(operator: str) -> None:
    problem = told(f"contact.created_at {operator} '2026-01-01'")
    assert "days_since" in str(problem.hint)
    assert str(problem.found).startswith("an instant")


@pytest.mark.parametrize(
    ("text", "hint"),
    [("3/day", "write 3 per 1d"), ("2 a week", "write 2 per 1w"), ("3 / 24h", "write 3 per 24h"), ("some", None)],
)
def test_a_limit_written_otherwise(text: str, hint: str | None) -> None:
    with pytest.raises(lq.LeadqualError) as caught:
        AtMost.parse(text)
    assert caught.value.problems[0].hint == hint


def test_an_id_given_twice_is_told_beside_other_problems() -> None:
    with pytest.raises(lq.PolicyError) as caught:
        lq.Policy.loads("""
name: x
scores:
  a:
    range: [0, 10]
    rules:
      - {id: s, when: contact.country == 'ID', points: 1}
      - {id: s, when: contact.country ==, points: 1}
""")
    assert [problem.code for problem in caught.value.problems] == ["duplicate-id", "bad-syntax"]
