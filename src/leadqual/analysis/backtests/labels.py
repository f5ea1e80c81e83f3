"""Who is judged at a cutoff, and what came of it: the outcome, and what had happened before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import polars as pl

from leadqual.analysis.outcomes import OUTCOME_AT
from leadqual.analysis.past import APPEARED
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.frames.types import INSTANT
from leadqual.model.time import Duration

CUTOFF: Final = "cutoff"
CONVERTED: Final = "converted"


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
