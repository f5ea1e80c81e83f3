from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

import leadqual as lq
from leadqual import cleaning, frames, outreach
from leadqual.errors import InputError, LateInteraction

DAY = datetime(2026, 11, 1, tzinfo=UTC)
PEOPLE = pl.DataFrame({
    "contact_id": ["c-1", "c-2", "c-3"],
    "full_name": ["Siti Rahma", "Siti", "Budi"],
    "phone": [None, "+628123456789", None],
    "email": ["siti@pt.co.id", "siti@pt.co.id", "budi@pt.co.id"],
    "country": ["ID", "SG", "ID"],
    "region": [None, "SG-01", None],
    "company.name": ["PT Maju", "PT Mundur", None],
    "company.employees": [None, 20, None],
    "created_at": [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), None],
    "score": [70.0, 40.0, 10.0],
})  # fmt: skip
EVENTS = pl.DataFrame({
    "contact_id": ["c-1", "c-2", "c-2", "c-3"],
    "interaction_id": ["i-1", "i-1", "i-2", "i-1"],
    "kind": ["page_viewed"] * 4,
    "occurred_at": [DAY] * 4,
    "path": ["/a", "/a", "/b", "/c"],
})  # fmt: skip


def same(*pairs, **columns):
    frame = pl.DataFrame([(*pair, "same") for pair in pairs], schema=["left", "right", "decision"], orient="row")
    return frame.with_columns(**columns)


def merged(**options):
    return cleaning.merge(PEOPLE, EVENTS, same(("c-1", "c-2")), **options)


def test_the_oldest_is_kept_and_filled_up_from_the_others():
    one = merged().contacts.row(0, named=True)
    assert (one["contact_id"], one["full_name"], one["phone"]) == ("c-2", "Siti", "+628123456789")
    assert one["created_at"] == datetime(2026, 2, 1, tzinfo=UTC)
    assert one["score"] == 40  # of the contact that is kept: scores are never added


def test_who_is_kept_can_be_said():
    assert merged(keep="newest").moved.rows() == [("c-2", "c-1")]
    assert merged(keep="fullest").moved.rows() == [("c-1", "c-2")]
    named = cleaning.merge(PEOPLE, EVENTS, same(("c-1", "c-2"), keep=pl.lit("c-1")))
    assert named.moved.rows() == [("c-2", "c-1")]


def test_place_name_and_company_are_taken_as_a_whole():
    one = merged(keep="newest").contacts.row(0, named=True)
    assert (one["country"], one["region"]) == ("ID", None)  # not a region of Singapore in Indonesia
    assert (one["company.name"], one["company.employees"]) == ("PT Maju", None)
    assert one["phone"] == "+628123456789"
    alike = PEOPLE.with_columns(country=pl.lit("SG"))
    filled = cleaning.merge(alike, EVENTS, same(("c-1", "c-2")), keep="newest").contacts.row(0, named=True)
    assert (filled["country"], filled["region"]) == ("SG", "SG-01")


def test_a_field_can_have_a_rule_of_its_own():
    assert merged(fields={"full_name": "longest"}).contacts["full_name"][0] == "Siti Rahma"
    assert merged(fields={"country": "newest"}).contacts["country"][0] == "ID"
    assert merged(keep="newest", fields={"country": "oldest"}).contacts["country"][0] == "SG"


def test_values_that_gave_way_are_told():
    dropped = {field: (value, kept, contact) for _, field, value, kept, contact in merged().dropped.iter_rows()}
    assert dropped["country"] == ("ID", "SG", "c-1")
    assert dropped["full_name"] == ("Siti Rahma", "Siti", "c-1")
    assert "email" not in dropped


def test_the_same_event_counts_once_and_others_are_left_alone():
    one = merged()
    assert one.interactions.select("contact_id", "interaction_id", "path").rows() == [
        ("c-2", "i-1", "/a"), ("c-2", "i-2", "/b"), ("c-3", "i-1", "/c"),
    ]  # fmt: skip
    assert (one.repeated, one.renamed) == (1, 0)


