from __future__ import annotations

import json
import subprocess
import sys

import pytest

from leadqual.policies.documents import policy_named
from leadqual.testing.files import shelf

FILE = """\
policy: sales
at: 2026-11-22
contact: {country: ID, company: {employees: 250}}
cases:
  - name: belum ada apa-apa 🙂
    expect: {stage: lead}
  - name: a demo goes to sales
    interactions: [{kind: demo_requested, ago: 2d}]
    expect: {stage: sql, because: demo}
"""
WRONG = """\
  - name: a wrong expectation
    interactions: [{kind: demo_requested, ago: 2d}]
    expect: {stage: customer}
  - name: a wrong test
    expect: {stage: sqk}
"""
ASKS = """
import pytest
def test_named(policy): print("NAMED", policy.name)
@pytest.mark.funnel_policy("minimal")
def test_marked(policy): print("MARKED", policy.name)
"""
CHEAP = "import sys, {module}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}} & set({heavy!r})))"
HEAVY = ["pydantic", "yaml", "hypothesis", "statemachine", "polars", "numpy", "rich", "typer"]


def write(pytester, text, name="sales.policytest.yaml"):
    (pytester.path / name).write_text(text, encoding="utf-8")
    return pytester.path / name


def test_cases_are_collected_by_their_names(pytester, run):
    write(pytester, f"{FILE}  - name: 'in::two [x]'\n    expect: {{stage: lead}}\n")
    result = run("--co", "-q")
    result.stdout.fnmatch_lines(
        [
            "sales.policytest.yaml::belum ada apa-apa 🙂",
            "sales.policytest.yaml::a demo goes to sales",
            "sales.policytest.yaml::in:two [[]x]",
        ],
        consecutive=True,
    )
    assert run("sales.policytest.yaml::belum ada apa-apa 🙂").parseoutcomes() == {"passed": 1}
    assert run("sales.policytest.yaml::in:two [x]").parseoutcomes() == {"passed": 1}


def test_a_failure_is_the_report_without_a_traceback_and_with_its_line(pytester, run):
    write(pytester, FILE + WRONG)
    result = run()
    assert result.parseoutcomes() == {"passed": 2, "failed": 1, "errors": 1}
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of a wrong test*",
            "sales.policytest.yaml:14:21 cases[[]3].expect.stage: *unknown-stage* the policy has no stage 'sqk'",
            "    hint: did you mean 'sql'?",
            "*_ a wrong expectation _*",
            "stage: expected 'customer', found 'sql'",
            "Closest",
            "  bought (*) did not fire at *",
            "Scores",
            "  intent: 37.4447 (from 0 to 100)",
            "sales.policytest.yaml:10: a wrong expectation",
            "FAILED sales.policytest.yaml::a wrong expectation - *stage: expected*",
            "ERROR sales.policytest.yaml::a wrong test - *",
        ]
    )
    text = result.stdout.str()
    assert "Traceback" not in text
    assert "During handling" not in text
    assert ".py:" not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("policy: sales\ncases: []\n", "*sales.policytest.yaml:2:8 cases: *no-case* the file has no case"),
        (FILE.replace("expect: {stage: lead}", "expct: {stage: lead}"), "*sales.policytest.yaml:6:5 cases*.expct: *"),
        ("cases: [", "sales.policytest.yaml:2:1: *bad-yaml*"),
    ],
)
def test_a_file_that_is_wrong_is_an_error_of_the_collection(pytester, run, text, told):
    write(pytester, text)
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert result.parseoutcomes() == {"errors": 1}
    result.stdout.fnmatch_lines(["*ERROR collecting sales.policytest.yaml*", told])
    assert "Traceback" not in result.stdout.str()


