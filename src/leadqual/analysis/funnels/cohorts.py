"""Cohorts: of the contacts that began in one period, the share that reached each stage within some days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from leadqual.analysis.funnels.shares import shares
from leadqual.analysis.funnels.spells import Spells
from leadqual.analysis.funnels.tables import CONTACT
from leadqual.analysis.periods import periods
from leadqual.frames.types import INSTANT
from leadqual.model.time import Duration

_KEYS = ["step", "group", "stage", "within"]


def cohorts(spells: Spells, every: str, within: Sequence[Duration], zone: ZoneInfo, confidence: float) -> pl.DataFrame:
    """Return how many of the contacts that began in each period came to each stage in time.

    Parameters
    ----------
    spells : Spells
        The spells.
    every : str
        How long a period is, such as ``1mo``.
    within : sequence of Duration
        The times in which they are to come there.
    zone : ZoneInfo
        Whose calendar it is.
    confidence : float
        Of the Wilson intervals.

    Returns
    -------
    DataFrame
        ``cohort`` (when the period begins), ``contacts``, ``stage``, ``within``, ``reached``, ``share``, ``low``,
        ``high`` and ``known``: false, with nothing said, where the time is not over for all of them.
    """
    people = spells.people.filter(pl.col("began").is_not_null()).select(CONTACT, "group", "began")
    first = people.select(pl.col("began").min()).item()
    table = periods(first or spells.until, spells.until, every, zone).with_row_index("step")
    edges, began = table["start"].to_physical().to_numpy(), people["began"].to_physical().to_numpy()
    members = people.with_columns(step=pl.Series(np.searchsorted(edges, began, side="right") - 1).cast(pl.UInt32))
    size = members.group_by("step", "group").agg(contacts=pl.len().cast(pl.Int64))
    lengths = [timedelta(microseconds=one.micros) for one in within]
    spans = pl.DataFrame({"within": [str(one) for one in within], "span": lengths})
    cells = table.join(size, on="step").join(spells.cells("stage"), on="group").join(spans, how="cross")
    made = cells.join(_reached(spells, members, within), on=_KEYS, how="left")
    over = pl.col("end") + pl.col("span") <= pl.lit(spells.until, INSTANT)
    made = made.sort("group", "step", "stage", "span").with_columns(known=over & pl.lit(value=spells.complete))
    made = made.with_columns(pl.when("known").then(pl.col("reached").fill_null(0)).alias("reached"))
    if not spells.complete:
        made = made.with_columns(contacts=pl.lit(None, pl.Int64))
    made = made.with_columns(shares("reached", "contacts", confidence)).rename({"period": "cohort"})
    return made.select("group", "cohort", "contacts", "stage", "within", "reached", "share", "low", "high", "known")


def _reached(spells: Spells, members: pl.DataFrame, within: Sequence[Duration]) -> pl.DataFrame:
    """Return how many of each cohort and group came to each stage in less than each length of time."""
    who, began = members[CONTACT].to_numpy(), members["began"].to_physical().to_numpy()
    tables = [members.head(0).select(*_KEYS[:2], reached=pl.lit(0, pl.Int64)).with_columns(
        pl.lit(None, spells.kind).alias("stage"), within=pl.lit("")
    )]  # fmt: skip
    for stage, came in zip(spells.stages, spells.reach.came, strict=True):
        for span in within:
            # Exactly after the span is out, as it is for `within` in conditions.
            there = members.filter(pl.Series(came[who] < began + span.micros))
            number = there.group_by("step", "group").agg(reached=pl.len().cast(pl.Int64))
            tables.append(
                number.with_columns(pl.lit(stage, spells.kind).alias("stage"), pl.lit(str(span)).alias("within"))
            )
    return pl.concat(tables)
