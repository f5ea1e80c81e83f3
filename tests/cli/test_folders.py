from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("narwhals")

from support.folders import names  # noqa: E402

AT = datetime(2026, 11, 22, tzinfo=UTC)


def tables(contacts=12, interactions=60):
    people = {
        "contact_id": [f"c-{one}" for one in range(contacts)],
        "full_name": ["Siti"] * contacts,
        "country": [("ID", "SG")[one % 2] for one in range(contacts)],
    }
    events = {
        "contact_id": [f"c-{one * 5 % contacts}" for one in range(interactions)],
        "interaction_id": [str(one) for one in range(interactions)],
        "kind": [("page_viewed", "demo_requested", "page_viewed")[one % 3] for one in range(interactions)],
        "occurred_at": [AT - timedelta(days=one - 1) for one in range(interactions)],
        "path": [("/", None, "/pricing")[one % 3] for one in range(interactions)],
    }
    return pl.DataFrame(people), pl.DataFrame(events)


@pytest.fixture
def folders(files):
    people, events = tables()
    for name, table in (("people", people), ("события 🙂", events)):
        (files / name).mkdir()
        for number, part in enumerate((table.head(7), table.tail(-7))):
            part.write_parquet(files / name / f"part {number}.parquet")
    return ["-p", "p.yaml", "-c", "people", "-i", "события 🙂", "--at", "2026-11-22T00:00:00Z"]


def test_folders_are_scored(files, run, folders):
    result = run("score", *folders, "--out", "s.parquet", "--ledger")
    assert result.exit_code == 0, result.output
    assert "12 contacts with 60 interactions, seen at 2026-11-22 00:00 UTC under tiny 1.2.0." in result.stdout
    assert "Grade temperature" in result.stdout
    assert "Written: s.parquet" in result.stdout
    assert "Stages are not in this result" in result.stderr
    assert "1 interaction lies after --at" in result.stderr
    made = pl.read_parquet("s.parquet")
    assert made.columns[:3] == ["contact_id", "score.engagement", "grade.temperature"]
    assert made.height == 12
    lines = made.select(pl.sum_horizontal("score.engagement.demo", "score.engagement.home", pl.col(r"^.*\.clip\..*$")))
    assert lines.to_series().to_list() == made["score.engagement"].to_list()


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_the_scores_are_those_of_files(files, run, folders, ending):
    people, events = tables()
    people.write_parquet("people.parquet")
    events.write_parquet("events.parquet")
    whole = ["-p", "p.yaml", "-c", "people.parquet", "-i", "events.parquet", "--at", "2026-11-22T00:00:00Z"]
    assert run("score", *whole, "--out", "files.parquet").exit_code == 0
    expected = pl.read_parquet("files.parquet").select("contact_id", "score.engagement", "grade.temperature")
    read = {"parquet": pl.read_parquet, "csv": pl.read_csv, "jsonl": pl.read_ndjson}[ending]
    for arguments in (folders, [*whole, "--stream"]):
        assert run("score", *arguments, "--out", f"s.{ending}").exit_code == 0
        assert sorted(read(f"s.{ending}").rows()) == sorted(expected.rows())


def test_patterns_and_a_folder_of_results(files, run, folders):
    folders[5] = "события */part*.parquet"
    assert run("score", *folders, "--out", "scores").exit_code == 0
    assert names(files / "scores") == ["part-00000.parquet"]
    assert run("score", *folders, "--out", "scores").exit_code == 0
    (files / "scores" / "notes.txt").write_text("mine")
    result = run("score", *folders, "--out", "scores")
    assert result.exit_code == 2
    assert "[overwritten-file]" in result.stderr