def test_a_policy_that_cannot_be_read_is_one_error_for_all(pytester, run, monkeypatch):
    (pytester.path / "bad.yaml").write_text("name: bad\nversion: 1.0.0\nscorse: {}\n")
    write(pytester, FILE.replace("policy: sales", "policy: bad.yaml"))
    pytester.makepyfile(
        """
        import pytest
        pytestmark = pytest.mark.funnel_policy("bad.yaml")
        def test_a(policy): pass
        def test_b(policy): pass
        """
    )
    loads = []
    monkeypatch.setattr(shelf, "policy_named", lambda text: loads.append(text) or policy_named(text))
    result = run()
    assert result.parseoutcomes() == {"errors": 4}
    assert result.stdout.str().count("bad.yaml:3:1 scorse: [unknown-field] there is no field 'scorse' here") == 4
    assert len(loads) == 1


def test_the_fixture_gives_what_the_options_name(pytester, run):
    pytester.makepyfile(ASKS)
    run("--leadqual-policy", "sales", "-s").stdout.fnmatch_lines(["*NAMED sales*", "*MARKED minimal*"])
    ini = pytester.makeini("[pytest]\nleadqual_policy = sub/mine.yaml")
    (pytester.path / "sub").mkdir()
    text = "name: mine\nversion: 1.0.0\nstages: {lead: {initial: true}}\n"
    (pytester.path / "sub" / "mine.yaml").write_text(text)
    result = run("-s")
    result.stdout.fnmatch_lines(["*NAMED mine*", "*MARKED minimal*"])
    assert run("-s", "--leadqual-policy", "sub/mine.yaml").parseoutcomes() == {"passed": 2}
    ini.write_text("[pytest]\n")
    result = run()
    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    result.stdout.fnmatch_lines(["no policy is named", "*hint: pytest --leadqual-policy *"])


def test_the_fixture_lives_as_long_as_the_session_so_that_others_can_be_made_of_it(pytester, run):
    pytester.makepyfile(
        """
        import pytest
        pytestmark = pytest.mark.funnel_policy("sales")
        @pytest.fixture(scope="module")
        def base(policy): return policy
        seen = []
        def test_a(base, policy): seen.append(policy)
        def test_b(base, policy): assert seen == [policy] and seen[0] is policy is base
        """
    )
    assert run().parseoutcomes() == {"passed": 2}
    pytester.makepyfile(
        """
        import pytest
        @pytest.fixture(scope="session")
        def base(policy): return policy
        def test_a(base): assert base.name == "sales"
        """
    )
    assert run("--leadqual-policy", "sales").parseoutcomes() == {"passed": 1}


def test_a_policy_named_by_a_marker_lies_beside_the_test(pytester, run):
    folder = pytester.mkdir("sub")
    (folder / "mine.yaml").write_text("name: mine\nversion: 1.0.0\nstages: {lead: {initial: true}}\n")
    (folder / "test_it.py").write_text(
        "import pytest\n@pytest.mark.funnel_policy('mine.yaml')\ndef test_a(policy): assert policy.name == 'mine'\n"
        "@pytest.mark.funnel_policy('minmal')\ndef test_b(policy): pass\n"
        "@pytest.mark.funnel_policy()\ndef test_c(policy): pass\n"
    )
    result = run()
    assert result.parseoutcomes() == {"passed": 1, "errors": 2}
    result.stdout.fnmatch_lines(["*did you mean 'minimal'?*", "the marker funnel_policy names one policy: *"])


def test_the_command_line_goes_before_what_a_file_names(pytester, run):
    write(pytester, FILE)
    result = run("--leadqual-policy", "minimal")
    assert result.parseoutcomes() == {"passed": 1, "errors": 1}
    assert "the policy has no stage 'sql'" in result.stdout.str()
    write(pytester, FILE.replace("policy: sales\n", ""))
    assert run("--leadqual-policy", "sales").parseoutcomes() == {"passed": 2}
    pytester.makeini("[pytest]\nleadqual_policy = sales")
    assert run().parseoutcomes() == {"passed": 2}


