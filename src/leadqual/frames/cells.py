"""From the values of models to the cells of a typed column, and the type of a column from its values alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

import polars as pl
from pydantic import BaseModel

from leadqual.frames.types import INSTANT, TEXTS, Type, annotated_type, common_type
from leadqual.model.time import micros

Convert = Callable[[Any], Any]

_KNOWN: Final = "is known"
"""A column of helpers, which no field of a model can be named like."""
_SEVERAL: Final = (list, tuple, set, frozenset)
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def given(model: BaseModel) -> dict[str, Any]:
    """Return the fields of a model that were given to it, without those that it filled in itself."""
    return {name: model.__dict__[name] for name in model.model_fields_set}


def converter(kind: Type, fields_of: Callable[[BaseModel], Mapping[str, Any]] = vars) -> Convert:
    """Return the function that turns a value into a cell of a type; it raises `TypeError` or `ValueError` if none fits.

    Instants become microseconds, from which `series` makes a column ten times as fast. `fields_of` says which fields
    of a model are cells.
    """
    if isinstance(kind, pl.List):
        item = converter(kind.inner, fields_of)
        return lambda value: [item(one) for one in _in_order(value)]
    if isinstance(kind, pl.Struct):
        parts = {field.name: converter(field.dtype, fields_of) for field in kind.fields}
        return lambda value: _struct(fields_of(value), parts)
    return micros if kind == INSTANT else _PLAIN[kind.base_type()]


def is_plain(kind: Type, classes: Collection[type]) -> bool:
    """Return whether values of these classes are cells of a type as they are."""
    if kind == pl.String:
        return all(issubclass(cls, str) for cls in classes)
    return set(classes) == {_CLASSES.get(kind.base_type())}


def series(name: str, kind: Type, cells: Sequence[Any]) -> pl.Series:
    """Return the column of cells that `converter` made."""
    if kind == INSTANT:
        return pl.Series(name, cells, dtype=pl.Int64).cast(INSTANT)
    if isinstance(kind, pl.Struct):
        return _struct_series(name, kind, cells)
    return _list_series(name, kind, cells) if isinstance(kind, pl.List) else pl.Series(name, cells, dtype=kind)


def _list_series(name: str, kind: pl.List, cells: Sequence[Any]) -> pl.Series:
    """Return a column of lists from one column of all their items: Polars would make a column of each list."""
    items = series("items", kind.inner, [item for cell in cells if cell for item in cell])
    owners = pl.Series("row", [row for row, cell in enumerate(cells) if cell for _ in cell], dtype=pl.Int64)
    lists = pl.DataFrame([owners, items]).group_by("row", maintain_order=True).agg("items")
    rows = pl.DataFrame([pl.Series("row", range(len(cells)), dtype=pl.Int64), _known(cells)])
    joined = rows.join(lists, on="row", how="left", maintain_order="left")
    filled = pl.col("items").fill_null(pl.lit([], dtype=kind))
    return joined.select(pl.when(_KNOWN).then(filled).alias(name)).to_series()


def _struct_series(name: str, kind: pl.Struct, cells: Sequence[Any]) -> pl.Series:
    parts = [series(part.name, part.dtype, [cell and cell[part.name] for cell in cells]) for part in kind.fields]
    whole = pl.DataFrame([*parts, _known(cells)])
    filled = pl.struct(part.name for part in kind.fields)
    return whole.select(pl.when(_KNOWN).then(filled).alias(name)).to_series()


def _known(cells: Sequence[Any]) -> pl.Series:
    return pl.Series(_KNOWN, [cell is not None for cell in cells], dtype=pl.Boolean)


def type_of_values(values: Iterable[Any]) -> Type | None:
    """Return the type that holds all of these values, or None if there is none.

    Examples
    --------
    >>> type_of_values([1, 2.5]), type_of_values([("a",), ()]), type_of_values([1, "a"]), type_of_values([2**70])
    (Float64, List(String), None, Float64)
    """
    found: Type | None = None
    for value in values:
        kind = _type_of(value)
        found = kind if found is None or kind is None else common_type(found, kind)
        if found is None:
            return None
    return found


def _type_of(value: Any) -> Type | None:
    if isinstance(value, _SEVERAL):
        items = type_of_values(value)
        return TEXTS if not value else None if items is None else pl.List(items)
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        return pl.Float64()
    return annotated_type(type(value))


def _in_order(value: Any) -> Any:
    if not isinstance(value, _SEVERAL):
        raise TypeError("no list")
    return sorted(value) if isinstance(value, set | frozenset) else value


def _struct(held: Mapping[str, Any], parts: dict[str, Convert]) -> dict[str, Any]:
    return {name: None if held.get(name) is None else convert(held[name]) for name, convert in parts.items()}


def _text(value: Any) -> str:
    value = value.value if isinstance(value, Enum) else value
    if not isinstance(value, str):
        raise TypeError("no text")
    return str.__str__(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _whole(value: Any) -> int:
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no whole number")
    if not _SMALLEST <= value <= _LARGEST:
        raise ValueError("a whole number beyond 64 bits")
    return int(value)


def _number(value: Any) -> float:
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("no number")
    number = float(value) if not isinstance(value, int) or abs(value) < 2**1023 else float("inf")
    if number != value:
        raise ValueError("a whole number that a column of numbers cannot hold to the last digit")
    return number


def _date(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError("no date")
    return value


_CLASSES: Final[dict[Any, type]] = {pl.Boolean: bool, pl.Int64: int, pl.Float64: float}
_PLAIN: Final[dict[Any, Convert]] = {
    pl.String: _text,
    pl.Boolean: _boolean,
    pl.Int64: _whole,
    pl.Float64: _number,
    pl.Date: _date,
}
