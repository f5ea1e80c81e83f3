"""Rows put together from others, in whatever a table comes as: an array, pandas, polars, pyarrow."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray


def is_frame(table: Any) -> bool:
    """Return whether a table has names for its columns."""
    return bool(nw.dependencies.is_into_dataframe(table))


def size_of(table: Any) -> tuple[int, int]:
    """Return how many rows and columns a table has."""
    rows, columns = nw.from_native(table, eager_only=True).shape if is_frame(table) else np.shape(table)
    return rows, columns


def picked(table: Any, rows: NDArray[np.intp]) -> Any:
    """Return some rows, by number.

    Examples
    --------
    >>> picked(np.array([[1.0], [2.0], [3.0]]), np.array([2, 0])).tolist()
    [[3.0], [1.0]]
    """
    if is_frame(table):
        return nw.from_native(table, eager_only=True)[rows.tolist(), :].to_native()
    return table[rows] if hasattr(table, "shape") else np.asarray(table)[rows]


def mixed(first: Any, second: Any, take: NDArray[np.intp]) -> Any:
    """Return rows whose columns come from different rows of two tables, counted through.

    Parameters
    ----------
    first, second : array or table
        Of the same columns.
    take : array of int of shape (rows, columns)
        Which row of the two tables, one under the other, a value comes from.

    Examples
    --------
    >>> mixed(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([[0, 1], [1, 0]])).tolist()
    [[1.0, 4.0], [3.0, 2.0]]
    """
    if not is_frame(first):
        both = np.concatenate([np.asarray(first), np.asarray(second)])
        return both[take, np.arange(take.shape[1])]
    whole = nw.concat([nw.from_native(table, eager_only=True) for table in (first, second)])
    columns = [whole[rows.tolist(), [place]] for place, rows in enumerate(take.T)]
    if whole.implementation.is_pandas_like():  # it lines rows up by their index
        columns = [nw.maybe_reset_index(column) for column in columns]
    return nw.concat(columns, how="horizontal").to_native()
