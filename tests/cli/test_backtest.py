from __future__ import annotations

import json

import pytest

pl = pytest.importorskip("polars")

POLICY = """\
name: tiny
version: 1.2.0
scores:
  heat:
    range: [0, 100]
    rules:
      - {id: view, each: page_viewed, points: 10}
stages: {lead: {initial: true}, mql: {}, customer: {}}
transitions:
  - {id: bought, source: [lead, mql], target: customer, event: purchase}
  - {id: warm, source: lead, target: mql, when: score.heat >= 20}
"""
BAD = (
    "contact_id,interaction_id,kind,occurred_at\nc-1,1,page_veiwed,2026-01-01T00:00:00Z\nc-1,2,page_viewed,2026-01-02\n"
)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Write ten contacts, of whom three see two pages and buy in March."""
    monkeypatch.chdir(tmp_path)
    lines = ["contact_id,interaction_id,kind,occurred_at,path,amount,currency"]
    for number in range(10):
        lines.append(f"c-{number},1,page_viewed,2026-01-0{1 + number % 9}T00:00:00Z,/,,")
        if number < 3:
            lines.append(f"c-{number},2,page_viewed,2026-02-0{1 + number}T00:00:00Z,/,,")
            lines.append(f"c-{number},3,purchase,2026-03-1{number}T00:00:00Z,,5,IDR")
    lines.append("c-9,4,page_viewed,2026-06-01T00:00:00Z,/,,")
    (tmp_path / "p.yaml").write_text(POLICY)
    (tmp_path / "i.csv").write_text("\n".join([*lines, lines[-1]]) + "\n")
    (tmp_path / "c.csv").write_text("contact_id\n" + "".join(f"c-{number}\n" for number in range(10)))
    return tmp_path


@pytest.fixture
def given():
    return ["p.yaml", "-c", "c.csv", "-i", "i.csv", "--cutoff", "2026-03-01T00:00:00Z", "--horizon", "30d"]


def test_the_report_is_printed(files, run, given):
    result = run("backtest", *given, "--capacity", 3, "--capacity", "50%")
    assert result.exit_code == 0, result.output
    assert "Backtest of tiny 1.2.0: purchase within 30d of 2026-03-01" in result.stdout
    assert "2026-03-01        10        0       0      10          3  30.0%" in result.stdout
    assert "mql+ is mql, customer" in result.stdout
    assert "10 contacts with 17 interactions took" in result.stdout
    assert "1 row said again" in result.stdout


def test_programs_get_the_tables(files, run, given):
    told = json.loads(run("backtest", *given, "--capacity", 3, "--json").stdout)
    assert (told["ok"], told["contacts"], told["interactions"], told["repeated"]) == (True, 10, 17, 1)
    best = [row for row in told["capacity"] if row["cutoff"] is None]
    assert [(row["score"], row["hits"], row["lift"]) for row in best] == [("heat", 3, 10 / 3)]
    assert told["early"][0]["flagged"] == 3


def test_parquet_gives_the_same(files, run, given):
    for name in ("c", "i"):
        frame = pl.read_csv(files / f"{name}.csv", try_parse_dates=True)
        if name == "i":
            frame = frame.with_columns(
                pl.col("interaction_id").cast(pl.String), pl.col("occurred_at").cast(pl.Datetime("us", "UTC"))
            )
            (files / "folder").mkdir()
            frame.head(9).write_parquet(files / "folder" / "1.parquet")
            frame.tail(-9).write_parquet(files / "folder" / "2.parquet")
        frame.write_parquet(files / f"{name}.parquet")
    expected = json.loads(run("backtest", *given, "--json").stdout)
    for events in ("i.parquet", "folder"):
        result = run("backtest", "p.yaml", "-c", "c.parquet", "-i", events, *given[5:], "--json")
        found = json.loads(result.stdout)
        assert found["ok"], found
        assert {**found, "seconds": 0, "repeated": 1, "interactions": 17} == {**expected, "seconds": 0}
    refused = run("backtest", "p.yaml", "-c", "c.parquet", "-i", "folder", "--decimal", "comma")
    assert refused.exit_code == 2
    assert "--decimal: [bad-usage]" in refused.stderr


@pytest.mark.parametrize(("least", "status"), [("3", 0), ("4", 1)])
def test_the_lift_that_is_asked_for(files, run, given, least, status):
    result = run("backtest", *given, "--capacity", 3, "--min-lift", least)
    assert result.exit_code == status
    assert ("The lift of heat at 3 is 3.33, and at least 4 was asked." in result.stdout) == bool(status)
    told = json.loads(run("backtest", *given, "--capacity", 3, "--min-lift", least, "--json").stdout)
    assert told["ok"] == (not status)


def test_a_lift_that_nobody_knows_is_too_small(files, run, given):
    result = run("backtest", *given, "--outcome", "purchase[amount > 5]", "--min-lift", "0.1")
    assert result.exit_code == 1
    assert "is not known" in result.stdout


def test_bad_options_are_told_by_their_names_and_all_at_once(files, run, given):
    options = ["--outcome", "purchas", "--score", "haet", "--stage", "mlq", "--capacity", "many"]
    result = run("backtest", *given, *options)
    assert result.exit_code == 2
    for said in ("--outcome", "--score", "--stage", "--capacity", "did you mean"):
        assert said in result.stderr
    assert "no-room" not in result.stderr


def test_bad_options_are_told_before_any_table_is_read(files, run, given):
    (files / "i.csv").unlink()
    bad = ["--cutoff", "2026-03-01", "--cutoff", "soon", "--until", "never", "--horizon", "90", "--score", "haet"]
    bad += ["--grade", "warmth", "--min-lift", "many"]
    result = run("backtest", *given, *bad, "--json")
    assert result.exit_code == 2
    assert [(one["code"], one["source"]) for one in json.loads(result.stdout)["problems"]] == [
        ("bad-duration", "--horizon"),
        ("unknown-score", "--score"),
        ("unknown-grade", "--grade"),
        ("naive-datetime", "--cutoff"),
        ("bad-time", "--cutoff"),
        ("bad-time", "--until"),
        ("bad-number", "--min-lift"),
    ]


@pytest.mark.parametrize("least", ["nan", "inf", "-1", "", "2x"])
def test_a_lift_that_is_no_number(files, run, given, least):
    result = run("backtest", *given, f"--min-lift={least}")
    assert result.exit_code == 2
    assert "--min-lift: [bad-number] this is no lift" in result.stderr


def test_a_horizon_without_room(files, run, given):
    result = run("backtest", *given[:-1], "300d")
    assert result.exit_code == 2
    assert "--horizon: [no-room]" in result.stderr
    assert "1 of 1 cutoffs end after 2026-06-01 00:00: 2026-03-01" in result.stderr


def test_bad_rows_are_told_with_their_lines(files, run, given):
    (files / "i.csv").write_text(BAD)
    result = run("backtest", *given)
    assert result.exit_code == 2
    assert "i.csv:2 kind: [unknown-kind]" in result.stderr
    assert "i.csv:3 occurred_at: [naive-datetime]" in result.stderr
    assert result.stdout == ""


def test_times_are_told_in_the_zone_that_is_named(files, run, given):
    result = run("backtest", *given[:5], "--cutoff", "2026-03-01", "--time-zone", "Asia/Jakarta", "--horizon", "30d")
    assert "within 30d of 2026-03-01" in result.stdout
    assert "2026-06-01 07:00 WIB" in result.stdout


def test_a_policy_that_is_not_there(run):
    assert run("backtest", "sale", "-c", "c.csv", "-i", "i.csv").exit_code == 2