def test_one_id_with_two_contents_is_refused_or_both_are_kept():
    events = EVENTS.with_columns(path=pl.Series(["/x", "/a", "/b", "/c"]))
    review = same(("c-1", "c-2"), ("c-2", "c-3"))
    with pytest.raises(InputError) as caught:
        cleaning.merge(PEOPLE, events, review)
    (problem,) = caught.value.problems
    assert (problem.code, problem.found) == ("clashing-ids", "'i-1' in rows 1, 2, 4")
    both = cleaning.merge(PEOPLE, events, review, clashing="rename")
    assert both.interactions.select("interaction_id", "path").rows() == [
        ("c-1/i-1", "/x"), ("i-1", "/a"), ("i-2", "/b"), ("c-3/i-1", "/c"),
    ]  # fmt: skip
    assert both.renamed == 2
    contacts, interactions = cleaning.undo(both.contacts, both.interactions, both.undo)
    assert contacts.equals(PEOPLE)
    assert interactions.equals(events)


def test_nothing_that_was_forbidden_is_lost():
    contacts = [
        lq.Contact(id="c-1", country="ID", phone="+628123456789", created_at=DAY,
                   consents=[lq.Consent(channel="voice", at=DAY, how="written", proof="form")]),
        lq.Contact(id="c-2", country="ID", phone="+628123456789", do_not_call=[lq.DoNotCall(at=DAY)]),
    ]  # fmt: skip
    tables = frames.from_models(contacts, {"c-2": [lq.OptedOut(id="i-1", occurred_at=DAY)]})
    one = cleaning.merge(*tables, cleaning.duplicates(tables[0]).review().decide({("c-1", "c-2"): "same"}))
    (whole,), histories = frames.to_models(one.contacts, one.interactions)
    assert (len(whole.consents), len(whole.do_not_call), len(histories["c-1"])) == (1, 1, 1)
    asked = {"purpose": "telemarketing", "channel": "voice", "at": datetime(2026, 11, 20, 4, tzinfo=UTC)}
    verdict = outreach.permit(whole, histories["c-1"], **asked)
    assert not verdict.allowed
    assert {"INTERNAL_DNC", "CONSENT_REVOKED"} & {reason.code for reason in verdict.reasons}


def test_a_standing_that_was_kept_is_refused_until_it_is_made_again():
    policy, at = lq.policies.sales(), datetime(2026, 11, 20, tzinfo=UTC)
    contacts, histories = frames.to_models(PEOPLE.drop("score"), EVENTS)
    before = policy.decide(contacts[1], histories["c-2"][:1], at=at).standing
    one = merged()
    people, events = frames.to_models(one.contacts.drop("score"), one.interactions)
    assert one.replay == ("c-2",)
    with pytest.raises(LateInteraction):
        policy.decide(people[0], events["c-2"], at=at, standing=before)
    assert policy.decide(people[0], events["c-2"], at=at, standing=before, late="replay").standing.stage


def test_duplicates_are_merged_unseen_only_where_nothing_conflicts():
    found = cleaning.duplicates(PEOPLE)
    held = cleaning.merge(PEOPLE, EVENTS, found)
    assert (held.moved.height, held.open) == (0, 1)
    assert held.explain() == "Nothing was merged.\n  1 pair not decided on, and left as they are."
    quiet = PEOPLE.with_columns(country=pl.lit("ID"))
    assert cleaning.merge(quiet, EVENTS, cleaning.duplicates(quiet)).moved.rows() == [("c-1", "c-2")]


def test_contacts_without_interactions():
    one = cleaning.merge(PEOPLE, None, same(("c-1", "c-2")))
    assert one.interactions is None
    contacts, interactions = cleaning.undo(one.contacts, None, one.undo)
    assert contacts.equals(PEOPLE)
    assert interactions is None


def test_a_review_of_other_contacts_is_refused():
    other = same(("c-1", "c-9"), ("k-1", "k-2"))
    with pytest.raises(InputError) as caught:
        cleaning.merge(PEOPLE, EVENTS, other)
    assert [(one.code, one.found) for one in caught.value.problems] == [
        ("unknown-contact", "'c-9'"), ("unknown-contact", "'k-1'"), ("unknown-contact", "'k-2'"),
    ]  # fmt: skip


def test_a_review_of_contacts_that_have_changed_since_is_refused():
    review = cleaning.duplicates(PEOPLE).review().decide({("c-1", "c-2"): "same"})
    changed = PEOPLE.with_columns(full_name=pl.Series(["Ani", "Siti", "Budi"]))
    with pytest.raises(InputError) as caught:
        cleaning.merge(changed, EVENTS, review)
    assert caught.value.code == "changed-since-review"
    grown = PEOPLE.with_columns(score=pl.lit(1.0))
    assert cleaning.merge(grown, EVENTS, review).moved.height == 1  # what the review did not show may change


