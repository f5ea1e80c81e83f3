"""Shares with their intervals: Wilson's, with as many independent contacts as there are."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID

_HITS, _OF, _PEOPLE, _SIZE = "lq_hits", "lq_of", "lq_people", "lq_size"
_SQUARES: Final = ("lq_hits_hits", "lq_hits_of", "lq_of_of")


def quantile_of(confidence: float) -> float:
    """Return how many standard deviations an interval reaches to each side.

    Examples
    --------
    >>> round(quantile_of(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2)


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


def wilson(value: pl.Expr, size: pl.Expr, confidence: float) -> tuple[pl.Expr, pl.Expr]:
    """Return the bounds of Wilson's interval of a share of `size` independent rows.

    Examples
    --------
    >>> frame = pl.DataFrame({"share": [0.1], "of": [50]})
    >>> frame.select(bound.round(4).alias(str(place)) for place, bound in enumerate(wilson(*map(pl.col, frame.columns),
    ...     0.95))).row(0)
    (0.0435, 0.2136)
    """
    z = quantile_of(confidence)
    shrunk = 1 + z * z / size
    centre = (value + z * z / (2 * size)) / shrunk
    reach = z * (value * (1 - value) / size + (z / (2 * size)) ** 2).sqrt() / shrunk
    # At the ends one bound is the end itself, which the last digits of a float would miss.
    low = pl.when(value <= 0).then(0.0).otherwise((centre - reach).clip(0.0, 1.0))
    high = pl.when(value >= 1).then(1.0).otherwise((centre + reach).clip(0.0, 1.0))
    known = size > 0
    return pl.when(known).then(low), pl.when(known).then(high)
