"""What each feature adds to the probability of some rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadqual.ml.contributions.card import contributions_card


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each feature adds to a probability: ``base + lines.sum(axis=1)`` is ``probability``.

    Parameters
    ----------
    features : tuple of str
        The features, in the order of the columns.
    base : float
        The probability where nothing is known of a contact.
    lines : array of shape (rows, features)
        What each feature adds, in probability: 0.05 is five percentage points.
    probability : array of shape (rows,)
        What they add up to.
    exact : bool
        Whether the split between the features is exact; the sum always is.
    method : str
        How it was found, for people.

    Examples
    --------
    >>> found = Contributions(("pages", "source"), 0.1, np.array([[0.25, -0.05]]), np.array([0.3]), True, "by hand")
    >>> found.table.rows()
    [(0.1, 0.25, -0.05, 0.3)]
    >>> found.reasons(0)
    [('pages', 0.25), ('source', -0.05)]
    """

    features: tuple[str, ...] = field(repr=False)
    base: float
    lines: NDArray[np.float64] = field(repr=False)
    probability: NDArray[np.float64] = field(repr=False)
    exact: bool
    method: str

    def _repr_html_(self) -> str:
        return contributions_card(self)

    def __len__(self) -> int:
        return len(self.probability)

    @property
    def table(self) -> pl.DataFrame:
        """One row each: ``base``, a column a feature, and ``probability``, which is their sum."""
        columns = {name: self.lines[:, place] for place, name in enumerate(self.features)}
        return pl.DataFrame({"base": np.full(len(self), self.base), **columns, "probability": self.probability})

    def reasons(self, row: int, most: int = 5) -> list[tuple[str, float]]:
        """Return the features that add or take most of a row, and how much; none that adds nothing.

        Parameters
        ----------
        row : int
            The row, from 0.
        most : int, default 5
            How many features at most.
        """
        order = np.argsort(-np.abs(self.lines[row]), kind="stable")[:most]
        return [(self.features[place], float(self.lines[row, place])) for place in order if self.lines[row, place]]
