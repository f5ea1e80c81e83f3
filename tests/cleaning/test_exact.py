from __future__ import annotations

import subprocess
import sys
from collections import defaultdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadqual import cleaning
from leadqual.cleaning import placeholders
from leadqual.cleaning.components import components
from leadqual.cleaning.mails import mail_keys
from leadqual.cleaning.opened import may_be_twice
from leadqual.cleaning.phones import phone_keys
from leadqual.errors import InputError
from leadqual.outreach.places.mail import mail_key


def people(**columns):
    size = len(next(iter(columns.values())))
    return pl.DataFrame({"contact_id": [f"c-{one}" for one in range(1, size + 1)], **columns})


def test_numbers_meet_however_they_are_spelt():
    phones = ["+628123456789", "0812-345-6789", "+62 0812 345 6789", "08123456789", "+6581234567"]
    found = cleaning.duplicates(people(phone=phones, country=["ID", "ID", "SG", None, None]), country="ID")
    assert found.groups.rows() == [(1, "c-1"), (1, "c-2"), (1, "c-3"), (1, "c-4")]
    assert set(found.pairs["value"]) == {"+628123456789"}


def test_a_number_that_nobody_can_place_is_told_and_joins_nobody():
    found = cleaning.duplicates(people(phone=["0812-345-6789", "0812-345-6789", "n/a"]))
    assert len(found) == 0
    assert found.unused.select("column", "why", "cells").sort("why").rows() == [
        ("phone", "no code of a country", 2),
        ("phone", "no phone number", 1),
    ]
    assert "not read: 2 cells of phone" in found.explain()


def test_an_extension_is_another_line():
    found = cleaning.duplicates(people(phone=["+62215551234 x12", "+62215551234", "+62 21 555 1234 ext. 12"]))
    assert found.groups["contact_id"].to_list() == ["c-1", "c-3"]


def test_mailboxes_are_folded_where_that_is_safe_and_nowhere_else():
    mails = ["Siti.R@Example.com", "siti.r@example.COM ", "sitir@example.com", "siti.r+a@example.com"]
    assert cleaning.duplicates(people(email=mails)).groups["contact_id"].to_list() == ["c-1", "c-2"]


@given(
    st.lists(
        st.one_of(st.none(), st.emails(), st.text(max_size=8), st.sampled_from(["Ä@bücher.de", "a@XN--BCHER-KVA.de"]))
    )
)
@settings(deadline=None)
def test_keys_of_whole_columns_are_those_of_single_addresses(mails):
    values = mail_keys(pl.Series(mails, dtype=pl.String))["value"].to_list()
    for mail, value in zip(mails, values, strict=True):
        if value is not None:
            assert value == mail_key(mail)
        else:
            name, _, domain = (mail or "").strip().rpartition("@")
            assert not (name and domain) or any(map(str.isspace, mail.strip()))


@given(st.lists(st.sampled_from(["+628123456789", "08123456789", "+62 812 3456 789", "+1 212 555 0123", "x", None])))
def test_the_fast_way_over_numbers_gives_what_the_slow_one_gives(phones):
    both = phone_keys(pl.Series(phones, dtype=pl.String), pl.Series([None] * len(phones), dtype=pl.String), "ID")
    alone = [
        phone_keys(pl.Series([one], dtype=pl.String), pl.Series([None], dtype=pl.String), "ID")["value"].item()
        for one in phones
    ]  # fmt: skip
    assert both["value"].to_list() == alone


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_groups_are_connected_components(pairs):
    neighbours = defaultdict(set)
    for one, other in pairs:
        neighbours[one].add(other)
        neighbours[other].add(one)

    def reached(start):
        seen, todo = {start}, [start]
        while todo:
            new = neighbours[todo.pop()] - seen
            seen |= new
            todo += new
        return seen

    members, heads = components([one for one, _ in pairs], [other for _, other in pairs])
    assert dict(zip(members.tolist(), heads.tolist(), strict=True)) == {one: min(reached(one)) for one in neighbours}


