from __future__ import annotations

import csv
import json
from datetime import datetime

import pytest

pytest.importorskip("phonenumbers")
pytest.importorskip("holidays")
pytest.importorskip("email_validator")
pytest.importorskip("polars")
pytest.importorskip("narwhals")

import polars as pl

from leadqual.outreach import permit_frame

CONTACTS = """\
contact_id,full_name,country,region,phone,line,owed
c-1,Ann,US,US-NY,+12125550123,mobile,d-1
c-2,Siti,ID,ID-JK,+628123456789,,
c-3,Bob,US,US-NY,+12125550199,mobile,d-2
c-4,Kim,,,,,
"""
INTERACTIONS = """\
contact_id,interaction_id,kind,occurred_at,purpose,outcome,debt
c-2,1,opted_out,2026-11-01T00:00:00Z,,,
c-3,1,call_outbound,2026-11-22T15:00:00Z,telecollection,answered,d-2
"""
NOON = "2026-11-23T16:00:00Z"


@pytest.fixture
def lists(files):
    for name, text in (("p.csv", CONTACTS), ("e.csv", INTERACTIONS), ("us.txt", "212,5550123\n")):
        (files / name).write_text(text)
    return files


@pytest.fixture
def asked():
    return screen("telemarketing", "--caller", "seller", "--registry", "us.txt", "--registry-obtained", "2026-11-20")


def screen(purpose, *more, at=NOON):
    of = ["--purpose", purpose, "--channel", "voice", "--at", at, "--ignore-unknown-columns"]
    return ["permit", "p.csv", "e.csv", *of, *more]


def test_all_contacts_are_counted_by_the_reason(lists, run, asked):
    result = run(*asked)
    assert (result.exit_code, result.stderr) == (0, "p.csv: left out as unknown: owed\n")
    assert "4 contacts for telemarketing on the channel voice at 2026-11-23 16:00 UTC." in result.stdout
    told = json.loads(run(*asked, "--json").stdout)
    assert (told["ok"], told["contacts"], told["allowed"], told["not_allowed"]) == (True, 4, 1, 3)
    assert {(one["code"], one["rule"]) for one in told["reasons"]} > {("NATIONAL_DNC", "US-DNC")}
    assert sum(one["contacts"] for one in told["reasons"]) == 3
    assert all(one["source"] for one in told["reasons"])
    assert told["codes"]["INTERNAL_DNC"] == 1
    assert "Not legal advice" in told["notice"]


