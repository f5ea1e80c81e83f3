"""Features of any table as columns that can be compared with those of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.ml.evaluation.measures import Array
from leadqual.ml.models.columns import Column, columns_of
from leadqual.ml.training.data import TYPES
from leadqual.model.catalogue import ValueType


def read_rows(table: Any, names: Sequence[str], kinds: Mapping[str, ValueType]) -> pl.DataFrame:
    """Return the features of an array or a table as columns; those that hold no numbers and texts are left out.

    Parameters
    ----------
    table : array or table
        With a column for each name, in their order if it is an array.
    names : sequence of str
        The features.
    kinds : mapping of str to ValueType
        What they yield, where that is known.

    Raises
    ------
    ValueError
        If a column holds a text, and numbers were expected.

    Examples
    --------
    >>> read_rows(np.array([[1.0, 0.0], [np.nan, 1.0]]), ["pages", "demo"], {"demo": ValueType.BOOLEAN}).rows()
    [(1.0, False), (None, True)]
    """
    read = {name: _column(table, place, name) for place, name in enumerate(names)}
    return pl.DataFrame([_series(name, cells, kinds) for name, cells in read.items() if cells is not None])


def kinds_in(rows: pl.DataFrame) -> dict[str, ValueType]:
    """Return what the columns of some rows hold."""
    known = {kind: value for value, kind in TYPES.items()}
    return {name: known[kind] for name, kind in rows.schema.items()}


def numbered(groups: Any, rows: int) -> Array:
    """Return for each row a whole number for its contact; a number of its own where no contacts are known."""
    if groups is None:
        return np.arange(rows)
    places: Array = np.unique(np.asarray(groups), return_inverse=True)[1]
    return places


def _column(table: Any, place: int, name: str) -> Column | None:
    if isinstance(table, np.ndarray):
        one = table[:, [place]]
    else:
        frame = nw.from_native(table, eager_only=True)
        # Columns of pandas whose names are numbers go by their place, as in scikit-learn.
        one = (frame.select(name) if name in frame.columns else frame[:, [place]]).to_native()
    try:
        return columns_of(one)[0]
    except (TypeError, ValueError):  # such as an instant, which an estimator of the user's may take
        return None


def _series(name: str, cells: Column, kinds: Mapping[str, ValueType]) -> pl.Series:
    texts = isinstance(cells, pl.Series)
    held = cells.alias(name) if isinstance(cells, pl.Series) else pl.Series(name, cells).fill_nan(None)
    kind = kinds.get(name)
    if kind is None:
        return held
    if kind is ValueType.TEXT and not held.count():
        return held.cast(pl.String)
    if texts and kind is not ValueType.TEXT:
        raise ValueError(f"{name} holds texts")
    return held.cast(TYPES[kind])
