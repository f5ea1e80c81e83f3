"""The tests that ship with the policies pass, look at everything, and notice every change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from leadqual import policies
from leadqual.errors import UnknownNameError
from leadqual.policies.documents import policy_named
from leadqual.testing.coverage.coverage import coverage_of
from leadqual.testing.files.case_file import CaseFile
from leadqual.testing.files.load import load_cases
from leadqual.testing.mutation.mutation import mutation_of

FOLDER = Path(policies.__file__).parent


@cache
def shipped(name: str) -> CaseFile:
    return load_cases(FOLDER / f"{name}.policytest.yaml")


@pytest.mark.parametrize("name", policies.names())
def test_every_case_is_as_expected(name: str) -> None:
    file, policy = shipped(name), policy_named(name)
    outcomes = [file.run(number, policy) for number in range(len(file.cases))]
    assert [str(outcome) for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("name", policies.names())
def test_everything_is_looked_at(name: str) -> None:
    report = coverage_of(policy_named(name), shipped(name).cases)
    assert [(item.place, item.text, item.missing) for item in report.items if item.missing] == []
    assert report.percent == 100


@pytest.mark.parametrize("name", policies.names())
def test_every_change_is_noticed(name: str) -> None:
    report = mutation_of(policy_named(name), shipped(name).cases, processes=1, witnesses=False)
    assert [str(fate.mutant) for fate in report.survived] == []
    assert report.percent == 100


def test_without_a_case_a_change_is_not_noticed() -> None:
    cases = [case for case in shipped("minimal").cases if case.name != "with 25 points an MQL stays"]
    report = mutation_of(policy_named("minimal"), cases, processes=1, witnesses=False)
    assert {fate.mutant.rule for fate in report.survived} == {"gone-quiet"}


@pytest.mark.parametrize("name", policies.names())
def test_the_file_names_its_policy_and_can_be_copied_with_it(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.policytest.yaml"
    copy.write_text(policies.cases(name), encoding="utf-8")
    assert load_cases(copy).cases == shipped(name).cases
    assert shipped(name).policy == name


@pytest.mark.parametrize("name", policies.names())
def test_the_names_are_sentences_that_stand_alone(name: str) -> None:
    names = [case.name for case in shipped(name).cases]
    assert [
        said for said in names if said.count(" ") < 2 or said.endswith(".") or said.startswith(("and ", "not ", "so "))
    ] == []


def test_the_file_of_tests_of_no_policy() -> None:
    with pytest.raises(UnknownNameError, match="sales") as caught:
        policies.cases("sale")
    assert caught.value.code == "unknown-policy"
