from __future__ import annotations

import json

import pytest

from leadqual.errors import InputError
from leadqual.files.contacts import read_contacts
from leadqual.files.interactions import read_interactions
from leadqual.model.contact import Company, Contact

AT = "2026-11-01T00:00:00Z"


@pytest.fixture
def rows(write, policy):
    def rows(*lines, **options):
        content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
        return list(read_contacts(write("contacts.jsonl", content), policy, **options))

    return rows


@pytest.fixture
def problems(rows):
    def problems(line):
        (row,) = rows(line)
        assert row.value is None
        return [(problem.code, problem.place.path) for problem in row.problems]

    return problems


def test_nested_and_dotted_rows_are_the_same(rows):
    nested = {"id": "c-1", "company": {"employees": 3, "attributes": {"fleet": 2}}, "attributes": {"monthly_budget": 5}}
    dotted = {"contact_id": "c-1", "company.employees": 3, "company.fleet": 2, "monthly_budget": 5}
    first, second = rows(nested, dotted)
    assert first.value == second.value
    assert first.value.company == Company(employees=3, attributes={"fleet": 2})


def test_what_a_contact_dumps_is_read_back(rows):
    contact = Contact(
        id="c-1",
        roles={"partner"},
        preferred_channels=["email"],
        company=Company(name="PT Maju", founded=1999),
        consents=[{"channel": "email", "at": AT, "how": "web_form"}],
        do_not_call=[{"at": AT, "channel": "voice"}],
        created_at=AT,
        attributes={"monthly_budget": 4000, "interests": ("a", "b"), "newsletter": True},
    )
    (row,) = rows(contact.model_dump_json())
    assert row.problems == ()
    assert row.value == contact


def test_naive_times_in_consents_are_read_in_the_named_zone(rows):
    line = {"id": "c-1", "consents": [{"channel": "email", "at": "2026-11-01T07:00:00"}]}
    assert rows(line)[0].problems[0].code == "naive-datetime"
    assert rows(line, time_zone="Asia/Jakarta")[0].value.consents[0].at.hour == 0


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ({"id": "c-1", "company": {"employees": "3"}}, "int-type", "company.employees"),
        ({"id": "c-1", "monthly_budget": "3"}, "wrong-type", "monthly_budget"),
        ({"id": "c-1", "company": {"emploees": 3}}, "unknown-column", "company.emploees"),
        ({"id": "c-1", "company": "PT Maju"}, "unknown-column", "company"),
        ({"id": "c-1", "created_at": 1761955200}, "bad-time", "created_at"),
        ({"id": "c-1", "contact_id": "c-2"}, "duplicate-column", "contact_id"),
        ({"full_name": "Ani"}, "missing-field", "contact_id"),
        ('{"id": "c-1", "id": "c-2"}', "duplicate-column", None),
        ('{"id": "c-1", "company.annual_revenue": NaN}', "finite-number", None),
        ('{"id": "c-1", "company.annual_revenue": 1e999}', "finite-number", "company.annual_revenue"),
        ('{"id": "c-1", "full_name": "\\ud800"}', "string-unicode", "full_name"),
        ('{"id": "c-1",', "bad-json", None),
        ("[" * 100_000, "bad-json", None),
        ("1" * 5_000, "bad-json", None),
        ("[1]", "wrong-type", None),
    ],
)
def test_a_bad_line_says_what_and_where(problems, line, code, column):
    assert problems(line) == [(code, column)]


def test_identifiers_may_be_whole_numbers(rows):
    assert rows({"contact_id": 7})[0].value.id == "7"


def test_a_line_in_another_encoding_is_told(write, policy):
    path = write("contacts.jsonl", b'{"id": "c-1"}\n{"id": "c-2", "full_name": "Ren\xe9e"}\n{"id": "c-3"}\n')
    rows = list(read_contacts(path, policy))
    assert [row.problems[0].code if row.problems else None for row in rows] == [None, "bad-encoding", None]


def test_an_empty_file_is_refused(write, policy):
    with pytest.raises(InputError, match="empty-file"):
        read_contacts(write("contacts.jsonl", "\n\n"), policy)


def test_interactions_with_changes_and_properties(write, policy):
    lines = [
        {"contact_id": "c-1", "id": "1", "kind": "profile_updated", "occurred_at": AT, "changes": {"country": None}},
        {"contact_id": "c-1", "id": "2", "kind": "roi_calculated", "occurred_at": AT, "properties": {"saving": 7}},
        {"contact_id": "c-1", "id": "3", "kind": ["purchase"], "occurred_at": AT},
        {"contact_id": True, "id": "4", "kind": "purchase", "occurred_at": AT},
        {"contact_id": "c-1", "id": "5", "kind": "purchase", "occurred_at": AT, "amuont": 3},
    ]
    first, second, third, fourth, fifth = read_interactions(write("e.jsonl", "\n".join(map(json.dumps, lines))), policy)
    assert dict(first.value.changes) == {"country": None}
    assert second.value.value("saving") == 7
    assert third.problems[0].code == "wrong-type"
    assert fourth.problems[0].place.path == "contact_id"
    assert fifth.problems[0].hint == "did you mean 'amount'?"
