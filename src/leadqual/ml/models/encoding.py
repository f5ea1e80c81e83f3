"""Texts as codes: what trees split on, with a code for all rare texts and none for what is missing."""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import validate_data

from leadqual.ml.models.columns import Column, columns_of

_MOST: Final = 200
"""How many texts of a column have a code of their own; boosted trees tell at most 255 apart."""
_RARE: Final = 20
"""A text in fewer rows is rare."""

_FEW: Final = 16
"""So few rows are looked up faster one by one than by a query."""


class FeatureEncoder(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """Turns a table of numbers and texts into floats: a code for each text, NaN for what is missing.

    Texts in fewer than 20 rows, texts beyond the 200 most frequent, and texts that were not there at `fit` share one
    code, the last. Nothing is imputed.

    Parameters
    ----------
    bins : int, optional
        Into how many bins of about as many rows each number is divided; by default numbers stay as they are.

    Attributes
    ----------
    codes_ : list of list of str or None
        Of each column of texts the texts in the order of their codes; None for a column of numbers.
    edges_ : list of array or None
        Of each column of numbers the largest value of each bin but the last; None for texts, and without `bins`.

    Examples
    --------
    >>> table = pl.DataFrame({"pages": [1, 2, 7, None] * 20, "source": ["web", "fair", "web", None] * 20})
    >>> FeatureEncoder(bins=2).fit_transform(table)[:4]
    array([[ 0.,  1.],
           [ 0.,  0.],
           [ 1.,  1.],
           [nan, nan]])
    """

    def __init__(self, *, bins: int | None = None) -> None:
        self.bins = bins

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803 - what scikit-learn calls it
        """Learn the texts of each column, and the bins of each number."""
        validate_data(self, X, skip_check_array=True)
        columns = columns_of(X)
        # Of a column without a value nobody knows what it will hold: all that comes later is new.
        self.codes_ = [
            _codes(column) if isinstance(column, pl.Series) else [] if np.isnan(column).all() else None
            for column in columns
        ]
        self.edges_ = [
            _edges(column, self.bins) if codes is None and self.bins is not None else None
            for column, codes in zip(columns, self.codes_, strict=True)
        ]
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803 - what scikit-learn calls it
        """Return the floats; shape (rows, n_features_in_)."""
        columns = columns_of(X)
        encoded = np.empty((len(columns[0]), len(columns)))
        for place, (column, codes, edges) in enumerate(zip(columns, self.codes_, self.edges_, strict=True)):
            encoded[:, place] = _numbered(column, edges) if codes is None else _coded(column, codes)
        return encoded


def _codes(column: pl.Series) -> list[str]:
    counts = column.alias("text").drop_nulls().value_counts()
    frequent = counts.filter(pl.col("count") >= _RARE).sort("count", "text", descending=[True, False]).head(_MOST)
    return sorted(frequent["text"].to_list())


def _edges(column: Column, bins: int) -> npt.NDArray[np.float64]:
    values = np.asarray(column)
    known = values[~np.isnan(values)]
    if not len(known):
        return np.empty(0)
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    edges = np.unique(np.quantile(known, inner, method="inverted_cdf"))
    return np.asarray(edges[edges < known.max()])


def _numbered(column: Column, edges: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
    # A text where numbers were fitted is the caller's slip: ValueError.
    values = np.asarray(column.to_list() if isinstance(column, pl.Series) else column, dtype=np.float64)
    if edges is None:
        return values
    return np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="left"))


def _coded(column: Column, texts: list[str]) -> npt.NDArray[np.float64]:
    if not isinstance(column, pl.Series):  # a column of texts that happens to hold none reads as floats
        column = pl.Series([None if cell != cell else str(cell) for cell in column], dtype=pl.String)
    known = {text: float(code) for code, text in enumerate(texts)}
    if len(column) <= _FEW:
        return np.array([np.nan if text is None else known.get(text, float(len(texts))) for text in column])
    coded = column.replace_strict(known, default=float(len(texts)), return_dtype=pl.Float64)
    return np.where(column.is_null().to_numpy(), np.nan, coded.to_numpy())
