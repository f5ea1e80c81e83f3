"""What a scorecard loses against a model, measured on the same later rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

from leadqual.ml.evaluation.bootstrap import drawn, interval
from leadqual.ml.evaluation.measures import Array, room_of
from leadqual.ml.evaluation.orders import Order
from leadqual.ml.training.data import TrainingSet

MEASURES: Final = ("roc_auc", "lift_10", "brier")
CONFIDENCE: Final = 0.95
_CAPACITY: Final = 0.1
_RESAMPLES: Final = 500
_COLUMNS: Final = ("scorecard", "model", "difference", "low", "high")


def compared(judged: TrainingSet, points: Array, chance: Array, model: Array | None, random_state: int) -> pl.DataFrame:
    """Return the measures of both on the rows that judge, and the difference with its interval.

    Parameters
    ----------
    judged : TrainingSet
        The rows.
    points, chance : array
        The points of each row, and their probability.
    model : array, optional
        The probability that the model gives to each row.
    random_state : int
        The seed of the samples: whole contacts are drawn again.
    """
    converted = judged.y.astype(float)
    ours = _figures(converted, points, chance)
    every = np.ones(len(converted))
    rows: dict[str, dict[str, float | None]] = {name: {"scorecard": one} for name, one in ours(every).items()}
    if model is not None:
        theirs = _figures(converted, model, model)
        for name, value in theirs(every).items():
            rows[name]["model"] = value
            rows[name]["difference"] = (rows[name]["scorecard"] or 0.0) - value
        samples = [
            {name: value - other[name] for name, value in ours(weight).items()}
            for weight in drawn(judged.groups, _RESAMPLES, random_state)
            for other in (theirs(weight),)
        ]
        for name in MEASURES:
            low, high = interval(np.array([one[name] for one in samples]), CONFIDENCE)
            rows[name] |= {"low": float(low[0]), "high": float(high[0])}
    table = [{"measure": name, **{column: _told(row.get(column)) for column in _COLUMNS}} for name, row in rows.items()]
    return pl.DataFrame(table, schema={"measure": pl.String, **dict.fromkeys(_COLUMNS, pl.Float64)})


def _figures(converted: Array, score: Array, chance: Array) -> Callable[[Array], Mapping[str, float]]:
    order = Order(converted, score, np.zeros(len(score), dtype=int))
    error = (chance - converted) ** 2

    def figures(weight: Array) -> Mapping[str, float]:
        sums, total = order.sums(weight), float(weight.sum())
        right, pairs = sums.areas()
        room = room_of(_CAPACITY, total)
        by_lot = room * float(sums.all_hits[0]) / total
        return {
            "roc_auc": float(right[0] / pairs[0]) if pairs[0] else math.nan,
            "lift_10": float(sums.caught(np.array([[room]]))[0, 0] / by_lot) if by_lot else math.nan,
            "brier": float((weight * error).sum() / total),
        }

    return figures


def _told(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value
