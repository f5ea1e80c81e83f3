"""What has to be known to read a funnel report: what nobody knows, what was left out, and what was taken for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from leadqual.analysis.funnels.asked import CUSTOMER, Asked
from leadqual.analysis.funnels.opened import strangers
from leadqual.analysis.funnels.spells import Spells
from leadqual.engines.tables.columns import CONTACT_ID


def notes_of(
    asked: Asked, spells: Spells, buyers: tuple[str, ...], absent: pl.DataFrame, *, contacts: Any, standings: Any
) -> tuple[str, ...]:
    """Return what has to be known, a sentence or two each.

    Parameters
    ----------
    asked : Asked
        What was asked for.
    spells : Spells
        The spells.
    buyers : tuple of str
        The stages of those who bought.
    absent : DataFrame
        The ids of contacts of whom nothing had happened.
    contacts, standings : table, optional
        What was given.
    """
    return (
        *_unknown(spells, absent, contacts, known=standings is not None),
        *_times(asked, spells, absent.height, known=standings is not None),
        *_order(asked, spells),
        *_meaning(asked, buyers),
    )


def _unknown(spells: Spells, absent: pl.DataFrame, contacts: Any, *, known: bool) -> Iterator[str]:
    seen = pl.concat([spells.people.select(CONTACT_ID), absent])
    number = 0 if contacts is None else strangers(seen, contacts)
    if known:
        if number:
            yield f"Without a standing, and left out: {_contacts(number)} of the table."
        return
    where = ", ".join(stage for stage in spells.stages if stage in spells.unknown) or "the first stage"
    yield (
        f"Without standings nobody knows who never moved, so nothing is said of who stands at {where}, nor of shares "
        "of all contacts. Give standings=frames.standings(...)."
    )
    if number:
        yield f"Never moved: {_contacts(number)} of the table. They may stand at {where}, or not have appeared yet."


def _times(asked: Asked, spells: Spells, absent: int, *, known: bool) -> Iterator[str]:
    if not known and asked.until is None:
        yield f"The end is taken to be the last move, {spells.until:%Y-%m-%d %H:%M} UTC; `until` says otherwise."
    if absent:
        yield f"Not appeared yet, and left out: {_contacts(absent)} with no interaction and no created_at by then."
    vague = spells.rows["entered"].null_count()
    if vague:
        yield (
            f"Of {_contacts(vague)} nobody knows since when they stood where they first moved from: left out of times "
            "and cohorts, and counted there only in the instant in which they left."
        )


def _order(asked: Asked, spells: Spells) -> Iterator[str]:
    if asked.stages is None and len(spells.stages) > 1:
        yield "The order of the stages is that in which most contacts came to them; `policy` or `stages` gives another."
    initial = None if asked.policy is None else asked.policy.initial_stage
    if initial is not None:
        first = spells.rows.filter(pl.col("position") == 0, pl.col("stage").cast(pl.String) != initial)
        if len(first):
            yield (
                f"First seen at another stage than {initial}: {_contacts(len(first))}. What came before is not in the "
                "tables."
            )


def _meaning(asked: Asked, buyers: tuple[str, ...]) -> Iterator[str]:
    if not buyers:
        yield f"No stage is called {CUSTOMER!r}, so nobody is known to have bought; `customer` names the stages."
    if asked.of_touch and asked.touch == "first":
        before = " before it bought" if buyers else ""
        yield f"The {asked.by} is that of each contact's first interaction{before} that names one."
    elif asked.of_touch:
        yield f"The {asked.by} is that of each contact's last interaction before it bought, or until now."


def _contacts(number: int) -> str:
    return f"{number:,} contact{'' if number == 1 else 's'}"
