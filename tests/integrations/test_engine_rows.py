from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.bring_in import MAPPING, bring, cases, mine

import leadqual as lq
from leadqual import frames
from leadqual.errors import InputError, PolicyError
from leadqual.integrations import Mapping, read

PEOPLE = "ID,Full name,Email,Country\n1,Ani,ani@example.id,ID\n2,Budi,budi@example.id,ID\n"
EVENTS = "Event ID,Person,Deal,Mail,Name,Type,Started,Ended,Notes,Result,Length,Amount,Currency,Deleted\n"
ZONE = {"time_zone": "Asia/Jakarta"}


def event(number: object, **cells: object) -> str:
    known = {"Event ID": number, "Type": "Call", "Started": "2026-11-01 08:00", **cells}
    return ",".join(str(known.get(name, "")) for name in EVENTS.strip().split(",")) + "\n"


def ids(found) -> list[tuple[str, str]]:
    return found.interactions.select("contact_id", "interaction_id").collect().rows()


def test_contacts_and_what_happened(tmp_path):
    row = event(1, Person="1", Notes="<b>Hi</b>", Result="Connected", Length="0:01:30")
    contacts, interactions = bring(tmp_path, PEOPLE, EVENTS + row, **ZONE).frames()
    assert contacts.rows()[0] == ("1", "Ani", "ani@example.id", "ID")
    told = interactions.row(0, named=True)
    assert told["occurred_at"] == datetime(2026, 11, 1, 1, tzinfo=UTC)
    assert (told["kind"], told["note"], told["outcome"], told["duration_seconds"]) == (
        "call_outbound",
        "Hi",
        "answered",
        90,
    )


def test_the_order_of_the_files_does_not_matter(tmp_path):
    found = bring(tmp_path, EVENTS + event(1, Person="1"), PEOPLE, **ZONE)
    assert ids(found) == [("1", "event-1-1")]


def test_repeated_rows_count_once_and_contradictions_are_refused_with_both_rows(tmp_path):
    people = PEOPLE + "1,Ani,ani@example.id,ID\n2,Budiman,budi@example.id,ID\n"
    found = bring(tmp_path, people)
    assert found.contacts["contact_id"].to_list() == ["1"]
    assert cases(found) == [(3, None, "duplicate-id"), (5, None, "duplicate-id")]
    assert "row 3" in found.report.summary["suggestion"][0][0]
    assert "row 5" in found.report.summary["suggestion"][0][0]
    assert found.report.repeated == 1


def test_repeated_interactions_across_files(tmp_path):
    first = EVENTS + event(1, Person="1") + event(2, Person="1") + event(3, Person="2")
    second = EVENTS + event(1, Person="1") + event(2, Person="1", Type="Sale") + event(4, Person="2")
    found = bring(tmp_path, PEOPLE, first, second, **ZONE)
    assert sorted(ids(found)) == [("1", "event-1-1"), ("2", "event-3-2"), ("2", "event-4-2")]
    assert cases(found, "row", "code") == [(3, "duplicate-id"), (3, "duplicate-id")]
    assert found.report.repeated == 1


def test_one_activity_about_several_contacts(tmp_path):
    found = bring(tmp_path, PEOPLE, EVENTS + event(1, Person="1;2;9"), **ZONE)
    assert ids(found) == [("1", "event-1-1"), ("2", "event-1-2")]
    assert cases(found, "row", "code", "found") == [(2, "unknown-contact", "9")]


def test_ways_to_a_contact_are_tried_in_turn(tmp_path):
    links = "Deal ID,Person ID\nd-1,1\nd-1,2\n"
    rows = [
        event(1, Deal="d-1"),
        event(2, Deal="d-9", Person="2"),
        event(3, Mail="BUDI@example.id"),
        event(4, Name="ani"),
        event(5, Deal="d-9", Person="8"),
        event(6),
    ]
    found = bring(tmp_path, PEOPLE, links, EVENTS + "".join(rows), **ZONE)
    assert ids(found) == [
        ("1", "event-1-1"), ("2", "event-1-2"), ("2", "event-2-2"), ("2", "event-3-2"), ("1", "event-4-1"),
    ]  # fmt: skip
    assert set(cases(found, "row", "code")) == {(6, "unknown-contact"), (7, "no-contact")}


