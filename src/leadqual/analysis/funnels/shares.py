"""Shares of counts with Wilson's interval, as columns."""

from __future__ import annotations

import polars as pl

from leadqual.analysis.intervals import wilson


def shares(part: str, whole: str, confidence: float, *, share: str = "share") -> list[pl.Expr]:
    """Return columns for a share and its Wilson interval: ``share``, ``low`` and ``high``, null of nothing.

    Parameters
    ----------
    part, whole : str
        The columns with the counts.
    confidence : float
        How sure, such as 0.95.
    share : str
        What the column of the share is called.
    """
    of = pl.col(whole)
    value = pl.when(of > 0).then(pl.col(part).cast(pl.Float64) / of)
    low, high = wilson(value, of, confidence)
    return [value.alias(share), low.alias("low"), high.alias("high")]
