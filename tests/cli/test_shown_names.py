"""Contacts of systems that have no full name are shown by the parts of their names."""

from __future__ import annotations

import csv

import pytest

PARTED = "contact_id,given_name,family_name,country\nc-1,Siti,Rahma,ID\nc-2,,Lee,SG\nc-3,,,ID\n"


@pytest.fixture
def parted(files):
    (files / "c.csv").write_text(PARTED)
    return files


def test_the_hottest_leads_have_names(parted, run, data):
    assert "Siti Rahma" in run("score", *data).stdout


def test_written_scores_have_names(parted, run, data):
    assert run("score", *data, "--out", "s.csv").exit_code == 0
    with (parted / "s.csv").open() as handle:
        assert [row["full_name"] for row in csv.DictReader(handle)] == ["Siti Rahma", "Lee", ""]


def test_a_list_that_is_screened_has_names(parted, run):
    for package in ("phonenumbers", "holidays", "email_validator", "polars"):
        pytest.importorskip(package)
    asked = ("--purpose", "marketing", "--channel", "voice", "--at", "2026-11-23T04:00:00Z", "--out", "v.csv")
    result = run("permit", "c.csv", *asked)
    assert result.exit_code in (0, 1), result.output
    with (parted / "v.csv").open() as handle:
        assert [row["full_name"] for row in csv.DictReader(handle)] == ["Siti Rahma", "Lee", ""]