def test_a_file_gets_the_verdicts_of_its_contacts(lists, run, asked):
    rows = {row["contact_id"]: row for row in json.loads(run(*asked, "--json").stdout)["verdicts"]}
    for name, row in rows.items():
        verdict = json.loads(run(*asked, "--contact", name, "--json").stdout)
        assert (verdict["allowed"], verdict["reasons"][0]["code"]) == (row["allowed"], row["code"])
        assert verdict["next_allowed"] in (None, row["next_allowed"].replace("+00:00", "Z") if row["allowed"] else None)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_verdicts_are_written(lists, run, asked, ending):
    result = run(*asked, "--out", f"v.{ending}")
    assert result.exit_code == 0
    assert f"Written: v.{ending}" in result.stdout
    if ending == "csv":
        with (lists / "v.csv").open(newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert [(row["contact_id"], row["full_name"], row["allowed"]) for row in rows] == [
            ("c-1", "Ann", "false"),
            ("c-2", "Siti", "false"),
            ("c-3", "Bob", "true"),
            ("c-4", "Kim", "false"),
        ]
    elif ending == "jsonl":
        first = json.loads((lists / "v.jsonl").read_text().splitlines()[0])
        assert (first["contact_id"], first["code"]) == ("c-1", "NATIONAL_DNC")
    else:
        assert pl.read_parquet("v.parquet")["allowed"].to_list() == [False, False, True, False]


def test_only_those_who_may_be_reached_are_listed(lists, run, asked):
    shown = run(*asked, "--allowed-only").stdout
    assert "Bob" in shown
    assert "Siti" not in shown
    assert run(*asked, "--allowed-only", "--out", "v.csv").exit_code == 0
    assert [line[:3] for line in (lists / "v.csv").read_text().splitlines()] == ["con", "c-3"]
    told = json.loads(run(*asked, "--allowed-only", "--json").stdout)
    assert [one["contact_id"] for one in told["verdicts"]] == ["c-3"]
    assert told["contacts"] == 4


def test_every_reason_is_written_where_it_is_asked_for(lists, run, asked):
    assert run(*asked, "--reasons", "--out", "v.jsonl").exit_code == 0
    rows = [json.loads(line) for line in (lists / "v.jsonl").read_text().splitlines()]
    assert {one["code"] for one in rows[1]["reasons"]} > {"INTERNAL_DNC"}
    assert all(one["source"] and one["text"] for row in rows for one in row["reasons"])


def test_nobody_who_may_be_reached_makes_the_status_1(lists, run):
    result = run(*screen("telemarketing", "--json"))
    assert (result.exit_code, json.loads(result.stdout)["ok"]) == (1, False)


def test_waiting_and_acting_are_counted_apart(lists, run):
    of_lists = ["--caller", "seller", "--registry", "us.txt", "--registry-obtained", "2026-11-20", "--json"]
    told = json.loads(run(*screen("telemarketing", *of_lists, at="2026-11-23T10:00:00Z")).stdout)
    assert (told["allowed"], told["allowed_later"], told["not_allowed"]) == (0, 1, 4)
    (later,) = [one for one in told["verdicts"] if one["next_allowed"]]
    assert (later["contact_id"], later["next_allowed"]) == ("c-3", "2026-11-23T13:00:00+00:00")
    shown = run(*screen("telemarketing", *of_lists[:-1], "--time-zone", "Asia/Jakarta", at="2026-11-23T10:00:00Z"))
    assert "2026-11-23 20:00 WIB" in shown.stdout


def test_parquet_says_the_same_as_csv(lists, run, asked):
    frames = pytest.importorskip("leadqual.frames")
    frames.write(pl.read_csv("p.csv", infer_schema=False).drop("owed"), "p.parquet")
    frames.write(frames.read_interactions("e.csv"), "e.parquet")
    of_csv = json.loads(run(*asked, "--json").stdout)
    of_parquet = json.loads(run("permit", "p.parquet", "e.parquet", *asked[3:], "--json").stdout)
    assert of_parquet["verdicts"] == of_csv["verdicts"]
    assert of_parquet["reasons"] == of_csv["reasons"]
    (problem,) = json.loads(run("permit", "p.parquet", "e.parquet", *asked[3:], "--skip-bad", "--json").stdout)[
        "problems"
    ]
    assert problem["source"] == "--skip-bad"


def test_the_file_says_what_the_library_says(lists, run):
    frames = pytest.importorskip("leadqual.frames")
    said = json.loads(run(*screen("survey", "--json")).stdout)["verdicts"]
    people = frames.read_contacts("p.csv", ignore_unknown_columns=True)
    rows = permit_frame(
        people, frames.read_interactions("e.csv"), purpose="survey", channel="voice", at=datetime.fromisoformat(NOON)
    ).to_dicts()
    assert [(one["contact_id"], one["allowed"], one["code"]) for one in said] == [
        (one["contact_id"], one["allowed"], one["code"]) for one in rows
    ]


def test_a_number_that_is_none_is_told_with_its_row(lists, run, asked):
    (lists / "p.csv").write_text(CONTACTS.replace("+12125550199", "212-5550199"))
    result = run(*asked, "--out", "v.csv")
    assert result.exit_code == 2
    assert "p.csv:4 phone:" in result.stderr
    assert not (lists / "v.csv").exists()
    told = json.loads(run(*asked, "--out", "v.csv", "--skip-bad", "--json").stdout)
    assert (told["contacts"], told["rejected"], told["rejected_file"]) == (3, 2, "v.rejected.csv")
    assert "212-5550199" in (lists / "v.rejected.csv").read_text()
    result = run(*asked, "--skip-bad", "--rejected", "r.csv")
    assert "2 of 6 rows were rejected, and written to r.csv with the reasons." in result.stdout


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_interactions_of_others_stop_it_unless_they_are_left_out(lists, run, asked, ending):
    with (lists / "e.csv").open("a") as handle:
        handle.write("c-9,1,opted_out,2026-11-01T00:00:00Z,,,\n")
    tables = ["p.csv", "e.csv"]
    if ending == "parquet":
        frames = pytest.importorskip("leadqual.frames")
        frames.write(pl.read_csv("p.csv", infer_schema=False), "p.parquet")
        frames.write(frames.read_interactions("e.csv"), "e.parquet")
        tables = ["p.parquet", "e.parquet"]
    result = run("permit", *tables, *asked[3:])
    assert result.exit_code == 2
    assert "[unknown-contact]" in result.stderr
    result = run("permit", *tables, *asked[3:], "--ignore-unknown-contacts")
    assert result.exit_code == 0
    assert "1 interaction of contacts that are not in the list left out." in result.stderr


def test_each_contact_may_have_a_debt_of_its_own(lists, run):
    own = ["--debt-column", "owed", "--caller", "collector", "--json"]
    told = {one["contact_id"]: one for one in json.loads(run(*screen("telecollection", *own)).stdout)["verdicts"]}
    assert "FREQ_AFTER_CONVERSATION" in told["c-3"]["codes"]
    assert "FREQ_AFTER_CONVERSATION" not in (told["c-1"]["codes"] or "")
    one = json.loads(run(*screen("telecollection", *own, "--contact", "c-3")).stdout)
    assert "FREQ_AFTER_CONVERSATION" in {reason["code"] for reason in one["reasons"]}
    other = json.loads(run(*screen("telecollection", "--debt", "d-9", "--contact", "c-3", "--json")).stdout)
    assert "FREQ_AFTER_CONVERSATION" not in {
        reason["code"] for reason in other["reasons"] if reason["effect"] == "deny"
    }
    (problem,) = json.loads(run(*screen("telecollection", *own, "--debt", "d-1")).stdout)["problems"]
    assert problem["source"] == "--debt-column"


def test_rules_that_are_overdue_are_remarked(lists, run):
    result = run(*screen("survey", at="2030-01-01T16:00:00Z"))
    assert "somebody has to check that they still hold" in result.stderr


def test_contacts_alone_are_enough(lists, run):
    result = run("permit", "p.csv", "--purpose", "survey", "--channel", "voice", "--at", NOON, "--debt-column", "owed")
    assert result.exit_code == 0
    assert "No interactions were given" in result.stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--out", "p.csv"], "[overwritten-file]"),
        (["--out", "v.xlsx"], "[unknown-format]"),
        (["--out", "v.csv", "--contact", "c-1"], "--out: [bad-usage]"),
        (["--allowed-only", "--contact", "c-1"], "--allowed-only: [bad-usage]"),
        (["--debt-column", "owing"], "owing"),
    ],
)
def test_bad_options_are_told(lists, run, asked, options, told):
    result = run(*asked, *options)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert "Traceback" not in result.output
