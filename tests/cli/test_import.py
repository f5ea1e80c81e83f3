from __future__ import annotations

import json

import pytest
from support.bring_in import MAPPING

PEOPLE = "ID,Full name,Phone,Country\n1,Ani,0812-3456-7890,Indonesia\n"
EVENTS = "Event ID,Person,Type,Started\n1,1,Call,2026-11-01 08:00\n2,1,Demo,2026-11-02 08:00\n"
ZONE = ("--time-zone", "Asia/Jakarta")


@pytest.fixture
def crm(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("mine.yaml", MAPPING), ("people.csv", PEOPLE), ("events.csv", EVENTS)):
        (tmp_path / name).write_text(text)
    return tmp_path


def test_without_write_nothing_is_written(crm, run):
    before = sorted(crm.iterdir())
    result = run("import", "mine.yaml", "people.csv", "--out", "crm")
    assert result.exit_code == 0
    assert "Mine: 1 contact, 0 interactions" in result.stdout
    assert "Nothing is written yet: --out crm --write writes it." in result.stdout
    assert sorted(crm.iterdir()) == before


def test_what_is_to_be_decided_comes_first(crm, run):
    result = run("import", "mine.yaml", "people.csv", "events.csv", "--out", "crm", "--write", *ZONE)
    assert result.exit_code == 1
    assert "--word 'activities.Demo=...'" in result.stdout
    assert "Nothing was written" in result.stdout
    assert not (crm / "crm").exists()


def test_options_are_named_as_they_are_written(crm, run):
    result = run("import", "mine.yaml", "people.csv", "events.csv")
    assert result.exit_code == 1
    assert "time_zone=" not in result.stdout
    assert "--time-zone Asia/Jakarta" in result.stdout


def test_what_is_written_is_scored(crm, run):
    word = ("--word", "activities.Demo=demo_attended")
    result = run("import", "mine.yaml", "people.csv", "events=events.csv", "--out", "crm", "--write", *word, *ZONE)
    assert result.exit_code == 0, result.stdout
    assert "leadqual score -p sales -c crm/contacts.parquet -i crm/interactions.parquet" in result.stdout
    tables = ("-c", "crm/contacts.parquet", "-i", "crm/interactions.parquet")
    scored = run("score", "-p", "sales", *tables, "--at", "2026-11-22T00:00:00Z", "-o", "s.csv")
    assert scored.exit_code == 0, scored.stderr
    assert "1," in (crm / "s.csv").read_text()


def test_written_without_what_was_refused(crm, run):
    options = ("--out", "crm", "--write", "--skip-refused", "--format", "csv", *ZONE)
    assert run("import", "mine.yaml", "people.csv", "events.csv", *options).exit_code == 0
    assert (crm / "crm" / "interactions.csv").read_text().count("\n") == 2
    assert run("import", "mine.yaml", "people.csv", *options).exit_code == 2
    assert run("import", "mine.yaml", "people.csv", *options, "--overwrite").exit_code == 0


def test_json(crm, run):
    result = run("import", "mine.yaml", "people.csv", "events.csv", "--report", "r.json", "--json", *ZONE)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"], told["contacts"], told["interactions"]) == (1, False, 1, 1)
    assert told["unknown_terms"][0]["term"] == "Demo"
    assert json.loads((crm / "r.json").read_text())["cases"][0]["effect"] == "changed"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("mine.yaml",), "missing-argument"),
        ((), "missing-argument"),
        (("mine.yaml", "people.csv", "--write"), "missing-argument"),
        (("mine.yaml", "nothing.csv"), "unreadable-file"),
        (("nothing.yaml", "people.csv"), "unreadable-file"),
        (("mine.yaml", "people.csv", "--word", "Demo"), "bad-usage"),
        (("mine.yaml", "people.csv", "--word", "activities.Demo=demo_atended"), "unknown-kind"),
        (("mine.yaml", "people.csv", "--report", "r.txt"), "unknown-format"),
        (("mine.yaml", "people.csv", "--country", "Narnia"), "unknown-country"),
        (("mine.yaml", "people.csv", "--at", "soon"), "bad-time"),
    ],
)
def test_bad_input(crm, run, arguments, code):
    result = run("import", *arguments, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"][0]["code"] == code


def test_the_systems_are_listed(crm, run):
    result = run("import", "--list")
    assert result.exit_code == 0
    assert "hubspot" in result.stdout
    assert "hubspot" in [one["system"] for one in json.loads(run("import", "--list", "--json").stdout)["systems"]]


def test_a_draft_to_begin_with(crm, run):
    assert run("import", "--draft", "draft.yaml", "people.csv").exit_code == 0
    assert "Full name" in (crm / "draft.yaml").read_text()
    assert run("import", "--draft", "draft.yaml", "people.csv").exit_code == 2  # nothing is overwritten
    missing = run("import", "draft.yaml", "people.csv")
    assert missing.exit_code == 2
    assert "needs id:" in missing.stderr


def test_what_was_said_is_said_again_in_how_to_go_on(crm, run):
    result = run("import", "mine.yaml", "people.csv", "events.csv", "--out", "crm", "--skip-refused", *ZONE)
    assert result.exit_code == 0
    assert "Nothing is written yet: --out crm --write --skip-refused writes it." in result.stdout


def test_all_options_that_are_wrong_are_told_at_once(crm, run):
    wrong = {"--encoding": "utf99", "--time-zone": "Mars/X", "--at": "soon", "--decimal": "x", "--format": "xls"}
    wrong |= {"--report": "r.txt", "-p": "nosuch"}
    words = ("--word", "Demo", "--word", "stages.Hot=sqll", "--word", "calls.X=purchase", "--word", "calls")
    options = [part for option in wrong.items() for part in option]
    result = run("import", "mine.yaml", "people.csv", *options, *words, "--json")
    told = [problem["code"] for problem in json.loads(result.stdout)["problems"]]
    assert told == [
        "unknown-format", "unknown-format", "bad-time-zone", "bad-decimal", "unknown-encoding", "bad-time",
        "unreadable-file", "bad-usage", "bad-usage", "unknown-vocabulary",
    ]  # fmt: skip
    result = run("import", "mine.yaml", "people.csv", *words, "--word", "activities.Demo=demo_atended", "--json")
    told = [problem["code"] for problem in json.loads(result.stdout)["problems"]]
    assert told == ["bad-usage", "bad-usage", "unknown-vocabulary", "unknown-kind", "unknown-stage"]
