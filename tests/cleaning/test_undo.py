from __future__ import annotations

import json

import polars as pl
import pytest

from leadqual import cleaning
from leadqual.errors import InputError

PEOPLE = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3"], "email": ["a@pt.co.id"] * 3, "note": ["x", "y", None]})
EVENTS = pl.DataFrame({"contact_id": ["c-3", "c-2", "c-1"], "interaction_id": ["i-3", "i-1", "i-1"], "n": [1, 2, 2]})


@pytest.fixture
def merged():
    return cleaning.merge(PEOPLE, EVENTS, cleaning.duplicates(PEOPLE))


def codes(caught):
    return [problem.code for problem in caught.value.problems]


def test_the_record_is_a_file(merged, tmp_path):
    path = merged.undo.write(tmp_path / "undo.json")
    back = cleaning.undo(merged.contacts, merged.interactions, path)
    assert back.contacts.equals(PEOPLE)
    assert back.interactions.equals(EVENTS)
    assert back.restored == ("c-2", "c-3")
    assert cleaning.Undo.read(str(path)) == merged.undo
    with pytest.raises(InputError) as caught:
        merged.undo.write(path)
    assert codes(caught) == ["overwritten-file"]


def test_a_record_that_was_changed_is_refused(merged, tmp_path):
    path = merged.undo.write(tmp_path / "undo.json")
    text = path.read_text()
    for wrong in ("{}", "[", text.replace('"c-3"', '"c-4"'), text.replace('"form": 1', '"form": 2')):
        path.write_text(wrong)
        with pytest.raises(InputError) as caught:
            cleaning.Undo.read(path)
        assert codes(caught) == ["not-an-undo"]
    with pytest.raises(InputError) as caught:
        cleaning.Undo.read(tmp_path / "gone.json")
    assert codes(caught) == ["unreadable-file"]
    with pytest.raises(InputError) as caught:
        cleaning.undo(merged.contacts, merged.interactions, 7)
    assert codes(caught) == ["wrong-type"]
    assert json.loads(text)["what"] == "leadqual undo"


def test_other_data_are_refused_with_all_that_is_wrong(merged):
    edited = merged.contacts.with_columns(note=pl.lit("changed"))
    fewer = merged.interactions.filter(pl.col("interaction_id") != "i-3")
    with pytest.raises(InputError) as caught:
        cleaning.undo(edited, fewer, merged.undo)
    assert codes(caught) == ["other-data", "other-data"]
    with pytest.raises(InputError, match="the interactions of c-1 are not what the merge left"):
        cleaning.undo(merged.contacts, merged.interactions.with_columns(n=pl.lit(9)), merged.undo)
    with pytest.raises(InputError, match="the contact c-1, into which others were merged, is not there"):
        cleaning.undo(merged.contacts.clear(), merged.interactions, merged.undo)
    again = pl.concat([merged.contacts, PEOPLE[1:2]])
    with pytest.raises(InputError, match="the contact c-2, which was merged, is there again"):
        cleaning.undo(again, merged.interactions, merged.undo)
    with pytest.raises(InputError, match="interactions of c-1 are missing"):
        cleaning.undo(merged.contacts, None, merged.undo)


def test_a_merge_cannot_be_undone_before_a_later_one():
    first = cleaning.merge(PEOPLE, EVENTS, pl.DataFrame({"left": ["c-2"], "right": ["c-3"], "decision": ["same"]}))
    second = cleaning.merge(
        first.contacts, first.interactions, pl.DataFrame({"left": ["c-1"], "right": ["c-2"], "decision": ["same"]})
    )
    with pytest.raises(InputError) as caught:
        cleaning.undo(second.contacts, second.interactions, first.undo)
    assert "undo the last one first" in caught.value.problems[0].hint


def test_columns_that_came_since_do_no_harm(merged):
    wider = merged.contacts.with_columns(new=pl.lit(None, pl.String))
    back = cleaning.undo(wider, merged.interactions.with_columns(m=pl.lit(None, pl.Int64)), merged.undo)
    assert back.contacts.drop("new").equals(PEOPLE)
    assert back.interactions.drop("m").equals(EVENTS)


def test_rows_that_are_in_another_order_come_back_all_the_same(merged):
    back = cleaning.undo(merged.contacts.reverse(), merged.interactions.reverse(), merged.undo)
    assert back.contacts.sort("contact_id").equals(PEOPLE)
    assert back.interactions.sort("contact_id").equals(EVENTS.sort("contact_id"))


def test_only_some_groups(merged):
    assert cleaning.undo(merged.contacts, merged.interactions, merged.undo, only="c-1").contacts.equals(PEOPLE)
    with pytest.raises(InputError) as caught:
        cleaning.undo(merged.contacts, merged.interactions, merged.undo, only=["c-2", "c-9"])
    assert codes(caught) == ["unknown-contact", "unknown-contact"]


def test_it_says_what_stayed(merged):
    new = pl.DataFrame({"contact_id": ["c-1"], "interaction_id": ["i-9"], "n": [5]})
    undone = cleaning.undo(merged.contacts, pl.concat([merged.interactions, new]), merged.undo)
    assert undone.explain().splitlines()[:2] == [
        "2 contacts are there again.",
        "  Came after the merge, and stay with the contact that was kept: i-9.",
    ]
    assert repr(undone) == "<Undone: 2 contacts are there again>"
    assert undone.replay == ("c-1", "c-2", "c-3")


WISHES = [
    {"kind": "opted_out"}, {"kind": "consent_withdrawn"}, {"kind": "newsletter_unsubscribed"},
    {"kind": "call_outbound", "outcome": "do_not_call"},
    {"kind": "message_received", "channel": "whatsapp", "text": "STOP"},
    {"kind": "call_inbound", "purpose": "no such purpose"},
]  # fmt: skip


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: wish["kind"])
def test_a_wish_that_came_after_the_merge_holds_for_all_that_are_there_again(merged, wish):
    rows = [{"contact_id": "c-1", "interaction_id": "i-8", **wish},
            {"contact_id": "c-1", "interaction_id": "i-9", "kind": "consent_given", "channel": "email"}]  # fmt: skip
    grown = pl.concat([merged.interactions, pl.DataFrame(rows)], how="diagonal")
    undone = cleaning.undo(merged.contacts, grown, merged.undo)
    held = undone.interactions.filter(pl.col("interaction_id").is_in(["i-8", "i-9"]))
    assert held.select("interaction_id", "contact_id").rows() == [
        ("i-8", "c-1"), ("i-8", "c-2"), ("i-8", "c-3"), ("i-9", "c-1"),
    ]  # fmt: skip
    assert held.filter(interaction_id="i-8")["kind"].to_list() == [wish["kind"]] * 3
    assert undone.wishes.rows() == [("c-2", "i-8"), ("c-3", "i-8")]
    assert "hold for those that are there again too: i-8." in undone.explain()
    again = cleaning.merge(undone.contacts, undone.interactions, cleaning.duplicates(PEOPLE))
    assert again.interactions.filter(interaction_id="i-8").height == 1
