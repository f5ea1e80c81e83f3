"""Cells of tables as JSON, and back as their column holds them; and what tells whether rows are still the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import polars as pl

from leadqual.cleaning.lists import canonical

_MICROSECOND = timedelta(microseconds=1)


def encoded(value: Any) -> Any:
    """Return a cell as JSON can hold it.

    Examples
    --------
    >>> encoded([{"at": datetime(2026, 11, 1, tzinfo=UTC)}])
    [{'at': '2026-11-01T00:00:00+00:00'}]
    """
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo is not None else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value // _MICROSECOND
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: encoded(one) for name, one in value.items()}
    return [encoded(one) for one in value] if isinstance(value, list | tuple | pl.Series) else value


def decoded(value: Any, kind: Any) -> Any:
    """Return a cell out of JSON as a column of a type holds it.

    Examples
    --------
    >>> decoded(["2026-11-01"], pl.List(pl.Date))
    [datetime.date(2026, 11, 1)]
    """
    if value is None:
        return None
    if isinstance(kind, pl.List | pl.Array):
        return [decoded(one, kind.inner) for one in value]
    if isinstance(kind, pl.Struct):
        return {field.name: decoded(value.get(field.name), field.dtype) for field in kind.fields}
    if isinstance(kind, pl.Datetime):
        return datetime.fromisoformat(value)
    if isinstance(kind, pl.Duration):
        return value * _MICROSECOND
    if isinstance(kind, pl.Decimal):
        return Decimal(value)
    if kind == pl.Binary:
        return bytes.fromhex(value)
    return date.fromisoformat(value) if kind == pl.Date else time.fromisoformat(value) if kind == pl.Time else value


def content(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row holds as JSON, without what it does not."""
    return {name: encoded(value) for name, value in row.items() if value is not None}


def frame_of(rows: Iterable[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows that `content` wrote as a table with these columns."""
    columns: dict[str, list[Any]] = {name: [] for name in schema}
    for row in rows:
        for name, kind in schema.items():
            columns[name].append(decoded(row.get(name), kind))
    return pl.DataFrame([pl.Series(name, cells, dtype=schema[name]) for name, cells in columns.items()])


def digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return a hash of what rows hold, whatever their order."""
    return digest_of(content(row) for row in rows)


def digest_of(contents: Iterable[Mapping[str, Any]]) -> str:
    """Return a hash of rows as `content` wrote them, whatever their order."""
    whole = sha256()
    for text in sorted(canonical(_told(one)) for one in contents):
        whole.update(text.encode())
        whole.update(b"\n")
    return whole.hexdigest()


def _told(one: Any) -> Any:
    """Return what a row says: nothing of fields without a value, which another column of its table may bring."""
    if isinstance(one, dict):
        return {name: _told(value) for name, value in one.items() if value is not None}
    return [_told(value) for value in one] if isinstance(one, list) else one
