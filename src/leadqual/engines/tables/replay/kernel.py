"""From two tables to every move of every contact, and where each stands in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.replay.choice import Contacts
from leadqual.engines.tables.replay.chunk import Chunk, Ints, Points
from leadqual.engines.tables.replay.marked import Marked
from leadqual.engines.tables.replay.walk import Step, Walk
from leadqual.engines.tables.replay.ways import NEVER, Ways
from leadqual.engines.tables.rows import ID
from leadqual.model.profile import PROFILE_UPDATED
from leadqual.policy.document import PolicyDocument

STAGE: Final = "stage"
ENTERED: Final = "entered_at"
SINCE: Final = "as_of"
SEEN: Final = "seen"
"""How many interactions a standing has seen that can still matter."""
_BEFORE: Final = np.iinfo(np.int64).min
_NOT_TOLD: Final = -1
_MOST_AT_A_TIME: Final = 8
"""Chunks in memory together: each takes up to a gigabyte while its conditions are computed."""
_NOBODY: Final = np.zeros(0, dtype=np.int64)

Refuse = Callable[[str], Exception]
"""From the id of a contact, one of whose conditions is unknown and must not be, to the error that says so."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay.

    Parameters
    ----------
    moves : DataFrame
        One row a move, in the order of the contacts and then of time.
    standings : DataFrame
        One row a contact, in their order.
    changed : Series
        The contacts whose history up to where they stood is not what the standing saw.
    """

    moves: pl.DataFrame
    standings: pl.DataFrame
    changed: pl.Series


def replayed(
    policy: PolicyDocument,
    contacts: Table,
    interactions: Table,
    until: datetime,
    *,
    before: pl.DataFrame | None,
    afresh: bool,
    repeated: bool,
    refuse: Refuse,
) -> Replayed:
    """Return every move of every contact up to an instant, as the fold makes them.

    Parameters
    ----------
    policy : PolicyDocument
        A policy with stages, whose transitions read no score of a scorer object.
    contacts, interactions : Table
        The tables, of Polars.
    until : datetime
        The last instant; later interactions do not exist.
    before : DataFrame, optional
        Where contacts stood: `CONTACT_ID`, `STAGE`, `ENTERED`, `SINCE` and `SEEN`; instants in UTC.
    afresh : bool
        Whether contacts whose history is not what their standing saw begin at the beginning.
    repeated : bool
        Whether the interactions may hold one several times.
    refuse : callable
        What makes the error for a contact that cannot be decided.
    """
    ways = Ways(policy, contacts, interactions, until, repeated=repeated)
    start = _start(ways, before)
    parts = _in_threads(list(ways.rows.chunks()), lambda chunk: _part(ways, chunk, start, afresh=afresh))
    refused = np.concatenate([_NOBODY, *(part.refused for part in parts)])
    if len(refused):
        raise refuse(ways.people.frame[CONTACT_ID][int(refused.min())])
    standings = pl.concat([part.standings for part in parts]) if parts else _none(ways)
    lost = ways.people.frame[CONTACT_ID].gather(np.concatenate([_NOBODY, *(part.changed for part in parts)]))
    return Replayed(pl.concat([_moves(ways, None, []), *(part.moves for part in parts)]), standings, lost)


@dataclass(frozen=True, slots=True)
class _Part:
    """What came of a chunk; contacts that are refused or whose history changed by their places."""

    moves: pl.DataFrame
    standings: pl.DataFrame
    changed: Ints
    refused: Ints


def _in_threads(chunks: Sequence[Chunk], work: Callable[[Chunk], _Part]) -> list[_Part]:
    """Return what comes of every chunk, in their order; several at a time, where Polars has threads for them.

    Arrays are computed without the lock of the interpreter.
    """
    workers = min(len(chunks), pl.thread_pool_size(), _MOST_AT_A_TIME)
    if workers < 2:
        return [work(chunk) for chunk in chunks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, chunks))


def _part(ways: Ways, chunk: Chunk, start: tuple[Ints, Ints, Ints, Ints], *, afresh: bool) -> _Part:
    """Return what comes of a chunk."""
    here = slice(chunk.first, chunk.first + chunk.contacts)
    stage, entered, since, seen = (one[here].copy() for one in start)
    changed = np.flatnonzero((seen != _NOT_TOLD) & (seen != _seen(ways, chunk, since)))
    if afresh:
        stage[changed], entered[changed], since[changed] = _initial(ways), NEVER, _BEFORE
    begin = _begin(ways, chunk, entered)
    entered = np.where(entered == NEVER, begin, entered)
    walk = Walk(ways, chunk, Contacts(stage, entered, len(ways.stages)), begin, since)
    walk.run()
    now = np.full(chunk.contacts, ways.until)
    standings = _standings(ways, chunk, walk.contacts).with_columns(pl.Series(SEEN, _seen(ways, chunk, now)))
    moves = _moves(ways, chunk, walk.steps)
    chunk.forget()
    refused = np.array(walk.refused, dtype=np.int64)
    return _Part(moves, standings, chunk.first + changed, chunk.first + refused)


def _initial(ways: Ways) -> int:
    return ways.stages.index(str(ways.policy.initial_stage))


def _seen(ways: Ways, chunk: Chunk, at: Ints) -> Ints:
    """Return how many interactions up to an instant can still matter; updates of the profile always do."""
    lookback = ways.policy.lookback
    points = Points.at(chunk, np.arange(chunk.contacts), at)
    begin = points.begin(None if lookback is None else lookback // timedelta(microseconds=1))
    updates = chunk.once("updates", lambda: Marked.of(chunk.is_of(PROFILE_UPDATED)))
    return points.end - begin + updates.before[begin] - updates.before[points.begin(None)]


def _start(ways: Ways, before: pl.DataFrame | None) -> tuple[Ints, Ints, Ints, Ints]:
    """Return stage, entry, instant and what was seen of what every contact goes on from."""
    people = ways.people.frame
    initial = _initial(ways)
    if before is None:
        return (
            np.full(people.height, initial),
            np.full(people.height, NEVER),
            np.full(people.height, _BEFORE),
            np.full(people.height, _NOT_TOLD),
        )
    codes = pl.DataFrame(
        {STAGE: ways.stages, "lq_stage": range(len(ways.stages))}, schema_overrides={"lq_stage": pl.Int64}
    )
    known = people.select(CONTACT_ID).join(
        before.join(codes, on=STAGE), on=CONTACT_ID, how="left", maintain_order="left"
    )

    def micros(name: str, missing: int) -> Ints:
        return known[name].dt.timestamp("us").fill_null(missing).to_numpy().copy()

    stage, seen = known["lq_stage"].fill_null(initial).to_numpy(), known[SEEN].fill_null(_NOT_TOLD).to_numpy()
    return stage, micros(ENTERED, NEVER), micros(SINCE, _BEFORE), seen


def _begin(ways: Ways, chunk: Chunk, entered: Ints) -> Ints:
    """Return when each contact of a chunk began: its first interaction, its creation or its entry into a stage."""
    created = ways.people.created[chunk.first : chunk.first + chunk.contacts]
    begin = np.minimum(np.where(created <= chunk.until, created, NEVER), entered)
    some = np.flatnonzero(np.diff(chunk.start) > 0)
    begin[some] = np.minimum(begin[some], chunk.time[chunk.start[some]])
    return begin


def _moves(ways: Ways, chunk: Chunk | None, steps: Iterable[Step]) -> pl.DataFrame:
    several = list(steps)

    def all_of(name: str) -> Ints:
        return np.concatenate([np.zeros(0, dtype=np.int64), *(getattr(step, name) for step in several)])

    contact = all_of("contact")
    order = np.argsort(contact, kind="stable")
    first, rows = (0, ways.rows.rows) if chunk is None else (chunk.first, chunk.rows)
    transition, row = all_of("transition")[order], all_of("row")[order]
    targets = [way.target for way in ways.policy.transitions]
    ids = [way.id for way in ways.policy.transitions]
    return pl.DataFrame(
        {
            CONTACT_ID: ways.people.frame[CONTACT_ID].gather(contact[order] + first),
            "at": _instants(all_of("at")[order]),
            "source": _named(ways.stages, all_of("source")[order]),
            "target": _named(targets, transition),
            "transition": _named(ids, transition),
            INTERACTION_ID: rows[ID].gather(pl.Series(row).set(pl.Series(row < 0), None)),
            ENTERED: _instants(all_of("entered")[order]),
        }
    )


def _standings(ways: Ways, chunk: Chunk, contacts: Contacts) -> pl.DataFrame:
    return pl.DataFrame(
        {
            CONTACT_ID: ways.people.frame[CONTACT_ID].slice(chunk.first, chunk.contacts),
            STAGE: _named(ways.stages, contacts.stage),
            ENTERED: _instants(contacts.entered),
        }
    )


def _none(ways: Ways) -> pl.DataFrame:
    nobody = Contacts(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), len(ways.stages))
    return _standings(ways, Chunk(ways.rows, 0, 0), nobody).with_columns(pl.Series(SEEN, [], dtype=pl.Int64))


def _named(names: list[str], numbers: Ints) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(numbers)


def _instants(micros: Ints) -> pl.Series:
    known = pl.Series(micros)
    return known.set(known == NEVER, None).cast(pl.Datetime("us", "UTC"))
