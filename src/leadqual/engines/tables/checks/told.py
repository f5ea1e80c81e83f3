"""Rows of tables in words: how many of how many, and which are the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals as nw

from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID
from leadqual.engines.tables.native import PLACE, Table
from leadqual.errors import shown

FEW: Final = 3
"""How many rows a problem shows."""


def collected(table: Table, frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    """Return a few rows of a table's library as plain data."""
    return all_collected(table, [frame])[0]


def all_collected(table: Table, frames: Sequence[nw.LazyFrame[Any]]) -> list[list[dict[str, Any]]]:
    """Return a few rows of each of several frames as plain data, computed together where the library can."""
    if table.dialect.name != "polars":
        return [frame.collect(backend="pyarrow").rows(named=True) for frame in frames]
    import polars as pl  # noqa: PLC0415 - an optional dependency

    # Whole columns are faster in memory; a table that was never read may be larger than that.
    engine: Any = "streaming" if table.lazy else "in-memory"
    # What two frames share is shared in memory, which costs more than reading a column twice that is there already.
    flags = pl.QueryOptFlags(comm_subplan_elim=table.lazy)
    made = pl.collect_all([frame.to_native() for frame in frames], engine=engine, optimizations=flags)
    return [frame.rows(named=True) for frame in made]


def share(number: float, rows: int, what: str = "rows") -> str:
    """Return how many of how many, such as ``3 of 1,000 rows``."""
    return f"{int(number):,} of {rows:,} {what}"


def label(row: dict[str, Any]) -> str:
    """Return which row it is: its number, where its table has an order, and its ids."""
    whose = shown(row[CONTACT_ID])
    if INTERACTION_ID in row:
        whose = f"{shown(row[INTERACTION_ID])} of {whose}"
    if PLACE in row:
        return f"row {row[PLACE] + 1:,} ({whose})"
    return f"interaction {whose}" if INTERACTION_ID in row else f"contact {whose}"
