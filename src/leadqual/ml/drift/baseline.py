"""What a model keeps of its training, so that it can later be told whether the world is still the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from scipy.stats import wasserstein_distance

from leadqual.ml.drift.figures import Figure, area, rate, slope
from leadqual.ml.drift.rows import kinds_in, numbered, read_rows
from leadqual.ml.evaluation.measures import Array
from leadqual.ml.evaluation.stability import reference_of
from leadqual.ml.models.calibrating import log_odds
from leadqual.model.catalogue import ValueType

PROBABILITY: Final = "probability"
"""What the score is called among the features."""
_CLOSE: Final = 0.25
"""How far log-odds of rows that were learned from may lie from those of unseen rows, in standard deviations."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """How a model did on rows that were held back from it, and how many converted.

    Parameters
    ----------
    rows, contacts, conversions : int
        Of all rows that it was fitted on.
    rate : Figure
        The share of them that converted.
    held_back : int
        How many rows were held back; the rest is None where there were none.
    held_conversions : int
        How many of these converted.
    auc, slope : Figure or None
        On these, the area under the ROC curve, and the slope of calibration.
    scores : DataFrame or None
        How the probabilities of these are spread, as `reference_of` tells it.
    """

    rows: int
    contacts: int
    conversions: int
    rate: Figure
    held_back: int = 0
    held_conversions: int = 0
    auc: Figure | None = None
    slope: Figure | None = None
    scores: pl.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Held:
    """Rows that were held back: what the model said of them, and what came of them.

    Parameters
    ----------
    margin, probability, converted : array of shape (rows,)
        What was said before and after calibration, and what came.
    fitted : array of shape (rows,)
        What the model says of them that was fitted on all rows in the end.
    places : array of int of shape (rows,)
        Which rows of the training they are.
    """

    margin: Array
    probability: Array
    converted: Array
    fitted: Array
    places: Array


def reference_and_baseline(
    table: Any, y: Array, groups: Any, names: tuple[str, ...], kinds: Mapping[str, ValueType], held: Held | None
) -> tuple[pl.DataFrame, Baseline]:
    """Return how features were spread in the training, and how the model did on rows held back.

    Parameters
    ----------
    table : array or table
        The features.
    y : array of int of shape (rows,)
        1 for a conversion.
    groups : array of shape (rows,), optional
        The contacts.
    names : tuple of str
        The names of the features.
    kinds : mapping of str to ValueType
        What they yield, where that is known.
    held : Held, optional
        The rows that were held back.
    """
    people = numbered(groups, len(y))
    contacts = len(np.unique(people))
    rows = read_rows(table, names, kinds)
    reference = reference_of(rows, kinds_in(rows)).with_columns(pl.lit(contacts, pl.Int64).alias("rows"))
    counts = (len(y), contacts, int(y.sum()), rate(y, people))
    if held is None:
        return reference, Baseline(*counts)
    where = numbered(people[held.places], len(held.places))
    scores = reference_of(score_rows(_typical(held)), {PROBABILITY: ValueType.NUMBER})
    return reference, Baseline(
        *counts,
        held_back=len(held.converted),
        held_conversions=int(held.converted.sum()),
        auc=area(held.converted, held.margin, where),
        slope=slope(held.converted, held.probability, where),
        scores=scores.with_columns(pl.lit(len(np.unique(where)), pl.Int64).alias("rows")),
    )


def score_rows(probability: Array) -> pl.DataFrame:
    """Return probabilities as a column to bin; the last digits, which differ from run to run, are left out."""
    return pl.DataFrame({PROBABILITY: probability.round(9)})


def _typical(held: Held) -> Array:
    """Return probabilities as the model gives them to rows that it has not seen.

    Where few values are possible, models that were fitted without some rows give slightly others than the one that was
    fitted on all, which bins would take for a shift. So its own are taken, unless it knows the rows too well.
    """
    fitted, unseen = log_odds(held.fitted), log_odds(held.probability)
    close = wasserstein_distance(fitted, unseen) <= _CLOSE * unseen.std()
    return held.fitted if close else held.probability
