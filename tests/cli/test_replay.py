from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("narwhals")

from support.folders import names  # noqa: E402

from leadqual import Policy  # noqa: E402
from leadqual.frames import replay, standings, write  # noqa: E402
from leadqual.frames.streams import replay_folder, spread  # noqa: E402

AT = datetime(2026, 11, 22, tzinfo=UTC)
SMALL = ["p.yaml", "-c", "c.csv", "-i", "i.csv", "--until", "2026-11-22T00:00:00Z"]
POLICY = """\
name: wavering
version: 2.0.0
review_every: 1d
scores:
  heat: {range: [0, 100], rules: [{id: view, each: page_viewed, points: 20, half_life: 10d}]}
stages: {lead: {initial: true}, mql: {}, sql: {}}
transitions:
  - {id: warm, source: lead, target: mql, when: score.heat >= 20}
  - {id: cold, source: mql, target: lead, when: score.heat < 8}
  - {id: asked, source: [lead, mql], target: sql, event: demo_requested}
"""


def tables(contacts=12, interactions=60):
    people = {
        "contact_id": [f"c-{one:03}" for one in range(contacts)],
        "full_name": ["Siti"] * contacts,
        "created_at": [AT - timedelta(days=90) if one else AT + timedelta(days=1) for one in range(contacts)],
    }
    events = {
        "contact_id": [f"c-{1 + one * 5 % (contacts - 1):03}" for one in range(interactions)],
        "interaction_id": [str(one) for one in range(interactions)],
        "kind": [("page_viewed", "email_opened", "demo_requested")[one % 3] for one in range(interactions)],
        "occurred_at": [AT - timedelta(days=(one * 7) % 80 - 1) for one in range(interactions)],
        "path": [("/", None, None)[one % 3] for one in range(interactions)],
    }
    return pl.DataFrame(people), pl.DataFrame(events)


@pytest.fixture
def written(files):
    """The same two tables in every form, and the options that name them."""
    (files / "w.yaml").write_text(POLICY)
    people, events = tables()
    for ending in ("csv", "jsonl", "parquet"):
        write(people, f"people.{ending}")
        write(events, f"events.{ending}")
    for name, table in (("people", people), ("события 🙂", events)):
        (files / name).mkdir()
        for number, part in enumerate((table.head(7), table.tail(-7))):
            part.write_parquet(files / name / f"part {number}.parquet")

    def options(contacts, interactions, until="2026-11-22T00:00:00Z"):
        return ["w.yaml", "-c", contacts, "-i", interactions, "--until", until]

    return options


def test_moves_are_written_and_told(files, run):
    result = run("replay", *SMALL, "--out", "m.csv", "--standings", "s.csv")
    assert result.exit_code == 0, result.output
    assert "3 contacts with 1 interaction, replayed until 2026-11-22 00:00 UTC under tiny 1.2.0." in result.stdout
    assert "1 move\n" in result.stdout
    assert "sales       lead  sql      1\n" in result.stdout
    assert "Written: m.csv" in result.stdout
    assert "Written: s.csv" in result.stdout
    assert "2 contacts had not appeared yet" in result.stdout
    assert result.stderr == ""
    with (files / "m.csv").open() as handle:
        (move,) = csv.DictReader(handle)
    assert [move[name] for name in ("contact_id", "source", "target", "transition", "interaction_id")] == [
        "c-1", "lead", "sql", "sales", "1"
    ]  # fmt: skip
    with (files / "s.csv").open() as handle:
        assert [(row["contact_id"], row["stage"], row["entered_at"][:10]) for row in csv.DictReader(handle)] == [
            ("c-1", "sql", "2026-11-01"),
            ("c-2", "lead", ""),
            ("c-3", "lead", ""),
        ]


@pytest.mark.parametrize(
    "places",
    [
        ("people.csv", "events.csv"),
        ("people.jsonl", "events.jsonl"),
        ("people.parquet", "events.parquet"),
        ("people.csv", "events.parquet"),
        ("people", "события 🙂"),
        ("people.parquet", "события */part*.parquet"),
    ],
)
@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_every_kind_of_file_gives_what_the_library_gives(files, run, written, places, ending):
    result = run("replay", *written(*places), "-o", f"m.{ending}", "--standings", f"s.{ending}", "--json")
    assert result.exit_code == 0, result.output
    policy, (people, events) = Policy.load("w.yaml"), tables()
    moves, stood = replay(policy, people, events, until=AT), standings(policy, people, events, at=AT)
    columns = ["contact_id", "source", "target", "transition", "interaction_id"]
    read = {
        "parquet": pl.read_parquet,
        "csv": lambda file: pl.read_csv(file, infer_schema=False),
        "jsonl": lambda file: pl.read_ndjson(file, infer_schema_length=None),
    }[ending]
    assert sorted(read(f"m.{ending}").select(columns).rows(), key=str) == sorted(moves.select(columns).rows(), key=str)
    assert sorted(read(f"s.{ending}").select("contact_id", "stage").rows()) == sorted(
        stood.select("contact_id", "stage").rows()
    )
    told = json.loads(result.stdout)
    fired = Counter(moves["transition"])
    assert told["ok"]
    assert told["transitions"] == {name: fired[name] for name in ("warm", "cold", "asked")}
    assert told["moves"] == moves.height > 15
    assert (told["contacts"], told["interactions"], told["repeated"], told["rows"]) == (12, 60, 0, 72)
    assert (told["after_until"], told["not_appeared"], sum(told["stages"].values())) == (1, 1, 11)
    assert (told["out"], told["standings"], told["from"]) == (f"m.{ending}", f"s.{ending}", None)