def test_a_name_that_two_contacts_share_leads_to_none(tmp_path):
    people = PEOPLE + "3,ANI,,\n"
    found = bring(tmp_path, people, EVENTS + event(1, Name="Ani"), **ZONE)
    assert ids(found) == []
    assert cases(found, "row", "code") == [(2, "ambiguous-contact")]


def test_companies_are_joined_and_what_the_contact_says_itself_comes_first(tmp_path):
    people = "ID,Full name,Account\n1,Ani,a\n2,Budi,b\n"
    found = bring(tmp_path, people, "Account ID,Account name,Industry\na,PT Maju,retail\n")
    assert found.contacts.select("company.name", "company.industry").rows() == [("PT Maju", "retail"), (None, None)]
    assert cases(found) == [(3, None, "unknown-company")]


def test_a_row_that_is_the_same_person_elsewhere_fills_what_is_empty(tmp_path):
    people = "ID,Full name,Email,Phone,Became\nL1,Lead Name,lead@example.id,+6281234567890,1\n1,Ani,,,\nL2,Other,,,7\n"
    found = bring(tmp_path, people, EVENTS + event(1, Person="L1") + event(2, Person="L2"), **ZONE)
    assert found.contacts.rows() == [
        ("1", "Ani", "lead@example.id", "+6281234567890"),
        ("7", "Other", None, None),
    ]
    assert ids(found) == [("1", "event-1-1"), ("7", "event-2-7")]


def test_stages_go_to_the_standings(tmp_path):
    people = "ID,Full name,Stage,Since\n1,Ani,Qualified,2026-11-01\n2,Budi,Open,\n3,Citra,Hot,\n"
    found = bring(tmp_path, people, **ZONE)
    assert found.standings.rows() == [("1", "mql", datetime(2026, 10, 31, 17, tzinfo=UTC), "Qualified")]
    assert "stage" not in found.contacts.columns
    assert found.report.unknown_terms.select("term", "vocabulary", "rows").rows() == [("Hot", "stages", [4])]


def test_wishes_are_never_lost(tmp_path):
    people = "ID,Full name,Unsubscribed,Opt-out date\n1,Ani,yes,\n2,Budi,no,\n3,Citra,Ya,2026-10-01 08:00\n"
    undated = bring(tmp_path, people, **ZONE)
    assert cases(undated, "row", "code") == [(2, "no-export-time")]
    found = bring(tmp_path, people, at=datetime(2026, 11, 1, tzinfo=UTC), **ZONE)
    assert cases(found) == []
    assert found.interactions.select("contact_id", "kind", "occurred_at", "for_channel").collect().rows() == [
        ("1", "opted_out", datetime(2026, 11, 1, tzinfo=UTC), "email"),
        ("3", "opted_out", datetime(2026, 10, 1, 1, tzinfo=UTC), "email"),
    ]


def test_what_an_activity_needs(tmp_path):
    rows = [
        event(1, Person="1", Type="Memo"),
        event(2, Person="1", Type="Cal"),
        event(3, Person="1", Started=""),
        event(4, Person="1", Type="Sale", Amount="100"),
        event(5, Person="1", Type="Sale", Amount="-5", Currency="IDR"),
        event(6, Person="1", Type="Sale", Result="Connected", Deleted="true"),
        event("", Person="1"),
        event(8, Person="1", Type="Sale", Result="Connected"),
    ]
    found = bring(tmp_path, PEOPLE, EVENTS + "".join(rows), **ZONE)
    assert ids(found) == [("1", f"event-{number}-1") for number in (4, 5, 8)]
    assert set(cases(found, "row", "code", "effect")) == {
        (3, "unknown-term", "refused"),
        (4, "no-time", "refused"),
        (5, "missing-currency", "left empty"),
        (6, "out-of-range", "left empty"),
        (8, "missing-id", "refused"),
    }
    file = found.report.files[1]
    assert (file.skipped, file.left_out, file.rows) == (1, 1, 8)
    assert found.interactions.collect()["outcome"].null_count() == 3  # a purchase has none


def test_two_columns_for_one_field_the_first_that_can_be_read_counts(tmp_path):
    people = "ID,Full name,Phone,Mobile\n1,Ani,-,0812-3456-7890\n2,Budi,+442079460018,0812-3456-7890\n"
    found = bring(tmp_path, people, country="Indonesia")
    assert found.contacts["phone"].to_list() == ["+6281234567890", "+442079460018"]


