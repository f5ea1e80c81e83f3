from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadqual import policies
from leadqual.errors import InputError, PolicyError
from leadqual.policies.documents import policy_named
from leadqual.testing import load_cases
from leadqual.testing.files import shelf
from leadqual.testing.files.find import case_files
from leadqual.testing.files.results import run_files
from leadqual.testing.files.shelf import Named, Shelf

HEAD = "policy: sales\nat: 2026-11-22\ncontact: {country: ID, company: {employees: 250, industry: software}}\n"
DEMO = "interactions: [{kind: demo_requested, ago: 2d}]"


@pytest.fixture
def write(tmp_path):
    def written(text, name="a.policytest.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def run_all(file):
    for number in range(len(file.cases)):
        file.run(number, policies.sales())


def told(path):
    """Return every problem of a file, whether a policy is needed to find it or not."""
    with pytest.raises(InputError) as caught:
        run_all(load_cases(path))
    assert {problem.place.source for problem in caught.value.problems} == {str(path)}
    return caught.value.problems


def problems_of(path):
    return [(one.code, one.place.line, one.place.path, one.hint) for one in told(path)]


def test_a_file_is_read_and_its_cases_run(write):
    file = load_cases(
        write(
            f"{HEAD}cases:\n  - {{name: belum ada apa-apa 🙂, expect: {{stage: lead}}}}\n"
            f"  - name: demo\n    {DEMO}\n    expect: {{stage: sql, because: demo}}\n"
            f"  - name: wrong\n    {DEMO}\n    expect: {{stage: mql}}\n"
        )
    )
    assert (file.policy, [case.name for case in file.cases]) == ("sales", ["belum ada apa-apa 🙂", "demo", "wrong"])
    assert [file.run(number, policies.sales()).passed for number in range(3)] == [True, True, False]
    assert [file.place(number).line for number in range(3)] == [5, 6, 9]


def test_a_case_adds_to_what_the_file_says_for_all_field_by_field(write):
    text = f"{HEAD}time_zone: Asia/Jakarta\ncases:\n"
    text += "  - {name: a, contact: {full_name: Siti, company: {employees: 3}}, expect: {stage: lead}}\n"
    text += "  - {name: b, at: 2026-01-01, time_zone: UTC, expect: {stage: lead}}\n"
    text += "  - {name: c, contact: {country: SG, company: null}, expect: {stage: lead}}\n"
    first, second, third = (case.scenario(policies.sales()) for case in load_cases(write(text)).cases)
    assert (first.contact.full_name, first.contact.country) == ("Siti", "ID")
    assert (first.contact.company.employees, first.contact.company.industry) == (3, "software")
    assert [str(one.at) for one in (first, second)] == ["2026-11-21 17:00:00+00:00", "2026-01-01 00:00:00+00:00"]
    assert second.contact.company.employees == 250
    assert (third.contact.country, third.contact.company) == ("SG", None)


def test_json_is_read_like_yaml(write):
    data = {"policy": "sales", "at": "2026-11-22", "cases": [{"name": "a", "expect": {"stage": "lead"}}]}
    file = load_cases(write(json.dumps(data, indent=1), "a.policytest.json"))
    assert file.run(0, policies.sales()).passed
    data["cases"][0]["expect"]["stage"] = "leed"
    ((code, line, _, hint),) = problems_of(write(json.dumps(data, indent=1), "b.policytest.json"))
    assert (code, line, hint) == ("unknown-stage", 8, "did you mean 'lead'?")


GIVEN = [
    ("intractions: []", "unknown-field", "intractions", "did you mean 'interactions'"),
    ("interactions: [{kind: demo_reqested}]", "unknown-kind", "interactions[0].kind", "did you mean 'demo_requested'"),
    ("interactions: [{kind: purchase, amnt: 3}]", "unknown-field", "interactions[0].amnt", "did you mean 'amount'"),
    ("interactions: [{kind: purchase, on: 2026-02-30}]", "bad-time", "interactions[0].on", "February 2026 has 28 days"),
    ("interactions: [{kind: purchase, on: 2026-02-03 08:00}]", "naive-datetime", "interactions[0].on", "time_zone"),
    ("interactions: [{kind: purchase, ago: 3 days}]", "bad-duration", "interactions[0].ago", "90d"),
    ("interactions: [{kind: purchase, times: 0}]", "bad-number", "interactions[0].times", None),
    ("interactions: [{kind: purchase, times: 2, every: 1}]", "bad-duration", "interactions[0].every", "90d"),
    ("interactions: [{kind: purchase, on: 2026-02-03, ago: 1d}]", "bad-usage", "interactions[0].ago", None),
    ("interactions: [demo_requested]", "wrong-type", "interactions[0]", None),
    ("at: 2026-13-01", "bad-time", "at", "2026-11-22"),
    ("at: 0001-01-02\n    interactions: [{kind: purchase, ago: 9d}]", "bad-time", "interactions[0].ago", None),
    ("time_zone: Asia/Jakrta", "bad-time-zone", "time_zone", "did you mean 'Asia/Jakarta'"),
    ("standing: {stage: lead, since: 2026-02-31}", "bad-time", "standing.since", "February 2026 has 28 days"),
    ("standing: {stage: leed, since: 2026-02-21}", "unknown-stage", "standing.stage", "did you mean 'lead'"),
    ("contact: {contry: ID}", "unknown-field", "contact.contry", "did you mean 'country'"),
    ("contact: {company: {employes: 2}}", "unknown-field", "contact.company.employes", "did you mean 'employees'"),
    ("contact: [ID]", "wrong-type", "contact", None),
]
EXPECTED = [
    ("{stage: lead, stge: sql}", "unknown-field", "stge", "did you mean 'stage'"),
    ("{stage: sqk}", "unknown-stage", "stage", "did you mean 'sql'"),
    ("{because: dmo}", "unknown-transition", "because", "did you mean 'demo'"),
    ("{moves: [marketing, dmo]}", "unknown-transition", "moves[1]", "did you mean 'demo'"),
    ("{moves: lead -> mqk}", "unknown-stage", "moves[0]", "did you mean 'mql'"),
    ("{scores: {intnt: 3}}", "unknown-score", "scores.intnt", "did you mean 'intent'"),
    ("{scores: {intent: high}}", "bad-range", "scores.intent", None),
    ("{scores: {intent: [9, 3]}}", "bad-range", "scores.intent", None),
    ("{grades: {temprature: hot}}", "unknown-grade", "grades.temprature", "did you mean 'temperature'"),
    ("{grades: {temperature: hott}}", "unknown-band", "grades.temperature", "did you mean 'hot'"),
    ("{reasons: {intent.dmo: 3}}", "unknown-rule", "reasons.intent.dmo", "did you mean 'intent.demo'"),
    ("{missing: [contact.contry]}", "unknown-field", "missing[0]", "'contact.country'"),
    ("{missing: [seniorty]}", "unknown-field", "missing[0]", "did you mean 'contact.seniority'"),
    ("{holds: [score.intent >]}", "bad-syntax", "holds[0]", None),
    ("{holds: [score.intnt > 3]}", "unknown-field", "holds[0]", "did you mean 'score.intent'"),
    ("{}", "nothing-expected", "", "expect a stage"),
]


def check(problem, code, line, path, hint):
    assert (problem.code, problem.place.line, problem.place.path) == (code, line, path)
    assert (problem.hint is None) if hint is None else hint in problem.hint


@pytest.mark.parametrize(("given", "code", "path", "hint"), GIVEN)
def test_what_is_given_wrongly_is_told_with_its_line(write, given, code, path, hint):
    (problem,) = told(write(f"{HEAD}cases:\n  - name: a\n    {given}\n    expect: {{stage: lead}}\n"))
    check(problem, code, 6 + given.count("\n"), f"cases[0].{path}", hint)


@pytest.mark.parametrize(("expected", "code", "path", "hint"), EXPECTED)
def test_what_is_expected_wrongly_is_told_with_its_line(write, expected, code, path, hint):
    (problem,) = told(write(f"{HEAD}cases:\n  - name: a\n    expect:\n      {expected}\n"))
    check(problem, code, 7, f"cases[0].expect.{path}".rstrip("."), hint)


@pytest.mark.parametrize(
    ("case", "code", "path", "hint"),
    [
        ("name: a", "missing-field", "cases[0].expect", None),
        ("expect: {stage: lead}", "missing-field", "cases[0].name", "say in words"),
        ("{name: ' ', expect: {stage: lead}}", "missing-field", "cases[0].name", "say in words"),
        ("{name: 7, expect: {stage: lead}}", "string-type", "cases[0].name", None),
        ("just a text", "wrong-type", "cases[0]", None),
    ],
)
def test_a_case_that_is_none_is_told_with_its_line(write, case, code, path, hint):
    (problem,) = told(write(f"{HEAD}cases:\n  - {case}\n"))
    check(problem, code, 5, path, hint)


def test_a_case_without_an_instant_is_told(write):
    (problem,) = told(write("cases:\n  - {name: a, expect: {stage: lead}}\n"))
    check(problem, "missing-field", 2, "cases[0].at", None)


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ("policy: sales\n", "no-case", 1, None),
        ("policy: sales\ncases:\n", "no-case", 2, None),
        ("policy: sales\ncases: []\n", "no-case", 2, None),
        ("policy: sales\ncases: {a: 1}\n", "no-case", 2, None),
        ("- a\n", "not-a-test-file", 1, None),
        ("", "empty-document", 1, "begin with cases"),
        ("cases: [\n", "bad-yaml", 2, "check the indentation"),
        ("cases: []\ncases: []\n", "duplicate-key", 2, "keep one"),
        ("policy: 7\ncases: [{name: a, at: 2026-11-22, expect: {stage: lead}}]\n", "string-type", 1, None),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_line(write, text, code, line, hint):
    ((found, where, _, said),) = problems_of(write(text))
    assert (found, where) == (code, line)
    assert (said is None) if hint is None else hint in said


def test_everything_that_is_wrong_in_a_file_is_told_at_once_in_the_order_of_its_lines(write):
    text = (
        "polcy: sales\nat: 2026-11-22\ncontact: {country: ID}\ncases:\n"
        "  - {name: a, expect: {stge: lead}}\n"
        "  - {name: b, at: 2026-11-31, expect: {stage: lead}}\n"
        "  - {expect: {stage: lead}}\n"
        "  - {name: c, expect: {stage: lead}}\n"
        "  - {name: c, expect: {stage: lead}}\n"
    )
    found = problems_of(write(text))
    assert [(code, line) for code, line, *_ in found] == [
        ("unknown-field", 1), ("unknown-field", 5), ("bad-time", 6), ("missing-field", 7), ("duplicate-name", 9)
    ]  # fmt: skip
    assert "did you mean 'policy'" in found[0][-1]


def test_what_is_wrong_in_all_cases_is_told_once_where_it_stands(write):
    cases = "".join(f"  - {{name: {name}, expect: {{stage: lead}}}}\n" for name in "abc")
    ((code, line, path, _),) = problems_of(write(f"at: 2026-11-32\ncases:\n{cases}"))
    assert (code, line, path) == ("bad-time", 1, "at")
    ((code, line, path, _),) = problems_of(write(f"at: 2026-11-22\ncontact:\n  contry: ID\ncases:\n{cases}"))
    assert (code, line, path) == ("unknown-field", 3, "contact.contry")


def test_all_that_is_wrong_in_a_case_is_told_at_once(write):
    text = (
        f"{HEAD}cases:\n  - name: a\n    expect: {{stage: sqk}}\n    interactions:\n      - {{kind: demo_reqested}}\n"
    )
    assert [(code, line) for code, line, *_ in problems_of(write(text))] == [("unknown-stage", 6), ("unknown-kind", 8)]


def test_a_case_may_expect_the_error_that_it_causes(write):
    case = "{name: a, interactions: [{kind: demo_requested, on: 2026-02-30}], expect: {error: bad-time}}"
    file = load_cases(write(f"{HEAD}cases:\n  - {case}\n"))
    assert file.run(0, policies.sales()).passed


def test_a_file_that_is_not_there_and_one_that_is_too_large(tmp_path, write):
    with pytest.raises(InputError) as caught:
        load_cases(tmp_path / "none.policytest.yaml")
    assert caught.value.code == "unreadable-file"
    ((code, _, _, hint),) = problems_of(write(f"cases: [{'a' * 5_000_001}]"))
    assert (code, hint) == ("document-too-large", "split the file")


def test_a_policy_is_found_beside_the_file_by_its_path_or_as_it_ships(tmp_path, write):
    (tmp_path / "mine.yaml").write_text(policies.text("minimal").replace("name: minimal", "name: mine"))
    case = "at: 2026-11-22\ncases: [{name: a, expect: {stage: lead}}]\n"
    shelf = Shelf()
    assert shelf.of_file(load_cases(write(f"policy: mine.yaml\n{case}"))).name == "mine"
    assert shelf.of_file(load_cases(write(f"policy: {tmp_path / 'mine.yaml'}\n{case}"))).name == "mine"
    assert shelf.of_file(load_cases(write(f"policy: minimal\n{case}"))).name == "minimal"
    with pytest.raises(InputError) as caught:
        shelf.of_file(load_cases(write(case)))
    assert (caught.value.code, "policy:" in caught.value.problems[0].hint) == ("missing-argument", True)


def test_the_command_line_goes_before_the_file_and_the_file_before_the_configuration(write):
    case = "at: 2026-11-22\ncases: [{name: a, expect: {stage: lead}}]\n"
    named, silent = load_cases(write(f"policy: sales\n{case}")), load_cases(write(case, "b.policytest.yaml"))
    minimal = Named("minimal", Path())
    assert [Shelf(minimal).of_file(file).name for file in (named, silent)] == ["minimal", "minimal"]
    assert [Shelf(None, minimal).of_file(file).name for file in (named, silent)] == ["sales", "minimal"]


@pytest.mark.parametrize(
    ("policy", "line", "hint"), [("minmal", 2, "did you mean 'minimal'"), ("mine.yml", 2, "did you mean 'mine.yaml'")]
)
def test_a_policy_that_is_not_there_is_told_where_it_is_named(tmp_path, write, policy, line, hint):
    (tmp_path / "mine.yaml").write_text("")
    file = load_cases(write(f"at: 2026-11-22\npolicy: {policy}\ncases: [{{name: a, expect: {{stage: lead}}}}]\n"))
    with pytest.raises(PolicyError) as caught:
        Shelf().of_file(file)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line, problem.found) == ("unreadable-file", line, policy)
    assert hint in problem.hint