def test_without_out_nothing_is_written(files, run, written):
    before = names(files)
    for places in (("people.csv", "events.csv"), ("people", "события 🙂")):
        result = run("replay", *written(*places))
        assert result.exit_code == 0, result.output
        assert "Written" not in result.stdout
        assert "warm        lead" in result.stdout
        assert "1 interaction lies after --until and was not seen." in result.stderr
        assert names(files) == before


@pytest.mark.parametrize("places", [("people.csv", "events.csv"), ("people", "события 🙂")])
@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_going_on_from_standings_is_as_at_once(files, run, written, places, ending):
    if ending != "parquet" and places[0] == "people":
        pytest.skip("of large tables, the standings are large too")
    early = written(*places, until="2026-10-20T07:00:00+07:00")
    assert run("replay", *early, "-o", "m1.parquet", "--standings", f"s1.{ending}").exit_code == 0
    on = [*written(*places), "--from", f"s1.{ending}", "-o", "m2.parquet", "--standings", "s2.parquet"]
    result = run("replay", *on)
    assert result.exit_code == 0, result.output
    assert f"It went on from the standings in s1.{ending}." in result.stdout
    assert run("replay", *written(*places), "-o", "m.parquet", "--standings", "s.parquet").exit_code == 0
    both = pl.concat([pl.read_parquet("m1.parquet"), pl.read_parquet("m2.parquet")])
    assert pl.read_parquet("m1.parquet").height > 1 < pl.read_parquet("m2.parquet").height
    assert both.sort("contact_id", maintain_order=True).equals(
        pl.read_parquet("m.parquet").sort("contact_id", maintain_order=True)
    )
    assert pl.read_parquet("s2.parquet").equals(pl.read_parquet("s.parquet"))


def test_a_folder_is_gone_on_with(files, run, written):
    options = [*written("people", "события 🙂"), "--out", "moves", "--standings", "stands"]
    assert run("replay", *options).exit_code == 0
    assert names(files / "moves") == names(files / "stands") == ["part-00000.parquet"]
    result = run("replay", *options)
    assert "1 of 1 part had been finished before." in result.stdout
    told = json.loads(run("replay", *options, "--json").stdout)
    assert (told["parts"], told["finished_before"], told["contacts"]) == (1, 1, 12)
    result = run("replay", *options, "--until", "2026-11-01T00:00:00Z")
    assert result.exit_code == 2
    assert "moves until: [other-replay] the folder holds parts of another replay" in result.stderr


def test_bad_rows_are_told_by_their_lines(files, run):
    before = names(files)
    result = run("replay", "p.yaml", "-c", "c.csv", "-i", "bad.csv", "--out", "m.csv", "--standings", "s.csv")
    assert result.exit_code == 2
    assert "bad.csv:3 kind: [unknown-kind]" in result.stderr
    assert "bad.csv:4 occurred_at: [naive-datetime]" in result.stderr
    assert "--time-zone" in result.stderr
    assert result.stdout == ""
    assert names(files) == before


