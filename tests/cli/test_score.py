from __future__ import annotations

import csv
import json

import pytest

from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_contact_is_written(files, run, data):
    result = run("score", *data, "--out", "s.csv", "--ledger")
    assert result.exit_code == 0
    with (files / "s.csv").open() as handle:
        rows = list(csv.DictReader(handle))
    assert [(row["contact_id"], row["stage"], row["grade.temperature"]) for row in rows] == [
        ("c-1", "sql", "hot"),
        ("c-2", "lead", "cold"),
        ("c-3", "lead", "cold"),
    ]
    assert all(
        float(row["score.engagement"]) == float(row["score.engagement.demo"]) + float(row["score.engagement.home"])
        for row in rows
    )
    assert "Written: s.csv" in result.stdout


def test_json_lines_hold_whole_decisions(files, run, data):
    assert run("score", *data, "--out", "s.jsonl").exit_code == 0
    decisions = [Decision.model_validate_json(line) for line in (files / "s.jsonl").read_text().splitlines()]
    assert decisions[0].moves[0].transition == "sales"


def test_parquet_is_written(files, run, data):
    polars = pytest.importorskip("polars")
    assert run("score", *data, "--out", "s.parquet").exit_code == 0
    assert polars.read_parquet(files / "s.parquet")["score.engagement"].to_list() == [45, 0, 5]


def test_without_out_the_hottest_are_shown(files, run, data):
    before = names(files)
    result = run("score", *data)
    assert "c-1  Siti" in result.stdout
    assert "Asked to see the product (+40)" in result.stdout
    assert names(files) == before


def test_bad_rows_stop_it_before_anything_is_written(files, run, bad_data):
    before = names(files)
    result = run("score", *bad_data, "--out", "s.csv")
    assert result.exit_code == 2
    assert "bad.csv:3 kind: [unknown-kind]" in result.stderr
    assert "bad.csv:4 occurred_at: [naive-datetime]" in result.stderr
    assert result.stdout == ""
    assert names(files) == before


