"""The law of merging: the merged contact has the union of the histories, in whatever order it came about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import leadqual as lq
from leadqual import cleaning, frames, outreach
from leadqual.model.time import micros
from leadqual.outreach.facts.history import told

START = datetime(2026, 1, 1, tzinfo=UTC)
AT = START + timedelta(days=60)
POLICY = lq.policies.sales()
IDS = [f"i-{number}" for number in range(6)]
KINDS = {
    "i-0": "page_viewed", "i-1": "whitepaper_downloaded", "i-2": "demo_requested", "i-3": "email_opened",
    "i-4": "opted_out", "i-5": "consent_given",
}  # fmt: skip


def event(name):
    """Return what happened under an id: the same wherever it is met."""
    number = IDS.index(name)
    more = {"page_viewed": {"path": "/pricing"}, "consent_given": {"for_channel": "email"}}.get(KINDS[name], {})
    when = START + timedelta(days=7 * number)
    return lq.parse_interaction({"id": name, "kind": KINDS[name], "occurred_at": when, **more})


DAYS = st.one_of(st.none(), st.integers(0, 40).map(lambda day: START + timedelta(days=day)))
CONSENTS = st.lists(
    st.builds(lq.Consent, channel=st.sampled_from(["voice", "email"]), granted=st.booleans(),
              at=st.integers(0, 9).map(lambda day: START + timedelta(days=day))),
    max_size=2, unique_by=lambda one: (one.channel, one.at),
).map(tuple)  # fmt: skip
WISHES = st.lists(
    st.builds(lq.DoNotCall, at=st.integers(0, 9).map(lambda day: START + timedelta(days=day))), max_size=1
)


@st.composite
def databases(draw, least=2, most=4):
    """Draw contacts that are one person, others beside them, and their histories."""
    number = draw(st.integers(least, most))
    contacts, histories = [], {}
    for place in range(number + 2):
        name = f"c-{place}"
        contacts.append(lq.Contact(
            id=name, created_at=draw(DAYS), country=draw(st.sampled_from([None, "ID", "SG"])),
            full_name=draw(st.sampled_from([None, "Siti", "Siti Rahma"])),
            roles=draw(st.sets(st.sampled_from(["partner", "supplier"]))), consents=draw(CONSENTS),
            do_not_call=tuple(draw(WISHES)),
        ))  # fmt: skip
        histories[name] = [event(one) for one in draw(st.sets(st.sampled_from(IDS)))]
    tables = frames.from_models(contacts, histories)
    order = draw(st.permutations(range(tables[1].height)))
    return (
        contacts,
        histories,
        (tables[0], tables[1][order] if order else tables[1]),
        [one.id for one in contacts[:number]],
    )


def same(*ids):
    rows = [(one, other, "same") for one, other in pairwise(ids)]
    return pl.DataFrame(rows, schema=dict.fromkeys(("left", "right", "decision"), pl.String), orient="row")


def read(merged):
    contacts, histories = frames.to_models(merged.contacts, merged.interactions)
    return {one.id: one for one in contacts}, histories


@given(databases())
@settings(max_examples=20, deadline=None)
def test_the_merged_contact_is_decided_on_the_union_of_the_histories(database):
    contacts, histories, tables, group = database
    merged = cleaning.merge(*tables, same(*group))
    there, events = read(merged)
    (head,) = merged.undo.kept
    members = [one for one in contacts if one.id in group]
    union = {one.id: one for name in group for one in histories[name]}
    assert {one.id for one in events[head]} == set(union)
    assert len(events[head]) == len(union)
    whole = there[head]
    begun = [one.created_at for one in members if one.created_at is not None]
    assert whole.created_at == min(begun, default=None)
    assert whole.roles == frozenset().union(*(one.roles for one in members))
    assert {*whole.consents} == {word for one in members for word in one.consents}
    assert {*whole.do_not_call} == {word for one in members for word in one.do_not_call}
    expected = POLICY.decide(whole, list(union.values()), at=AT)
    assert POLICY.decide(whole, events[head], at=AT) == expected
    for name in {one.id for one in contacts} - {*group}:
        assert there[name] in contacts
        assert {*events.get(name, [])} == {*histories[name]}


@given(databases(3, 4), st.data())
@settings(max_examples=20, deadline=None)
def test_the_order_does_not_matter(database, data):
    _, _, tables, group = database
    once = cleaning.merge(*tables, same(*group))
    shuffled = data.draw(st.permutations(group))
    rows = data.draw(st.permutations(range(tables[0].height)))
    again = cleaning.merge(tables[0][rows], tables[1], same(*shuffled))
    assert again.contacts.sort("contact_id").equals(once.contacts.sort("contact_id"))
    assert again.interactions.equals(once.interactions)


@given(databases(3, 3), st.data())
@settings(max_examples=12, deadline=None)
def test_merging_two_and_then_the_third_is_merging_all(database, data):
    contacts, _, tables, group = database
    # Which of several values a field has rests on the order of the contacts, of which a merge keeps the first alone.
    assume(len({one.country for one in contacts if one.id in group} - {None}) <= 1)
    assume(len({one.full_name for one in contacts if one.id in group} - {None}) <= 1)
    first, second, third = data.draw(st.permutations(group))
    once = cleaning.merge(*tables, same(*group))
    part = cleaning.merge(*tables, same(first, second))
    (head,) = part.undo.kept
    whole = cleaning.merge(part.contacts, part.interactions, same(head, third))
    assert whole.contacts.equals(once.contacts)
    assert frames.to_models(whole.contacts, whole.interactions) == frames.to_models(once.contacts, once.interactions)


@given(databases())
@settings(max_examples=20, deadline=None)
def test_a_merge_and_its_undoing_is_nothing(database):
    _, _, tables, group = database
    merged = cleaning.merge(*tables, same(*group))
    contacts, interactions = cleaning.undo(merged.contacts, merged.interactions, merged.undo)
    assert contacts.equals(tables[0])
    assert contacts.schema == tables[0].schema
    assert interactions.equals(tables[1])
    assert interactions.schema == tables[1].schema


@given(databases(4, 4))
@settings(max_examples=20, deadline=None)
def test_merges_of_merges_are_undone_one_after_the_other(database):
    _, _, tables, (a, b, c, d) = database
    one = cleaning.merge(*tables, pl.concat([same(a, b), same(c, d)]))
    two = cleaning.merge(one.contacts, one.interactions, same(*one.undo.kept))
    back = cleaning.undo(*cleaning.undo(two.contacts, two.interactions, two.undo), one.undo)
    assert back.contacts.equals(tables[0])
    assert back.interactions.equals(tables[1])


@given(databases(4, 4), st.booleans())
@settings(max_examples=20, deadline=None)
def test_groups_can_be_taken_apart_one_at_a_time(database, from_the_first):
    _, _, tables, (a, b, c, d) = database
    merged = cleaning.merge(*tables, pl.concat([same(a, b), same(c, d)]))
    first, second = merged.undo.kept if from_the_first else merged.undo.kept[::-1]
    part = cleaning.undo(merged.contacts, merged.interactions, merged.undo, only=[first])
    assert part.contacts.height == tables[0].height - 1
    assert part.rest.kept == (second,)
    whole = cleaning.undo(*part, part.rest)
    assert whole.contacts.equals(tables[0])
    assert whole.interactions.equals(tables[1])


@given(databases(), st.lists(st.sampled_from(["x-1", "x-2", "x-3"]), unique=True, max_size=3))
@settings(max_examples=20, deadline=None)
def test_what_came_after_the_merge_stays_with_the_one_that_was_kept(database, names):
    _, _, tables, group = database
    merged = cleaning.merge(*tables, same(*group))
    (head,) = merged.undo.kept
    rows = [{"contact_id": head, "interaction_id": one, "kind": "page_viewed", "occurred_at": AT, "path": "/new"}
            for one in names]  # fmt: skip
    new = pl.DataFrame(rows, schema={**dict.fromkeys(("contact_id", "interaction_id", "kind"), pl.String),
                                     "occurred_at": pl.Datetime("us", "UTC"), "path": pl.String})  # fmt: skip
    grown = pl.concat([merged.interactions, new], how="diagonal")
    undone = cleaning.undo(merged.contacts, grown, merged.undo)
    assert undone.stayed.rows() == [(head, one) for one in names]
    assert undone.contacts.equals(tables[0])
    older = undone.interactions.filter(~pl.col("interaction_id").is_in(names))
    assert older.select(tables[1].columns).equals(tables[1])
    assert undone.interactions.filter(pl.col("interaction_id").is_in(names))["contact_id"].to_list() == [head] * len(
        names
    )


def refusals(contact, history):
    """Return what a contact's own wishes forbid; where somebody lives is the same for all."""
    here = contact.model_copy(update={"country": "ID"})
    return {
        (channel, reason.code)
        for channel in ("voice", "email")
        for reason in outreach.permit(here, history, purpose="telemarketing", channel=channel, at=AT).reasons
        if reason.code in ("INTERNAL_DNC", "CONSENT_REVOKED")
    }


@given(databases())
@settings(max_examples=40, deadline=None)
def test_what_was_forbidden_for_one_stays_so_unless_a_later_word_allows_it(database):
    contacts, histories, tables, group = database
    merged = cleaning.merge(*tables, same(*group))
    there, events = read(merged)
    (head,) = merged.undo.kept
    at = micros(AT)
    members = [told(one, histories[one.id], at) for one in contacts if one.id in group]
    whole = told(there[head], events.get(head, ()), at)
    assert {*whole.requests} == {wish for one in members for wish in one.requests}
    assert {*whole.words} == {word for one in members for word in one.words}
    allowed = max((word.instant for word in whole.words if word.granted), default=-1)
    for one, said in zip((one for one in contacts if one.id in group), members, strict=True):
        if allowed <= min((wish.instant for wish in said.requests), default=-2):
            assert refusals(one, histories[one.id]) <= refusals(there[head], events.get(head, ()))
