"""The estimators that are fitted by default, and where monotone constraints are declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from leadqual.errors import InputError, Place, Problem
from leadqual.ml.models.columns import columns_of
from leadqual.ml.models.encoding import FeatureEncoder
from leadqual.ml.models.weighted_bins import WeightedBins

_BINS: Final = 10
_STRENGTH: Final = 0.1
_FIRM: Final = 0.03
"""The strength where there are few conversions: a firmer prior that no bin tells anything."""


def weighted_bins(*, few: bool) -> WeightedBins:
    """Return the default; on data that drift from year to year it keeps its order better than boosted trees.

    Parameters
    ----------
    few : bool
        Whether there are few conversions: fewer bins, and a firmer prior.
    """
    return WeightedBins(bins=_BINS // 2 if few else _BINS, strength=_FIRM if few else _STRENGTH)


def monotone_trees(table: Any, directions: Sequence[int], random_state: int | None) -> Pipeline:
    """Return boosted trees that keep to declared directions; they take texts and missing values as they are.

    Parameters
    ----------
    table : array or table
        What they will be fitted on, which tells where texts are.
    directions : sequence of int
        Of each feature 1 if a larger value may never lower the probability, -1 if it may never raise it, 0 if neither.
    random_state : int, optional
        The seed.

    Raises
    ------
    InputError
        If a direction is declared for a text, told by its place.
    """
    texts = np.array([isinstance(column, pl.Series) for column in columns_of(table)])
    if several := [place for place, direction in enumerate(directions) if direction and texts[place]]:
        message, expected = "a text has no direction", "a number or a condition"
        raise InputError(
            Problem("bad-argument", message, Place("monotone", path=str(place)), "texts", expected) for place in several
        )
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=200,
        max_leaf_nodes=8,
        min_samples_leaf=50,
        l2_regularization=5.0,
        early_stopping=False,
        categorical_features=texts if texts.any() else None,
        monotonic_cst=list(directions),
        random_state=random_state,
    )
    return make_pipeline(FeatureEncoder(), trees)
