"""Shares of counts with Wilson intervals, as columns."""

from __future__ import annotations

import polars as pl
from scipy.special import ndtri


def shares(part: str, whole: str, confidence: float, *, share: str = "share") -> list[pl.Expr]:
    """Return columns for a share and its Wilson interval: ``share``, ``low`` and ``high``, null of nothing.

    The interval is that of ``scipy.stats.binomtest(part, whole).proportion_ci(method="wilson")``, of a whole column.

    Parameters
    ----------
    part, whole : str
        The columns with the counts.
    confidence : float
        How sure, such as 0.95.
    share : str
        What the column of the share is called.
    """
    z = float(ndtri(0.5 + confidence / 2))
    n = pl.when(pl.col(whole) > 0).then(pl.col(whole).cast(pl.Float64))
    p = pl.col(part).cast(pl.Float64) / n
    centre, width = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
    low, high = (centre - width) / (1 + z * z / n), (centre + width) / (1 + z * z / n)
    # At the ends the formula gives 0 and 1 but for the last digits.
    low = pl.when(p == 0).then(0.0).otherwise(low)
    high = pl.when(p == 1).then(1.0).otherwise(high)
    return [p.alias(share), low.alias("low"), high.alias("high")]
