"""Tables of any kind as columns of floats and texts, which is what estimators are made of."""

from __future__ import annotations

import numbers
from collections.abc import Iterator
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import numpy.typing as npt

Column: TypeAlias = npt.NDArray[Any]
"""Floats, NaN where they are missing; or objects that hold texts, None where they are missing."""


def columns_of(table: Any) -> list[Column]:
    """Return the columns of an array or of a table of pandas, Polars or PyArrow.

    Numbers and conditions become floats; everything that holds a text becomes texts.

    Raises
    ------
    TypeError
        If a cell is neither a number nor a text.

    Examples
    --------
    >>> columns_of(np.array([[1, "web"], [None, None]], dtype=object))
    [array([ 1., nan]), array(['web', None], dtype=object)]
    """
    if isinstance(table, np.ndarray):
        return list(_of_array(table))
    frame = nw.from_native(table, eager_only=True)
    return [_of_series(column) for column in frame.iter_columns()]


def _of_array(table: npt.NDArray[Any]) -> Iterator[Column]:
    if table.dtype.kind in "biuf":
        yield from table.astype(np.float64, copy=False).T
        return
    yield from map(_of_objects, table.T)


def _of_series(series: Any) -> Column:
    kind = series.dtype
    if kind.is_numeric() or kind == nw.Boolean:
        return np.asarray(series.cast(nw.Float64).to_numpy(), dtype=np.float64)
    if kind in (nw.String, nw.Categorical, nw.Enum):
        texts = np.array(series.cast(nw.String).to_list(), dtype=object)
        texts[np.asarray(series.is_null().to_numpy(), dtype=bool)] = None  # pandas has several ways to say so
        return texts
    return _of_objects(np.array(series.to_list(), dtype=object))


def _of_objects(cells: npt.NDArray[Any]) -> Column:
    missing = np.array([cell is None or cell != cell for cell in cells], dtype=bool)  # NaN differs from itself
    if any(isinstance(cell, str) for cell in cells[~missing]):
        texts = np.array([str(cell) for cell in cells], dtype=object)
        texts[missing] = None
        return texts
    floats = np.full(len(cells), np.nan)
    floats[~missing] = [cell if isinstance(cell, numbers.Real) else float(cell) for cell in cells[~missing]]
    return floats
