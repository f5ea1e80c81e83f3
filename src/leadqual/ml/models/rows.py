"""Whether features come as a table, and which of its rows stand for all."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from narwhals.exceptions import NarwhalsError

from leadqual.errors import InputError, Place, Problem


def is_table(given: Any) -> bool:
    """Return whether features come as a table; raise `InputError` for one that nothing can be fitted on."""
    try:
        frame = nw.from_native(given, pass_through=True)
    except NarwhalsError as error:
        message = f"this is no table of features: {error}"
        raise InputError(Problem("not-a-table", message, Place("X"), type(given).__name__)) from error
    if isinstance(frame, nw.LazyFrame):
        message, hint = "an estimator takes a table in memory", "collect it first"
        raise InputError(Problem("not-a-table", message, Place("X"), type(given).__name__, hint=hint))
    return isinstance(frame, nw.DataFrame)


def some_places(rows: int, most: int) -> npt.NDArray[np.intp]:
    """Return the places of some rows, spread over all.

    Examples
    --------
    >>> some_places(9, 3).tolist()
    [0, 4, 8]
    """
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(np.intp))
