"""The times that rows are told apart by: every cutoff by itself, or months where there are many cutoffs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from leadqual.analysis.backtests.labels import CUTOFF
from leadqual.frames.types import INSTANT
from leadqual.ml.evaluation.measures import Array

MOST_CUTOFFS: Final = 36
"""With more cutoffs than that, those of a month are taken together."""


@dataclass(frozen=True)
class Periods:
    """When each row was judged.

    Parameters
    ----------
    place : array of int of shape (n,)
        The place of the row's period, from 0 on.
    begins : tuple of datetime or None
        The cutoff of each period, or when its month begins; None of rows without a time.
    monthly : bool
        Whether the cutoffs of a month were taken together.
    """

    place: Array
    begins: tuple[datetime | None, ...]
    monthly: bool

    def __len__(self) -> int:
        return len(self.begins)


def periods_of(rows: pl.DataFrame) -> Periods:
    """Return the periods of rows by their ``cutoff``, in the order of time; rows without one come last.

    Examples
    --------
    >>> rows = pl.DataFrame({"cutoff": [datetime(2026, 2, 1), datetime(2026, 1, 1), datetime(2026, 2, 1)]})
    >>> periods_of(rows.cast(INSTANT)).place.tolist()
    [1, 0, 1]
    """
    when = rows[CUTOFF].cast(INSTANT)
    monthly = when.n_unique() > MOST_CUTOFFS
    when = (when.dt.truncate("1mo") if monthly else when).alias(CUTOFF)
    begins = when.unique().sort(nulls_last=True).to_frame().with_row_index("place")
    place = when.to_frame().join(begins, on=CUTOFF, how="left", nulls_equal=True, maintain_order="left")["place"]
    return Periods(place.to_numpy().astype(int), tuple(begins[CUTOFF]), monthly)