def test_a_policy_with_problems_is_read_once_and_is_an_error_of_every_case(tmp_path, write, monkeypatch):
    (tmp_path / "bad.yaml").write_text("name: bad\nversion: 1.0.0\nscorse: {}\n")
    loads = []
    monkeypatch.setattr(shelf, "policy_named", lambda text: loads.append(text) or policy_named(text))
    cases = "".join(f"  - {{name: {name}, at: 2026-11-22, expect: {{stage: lead}}}}\n" for name in "abc")
    first, second = (
        write(f"policy: bad.yaml\ncases:\n{cases}"),
        write(f"policy: bad.yaml\ncases:\n{cases}", "b.policytest.yaml"),
    )
    results = list(run_files([first, second], Shelf()))
    assert len(loads) == 1
    assert [result.count("error") for result in results] == [3, 3]
    (problems,) = {case.problems for result in results for case in result.cases}
    assert [(one.code, Path(one.place.source).name, one.place.line) for one in problems] == [
        ("unknown-field", "bad.yaml", 3)
    ]


def test_files_are_found_in_folders_without_those_that_are_hidden_or_installed(tmp_path):
    for name in ("b/z.policytest.yaml", "b/a.policytest.yml", "x.policytest.json", "x.yaml", ".v/h.policytest.yaml",
                 "node_modules/n.policytest.yaml", "env/pyvenv.cfg", "env/lib.policytest.yaml"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = case_files([tmp_path, tmp_path / "b" / "z.policytest.yaml"])
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "x.policytest.json", "b/a.policytest.yml", "b/z.policytest.yaml"
    ]  # fmt: skip
    with pytest.raises(InputError) as caught:
        case_files([tmp_path / "x.yaml", tmp_path / "y.policytest.yaml"])
    assert [one.code for one in caught.value.problems] == ["not-a-test-file", "unreadable-file"]


def test_cases_are_chosen_by_a_text_in_their_name_or_file(write):
    text = f"{HEAD}cases:\n  - {{name: Demo, expect: {{stage: lead}}}}\n  - {{name: other, expect: {{stage: mql}}}}\n"
    path = write(text, "quiet.policytest.yaml")
    found = {
        one: [case.name for case in next(run_files([path], Shelf(), one)).cases] for one in ("dEMO", "QUIET", "zz")
    }
    assert found == {"dEMO": ["Demo"], "QUIET": ["Demo", "other"], "zz": []}
    (result,) = run_files([path], Shelf())
    assert [(case.verdict, case.to_dict()["line"]) for case in result.cases] == [("passed", 5), ("failed", 6)]
    assert result.cases[1].to_dict()["failures"] == [{"what": "stage", "expected": "'mql'", "found": "'lead'"}]
