from __future__ import annotations

import json

import pytest

from leadqual.files.interactions import read_interactions
from leadqual.files.records import interaction_record
from leadqual.files.write import write_table

AT = "2026-11-01T00:00:00Z"
HEADER = "contact_id,interaction_id,kind,occurred_at,changes.country,changes.company.fleet,cleared\n"
CONTACTS = "contact_id\nc-1\n"


def test_a_list_names_what_is_missing_from_then_on(read):
    rows = f"c-1,1,profile_updated,{AT},SG,,contact.city; company.fleet\nc-1,2,profile_updated,{AT},,,country\n"
    first, second = read(CONTACTS, HEADER + rows).histories["c-1"]
    assert dict(first.changes) == {"country": "SG", "city": None, "company.fleet": None}
    assert dict(second.changes) == {"country": None}


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ("SG,,country", "duplicate-field", "cleared"),
        (",,contry", "unknown-property", "cleared"),
        (",,full name", "bad-field-name", "cleared"),
        (",,roles", "unchangeable-field", "cleared"),
        (",,", "missing-field", "changes"),
    ],
)
def test_a_bad_list_is_told_under_its_column(read, codes, cells, code, column):
    assert codes(read(CONTACTS, f"{HEADER}c-1,1,profile_updated,{AT},{cells}\n")) == [(2, code, column)]


def test_only_updates_of_the_profile_have_it(read, codes):
    leads = read(CONTACTS, f"{HEADER}c-1,1,demo_requested,{AT},,,country\n")
    assert codes(leads) == [(2, "unknown-property", "cleared")]


@pytest.mark.parametrize(
    ("cleared", "code"), [("country", "wrong-type"), ([1], "wrong-type"), (["country", "country"], None), ([], None)]
)
def test_in_json_it_is_a_list_of_texts(write, policy, cleared, code):
    update = {"kind": "profile_updated", "occurred_at": AT, "changes": {"city": "Medan"}, "cleared": cleared}
    (row,) = read_interactions(write("i.jsonl", json.dumps({"contact_id": "c", "id": "1", **update})), policy)
    assert [problem.code for problem in row.problems] == ([] if code is None else [code])


def test_what_is_written_is_read_back(tmp_path, policy):
    line = {"contact_id": "c-1", "id": "1", "kind": "profile_updated", "occurred_at": AT}
    source = tmp_path / "i.jsonl"
    source.write_text(json.dumps({**line, "changes": {"country": "SG", "interests": ["a;b"], "company.fleet": None}}))
    (row,) = read_interactions(source, policy)
    write_table(tmp_path / "i.csv", [interaction_record("c-1", row.value)])
    (again,) = read_interactions(tmp_path / "i.csv", policy)
    assert again.value == row.value


def test_an_empty_text_is_missing_in_csv_alone(write, policy):
    cells = {"contact_id": "c", "id": "1", "kind": "page_viewed", "occurred_at": AT, "path": ""}
    (row,) = read_interactions(write("i.jsonl", json.dumps(cells)), policy)
    assert row.value.path == ""
    (row,) = read_interactions(write("i.csv", f"contact_id,id,kind,occurred_at,path\nc,1,page_viewed,{AT},\n"), policy)
    assert row.problems[0].code == "missing-field"
