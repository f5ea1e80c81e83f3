"""The published JSON Schema: up to date, and of one mind with the loader about the shape of documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from leadqual import Policy, policies
from leadqual.policy.schema import PUBLISHED, policy_schema
from leadqual.policy.source import parse_source

VALIDATOR = Draft202012Validator(Policy.json_schema())
RULE = {"id": "a", "points": 1}
WAY = {"id": "t", "source": "lead", "target": "mql"}
EVERYTHING = """
name: everything
version: 1.0.0
description: All that a document can hold.
review_every: 1d
active_within: 180d
fields:
  budget: {type: number, unit: USD, on: company, description: Money.}
  tier: {type: text, values: [gold, silver]}
interactions:
  roi_calculated: {properties: {saving: {type: number}}, description: Did the sum.}
  waved:
currency: {code: IDR, rates: {USD: 15800}}
scores:
  fit:
    range: [0, 100]
    groups: {g: {cap: 10}}
    rules:
      - {id: a, when: contact.country == 'ID', points: 20, group: g, description: Home.}
      - {id: b, each: "page_viewed[path == '/']", points: -2, within: 30d, half_life: 7d, cap: 3,
         at_most: 3 per 1d rolling}
      - {id: c, each: waved, points: 2.5, step: {every: 30d, lose: 0.5}}
scorers:
  propensity: {range: [0, 1]}
  other:
grades:
  t: {score: fit, bands: {hot: 60, cold: 0}}
  g: {rows: t, columns: t, cells: {hot: {hot: best}}}
stages:
  lead: {initial: true}
  mql:
  end: {final: true, description: The end.}
transitions:
  - {id: x, source: lead, target: mql, when: score.fit >= 3, on_unknown: deny}
  - {id: y, source: [lead, mql], target: end, event: waved, when: score.propensity > 0.5}
"""


def rules(*rule: Any) -> dict[str, Any]:
    return {"name": "x", "scores": {"fit": {"range": [0, 1], "rules": list(rule)}}}


def ways(way: Any) -> dict[str, Any]:
    return {"name": "x", "stages": {"lead": {"initial": True}, "mql": None}, "transitions": [way]}


def test_the_published_file_is_the_generated_one() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == policy_schema(), "python -m leadqual.policy.schema"


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    Draft202012Validator.check_schema(Policy.json_schema())
    assert Policy.json_schema()["$id"].endswith("policy.schema.json")


@pytest.mark.parametrize("text", [policies.text("sales"), policies.text("minimal"), EVERYTHING])
def test_policies_are_valid_as_written_and_as_dumped(text: str) -> None:
    VALIDATOR.validate(parse_source(text).data)
    policy = Policy.loads(text)
    VALIDATOR.validate(policy.to_dict())
    VALIDATOR.validate(policy.model_dump(mode="json"))  # with every default and null


@pytest.mark.parametrize(
    "data",
    [
        {"name": "x"},
        {"name": "x", **dict.fromkeys(("scores", "stages", "grades", "fields", "interactions", "transitions"))},
        {"name": "x", "scores": {"fit": {"range": [0, 1], "rules": None, "groups": None}}},
        rules({**RULE, "when": "contact.email_is_personal", "each": None}),
        rules({**RULE, "each": "purchase", "half_life": "1d", "linear": None}),
        ways({**WAY, "event": "purchase"}),
        ways({**WAY, "source": ["lead"], "when": "contact.email_is_personal"}),
    ],
)
def test_what_the_loader_accepts(data: dict[str, Any]) -> None:
    Policy.model_validate(data)
    VALIDATOR.validate(data)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "x", "scroes": {}},
        {"name": ""},
        {"name": "x", "version": 1.0},
        {"name": "x", "review_every": "daily"},
        {"name": "x", "scores": {"my score": {"range": [0, 1]}}},
        {"name": "x", "scores": {"fit": {}}},
        {"name": "x", "scores": {"fit": None}},
        {"name": "x", "scores": {"fit": {"range": [0, 1, 2]}}},
        {"name": "x", "stages": {"lead": {"inital": True}}},
        {"name": "x", "stages": ["lead"]},
        {"name": "x", "currency": {"code": "idr"}},
        {"name": "x", "fields": {"budget": {"type": "money"}}},
        {"name": "x", "grades": {"g": {"score": "fit", "bands": {}}}},
        rules(RULE),
        rules({**RULE, "when": "contact.email_is_personal", "each": "purchase"}),
        rules({**RULE, "when": "contact.email_is_personal", "cap": 3}),
        rules({**RULE, "when": True}),
        rules({**RULE, "each": ["purchase"]}),
        rules({**RULE, "each": "purchase", "half_life": "1d", "linear": "2d"}),
        rules({**RULE, "each": "purchase", "points": "5"}),
        rules({**RULE, "each": "purchase", "at_most": "3 a day"}),
        rules({**RULE, "each": "purchase", "step": {"every": "1d", "lose": 2}}),
        ways(WAY),
        ways({**WAY, "source": [], "event": "purchase"}),
        ways({**WAY, "event": "purchase", "on_unknown": "wait"}),
    ],
)
def test_what_both_refuse(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"problem|\["):
        Policy.model_validate(data)
    assert list(VALIDATOR.iter_errors(data))


def test_everything_has_a_description_and_defaults_are_told() -> None:
    schema = Policy.json_schema()
    for name, part in {"policy": schema, **schema["$defs"]}.items():
        assert part["description"], name
        assert part["additionalProperties"] is False, name
        for field, value in part["properties"].items():
            assert value.get("description") or "$ref" in value, (name, field)
    assert schema["$defs"]["Transition"]["properties"]["on_unknown"]["default"] == "hold"
    assert schema["properties"]["active_within"]["default"] == "365d"
    assert "purchase" in schema["$defs"]["Transition"]["properties"]["event"]["anyOf"][0]["enum"]
