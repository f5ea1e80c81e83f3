"""Who is judged at a cutoff, and what came of it: the outcome, and what had happened before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import polars as pl

from leadqual.analysis.backtests.past import APPEARED, Past
from leadqual.conditions.nodes import Selection
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.native import PLACE, open_table
from leadqual.engines.tables.rows import TIME, Rows
from leadqual.frames.types import INSTANT
from leadqual.model.time import Duration
from leadqual.policy.document import PolicyDocument

CUTOFF: Final = "cutoff"
CONVERTED: Final = "converted"
OUTCOME_AT: Final = "outcome_at"


def outcomes(policy: PolicyDocument, past: Past, outcome: Selection, until: datetime) -> pl.DataFrame:
    """Return when each contact appeared, and when it first had the outcome; null where it never did."""
    people = open_table(past.contacts, "contacts")
    rows = Rows(policy, open_table(past.interactions, "interactions"), until, Keys(people), repeated=False)
    rows.need(outcome, None)
    chosen = rows.chosen(outcome)
    found = rows.frame().filter(chosen).select(CONTACT, TIME).collect(backend="polars").to_native()
    first = found.group_by(CONTACT).agg(pl.col(TIME).min().cast(INSTANT).alias(OUTCOME_AT))
    known = past.appeared.with_row_index(PLACE).with_columns(pl.col(PLACE).cast(found.schema[CONTACT]))
    known = known.join(first, left_on=PLACE, right_on=CONTACT, how="left", maintain_order="left")
    return known.select(CONTACT_ID, APPEARED, OUTCOME_AT)


def labelled(known: pl.DataFrame, cutoff: datetime, horizon: Duration) -> pl.DataFrame:
    """Return the contacts that are judged at a cutoff, with whether the outcome came within the horizon.

    Those are judged that had appeared and had not had the outcome, this very instant included.
    """
    at = pl.lit(cutoff, INSTANT)
    came = pl.col(OUTCOME_AT)
    in_time = (came <= at + pl.duration(microseconds=horizon.micros)).fill_null(value=False)
    return known.filter((pl.col(APPEARED) <= at) & ((came > at) | came.is_null())).select(
        CONTACT_ID, at.alias(CUTOFF), in_time.alias(CONVERTED), pl.when(in_time).then(came).alias(OUTCOME_AT)
    )


def counted(known: pl.DataFrame, cutoffs: Sequence[datetime]) -> pl.DataFrame:
    """Return for each cutoff how many contacts there are, had not appeared, and had had the outcome before."""
    appeared, came = pl.col(APPEARED), pl.col(OUTCOME_AT)
    made = []
    for cutoff in cutoffs:
        at = pl.lit(cutoff, INSTANT)
        there = (appeared <= at).fill_null(value=False)
        before = there & (came <= at).fill_null(value=False)
        made.append(
            known.select(
                at.alias(CUTOFF),
                pl.len().alias("contacts"),
                (~there).sum().alias("not_yet"),
                before.sum().alias("before"),
            )
        )
    return pl.concat(made)
