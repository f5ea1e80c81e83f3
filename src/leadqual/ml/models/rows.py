"""Some rows of an array or a table."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt


def taken(table: Any, places: npt.NDArray[np.intp]) -> Any:
    """Return the rows at some places, in a table of the kind that came.

    Examples
    --------
    >>> taken(np.array([[1], [2], [3]]), np.array([0, 2])).tolist()
    [[1], [3]]
    """
    if isinstance(table, np.ndarray):
        return table[places]
    return nw.from_native(table, eager_only=True)[places.tolist()].to_native()