@given(st.data())
@settings(max_examples=60)
def test_two_contacts_are_in_one_group_exactly_if_shared_values_join_them(data):
    letters = st.one_of(st.none(), st.sampled_from("pqrs"))
    size = data.draw(st.integers(1, 9))
    columns = {
        name: data.draw(st.lists(letters, min_size=size, max_size=size)) for name in ("external_id", "crm")
    }  # fmt: skip
    found = cleaning.duplicates(people(**columns).cast(pl.String), ["external_id", "crm"], limit=9)
    group = dict(found.groups.select("contact_id", "group").iter_rows())
    joined = [
        (one, other)
        for cells in columns.values()
        for one in range(size) for other in range(one)
        if cells[one] is not None and cells[one] == cells[other]
    ]  # fmt: skip
    members, heads = components([one for one, _ in joined], [other for _, other in joined])
    expected = defaultdict(set)
    for member, head in zip(members.tolist(), heads.tolist(), strict=True):
        expected[head].add(f"c-{member + 1}")
    given_groups = defaultdict(set)
    for contact, number in group.items():
        given_groups[number].add(contact)
    assert sorted(map(sorted, given_groups.values())) == sorted(map(sorted, expected.values()))


def test_columns_of_one_kind_share_their_values():
    table = people(phone=["+628123456789", None, None], mobile=[None, "+628123456789", "+628123456789"])
    found = cleaning.duplicates(table, {"phone": "phone", "mobile": "phone"})
    assert found.groups["contact_id"].to_list() == ["c-1", "c-2", "c-3"]
    assert cleaning.duplicates(table, ["phone"]).contacts == 0


def test_one_contact_with_a_value_in_two_columns_is_no_duplicate_of_itself():
    table = people(phone=["+628123456789"], mobile=["+62 812 3456 789"])
    assert len(cleaning.duplicates(table, {"phone": "phone", "mobile": "phone"})) == 0


def test_placeholders_and_mailboxes_of_several_people_are_told_and_join_nobody():
    table = people(email=["test@test.com"] * 2 + ["info@pt.co.id"] * 2, phone=["+621111111111"] * 4)
    found = cleaning.duplicates(table)
    assert len(found) == 0
    told = {value: (contacts, why) for _, value, contacts, why in found.shared.iter_rows()}
    assert told == {
        "+621111111111": (4, "a placeholder"),
        "test@test.com": (2, "a placeholder"),
        "info@pt.co.id": (2, "a mailbox that several people read"),
    }
    mine = cleaning.duplicates(table, ["email"], placeholders=(), role_mailboxes=())
    assert mine.contacts == 4


def test_a_switchboard_is_told_apart_and_the_limit_is_ones_own():
    table = people(phone=["+62215551234"] * 11 + ["+628123456789"] * 2)
    found = cleaning.duplicates(table)
    assert found.groups["contact_id"].to_list() == ["c-12", "c-13"]
    assert found.shared.rows() == [("phone", "+62215551234", 11, "shared by more than 10")]
    assert cleaning.duplicates(table, limit=11).contacts == 13


def test_a_chain_that_grows_too_long_is_not_proposed():
    ids = [f"k-{one}" for one in range(6)]
    table = people(external_id=ids, crm=[None, *ids[:-1]])
    assert cleaning.duplicates(table, ["external_id", "crm"]).contacts == 0  # ids of two systems are not compared
    joined = table.with_columns(phone=pl.Series([f"+62812345678{one // 2}" for one in range(6)]),
                                email=pl.Series([f"p{(one + 1) // 2}@pt.co.id" for one in range(6)]))  # fmt: skip
    assert cleaning.duplicates(joined, ["phone", "email"]).contacts == 6
    found = cleaning.duplicates(joined, ["phone", "email"], limit=5)
    assert (found.contacts, found.too_large.height) == (0, 6)
    assert "not proposed: 6 contacts in 1 group of more than 5" in found.explain()


def test_tables_of_other_libraries_and_ids_of_digits():
    table = people(email=["a@pt.co.id"] * 2).with_columns(contact_id=pl.Series([7, 8]))
    for one in (table.to_pandas(), table.to_arrow(), table.lazy(), table):
        assert cleaning.duplicates(one).groups["contact_id"].to_list() == ["7", "8"]


