"""Watching a model: whether the contacts of now, and what comes of them, are still what it learned from."""

from __future__ import annotations

from typing import Any, Final

from sklearn.utils.validation import check_is_fitted

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.drift.given import recent_rows
from leadqual.ml.drift.judging import notes_of, reasons_of
from leadqual.ml.drift.report import DriftReport
from leadqual.ml.drift.watched import bin_table, feature_table, figure_table, score_table, watched_figures
from leadqual.ml.models.propensity import PropensityModel

_OTHERS: Final = 5
"""How many looks there are beside those at the features."""


def monitor(
    model: PropensityModel,
    recent: Any,
    y: Any = None,
    *,
    groups: Any = None,
    min_rows: int = 200,
    confidence: float = 0.99,
) -> DriftReport:
    """Compare recent rows with those that a model was fitted on, and tell whether to fit it again.

    Parameters
    ----------
    model : PropensityModel
        Fitted, or loaded.
    recent : TrainingSet, table or array
        Rows that the model has not learned from. A `TrainingSet` tells what came of them. Contacts whose horizon is not
        over have no labels yet: give their features as a table, such as `leadqual.frames.evaluate` makes; it may have
        other columns too.
    y : array of shape (rows,), optional
        What came of the rows of a table, in the classes of the model.
    groups : array of shape (rows,), optional
        The contact of each row; by default the column ``contact_id``, if there is one.
    min_rows : int, default 200
        With fewer contacts nothing is decided.
    confidence : float, default 0.99
        How often nothing is found where nothing has changed, over everything that is looked at.

    Returns
    -------
    DriftReport
        `retrain`, with its `reasons` and the tables behind them.

    Raises
    ------
    InputError
        If the rows do not have the features of the model, or another argument is not what it should be.

    Notes
    -----
    A reason is what is beyond chance and matters: a population stability index of 0.25 of a feature or the
    probabilities, a text that every twentieth row had and nobody has now, a column that is empty now, a quarter more or
    fewer conversions than expected, an area under the ROC curve that is 0.05 smaller, a slope of calibration that is
    half as much again further from 1. The index of B bins of n and m contacts is (B - 1) (1/n + 1/m) on average by
    chance alone; what it stays below follows from the chi-square distribution (Yurdakul and Naranjo 2020).

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.random.default_rng(0)
    >>> pages = chance.poisson(3, 4000)
    >>> model = PropensityModel().fit(pages.reshape(-1, 1), chance.random(4000) < 0.02 * pages)
    >>> monitor(model, chance.poisson(3, (1000, 1))).retrain
    False
    >>> monitor(model, chance.poisson(9, (1000, 1))).retrain
    True
    """
    _check(model, min_rows, confidence)
    given = recent_rows(model, recent, y, groups)
    reference, baseline = model.reference_, model.baseline_
    each = 1 - (1 - confidence) / (reference["feature"].n_unique() + _OTHERS)
    features = feature_table(reference, given.rows, given.contacts, each)
    scores, bins = score_table(baseline, given, each), bin_table(reference, given.rows)
    found = watched_figures(baseline, given, each)
    enough = given.contacts >= min_rows
    return DriftReport(
        model=model.how_,
        rows=len(given.rows),
        contacts=given.contacts,
        conversions=None if given.converted is None else int(given.converted.sum()),
        trained_on=baseline.rows,
        min_rows=min_rows,
        confidence=confidence,
        reasons=reasons_of(features, scores, bins, found, given.contacts) if enough else (),
        notes=notes_of(features, scores, found, baseline, given),
        features=features,
        scores=scores,
        figures=figure_table(found),
        bins=bins,
    )


def _check(model: Any, min_rows: Any, confidence: Any) -> None:
    if not isinstance(model, PropensityModel):
        message, expected = "this is no model that can be watched", "a fitted PropensityModel"
        raise InputError(Problem("wrong-type", message, Place("model"), shown(model), expected))
    check_is_fitted(model)
    problems = []
    if isinstance(min_rows, bool) or not isinstance(min_rows, int) or min_rows < 1:
        problems.append(("min_rows", shown(min_rows), "a whole number, 1 or more"))
    if isinstance(confidence, bool) or not isinstance(confidence, float) or not 0.5 <= confidence < 1:
        problems.append(("confidence", shown(confidence), "a number from 0.5 to below 1"))
    if problems:
        message = "this is no such number"
        raise InputError(Problem("bad-argument", message, Place(name), was, wanted) for name, was, wanted in problems)
