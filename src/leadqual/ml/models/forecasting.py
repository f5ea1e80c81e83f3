"""The calibration of an estimator, by forecasts of rows that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadqual.ml.contributions.rows import picked
from leadqual.ml.models.arguments import how_of
from leadqual.ml.models.calibrating import Calibration, Floats, calibrated, raised
from leadqual.ml.models.held_back import HeldBack, Places
from leadqual.ml.models.labels import Labels
from leadqual.ml.models.recipe import Recipe, margins


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
    made = [margins(recipe.fitted(picked(table, train), y[train]), picked(table, test)) for train, test in pairs]
    return Forecasts(np.concatenate(made), np.concatenate([test for _, test in pairs]))


def calibration_of(
    recipe: Recipe, table: Any, y: Labels, back: HeldBack, calibration: str
) -> tuple[Calibration, Forecasts]:
    """Return the calibration of an estimator, and the forecasts that it rests on.

    All rows give its shape, and the latest ones its level where times are known. The default then needs no shape, since
    its penalty keeps it from being too sure of itself.
    """
    found = forecasts(recipe, table, y, back.pairs)
    if back.late is None:
        return calibrated(found.margins, y[found.places], how_of(calibration)), found
    steady = calibration == "auto" and recipe.steady
    shape = Calibration() if steady else calibrated(found.margins, y[found.places], how_of(calibration))
    late = back.late[found.places]
    return raised(shape, found.margins[late], y[found.places][late]), found
