"""Who stands at each stage now, for how long, and who longer than is usual there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from leadqual.analysis.funnels.spells import KEYS, Spells, days
from leadqual.analysis.funnels.tables import CONTACT
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.model.time import Duration


def standing(spells: Spells, medians: pl.DataFrame) -> pl.DataFrame:
    """Return everybody who stands at a stage now, those who have stood longest first.

    Parameters
    ----------
    spells : Spells
        The spells.
    medians : DataFrame
        ``stage`` and ``usual``: after how many days half have left it; null where that is not reached.

    Returns
    -------
    DataFrame
        ``contact_id``, ``stage``, ``entered_at``, ``days``, ``usual``, and ``overdue``: whether it has stood longer
        than usual, null where nobody can say.
    """
    now = spells.rows.filter(pl.col("left").is_null()).sort(CONTACT)
    now = now.with_columns(spells.people[CONTACT_ID].gather(now[CONTACT]))
    made = now.join(medians, on="stage", how="left", maintain_order="left").with_columns(
        days=days(pl.lit(spells.until), pl.col("entered"))
    )
    since, overdue = pl.col("entered").alias("entered_at"), pl.col("days") > pl.col("usual")
    made = made.select("group", CONTACT_ID, "stage", since, "days", "usual", overdue=overdue)
    return made.sort("stage", "days", descending=[False, True], maintain_order=True)


def ageing(spells: Spells, stand: pl.DataFrame, bands: Sequence[Duration]) -> pl.DataFrame:
    """Return how long those who stand at each stage have stood there.

    Parameters
    ----------
    spells : Spells
        The spells.
    stand : DataFrame
        What `standing` returns for them.
    bands : sequence of Duration
        The bounds of the bands, ascending. Who has stood for exactly a bound belongs to the band that begins there.

    Returns
    -------
    DataFrame
        ``stage``, ``contacts``, a column a band (such as ``<7d``, ``7d-30d``, ``>=30d``), ``median_days``,
        ``p90_days``, ``longest_days``, ``usual`` (days after which half have left the stage) and ``overdue``.
    """
    bounds = [None, *bands, None]
    counted = {}
    for low, high in pairwise(bounds):
        inside = pl.lit(value=True) if low is None else pl.col("days") >= low.days
        inside = inside if high is None else inside & (pl.col("days") < high.days)
        counted[band_name(low, high)] = inside.sum().cast(pl.Int64)
    number = stand.group_by(KEYS).agg(
        contacts=pl.len().cast(pl.Int64),
        **counted,
        median_days=pl.col("days").quantile(0.5, "linear"),
        p90_days=pl.col("days").quantile(0.9, "linear"),
        longest_days=pl.col("days").max(),
        usual=pl.col("usual").first(),
        overdue=pl.col("overdue").sum().cast(pl.Int64),
    )
    made = spells.cells("stage").join(number, on=KEYS, how="left", maintain_order="left")
    made = made.with_columns(pl.col("contacts", *counted).fill_null(0))
    overdue = pl.when(pl.col("usual").is_not_null()).then(pl.col("overdue")).alias("overdue")
    made = made.with_columns(overdue)
    return made.select(*KEYS, *(spells.known(name) for name in made.columns if name not in KEYS))


def band_name(low: Duration | None, high: Duration | None) -> str:
    """Return what a band is called, such as ``7d-30d``."""
    if low is None:
        return f"<{high}"
    return f">={low}" if high is None else f"{low}-{high}"