def test_json_tells_the_counts(files, run, folders):
    told = json.loads(run("score", *folders, "--out", "s.parquet", "--json").stdout)
    assert told["ok"]
    assert (told["contacts"], told["interactions"], told["repeated"], told["after_at"]) == (12, 60, 0, 1)
    assert sum(told["grades"]["temperature"].values()) == 12
    assert told["stages"] is None
    assert told["seconds"] > 0
    assert told["out"] == "s.parquet"
    assert len(told["notes"]) == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], "--out: [missing-argument]"),
        (["--out", "s.parquet", "--skip-bad"], "--skip-bad: [bad-usage]"),
        (["--out", "s.parquet", "--rejected", "r.csv"], "--rejected: [bad-usage]"),
        (["--out", "s.parquet", "--decimal", "comma"], "--decimal: [bad-usage]"),
        (["--out", "s.parquet", "--encoding", "cp1252"], "--encoding: [bad-usage]"),
        (["--out", "people/s.parquet"], "people/s.parquet: [overwritten-file]"),
        (["--out", "nowhere/s.parquet"], "[unwritable-file]"),
        (["--out", "s.parquet", "-c", "empty"], "empty: [unreadable-file] no Parquet file is there"),
        (["--out", "s.parquet", "-c", "texts"], "the files there end in .csv"),
        (["--out", "s.parquet", "-c", "c.csv"], "c.csv: [unknown-format]"),
        (["--out", "s.parquet", "-c", "nowhere*"], "no Parquet file is there"),
        (["--out", "s.parquet", "-p", "other.yaml"], "--ignore-unknown-columns"),
    ],
)
def test_what_cannot_be_is_told(files, run, folders, options, code):
    (files / "empty").mkdir()
    (files / "texts").mkdir()
    (files / "texts" / "c.csv").write_text("contact_id\n")
    pl.DataFrame({"contact_id": ["c-0"], "bugdet": [1.0]}).write_parquet(files / "people" / "z.parquet")
    if "other.yaml" in options:
        (files / "other.yaml").write_text((files / "p.yaml").read_text())
    else:
        (files / "people" / "z.parquet").unlink()
    before = names(files)
    result = run("score", *folders, *options)
    assert result.exit_code == 2
    assert code in result.stderr
    assert "Traceback" not in result.output
    assert "_unknown_" not in result.stderr
    assert names(files) == before


def test_times_without_a_zone_name_the_option(files, run, folders):
    folder = files / "события 🙂"
    for file in folder.iterdir():
        pl.read_parquet(file).with_columns(pl.col("occurred_at").dt.replace_time_zone(None)).write_parquet(file)
    result = run("score", *folders, "--out", "s.parquet")
    assert result.exit_code == 2
    assert "such as --time-zone Asia/Jakarta" in result.stderr
    result = run("score", *folders, "--out", "s.parquet", "--time-zone", "Asia/Jakarta")
    assert "seen at 2026-11-22 07:00 WIB" in result.stdout


def test_bad_rows_are_counted_and_nothing_is_written(files, run, folders):
    events = tables()[1]
    bad = events.with_columns(kind=pl.lit("demo_reqested"), interaction_id="x" + pl.col("interaction_id"))
    pl.concat([bad, events.with_columns(contact_id=pl.lit("c-99"))]).write_parquet("события 🙂/bad.parquet")
    before = names(files)
    told = json.loads(run("score", *folders, "--out", "s.parquet", "--json").stdout)
    assert not told["ok"]
    assert [(one["code"], one["message"].partition(":")[0]) for one in told["problems"]] == [
        ("unknown-kind", "60 of 180 rows"),
        ("unknown-contact", "60 of 180 rows belong to contacts that are not there"),
    ]
    assert names(files) == before


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_stopped_leaves_nothing(files, folders, number):
    people, events = tables(2_000, 400_000)
    people.write_parquet("people/all.parquet")
    for file in (files / "people").glob("part*"):
        file.unlink()
    events = events.with_columns(interaction_id="y" + pl.col("interaction_id"))
    events.write_parquet("события 🙂/more.parquet")
    before = names(files)
    command = [sys.executable, "-m", "leadqual.cli.app", "score", *folders, "--out", "s.parquet"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        limit = monotonic() + 60
        while names(files) == before and monotonic() < limit and process.poll() is None:
            sleep(0.005)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "Stopped. Nothing was written.\n")
    assert names(files) == before
