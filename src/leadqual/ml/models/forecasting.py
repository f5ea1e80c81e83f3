"""The calibration of an estimator, by forecasts of rows that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadqual.ml.models.arguments import how_of
from leadqual.ml.models.calibrating import Calibration, Floats, calibrated, raised
from leadqual.ml.models.held_back import HeldBack, Places, folded
from leadqual.ml.models.labels import Labels
from leadqual.ml.models.recipe import Recipe, margins
from leadqual.ml.models.rows import taken


@dataclass(frozen=True)
class Forecasts:
    """Margins of rows by estimators that have not seen them.

    Parameters
    ----------
    margins : array of shape (rows,)
        The log-odds.
    places : array of int of shape (rows,)
        Which rows they are.
    """

    margins: Floats
    places: Places


def forecasts(recipe: Recipe, table: Any, y: Labels, pairs: Sequence[tuple[Places, Places]]) -> Forecasts:
    """Return the margins of rows, each by an estimator that is fitted on others."""
    made = [margins(recipe.fitted(taken(table, train), y[train]), taken(table, test)) for train, test in pairs]
    return Forecasts(np.concatenate(made), np.concatenate([test for _, test in pairs]))


def calibration_of(
    recipe: Recipe, table: Any, y: Labels, back: HeldBack, calibration: str, groups: Any
) -> tuple[Calibration, Forecasts]:
    """Return the calibration of an estimator, and the forecasts that it rests on.

    Where the rows that are held back are later ones, they give the level, and folds of all rows give the shape: that
    an estimator of the past orders new rows badly says nothing of the one that is fitted on all rows. The default
    needs no shape, since its penalty keeps it from being too sure of itself.
    """
    found = forecasts(recipe, table, y, back.pairs)
    if not back.later:
        return calibrated(found.margins, y[found.places], how_of(calibration)), found
    shape, folds = Calibration(), None
    if calibration != "auto" or not recipe.steady:
        folds = folded(y, groups)
    if folds is not None:
        guessed = forecasts(recipe, table, y, folds.pairs)
        shape = calibrated(guessed.margins, y[guessed.places], how_of(calibration))
    return raised(shape, found.margins, y[found.places]), found
