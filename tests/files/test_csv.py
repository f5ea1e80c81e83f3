from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadqual.errors import InputError, LeadqualError
from leadqual.files.contacts import read_contacts
from leadqual.files.interactions import read_interactions

HEADER = "contact_id,full_name,email,country,company.employees,monthly_budget,created_at\n"


def refused(write, policy, content, **options):
    with pytest.raises(InputError) as caught:
        list(read_contacts(write("contacts.csv", content), policy, **options))
    return caught.value


def test_cells_become_typed_fields(read):
    text = (
        "id,contact.full_name,company.employees,attributes.monthly_budget,newsletter,interests,company.fleet,roles,"
        "preferred_channels,consents,created_at\n"
        'c-1,"Rahma, Siti",250,4000.5,yes,a;b,12,partner|press,whatsapp;email,'
        '"[{""channel"": ""email"", ""at"": ""2026-11-01T00:00:00Z""}]",2026-11-01T07:00:00+07:00\n'
    )
    contact = read(text).contacts[0]
    assert contact.full_name == "Rahma, Siti"
    assert contact.company.employees == 250
    assert dict(contact.attributes) == {"monthly_budget": 4000.5, "newsletter": True, "interests": ("a", "b")}
    assert dict(contact.company.attributes) == {"fleet": 12}
    assert sorted(contact.roles) == ["partner", "press"]
    assert list(contact.preferred_channels) == ["whatsapp", "email"]
    assert contact.consents[0].granted
    assert contact.created_at.isoformat() == "2026-11-01T00:00:00+00:00"


def test_empty_cells_are_missing(read):
    contact = read(HEADER + "c-1,, ,,,,\n").contacts[0]
    assert (contact.full_name, contact.email, contact.company) == (None, None, None)
    assert dict(contact.attributes) == {}


def test_every_bad_cell_of_a_row_is_told_with_its_line_and_column(read, codes):
    leads = read(HEADER + "c-1,Ani,,ID,3,,\n\nc-2,Budi,budi,id,1.500,1.500.000,31/12/2026\n")
    assert [contact.id for contact in leads.contacts] == ["c-1"]
    assert sorted(codes(leads), key=str) == [
        (4, "ambiguous-number", "company.employees"),
        (4, "bad-country", "country"),
        (4, "bad-email", "email"),
        (4, "bad-number", "monthly_budget"),
        (4, "bad-time", "created_at"),
    ]
    assert leads.rejected[0].text == "c-2,Budi,budi,id,1.500,1.500.000,31/12/2026"


def test_a_row_of_another_length_is_refused(read, codes):
    leads = read("contact_id,full_name\nc-1,Siti,Rahma\nc-2\nc-3,Ani\n")
    assert codes(leads) == [(2, "wrong-cell-count", None), (3, "wrong-cell-count", None)]
    assert len(leads.contacts) == 1


def test_quotes_that_never_close_lose_no_row_in_silence(read, codes):
    leads = read('contact_id,full_name\nc-1,Ani\nc-2,"Siti\nc-3,Budi\n')
    assert codes(leads) == [(3, "bad-csv", None)]
    assert leads.rejected[0].text == 'c-2,"Siti\nc-3,Budi'


def test_lines_are_counted_through_cells_of_several_lines(read, codes):
    leads = read('contact_id,full_name,country\nc-1,"Siti\nRahma",ID\nc-2,Ani,indonesia\n')
    assert leads.contacts[0].full_name == "Siti\nRahma"
    assert codes(leads) == [(4, "bad-country", "country")]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_seen_in_the_header_and_reported(read, delimiter):
    leads = read(f"contact_id{delimiter}full_name{delimiter}roles\nc-1{delimiter}Rahma, Siti{delimiter}partner\n")
    assert leads.contacts[0].full_name == "Rahma, Siti"
    assert "separated by" in leads.notes[0]


def test_a_byte_order_mark_is_no_part_of_the_first_column(read):
    assert read(b"\xef\xbb\xbfcontact_id\r\nc-1\r\n").contacts[0].id == "c-1"


def test_a_wrong_byte_is_told_with_its_row_and_loses_only_that(read, codes):
    leads = read("contact_id,full_name\nc-1,Ani\nc-2,Ren\xe9e\n".encode("latin-1") + "c-3,Zoë\n".encode())
    assert [contact.full_name for contact in leads.contacts] == ["Ani", "Zoë"]
    assert codes(leads) == [(3, "bad-encoding", None)]
    problem = leads.problems[0]
    assert "byte 0xe9" in problem.found
    assert "windows-1252" in problem.hint


def test_the_encoding_can_be_named(read):
    text = "contact_id,full_name\nc-1,Renée\n"
    assert (
        read(text.encode("cp1252"), "contact_id,id,kind,occurred_at\n", encoding="cp1252").contacts[0].full_name
        == "Renée"
    )


def test_utf_16_and_spreadsheets_are_recognised(write, policy):
    error = refused(write, policy, "contact_id,full_name\nc-1,Ani\n".encode("utf-16"))
    assert (error.code, error.problems[0].place.line) == ("bad-encoding", 1)
    assert "--encoding utf-16" in error.problems[0].hint
    assert "spreadsheet" in str(refused(write, policy, b"PK\x03\x04whatever"))
    path = write("contacts.csv", "contact_id,full_name\nc-1,Ani\n".encode("utf-16"))
    assert next(read_contacts(path, policy, encoding="utf-16")).value.full_name == "Ani"


