"""Shares with their intervals: Wilson's, with as many independent contacts as there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from leadqual.analysis.intervals import wilson
from leadqual.engines.tables.columns import CONTACT_ID

_HITS, _OF, _PEOPLE, _SIZE = "lq_hits", "lq_of", "lq_people", "lq_size"
_SQUARES: Final = ("lq_hits_hits", "lq_hits_of", "lq_of_of")


def shares(
    rows: pl.DataFrame, by: Sequence[str], hits: pl.Expr, of: pl.Expr, name: str, confidence: float
) -> pl.DataFrame:
    """Return a share for every group of rows: ``<name>``, ``<name>_low`` and ``<name>_high``, with its parts.

    The rows of one contact are not independent of one another: the same order can follow several cutoffs. So the
    interval of Wilson is given as many rows as would, if they were independent, leave the same uncertainty as these
    rows do with contacts drawn whole (the design effect of survey statistics; Korn and Graubard 1998). Where each
    contact has one row, that is Wilson's interval as it stands. Where the share is 0 or 1, a contact counts once.

    Parameters
    ----------
    rows : DataFrame
        With ``contact_id``.
    by : sequence of str
        The columns that name the group.
    hits, of : Expr
        What a row adds to the numerator and to the denominator of the share; fractions are allowed.
    name : str
        Of the share.
    confidence : float
        How often such an interval holds the truth.

    Returns
    -------
    DataFrame
        The columns of `by`, ``hits``, ``of``, and the share with its bounds, which are null where there are no rows.
    """
    number = pl.Float64()
    parts = rows.select(*by, CONTACT_ID, hits.cast(number).alias(_HITS), of.cast(number).alias(_OF))
    people = parts.group_by([*by, CONTACT_ID]).agg(pl.col(_HITS, _OF).sum(), pl.len().alias("lq_rows"))
    mine, whole = pl.col(_HITS), pl.col(_OF)
    products = (mine * mine, mine * whole, whole * whole)
    totals = people.group_by(by).agg(
        mine.sum().alias("hits"),
        whole.sum().alias("of"),
        (whole > 0).sum().cast(number).alias(_PEOPLE),
        pl.col("lq_rows").max().alias("lq_rows"),
        *(product.sum().alias(column) for column, product in zip(_SQUARES, products, strict=True)),
    )
    value = pl.when(pl.col("of") > 0).then(pl.col("hits") / pl.col("of")).clip(0.0, 1.0)
    totals = totals.with_columns(value.alias(name)).with_columns(_size(pl.col(name)).alias(_SIZE))
    low, high = wilson(pl.col(name), pl.col(_SIZE), confidence)
    bounds = (low.alias(f"{name}_low"), high.alias(f"{name}_high"))
    return totals.with_columns(bounds).select(*by, "hits", "of", name, f"{name}_low", f"{name}_high")


def _size(value: pl.Expr) -> pl.Expr:
    """Return how many independent rows are worth as much as these."""
    hits_hits, hits_of, of_of = map(pl.col, _SQUARES)
    people, of = pl.col(_PEOPLE), pl.col("of")
    spread = (hits_hits - 2 * value * hits_of + value * value * of_of) * people / (people - 1)
    effect = spread / (of * value * (1 - value))
    certain = (value <= 0) | (value >= 1) | (people < 2)
    several = pl.col("lq_rows") > 1
    size = pl.when(certain).then(pl.min_horizontal(of, people)).otherwise(of / effect.clip(lower_bound=1.0))
    return pl.when(several).then(size).otherwise(of)
