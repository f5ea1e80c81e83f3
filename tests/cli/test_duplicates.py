from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

pytest.importorskip("phonenumbers")
pytest.importorskip("email_validator")

PEOPLE = """\
contact_id,full_name,email,phone,crm_id,created_at
c-1,Siti Rahma,siti@pt.co.id,,001,2026-01-01T00:00:00Z
c-2,Siti,Siti@PT.co.id,+628123456789,002,2026-02-01T00:00:00Z
c-3,Budi,,0812-345-6789,003,2026-02-01T00:00:00Z
c-4,"Tan, Ani",info@pt.co.id,,004,
c-5,Ina,info@pt.co.id,,004,
"""
EVENTS = """\
contact_id,interaction_id,kind,occurred_at,path
c-1,i-1,page_viewed,2026-11-01T00:00:00Z,/a
c-2,i-1,page_viewed,2026-11-01T00:00:00Z,/a
c-2,i-2,demo_requested,2026-11-02T00:00:00Z,
"""


@pytest.fixture
def folder(files):
    (files / "people.csv").write_text(PEOPLE)
    (files / "events.csv").write_text(EVENTS)
    return files


def found(run, *more):
    return run("duplicates", "find", "people.csv", *more)


def decided(folder, run, word="same"):
    assert found(run, "-o", "r.csv").exit_code == 0
    text = (folder / "r.csv").read_text()
    (folder / "r.csv").write_text(text.replace("c-1,c-2,", f"c-1,c-2,{word}"))


def test_from_a_database_to_a_merge_and_back(folder, run):
    result = found(run, "-o", "r.csv")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("2 of 5 contacts in 1 group of duplicates, by phone, email.\n")
    assert "info@pt.co.id, which 2 contacts hold (a mailbox that several people read)" in result.stdout
    assert "Written: r.csv" in result.stdout
    text = (folder / "r.csv").read_text()
    (folder / "r.csv").write_text(text.replace("c-1,c-2,", "c-1,c-2,same"))
    result = run("duplicates", "merge", "people.csv", "events.csv", "r.csv", "--out", "merged")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 contact merged into 1." in result.stdout
    assert (folder / "merged" / "contacts.csv").read_text().splitlines()[1] == (
        "c-1,Siti Rahma,siti@pt.co.id,+628123456789,001,2026-01-01T00:00:00Z"
    )
    assert (folder / "merged" / "moved.csv").read_text() == "contact_id,kept\nc-2,c-1\n"
    result = run("duplicates", "undo", "merged", "--out", "apart")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 contact is there again." in result.stdout
    assert (folder / "apart" / "contacts.csv").read_text() == PEOPLE
    assert (folder / "apart" / "interactions.csv").read_text() == EVENTS


def test_keys_of_ones_own_and_a_country(folder, run):
    told = json.loads(found(run, "--key", "crm_id", "--json").stdout)
    assert (told["ok"], told["groups"], told["contacts"], told["pairs"]) == (True, 1, 2, 1)
    assert told["rows"][0]["why"] == "crm_id 004"
    told = json.loads(found(run, "--country", "ID", "--key", "phone", "--json", "--accept", "1").stdout)
    assert told["contacts"] == 2
    assert told["decisions"] == {"same": 0, "different": 0, "open": 1}  # the names conflict
    assert json.loads(found(run, "--key", "full_name=id", "--json").stdout)["groups"] == 0


def test_the_status_says_whether_there_are_duplicates(folder, run):
    assert found(run, "--check").exit_code == 1
    assert found(run, "--check", "--key", "full_name").exit_code == 0


def test_what_was_decided_is_not_asked_again(folder, run):
    decided(folder, run, "different")
    result = found(run, "--decided", "r.csv", "-o", "second.csv")
    assert result.stdout.startswith("No duplicates among 5 contacts")
    assert "c-1,c-2,different" in (folder / "second.csv").read_text()


def test_nothing_to_merge_writes_nothing(folder, run):
    decided(folder, run, "")
    result = run("duplicates", "merge", "people.csv", "events.csv", "r.csv", "--out", "merged", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "ok": True, "merged": 0, "into": 0, "repeated": 0, "renamed": 0, "open": 1, "replay": [], "folder": None,
    }  # fmt: skip
    assert not (folder / "merged").exists()


def test_nothing_is_written_over(folder, run):
    (folder / "r.csv").write_text("mine")
    (folder / "full").mkdir()
    (folder / "full" / "x").touch()
    result = found(run, "-o", "r.csv")
    assert (result.exit_code, (folder / "r.csv").read_text()) == (2, "mine")
    assert "r.csv: [overwritten-file]" in result.stderr
    result = run("duplicates", "undo", "nowhere", "--out", "full")
    assert result.exit_code == 2
    assert "full: [overwritten-file]" in result.stderr
    assert "undo.json: [unreadable-file]" in result.stderr
    assert found(run, "-o", "gone/r.csv").exit_code == 2
    assert found(run, "-o", "people.csv").exit_code == 2


