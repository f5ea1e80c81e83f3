"""Kinds and fields of one's own, as classes: declared by them, checked by them, decided with them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from leadqual import Contact, InputError, Interaction, Policy, PolicyError, parse_condition

AT = datetime(2026, 11, 22, tzinfo=UTC)


class RoiCalculated(Interaction):
    kind: Literal["roi_calculated"]
    saving: float
    plan: Literal["basic", "gold"] = "basic"
    until: datetime | None = None
    details: dict[str, Any] | None = None


class MyContact(Contact):
    monthly_budget: float | None = None
    tier: Literal["gold", "silver"] | None = None


DOCUMENT: dict[str, Any] = {
    "name": "own",
    "scores": {
        "s": {
            "range": [0, 100],
            "rules": [
                {"id": "roi", "each": "roi_calculated[saving > 10 and plan == 'gold']", "points": 20},
                {"id": "budget", "when": "contact.monthly_budget >= 1000 and contact.tier == 'gold'", "points": 30},
                {"id": "open", "when": "last(roi_calculated.until) is not None", "points": 7},
            ],
        }
    },
    "stages": {"lead": {"initial": True}, "mql": {}},
    "transitions": [{"id": "t", "source": "lead", "target": "mql", "event": "roi_calculated"}],
}


def loaded(path: Path) -> Policy:
    path.write_text(Policy(**DOCUMENT, fields=MyContact, interactions=[RoiCalculated]).to_yaml(), encoding="utf-8")
    without = {
        name: value for name, value in Policy.load(path).to_dict().items() if name not in ("fields", "interactions")
    }
    path = path.with_suffix(".json")
    path.write_text(Policy.model_construct(**DOCUMENT).model_dump_json(include=set(without), warnings=False))
    return Policy.load(path, contact=MyContact, interactions=[RoiCalculated])


@pytest.mark.parametrize("kinds", [[RoiCalculated], (RoiCalculated,), {"roi_calculated": RoiCalculated}])
def test_deciding_with_classes_of_ones_own(kinds: Any) -> None:
    policy = Policy(**DOCUMENT, fields=MyContact, interactions=kinds)
    history = [RoiCalculated(id="i-1", occurred_at=AT, saving=12.5, plan="gold", until=AT)]
    decision = policy.decide(MyContact(id="c-1", monthly_budget=4000, tier="gold"), history, at=AT)
    assert decision.stage == "mql"
    assert [line.points for line in decision.scores["s"].ledger] == [20, 30, 7]
    assert policy.evaluate(parse_condition("sum(roi_calculated.saving) == 12.5"), Contact(id="c"), history, at=AT)


def test_classes_and_the_document_they_declare_are_one_policy(tmp_path: Path) -> None:
    policy = Policy(**DOCUMENT, fields=MyContact, interactions=[RoiCalculated])
    assert Policy.loads(policy.to_yaml()) == policy
    assert loaded(tmp_path / "own.yaml") == policy
    assert "details" not in policy.interactions["roi_calculated"].properties


def test_what_a_class_declares_is_checked_like_a_document() -> None:
    document = {
        **DOCUMENT,
        "scores": {
            "s": {
                "range": [0, 1],
                "rules": [
                    {"id": "a", "each": "roi_calculated[savin > 3]", "points": 1},
                    {"id": "b", "when": "contact.tier == 'glod'", "points": 1},
                ],
            }
        },
    }
    with pytest.raises(PolicyError) as caught:
        Policy(**document, fields=MyContact, interactions=[RoiCalculated])
    assert [problem.code for problem in caught.value.problems] == ["unknown-property", "unknown-value"]


def test_the_document_and_the_classes_together(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("name: x\nfields: {area: {type: text}}\ninteractions: {waved: }\n")
    policy = Policy.load(path, contact=MyContact, interactions=[RoiCalculated])
    assert list(policy.fields) == ["monthly_budget", "tier", "area"]
    assert list(policy.interactions) == ["roi_calculated", "waved"]
    assert list(Policy.load(path, interactions={"roi_calculated": RoiCalculated}).interactions) == [
        "roi_calculated",
        "waved",
    ]
    path.write_text("name: x\nfields: [area]\ninteractions: 3\n")
    with pytest.raises(PolicyError) as caught:
        Policy.load(path, contact=MyContact, interactions=[RoiCalculated])
    assert [(one.code, one.place.line) for one in caught.value.problems] == [("wrong-type", 2), ("wrong-type", 3)]


@pytest.mark.parametrize(
    "kinds", [[str], [Interaction], ["roi_calculated"], [RoiCalculated(id="i", occurred_at=AT, saving=1)]]
)
def test_what_is_no_class_of_a_kind(kinds: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("name: x\n")
    with pytest.raises(InputError) as caught:
        Policy.load(path, interactions=kinds)
    assert caught.value.code == "not-a-kind"
    with pytest.raises(PolicyError):
        Policy(name="x", interactions=kinds)


@pytest.mark.parametrize("kinds", [{"roi": RoiCalculated}, {"roi": Interaction}])
def test_a_class_under_the_name_of_another_kind(kinds: Any) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(name="x", interactions=kinds)
    assert caught.value.code == "not-a-kind"


@pytest.mark.parametrize("cls", [str, Interaction, "MyContact"])
def test_what_is_no_class_of_contacts(cls: Any, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("name: x\n")
    with pytest.raises(InputError) as caught:
        Policy.load(path, contact=cls)
    assert caught.value.code == "not-a-contact"
