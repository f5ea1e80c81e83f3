"""Tables as plain data for JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl


def plain_rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a table as a list of rows, days and instants as ISO texts.

    Examples
    --------
    >>> plain_rows(pl.DataFrame({"day": [date(2026, 11, 22)], "contacts": [3]}))
    [{'day': '2026-11-22', 'contacts': 3}]
    """
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        for row in table.iter_rows(named=True)
    ]