def test_lists_of_words(tmp_path):
    found = bring(tmp_path, "ID,Full name,Roles\n1,Ani,Reseller; press\n2,Budi,Resellr;press\n3,C,\n")
    assert found.contacts["roles"].to_list() == [["partner", "press"], ["press"], None]
    assert cases(found, "row", "found", "suggestion") == [(3, "Resellr", "did you mean 'Reseller'?")]


def test_a_policy_says_which_attributes_count(tmp_path):
    people = PEOPLE.replace("Country", "Budget").replace(",ID\n", ",2500\n")
    assert bring(tmp_path, people).contacts["monthly_budget"].to_list() == [2500, 2500]
    found = bring(tmp_path, people, policy=lq.policies.sales())
    assert "monthly_budget" in found.contacts.columns
    minimal = bring(tmp_path, people, policy=lq.policies.minimal())
    assert minimal.report.undeclared == ("monthly_budget",)
    assert "monthly_budget" not in minimal.contacts.columns


def test_the_tables_are_those_that_policies_take(tmp_path):
    rows = "".join(event(number, Person="1", Type="Sale", Amount="5", Currency="IDR") for number in range(3))
    found = bring(tmp_path, PEOPLE, EVENTS + rows, policy=lq.policies.sales(), **ZONE)
    contacts, history = frames.to_models(*found.frames())
    assert len(contacts) == 2
    scored = frames.score(lq.policies.sales(), *found.frames(), at=datetime(2026, 11, 22, tzinfo=UTC))
    assert scored.height == 2
    assert history is not None


def test_the_same_files_give_the_same_tables(tmp_path):
    tables = [PEOPLE, EVENTS + "".join(event(number, Person="1;2") for number in range(20))]
    one, other = (bring(tmp_path, *tables, **ZONE).frames() for _ in range(2))
    assert all(first.equals(second) for first, second in zip(one, other, strict=True))


def test_kinds_are_held_against_the_policy(tmp_path):
    own = mine().with_words(activities={"Ride": "test_ride"})
    (tmp_path / "e.csv").write_text(EVENTS)
    with pytest.raises(PolicyError) as error:
        read(own, tmp_path / "e.csv")
    assert error.value.code == "unknown-kind"
    policy = lq.Policy.loads("name: own\nversion: 1.0.0\ninteractions: {test_ride: {}}\n")
    assert read(own, tmp_path / "e.csv", policy=policy).report.interactions == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"country": "Narnia"}, "unknown-country"),
        ({"time_zone": "Asia/Jakata"}, "bad-time-zone"),
        ({"decimal": ";"}, "bad-decimal"),
        ({"day_first": "yes"}, "wrong-type"),
        ({"at": datetime(2026, 1, 1)}, "naive-datetime"),
        ({"encoding": "utf-88"}, "unknown-encoding"),
    ],
)
def test_options_are_checked(tmp_path, options, code):
    with pytest.raises(InputError) as error:
        bring(tmp_path, PEOPLE, **options)
    assert error.value.code == code


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    with pytest.raises(InputError):
        bring(tmp_path, "")
    found = bring(tmp_path, PEOPLE)
    assert len(list((tmp_path / "scratch").iterdir())) == 1
    del found
    assert list((tmp_path / "scratch").iterdir()) == []


def test_progress_goes_on_to_the_end(tmp_path):
    told: list[tuple[str, float]] = []
    bring(
        tmp_path, PEOPLE, EVENTS + event(1, Person="1"), progress=lambda name, done: told.append((name, done)), **ZONE
    )
    assert [done for name, done in told if name == "reading"][-1] == 1.0
    assert told[-1] == ("joining", 1.0)


def test_a_time_that_cannot_be_read_is_not_replaced_by_another(tmp_path):
    rows = event(1, Person="1", Ended="03/04/2026") + event(2, Person="1", Ended="2026-11-05 08:00")
    found = bring(tmp_path, PEOPLE, EVENTS + rows, **ZONE)
    assert ids(found) == [("1", "event-2-1")]
    assert cases(found, "row", "column", "code") == [(2, "Ended", "ambiguous-date")]