def test_rules_that_there_are_not():
    with pytest.raises(InputError) as caught:
        merged(keep="oldst", fields={"phone": "last", "phne": "newest", "consents": "newest"})
    assert [one.code for one in caught.value.problems] == ["bad-argument"] * 4
    with pytest.raises(InputError, match="ids that clash"):
        merged(clashing="ignore")
    with pytest.raises(InputError, match="'interaction_id' is missing"):
        cleaning.merge(PEOPLE, EVENTS.drop("interaction_id"), same(("c-1", "c-2")))


def test_every_type_of_column_comes_back():
    words = pl.List(pl.Struct({"at": pl.Datetime("us", "UTC"), "channel": pl.String}))
    more = PEOPLE.head(2).with_columns(
        born=pl.Series([date(1990, 1, 1), None]), paid=pl.Series([Decimal("1.20"), Decimal("2.00")]),
        raw=pl.Series([b"\x00", None]), tags=pl.Series([["a", "b"], None]),
        words=pl.Series([[{"at": DAY, "channel": "voice"}], []], dtype=words),
        local=pl.Series([DAY, DAY]).dt.convert_time_zone("Asia/Jakarta"), naive=pl.Series([datetime(2026, 1, 1), None]),
        kind=pl.Series(["person", "person"], dtype=pl.Enum(["person", "organization"])),
        nothing=pl.Series([None, None]),
    )  # fmt: skip
    one = cleaning.merge(more, EVENTS, same(("c-1", "c-2")))
    assert one.contacts.schema == more.schema
    assert one.contacts["born"][0] == date(1990, 1, 1)
    assert cleaning.undo(one.contacts, one.interactions, one.undo).contacts.equals(more)


def test_ids_of_digits_and_tables_of_other_libraries():
    people = PEOPLE.head(2).with_columns(contact_id=pl.Series([1, 2])).select("contact_id", "email", "phone")
    events = EVENTS.head(3).with_columns(contact_id=pl.Series([1, 2, 2]), interaction_id=pl.Series([10, 10, 11]))
    review = same(("1", "2"))
    for kind, back in (
        (pl.DataFrame.to_pandas, pl.from_pandas), (pl.DataFrame.to_arrow, pl.from_arrow),
        (pl.DataFrame.clone, pl.DataFrame),
    ):  # fmt: skip
        one = cleaning.merge(kind(people), kind(events), review)
        assert type(one.contacts) is type(kind(people))
        assert back(one.contacts)["contact_id"].to_list() == [1]
        assert back(one.interactions)["interaction_id"].to_list() == [10, 11]
        undone = cleaning.undo(one.contacts, one.interactions, one.undo)
        assert back(undone.contacts).equals(people)
        assert back(undone.interactions).equals(events)


def test_tables_of_text_join_their_lists():
    people = pl.DataFrame({
        "contact_id": ["c-1", "c-2"], "email": ["a@pt.co.id"] * 2,
        "created_at": ["2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"],
        "roles": ["partner", "press; partner"],
        "do_not_call": ['[{"at": "2026-11-02T00:00:00Z"}]', '[{"at": "2026-11-01T00:00:00Z", "channel": "voice"}]'],
    })  # fmt: skip
    one = cleaning.merge(people, None, cleaning.duplicates(people)).contacts.row(0, named=True)
    assert (one["contact_id"], one["created_at"], one["roles"]) == ("c-2", "2026-01-01T00:00:00Z", "partner;press")
    assert json.loads(one["do_not_call"]) == [
        {"at": "2026-11-01T00:00:00Z", "channel": "voice"}, {"at": "2026-11-02T00:00:00Z"},
    ]  # fmt: skip


