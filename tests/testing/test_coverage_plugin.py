from __future__ import annotations

import json
from typing import Any

import pytest

POLICY = """
name: tiny
version: 1.2.3
scores:
  fit: {range: [0, 9], rules: [{id: home, when: "contact.country == 'ID'", points: 5}]}
stages: {lead: {initial: true}, mql: {final: true}}
transitions: [{id: up, source: lead, target: mql, event: demo_requested, when: score.fit >= 5}]
"""
TESTS = """
import pytest
from leadqual.testing import given

BASE = given("tiny.yaml").at("2026-11-22")

def test_home():
    BASE.contact(country="ID").interaction("demo_requested").expect(stage="mql")

def test_away():
    BASE.contact(country="SG").interaction("demo_requested").expect(stage="lead")
"""
NOBODY = """
def test_nobody():
    BASE.expect(stage="lead", missing=["contact.country"])
"""
OTHER = """
def test_other():
    given("minimal").at("2026-11-22").expect(stage="lead")
"""


@pytest.fixture
def ran(pytester: pytest.Pytester, run: Any) -> Any:
    pytester.makefile(".yaml", tiny=POLICY)

    def run_with(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_tiny=tests)
        return run("-q", *arguments)

    return run_with


def lines(result: pytest.RunResult) -> list[str]:
    """The lines of the report: those after its heading."""
    found = [line.rstrip() for line in result.outlines]
    heading = next(number for number, line in enumerate(found) if "coverage of policies" in line)
    return found[heading + 1 :]


def test_nothing_is_said_unless_it_is_asked_for(ran: Any) -> None:
    assert "coverage of policies" not in str(ran(TESTS).stdout)


def test_the_report_in_the_terminal(ran: Any) -> None:
    result = ran(TESTS, "--leadqual-cov")
    result.assert_outcomes(passed=2)
    told = lines(result)
    assert told[0] == "Coverage of tiny 1.2.3 by 2 cases: 86.6 % (13 of 15)"
    assert {"    home  unknown", "    contact.country == 'ID'  unknown"} <= set(told)
    assert max(map(len, told)) <= 80
    assert result.ret == pytest.ExitCode.OK


def test_the_limit_lets_the_run_fail(ran: Any) -> None:
    low = ran(TESTS, "--leadqual-cov-fail-under", "95")
    low.assert_outcomes(passed=2)
    assert low.ret == pytest.ExitCode.TESTS_FAILED
    low.stdout.fnmatch_lines(["The tests cover less than 95 % of tiny 1.2.3: 86.6 %."])
    assert ran(TESTS, "--leadqual-cov-fail-under", "80").ret == pytest.ExitCode.OK


def test_the_limit_of_the_configuration(ran: Any, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nleadqual_cov_fail_under = 99")
    assert ran(TESTS).ret == pytest.ExitCode.TESTS_FAILED


def test_with_workers_it_is_the_same(ran: Any, pytester: pytest.Pytester) -> None:
    def told(tests: str, *arguments: str) -> tuple[pytest.RunResult, dict[str, Any]]:
        result = ran(tests, "--leadqual-cov-json", "found.json", *arguments)
        return result, json.loads((pytester.path / "found.json").read_text("utf-8"))["policies"][0]

    alone, one = told(TESTS + NOBODY)
    each, two = told(TESTS + NOBODY, "-n", "2", "--dist", "each")
    assert two.pop("cases") == 2 * one.pop("cases") == 6
    assert two == one
    assert lines(each)[1:8] == lines(alone)[1:8]
    assert each.ret == pytest.ExitCode.OK  # the cases that ran were counted too
    _, low = told(TESTS)
    split, shared = told(TESTS, "-n", "2", "--leadqual-cov-fail-under", "95")
    split.assert_outcomes(passed=2)
    assert (split.ret, shared) == (pytest.ExitCode.TESTS_FAILED, low)


def test_two_policies_at_once(ran: Any, pytester: pytest.Pytester) -> None:
    result = ran(TESTS + NOBODY + OTHER, "--leadqual-cov-json", "found.json", "--leadqual-cov-fail-under", "90")
    told = json.loads((pytester.path / "found.json").read_text("utf-8"))
    assert [(one["policy"]["name"], one["cases"]) for one in told["policies"]] == [("minimal", 1), ("tiny", 3)]
    result.stdout.fnmatch_lines(
        ["Coverage of minimal *", "Coverage of tiny *", "The tests cover less than 90 % of minimal*"]
    )
    assert "less than 90 % of tiny" not in str(result.stdout)


def test_a_run_without_a_case_fails(ran: Any) -> None:
    result = ran("def test_nothing(): pass", "--leadqual-cov-fail-under", "1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["No case ran*"])


def test_a_file_that_cannot_be_written_is_said(ran: Any) -> None:
    result = ran(TESTS, "--leadqual-cov-json", "nowhere/found.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["Coverage cannot be written to *found.json: No such file or directory."])
