"""Wilson's interval of a share, as expressions over columns."""

from __future__ import annotations

from statistics import NormalDist

import polars as pl


def quantile_of(confidence: float) -> float:
    """Return how many standard deviations an interval reaches to each side.

    Examples
    --------
    >>> round(quantile_of(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(value: pl.Expr, size: pl.Expr, confidence: float) -> tuple[pl.Expr, pl.Expr]:
    """Return the bounds of Wilson's interval of a share of `size` independent rows; null of no rows.

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
