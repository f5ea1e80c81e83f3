"""A history to look back on: two tables of any kind, looked at, and the instant up to which they tell what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from leadqual.analysis.past import Past
from leadqual.conditions.nodes import Node
from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID, OCCURRED_AT
from leadqual.errors import InputError, Place, Problem
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Check, opened
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import aware

_ANY_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)


def history(
    policy: Policy,
    contacts: Any,
    interactions: Any,
    read: Iterable[Node],
    until: datetime | None,
    check: Check | None,
) -> tuple[Past, datetime]:
    """Return the two tables, looked at, each interaction once, and the instant up to which they tell what happened.

    Parameters
    ----------
    policy, contacts, interactions, check
        As for `leadqual.frames.score`.
    read : iterable of Node
        What is read of the tables.
    until : datetime, optional
        The end; by default the instant of the last interaction.

    Raises
    ------
    InputError
        With everything that is wrong with the tables; with the code ``no-room`` if nothing tells where they end.
    """
    tables: list[pl.DataFrame] = []
    problems: list[Problem] = []
    for native, source in ((contacts, "contacts"), (interactions, "interactions")):
        try:
            tables.append(into_polars(native, source))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    people, events = tables
    checked = opened(policy, people, events, until or _ANY_TIME, check=check, expressions=read)
    if checked.repeated:
        events = events.unique([CONTACT_ID, INTERACTION_ID], keep="first", maintain_order=True)
    past = Past.of(people, events, until)
    last = until or past.interactions[OCCURRED_AT].max()
    if not isinstance(last, datetime):
        message = "there are no interactions, so nothing tells what came of anybody"
        raise InputError(Problem("no-room", message, Place("interactions"), "0 rows", "a history"))
    return past, aware(last)
