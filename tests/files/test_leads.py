from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.files.leads import read_leads

EVENTS = "contact_id,interaction_id,kind,occurred_at,amount,currency\n"
AT = "2026-11-01T00:00:00Z"


def accounted(leads):
    good = len(leads.contacts) + sum(map(len, leads.histories.values()))
    return good + leads.repeated + len(leads.rejected) == leads.rows


def test_contacts_without_interactions_have_an_empty_history(read):
    leads = read("contact_id\nc-1\n")
    assert leads.histories == {"c-1": []}
    assert accounted(leads)


def test_the_same_row_twice_counts_once(read):
    leads = read("contact_id,roles\nc-1,partner\nc-1,partner\n", EVENTS + f"c-1,1,purchase,{AT},,\n" * 3)
    assert (len(leads.contacts), len(leads.histories["c-1"]), leads.repeated, leads.rejected) == (1, 1, 3, [])
    assert accounted(leads)


def test_one_id_with_different_content_is_refused_whichever_comes_first(read, codes):
    events = f"c-1,1,purchase,{AT},5,IDR\nc-1,1,purchase,{AT},6,IDR\nc-1,2,purchase,{AT},,\n"
    leads = read("contact_id\nc-1\n", EVENTS + events)
    assert codes(leads) == [(2, "duplicate-id", None), (3, "duplicate-id", None)]
    assert [one.id for one in leads.histories["c-1"]] == ["2"]
    assert "line 3" in leads.problems[0].expected
    assert accounted(leads)


def test_one_id_may_be_used_for_two_contacts(read):
    leads = read("contact_id\nc-1\nc-2\n", EVENTS + f"c-1,1,purchase,{AT},,\nc-2,1,demo_requested,{AT},,\n")
    assert leads.rejected == []


def test_interactions_follow_the_fate_of_their_contact(read, codes):
    leads = read(
        "contact_id,country\nc-1,ID\nc-1,SG\nc-2,ID\nc-3,id\n",
        EVENTS + "".join(f"c-{number},{number},purchase,{AT},,\n" for number in (1, 2, 3, 4)),
    )
    assert [contact.id for contact in leads.contacts] == ["c-2"]
    assert [code for _, code, _ in codes(leads)] == [
        "duplicate-id",
        "duplicate-id",
        "bad-country",
        "rejected-contact",
        "rejected-contact",
        "unknown-contact",
    ]
    assert accounted(leads)


def test_without_skip_bad_every_problem_of_both_files_is_raised(read):
    with pytest.raises(InputError) as caught:
        read("contact_id,country\nc-1,id\nc-2,ID\n", EVENTS + "c-2,1,sold,2026-11-01,,\n", skip_bad=False)
    assert [problem.code for problem in caught.value.problems] == ["bad-country", "naive-datetime", "unknown-kind"]


def test_both_headers_are_held_against_the_policy_at_once(read):
    with pytest.raises(InputError) as caught:
        read("contact_id,contry\nc-1,ID\n", "contact_id,interaction_id,kind,occured_at\n")
    assert {problem.place.source.rpartition("/")[2] for problem in caught.value.problems} == {
        "contacts.csv",
        "interactions.csv",
    }


def test_progress_is_told_for_both_files(read):
    told = []
    read("contact_id\nc-1\n", EVENTS + f"c-1,1,purchase,{AT},,\n", progress=lambda name, done: told.append(done))
    assert told[-1] == 1.0
    assert all(0 <= done <= 1 for done in told)


def test_one_contact_alone(read, codes):
    people = "contact_id,country\nc-1,ID\nc-2,id\nc-2,ID\n c-1,ID\n,ID\nc-3,ID,\n"
    events = f"c-1,1,purchase,{AT},,\nc-2,1,sold,{AT},,\n,2,purchase,{AT},,\nc-1,3,sold,{AT},,\n"
    leads = read(people, EVENTS + events, only="c-1")
    assert [contact.id for contact in leads.contacts] == ["c-1"]
    assert [one.id for one in leads.histories["c-1"]] == ["1"]
    assert [line for line, _, _ in codes(leads)] == [6, 7, 4, 5]
    assert list(leads.others) == ["c-2", " c-1"]
    assert accounted(leads)
    assert read(people, only="c-9").contacts == []


