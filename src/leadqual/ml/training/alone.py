"""How well each feature predicts by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from leadqual.analysis.backtests.labels import CONVERTED
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.ml.training.data import TrainingSet
from leadqual.model.catalogue import ValueType

_OF_EACH: Final = 10_000
_LEAVES: Final = 16
_PRIOR: Final = 10.0

Flags = npt.NDArray[np.bool_]


def auc_alone(data: TrainingSet, names: Iterable[str]) -> dict[str, float]:
    """Return for each feature the area under the ROC curve of a small model that sees it alone.

    The model learns from half of the contacts and is judged on the others, and the other way round, so that a text
    that differs from contact to contact gains nothing. At most 10,000 rows that converted and as many that did not are
    looked at, which leaves the area as it is.
    """
    parts = [data.rows.filter(pl.col(CONVERTED) == value) for value in (True, False)]
    rows = pl.concat(part.sample(min(_OF_EACH, len(part)), seed=0) for part in parts)
    y, first = rows[CONVERTED].to_numpy(), (rows[CONTACT_ID].hash(seed=0) % 2 == 0).to_numpy()
    if any(len(np.unique(y[half])) < 2 for half in (first, ~first)):
        return {}
    areas = {}
    for name in names:
        guess = _of_texts if data.features[name] is ValueType.TEXT else _of_numbers
        values = rows[name]
        areas[name] = max(_area(guess, values, y, first), _area(guess, values, y, ~first))
    return areas


def _area(guess: Any, values: pl.Series, y: Flags, train: Flags) -> float:
    return float(roc_auc_score(y[~train], guess(values, y, train)))


def _of_numbers(values: pl.Series, y: Flags, train: Flags) -> npt.NDArray[np.float64]:
    # Their order is all that matters, and trees of scikit-learn hold no number above 3.4e38.
    column = values.cast(pl.Float64).rank("dense").cast(pl.Float64).to_numpy().reshape(-1, 1)
    tree = DecisionTreeClassifier(max_leaf_nodes=_LEAVES, min_samples_leaf=5, random_state=0)
    guessed: npt.NDArray[np.float64] = tree.fit(column[train], y[train]).predict_proba(column[~train])[:, 1]
    return guessed


def _of_texts(values: pl.Series, y: Flags, train: Flags) -> npt.NDArray[np.float64]:
    """Return the share of conversions of each text, drawn towards that of all where a text is rare."""
    share = float(y[train].mean())
    seen = pl.DataFrame({"text": values.filter(pl.Series(train)), "y": y[train]})
    shares = seen.group_by("text").agg(((pl.col("y").sum() + _PRIOR * share) / (pl.len() + _PRIOR)).alias("share"))
    asked = pl.DataFrame({"text": values.filter(pl.Series(~train))})
    found = asked.join(shares, on="text", how="left", nulls_equal=True, maintain_order="left")
    return found["share"].fill_null(share).to_numpy()
