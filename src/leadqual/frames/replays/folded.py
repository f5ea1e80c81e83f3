"""A replay by folding one contact after another: slow, and for policies that ask scorer objects the only way."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Any

import polars as pl

from leadqual.engines.advance import Funnel
from leadqual.engines.fold import Position
from leadqual.engines.record import RecordEngine
from leadqual.engines.tables.replay.kernel import Replayed
from leadqual.frames.models import to_models
from leadqual.frames.outside import SlowScorerWarning
from leadqual.frames.replays.moves import MOVES, STANDINGS
from leadqual.lifecycle.policy import Policy
from leadqual.lifecycle.seen import still_matter
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import from_micros, micros
from leadqual.policy.document import PolicyDocument

_Row = dict[str, Any]


def folded(
    policy: Policy,
    contacts: pl.DataFrame,
    interactions: pl.DataFrame,
    until: datetime,
    before: pl.DataFrame | None,
    *,
    afresh: bool,
) -> Replayed:
    """Return what `leadqual.engines.tables.replay.kernel.replayed` returns, of each contact for itself."""
    people, histories = to_models(contacts, interactions, policy=policy, ignore_unknown_columns=True)
    known = {} if before is None else {row["contact_id"]: row for row in before.iter_rows(named=True)}
    funnel = Funnel(RecordEngine(policy, policy.attached_scorers))
    moves, standings, changed = list[_Row](), list[_Row](), list[str]()
    for person in people:
        history, stood = histories.get(person.id, []), known.get(person.id)
        if stood is not None and stood["seen"] not in (None, _seen(policy, history, stood["as_of"])):
            changed.append(person.id)
            stood = None if afresh else stood
        steps, standing = _of_one(funnel, person, history, until, stood)
        moves += steps
        standings.append(standing)
    return Replayed(
        pl.DataFrame(moves, schema=MOVES),
        pl.DataFrame(standings, schema=STANDINGS).drop("as_of", "policy"),
        pl.Series(changed, dtype=pl.String),
    )


def warn_of_scorers(names: set[str]) -> None:
    """Say that a replay asks scorers at every interaction of every contact."""
    message = f"transitions read the scores of scorers ({', '.join(sorted(names))}), which answer at one instant: "
    warnings.warn(message + "every contact is folded for itself", SlowScorerWarning, stacklevel=5)


def _of_one(
    funnel: Funnel, person: Contact, history: list[Interaction], until: datetime, stood: _Row | None
) -> tuple[list[_Row], _Row]:
    position = None if stood is None else Position(stood["stage"], _micros(stood["entered_at"]))
    since = None if stood is None else micros(stood["as_of"])
    view = funnel.engine.view(person, history)
    end, steps = funnel.advance(view, micros(until), position=position, since=since)
    rows = [
        {
            "contact_id": person.id,
            "at": from_micros(step.visit.instant),
            "source": step.source,
            "target": step.transition.target,
            "transition": step.transition.id,
            "interaction_id": None if step.visit.interaction is None else step.visit.interaction.id,
            "entered_at": _instant(step.entered),
        }
        for step in steps
    ]
    seen = _seen(funnel.policy, history, until)
    return rows, {"contact_id": person.id, "stage": end.stage, "entered_at": _instant(end.entered), "seen": seen}


def _seen(policy: PolicyDocument, history: list[Interaction], at: datetime) -> int:
    return len(still_matter(history, micros(at), policy.lookback))


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else micros(instant)


def _instant(value: int | None) -> datetime | None:
    return None if value is None else from_micros(value)
