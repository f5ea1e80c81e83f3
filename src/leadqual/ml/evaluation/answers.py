"""Every figure of a scorer on all rows, and on every sample of the contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from leadqual.ml.evaluation.bootstrap import drawn, interval, sampled
from leadqual.ml.evaluation.judged import Figures, Judged
from leadqual.ml.evaluation.measures import Array
from leadqual.ml.evaluation.periods import Periods


@dataclass(frozen=True, eq=False)
class Asked:
    """What every table of a report rests on.

    Parameters
    ----------
    rows : DataFrame
        ``contact_id``, ``cutoff``, ``converted``.
    converted : array of float of shape (n,)
        1 for a row that converted, else 0.
    groups : array of shape (n,)
        Whose row each is.
    periods : Periods
        When each row was judged.
    capacities : tuple of int or float
        How many rows of each period can be worked, or which share of them.
    confidence : float
        How often an interval holds the truth.
    resamples, random_state : int
        How many samples of the contacts are drawn, and the seed.
    """

    rows: pl.DataFrame
    converted: Array
    groups: Array
    periods: Periods
    capacities: tuple[int | float, ...]
    confidence: float
    resamples: int
    random_state: int

    def sampled(self, figures: Any) -> dict[str, Array]:
        """Return figures on every sample; all scorers and groups see the same samples."""
        return sampled(figures, drawn(self.groups, self.resamples, self.random_state))

    @property
    def every(self) -> Array:
        """The weight of rows that count once each."""
        return np.ones(len(self.converted))


@dataclass(frozen=True, eq=False)
class Answer:
    """A scorer and its figures.

    Parameters
    ----------
    judged : Judged
        What it said.
    point : mapping of str to array
        Its figures on all rows.
    samples : mapping of str to array
        The same on every sample, one below the other.
    confidence : float
        How often an interval holds the truth.
    """

    judged: Judged
    point: Mapping[str, Array]
    samples: Mapping[str, Array]
    confidence: float

    @property
    def name(self) -> str:
        """What the scorer is called."""
        return self.judged.name

    def with_bounds(self, figure: str, name: str | None = None, *, column: int | None = None) -> dict[str, Array]:
        """Return a figure with its interval, as columns; NaN of a figure that the scorer does not have."""
        name = name or figure
        ends = (name, f"{name}_low", f"{name}_high")
        if figure not in self.point:
            return dict.fromkeys(ends, np.array([np.nan]))
        point, samples = self.point[figure], self.samples[figure]
        if column is not None:
            point, samples = point[:, column], samples[:, :, column]
        return dict(zip(ends, (point.ravel(), *interval(samples, self.confidence)), strict=True))


def answers_of(asked: Asked, judged: Sequence[Judged]) -> list[Answer]:
    """Return every scorer with its figures."""
    found = []
    for one in judged:
        figures = Figures(one, asked.converted, asked.periods, asked.capacities)
        found.append(Answer(one, figures(asked.every), asked.sampled(figures), asked.confidence))
    return found


def columns_of(values: Mapping[str, Any], rows: int) -> pl.DataFrame:
    """Return columns as a table of so many rows; a single value stands in all of them, and NaN is null.

    Examples
    --------
    >>> columns_of({"scorer": "model", "lift": np.array([2.0, np.nan])}, 2).rows()
    [('model', 2.0), ('model', None)]
    """
    full = {
        name: np.broadcast_to(value, rows) if isinstance(value, np.ndarray) else [value] * rows
        for name, value in values.items()
    }
    table = pl.DataFrame({name: list(column) if isinstance(column, list) else column for name, column in full.items()})
    floats = [name for name, kind in table.schema.items() if kind == pl.Float64]
    return table.with_columns(pl.col(floats).fill_nan(None)) if floats else table
