from __future__ import annotations

import json

import pytest

TESTS = """\
policy: p.yaml
at: 2026-11-22
cases:
  - name: nobody asked
    expect: {stage: lead}
  - name: a demo
    interactions: [{kind: demo_requested, ago: 2d}]
    expect: {stage: sql, reasons: {engagement.demo: 40}}
"""
FAILS = "  - {name: too hopeful, expect: {stage: sql, scores: {engagement: '>= 40'}}}\n"
WRONG = "  - {name: misspelt, expect: {stage: sqk}}\n"


@pytest.fixture
def tests(files):
    def written(text, name="t.policytest.yaml"):
        (files / name).parent.mkdir(exist_ok=True)
        (files / name).write_text(text, encoding="utf-8")

    written(TESTS)
    return written


def test_all_is_as_expected(tests, run):
    tests(TESTS.replace("p.yaml", "../p.yaml").replace("a demo", "demo 🙂 satu"), "sub/s.policytest.yaml")
    result = run("test")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-4:] == [
        "t.policytest.yaml      tiny 1.2.0  2 passed",
        "sub/s.policytest.yaml  tiny 1.2.0  2 passed",
        "",
        "4 passed.",
    ]


def test_a_case_that_is_not_as_expected(tests, run):
    tests(TESTS + FAILS)
    result = run("test", "t.policytest.yaml")
    assert (result.exit_code, result.stderr) == (1, "")
    for line in (
        "t.policytest.yaml  tiny 1.2.0  2 passed, 1 failed", "Failed: too hopeful", "t.policytest.yaml:9",
        "stage: expected 'sql', found 'lead'", "score engagement: expected >= 40, found 0", "Closest",
        "2 passed, 1 failed.",
    ):  # fmt: skip
        assert f"\n{line}\n" in result.stdout


def test_a_case_that_is_wrong_is_an_error_and_never_a_failure(tests, run):
    tests(TESTS + FAILS + WRONG)
    tests("policy: p.yaml\ncases: []\n", "u.policytest.yaml")
    result = run("test")
    assert result.exit_code == 2
    assert "t.policytest.yaml:10:38 cases[3].expect.stage: [unknown-stage]" in result.stderr
    assert "hint: did you mean 'sql'?" in result.stderr
    assert "u.policytest.yaml:2:8 cases: [no-case]" in result.stderr
    assert result.stdout.endswith("\n2 passed, 1 failed, 2 errors.\n")


def test_a_policy_that_cannot_be_read_is_told_once(tests, run, files):
    (files / "p.yaml").write_text("name: bad\nversion: 1.0.0\nscorse: {}\n")
    tests(TESTS, "u.policytest.yaml")
    result = run("test")
    assert result.exit_code == 2
    assert result.stderr.count("p.yaml:3:1 scorse: [unknown-field]") == 1
    assert result.stdout.endswith("\n4 errors.\n")


def test_cases_can_be_chosen(tests, run):
    assert "\n1 passed.\n" in run("test", "-k", "NOBODY").stdout
    result = run("test", "-k", "purchase")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "[no-case] no case has 'purchase' in its name or file" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["empty"], "no-case"), (["p.yaml"], "not-a-test-file"), (["none"], "unreadable-file")],
)
def test_where_there_is_no_test_it_is_bad_input(files, run, arguments, code):
    (files / "empty").mkdir()
    result = run("test", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"[{code}]" in result.stderr
    assert json.loads(run("test", *arguments, "--json").stdout)["problems"][0]["code"] == code


def test_another_policy_can_be_put_in_place_of_that_of_the_files(tests, run, files):
    (files / "q.yaml").write_text((files / "p.yaml").read_text().replace("points: 40", "points: 39"))
    result = run("test", "-p", "q.yaml")
    assert result.exit_code == 1
    assert "stage: expected 'sql', found 'lead'" in result.stdout
    tests(TESTS.replace("policy: p.yaml\n", ""))
    assert run("test").exit_code == 2
    assert run("test", "-p", "p.yaml").exit_code == 0


def test_programs_get_all_of_it(tests, run):
    tests(TESTS + FAILS + WRONG)
    result = run("test", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (2, "")
    assert [told[name] for name in ("ok", "passed", "failed", "errors")] == [False, 2, 1, 1]
    (file,) = told["files"]
    assert file["file"] == "t.policytest.yaml"
    assert (file["policy"]["name"], file["policy"]["version"]) == ("tiny", "1.2.0")
    assert [(case["verdict"], case["line"]) for case in file["cases"]] == [
        ("passed", 4), ("passed", 6), ("failed", 9), ("error", 10)
    ]  # fmt: skip
    assert file["cases"][2]["failures"][0] == {"what": "stage", "expected": "'sql'", "found": "'lead'"}
    assert file["cases"][3]["problems"][0]["code"] == "unknown-stage"
    tests(TESTS)
    assert json.loads(run("test", "--json").stdout)["ok"]


def test_coverage_below_what_is_asked_is_a_no(tests, run):
    result = run("test", "--coverage")
    assert result.exit_code == 0
    assert "Coverage of tiny 1.2.0 by 2 cases" in result.stdout
    result = run("test", "--coverage-fail-under", "100")
    assert result.exit_code == 1
    assert "is covered, less than the 100 % asked for." in result.stdout
    told = json.loads(run("test", "--coverage-fail-under", "100", "--json").stdout)
    assert (told["ok"], told["coverage"][0]["enough"]) == (False, False)
    assert run("test", "--coverage-fail-under", "1").exit_code == 0
    assert run("test", "--coverage-fail-under", "101").exit_code == 2


def test_changes_that_no_case_notices_are_a_no_if_there_are_too_many(tests, run):
    result = run("test", "--mutate")
    assert result.exit_code == 0
    assert "Mutation of tiny 1.2.0 by 2 cases" in result.stdout
    result = run("test", "--mutate-fail-under", "100", "-k", "nobody")
    assert result.exit_code == 1
    assert "is noticed where it is changed, less than the 100 % asked for." in result.stdout
    told = json.loads(run("test", "--mutate", "--json").stdout)
    assert (told["ok"], told["mutation"][0]["enough"], told["mutation"][0]["at_least"]) == (True, True, None)
    assert told["mutation"][0]["survived"] > 0


def test_it_has_help_with_examples(run):
    result = run("test", "--help")
    assert result.exit_code == 0
    assert "  leadqual test tests" in result.stdout


def test_a_policy_that_ships_brings_its_own_tests(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("test", "-p", "minimal")
    assert result.exit_code == 0
    assert "minimal.policytest.yaml" in result.stdout
    assert run("test", "-p", "minimal", "-k", "there is no such case").exit_code == 2
    nobody = run("test")
    assert nobody.exit_code == 2
    assert "leadqual test -p sales" in nobody.stderr
