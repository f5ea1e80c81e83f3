from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from leadqual.cli.output import clean, say
from leadqual.cli.words import called_as
from leadqual.lifecycle.decision import Decision


def program(*arguments, **options):
    command = [sys.executable, "-m", "leadqual.cli.app", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


def test_explain_tells_one_contact(files, run, data):
    result = run("explain", "c-1", *data)
    assert result.exit_code == 0
    assert "Contact c-1 stands at sql" in result.stdout
    decision = Decision.model_validate_json(run("explain", "c-1", *data, "--json").stdout)
    assert decision.stage == "sql"


def test_explain_does_not_know_everybody(files, run, data):
    result = run("explain", "c-11", *data)
    assert result.exit_code == 2
    assert "did you mean 'c-1'" in result.stderr


def test_explain_looks_at_the_rows_of_its_contact_alone(files, run, bad_data):
    result = run("explain", "c-1", *bad_data)
    assert (result.exit_code, result.stderr) == (0, "")
    result = run("explain", "c-2", *bad_data)
    assert result.exit_code == 2
    assert "[unknown-kind]" in result.stderr


def test_explain_tells_of_rows_that_may_be_about_its_contact(files, run, data):
    with (files / "i.csv").open("a") as handle:
        handle.write(",2,demo_requested,2026-11-01T00:00:00Z\nc-1,demo_requested\n")
    result = run("explain", "c-1", *data)
    assert result.exit_code == 0
    assert "2 bad rows were left out" in result.stderr


def test_explain_says_the_same_whatever_stands_around_its_contact(files, run, data):
    alone = run("explain", "c-1", *data, "--json").stdout
    (files / "c.csv").write_text("contact_id,full_name,country\nc-0,,Nowhere\nc-1,Siti,ID\nc-0,,ID\n")
    with (files / "i.csv").open("a") as handle:
        handle.write("c-9,1,waved,soon\n")
    result = run("explain", "c-1", *data, "--json")
    assert (result.stdout, result.stderr) == (alone, "")


def test_check_warns_with_lines_and_strict_refuses(files, run):
    result = run("check", "p.yaml")
    assert result.exit_code == 0
    assert "p.yaml:11:38 stages.sql: warning [no-way-out]" in result.stderr
    assert "if that is meant, write sql: {final: true}" in result.stderr
    assert run("check", "p.yaml", "--strict").exit_code == 1
    told = json.loads(run("check", "p.yaml", "--json").stdout)
    assert (told["ok"], [(one["code"], one["line"]) for one in told["warnings"]]) == (True, [("no-way-out", 11)])
    strict = run("check", "p.yaml", "--json", "--strict")
    assert (strict.exit_code, json.loads(strict.stdout)["ok"]) == (1, False)
    (files / "p.yaml").write_text((files / "p.yaml").read_text().replace("sql: {}", "sql: {final: true}"))
    result = run("check", "p.yaml", "--strict")
    assert (result.exit_code, result.stderr) == (0, "")


def test_tables_for_files_are_aligned_and_plain(files, run):
    with (files / "p.yaml").open("r+") as handle:
        text = (
            handle.read().replace("sql: {}", "sql: {description: Good.}").replace("lead: {", "lead: {description: 新, ")
        )
        handle.seek(0)
        handle.write(text)
    lines = run("check", "p.yaml").stdout.splitlines()
    stages = lines[lines.index("Stages") + 1 :]
    assert stages == ["stage  leads to  meaning", "lead   sql       新", "sql              Good."]
    assert "\t" not in "".join(lines)


def test_a_narrow_terminal_breaks_lines_between_words_and_indents_them(monkeypatch):
    out = Console(file=StringIO(), width=30, force_terminal=True, no_color=True)
    monkeypatch.setattr("leadqual.cli.output.console", lambda **options: out)
    say("A sentence that is longer than the terminal.\n  - and one of a list that is longer too")
    say("      +20  home: We have people there.\n  because score.engagement >= 15")
    say("  leadqual check a-command-to-be-copied.yaml", whole=True)
    assert out.file.getvalue().splitlines() == [
        "A sentence that is longer than",
        "the terminal.",
        "  - and one of a list that is",
        "    longer too",
        "      +20  home: We have people",
        "           there.",
        "  because score.engagement",
        "    >= 15",
        "  leadqual check a-command-to-be-copied.yaml",
    ]


def test_check_shows_what_a_policy_holds(files, run):
    result = run("check", "p.yaml")
    assert result.exit_code == 0
    assert "tiny 1.2.0 is sound" in result.stdout
    told = json.loads(run("check", "p.yaml", "--json").stdout)
    assert told["transitions"] == ["sales"]
    assert len(told["hash"]) == 64


@pytest.mark.parametrize("name", ["sales", "minimal"])
def test_check_knows_the_policies_that_ship(run, name):
    result = run("check", name, "--strict")
    assert (result.exit_code, result.stderr) == (0, "")


def test_check_lists_every_problem(files, run):
    text = (
        (files / "p.yaml")
        .read_text()
        .replace("contact.country", "contact.contry")
        .replace("target: sql", "target: sqk")
    )
    (files / "p.yaml").write_text(text)
    result = run("check", "p.yaml")
    assert result.exit_code == 2
    assert "p.yaml:8" in result.stderr
    assert "did you mean 'contact.country'" in result.stderr
    assert "did you mean 'sql'" in result.stderr
    assert not json.loads(run("check", "p.yaml", "--json").stdout)["ok"]


def test_check_prints_the_schema(run):
    assert "transitions" in json.loads(run("check", "--schema").stdout)["properties"]
    assert run("check").exit_code == 2


def test_demo_leaves_files_that_give_the_same_decisions(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    result = run("demo", "--contacts", 40, "--policy", "minimal", "--out", "sample")
    assert result.exit_code == 0
    command = next(line.split()[1:] for line in result.stdout.splitlines() if line.strip().startswith("leadqual score"))
    command[command.index("scores.csv")] = "again.jsonl"
    assert run(*command).exit_code == 0
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "sample/decisions.jsonl").read_bytes()
    explained = next(
        line.split()[1:] for line in result.stdout.splitlines() if line.strip().startswith("leadqual explain")
    )
    assert run(*explained).exit_code == 0


def test_demo_leaves_the_tests_of_its_policy(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    assert "leadqual test sample" in run("demo", "--contacts", 3, "--policy", "minimal", "--out", "sample").stdout
    assert run("test", "sample").exit_code == 0
    policy = tmp_path / "sample/policy.yaml"
    policy.write_text(policy.read_text().replace("score.engagement >= 30", "score.engagement >= 31"))
    assert run("test", "sample").exit_code == 1
    run("demo", "--contacts", 3, "--policy", "sample/policy.yaml", "--out", "own")
    assert not (tmp_path / "own/policy.policytest.yaml").exists()


def test_demo_does_not_overwrite_the_work_of_others(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    demo = ["demo", "--contacts", 3, "--policy", "minimal", "--json"]
    assert json.loads(run(*demo).stdout)["ok"]
    assert run(*demo).exit_code == 0
    with (tmp_path / "leadqual-demo/policy.yaml").open("a") as handle:
        handle.write("# mine\n")
    assert run(*demo).exit_code == 2
    (tmp_path / "contacts.csv").write_text("contact_id\n")
    assert run(*demo, "--out", ".").exit_code == 2
    assert (tmp_path / "contacts.csv").read_text() == "contact_id\n"
    assert run(*demo, "--out", "contacts.csv").exit_code == 2


@pytest.mark.parametrize("command", ["demo", "check", "score", "explain"])
def test_every_command_has_help_with_examples(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"  leadqual {command}" in result.stdout


def test_without_its_packages_the_program_says_what_to_install(tmp_path):
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError('no typer', name='typer')")
    found = os.environ.get("PYTHONPATH", "")
    result = program("demo", env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{found}"})
    assert result.returncode == 2
    assert "pip install 'leadqual[cli]'" in result.stderr


def test_a_real_run(files):
    assert program("--version").stdout.startswith("leadqual")
    result = program("score", "-p", "p.yaml", "-c", "c.csv", "-i", "bad.csv", cwd=files)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr
    assert program("scroe").returncode == 2


def test_names_survive_a_terminal_without_their_letters(files):
    (files / "c.csv").write_text("contact_id,full_name\nc-1,Nguyễn\n", encoding="utf-8")
    command = ("score", "-p", "p.yaml", "-c", "c.csv", "-i", "i.csv")
    result = program(*command, cwd=files, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert result.returncode == 0
    assert "Nguy\\u1ec5n" in result.stdout


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from leadqual.cli import program
from leadqual.files import write

def half(path, *rest, **options):
    Path(path).write_text("contact_id")
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()

write.write_csv = half
program.run()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
def test_a_killed_run_leaves_nothing_half_written(files, data):
    before = sorted(path.name for path in files.iterdir())
    command = [sys.executable, "-c", KILLED_WHILE_WRITING, "score", *data, "--out", "s.csv"]
    result = subprocess.run(command, cwd=files, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 130
    assert "Nothing was written" in result.stderr
    assert sorted(path.name for path in files.iterdir()) == before


def test_control_characters_are_shown_as_what_they_are():
    assert clean("a\x1b[2J\u202eb\ud800\ttab\n") == "a\\x1b[2J\\u202eb\\ud800\ttab\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score", "--json"], "Missing option"),
        (["scroe", "--json"], "No such command"),
        (["check", "sales", "--json", "--strct"], "No such option"),
        (["demo", "--json", "--contacts", "many"], "Invalid value"),
    ],
)
def test_wrong_usage_is_json_where_json_is_asked_for(run, arguments, message):
    result = run(*arguments)
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stderr, told["ok"]) == (2, "", False)
    assert message in told["problems"][0]["message"]
    assert told["problems"][0]["code"] == "bad-usage"
    assert run(*[part for part in arguments if part != "--json"]).stdout == ""


def test_what_to_try_next_is_written_as_the_command_was_called(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", [".venv/bin/leadqual", "demo"])
    assert called_as() == ".venv/bin/leadqual"
    monkeypatch.setattr(sys, "argv", ["my tools/leadqual", "demo"])
    assert called_as() == "'my tools/leadqual'"
    (tmp_path / "leadqual").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "leadqual"), "demo"])
    assert called_as() == "leadqual"
    monkeypatch.setattr(sys, "argv", ["pytest"])
    assert called_as() == "leadqual"