def test_everything_that_is_wrong_at_once(folder, run):
    result = found(run, "--key", "phone", "--probable", "--save-model", "gone/m.json", "--decided", "none.csv")
    assert result.exit_code == 2
    assert [code for code in ("bad-usage", "unwritable-file", "unreadable-file") if f"[{code}]" in result.stderr] == [
        "bad-usage", "unwritable-file", "unreadable-file",
    ]  # fmt: skip
    result = found(run, "--model", "m.json", "--json")
    assert [one["code"] for one in json.loads(result.stdout)["problems"]] == ["bad-usage"]
    result = found(run, "--key", "phnoe", "--limit", "1")
    assert "--limit: [bad-argument]" in result.stderr
    assert "--key: [missing-column]" in found(run, "--key", "phnoe").stderr
    (folder / "r.csv").write_text("left,right,decision\nc-1,c-2,yes\n")
    result = run("duplicates", "merge", "people.csv", "gone.csv", "r.csv", "--out", "m", "--field", "phone")
    assert result.exit_code == 2
    assert "r.csv:2 decision: [bad-decision]" in result.stderr
    assert "--field: [bad-usage]" in result.stderr
    assert "gone.csv: [unreadable-file]" in result.stderr


def test_a_table_with_broken_rows_and_one_with_an_id_twice(folder, run):
    (folder / "people.csv").write_text(PEOPLE + "c-6,too,few\nc-1,x,,,,\n")
    result = found(run)
    assert result.exit_code == 2
    assert "people.csv:7: [" in result.stderr
    (folder / "people.csv").write_text(PEOPLE + "c-1,x,,,,\n")
    assert "people.csv contact_id: [duplicate-id]" in found(run).stderr


def test_rules_and_clashing_ids(folder, run):
    decided(folder, run)
    (folder / "events.csv").write_text(
        EVENTS.replace("c-2,i-1,page_viewed,2026-11-01", "c-2,i-1,page_viewed,2026-11-03")
    )
    merge = ["duplicates", "merge", "people.csv", "events.csv", "r.csv", "--out", "m"]
    result = run(*merge)
    assert result.exit_code == 2
    assert "events.csv interaction_id: [clashing-ids]" in result.stderr
    assert run(*merge, "--keep", "lastest").exit_code == 2
    result = run(*merge, "--rename", "--keep", "newest", "--field", "full_name=longest")
    assert result.exit_code == 0
    assert "c-2,Siti Rahma" in (folder / "m" / "contacts.csv").read_text()
    assert "c-2,c-1/i-1" in (folder / "m" / "interactions.csv").read_text()


def test_undoing_on_tables_that_have_grown(folder, run):
    decided(folder, run)
    run("duplicates", "merge", "people.csv", "events.csv", "r.csv", "--out", "m")
    grown = (folder / "m" / "interactions.csv").read_text() + "c-1,i-9,demo_requested,2026-11-09T00:00:00Z,\n"
    (folder / "now.csv").write_text(grown)
    result = run("duplicates", "undo", "m", "-i", "now.csv", "--only", "c-1", "--out", "u", "--json")
    told = json.loads(result.stdout)
    assert told["restored"] == ["c-2"]
    assert told["stayed"] == [{"contact_id": "c-1", "interaction_id": "i-9"}]
    assert (folder / "u" / "interactions.csv").read_text() == EVENTS + "c-1,i-9,demo_requested,2026-11-09T00:00:00Z,\n"
    (folder / "now.csv").write_text(grown.replace("/a", "/b"))
    result = run("duplicates", "undo", "m", "-i", "now.csv", "--out", "v")
    assert result.exit_code == 2
    assert "now.csv: [other-data]" in result.stderr
    assert run("duplicates", "undo", "m", "--only", "c-7", "--out", "v").exit_code == 2


def test_parquet_and_json_lines_keep_their_types(folder, run):
    pl = pytest.importorskip("polars")
    table = pl.read_csv(folder / "people.csv").with_columns(amount=pl.Series([1, 2, None, 4, 5]))
    events = pl.read_csv(folder / "events.csv")
    decided(folder, run)
    review = (folder / "r.csv").read_text()
    (folder / "same.csv").write_text("left,right,decision\nc-1,c-2,same\n")
    for ending, written in (("parquet", pl.DataFrame.write_parquet), ("jsonl", pl.DataFrame.write_ndjson)):
        written(table, folder / f"p.{ending}")
        written(events, folder / f"e.{ending}")
        result = run("duplicates", "merge", f"p.{ending}", f"e.{ending}", "same.csv", "--out", f"m-{ending}")
        assert (result.exit_code, result.stderr) == (0, "")
        assert run("duplicates", "undo", f"m-{ending}", "--out", f"u-{ending}").exit_code == 0
    assert pl.read_parquet(folder / "u-parquet" / "contacts.parquet").equals(table)
    assert pl.read_ndjson(folder / "u-jsonl" / "contacts.jsonl").equals(table)
    assert "c-1,c-2,same" in review


@pytest.mark.skipif(not find_spec("splink"), reason="Splink is optional")
def test_probable_duplicates_and_their_model(folder, run):
    rows = [
        f"c-{number},Nama{number} Fam{number % 7},p{number}@pt.co.id,+6281234{number:05d},," for number in range(40)
    ]
    rows += [
        f"d-{number},Nama{number} Fam{number % 7},p{number}@pt.co.id,+6281234{number:05d},," for number in range(9)
    ]
    rows += ["x-1,Nama39 Fam4,p39@pt.co.id,,,"]
    (folder / "people.csv").write_text("\n".join([PEOPLE.partition("\n")[0], *rows, ""]))
    result = found(run, "--probable", "-o", "p.csv", "--save-model", "model.json", "--threshold", "0.5")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "c-39,x-1" in (folder / "p.csv").read_text()
    again = json.loads(found(run, "--probable", "--model", "model.json", "--threshold", "0.5", "--json").stdout)
    assert again["contacts"] == 20
    assert run("duplicates", "find", "people.csv", "--probable", "--threshold", "2").exit_code == 2