def test_tests_are_chosen_as_always(pytester, run):
    write(pytester, FILE + WRONG)
    pytester.makepyfile("def test_other(): pass")
    assert run("-k", "goes and sales").parseoutcomes() == {"passed": 1, "deselected": 4}
    assert run("-m", "not funnel_policy").parseoutcomes() == {"passed": 1, "deselected": 4}
    assert run("-m", "funnel_policy", "--strict-markers").parseoutcomes() == {
        "passed": 2, "failed": 1, "errors": 1, "deselected": 1
    }  # fmt: skip
    pytester.runpytest_inprocess()
    assert pytester.runpytest_inprocess("--lf").parseoutcomes() == {"failed": 1, "errors": 1}


def test_the_workers_of_xdist_run_cases(pytester, run):
    pytest.importorskip("xdist")
    write(pytester, FILE + WRONG)
    result = run("-n", "2")
    assert result.parseoutcomes() == {"passed": 2, "failed": 1, "errors": 1}
    assert "stage: expected 'customer', found 'sql'" in result.stdout.str()


@pytest.mark.parametrize("options", [("--leadqual-policy", "sales"), ("--leadqual-cov",)])
def test_a_run_that_was_to_test_a_policy_and_ran_no_case_fails(pytester, run, options):
    pytester.makepyfile("def test_other(): pass")
    result = run(*options)
    assert (result.parseoutcomes(), result.ret) == ({"passed": 1}, pytest.ExitCode.TESTS_FAILED)
    result.stdout.fnmatch_lines(["No case ran: *"])
    assert run().ret == pytest.ExitCode.OK
    assert run(*options, "--co").ret == pytest.ExitCode.OK
    pytester.makepyfile(
        "from leadqual.testing import given\ndef test_one(): given('sales').at('2026-11-22').expect(stage='lead')"
    )
    result = run(*options)
    assert (result.parseoutcomes(), result.ret) == ({"passed": 1}, pytest.ExitCode.OK)


def test_a_test_that_asks_the_policy_itself_is_a_test_of_it_but_covers_nothing(pytester, run):
    pytester.makepyfile("def test_name(policy): assert policy.name == 'sales'")
    assert run("--leadqual-policy", "sales").ret == pytest.ExitCode.OK
    result = run("--leadqual-policy", "sales", "--leadqual-cov")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["No case ran: *"])


@pytest.mark.parametrize("value", ["101", "-1", "most"])
def test_a_limit_that_is_no_share_is_wrong_usage(pytester, run, value):
    result = run(f"--leadqual-cov-fail-under={value}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*argument --leadqual-cov-fail-under: '{value}' is no share in percent*"])
    pytester.makeini(f"[pytest]\nleadqual_mutate_fail_under = {value}")
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*leadqual_mutate_fail_under: '{value}' is no share in percent*"])


def test_coverage_is_registered_by_its_file_or_limit_too(pytester, run):
    write(pytester, FILE)
    result = run("--leadqual-cov-json", "cov.json")
    assert result.ret == pytest.ExitCode.OK
    found = json.loads((pytester.path / "cov.json").read_text())
    assert "Coverage of sales 1.0.0 by 2 cases" in result.stdout.str()
    assert found
    assert run("--leadqual-cov-fail-under", "100").ret == pytest.ExitCode.TESTS_FAILED
    pytester.makeini("[pytest]\nleadqual_cov_fail_under = 1")
    assert "Coverage of sales" in run().stdout.str()
    assert run().ret == pytest.ExitCode.OK
    pytester.makeini("[pytest]\nleadqual_cov_fail_under = 100")
    assert run().ret == pytest.ExitCode.TESTS_FAILED


def test_nothing_is_loaded_where_nobody_asks():
    for module in ("leadqual.testing.plugin.hooks", "pytest, leadqual.testing"):
        code = CHEAP.format(module=module, heavy=HEAVY)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.split() == []