def test_bad_rows_are_listed_for_programs(files, run, bad_data):
    result = run("score", *bad_data, "--json")
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert not told["ok"]
    assert [(problem["line"], problem["code"]) for problem in told["problems"]] == [
        (3, "unknown-kind"),
        (4, "naive-datetime"),
    ]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_skip_bad_writes_the_good_and_the_rejected(files, run, bad_data, ending):
    result = run("score", *bad_data, "--out", "s.csv", "--skip-bad", "--rejected", f"r.{ending}", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["rows"] == told["contacts"] + told["interactions"] + told["repeated"] + told["rejected"] == 6
    assert len((files / "s.csv").read_text().splitlines()) == 4
    text = (files / f"r.{ending}").read_text()
    assert "c-2,3,demo_requested,2026-11-01 00:00" in text
    assert "naive-datetime" in text


def test_an_old_file_of_rejected_rows_does_not_stay(files, run, data, bad_data):
    run("score", *bad_data, "--out", "s.csv", "--skip-bad")
    assert len((files / "s.rejected.csv").read_text().splitlines()) == 3
    run("score", *data, "--out", "s.csv", "--skip-bad")
    assert len((files / "s.rejected.csv").read_text().splitlines()) == 1


def test_the_time_zone_can_be_named(files, run, bad_data):
    result = run("score", *bad_data, "--skip-bad", "--time-zone", "Asia/Jakarta", "--json")
    assert json.loads(result.stdout)["rejected"] == 1


def test_json_without_a_file_holds_the_decisions(files, run, data):
    told = json.loads(run("score", *data, "--json").stdout)
    assert (told["stages"], told["not_appeared"]) == ({"lead": 0, "sql": 1}, 2)
    assert told["decisions"][0]["stage"] == "sql"


def test_contacts_that_cannot_be_decided_on_are_rejected_too(files, run, data):
    text = (files / "p.yaml").read_text().replace("when: score.engagement >= 40", "when: company.employees > 1")
    (files / "p.yaml").write_text(text.replace("target: sql,", "target: sql, on_unknown: error,"))
    (files / "c.csv").write_text("contact_id,company.employees\nc-1,\nc-2,5\n")
    result = run("score", *data)
    assert result.exit_code == 2
    assert "c.csv:2" in result.stderr
    told = json.loads(run("score", *data, "--skip-bad", "--out", "s.csv", "--json").stdout)
    assert (told["contacts"], told["rejected"]) == (1, 1)


def test_contacts_that_had_not_appeared_are_counted_apart(files, run, data):
    created = "c-2,,2026-11-21T23:59:59Z\nc-3,,2026-11-22T00:00:01Z\nc-4,,\n"
    (files / "c.csv").write_text(f"contact_id,country,created_at\nc-1,,2026-12-01T00:00:00Z\n{created}")
    result = run("score", *data, "--out", "s.csv")
    assert "2 contacts had not appeared yet" in result.stdout
    told = json.loads(run("score", *data, "--out", "s.csv", "--json").stdout)
    assert (told["contacts"], told["stages"], told["not_appeared"]) == (4, {"lead": 1, "sql": 1}, 2)
    with (files / "s.csv").open() as handle:
        assert [row["contact_id"] for row in csv.DictReader(handle) if not row["entered_at"]] == ["c-3", "c-4"]
    assert "1 contact had not appeared yet" in run("score", *data, "--at", "2026-11-22T00:00:01Z").stdout


def test_nothing_is_said_of_appearing_under_a_policy_without_stages(files, run, data):
    text = (files / "p.yaml").read_text()
    (files / "p.yaml").write_text(text[: text.index("stages:")])
    assert "appeared" not in run("score", *data).stdout
    assert json.loads(run("score", *data, "--json").stdout)["not_appeared"] == 0


def test_closed_stages_and_customers_are_no_leads(files, run, data):
    with (files / "i.csv").open("a") as handle:
        handle.write("c-2,2,purchase,2026-11-01T00:00:00Z\nc-3,3,whitepaper_downloaded,2026-11-01T00:00:00Z\n")
    assert "c-1  Siti" in (shown := run("score", *data).stdout)
    assert "c-2  Budi" not in shown
    text = (files / "p.yaml").read_text()
    (files / "p.yaml").write_text(text.replace("sql: {}", "sql: {closed: true}"))
    shown = run("score", *data).stdout
    assert "c-1  Siti" not in shown
    assert "c-3  Ani" in shown


FORMULAS = ["=1+1", "+62812", "-5", "@SUM(A1)", "\tx", "\rx", "Ani = Siti"]


@pytest.mark.parametrize("safe", [True, False])
def test_formulas_are_data_unless_a_spreadsheet_is_meant(files, run, bad_data, safe):
    rows = "".join(f'c-{number},"{name}"\n' for number, name in enumerate(FORMULAS, 1))
    (files / "c.csv").write_text(f"contact_id,full_name\n{rows}", newline="")
    with (files / "bad.csv").open("a") as handle:
        handle.write("=c,3,demo_requested,2026-11-01 00:00\n")
    command = ["score", *bad_data, "--out", "s.csv", "--skip-bad", *(["--spreadsheet-safe"] if safe else [])]
    result = run(*command)
    assert result.exit_code == 0, result.output
    with (files / "s.csv").open(newline="") as handle:
        names = [row["full_name"] for row in csv.DictReader(handle)]
    assert names == ([f"'{name}" for name in FORMULAS[:-1]] + FORMULAS[-1:] if safe else FORMULAS)
    with (files / "s.rejected.csv").open(newline="") as handle:
        assert [row["row"][:4] for row in csv.DictReader(handle)][-1] == ("'=c," if safe else "=c,3")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--out", "c.csv"], "overwritten-file"),
        (["--out", "p.yaml"], "unknown-format"),
        (["--out", "s.xlsx"], "unknown-format"),
        (["--out", "nowhere/s.csv"], "unwritable-file"),
        (["--out", "s.csv", "--skip-bad", "--rejected", "./s.csv"], "overwritten-file"),
        (["--at", "2026-11-22"], "naive-datetime"),
        (["--at", "soon"], "bad-time"),
        (["--time-zone", "Asia/Jakata"], "bad-time-zone"),
        (["--time-zone", "WIB"], "--time-zone: [bad-time-zone]"),
        (["--encoding", "utf-9"], "--encoding: [unknown-encoding]"),
        (["--decimal", ","], "--decimal: [bad-decimal]"),
        (["-p", "q.yaml"], "unreadable-file"),
        (["-p", "salse"], "did you mean 'sales'"),
        (["-c", "d.csv"], "unreadable-file"),
    ],
)
def test_bad_options_are_told(files, run, data, options, code):
    before = names(files)
    result = run("score", *data, *options)
    assert result.exit_code == 2
    assert code in result.stderr
    assert "Traceback" not in result.output
    assert names(files) == before


def test_an_interruption_leaves_nothing_behind(files, run, data, monkeypatch):
    def stop(self, *args, **options):
        raise KeyboardInterrupt

    before = names(files)
    monkeypatch.setattr(Policy, "decide", stop)
    assert run("score", *data, "--out", "s.csv").exit_code == 130
    assert names(files) == before


