"""From the tables of a funnel report to spells, with everything checked that could contradict itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl

from leadqual.analysis.funnels.asked import Asked
from leadqual.analysis.funnels.checks import of_moves, of_stages, of_standings
from leadqual.analysis.funnels.conversion import bought
from leadqual.analysis.funnels.groups import by_column, by_touch
from leadqual.analysis.funnels.order import in_order
from leadqual.analysis.funnels.spells import Spells, numbered, positions, spells_of
from leadqual.analysis.funnels.tables import CONTACTS, MOVES, STANDINGS, read_table
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown


def opened(asked: Asked, moves: Any, standings: Any) -> tuple[Spells, pl.DataFrame]:
    """Return the spells of all contacts, and the ids of the contacts of whom nothing had happened.

    Raises
    ------
    InputError
        If the tables lack what is needed, contradict themselves or one another, or have stages that nobody knows.
    """
    moved, stood = _read(moves, standings)
    people, moved, stood = numbered(moved, stood)
    moved = positions(in_order(moved))
    until = _until(asked, moved, stood)
    if problems := [*_contradictions(asked, moved, stood, until)]:
        raise InputError(problems)
    initial = None if asked.policy is None else asked.policy.initial_stage
    absent = 0 if stood is None else stood["entered_at"].null_count()
    begun = people.head(people.height - absent)
    return spells_of(begun, moved, stood, until, asked.stages, initial), people.tail(absent).select(CONTACT_ID)


def _read(moves: Any, standings: Any) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return the columns that are needed, stages as values of one `Enum`; raise `InputError` with all problems."""
    read: dict[str, pl.DataFrame] = {}
    problems: list[Problem] = []
    for native, source, needed in ((moves, "moves", MOVES), (standings, "standings", STANDINGS)):
        if native is None and source == "standings":
            continue
        try:
            read[source] = read_table(native, source, needed, *(["policy"] if source == "standings" else []))
        except LeadqualError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    named = [(frame, [name for name in ("source", "target", "stage") if name in frame]) for frame in read.values()]
    kind = pl.Enum(pl.concat([frame[name].unique() for frame, names in named for name in names]).unique().sort())
    typed = [frame.with_columns(pl.col(names).cast(kind)) for frame, names in named]
    return typed[0], typed[1] if len(typed) > 1 else None


def _until(asked: Asked, moves: pl.DataFrame, standings: pl.DataFrame | None) -> datetime:
    last = standings["as_of"].max() if standings is not None and len(standings) else moves["at"].max()
    if asked.until is not None and (standings is None or last is None):
        return asked.until
    if last is None:
        message, hint = "nobody moved, so nothing tells up to when this is", "give `until` or standings"
        raise InputError(Problem("missing-argument", message, Place("until"), hint=hint))
    assert isinstance(last, datetime)  # a column of instants
    return last


def _contradictions(
    asked: Asked, moves: pl.DataFrame, standings: pl.DataFrame | None, until: datetime
) -> Iterator[Problem]:
    if asked.stages is not None:
        named = "the list of stages" if asked.policy is None else f"the policy {asked.policy.name!r}"
        yield from of_stages(asked.stages, named, moves, standings)
    yield from of_moves(moves)
    if standings is not None:
        yield from _of_policy(asked, standings)
        yield from of_standings(standings, moves)
        if asked.until is not None and asked.until != until:
            message, hint = "the standings are of another instant", "leave `until` out: the standings tell it"
            yield Problem("bad-argument", message, Place("until"), shown(asked.until), str(until), hint)
    elif (late := int((moves["at"] > until).sum())) > 0:
        found = f"{late:,} of {len(moves):,} moves, the last at {moves.select(pl.col('at').max()).item()}"
        hint = "replay until the same instant, or leave `until` out"
        yield Problem("bad-argument", "there are moves after `until`", Place("until"), found, str(until), hint)


def _of_policy(asked: Asked, standings: pl.DataFrame) -> Iterator[Problem]:
    """Yield the problem of standings that were made under another policy."""
    if asked.policy is None or "policy" not in standings.columns:
        return
    other = standings.filter(pl.col("policy") != asked.policy.content_hash)
    if len(other):
        found = f"{len(other):,} of {len(standings):,} rows, the first under {shown(other['policy'][0][:12])}"
        message, hint = "the standings were made under another policy", "give the policy that was replayed"
        yield Problem("other-policy", message, Place("standings"), found, asked.policy.content_hash[:12], hint)


def grouped(asked: Asked, spells: Spells, contacts: Any, interactions: Any, customer: tuple[str, ...]) -> Spells:
    """Return spells in the groups that are asked for; raise `InputError` if the table for it is not there."""
    if asked.by is None:
        return spells
    needed, given = ("interactions", interactions) if asked.of_touch else ("contacts", contacts)
    if given is None:
        message, hint = f"groups by {asked.by!r} need a table", f"funnel(..., by={asked.by!r}, {needed}={needed})"
        raise InputError(Problem("missing-argument", message, Place(needed), "nothing", hint=hint))
    if not asked.of_touch:
        return by_column(spells, contacts, asked.by)
    return by_touch(spells, interactions, asked.by, asked.touch, bought(spells, customer))


def strangers(known: pl.DataFrame, contacts: Any) -> int:
    """Return how many contacts of a table are not among those that are known."""
    table = read_table(contacts, "contacts", CONTACTS)
    return int(table.join(known, on=CONTACT_ID, how="anti")[CONTACT_ID].n_unique())
