from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("phonenumbers")
pytest.importorskip("holidays")
pytest.importorskip("email_validator")
pytest.importorskip("numpy")

from leadqual.outreach.verdict import Verdict

CONTACTS = """\
contact_id,full_name,country,region,phone,line,attorney,inconvenient_times
c-1,Ann,US,US-NY,+12125550123,mobile,no,
c-2,Siti,ID,ID-JK,+628123456789,,,
c-3,Bob,US,US-NY,+12125550199,mobile,yes,mon-fri 12:00-14:00;sun
"""
INTERACTIONS = """\
contact_id,interaction_id,kind,occurred_at
c-2,1,opted_out,2026-11-01T00:00:00Z
"""
NOON, NIGHT = "2026-11-23T16:00:00Z", "2026-11-23T10:00:00Z"


@pytest.fixture
def lists(files):
    for name, text in (("p.csv", CONTACTS), ("e.csv", INTERACTIONS), ("us.txt", "212,5550123\n")):
        (files / name).write_text(text)
    return files


def asked(contact, *more, purpose="survey", channel="voice", at=NOON):
    of = ["--contact", contact, "--purpose", purpose, "--channel", channel, "--at", at]
    return ["permit", "p.csv", "e.csv", *of, *more]


def test_a_contact_who_may_be_reached(lists, run):
    result = run(*asked("c-1"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Contact c-1 may be reached: survey, telephone.\n")
    assert "Not legal advice" in result.stdout


def test_a_do_not_call_list_of_ones_own(lists, run):
    (lists / "own.txt").write_text("\ufeff+19995550100\n\n  c-1 \n", encoding="utf-8")
    result = run(*asked("c-1", "--do-not-call", "own.txt"))
    assert result.exit_code == 1
    assert "INTERNAL_DNC (LQ-REQUEST)" in result.stdout
    listed = run(*asked("c-1", "--do-not-call", "own.txt")[:3], *asked("c-1", "--do-not-call", "own.txt")[5:])
    assert "INTERNAL_DNC" in listed.stdout


def test_a_list_of_ones_own_with_numbers_of_nobody(lists, run):
    (lists / "own.txt").write_text("0812 345 6789\n+12125550123\n212-555-0123\n")
    result = run(*asked("c-1", "--do-not-call", "own.txt", "--do-not-call", "gone.txt"))
    assert result.exit_code == 2
    assert "own.txt:1: [bad-phone]" in result.stderr
    assert "own.txt:3: [bad-phone]" in result.stderr
    assert "own.txt:2" not in result.stderr
    assert "gone.txt: [unreadable-file]" in result.stderr


def test_a_contact_who_asked_not_to_be_contacted(lists, run):
    result = run(*asked("c-2", channel="email"))
    assert result.exit_code == 1
    assert "Contact c-2 must not be reached" in result.stdout
    assert "INTERNAL_DNC (LQ-REQUEST)" in result.stdout


def test_every_reason_has_its_law_confidence_and_day(lists, run):
    told = json.loads(run(*asked("c-1", "--json", purpose="telemarketing")).stdout)
    assert told["ok"] is told["allowed"] is False
    found = {reason["rule"]: reason for reason in told["reasons"]}
    assert found["US-DNC"]["code"] == "DNC_MISSING"
    assert (found["US-DNC"]["confidence"], found["US-DNC"]["read_on"]) == ("V2", "2026-11-22")
    assert "47 CFR 64.1200" in found["US-DNC"]["source"]
    assert "Not legal advice" in told["notice"]
    assert told["remarks"] == []
    Verdict.model_validate({name: value for name, value in told.items() if name not in ("ok", "remarks")})


def test_a_list_of_numbers_is_a_registry(lists, run):
    of_lists = ["--registry", "us.txt", "--registry-obtained", "2026-11-20", "--caller", "seller", "--json"]
    codes = {
        contact: {
            reason["code"]
            for reason in json.loads(run(*asked(contact, *of_lists, purpose="telemarketing")).stdout)["reasons"]
        }
        for contact in ("c-1", "c-3")
    }
    assert "NATIONAL_DNC" in codes["c-1"] - codes["c-3"]
    assert "OK_NOT_REGISTERED" in codes["c-3"] - codes["c-1"]
    result = run(*asked("c-3", *of_lists, purpose="telemarketing"))
    assert (result.exit_code, json.loads(result.stdout)["allowed"]) == (0, True)


def test_a_registry_that_is_too_old_denies(lists, run):
    of_lists = ["--registry", "us=us.txt", "--registry-obtained", "us=2026-10-20", "--json"]
    told = json.loads(run(*asked("c-3", *of_lists, purpose="telemarketing")).stdout)
    assert [reason["code"] for reason in told["reasons"] if reason["effect"] == "deny"] == ["DNC_SNAPSHOT_STALE"]


def test_the_next_instant_is_told_in_local_time(lists, run):
    of_lists = ["--registry", "us.txt", "--registry-obtained", "2026-11-20"]
    result = run(*asked("c-3", *of_lists, purpose="telemarketing", at=NIGHT))
    assert result.exit_code == 1
    assert "Mon 23 Nov 2026 08:00 (America/New_York)" in result.stdout
    shown = run(*asked("c-3", *of_lists, "--time-zone", "Asia/Jakarta", purpose="telemarketing", at=NIGHT)).stdout
    assert "Mon 23 Nov 2026 20:00 (Asia/Jakarta)" in shown


def test_reasons_are_told_in_indonesian(lists, run):
    shown = run(*asked("c-1", "--language", "id")).stdout
    assert shown.startswith("Kontak c-1 boleh dihubungi")
    assert "Bukan nasihat hukum" in shown


def test_columns_that_rules_ask_for_are_read(lists, run):
    found = json.loads(run(*asked("c-3", "--json", purpose="telecollection", at="2026-11-23T17:30:00Z")).stdout)
    assert {"ATTORNEY_REPRESENTED"} <= {reason["code"] for reason in found["reasons"]}
    (lists / "p.csv").write_text(CONTACTS.replace("mobile,yes", "mobil,yes"))
    result = run(*asked("c-3"))
    assert result.exit_code == 2
    assert "p.csv:4 line:" in result.stderr


def test_a_policy_declares_further_columns(lists, run):
    text = (lists / "p.yaml").read_text()
    (lists / "p.yaml").write_text(text.replace("scores:", "fields: {budget: {type: number}}\nscores:", 1))
    (lists / "p.csv").write_text("contact_id,country,phone,budget\nc-1,US,+12125550123,5\n")
    assert "[unknown-column]" in run(*asked("c-1")).stderr
    assert run(*asked("c-1", "--policy", "p.yaml")).exit_code == 0
    assert run(*asked("c-1", "--ignore-unknown-columns")).exit_code == 0


def test_without_interactions_it_is_said_what_is_not_known(lists, run):
    options = ["--contact", "c-1", "--purpose", "survey", "--channel", "voice", "--at", NOON]
    result = run("permit", "-c", "p.csv", *options)
    assert result.exit_code == 0
    assert "No interactions were given" in result.stderr
    (remark,) = json.loads(run("permit", "p.csv", *options, "--json").stdout)["remarks"]
    assert remark.startswith("No interactions were given")


def test_interactions_after_the_instant_are_noted(lists, run):
    (lists / "e.csv").write_text(INTERACTIONS.replace("11-01", "12-01"))
    assert "1 interaction lies after --at and was not seen." in run(*asked("c-2")).stderr


def test_tables_may_be_named_by_options(lists, run):
    options = ["--contact", "c-1", "--purpose", "survey", "--channel", "voice", "--at", NOON]
    assert run("permit", "-c", "p.csv", "-i", "e.csv", *options).exit_code == 0
    result = run("permit", "p.csv", "-c", "c.csv", "-i", "e.csv", *options)
    assert "--contacts: [bad-usage]" in result.stderr
    assert "[swapped-tables]" in run("permit", "e.csv", "p.csv", *options).stderr


def test_a_number_that_is_none_is_told_with_its_row(lists, run):
    (lists / "p.csv").write_text(CONTACTS.replace("+12125550123", "555-0123"))
    result = run(*asked("c-1"))
    assert result.exit_code == 2
    assert "p.csv:2 phone:" in result.stderr


def test_a_contact_that_is_not_there(lists, run):
    result = run(*asked("c-11"))
    assert result.exit_code == 2
    assert "did you mean 'c-1'" in result.stderr


def test_all_that_is_wrong_with_the_options_is_told_at_once(lists, run):
    wrong = ["--at", "2026-11-23", "--caller", "bank", "--pack", "us_state", "--registry", "us.txt", "--json"]
    result = run("permit", "p.csv", "e.csv", "--contact", "c-1", "--purpose", "surve", *wrong)
    assert result.exit_code == 2
    found = [(problem["source"], problem["code"]) for problem in json.loads(result.stdout)["problems"]]
    assert found == [
        ("--channel", "missing-argument"),
        ("--purpose", "unknown-purpose"),
        ("--at", "naive-datetime"),
        ("--caller", "enum"),
        ("--registry-obtained", "missing-argument"),
        ("us_state", "unreadable-file"),
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--registry", "no.txt"], "no.txt: [unreadable-file]"),
        (["--registry-obtained", "2026-11-20"], "--registry-obtained: [bad-usage]"),
        (["--registry", "us.txt", "--registry-obtained", "ca=2026-11-20"], "nobody says when us.txt was obtained"),
        (["--registry", "us.txt", "--registry-obtained", "soon"], "--registry-obtained: [bad-time]"),
        (
            ["--registry", "gb=us.txt", "--registry-obtained", "2026-11-20"],
            "leadqual registry build FILES --country GB",
        ),
        (["--registry", "xx=us.txt", "--registry-obtained", "2026-11-20"], "--registry: [bad-country]"),
        (["--registry", "p.csv", "--registry-obtained", "2026-11-20"], "p.csv:1: [bad-registry-line]"),
        (["--rules", "rules.yaml"], "rules.yaml: [unreadable-file]"),
        (["--language", "fr"], "'fr' is not one of"),
        (["--policy", "salse"], "did you mean 'sales'"),
        (["--time-zone", "WIB"], "--time-zone: [bad-time-zone]"),
    ],
)
def test_bad_options_are_told(lists, run, options, told):
    result = run(*asked("c-1", *options))
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("package", ["phonenumbers", "holidays", "email_validator", "polars"])
def test_without_the_packages_it_says_what_to_install(lists, package):
    hidden = f"import sys\nsys.modules['{package}'] = None\nfrom leadqual.cli.app import main\nmain()"
    asked_of = asked("c-1") if package != "polars" else ["permit", "p.csv", "--purpose", "survey", "--channel", "voice"]
    command = [sys.executable, "-c", hidden, *asked_of]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=os.environ)
    assert result.returncode == 2, result.stderr
    assert "pip install 'leadqual[" in result.stderr
    assert "Traceback" not in result.stderr
