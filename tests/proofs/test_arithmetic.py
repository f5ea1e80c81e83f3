"""Arithmetic over several operands: proved for what engines compute in floating point, not for real numbers."""

from __future__ import annotations

import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadqual import Company, Contact, Policy
from leadqual import policies as shipped
from leadqual.proofs.building import NOW
from leadqual.proofs.conditions import implies

SALES, ANY = shipped.sales(), Policy(name="any")
NUMBERS = st.one_of(
    st.integers(-(2**60), 2**60),
    st.floats(-1e17, 1e17),
    st.integers(-3, 3),
    st.sampled_from([0.1, 0.2, 0.3, 2**53 + 1]),
)
TERMS = st.sampled_from(
    ["company.founded", "company.annual_revenue", "1", "0.1", "company.founded + company.annual_revenue",
     "company.founded - company.annual_revenue", "company.annual_revenue * 3", "company.founded / 7", "10",
     "company.annual_revenue - 0.1", "company.founded + 1"]
)  # fmt: skip
COMPARED = st.tuples(TERMS, st.sampled_from(["<", "<=", ">", ">=", "=="]), TERMS).map(" ".join)

PROVED = [
    ("score.engagement - score.fit > 0", "score.engagement > score.fit"),
    ("score.engagement + score.fit > 150", "score.engagement > 50 and score.fit > 50"),
    ("company.annual_revenue - company.founded > 0", "company.annual_revenue > company.founded"),
    ("5 <= company.founded <= 100", "company.founded + 1 > company.founded"),
    ("count(page_viewed, within='7d') * 2 > count(page_viewed) + count(page_viewed, within='7d')", "stage == 'lead'"),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), PROVED)
def test_sums_and_differences_are_decided(a: str, b: str) -> None:
    pytest.importorskip("z3")
    assert implies(a, b, SALES)


def test_what_holds_for_real_numbers_only_is_not_proved() -> None:
    pytest.importorskip("z3")
    assert implies("company.founded is not None", "company.founded + 1 > company.founded").holds is not True
    assert implies("company.annual_revenue + 0.1 == 0.3", "company.annual_revenue == 0.2").holds is not True


@given(COMPARED, COMPARED, st.lists(st.tuples(NUMBERS, NUMBERS), min_size=20, max_size=40))
def test_no_proof_is_contradicted_by_floating_point(a: str, b: str, values: list[tuple[float, float]]) -> None:
    assume("company" in a and "company" in b)
    if not implies(a, b):
        return
    for founded, revenue in values:
        company = Company.model_construct(founded=founded, annual_revenue=revenue, attributes={})
        who = Contact.model_construct(id="c-1", company=company)
        assert ANY.evaluate(a, who, at=NOW) is not True or ANY.evaluate(b, who, at=NOW) is True


def test_without_the_solver_the_verdict_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    verdict = implies("score.engagement - score.fit > 0", "score.engagement > score.fit", SALES)
    assert verdict.holds is None
    assert "leadqual[proofs]" in str(verdict)
