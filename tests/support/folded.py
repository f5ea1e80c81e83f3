"""Moves and standings of two tables as folding one contact after another gives them: what tables are held to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from typing import Any

from leadqual import Contact, Interaction, LeadqualError, Policy
from leadqual.engines import fold
from leadqual.engines.fold import Position, Step
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.model.time import from_micros, micros
from support.engines import OF_ONE, Tables
from support.walks import People, tables_of

Row = tuple[Any, ...]
Judge = Callable[[Policy, Contact, list[Interaction], datetime], tuple[Position, list[Step]]]

REFERENCE: Judge = OF_ONE[0].stand
"""Slow and obvious: every visit is looked at."""
RECORD: Judge = OF_ONE[1].stand
"""Passes over reviews at which nothing can change, so that a century of them can be asked about."""

UNORDERED = ("DuckDB", "PySpark")
"""Where contacts come out in any order; the moves of each stay in theirs."""
_OF = itemgetter(0)
MOVE = ("contact_id", "at", "source", "target", "transition", "interaction_id", "entered_at")
STANDING = ("contact_id", "stage", "entered_at", "as_of", "policy", "seen")


def folded(policy: Policy, people: People, until: datetime, judge: Judge = REFERENCE) -> tuple[list[Row], list[Row]]:
    """Return the moves of people and where they stand, in the order of people; raise what any of them raises."""
    moves: list[Row] = []
    standings: list[Row] = []
    for who, history in people:
        position, steps = judge(policy, who, history, until)
        moves += [move_of(who.id, step) for step in steps]
        standings.append(standing_of(policy, who, history, until, position))
    return moves, standings


def gone_on(policy: Policy, people: People, until: datetime, standings: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return the same from standings on; who has none begins at the beginning."""
    known = {row[0]: row for row in standings}
    moves: list[Row] = []
    ends: list[Row] = []
    for who, history in people:
        check_attributes(policy, who)
        position = since = None
        if who.id in known:
            _, stage, entered, as_of, *_ = known[who.id]
            position, since = Position(stage, None if entered is None else micros(entered)), micros(as_of)
        visible = ordered_history(policy, who, history)
        position, steps = fold.fold(policy, who, visible, micros(until), position=position, since=since)
        moves += [move_of(who.id, step) for step in steps]
        ends.append(standing_of(policy, who, history, until, position))
    return moves, ends


def move_of(contact_id: str, step: Step) -> Row:
    """Return a step as a row of a table of moves."""
    one, way = step.visit.interaction, step.transition
    at, entered = _instant(step.visit.instant), _instant(step.entered)
    return (contact_id, at, step.source, way.target, way.id, None if one is None else one.id, entered)


def standing_of(policy: Policy, who: Contact, history: list[Interaction], until: datetime, position: Position) -> Row:
    """Return a position as a row of a table of standings."""
    entered = _instant(position.entered)
    return (who.id, position.stage, entered, until, policy.content_hash, seen(policy, history, until))


def seen(policy: Policy, history: list[Interaction], at: datetime) -> int:
    """Return how many interactions can still matter at an instant: the recent ones, and every profile update."""
    since = None if policy.lookback is None else at - policy.lookback
    return len(
        {
            one.id
            for one in history
            if one.occurred_at <= at and (since is None or one.occurred_at > since or one.kind == "profile_updated")
        }
    )


def hold(kind: Tables, policy: Policy, people: People, until: datetime, judge: Judge = REFERENCE) -> None:
    """Assert that tables of a kind say of all people what folding one after another says."""
    moves, standings = told(kind, policy, tables_of(policy, people), until)
    expected = _folded_or_refused(policy, people, until, judge)
    if isinstance(expected, set):
        # Which of the contacts that cannot be decided are named is open, but one is, and nothing else.
        for refused in (moves, standings):
            assert isinstance(refused, set), "refused by the fold and not by tables"
            assert refused
            assert refused <= expected
        return
    assert_rows(kind, (moves, standings), expected)


def assert_rows(kind: Tables, ours: tuple[Any, Any], theirs: tuple[list[Row], list[Row]]) -> None:
    """Assert that moves and standings are the same, in the same order where tables of the kind have one."""
    for mine, expected in zip(ours, theirs, strict=True):
        assert mine.__class__ is list, f"refused by tables and not by the fold: {mine}"
        if kind.name in UNORDERED:
            assert sorted(mine, key=_OF) == sorted(expected, key=_OF)
        else:
            assert mine == expected


def told(kind: Tables, policy: Policy, tables: Any, until: datetime, **options: Any) -> tuple[Any, Any]:
    """Return the moves and the standings that tables of a kind give, as rows; or twice what is refused."""
    found = outcome(lambda: kind.replayed(policy, tables, until, **options))
    return (found, found) if isinstance(found, set) else (rows_of(found[0], MOVE), rows_of(found[1], STANDING))


def rows_of(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> list[Row]:
    """Return rows of a table as tuples in a known order of columns."""
    return [tuple(row[name] for name in columns) for row in rows]


def outcome(ask: Callable[[], Any]) -> Any:
    """Return an answer, or what was refused."""
    try:
        return ask()
    except LeadqualError as error:
        return {(type(error), one.code, one.message, one.found, one.place.rule) for one in error.problems}


def _folded_or_refused(policy: Policy, people: People, until: datetime, judge: Judge) -> Any:
    """Return what `folded` does; or all that it refuses, one contact after another."""
    found: tuple[list[Row], list[Row]] = ([], [])
    refused: set[Row] = set()
    for one in people:
        rows = outcome(lambda one=one: folded(policy, [one], until, judge))
        if isinstance(rows, set):
            refused |= rows
            continue
        for all_rows, more in zip(found, rows, strict=True):
            all_rows += more
    return refused or found


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