def test_everything_that_is_wrong_is_told_at_once():
    table = pl.DataFrame({"contact_id": ["c-1", None, "c-1"], "phne": ["x"] * 3, "contact.phne": ["x"] * 3})
    with pytest.raises(InputError) as caught:
        cleaning.duplicates(table)
    assert [problem.code for problem in caught.value.problems] == ["duplicate-column", "missing-field", "duplicate-id"]
    assert caught.value.problems[2].found == "rows 1, 3"
    with pytest.raises(InputError) as caught:
        cleaning.duplicates(people(phone=["x"]), {"phon": "phone", "phone": "telephone", "mail": "email"})
    assert [problem.code for problem in caught.value.problems] == ["missing-column", "bad-argument", "missing-column"]
    assert "'phone'" in caught.value.problems[0].hint
    for wrong in (0, True, "ten"):
        with pytest.raises(InputError, match="no limit"):
            cleaning.duplicates(people(phone=["x"]), limit=wrong)
    with pytest.raises(InputError, match="no column is a key"):
        cleaning.duplicates(people(name=["x"]))
    with pytest.raises(InputError, match="no table"):
        cleaning.duplicates("contacts.csv")
    with pytest.raises(InputError, match="the column 'contact_id' is missing"):
        cleaning.duplicates(pl.DataFrame({"phone": ["x"]}))


def test_nothing_is_found_among_nobody():
    found = cleaning.duplicates(people(phone=[None], email=[None]).clear().cast(pl.String))
    assert (len(found), found.contacts, found.superfluous) == (0, 0, 0)
    assert found.explain().startswith("No duplicates among 0 contacts")
    assert "No duplicates" in found._repr_html_()


def test_what_was_found_shows_itself():
    found = cleaning.duplicates(people(email=["<a>@pt.co.id", "<A>@pt.co.id", "b@pt.co.id", "b@pt.co.id"]))
    assert repr(found) == "<Duplicates: 2 groups of 4 contacts, by email>"
    assert str(found).startswith("4 of 4 contacts in 2 groups of duplicates, by email.")
    assert "&lt;a&gt;@pt.co.id" in found._repr_html_()
    assert "<a>@" not in found._repr_html_()
    assert found.superfluous == 2


def test_countries_are_read_in_any_letters_and_one_that_is_none_is_told():
    phones = people(phone=["0812-345-6789", "+628123456789", "08123456789"], country=["id", None, " ID "])
    assert cleaning.duplicates(phones).groups["contact_id"].to_list() == ["c-1", "c-2", "c-3"]
    for wrong, hint in (("id", "write 'ID'"), ("Indonesia", None), (62, None)):
        with pytest.raises(InputError) as caught:
            cleaning.duplicates(phones, country=wrong)
        assert (caught.value.code, caught.value.problems[0].hint) == ("bad-country", hint)


def test_a_column_of_lists_is_no_key():
    with pytest.raises(InputError) as caught:
        cleaning.duplicates(people(email=[["a@pt.co.id"]] * 2))
    assert caught.value.code == "wrong-type"


VALUES = st.one_of(
    st.none(), st.text(max_size=9), st.text("0123\u0661 -", max_size=9), st.sampled_from([*cleaning.PLACEHOLDERS]),
    st.sampled_from(["N/A", " n/A\x1f", "\u212a@pt.co.id", "Info@pt.co.id", "\u0130NFO@pt.co.id", "ADMIN",
                     "+620000000\n"]),
)  # fmt: skip


@given(st.lists(VALUES))
@settings(deadline=None)
def test_placeholders_and_roles_of_whole_columns_are_those_of_single_values(values):
    cells = pl.Series(values, dtype=pl.String)
    for among, single, listed in (
        (placeholders.placeholders_among, placeholders.is_placeholder, cleaning.PLACEHOLDERS),
        (placeholders.roles_among, placeholders.is_role, cleaning.ROLE_MAILBOXES),
    ):
        assert among(cells, listed).to_list() == [one is not None and single(one, listed) for one in values]


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcdef"))))
def test_whatever_stands_there_twice_may(values):
    found = may_be_twice(pl.Series(values, dtype=pl.String)).to_list()
    assert found == [one is not None and values.count(one) > 1 for one in values]


def test_without_polars_it_says_what_to_install():
    code = """
import sys
sys.modules["polars"] = None
try:
    from leadqual import cleaning
    cleaning.duplicates
except Exception as error:
    print(type(error).__name__, error)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.startswith("MissingDependency [missing-dependency]"), told
