"""Moves and standings from tables held against folding one contact after another, on generated policies and lives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import policies as made
from support import walks
from support.engines import POLARS, TABLES, Tables
from support.examples import few
from support.folded import (
    MOVE,
    RECORD,
    STANDING,
    assert_rows,
    folded,
    gone_on,
    hold,
    move_of,
    outcome,
    rows_of,
    seen,
    told,
)
from support.people import MICROSECOND, contact, funnel, viewed
from support.walks import EPOCHS, LONG, SHORT, Case, People, tables_of

from leadqual import Policy, frames
from leadqual.engines.advance import Funnel
from leadqual.engines.fold import Position
from leadqual.engines.record import RecordEngine
from leadqual.engines.tables.replay import chunk, reviews, walk
from leadqual.model.time import micros

FEW = few(8)  # an example is a policy to plan and up to thousands of reviews to fold: one to three seconds


@FEW
@given(case=walks.cases())
def test_moves_and_standings(case: Case) -> None:
    hold(POLARS, *case)


@FEW
@given(case=walks.cases(strict=True))
def test_an_unknown_condition_may_be_refused(case: Case) -> None:
    hold(POLARS, *case)


@given(case=walks.cases(reviews=("1h",), most=2))
@few(6)  # a move at every review of weeks takes a query for each
def test_reviews_every_hour(case: Case) -> None:
    hold(POLARS, *case, RECORD)


@FEW
@given(case=walks.cases(EPOCHS, LONG))
def test_lives_in_1970_and_2100(case: Case) -> None:
    hold(POLARS, *case, RECORD)


@given(policy=made.policies(strict=True), who=made.contacts(), history=made.histories(), at=made.INSTANTS)
def test_rich_policies_over_one_contact(policy: Policy, who: Any, history: Any, at: datetime) -> None:
    hold(POLARS, policy, [(who, history)], at)


@FEW
@given(case=walks.cases(strict=True))
def test_one_contact_decided_for_itself_moves_as_in_the_table(case: Case) -> None:
    policy, people, until = case
    for who, history in people:
        decision = outcome(lambda who=who, history=history: policy.decide(who, history, at=until))
        moves, standings = told(POLARS, policy, tables_of(policy, [(who, history)]), until)
        if isinstance(decision, set):
            assert moves == standings == decision
            continue
        assert [row[1:6] for row in moves] == [
            (move.at, move.source, move.target, move.transition, move.interaction) for move in decision.moves
        ]
        stood = decision.standing
        seen_then = int(stood.seen.partition(":")[0])
        assert standings == [(who.id, stood.stage, stood.entered_at, stood.as_of, stood.policy.hash, seen_then)]


@pytest.mark.parametrize("kind", TABLES[1:], ids=lambda kind: kind.name)
@few(3)  # for each of five kinds of table
@given(case=walks.cases(EPOCHS[1:], LONG, strict=True))
def test_every_kind_of_table(kind: Tables, case: Case) -> None:
    hold(kind, *case, RECORD)


@pytest.mark.parametrize("rows", [1, 3])
@few(3)  # a query for every row and every review
@given(case=walks.cases(walks.EPOCHS[:2], ("7d", "30d"), most=4))
def test_chunks_and_blocks_of_any_size(rows: int, case: Case) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunk, "_ROWS", rows)
        patch.setattr(walk, "_BLOCK", 1)
        patch.setattr(reviews, "_POINTS", 1)
        hold(POLARS, *case, RECORD)


def test_lives_from_the_first_year_to_the_last() -> None:
    """Contacts and microseconds of ten thousand years do not fit into one number of 64 bits."""
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "count(page_viewed, within='30d') >= 1"},
        {"source": "mql", "target": "sql", "when": "score.s < 1 and days_since(page_viewed) >= 1000"},
        {"source": "sql", "target": "lead", "event": "page_viewed"},
        scores={"s": {"range": [0, 9], "rules": [{"id": "v", "each": "page_viewed", "points": 9, "half_life": "6h"}]}},
        review_every="7d",
    )
    people = [
        (
            contact(id=f"c-{number}"),
            [viewed(when + number * MICROSECOND, "/", f"{at}") for at, when in enumerate(times)],
        )
        for number, times in enumerate([(first, last - 9 * MICROSECOND), (first,), (last - 40 * MICROSECOND,)] * 10)
    ]
    hold(POLARS, policy, people, last, RECORD)


# In parts.


@st.composite
def parts(draw: st.DrawFn, epochs: tuple[datetime, ...] = walks.NEAR, reviews: tuple[str, ...] = SHORT) -> Any:
    policy, people, late = draw(walks.cases(epochs, reviews))
    early, late = sorted([draw(walks.asked(people, epochs)), late])
    return policy, people, early, late


def in_two_parts(kind: Tables, policy: Policy, first: People, then: People, early: datetime, late: datetime) -> Any:
    """Return the moves of both parts, contact by contact, and where everybody stands at the end."""
    tables, later = tables_of(policy, first), tables_of(policy, then)
    before = rows_of(kind.moves(policy, tables, early), MOVE)
    standings = frames.standings(policy, *map(kind.into, tables), at=early)
    after, ends = told(kind, policy, later, late, standings=standings)
    order = {who.id: number for number, (who, _) in enumerate(first)}
    assert after.__class__ is list, after
    return sorted([*before, *after], key=lambda row: order[row[0]]), ends


@FEW
@given(case=parts())
def test_two_parts_are_the_whole(case: Any) -> None:
    policy, people, early, late = case
    assert_rows(POLARS, in_two_parts(POLARS, policy, people, people, early, late), folded(policy, people, late))


@FEW
@given(case=parts(EPOCHS, LONG))
def test_two_parts_are_the_whole_over_a_century(case: Any) -> None:
    policy, people, early, late = case
    whole = folded(policy, people, late, RECORD)
    assert_rows(POLARS, in_two_parts(POLARS, policy, people, people, early, late), whole)


@pytest.mark.parametrize("kind", TABLES[1:], ids=lambda kind: kind.name)
@few(3)  # for each of five kinds of table
@given(case=parts())
def test_two_parts_are_the_whole_in_every_kind_of_table(kind: Tables, case: Any) -> None:
    policy, people, early, late = case
    assert_rows(kind, in_two_parts(kind, policy, people, people, early, late), folded(policy, people, late))


@FEW
@given(case=parts())
def test_the_interactions_back_to_the_lookback_are_enough(case: Any) -> None:
    policy, people, early, late = case
    assume(policy.lookback is not None)
    kept = [
        (who, [one for one in history if one.occurred_at > early - policy.lookback or one.kind == "profile_updated"])
        for who, history in people
    ]
    assert_rows(POLARS, in_two_parts(POLARS, policy, people, kept, early, late), folded(policy, people, late))


@st.composite
def stood(draw: st.DrawFn) -> Any:
    """Return people with standings that somebody may well hand in: of some, and of stages that they never reached."""
    policy, people, early, late = draw(parts())
    standings = []
    for who, history in people:
        stage = draw(st.sampled_from([None, *made.STAGES]))
        if stage is not None:
            instants = [one.occurred_at for one in history if one.occurred_at <= early]
            entered = draw(st.sampled_from([early, *instants, None] if stage == "lead" else [early, *instants]))
            standings.append((who.id, stage, entered, early, policy.content_hash, seen(policy, history, early)))
    return policy, people, late, draw(st.permutations(standings))


@FEW
@given(case=stood())
def test_any_standing_is_gone_on_from(case: Any) -> None:
    policy, people, late, standings = case
    table = frames.standings(policy, *tables_of(policy, []), at=late)
    given = table.clear().vstack(table.__class__(standings, schema=table.schema, orient="row"))
    found = told(POLARS, policy, tables_of(policy, people), late, standings=given)
    assert_rows(POLARS, found, gone_on(policy, people, late, standings))


@few(15)
@given(case=stood(), looks_ahead=st.booleans())
def test_one_contact_for_itself_goes_on_from_any_standing(case: Any, looks_ahead: bool) -> None:
    policy, people, late, standings = case
    compiled = Funnel(RecordEngine(policy, {}))
    known = {
        who: (Position(stage, None if entered is None else micros(entered)), micros(as_of))
        for who, stage, entered, as_of, *_ in standings
    }
    moves: list[Any] = []
    for who, history in people:
        position, since = known.get(who.id, (None, None))
        view = compiled.engine.view(who, history)
        if looks_ahead:  # from which instant a view looks before makes no difference
            view.move_to(micros(late))
        _, steps = compiled.advance(view, micros(late), position=position, since=since)
        moves += [move_of(who.id, step) for step in steps]
    assert moves == gone_on(policy, people, late, standings)[0]


@FEW
@given(case=parts())
def test_standings_follow_from_standings(case: Any) -> None:
    policy, people, early, late = case
    tables = tables_of(policy, people)
    first = frames.standings(policy, *tables, at=early)
    again = frames.standings(policy, *tables, at=early, standings=first)
    assert rows_of(again.to_dicts(), STANDING) == rows_of(first.to_dicts(), STANDING)
    assert frames.replay(policy, *tables, until=early, standings=first).is_empty()
    assert (
        rows_of(frames.standings(policy, *tables, at=late, standings=again).to_dicts(), STANDING)
        == (folded(policy, people, late)[1])
    )
