from __future__ import annotations

import json

import pytest

FILE = """\
policy: minimal
at: 2026-11-22
cases:
  - name: who buys is a customer
    interactions: [{kind: purchase, ago: 1d}]
    expect: {stage: customer, because: bought}
  - name: membeli 😀
    contact: {country: ID}
    expect: {scores: {engagement: 20}}
"""
IN_PYTHON = """
from leadqual.testing import given
def test_home():
    given("minimal").contact(country="SG").at("2026-11-22").expect(scores={"engagement": 20})
"""


@pytest.fixture(autouse=True)
def file(pytester):
    (pytester.path / "minimal.policytest.yaml").write_text(FILE, encoding="utf-8")


def told(pytester):
    (found,) = json.loads((pytester.path / "mutation.json").read_text("utf-8"))["policies"]
    return found


def test_cases_of_files_and_of_python_are_mutated_at_the_end(pytester, run):
    pytester.makepyfile(IN_PYTHON)
    result = run("--leadqual-mutate", "--leadqual-mutate-json", "mutation.json")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*= mutation of policies =*", "Mutation of minimal 1.0.0 by 3 cases: *"])
    found = told(pytester)
    by = {one["id"]: one["by"] for one in found["mutants"]}
    assert by["bought~transition-removed~1"] == "who buys is a customer"
    assert by["engagement.home~item-dropped~1"] == "membeli 😀"
    assert by["engagement.home~item-dropped~2"] == "case"
    assert found["survived"] == len([one for one in found["mutants"] if one.get("witness")]) > 30


def test_the_run_fails_under_the_limit_and_says_so(pytester, run):
    assert run("--leadqual-mutate-fail-under", "5").ret == pytest.ExitCode.OK
    result = run("--leadqual-mutate-fail-under", "100")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["The tests notice less than 100 % of the changes of minimal 1.0.0: *"])
    pytester.makeini("[pytest]\nleadqual_mutate_fail_under = 100")
    assert run().ret == pytest.ExitCode.TESTS_FAILED


def test_a_case_that_fails_is_no_part_of_it(pytester, run):
    (pytester.path / "minimal.policytest.yaml").write_text(FILE.replace("engagement: 20", "engagement: 21"), "utf-8")
    result = run("--leadqual-mutate")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["Mutation of minimal 1.0.0 by 1 case: *"])


def test_nothing_noticed_where_no_case_passed(pytester, run):
    result = run("--leadqual-mutate-fail-under", "1", "-k", "nothing")
    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["No case passed, so no change is noticed; at least 1 % are asked for."])


def test_a_file_that_cannot_be_written_fails_the_run(pytester, run):
    result = run("--leadqual-mutate-json", "nowhere/mutation.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["Mutation cannot be written to *mutation.json: No such file or directory."])


def test_the_cases_of_workers_are_handed_on(pytester, run):
    pytester.makepyfile(IN_PYTHON)
    result = run("-n", "2", "--leadqual-mutate-json", "mutation.json")
    assert result.ret == pytest.ExitCode.OK
    assert told(pytester)["cases"] == 3


def test_policies_that_no_worker_can_hand_on_are_named(pytester, run):
    pytester.makepyfile("""
from leadqual import Policy
from leadqual.testing import given
def test_scored():
    class Odd:
        name = "odd"
        def score(self, contact, history, *, at):
            raise AssertionError
    policy = Policy(name="odd", scorers={"odd": None}).with_scorer("odd", Odd())
    given(policy).at("2026-11-22").case("asked", stage=None)
    from leadqual.testing.running import _WATCHERS
    from leadqual.testing.outcome import Outcome
    for watcher in _WATCHERS:
        watcher(Outcome(given(policy).at("2026-11-22").case("asked", stage=None), policy, None, None, None, ()))
""")
    result = run("-n", "1", "--leadqual-mutate")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["The cases of the workers cannot be handed on; run without -n to try changes."])