def test_a_case_names_the_column_in_which_the_cell_stands(tmp_path):
    own = Mapping.loads(MAPPING.replace("{column: Result, words", "{column: [Result, Remark], words"))
    (tmp_path / "people.csv").write_text(PEOPLE)
    header, cells = "Event ID,Person,Type,Started,Result,Remark\n", "Call,2026-11-01 08:00"
    rows = f"1,1,{cells},,Konnected\n2,1,{cells},Connected,Odd\n3,1,{cells},,Connected\n"
    (tmp_path / "events.csv").write_text(header + rows)
    found = read(own, [tmp_path / "people.csv", tmp_path / "events.csv"], **ZONE)
    assert cases(found, "row", "column", "found") == [(2, "Remark", "Konnected")]
    assert found.frames()[1]["outcome"].to_list() == [None, "answered", "answered"]


def test_a_wish_that_says_neither_yes_nor_no_is_told_once(tmp_path):
    people = "ID,Full name,Unsubscribed\n1,Ani,yes\n2,Budi,verdadero\n3,Citra,\n4,Dewi,no\n"
    found = bring(tmp_path, people, at=datetime(2026, 11, 1, tzinfo=UTC))
    assert cases(found, "row", "column", "code", "found") == [(3, "Unsubscribed", "bad-boolean", "verdadero")]


def test_no_country_stands_for_one_that_cannot_be_read(tmp_path):
    people = "ID,Full name,Phone,Country\n1,Ani,0812-3456-7890,Jermn\n2,Budi,0812-3456-7890,\n3,C,+4930123456,Jermn\n"
    found = bring(tmp_path, people, country="ID")
    assert found.contacts["phone"].to_list() == [None, "+6281234567890", "+4930123456"]
    assert (2, "Phone", "phone-without-country") in cases(found)


def test_what_is_there_twice_need_not_have_the_same_columns(tmp_path):
    rows = event(1, Person="1") + event(2, Person="1")
    header = "Event ID,Person,Type,Started\n"
    other = header + "1,1,Call,2026-11-01 08:00\n1,1,Call,2026-11-01 08:00\n3,1,Call,2026-11-01 08:00\n"
    found = bring(tmp_path, PEOPLE, EVENTS + rows, other, **ZONE)
    assert ids(found) == [("1", "event-1-1"), ("1", "event-2-1"), ("1", "event-3-1")]
    assert found.report.repeated == 2


def test_a_person_is_there_since_the_earliest_row_and_comes_from_where_that_says(tmp_path):
    rows = [
        "5,Wei Ming Tan,w@example.sg,Referral,2026-09-01,,Reseller",
        "9,W. Tan,w@example.sg,Web,2026-04-04,5,",
        "10,W. Tan,,,2026-03-01,5,",
    ]
    people = "ID,Full name,Email,Source,Created,Became,Roles\n" + "\n".join(rows) + "\n"
    own = Mapping.loads(MAPPING.replace("Web: web_form", "Web: web_form, Referral: referral"), "mine.yaml")
    (tmp_path / "people.csv").write_text(people)
    found = read(own, tmp_path / "people.csv", **ZONE)
    (contact,) = found.contacts.to_dicts()
    assert (contact["contact_id"], contact["full_name"], contact["source"]) == ("5", "Wei Ming Tan", "web_form")
    assert contact["created_at"] == datetime(2026, 2, 28, 17, tzinfo=UTC)
    told = found.report.cases.collect().filter(found.report.cases.collect()["code"] == "another-row")
    assert sorted(told.select("effect", "row", "column").rows()) == [
        ("changed", 2, "created_at"),
        ("changed", 2, "source"),
        ("changed", 3, "created_at"),
        ("changed", 3, "full_name"),
        ("changed", 4, "full_name"),
    ]
    assert ("W. Tan", "Wei Ming Tan") in told.select("found", "suggestion").rows()
    assert found.report.to_decide == 0


def test_rows_of_one_person_of_whom_no_time_is_known(tmp_path):
    people = "ID,Full name,Source,Became\n5,Tan,,\n9,Tan,Web,5\n"
    found = bring(tmp_path, people)
    assert found.contacts.select("contact_id", "source").rows() == [("5", "web_form")]
    assert found.report.count("changed") == 0
