"""Law 4 over tables: what holds of moves and standings whatever the policy, without asking the fold."""

from __future__ import annotations

from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from support import walks
from support.examples import few
from support.walks import Case, tables_of

from leadqual import Policy, frames

Moves = list[dict[str, Any]]
_WHO = itemgetter("contact_id")
FEW = few(8)  # an example is a whole funnel of people, replayed


def replayed(policy: Policy, tables: tuple[pl.DataFrame, pl.DataFrame], until: Any) -> Moves:
    found: pl.DataFrame = frames.replay(policy, *tables, until=until)
    return found.to_dicts()


@FEW
@given(case=walks.cases())
def test_every_move_leaves_where_the_last_one_led(case: Case) -> None:
    policy, people, until = case
    moves = replayed(policy, tables_of(policy, people), until)
    by_id = {transition.id: transition for transition in policy.transitions}
    for _, own in groupby(moves, _WHO):
        walk = list(own)
        assert walk[0]["source"] == policy.initial_stage
        for before, after in pairwise(walk):
            assert (after["source"], after["entered_at"]) == (before["target"], before["at"])
            assert before["at"] <= after["at"]
        for move in walk:
            transition = by_id[move["transition"]]
            assert move["source"] in transition.source
            assert move["target"] == transition.target
            assert move["at"] <= until
            assert transition.event is None or move["interaction_id"] is not None
        for _, tied in groupby(walk, itemgetter("at")):
            stages = [move["target"] for move in tied]
            assert len({*stages}) == len(stages), "no stage is visited twice at one instant"


@FEW
@given(case=walks.cases())
def test_moves_happen_at_interactions_and_reviews_and_nowhere_else(case: Case) -> None:
    policy, people, until = case
    happened = {(who.id, one.id): one for who, history in people for one in history}
    for move in replayed(policy, tables_of(policy, people), until):
        if move["interaction_id"] is None:
            assert policy.review_every is not None
            assert (move["at"] - walks.EPOCH) // walks.MICROSECOND % policy.review_every.micros == 0
        else:
            one = happened[move["contact_id"], move["interaction_id"]]
            assert move["at"] == one.occurred_at
            events = {way.event for way in policy.transitions if way.id == move["transition"]}
            assert events <= {None, one.kind}


@FEW
@given(case=walks.cases(), sooner=st.integers(0, 20))
def test_the_past_does_not_depend_on_how_far_one_looks(case: Case, sooner: int) -> None:
    policy, people, until = case
    tables = tables_of(policy, people)
    early = until - sooner * walks.SIX_HOURS
    assert replayed(policy, tables, early) == [row for row in replayed(policy, tables, until) if row["at"] <= early]


@FEW
@given(case=walks.cases())
def test_what_comes_later_does_not_matter(case: Case) -> None:
    policy, people, until = case
    contacts, interactions = tables_of(policy, people)
    past = interactions.filter(pl.col("occurred_at") <= until)
    assert replayed(policy, (contacts, past), until) == replayed(policy, (contacts, interactions), until)


@FEW
@given(case=walks.cases(), seed=st.integers(0, 9))
def test_the_order_of_rows_and_repeated_rows_do_not_matter(case: Case, seed: int) -> None:
    policy, people, until = case
    contacts, interactions = tables_of(policy, people)
    shuffled = pl.concat([interactions, interactions.head(3)]).sample(fraction=1, shuffle=True, seed=seed)
    assert replayed(policy, (contacts, shuffled), until) == replayed(policy, (contacts, interactions), until)


@FEW
@given(case=walks.cases(walks.EPOCHS, walks.LONG[-1:]))
def test_contacts_do_not_depend_on_one_another(case: Case) -> None:
    policy, people, until = case
    alone = [move for one in people for move in replayed(policy, tables_of(policy, [one]), until)]
    assert replayed(policy, tables_of(policy, people), until) == alone


@FEW
@given(case=walks.cases())
def test_a_standing_is_where_the_last_move_led(case: Case) -> None:
    policy, people, until = case
    tables = tables_of(policy, people)
    last = {move["contact_id"]: (move["target"], move["at"]) for move in replayed(policy, tables, until)}
    for row in frames.standings(policy, *tables, at=until).to_dicts():
        assert row["as_of"] == until
        if row["contact_id"] in last:
            assert (row["stage"], row["entered_at"]) == last[row["contact_id"]]
        else:
            assert row["stage"] == policy.initial_stage
