"""Claims of conditions and of policies by one name: which is meant is told from what is given."""

from __future__ import annotations

from typing import Any

import pytest

from leadqual import analysis, field, policies
from leadqual.errors import InputError, LeadqualError

MINIMAL = policies.minimal()


def test_conditions_and_policies_are_told_apart() -> None:
    assert analysis.implies("company.employees >= 2", field("company.employees") >= 1)
    assert analysis.implies(MINIMAL, MINIMAL)
    assert analysis.equivalent(MINIMAL, MINIMAL)
    assert analysis.disjoint(MINIMAL, MINIMAL, stage="mql").holds is False
    assert analysis.disjoint("score.engagement < 20", "grade.temperature == 'hot'", policy=MINIMAL)


@pytest.mark.parametrize(
    ("call", "given", "named"),
    [
        (analysis.implies, ((MINIMAL, "company.employees >= 1"), {}), "a"),
        (analysis.equivalent, (("company.employees >= 1", MINIMAL), {}), "b"),
        (analysis.implies, ((MINIMAL, MINIMAL), {"policy": MINIMAL}), "policy"),
        (analysis.implies, (("company.employees >= 1", "company.employees >= 1"), {"stage": "mql"}), "stage"),
        (analysis.disjoint, ((MINIMAL, MINIMAL), {}), "stage"),
        (analysis.disjoint, (("company.employees >= 1", "company.employees < 1"), {"stage": "mql"}), "stage"),
    ],
)
def test_what_does_not_belong_together_is_refused(call: Any, given: tuple[Any, Any], named: str) -> None:
    arguments, more = given
    with pytest.raises(InputError) as caught:
        call(*arguments, **more)
    assert caught.value.problems[0].place.source == named


def test_what_is_no_condition_is_refused() -> None:
    with pytest.raises(LeadqualError):
        analysis.implies(3, "company.employees >= 1")
