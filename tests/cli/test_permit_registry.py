from __future__ import annotations

import json

import pytest

pytest.importorskip("phonenumbers")
pytest.importorskip("holidays")
pytest.importorskip("email_validator")
pytest.importorskip("numpy")

DAY = ["--obtained", "2026-11-20"]


@pytest.fixture
def lists(files):
    (files / "1.txt").write_text("212,5550123\n2125550124\n")
    (files / "2.txt").write_text("646,5550100\n")
    (files / "p.csv").write_text("contact_id,country,region,phone\nc-1,US,US-NY,+12125550123\n")
    return files


@pytest.fixture
def built(lists, run):
    assert run("registry", "build", "1.txt", "2.txt", *DAY, "--out", "us.dnc").exit_code == 0
    return lists


def test_a_registry_is_built_of_lists(lists, run):
    result = run("registry", "build", "1.txt", "2.txt", *DAY, "--out", "us.dnc")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "3 numbers" in result.stdout
    assert "covers      212, 646" in result.stdout
    assert "obtained    2026-11-20 00:00 UTC" in result.stdout
    told = json.loads(run("registry", "build", "1.txt", *DAY, "--out", "us.dnc", "--json").stdout)
    assert (told["numbers"], told["area_codes"], told["country"]) == (2, ["212"], "US")


def test_a_registry_that_was_built_is_asked(built, run):
    asked = ["permit", "p.csv", "--contact", "c-1", "--purpose", "telemarketing", "--channel", "voice", "--json"]
    result = run(*asked, "--at", "2026-11-23T16:00:00Z", "--registry", "us.dnc")
    assert result.exit_code == 1
    assert "NATIONAL_DNC" in {reason["code"] for reason in json.loads(result.stdout)["reasons"]}
    (problem,) = json.loads(run(*asked, "--registry", "ca=us.dnc").stdout)["problems"]
    assert problem["code"] == "wrong-country"
    (problem,) = json.loads(run(*asked, "--registry", "us.dnc", "--registry", "us.dnc").stdout)["problems"]
    assert (problem["code"], problem["source"]) == ("duplicate-registry", "--registry")
    (built / "us.dnc").write_bytes((built / "us.dnc").read_bytes()[:-1])
    (problem,) = json.loads(run(*asked, "--registry", "us.dnc").stdout)["problems"]
    assert problem["code"] == "damaged-file"


def test_a_registry_follows_change_lists(built, run):
    (built / "changes.txt").write_text("2125550123,D\n2125550199,A\n")
    result = run("registry", "update", "us.dnc", "changes.txt", "--obtained", "2026-11-21", "--out", "later.dnc")
    assert result.exit_code == 0, result.output
    told = json.loads(run("registry", "show", "later.dnc", "--at", "2026-11-23T00:00:00Z", "--json").stdout)
    assert (told["numbers"], told["obtained_at"], told["age_days"]) == (3, "2026-11-21T00:00:00+00:00", 2.0)
    result = run("registry", "update", "us.dnc", "changes.txt", "--obtained", "2026-11-19", "--out", "later.dnc")
    assert (result.exit_code, "--obtained: [" in result.stderr) == (2, True)


def test_the_age_of_a_registry_is_shown(built, run):
    shown = run("registry", "show", "us.dnc", "--at", "2026-12-20T00:00:00Z").stdout
    assert "obtained    2026-11-20 00:00 UTC; 30 days old at 2026-12-20 00:00 UTC" in shown
    assert "not obtained yet then" in run("registry", "show", "us.dnc", "--at", "2026-11-01T00:00:00Z").stdout


def test_lines_that_cannot_be_read_stop_it(lists, run):
    (lists / "2.txt").write_text("646,5550100\n1-212-555-0123\n")
    result = run("registry", "build", "1.txt", "2.txt", *DAY, "--out", "us.dnc")
    assert result.exit_code == 2
    assert "2.txt:2: [bad-registry-line]" in result.stderr
    assert not (lists / "us.dnc").exists()
    result = run("registry", "build", "1.txt", "2.txt", *DAY, "--out", "us.dnc", "--skip-bad")
    assert result.exit_code == 0
    assert "1 line left out." in result.stderr


def test_the_day_begins_in_the_zone_that_is_named(lists, run):
    told = run("registry", "build", "1.txt", *DAY, "--time-zone", "Asia/Jakarta", "--out", "us.dnc", "--json").stdout
    assert json.loads(told)["obtained_at"] == "2026-11-19T17:00:00+00:00"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--obtained", "soon"], "--obtained: [bad-time]"),
        ([*DAY, "--country", "GB"], "--area-codes all"),
        ([*DAY, "--country", "Britain"], "--country: [bad-country]"),
        ([*DAY, "--area-codes", "21"], "--area-codes: [bad-argument]"),
        ([*DAY, "--area-codes", "646"], "--area-codes: [area-not-covered]"),
        ([*DAY, "--out", "nowhere/us.dnc"], "[unwritable-file]"),
    ],
)
def test_bad_options_are_told(lists, run, options, told):
    result = run("registry", "build", "1.txt", "--out", "us.dnc", *options)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output
