"""``leadqual check`` shows what the static checks find."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from leadqual.cli import output

FLAWED = """\
  - {id: sales, source: lead, target: sql, when: score.engagement >= 40}
  - {id: sales-too, source: lead, target: sql, when: score.engagement >= 50}
  - {id: back, source: sql, target: lead, when: contact.country == 'ID'}
"""


@pytest.fixture
def flawed(files):
    text = (files / "p.yaml").read_text()
    (files / "p.yaml").write_text(text[: text.index("  - {id: sales")] + FLAWED)
    return files / "p.yaml"


def test_each_finding_has_its_line_and_a_proof_or_a_contact(flawed, run):
    result = run("check", "p.yaml")
    assert result.exit_code == 0
    assert "p.yaml:14:5 (rule 'sales-too') transitions[1]: warning [transition-shadowed]" in result.stderr
    assert "    proof: wherever there is `score.engagement >= 50`, there is `score.engagement >= 40`" in result.stderr
    assert "p.yaml:15:5 (rule 'back') transitions[2]: warning [flapping]" in result.stderr
    shown = result.stderr[result.stderr.index("    a contact that shows it:\n") :]
    assert "country: ID" in shown
    assert "kind: demo_requested" in shown
    assert "tiny 1.2.0 is sound." in result.stdout


def test_findings_as_json_stand_under_their_weight(flawed, run):
    told = json.loads(run("check", "p.yaml", "--json").stdout)
    assert [(one["code"], one["line"], one["exact"]) for one in told["warnings"]] == [
        ("transition-shadowed", 14, True),
        ("flapping", 15, True),
    ]
    assert told["warnings"][1]["witness"]["contact"]["country"] == "ID"
    assert [(one["code"], one["severity"]) for one in told["notes"]] == [("field-may-be-missing", "note")]
    assert run("check", "p.yaml", "--strict").exit_code == 1


def test_notes_alone_refuse_nothing(files, run):
    text = (files / "p.yaml").read_text().replace("sql: {}", "sql: {final: true}")
    (files / "p.yaml").write_text(text.replace("score.engagement >= 40", "contact.country == 'ID'"))
    result = run("check", "p.yaml", "--strict")
    assert (result.exit_code, "note [field-may-be-missing]" in result.stderr) == (0, True)
    told = json.loads(run("check", "p.yaml", "--strict", "--json").stdout)
    assert (told["ok"], told["warnings"], len(told["notes"])) == (True, [], 1)


@pytest.mark.parametrize(("at_once", "shown"), [(0.0, True), (1000.0, False)])
def test_what_takes_long_shows_how_far_it_has_come(files, run, monkeypatch, at_once, shown):
    out = Console(file=StringIO(), width=100, force_terminal=True, no_color=True, theme=output._THEME)
    monkeypatch.setattr("leadqual.cli.output.console", lambda **options: out)
    monkeypatch.setattr("leadqual.cli.findings._AT_ONCE", at_once)
    assert run("check", "p.yaml").exit_code == 0
    assert ("checking tiny" in out.file.getvalue()) is shown
    before = len(out.file.getvalue())
    assert run("check", "p.yaml", "--json").exit_code == 0
    assert "checking" not in out.file.getvalue()[before:]


def test_text_of_a_policy_does_not_steer_the_terminal(files, run):
    text = (files / "p.yaml").read_text()
    (files / "p.yaml").write_text(
        text.replace("contact.country == 'ID'", "\"contact.job_title.contains('\\e[2J') and score.x\"")
    )
    assert run("check", "p.yaml").exit_code == 2
    never = "\"contact.job_title == '\\e[2J' and contact.job_title == 'b'\""
    (files / "p.yaml").write_text(text.replace("contact.country == 'ID'", never))
    result = run("check", "p.yaml")
    assert "[rule-never-fires]" in result.stderr
    assert "\x1b" not in result.stderr
