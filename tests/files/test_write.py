from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from leadqual import datasets
from leadqual.errors import InputError
from leadqual.files.leads import read_leads
from leadqual.files.records import contact_record, decision_record, interaction_record, reasons
from leadqual.files.write import WholeFiles, write_table
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.desk import ProfileUpdated
from leadqual.model.interactions.meetings import DemoRequested
from leadqual.policies import sales

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_the_sample_is_written_and_read_back(tmp_path, ending):
    sample = datasets.demo(contacts=60)
    sample.histories["c-00001"].append(ProfileUpdated(id="p-1", occurred_at=AT, changes={"company.employees": 5}))
    contacts, interactions = tmp_path / f"contacts.{ending}", tmp_path / f"interactions.{ending}"
    write_table(contacts, map(contact_record, sample.contacts))
    rows = [interaction_record(name, one) for name, history in sample.histories.items() for one in history]
    write_table(interactions, rows)
    leads = read_leads(contacts, interactions, sales())
    assert leads.contacts == sample.contacts
    assert leads.histories == sample.histories


def test_nothing_is_half_written(tmp_path):
    target = tmp_path / "scores.csv"
    target.write_text("old")

    def failing():
        yield {"contact_id": "c-1"}
        raise KeyboardInterrupt

    def write_both():
        with WholeFiles() as files:
            write_table(files.for_target(tmp_path / "first.csv"), [{"contact_id": "c-1"}], "first.csv")
            write_table(files.for_target(target), failing(), target)

    with pytest.raises(KeyboardInterrupt):
        write_both()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]


@pytest.mark.parametrize("target", ["nowhere/scores.csv", "folder.csv", "bad\0name.csv"])
def test_what_cannot_be_written_is_refused(tmp_path, target):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="unwritable-file"), WholeFiles() as files:
        files.for_target(tmp_path / target)


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(InputError, match="unknown-format"):
        write_table(tmp_path / "scores.xlsx", [])


def test_columns_are_those_of_all_rows(tmp_path):
    write_table(tmp_path / "t.csv", [{"a": 1}, {"b": True, "c": [1]}], columns=["id"])
    assert (tmp_path / "t.csv").read_text() == "id,a,b,c\n,1,,\n,,true,[1]\n"


def test_the_ledger_columns_sum_to_the_scores(tmp_path):
    policy = Policy(
        name="p",
        scores={
            "engagement": {
                "range": [0, 60],
                "groups": {"all": {"cap": 70}},
                "rules": [
                    {
                        "id": "demo",
                        "each": "demo_requested",
                        "points": 40,
                        "cap": 75,
                        "group": "all",
                        "description": "Asked. Often.",
                    }
                ],
            }
        },
    )
    contact = Contact(id="c-1")
    decision = policy.decide(contact, [DemoRequested(id=str(i), occurred_at=AT) for i in range(2)], at=AT)
    record = decision_record(decision, contact, ledger=True)
    lines = [value for name, value in record.items() if name.startswith("score.engagement.")]
    assert len(lines) == 4
    assert sum(lines) == record["score.engagement"] == 60
    assert reasons(decision) == ["Asked (+75)"]
    write_table(tmp_path / "d.csv", [record])
    with (tmp_path / "d.csv").open() as handle:
        assert next(csv.DictReader(handle))["at"] == "2026-11-22T00:00:00Z"


def test_only_texts_are_made_safe_for_spreadsheets(tmp_path):
    row = {"number": -5, "share": -0.5, "day": AT, "good": True, "names": ["-a", "b"], "data": {"a": 1}, "text": "-5"}
    write_table(tmp_path / "t.csv", [row], spreadsheet_safe=True)
    with (tmp_path / "t.csv").open(newline="") as handle:
        cells = list(csv.reader(handle))[1]
    assert cells == ["-5", "-0.5", "2026-11-22T00:00:00Z", "true", "'-a;b", '{"a": 1}', "'-5"]
    write_table(tmp_path / "t.jsonl", [row], spreadsheet_safe=True)
    assert '"text": "-5"' in (tmp_path / "t.jsonl").read_text()


def test_cells_that_could_be_read_in_two_ways_are_written_in_one(tmp_path):
    write_table(tmp_path / "t.csv", [{"share": -1.125, "names": ["Tan, Lim & Co."], "many": ["a, b", "c"]}])
    with (tmp_path / "t.csv").open(newline="") as handle:
        assert list(csv.reader(handle))[1] == ["-1.1250", "Tan, Lim & Co.;", "a, b;c"]
