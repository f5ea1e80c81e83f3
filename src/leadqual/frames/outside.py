"""Scorers that take one contact at a time, asked row by row: slow, and told so once."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Any

import polars as pl

from leadqual.engines.outside import checked_score
from leadqual.engines.tables.answers import SCORE
from leadqual.engines.tables.attached import attached
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.frames.models import to_models
from leadqual.frames.opened import Tables
from leadqual.lifecycle.policy import Policy
from leadqual.model.score import Scorer
from leadqual.model.time import aware


class SlowScorerWarning(UserWarning):
    """A scorer takes one contact at a time, so tables are turned into models for it."""


def given_scores(
    policy: Policy, contacts: Any, interactions: Any, tables: Tables, at: datetime, *, ledger: bool = False
) -> Any:
    """Return the scores that the policy leaves to scorer objects, as far as they are read.

    Raises
    ------
    LeadqualError
        If a scorer is missing or breaks its contract.
    UnsupportedError
        If a scorer takes one contact at a time, and the tables are not in memory.
    """

    def one_by_one(scorer: Scorer, name: str) -> Any:
        message = f"the scorer {name!r}, or a part of it, has no score_frame(contacts, interactions, *, at): "
        message += "it is asked row by row"
        warnings.warn(message, SlowScorerWarning, stacklevel=6)
        people, histories = to_models(contacts, interactions, policy=policy)
        rows: list[dict[str, Any]] = []
        for person in people:
            seen = [one for one in histories.get(person.id, ()) if one.occurred_at <= aware(at)]
            answer = checked_score(scorer.score(person, seen, at=at), name, policy.score_ranges[name])
            rows.append({CONTACT_ID: person.id, SCORE: answer.value})
            for line in answer.ledger:
                column = f"{line.id}_" if line.id in (CONTACT_ID, SCORE) else line.id
                rows[-1][column] = rows[-1].get(column, 0.0) + line.points
        return pl.DataFrame(rows, schema=_columns(rows))

    scorers, natives = tables.reads.scorers, (contacts, interactions)
    return attached(policy, scorers, natives, tables.contacts, at, one_by_one, ledger=ledger, repeated=tables.repeated)


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    parts = dict.fromkeys(name for row in rows for name in row if name not in (CONTACT_ID, SCORE))
    return {CONTACT_ID: pl.String, SCORE: pl.Float64, **dict.fromkeys(parts, pl.Float64)}