def test_an_unknown_encoding_is_refused(write, policy):
    assert refused(write, policy, "contact_id\n", encoding="utf-9").code == "unknown-encoding"
    assert refused(write, policy, "contact_id\n", encoding="hex").code == "unknown-encoding"


@pytest.mark.parametrize("content", ["", "\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(write, policy, content):
    assert refused(write, policy, content).code == "empty-file"


def test_a_header_alone_is_a_file_without_contacts(read):
    assert read("contact_id\n").contacts == []


@pytest.mark.parametrize(
    ("header", "code", "hint"),
    [
        ("contact_id,full_name,full_name", "duplicate-column", "leave one"),
        ("contact_id,id", "duplicate-column", "leave one"),
        ("contact_id,monthly_budget,contact.monthly_budget", "duplicate-column", "leave one"),
        ("contact_id,full_name,", "unnamed-column", "delimiter at the end"),
        ("contct_id,full_name", "unknown-column", "contact_id"),
        ("full_name,email", "missing-column", ""),
        ("contact_id,monthly_bugdet", "unknown-column", "did you mean 'monthly_budget'?"),
        ("contact_id,shoe_size", "unknown-column", "--ignore-unknown-columns"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(write, policy, header, code, hint):
    error = refused(write, policy, header + "\n")
    assert error.code == code
    assert error.problems[0].place.line == 1
    assert hint in (error.problems[0].hint or "")


def test_unknown_columns_are_told_once_and_may_be_left_out(read, write, policy):
    text = "contact_id,shoe_size\nc-1,42\nc-2,43\n"
    assert len(refused(write, policy, text).problems) == 1
    leads = read(text, ignore_unknown_columns=True)
    assert len(leads.contacts) == 2
    assert "shoe_size" in leads.notes[0]


@pytest.mark.parametrize("name", ["contacts.xlsx", "contacts.json", "contacts"])
def test_other_formats_are_refused(write, policy, name):
    with pytest.raises(InputError, match="unknown-format"):
        read_contacts(write(name, "contact_id\n"), policy)


def test_a_missing_file_is_refused_with_its_neighbour(write, policy):
    path = write("contacts.csv", "contact_id\n")
    with pytest.raises(InputError, match=r"did you mean 'contacts\.csv'"):
        read_contacts(path.with_name("contact.csv"), policy)
    with pytest.raises(InputError, match="unreadable-file"):
        read_contacts("bad\0name.csv", policy)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["c-1", "", "1e999", "nan", "2026-11-01", "true", '"', '""', '[{"at": 1}]', "[[", "ID", "purchase", "\0", "1,5"]
    ),
)
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=8).map(",".join), max_size=8).map("\n".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(st.binary(max_size=200), LINES.map(lambda text: text.encode("utf-8", "replace"))),
    full=st.booleans(),
)
def test_any_bytes_are_rows_or_problems(tmp_path, policy, content, full):
    path = tmp_path / "fuzz.csv"
    contacts = b"contact_id,full_name,roles,consents,company.employees,monthly_budget,newsletter,created_at\n"
    events = b"contact_id,interaction_id,kind,occurred_at,amount,changes,changes.country,saving\n"
    for read, header in ((read_contacts, contacts), (read_interactions, events)):
        path.write_bytes(header + content if full else content)
        try:
            rows = list(read(path, policy))
        except LeadqualError as error:
            assert str(error)  # noqa: PT017 - any of our errors will do, if it can be shown
        else:
            assert all((row.value is None) == bool(row.problems) for row in rows)
            assert all(str(problem) and problem.place.line for row in rows for problem in row.problems)


def test_empty_rows_of_a_spreadsheet_are_left_out_and_counted(read):
    leads = read("contact_id,full_name,country\nc-1,Ani,\n,,\n , ,\n,\n")
    assert (leads.rows, leads.rejected) == (1, [])
    assert [note.rpartition(": ")[2] for note in leads.notes] == ["3 empty rows were left out"]


def test_a_missing_id_names_its_column(read, codes):
    assert codes(read("contact_id,full_name\n,Ani\n")) == [(2, "missing-field", "contact_id")]
    assert codes(read("id,full_name\n,Ani\n")) == [(2, "missing-field", "id")]


def test_numbers_with_two_readings_wait_for_the_sign_that_begins_decimals(read, codes):
    text = "contact_id,monthly_budget,company.employees\nc-1,250.000,1.500\n"
    assert codes(read(text)) == [
        (2, "ambiguous-number", "monthly_budget"),
        (2, "ambiguous-number", "company.employees"),
    ]
    (contact,) = read(text, decimal="comma").contacts
    assert (contact.attributes["monthly_budget"], contact.company.employees) == (250_000, 1500)
    with pytest.raises(InputError, match="bad-decimal"):
        read(text, decimal=",")


@pytest.mark.parametrize(
    ("column", "cell", "hint"),
    [
        ("country", "Singapura", "write 'SG'"),
        ("country", "Vietnam", "write 'VN'"),
        ("company.currency", "Rp.", "write 'IDR'"),
        ("newsletter", "Ya", "write yes"),
        ("time_zone", "WIB", "write 'Asia/Jakarta'"),
        ("interests", '"coffee, tea"', "separate with ;"),
    ],
)
def test_words_of_the_region_are_met_with_the_code(read, column, cell, hint):
    (problem,) = read(f"contact_id,{column}\nc-1,{cell}\n").problems
    assert hint in problem.hint