def test_bad_rows_of_folders_are_counted(files, run, written):
    bad = tables()[1].with_columns(kind=pl.lit("demo_reqested"), interaction_id="x" + pl.col("interaction_id"))
    bad.write_parquet("события 🙂/bad.parquet")
    before = names(files)
    for out in ("m.parquet", "moves"):
        told = json.loads(run("replay", *written("people", "события 🙂"), "-o", out, "--json").stdout)
        assert not told["ok"]
        assert [(one["code"], one["message"].partition(":")[0]) for one in told["problems"]] == [
            ("unknown-kind", "60 of 120 rows")
        ]
        assert names(files) == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--until", "yesterday"], "--until: [bad-time]"),
        (["--until", "2026-11-22 10:00"], "--until: [naive-datetime]"),
        (["-c", "people", "--decimal", "comma"], "--decimal: [bad-usage] --decimal has no meaning for Parquet"),
        (["-c", "people.parquet", "-i", "events.parquet", "--encoding", "cp1252"], "--encoding: [bad-usage]"),
        (["--out", "m.xlsx"], "m.xlsx: [unknown-format]"),
        (["--out", "people.csv"], "people.csv: [overwritten-file]"),
        (["--out", "people/m.parquet", "-c", "people", "-i", "события 🙂"], "[overwritten-file]"),
        (["--out", "m.csv", "--standings", "m.csv"], "m.csv: [overwritten-file]"),
        (
            ["--out", "m.csv", "--standings", "stands"],
            "--standings: [bad-argument] moves and standings go to two files",
        ),
        (["--out", "nowhere/m.csv"], "[unwritable-file]"),
        (["--from", "nowhere.csv"], "nowhere.csv: [unreadable-file]"),
        (["--from", "nowhere.parquet"], "nowhere.parquet: [unreadable-file]"),
        (["--from", "people.csv"], "people.csv: [wrong-table] these are contacts: --from wants what --standings wrote"),
        (["--from", "events.jsonl"], "events.jsonl: [wrong-table] these are interactions"),
        (["--from", "people"], "people: [wrong-table] these are contacts"),
        (["--from", "w.yaml"], "w.yaml: [unknown-format]"),
        (["--from", "empty.csv"], "empty.csv: [empty-file]"),
        (["--from", "times.csv"], "times.csv as_of: [bad-time] 1 of 2 rows"),
        (["-c", "people", "-i", "события 🙂", "--from", "times.csv"], "times.csv: [unknown-format]"),
        (["-c", "people"], "events.csv: [unknown-format]"),
        (["-c", "peeple.csv"], "did you mean 'people.csv'"),
    ],
)
def test_what_cannot_be_is_told(files, run, written, options, told):
    (files / "empty.csv").touch()
    (files / "times.csv").write_text(
        "contact_id,stage,entered_at,as_of,policy\nc-001,lead,,2026-01-01T00:00:00Z,x\nc-002,lead,,today,x\n"
    )
    before = names(files)
    result = run("replay", *written("people.csv", "events.csv"), *options)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
    assert names(files) == before
    as_json = json.loads(run("replay", *written("people.csv", "events.csv"), *options, "--json").stdout)
    assert not as_json["ok"]


def test_times_are_shown_in_the_zone(files, run, written):
    result = run("replay", *written("people.csv", "events.csv"), "--time-zone", "Asia/Jakarta")
    assert "replayed until 2026-11-22 07:00 WIB under wavering 2.0.0." in result.stdout


def test_formulas_are_kept_from_spreadsheets(files, run):
    (files / "c.csv").write_text("contact_id\n=1+1\n")
    (files / "i.csv").write_text(
        "contact_id,interaction_id,kind,occurred_at\n=1+1,1,demo_requested,2026-11-01T00:00:00Z\n"
    )
    assert run("replay", *SMALL, "--out", "m.csv", "--spreadsheet-safe").exit_code == 0
    assert (files / "m.csv").read_text().splitlines()[1].startswith("'=1+1,")


def test_a_policy_without_stages(files, run):
    text = (files / "p.yaml").read_text()
    (files / "p.yaml").write_text(text[: text.index("stages:")])
    result = run("replay", *SMALL, "--out", "m.csv")
    assert result.exit_code == 0, result.output
    assert "Stages" not in result.stdout
    assert len((files / "m.csv").read_text().splitlines()) == 1


def test_a_folder_that_is_stopped_tells_how_to_go_on(files, run, written, monkeypatch):
    monkeypatch.setitem(spread._MOST, "contacts", 4)
    options = [*written("people", "события 🙂"), "--out", "moves"]
    add = replay_folder.Folders.add

    def stop(self, bucket, *rest):
        if bucket == 2:
            raise KeyboardInterrupt
        add(self, bucket, *rest)

    monkeypatch.setattr(replay_folder.Folders, "add", stop)
    result = run("replay", *options)
    assert result.exit_code == 130
    assert result.stderr == "Stopped. The parts that are finished stay in moves; the same command goes on from there.\n"
    assert names(files / "moves") == ["part-00000.parquet", "part-00001.parquet"]
    monkeypatch.setattr(replay_folder.Folders, "add", add)
    result = run("replay", *options)
    assert "2 of 3 parts had been finished before." in result.stdout
    monkeypatch.setattr(replay_folder.Folders, "add", stop)
    assert run("replay", *options[:-1], "m.parquet").exit_code == 0


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_stopped_leaves_nothing(files, written, number):
    people, events = tables(2_000, 400_000)
    people.write_parquet("people.parquet")
    events.write_parquet("events.parquet")
    before = names(files)
    process = start(written("people.parquet", "events.parquet"), "--out", "m.parquet", "--standings", "s.parquet")
    status, told = stopped(process, number, lambda: names(files) != before)
    if number == signal.SIGINT and "POLARS_ABORT_KEYBOARD_INTERRUPT" in told:
        # Polars hears ctrl-C itself, and a thread of it that writes Parquet at that moment dies with words of its own.
        told = "".join(line for line in told.splitlines(keepends=True) if line.startswith("Stopped."))
    assert (status, told) == (130, "Stopped. Nothing was written.\n")
    assert names(files) == before


def start(options, *more):
    command = [sys.executable, "-m", "leadqual.cli.app", "replay", *options, *more]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def stopped(process, number, is_time):
    """Return the status and what was told, after a signal once it is time."""
    with process:
        limit = monotonic() + 120
        while not is_time() and monotonic() < limit and process.poll() is None:
            sleep(0.002)
        process.send_signal(number)
        _, told = process.communicate(timeout=120)
    return process.returncode, told