def test_everything_is_written_to_a_folder_or_nothing(tmp_path):
    one = merged()
    folder = one.write(tmp_path / "out", format="csv")
    assert sorted(path.name for path in folder.iterdir()) == [
        "contacts.csv", "dropped.csv", "interactions.csv", "moved.csv", "undo.json",
    ]  # fmt: skip
    assert (folder / "moved.csv").read_text() == "contact_id,kept\nc-1,c-2\n"
    with pytest.raises(InputError) as caught:
        one.write(folder)
    assert caught.value.code == "overwritten-file"
    with pytest.raises(InputError) as caught:
        one.write(tmp_path / "no" / "out")
    assert caught.value.code == "unwritable-file"
    with pytest.raises(InputError, match="not written so"):
        one.write(tmp_path / "other", format="xlsx")
    bad = cleaning.merge(PEOPLE.with_columns(score=pl.lit(float("nan"))), EVENTS, same(("c-1", "c-2")))
    with pytest.raises(InputError, match="not finite"):
        bad.write(tmp_path / "nan", format="csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_was_done_shows_itself():
    text = merged().explain()
    assert text.startswith("1 contact merged into 1.\n  1 interaction stood there twice, and count once.")
    assert "Standings are not merged" in text
    assert repr(merged()) == "<Merged: 1 contact into 1>"
    assert "<td" in merged()._repr_html_()


def test_columns_of_its_own_are_left_alone_whatever_they_are_called():
    names = ("owner", "name", "now", "then", "whose")
    events = EVENTS.with_columns(pl.lit(f"own {name}").alias(name) for name in names)
    one = cleaning.merge(PEOPLE, events, same(("c-1", "c-2")))
    assert one.interactions.select("contact_id", "interaction_id", *names).rows() == [
        (contact, event, *(f"own {name}" for name in names))
        for contact, event in (("c-2", "i-1"), ("c-2", "i-2"), ("c-3", "i-1"))
    ]  # fmt: skip
    assert cleaning.undo(one.contacts, one.interactions, one.undo).interactions.equals(events)


@pytest.mark.parametrize("cell", ["yes", "true", "5", '"x"', '["2026-11-01"]', '{"note": "by letter"}'])
def test_a_wish_that_nobody_can_read_is_neither_lost_nor_in_the_way(cell):
    wishes = pl.Series([cell, '[{"at": "2026-11-01T00:00:00Z"}]', None])
    people = PEOPLE.with_columns(do_not_call=wishes)
    words = json.loads(cleaning.merge(people, None, same(("c-1", "c-2"))).contacts["do_not_call"][0])
    assert words[0] == {"at": "2026-11-01T00:00:00Z"}
    told = json.loads(cell) if cell != "yes" else cell
    assert words[1] in ({"unreadable": told}, {"unreadable": "2026-11-01"}, told)
    assert cleaning.duplicates(people).review().table["conflicts"][0]


def test_a_column_that_cannot_hold_the_wishes_of_several_is_refused():
    with pytest.raises(InputError) as caught:
        cleaning.merge(PEOPLE.with_columns(do_not_call=True, consents=pl.lit(1)), None, same(("c-1", "c-2")))
    assert [(one.code, one.place.path) for one in caught.value.problems] == [
        ("wrong-type", "consents"), ("wrong-type", "do_not_call"),
    ]  # fmt: skip


def test_words_are_put_in_the_order_of_time_whatever_zone_they_are_in():
    people = PEOPLE.with_columns(do_not_call=pl.Series([
        '[{"at": "2026-01-02T01:00:00Z"}]', '[{"at": "2026-01-02T02:00:00+07:00"}]', None,
    ]))  # fmt: skip
    words = json.loads(cleaning.merge(people, None, same(("c-1", "c-2"))).contacts["do_not_call"][0])
    assert [word["at"] for word in words] == ["2026-01-02T02:00:00+07:00", "2026-01-02T01:00:00Z"]


def test_your_own_list_finds_whoever_stood_on_it_under_another_id_number_or_address():
    people = PEOPLE.with_columns(phone=pl.Series(["+6281", "+6282", "+6283"]),
                                 email=pl.Series(["A@pt.co.id", "b@pt.co.id", "c@pt.co.id"]))  # fmt: skip
    one = cleaning.merge(people, None, same(("c-1", "c-2")))
    assert one.moved.rows() == [("c-1", "c-2")]
    for entry in ("c-1", "+6281", "a@PT.co.id"):
        assert one.suppressed([entry]) == [entry, "c-2"]
    assert one.suppressed(["c-2", "c-3", "+6283"]) == ["c-2", "c-3", "+6283"]
    with pytest.raises(InputError, match="no list of entries"):
        one.suppressed("c-1")
