"""``at_most``: the first few interactions of each window, of all contacts at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import narwhals as nw

from leadqual.engines.tables.columns import Frame, framed
from leadqual.engines.tables.gaps import ROLLING
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.rolling import let_through
from leadqual.policy.fields import AtMost

_WINDOW: Final = "lq_window"


def counted(rows: Frame, limit: AtMost, contact: str, time: str) -> Frame:
    """Return contact and time of the rows of Polars that a limit lets through.

    Which of two interactions at one instant is let through makes no difference: they are equally old.

    Parameters
    ----------
    rows : nw.LazyFrame
        The interactions that the rule matches.
    limit : AtMost
        How many of them count in each window.
    contact, time : str
        Their columns.
    """
    rows = rows.select(contact, time)
    if limit.rolling:
        return let_through(rows, limit, contact, time)
    rows = rows.with_columns((nw.col(time) // limit.per.micros).alias(_WINDOW))
    if limit.count == 1:  # the first of a window is its earliest: a grouping, which is faster than an order
        return rows.group_by(contact, _WINDOW).agg(nw.col(time).min()).select(contact, time)
    return _by_sorting(rows, limit, contact, time)


def marked(rows: Frame, limits: Mapping[str, tuple[AtMost, nw.Expr]], table: Table, contact: str, time: str) -> Frame:
    """Return rows of SQL with a column for every limit: whether it lets the row through.

    All limits with windows of one length count in one order of the rows, and none of them moves a row.

    Parameters
    ----------
    rows : LazyFrame
        All interactions.
    limits : mapping of str to tuple
        By the name of the column, a limit and which rows its rule matches.
    table : Table
        Where the rows come from.
    contact, time : str
        Their columns.

    Raises
    ------
    UnsupportedError
        For a rolling limit, which SQL has no way to say.
    """
    for limit, _ in limits.values():
        if limit.rolling:
            raise ROLLING.refusal(table.engine, f"at_most: {limit}")
    windows = {limit.per.micros: f"{_WINDOW}{limit.per.micros}" for limit, _ in limits.values()}
    rows = rows.with_columns((nw.col(time) // length).alias(name) for length, name in windows.items())
    one, none = nw.lit(1, dtype=nw.Int64()), nw.lit(0, dtype=nw.Int64())
    rows = rows.with_columns(
        nw.when(chosen)
        .then(one)
        .otherwise(none)
        .cum_sum()
        .over(contact, windows[limit.per.micros], order_by=time)
        .alias(name)
        for name, (limit, chosen) in limits.items()
    )
    return rows.with_columns(
        (chosen & (nw.col(name) <= limit.count)).alias(name) for name, (limit, chosen) in limits.items()
    )


def _by_sorting(rows: Frame, limit: AtMost, contact: str, time: str) -> Frame:
    """Sort once and look `limit.count` rows back: a tenth of the time of a rank within millions of small windows."""
    import polars as pl  # noqa: PLC0415 - an optional dependency

    back = limit.count
    full = (pl.col(contact) == pl.col(contact).shift(back)) & (pl.col(_WINDOW) == pl.col(_WINDOW).shift(back))
    kept = rows.to_native().sort(contact, time).filter(~full.fill_null(value=False)).select(contact, time)
    return framed(kept)
