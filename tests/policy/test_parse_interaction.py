"""Reading interactions of every kind that a policy knows."""

from __future__ import annotations

import pickle
from typing import Any, Literal

import pytest

import leadqual as lq


class RoiCalculated(lq.Interaction):
    kind: Literal["roi_calculated"] = "roi_calculated"
    saving: float


POLICY = lq.Policy.loads("""
name: loans
interactions:
  loan:
    properties:
      amount: {type: number, unit: money}
      currency: {type: text}
      how: {type: text, values: [web, app]}
""")
BASE: dict[str, Any] = {"id": "i-1", "kind": "loan", "occurred_at": "2026-11-20T08:00:00Z"}
ROI = {**BASE, "kind": "roi_calculated", "saving": 12.5}


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 5, "currency": "IDR"},
        {"properties": {"amount": 5, "currency": "IDR"}},
        {"amount": 5, "properties": {"currency": "IDR"}},
        {"amount": 5, "currency": "IDR", "properties": None},
        {"amount": 5, "properties": {"amount": 5, "currency": "IDR"}},
    ],
)
def test_properties_stand_beside_the_fields_or_nested(more: dict[str, Any]) -> None:
    one = POLICY.parse_interaction({**BASE, **more})
    assert isinstance(one, lq.CustomInteraction)
    assert dict(one.properties) == {"amount": 5, "currency": "IDR"}


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"how": "wbe"}, ["unknown-value"]),
        ({"amount": "5", "currency": "IDR"}, ["wrong-type"]),
        ({"amount": 5}, ["missing-currency"]),
        ({"amnt": 5}, ["unknown-property"]),
        ({"properties": 5}, ["dict-type"]),
        ({"how": "web", "properties": {"how": "app"}}, ["duplicate-field"]),
        ({"how": "wbe", "amount": 5, "channel": "smoke"}, ["unknown-value", "enum"]),
        ({"kind": "lon"}, ["unknown-kind"]),
        ({"kind": None}, ["missing-field"]),
    ],
)
def test_everything_that_is_wrong_is_told(more: dict[str, Any], codes: list[str]) -> None:
    with pytest.raises(lq.InputError) as caught:
        POLICY.parse_interaction({**BASE, **more})
    assert [problem.code for problem in caught.value.problems] == codes
    assert all(problem.place.path for problem in caught.value.problems)


def test_a_kind_of_a_class_comes_back_as_the_class() -> None:
    made = lq.Policy(name="roi", interactions=[RoiCalculated])
    loaded = lq.Policy.loads("name: roi", interactions=RoiCalculated)
    assert made == loaded == lq.Policy.loads(made.to_yaml())
    for policy in (made, loaded, made.model_copy(update={"version": "2.0.0"})):
        assert policy.parse_interaction(ROI) == RoiCalculated.model_validate(ROI)
    unpickled = pickle.loads(pickle.dumps(made))
    assert unpickled == made
    assert unpickled.parse_interaction(ROI).value("saving") == 12.5


def test_built_in_kinds_are_read_under_every_policy() -> None:
    assert isinstance(POLICY.parse_interaction({**BASE, "kind": "demo_requested"}), lq.DemoRequested)


@pytest.mark.parametrize("kinds", [RoiCalculated, [RoiCalculated], {"roi_calculated": RoiCalculated}])
def test_without_a_policy_classes_are_given(kinds: Any) -> None:
    assert isinstance(lq.parse_interaction(ROI, kinds=kinds), RoiCalculated)
    if not isinstance(kinds, dict):
        assert isinstance(lq.parse_interaction({**BASE, "kind": "demo_requested"}, kinds=kinds), lq.DemoRequested)


@pytest.mark.parametrize("kinds", [5, [5], {"roi_calculated": 5}, [lq.Interaction]])
def test_other_kinds_are_refused(kinds: Any) -> None:
    with pytest.raises(lq.InputError) as caught:
        lq.parse_interaction(ROI, kinds=kinds)
    assert caught.value.code == "not-a-kind"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: lq.Policy.loads(None), "wrong-type"),  # type: ignore[arg-type]
        (lambda: lq.Policy.load(5), "wrong-type"),  # type: ignore[arg-type]
        (lambda: lq.Policy.loads("name: x", interactions=5), "not-a-kind"),  # type: ignore[arg-type]
        (lambda: lq.Policy.loads("name: x", contact=5), "not-a-contact"),  # type: ignore[arg-type]
    ],
)
def test_arguments_of_another_type_are_refused(call: Any, code: str) -> None:
    with pytest.raises(lq.InputError) as caught:
        call()
    assert caught.value.code == code


def test_money_without_a_property_for_its_currency_is_a_problem_of_the_policy() -> None:
    with pytest.raises(lq.PolicyError, match="no property says in which currency") as caught:
        lq.Policy.loads("name: p\ninteractions:\n  signed: {properties: {amount: {type: number, unit: money}}}\n")
    assert caught.value.code == "missing-currency"
    assert caught.value.problems[0].place.line == 3
