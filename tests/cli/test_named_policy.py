from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

TABLES = ["-c", "c.csv", "-i", "i.csv"]
AT = ["--at", "2026-11-22T00:00:00Z"]
COMMANDS = {
    "check": [[], []],
    "score": [[], [*TABLES, *AT]],
    "explain": [["c-1"], [*TABLES, *AT]],
    "replay": [[], [*TABLES, *AT]],
    "backtest": [[], [*TABLES, "--outcome", "demo_requested", "--horizon", "1d", "--cutoff", "2026-10-31T12:00:00Z"]],
    "demo": [[], ["--contacts", "20"]],
}
BOTH_WAYS = pytest.mark.parametrize(
    "command", [name for name in COMMANDS if find_spec("narwhals") or name not in ("replay", "backtest")]
)


@pytest.fixture
def called(files, run):
    with (files / "c.csv").open("w") as handle:
        handle.write("contact_id,created_at\nc-1,2026-01-01T00:00:00Z\nc-2,2026-01-01T00:00:00Z\n")
    with (files / "i.csv").open("a") as handle:
        handle.write("c-1,2,demo_requested,2026-11-20T00:00:00Z\n")

    def call(command, *policy):
        first, rest = COMMANDS[command]
        result = run(command, *first, *policy, *rest, "--json")
        told = json.loads(result.stdout)
        told.pop("seconds", None)
        return result.exit_code, told

    return call


@BOTH_WAYS
def test_a_policy_is_named_in_two_ways(called, command):
    status, told = called(command, "p.yaml")
    assert status == 0, told
    for policy in (["-p", "p.yaml"], ["--policy", "p.yaml"], ["p.yaml", "-p", "p.yaml"]):
        assert called(command, *policy) == (0, told)


@BOTH_WAYS
def test_two_policies_are_one_too_many(called, command):
    status, told = called(command, "p.yaml", "-p", "sales")
    (problem,) = told["problems"]
    assert (status, told["ok"], problem["code"], problem["source"]) == (2, False, "bad-usage", "--policy")
    assert problem["found"] == "'p.yaml' and --policy 'sales'"


@BOTH_WAYS
def test_without_a_policy_it_is_told_what_to_write(called, command):
    if command == "demo":
        pytest.skip("the sample has a policy that ships")
    status, told = called(command)
    (problem,) = told["problems"]
    assert (status, problem["code"], problem["source"]) == (2, "missing-argument", "--policy")
    assert "sales, minimal" in problem["hint"] or "minimal, sales" in problem["hint"]


def test_the_sample_has_a_policy_that_ships(files, run):
    assert run("demo", "--contacts", 20, "--out", "a").exit_code == 0
    assert "name: sales" in (files / "a" / "policy.yaml").read_text()


@pytest.mark.parametrize("option", ["--at", "--until"])
def test_the_instant_of_a_replay_and_a_comparison_has_two_names(files, run, option):
    pytest.importorskip("polars")
    pytest.importorskip("narwhals")
    told = json.loads(run("replay", "p.yaml", *TABLES, option, "2026-10-01T00:00:00Z", "--json").stdout)
    assert (told["until"], told["moves"]) == ("2026-10-01T00:00:00+00:00", 0)
    told = json.loads(run("diff", "p.yaml", "p.yaml", *TABLES, option, "2026-10-01T00:00:00Z", "--json").stdout)
    assert told["impact"]["until"] == "2026-10-01T00:00:00+00:00"
