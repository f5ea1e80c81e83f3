"""What a model is watched on: recent rows, with or without what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.drift.rows import numbered, read_rows
from leadqual.ml.evaluation.measures import Array
from leadqual.ml.evaluation.stability import OTHER
from leadqual.ml.models.propensity import PropensityModel
from leadqual.ml.training.data import TrainingSet
from leadqual.ml.training.wide import wide
from leadqual.model.catalogue import ValueType


@dataclass(frozen=True, eq=False)
class Recent:
    """Recent rows.

    Parameters
    ----------
    rows : DataFrame
        The features.
    probability : array of shape (rows,)
        What the model says of them.
    converted : array of shape (rows,) or None
        What came of them, 1 for a conversion, where that is known.
    groups : array of int of shape (rows,)
        Their contacts.
    """

    rows: pl.DataFrame
    probability: Array
    converted: Array | None
    groups: Array

    @property
    def contacts(self) -> int:
        """How many contacts there are."""
        return len(np.unique(self.groups))


def recent_rows(model: PropensityModel, recent: Any, y: Any, groups: Any) -> Recent:
    """Return recent rows as a model reads them; raise `InputError` with what does not fit."""
    if isinstance(recent, TrainingSet):
        if 1 not in model.classes_.tolist():
            message, expected = "the model knows no such class", "1, or True, for those who converted"
            found, hint = shown(model.classes_.tolist()), "give recent.X, and y= in the classes of the model"
            raise InputError(Problem("unknown-class", message, Place("model"), found, expected, hint))
        y, groups, recent = model.classes_[recent.y], recent.groups, recent.rows
    table, groups = _features(model, recent, groups)
    training = model.training_
    kinds = _kinds(model.reference_) if training is None else training.features
    try:
        rows = read_rows(table, model.names, kinds)
    except (ValueError, pl.exceptions.PolarsError) as error:
        raise InputError(Problem("wrong-type", f"a feature is not what it was: {error}", Place("recent"))) from None
    if not len(table):
        raise InputError(Problem("no-rows", "there are no rows", Place("recent"), "0 rows"))
    if odd := [name for name in model.reference_["feature"].unique(maintain_order=True) if name not in rows.columns]:
        message, expected = "a feature is not what it was", "finite numbers, conditions and texts"
        raise InputError(Problem("wrong-type", message, Place("recent"), ", ".join(odd), expected))
    asked = table if training is None else wide(rows, training.features, training.library)
    probability = model.predict_proba(asked)[:, 1]
    return Recent(rows, probability, _labels(model, y, len(rows)), _contacts(groups, len(rows)))


def _kinds(reference: pl.DataFrame) -> dict[str, ValueType]:
    """Return what features were in the training, by the bins that they have."""
    texts = set(reference.filter(pl.col("bin") == OTHER, pl.col("value").is_null())["feature"])
    names = reference["feature"].unique(maintain_order=True)
    return {name: ValueType.TEXT if name in texts else ValueType.NUMBER for name in names}


def _features(model: PropensityModel, recent: Any, groups: Any) -> tuple[Any, Any]:
    """Return the features in the order of the model, and the contacts, which a table may name."""
    if isinstance(recent, np.ndarray):
        if recent.ndim != 2 or recent.shape[1] != model.n_features_in_:
            message, expected = "the features are not those of the model", f"{model.n_features_in_} columns"
            raise InputError(Problem("wrong-width", message, Place("recent"), shown(recent.shape), expected))
        return recent, groups
    try:
        table = nw.from_native(recent, eager_only=True)
    except TypeError:
        expected = "a TrainingSet, or a table or an array of the model's features"
        raise InputError(Problem("wrong-type", "these are no rows", Place("recent"), shown(recent), expected)) from None
    if absent := [name for name in model.names if name not in table.columns]:
        raise InputError(
            Problem(
                "missing-column",
                "the model needs this feature",
                Place("recent", path=name),
                hint=did_you_mean(name, table.columns) or "leadqual.frames.evaluate works features out",
            )
            for name in absent
        )
    if groups is None and CONTACT_ID in table.columns and CONTACT_ID not in model.names:
        groups = table[CONTACT_ID].to_numpy()
    return table.select(model.names).to_native(), groups


def _labels(model: PropensityModel, y: Any, rows: int) -> Array | None:
    if y is None:
        return None
    given = np.asarray(y)
    if given.shape != (rows,):
        raise InputError(Problem("bad-argument", "there is not one label for each row", Place("y"), shown(given.shape)))
    unknown = [one for one in given.tolist() if one not in model.classes_]
    if unknown:
        message, expected = "the model knows no such class", f"one of: {', '.join(map(str, model.classes_))}"
        raise InputError(Problem("unknown-class", message, Place("y"), shown(unknown[0]), expected))
    return np.asarray(given == model.classes_[1], dtype=np.float64)


def _contacts(groups: Any, rows: int) -> Array:
    if groups is not None and len(groups) != rows:
        found = f"{len(groups):,} of {rows:,}"
        raise InputError(Problem("bad-argument", "there is not one contact for each row", Place("groups"), found))
    return numbered(groups, rows)