def test_a_fault_of_ours_is_one_line(files, run, data, monkeypatch):
    def fail(self, *args, **options):
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr(Policy, "decide", fail)
    result = run("score", *data)
    assert result.exit_code == 3
    assert "ZeroDivisionError: oh no" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    monkeypatch.setenv("LEADQUAL_TRACEBACK", "1")
    assert run("score", *data).exit_code == 3


def test_many_problems_are_shown_in_part_and_counted(files, run, data):
    rows = "".join(f"c-1,{number},sold,2026-11-01T00:00:00Z\n" for number in range(1000))
    (files / "i.csv").write_text("contact_id,interaction_id,kind,occurred_at\n" + rows)
    result = run("score", *data)
    assert "1,000 problems in all, 3 of them shown" in result.stderr
    assert len(result.stderr.splitlines()) < 20


def test_what_a_file_holds_cannot_steer_the_terminal(files, run, data):
    (files / "c.csv").write_text("contact_id,full_name\nc-1,\x1b[31mSiti\x1b]0;title\x07\n")
    result = run("score", *data)
    assert "\x1b" not in result.output
    assert "\\x1b[31mSiti" in result.output


def test_up_to_twenty_problems_are_all_shown(files, run, data):
    rows = "".join(f"c-1,{number},sold,2026-11-01T00:00:00Z\n" for number in range(20))
    (files / "i.csv").write_text("contact_id,interaction_id,kind,occurred_at\n" + rows)
    shown = run("score", *data).stderr
    assert shown.count("[unknown-kind]") == 20
    assert "in all" not in shown


def test_a_lost_table_of_contacts_does_not_bury_its_cause(files, run, data):
    (files / "c.csv").write_text("contact_id,full_name\n" + "".join(f"c-{number},A,B\n" for number in range(100)))
    rows = "".join(f"c-{number % 100},{number},demo_requested,2026-11-01T00:00:00Z\n" for number in range(5000))
    (files / "i.csv").write_text("contact_id,interaction_id,kind,occurred_at\n" + rows)
    told = json.loads(run("score", *data, "--json").stdout)["problems"]
    assert [problem["code"] for problem in told] == ["wrong-cell-count"] * 100 + ["unknown-contact"]
    assert "mend c.csv first" in told[-1]["hint"]
    told = json.loads(run("score", *data, "--json", "--skip-bad").stdout)
    assert (told["rejected"], len(told["problems"])) == (5100, 101)


def test_interactions_after_the_instant_are_noted(files, run, data):
    with (files / "i.csv").open("a") as handle:
        handle.write("c-2,2,demo_requested,2026-12-01T00:00:00Z\nc-2,3,demo_requested,2026-12-02T00:00:00Z\n")
    remark = "2 interactions lie after --at and were not seen."
    assert remark in run("score", *data).stderr
    told = json.loads(run("score", *data, "--json").stdout)
    assert (told["after_at"], told["notes"]) == (2, [remark])
    assert remark in run("explain", "c-2", *data).stderr
    assert run("explain", "c-1", *data).stderr == ""


def test_times_are_shown_in_the_zone_that_is_named_and_written_in_utc(files, run, data):
    zone = ["--time-zone", "Asia/Jakarta"]
    assert "seen at 2026-11-22 07:00 WIB" in run("score", *data, *zone, "--out", "s.csv").stdout
    assert "2026-11-01T00:00:00Z" in (files / "s.csv").read_text()
    explained = run("explain", "c-1", *data, *zone).stdout
    assert "since 2026-11-01 07:00 WIB" in explained
    assert "UTC" not in explained


def test_one_is_not_many(files, run, data):
    (files / "c.csv").write_text('contact_id,full_name\nc-1,"Siti\nRahma"\n')
    shown = run("score", *data).stdout
    assert "1 contact with 1 interaction, seen" in shown
    assert "The hottest lead (" in shown
    assert "c-1  Siti Rahma" in shown


def test_contacts_that_have_not_appeared_are_no_leads(files, run, data):
    (files / "i.csv").write_text("contact_id,interaction_id,kind,occurred_at\n")
    shown = run("score", *data).stdout
    assert "No lead is open." in shown
    assert "Siti" not in shown


def test_decimals_may_begin_with_a_comma(files, run, data):
    text = (files / "p.yaml").read_text()
    (files / "p.yaml").write_text(text.replace("scores:", "fields: {budget: {type: number}}\nscores:", 1))
    (files / "c.csv").write_text("contact_id;budget\nc-1;250.000\n")
    assert "[ambiguous-number]" in run("score", *data).stderr
    assert run("score", *data, "--decimal", "comma").exit_code == 0
    assert run("explain", "c-1", *data, "--decimal", "point").exit_code == 0
