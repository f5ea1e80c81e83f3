"""The figures of a report add up: what rows told is what came in, what was refused and what was there already."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bring_in import bring, cases, mine
from support.exports import brought_in

from leadqual import integrations

PEOPLE = "ID,Full name,Email,Country\n"
EVENTS = "Event ID,Person,Deal,Mail,Name,Type,Started,Ended,Notes,Result,Length,Amount,Currency,Deleted\n"
ZONE = {"time_zone": "Asia/Jakarta"}


def event(number: object, person: str, kind: str = "Call", at: str = "2026-11-01 08:00", result: str = "") -> str:
    return f"{number},{person},,,,{kind},{at},,,{result},,,,\n"


def adds_up(report) -> None:
    files = report.files
    assert sum(file.contacts_in for file in files) == report.contacts
    assert sum(file.interactions_in for file in files) == report.interactions
    for file in files:
        assert file.contacts == file.contacts_in + file.contacts_refused + file.contacts_same
        told = file.interactions + file.interactions_shared
        assert told == file.interactions_in + file.interactions_refused + file.interactions_same
        assert min(file.contacts_same, file.interactions_same, file.interactions_shared) >= 0


@pytest.mark.parametrize("system", integrations.systems())
def test_figures_of_every_system_add_up(system):
    found = brought_in(system)
    adds_up(found.report)
    adds_up(brought_in(system, time_zone=None, at=None).report)


PERSON = st.tuples(st.integers(1, 4), st.sampled_from(["Ani", "Budi"]))
EVENT = st.tuples(
    st.integers(1, 4),
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.sampled_from(["Call", "Memo", "Odd"]),
    st.sampled_from(["2026-11-01 08:00", "soon"]),
)


@given(people=st.lists(PERSON, max_size=6), events=st.lists(EVENT, max_size=8))
def test_figures_add_up(tmp_path_factory, people, events):
    persons = [f"{number},{name},,ID\n" for number, name in people]
    happened = [event(number, ";".join(map(str, whom)), kind, at) for number, whom, kind, at in events]
    half = len(happened) // 2
    tables = (PEOPLE + "".join(persons), *(EVENTS + "".join(part) for part in (happened[:half], happened[half:])))
    adds_up(bring(tmp_path_factory.mktemp("figures"), *tables, **ZONE).report)


def test_figures_of_a_file_that_is_given_twice_add_up(tmp_path):
    table = PEOPLE + "1,Ani,,ID\n2,Budi,,ID\n2,Tan,,ID\n"
    file = tmp_path / "people.csv"
    file.write_text(table)
    adds_up(integrations.read(mine(), [file, file]).report)


def test_each_file_says_what_was_refused_later(tmp_path):
    people = PEOPLE + "1,Ani,,ID\n2,Budi,,ID\n2,Tan,,ID\n3,Siti,,ID\n"
    report = bring(tmp_path, people, EVENTS + event(1, "1;3") + event(2, "2") + event(3, "9"), **ZONE).report
    first, second = report.files
    assert (first.contacts_in, first.contacts_refused) == (2, 2)
    told = (second.interactions_in, second.interactions_refused, second.interactions_shared)
    assert told == (2, 2, 1)
    lines = report.explain().splitlines()
    assert any("4 rows, 2 contacts, 2 contacts refused" in line for line in lines)
    assert any("3 rows, 2 interactions, 2 interactions refused, 1 of the interactions" in line for line in lines)
    page = report._repr_html_()
    assert "Together" in page
    assert "2 contacts, 2 interactions" in page


def test_a_contact_whose_rows_were_refused_is_told_apart_from_one_that_is_not_there(tmp_path):
    people = PEOPLE + "2,Budi,,ID\n2,Tan,,ID\n3,Siti,,ID\n"
    found = bring(tmp_path, people, EVENTS + event(1, "2") + event(2, "3"), **ZONE)
    assert cases(found, "row", "code", "found")[-1] == (2, "refused-contact", "2")
    assert not any("files of the contacts" in question for question in found.report.questions())
    other = bring(tmp_path, people, EVENTS + event(1, "9"), **ZONE)
    assert any("files of the contacts" in question for question in other.report.questions())


def test_rows_of_one_key_say_in_what_they_differ(tmp_path):
    found = bring(tmp_path, "ID,Full name,Email,Stage\n2,Budi,a@b.id,Lead\n2,Tan,a@b.id,Qualified\n")
    told = found.report.cases.filter(pl.col("code") == "duplicate-id").collect()["suggestion"]
    assert all(text.startswith("they differ in full_name, stage: table-0.csv row 2") for text in told)


def test_everything_is_told_at_once_even_where_no_time_is_read(tmp_path):
    rows = event(1, "9", at="soon") + event(2, "1", at="soon", result="Odd")
    found = bring(tmp_path, PEOPLE + "1,Ani,,ID\n", EVENTS + rows, **ZONE)
    told = set(cases(found, "row", "code"))
    assert told == {(2, "bad-time"), (3, "bad-time"), (2, "unknown-contact"), (3, "unknown-term")}
    assert found.report.interactions == 0


def test_columns_that_are_not_there_are_counted_and_a_page_lists_them(tmp_path):
    found = bring(tmp_path, PEOPLE + "1,Ani,,ID\n").report
    text = found.explain()
    number = sum(len(file.missing) for file in found.files)
    assert f"{number} columns of the mapping are not there" in text
    assert "Mobile" not in text
    assert "Mobile" in found._repr_html_()


def test_a_page_shows_the_last_name_of_a_file_and_the_whole_over_it(tmp_path):
    page = bring(tmp_path, PEOPLE + "1,Ani,bad,ID\n")._repr_html_()
    assert f"<span title='{tmp_path / 'table-0.csv'}'>table-0.csv</span>" in page
    assert f">{tmp_path}" not in page
