from __future__ import annotations

import csv
import json

import pytest

pytest.importorskip("phonenumbers")
pytest.importorskip("holidays")
pytest.importorskip("email_validator")
pytest.importorskip("numpy")

PACK = """\
pack: acme
title: Acme
version: 1.0.0
jurisdiction: ACME
countries: [ALL]
read_on: 2026-11-22
review_by: 2027-05-31
rules:
  - id: ACME-HOURS
    kind: hours
    purposes: [survey]
    channels: [voice]
    hours: {mon-fri: ["10:00", "12:00"]}
    source: Acme handbook 7
    url: https://acme.example/handbook
    confidence: V1
    text: {en: We ask questions before noon only., id: Kami bertanya sebelum tengah hari saja.}
"""


@pytest.fixture
def pack(files):
    (files / "acme.yaml").write_text(PACK)
    return files


def test_rules_are_listed_with_law_confidence_and_days(files, run):
    result = run("permit", "--list-rules", "--pack", "us", "--at", "2026-11-23T00:00:00Z")
    assert result.exit_code == 0
    assert "United States (us " in result.stdout
    assert "  US-DNC  registry, V2\n" in result.stdout
    assert "47 CFR 64.1200(c)(2)" in result.stdout
    assert "read on 2026-11-22, review by 2027-05-31\n" in result.stdout
    assert "overdue for review on 2026-11-23" in result.stdout
    assert ": overdue" not in result.stdout
    assert "CA-DNCL" not in result.stdout
    assert "Not legal advice" in result.stdout


def test_rules_that_are_overdue_are_marked(files, run):
    late = ["--at", "2030-01-01T00:00:00Z"]
    assert "review by 2027-05-31: overdue" in run("permit", "--list-rules", "--pack", "us", *late).stdout
    told = json.loads(run("permit", "--list-rules", "--json", *late).stdout)
    assert len(told["overdue"]) == told["count"] == len(told["rules"])
    assert json.loads(run("permit", "--list-rules", "--json", "--at", "2026-11-23T00:00:00Z").stdout)["overdue"] == []


def test_rules_are_chosen_by_purpose_and_channel(files, run):
    told = json.loads(
        run("permit", "--list-rules", "--purpose", "telecollection", "--channel", "voice", "--json").stdout
    )
    assert told["count"] > 5
    assert all("telecollection" in rule["purposes"] and "voice" in rule["channels"] for rule in told["rules"])


def test_rules_of_a_company_are_in_force(pack, run):
    told = json.loads(run("permit", "--list-rules", "--rules", "acme.yaml", "--json", "--language", "id").stdout)
    own = {rule["rule"]: rule for rule in told["rules"]}["ACME-HOURS"]
    assert (own["says"], own["source"]) == ("Kami bertanya sebelum tengah hari saja.", "Acme handbook 7")
    (pack / "p.csv").write_text("contact_id,country,phone\nc-1,US,+12125550123\n")
    asked = ["permit", "p.csv", "--contact", "c-1", "--purpose", "survey", "--channel", "voice"]
    noon = ["--at", "2026-11-23T18:00:00Z"]
    assert run(*asked, *noon).exit_code == 0
    result = run(*asked, *noon, "--rules", "acme.yaml")
    assert result.exit_code == 1
    assert "OUTSIDE_HOURS (ACME-HOURS)" in result.stdout


def test_rules_that_are_dropped_are_not_listed(pack, run):
    (pack / "acme.yaml").write_text(PACK.replace("rules:\n", "drops: [US-DNC]\nrules:\n"))
    told = json.loads(run("permit", "--list-rules", "--rules", "acme.yaml", "--json").stdout)
    assert "US-DNC" not in {rule["rule"] for rule in told["rules"]}


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_rules_are_written_as_a_table(files, run, ending):
    pytest.importorskip("polars")
    result = run("permit", "--list-rules", "--pack", "ca", "--out", f"rules.{ending}")
    assert result.exit_code == 0
    assert f"Written: rules.{ending}" in result.stdout
    if ending == "csv":
        with (files / "rules.csv").open(newline="") as handle:
            rows = {row["rule"]: row for row in csv.DictReader(handle)}
        assert rows["CA-DNCL-AGE"]["confidence"] == "V1"
        assert {row["pack"] for row in rows.values()} == {"ca"}
    assert run("permit", "--list-rules", "--out", "rules.xlsx").exit_code == 2


def test_rules_are_looked_at_without_contacts(files, run):
    result = run("permit", "c.csv", "--list-rules", "--contact", "c-1", "--json")
    assert result.exit_code == 2
    found = [(problem["source"], problem["code"]) for problem in json.loads(result.stdout)["problems"]]
    assert found == [("CONTACTS", "bad-usage"), ("--contact", "bad-usage")]


def test_a_sound_pack_is_told_so(pack, run):
    result = run("permit", "--check", "acme.yaml", "--at", "2026-11-23T00:00:00Z")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "acme 1.0.0 is sound." in result.stdout
    told = json.loads(run("permit", "--check", "acme.yaml", "--json", "--at", "2026-11-23T00:00:00Z").stdout)
    assert (told["ok"], told["packs"][0]["rules"], told["warnings"]) == (True, ["ACME-HOURS"], [])


def test_a_review_that_is_overdue_is_a_warning(pack, run):
    late = ["--check", "acme.yaml", "--at", "2028-01-01T00:00:00Z"]
    result = run("permit", *late)
    assert result.exit_code == 0
    assert "warning [review-overdue] the rule was to be read again by 2027-05-31" in result.stderr
    strict = run("permit", *late, "--strict", "--json")
    assert (strict.exit_code, json.loads(strict.stdout)["ok"]) == (1, False)


def test_every_problem_of_a_pack_is_told_at_its_line(pack, run):
    text = PACK.replace("confidence: V1", "confidence: V9").replace("channels: [voice]", "channels: [phone]")
    (pack / "acme.yaml").write_text(text)
    (pack / "other.yaml").write_text(PACK.replace("kind: hours", "kind: hour"))
    result = run("permit", "--check", "acme.yaml", "--check", "other.yaml", "--json")
    assert result.exit_code == 2
    found = {(problem["source"], problem["line"]) for problem in json.loads(result.stdout)["problems"]}
    assert found == {("acme.yaml", 12), ("acme.yaml", 16), ("other.yaml", 10)}


def test_packs_are_checked_together_with_those_that_ship(pack, run):
    (pack / "acme.yaml").write_text(PACK.replace("id: ACME-HOURS", "id: US-HOURS"))
    result = run("permit", "--check", "acme.yaml", "--json")
    assert result.exit_code == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["source"], problem["line"], problem["code"]) == ("acme.yaml", 9, "duplicate-id")
    (pack / "acme.yaml").write_text(PACK.replace("rules:\n", "drops: [US-DNK]\nrules:\n"))
    (problem,) = json.loads(run("permit", "--check", "acme.yaml", "--json").stdout)["problems"]
    assert (problem["line"], problem["code"]) == (8, "unknown-rule")
    assert "US-DNC" in problem["hint"]
