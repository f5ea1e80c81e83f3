"""A replay of two tables that Polars computes: by the kernel, or where scorers are asked, one contact at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl

from leadqual.conditions.nodes import Name, Node
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.engines.tables.replay import kernel
from leadqual.engines.tables.replay.kernel import Replayed
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Tables
from leadqual.frames.replays.folded import folded, warn_of_scorers
from leadqual.frames.replays.given import given_standings, late_interactions
from leadqual.frames.replays.moves import MOVES, STANDINGS
from leadqual.lifecycle.decide import Late
from leadqual.lifecycle.policy import Policy

_CREATED = Name("contact.created_at")


def guards_of(policy: Policy) -> list[Node]:
    """Return what a replay reads of the tables: the conditions of the transitions, and when a contact was created."""
    return [*(way.when for way in policy.transitions if way.when is not None), _CREATED]


def in_memory(
    policy: Policy, contacts: Any, interactions: Any, until: datetime, standings: Any, tables: Tables, late: Late
) -> Replayed:
    """Return moves and standings as Polars frames, from tables that Polars computes."""
    ids = tables.contacts.frame.to_native().select(CONTACT_ID).collect()[CONTACT_ID]
    before = None if standings is None else given_standings(policy, standings, until, ids)
    done = _replayed(policy, contacts, interactions, until, before, tables, ids, afresh=late == "replay")
    if before is not None and late == "error" and len(done.changed):
        raise late_interactions(done.changed, before.height)
    stood = done.standings.with_columns(
        as_of=pl.lit(until, dtype=STANDINGS["as_of"]), policy=pl.lit(policy.content_hash)
    ).select(*STANDINGS)
    return Replayed(done.moves.select(*MOVES), stood, done.changed)


def _replayed(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    until: datetime,
    before: pl.DataFrame | None,
    tables: Tables,
    ids: pl.Series,
    *,
    afresh: bool,
) -> Replayed:
    if not policy.stages:
        nowhere = pl.DataFrame(ids).with_columns(stage=None, entered_at=None, seen=pl.lit(0, dtype=pl.Int64))
        return Replayed(
            pl.DataFrame(schema=MOVES), nowhere.cast({"stage": pl.String, "entered_at": MOVES["at"]}), ids.clear()
        )
    if tables.reads.scorers:
        warn_of_scorers(tables.reads.scorers)
        people, events = into_polars(contacts, "contacts"), into_polars(interactions, "interactions")
        return folded(policy, people, events, until, before, afresh=afresh)

    def refuse(contact: str) -> Exception:
        """Fold the one contact again, for the error that says what is missing."""
        one = pl.col(CONTACT_ID) == contact
        people, events = into_polars(contacts, "contacts"), into_polars(interactions, "interactions")
        folded(policy, people.filter(one), events.filter(one), until, before, afresh=afresh)
        return AssertionError(f"contact {contact!r} is refused by the tables alone")

    return kernel.replayed(
        policy,
        tables.contacts,
        tables.interactions,
        until,
        before=before,
        afresh=afresh,
        repeated=tables.repeated,
        refuse=refuse,
    )