def test_one_contact_alone_in_nested_rows(policy, write):
    people = write("c.jsonl", '{"contact": {"contact_id": 7}}\n{"contact": {"id": 8}}\n{"contact_id": 9.5}\n')
    events = write("i.jsonl", f'{{"contact_id": 8, "interaction_id": 1, "kind": "purchase", "occurred_at": "{AT}"}}\n')
    leads = read_leads(people, events, policy, skip_bad=True, only="8")
    assert ([contact.id for contact in leads.contacts], len(leads.histories["8"])) == (["8"], 1)
    assert (list(leads.others), [row.line for row in leads.rejected]) == (["7"], [3])


def test_many_interactions_of_lost_contacts_are_one_problem_that_names_the_cause(read):
    events = EVENTS + "".join(f"c-{number % 30},{number},purchase,{AT},,\n" for number in range(60))
    leads = read("contact_id,full_name\nc-0,Ani\n" + "c-1,Ani,1\n" * 30, events)
    assert len(leads.rejected) == 88
    assert accounted(leads)
    told = [problem for problem in leads.problems if problem.code == "unknown-contact"]
    assert [(problem.message, problem.place.line) for problem in told] == [
        ("58 rows belong to contacts that are not there", 3)
    ]
    assert "29 contacts: 'c-1' in line 3, 'c-2' in line 4" in told[0].found
    assert "30 rows of it, beginning with line 3, could not be read" in told[0].hint
    few = read("contact_id\nc-0\n", EVENTS + "".join(f"c-9,{number},purchase,{AT},,\n" for number in range(20)))
    assert len(few.problems) == 20
    rejected = read("contact_id,country\nc-0,indonesia\n", EVENTS + f"c-0,1,purchase,{AT},,\n" * 21)
    assert [problem.code for problem in rejected.problems] == ["bad-country", "rejected-contact"]


def test_interactions_after_an_instant_are_counted(read):
    leads = read("contact_id\nc-1\n", EVENTS + f"c-1,1,purchase,{AT},,\nc-1,2,purchase,2026-11-01T00:00:01Z,,\n")
    assert leads.unseen(datetime(2026, 11, 1, tzinfo=UTC)) == 1


GOOD = st.integers(1, 5).map(lambda number: f"c-{number},ID")
BAD = st.sampled_from(["c-1,id", "c-2", 'c-3,"', ",ID", "c-4,SG"])
EVENT = st.builds(
    "c-{},{},{},{},{},{}".format,
    st.integers(1, 6),
    st.integers(1, 4),
    st.sampled_from(["purchase", "demo_requested", "sold"]),
    st.sampled_from([AT, "2026-11-02T00:00:00Z", "2026-11-01"]),
    st.sampled_from(["", "5", "1.000.000"]),
    st.sampled_from(["", "IDR"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(st.one_of(GOOD, BAD), max_size=6), events=st.lists(EVENT, max_size=10), seed=st.integers())
def test_no_row_is_lost_and_their_order_does_not_matter(tmp_path, policy, people, events, seed):
    def result(people, events):
        contacts, interactions = tmp_path / "contacts.csv", tmp_path / "interactions.csv"
        contacts.write_text("contact_id,country\n" + "".join(f"{line}\n" for line in people))
        interactions.write_text(EVENTS + "".join(f"{line}\n" for line in events))
        return read_leads(contacts, interactions, policy, skip_bad=True)

    leads = result(people, events)
    assert accounted(leads)
    for contact in leads.contacts:
        contacts, interactions = tmp_path / "contacts.csv", tmp_path / "interactions.csv"
        alone = read_leads(contacts, interactions, policy, skip_bad=True, only=contact.id)
        own = [row for row in leads.rejected if row.contact_id == contact.id]
        assert (alone.contacts, alone.histories) == ([contact], {contact.id: leads.histories[contact.id]})
        assert [row for row in alone.rejected if row.contact_id == contact.id] == own
        assert accounted(alone)
    if any('"' in line for line in people):  # an open quote swallows what follows it
        return
    assert leads.rows == len(people) + len(events)
    shuffled = result(random.Random(seed).sample(people, len(people)), random.Random(seed).sample(events, len(events)))
    assert {contact.id for contact in shuffled.contacts} == {contact.id for contact in leads.contacts}
    assert {name: set(history) for name, history in shuffled.histories.items()} == {
        name: set(history) for name, history in leads.histories.items()
    }
