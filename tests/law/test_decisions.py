"""Law 5: what a decision holds, JSON both ways, the same bytes everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.people import contact, day, funnel, happened, viewed

import leadqual
from leadqual import Contact, Decision, Policy, UnknownNameError

DOCUMENT = {
    "fields": {"tags": {"type": "texts"}},
    "scores": {
        "fit": {"range": [0, 50], "rules": [{"id": "size", "when": "company.employees >= 50", "points": 20},
                                            {"id": "home", "when": "contact.country in ['ID', 'SG']", "points": 10}]},
        "heat": {"range": [0, 50], "rules": [{"id": "view", "each": "page_viewed", "points": 7.3, "half_life": "7d"}]},
    },
    "grades": {"temperature": {"score": "heat", "bands": {"hot": 10, "cold": 0}}},
    "review_every": "1d",
}  # fmt: skip
WAYS = [
    {"source": "lead", "target": "mql", "when": "score.heat >= 5 and 'partner' in contact.roles"},
    {
        "source": "mql",
        "target": "sql",
        "event": "demo_requested",
        "when": "company.employees >= 50 or 'x' in contact.tags",
    },
]
WHO = {"country": "ID", "roles": ["press", "partner", "supplier", "other"], "attributes": {"tags": ["a", "😀"]}}


def decided() -> Decision:
    history = [viewed(1), viewed(2, "/😀"), happened("demo_requested", 3)]
    return policy().decide(contact(**WHO), history, at=day(5))


def policy() -> Policy:
    return funnel(*WAYS, **DOCUMENT)


def test_a_decision_holds_everything_that_is_promised() -> None:
    decision = decided()
    assert (decision.contact_id, decision.at, decision.before) == ("c-1", day(5), None)
    assert (decision.policy.name, decision.policy.version, len(decision.policy.hash)) == ("test", "0.0.0", 64)
    assert (decision.stage, decision.standing.entered_at) == ("mql", day(1))
    assert [move.transition for move in decision.moves] == ["t1"]
    assert list(decision.scores) == ["fit", "heat"]
    assert all(score.ledger for score in decision.scores.values())
    assert dict(decision.grades) == {"temperature": "hot"}
    assert dict(decision.missing) == {"company.employees": ("rule fit.size (+20)", "transition t2 (to sql)")}
    assert [way.transition for way in decision.next_ways] == ["t2"]
    assert decision.relationship == "prospect"


def test_json_both_ways() -> None:
    decision = decided()
    text = decision.model_dump_json()
    again = Decision.model_validate_json(text)
    assert again == decision
    assert again.model_dump_json() == text
    assert again.explain() == decision.explain()
    assert again.needed("sql") == decision.needed("sql")
    assert Decision.model_validate(decision.model_dump(mode="json")) == decision


PROGRAM = """
import sys
from datetime import UTC, datetime
sys.path[:0] = [{tests!r}, {source!r}]
import importlib.util
spec = importlib.util.spec_from_file_location("law_decisions", {this!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
sys.stdout.buffer.write(module.decided().model_dump_json().encode())
"""


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_same_inputs_give_the_same_bytes_in_another_process(seed: str) -> None:
    here = Path(__file__)
    source = Path(leadqual.__file__).parent.parent
    program = PROGRAM.format(tests=str(here.parent.parent), source=str(source), this=str(here))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    assert done.stdout == decided().model_dump_json().encode()


def test_sets_of_a_class_of_the_callers_own_stand_in_order() -> None:
    class Mine(Contact):
        flags: frozenset[str] = frozenset()

    made = Policy(
        name="x", fields=Mine, stages={"a": {"initial": True}, "b": {}},
        transitions=[{"id": "t", "source": "a", "target": "b", "when": "'w1' in contact.flags"}],
    )  # fmt: skip
    flags = frozenset(f"w{number}" for number in range(20))
    move = made.decide(Mine(id="c", flags=flags), [viewed(1)], at=day(2)).moves[0]
    assert move.values["contact.flags"] == sorted(flags)


def test_what_would_be_needed_next() -> None:
    decision = decided()
    needed = decision.needed("sql")
    assert needed.reachable
    assert [way.transition for way in needed.steps] == ["t2"]
    assert [way.event for way in needed.steps] == ["demo_requested"]
    assert needed.missing == ("company.employees",)
    assert "demo_requested has to happen" in str(needed)
    assert str(decision.needed("mql")) == "already at mql"
    assert not decision.needed("lead").reachable
    assert "no way leads" in str(decision.needed("lead"))


def test_needed_goes_the_shortest_way_from_where_it_stands() -> None:
    first = policy().decide(contact(), [], at=day(1))
    assert [way.target for way in first.needed("sql").steps] == ["mql", "sql"]


def test_needed_of_a_stage_that_is_not_there_is_an_error_with_a_hint() -> None:
    with pytest.raises(UnknownNameError) as caught:
        decided().needed("sqll")
    assert caught.value.problems[0].hint == "did you mean 'sql'?"


def test_of_two_equally_long_ways_the_one_declared_first_is_needed() -> None:
    ways = [{"source": "lead", "target": "mql", "event": kind} for kind in ("demo_requested", "purchase")]
    assert [way.event for way in funnel(*ways).decide(contact(), [], at=day(1)).needed("mql").steps] == [
        "demo_requested"
    ]
