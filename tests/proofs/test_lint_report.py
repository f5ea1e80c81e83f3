"""What is said of findings, to people and to programs, and how the checks are called."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.linted import STAGES, found, funnel, one, scored

from leadqual import Policy, analysis, policies
from leadqual.errors import InputError, PolicyError
from leadqual.proofs.lint.codes import CODES
from leadqual.proofs.lint.linting import CHECKS, lint

ROOT = Path(__file__).parents[2]
DOCUMENT = """\
name: x
review_every: 1d
scores:
  s:
    range: [0, 100]
    rules:
      - {id: home, when: contact.country == 'ID', points: 20}
      - {id: never, when: contact.country == 'ID' and contact.country == 'SG', points: 20}
stages: {lead: {initial: true}, mql: , island: {final: true}}
transitions:
  - {id: on, source: lead, target: mql, when: score.s >= 30}
  - {id: back, source: mql, target: lead, when: score.s >= 10}
  - {id: off, source: lead, target: mql, when: contact.country == 'ID'}
"""


@pytest.mark.parametrize("name", policies.names())
def test_the_policies_that_ship_have_no_findings(name: str) -> None:
    assert list(lint(getattr(policies, name)())) == []


def test_findings_stand_in_the_order_of_the_document() -> None:
    report = lint(Policy.loads(DOCUMENT))
    told = [(finding.code, finding.place.path) for finding in report]
    assert told == [
        ("rule-never-fires", "scores.s.rules[1].when"),
        ("unreachable-stage", "stages.island"),
        ("threshold-out-of-reach", "transitions[0].when"),
        ("flapping", "transitions[2]"),
        ("field-may-be-missing", "transitions[2].when"),
    ]
    assert len(report) == len(report.warnings) + len(report.notes)


def test_findings_of_a_file_have_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(DOCUMENT)
    report = lint(file)
    assert [finding.place.line for finding in report] == sorted(finding.place.line for finding in report)
    never = next(finding for finding in report if finding.code == "rule-never-fires")
    assert (never.place.source, never.place.line, never.place.rule) == (str(file), 8, "never")
    assert str(never).startswith(f"{file}:8:27 (rule 'never') scores.s.rules[1].when: warning [rule-never-fires] ")
    assert [finding.code for finding in lint(str(file))] == [finding.code for finding in report]


def test_what_is_no_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is no policy"):
        lint({"name": "x"})  # type: ignore[arg-type]
    with pytest.raises(PolicyError, match="cannot be read"):
        lint(tmp_path / "nowhere.yaml")


def test_a_finding_as_text() -> None:
    finding = one(scored({"when": "contact.country == 'ID' and contact.country == 'SG'"}), "rule-never-fires")
    assert str(finding).splitlines() == [
        "(rule 'r0') scores.s.rules[0].when: warning [rule-never-fires] the rule 'r0' can never give points",
        "    proof: `contact.country == 'ID'` and `contact.country == 'SG'` are never both true",
        "    hint: mend the condition, or take the rule out",
    ]


def test_a_contact_that_shows_it_is_printed_as_a_test_file_has_it() -> None:
    ways = [{"source": "lead", "target": "mql", "when": "contact.country == 'ID'"},
            {"source": "mql", "target": "lead", "when": "score.s < 10"}]  # fmt: skip
    finding = one(funnel(*ways), "flapping")
    lines = str(finding).splitlines()
    at = lines.index("    a contact that shows it:")
    assert "\n".join(line.removeprefix("      ") for line in lines[at + 1 :]) == str(finding.witness).rstrip()
    assert finding.to_dict()["witness"] == finding.witness.as_case()


def suspected() -> Policy:
    ways = [
        {"source": "lead", "target": "mql", "when": "score.s >= 20"},
        {"source": "lead", "target": "sql", "when": "score.s >= 30"},
        {"source": "mql", "target": "lead", "event": "sales_rejected"},
    ]
    return funnel(*ways)


def test_what_is_suspected_says_so() -> None:
    finding = one(suspected(), "transition-shadowed")
    assert "    suspected: wherever there is" in str(finding)
    told = finding.to_dict()
    assert (told["exact"], told["severity"], "proof" in told) == (False, "warning", False)
    assert told["suspected"] == finding.doubt


def test_a_report_is_no_wider_than_a_terminal() -> None:
    text = str(lint(suspected()))
    assert text.startswith("x 0.0.0: 3 warnings.\n")
    assert max(map(len, text.splitlines())) <= 80
    assert str(lint(policies.sales())) == "sales 1.0.0: nothing was found."


def test_nothing_steers_the_terminal() -> None:
    report = str(lint(scored({"when": "contact.job_title == '\x1b[2J' and contact.job_title == 'x'"})))
    assert "\x1b" not in report
    assert "rule-never-fires" in report


def test_a_report_in_a_notebook() -> None:
    rules = [{"when": "company.employees <= 50"}, {"when": "company.employees >= 50"}]
    html = lint(scored(*rules))._repr_html_()
    assert "<code>bands-overlap</code>" in html
    assert "company.employees &gt;= 50" in html
    assert "<script" not in html
    assert html.count("<div") == html.count("</div>")
    assert "<details>" in html


def test_a_report_is_data_for_programs() -> None:
    told = json.loads(json.dumps(lint(Policy.loads(DOCUMENT)).to_dict()))
    assert told["policy"]["name"] == "x"
    assert {finding["code"] for finding in told["findings"]} <= set(CODES)
    assert all({"code", "message", "path", "severity", "exact"} <= set(finding) for finding in told["findings"])


def test_progress_is_told_from_nothing_to_all() -> None:
    told: list[tuple[str, float]] = []
    lint(policies.minimal(), progress=lambda name, done: told.append((name, done)))
    assert [done for _, done in told] == sorted(done for _, done in told)
    assert (told[0][1], told[-1][1], len(told)) == (0, 1, len(CHECKS) + 1)


def test_the_checks_say_all_that_the_first_look_says() -> None:
    policy = Policy.loads(DOCUMENT.replace("review_every: 1d\n", "").replace("score.s >= 10", "days_in_stage >= 10"))
    first = {problem.code for problem in policy.warnings()}
    assert first == {"unreachable-stage", "flapping", "no-review"}
    assert first <= {finding.code for finding in lint(policy)}


def test_checks_are_public() -> None:
    assert analysis.lint is lint
    assert isinstance(lint(policies.minimal()), analysis.LintReport)


# What is declared and never read.


def test_what_nothing_reads() -> None:
    declared: dict[str, Any] = {
        "fields": {"budget": {"type": "number"}, "tier": {"type": "text", "on": "company"}, "read": {"type": "number"}},
        "interactions": {"visit": {}, "seen": {}, "sold": {"transaction": True}, "quiet": {"shows_interest": False}},
    }
    policy = scored({"when": "contact.read >= 5"}, {"each": "seen"}, **declared)
    findings = found(policy, "never-used")
    assert [finding.place.path for finding in findings] == ["fields.budget", "fields.tier", "interactions.visit"]
    every = scored({"each": "any_interaction"}, **declared)
    assert "interactions.visit" not in [finding.place.path for finding in found(every, "never-used")]
    some = scored({"each": "any_interaction[kind in ['seen'] or kind == 'visit']"}, **declared)
    assert "interactions.visit" not in [finding.place.path for finding in found(some, "never-used")]
    others = scored({"each": "any_interaction[kind in ['seen']]"}, **declared)
    assert "interactions.visit" in [finding.place.path for finding in found(others, "never-used")]


def test_scores_and_grades_that_nothing_reads() -> None:
    rules = [{"id": "d", "each": "demo_requested", "points": 10}]
    scores = {name: {"range": [0, 100], "rules": rules} for name in ("s", "read", "graded", "alone")}
    bands = {"bands": {"A": 10, "B": 0}}
    grades = {"g": {"score": "graded", **bands}, "temperature": {"score": "graded", **bands}}
    way = {"source": "lead", "target": "mql", "when": "score.s >= 10 and score.read >= 10"}
    policy = funnel(way, scores=scores, grades=grades)
    assert [finding.place.path for finding in found(policy, "never-used")] == ["scores.alone", "grades.g"]
    meant = {**scores, "alone": {**scores["alone"], "description": "For the monthly letter."}}
    grades["g"] = {**grades["g"], "description": "For the monthly letter."}
    assert found(funnel(way, scores=meant, grades=grades), "never-used") == []
    assert found(Policy(name="x", scores=scores), "never-used") == []  # a policy that only scores is read by people


def test_scorers_that_nothing_reads() -> None:
    scorers = {"model": {"range": [0, 1]}, "other": {"range": [0, 1]}}
    way = {"source": "lead", "target": "mql", "when": "score.model >= 0.5"}
    assert [one.place.path for one in found(funnel(way, scorers=scorers), "never-used")] == [
        "scores.s",
        "scorers.other",
    ]


# The pages.


def test_the_page_lists_every_code_with_its_meaning() -> None:
    page = (ROOT / "docs" / "static-checks.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.+) \|$", page, flags=re.MULTILINE)
    assert rows == [(name, code.severity, code.meaning) for name, code in CODES.items()]


def test_every_code_is_found_by_some_check() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src/leadqual/proofs/lint").glob("*.py"))
    assert [code for code in CODES if source.count(f'"{code}"') < 2] == []


def test_a_policy_without_stages_is_checked() -> None:
    assert list(lint(Policy(name="empty"))) == []
    assert list(lint(Policy(name="stages", stages={**STAGES}))) != []
