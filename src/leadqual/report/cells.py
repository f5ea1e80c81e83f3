"""The numbers of a figure as a table for people."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

NOTHING: Final = "–"
"""What stands where nothing is known."""

_SHARES: Final = re.compile(r"(^|_)(share|rate|percent|conversion|low|high|went_on|auc)(_|$)")


def heading(column: str) -> str:
    """Return the name of a column as a heading.

    Examples
    --------
    >>> heading("days_to_leave")
    'days to leave'
    """
    return column.replace("_", " ")


def is_number(column: pl.Series) -> bool:
    """Return whether a column stands to the right."""
    return column.dtype.is_numeric()


def is_share(column: pl.Series) -> bool:
    """Return whether a column holds shares: its name says so, and no value is beyond 1."""
    if not column.dtype.is_float() or not _SHARES.search(column.name):
        return False
    known = column.drop_nulls().drop_nans()
    return bool(((known >= -1) & (known <= 1)).all())


def cell(value: Any, *, share: bool = False, zone: ZoneInfo) -> str:
    """Return a value as text.

    Examples
    --------
    >>> utc = ZoneInfo("UTC")
    >>> [cell(value, zone=utc) for value in (1234, 0.5, None, True, "lead", date(2026, 11, 22))]
    ['1,234', '0.5', '–', 'yes', 'lead', '2026-11-22']
    >>> cell(0.256, share=True, zone=utc)
    '25.6 %'
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value * 100:.1f} %" if share else _decimal(value)
    if isinstance(value, datetime):
        return _instant(value, zone)
    return value.isoformat() if isinstance(value, date) else str(value)


def rows(table: pl.DataFrame, zone: ZoneInfo) -> list[list[str]]:
    """Return a table as texts.

    Examples
    --------
    >>> rows(pl.DataFrame({"stage": ["mql"], "share": [0.25]}), ZoneInfo("UTC"))
    [['mql', '25.0 %']]
    """
    shares = [is_share(column) for column in table.iter_columns()]
    return [
        [cell(value, share=share, zone=zone) for value, share in zip(row, shares, strict=True)]
        for row in table.iter_rows()
    ]


def _decimal(value: float) -> str:
    if value.is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.01 else f"{value:.2g}"


def _instant(value: datetime, zone: ZoneInfo) -> str:
    """Return an instant in the zone; its time of day only where it is not midnight."""
    local = value.astimezone(zone) if value.tzinfo else value
    return local.strftime("%Y-%m-%d" if local.hour == local.minute == 0 else "%Y-%m-%d %H:%M")
