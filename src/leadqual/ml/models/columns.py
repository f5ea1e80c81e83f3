"""Tables of any kind as columns of floats and texts, which is what estimators are made of."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from leadqual.errors import InputError, Place, Problem

Column: TypeAlias = npt.NDArray[np.float64] | pl.Series
"""Floats, NaN where they are missing; or texts, null where they are missing."""


def columns_of(table: Any) -> list[Column]:
    """Return the columns of an array or of a table of pandas, Polars or PyArrow.

    Numbers and conditions become floats; everything that holds a text becomes texts.

    Raises
    ------
    InputError
        If a column holds something else than numbers, conditions or texts (code ``bad-feature``), or a number that is
        not finite (``finite-number``).

    Examples
    --------
    >>> numbers, texts = columns_of(np.array([[1, "web"], [None, None]], dtype=object))
    >>> numbers, texts.to_list()
    (array([ 1., nan]), ['web', None])
    """
    if isinstance(table, np.ndarray):
        return [_checked(f"x{place}", column) for place, column in enumerate(_of_array(table))]
    if isinstance(table, pl.DataFrame):
        return [_checked(series.name, _of_polars(series)) for series in table]
    frame = nw.from_native(table, eager_only=True)
    return [_checked(column.name, _of_series(column)) for column in frame.iter_columns()]


def _checked(name: object, column: Column) -> Column:
    if isinstance(column, np.ndarray) and np.isinf(column).any():
        rows = f"{np.isinf(column).sum():,} of {len(column):,} rows"
        raise InputError(
            Problem("finite-number", "the number is not finite", Place("X", path=str(name)), rows, "a finite number")
        )
    return column


def _of_array(table: npt.NDArray[Any]) -> Iterator[Column]:
    if table.dtype.kind in "biuf":
        yield from table.astype(np.float64, copy=False).T
        return
    for place, column in enumerate(table.T):
        yield _of_objects(column, f"x{place}")


def _of_polars(series: pl.Series) -> Column:
    """Return a column of Polars; what a scorer hands over comes so, one row at a time, and needs no detour."""
    if series.dtype == pl.Float64:
        return series.to_numpy()
    return series if series.dtype == pl.String else _of_series(nw.from_native(series, series_only=True))


def _of_series(series: Any) -> Column:
    kind = series.dtype
    if kind.is_numeric() or kind == nw.Boolean:
        return np.asarray(series.cast(nw.Float64).to_numpy(), dtype=np.float64)
    if kind in (nw.String, nw.Categorical, nw.Enum):
        texts: pl.Series = series.cast(nw.String).to_polars()
        return texts
    if kind.is_temporal() or kind.is_nested():
        raise _odd(series.name, str(kind))
    return _of_objects(np.fromiter(series.to_list(), dtype=object, count=len(series)), series.name)


def _of_objects(cells: npt.NDArray[Any], name: object) -> Column:
    missing = np.fromiter(map(_is_missing, cells), dtype=bool, count=len(cells))
    if any(isinstance(cell, str) for cell in cells[~missing]):
        told = [None if absent else str(cell) for cell, absent in zip(cells, missing, strict=True)]
        return pl.Series(str(name), told, dtype=pl.String)
    floats = np.full(len(cells), np.nan)
    try:
        floats[~missing] = [cell if isinstance(cell, numbers.Real) else float(cell) for cell in cells[~missing]]
    except (TypeError, ValueError) as error:
        raise _odd(name, str(error)) from error
    return floats


def _is_missing(cell: Any) -> bool:
    if cell is None or isinstance(cell, str):
        return cell is None
    try:
        return bool(cell != cell)  # NaN differs from itself
    except (TypeError, ValueError):  # pandas.NA says neither yes nor no
        return type(cell).__name__ == "NAType"


def _odd(name: object, found: str) -> InputError:
    message, expected = "no estimator takes this column", "numbers, conditions or texts"
    return InputError(Problem("bad-feature", message, Place("X", path=str(name)), found, expected))
