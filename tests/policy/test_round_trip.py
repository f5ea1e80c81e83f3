"""One policy, however it is written: YAML, JSON, Python; the same content has the same hash in every process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from support.policies import policies

import leadqual as lq
from leadqual.policy.dump import dump_yaml


@given(policies())
def test_generated_policies_survive_yaml_and_json(policy: lq.Policy) -> None:
    for text in (policy.to_yaml(), json.dumps(policy.to_dict()), dump_yaml(policy.model_dump(mode="json"))):
        again = lq.Policy.loads(text)
        assert again == policy
        assert again.content_hash == policy.content_hash
        assert again.to_yaml() == policy.to_yaml()


@pytest.mark.parametrize("name", lq.policies.names())
def test_shipped_policies_survive_files(name: str, tmp_path: Path) -> None:
    policy = getattr(lq.policies, name)()
    for file, text in {"p.yaml": policy.to_yaml(), "p.json": json.dumps(policy.to_dict(), indent=3)}.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
        again = lq.Policy.load(tmp_path / file)
        assert (again, again.content_hash, again.ref) == (policy, policy.content_hash, policy.ref)


def test_the_layout_of_a_document_is_not_its_content() -> None:
    one = lq.Policy.loads(
        "name: x\nscores:\n  fit:\n    range: [0, 100]\n    rules:\n"
        "      - {id: a, when: contact.country=='ID'  and company.employees>=50, points: 20.0, group: null}\n"
    )
    other = lq.Policy.loads(
        '# a comment\nscores: {fit: {rules: [{points: 20, when: \'(contact.country == "ID") and '
        "(company.employees >= 50)', id: a}], range: [0.0, 100]}}\nname: x\nversion: 0.0.0\n"
    )
    assert one == other
    assert one.content_hash == other.content_hash
    assert hash(one) == hash(other)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "2"},
        {"description": "another"},
        {"review_every": "2d"},
        {"stages": {"lead": {"initial": True}, "mql": {"final": True}}},
        {"scorers": {"p": {"range": (0, 2)}}},
    ],
)
def test_every_change_of_content_changes_the_hash(change: dict[str, object]) -> None:
    base = {"name": "x", "review_every": "1d", "stages": {"lead": {"initial": True}, "mql": {}}, "scorers": {"p": {}}}
    assert lq.Policy.model_validate(base).content_hash != lq.Policy.model_validate({**base, **change}).content_hash


def test_the_order_that_matters_changes_the_hash() -> None:
    rules = [{"id": name, "each": "purchase", "points": 1} for name in "ab"]
    one, other = (
        lq.Policy(name="x", scores={"s": {"range": (0, 9), "rules": order}}) for order in (rules, rules[::-1])
    )
    assert one.content_hash != other.content_hash


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_hash_is_the_same_in_every_process(seed: str) -> None:
    code = "import leadqual as lq; print(lq.policies.sales().content_hash)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed, **_PATHS}
    )
    assert run.stdout.strip() == lq.policies.sales().content_hash


_PATHS = {"PYTHONPATH": str(Path(lq.__file__).parents[1])}


def test_a_policy_in_python_with_handles_is_the_document() -> None:
    policy = lq.Policy(
        name="minimal",
        version="1.0.0",
        scores={
            "engagement": lq.ScoreRules(
                range=(0, 100),
                groups={"talk": lq.Group(cap=30)},
                rules=[
                    lq.Rule(id="home", when=lq.field("contact.country").is_in(["ID", "SG"]), points=20),
                    lq.Rule(id="paper", each="whitepaper_downloaded", points=10, cap=30, half_life="30d", group="talk"),
                    lq.Rule(id="web", each="page_viewed", points=1, at_most=lq.AtMost.parse("3 per 1d"), within="30d"),
                    lq.Rule(id="demo", each="demo_requested", points=9, step=lq.Step(every="30d", lose=0.5)),
                ],
            )
        },
        grades={
            "temperature": lq.Bands(score="engagement", bands={"hot": 60, "warm": 20, "cold": 0}),
            "grid": lq.Grid(rows="temperature", columns="temperature"),
        },
        stages={"lead": lq.StageSpec(initial=True), "mql": lq.StageSpec()},
        transitions=[
            lq.Transition(id="on", source="lead", target="mql", when=lq.field("score.engagement") >= 10),
            lq.Transition(id="off", source=["mql"], target="lead", when=lq.days_since("page_viewed") > 90),
        ],
    )
    document = """
name: minimal
version: 1.0.0
scores:
  engagement:
    range: [0, 100]
    groups: {talk: {cap: 30}}
    rules:
      - {id: home, when: "contact.country in ['ID', 'SG']", points: 20}
      - {id: paper, each: whitepaper_downloaded, points: 10, cap: 30, half_life: 30d, group: talk}
      - {id: web, each: page_viewed, points: 1, at_most: 3 per 24h, within: 720h}
      - {id: demo, each: demo_requested, points: 9, step: {every: 30d, lose: 0.5}}
grades:
  temperature: {score: engagement, bands: {hot: 60, warm: 20, cold: 0}}
  grid: {rows: temperature, columns: temperature}
stages: {lead: {initial: true}, mql: }
transitions:
  - {id: on, source: lead, target: mql, when: score.engagement >= 10}
  - {id: off, source: mql, target: lead, when: days_since(page_viewed) > 90}
"""
    assert policy == lq.Policy.loads(document)
    assert policy.content_hash == lq.Policy.loads(document).content_hash
