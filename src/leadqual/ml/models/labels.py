"""Whether the labels are enough to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw
import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from leadqual.errors import InputError, Place, Problem, shown

Labels = npt.NDArray[np.int_]


def known(y: Any) -> Any:
    """Return labels that are all there; raise `InputError` if some are missing (code ``missing-label``)."""
    series = nw.from_native(y, series_only=True, pass_through=True)
    if isinstance(series, nw.Series):
        missing = np.asarray(series.is_null().to_numpy(), dtype=bool)
    else:
        cells = np.asarray(y)
        unlike = cells.dtype.kind == "f" or (cells.dtype == object and cells.ndim == 1)
        missing = np.array([one is None or one != one for one in cells.ravel()]) if unlike else np.zeros(0, dtype=bool)
    if missing.any():
        message, hint = "some rows have no label", "leave these rows out"
        found = f"{missing.sum():,} of {len(missing):,} rows"
        raise InputError(Problem("missing-label", message, Place("y"), found, "a label in every row", hint))
    if isinstance(series, nw.Series) and series.dtype == nw.Boolean:
        return series.to_numpy().astype(bool)  # the nullable ones of pandas would come as numbers
    return y


def binary(y: Any, min_conversions: int) -> tuple[npt.NDArray[Any], Labels]:
    """Return the two classes, and for each row 1 for the second of them, which is the conversion.

    Raises
    ------
    InputError
        If there is one class only (code ``one-class``), too few rows of either (``too-few-conversions``), or labels are
        of several types.
    ValueError
        If there are more than two, in the words that scikit-learn looks for.
    """
    try:
        check_classification_targets(y)
        classes, places = np.unique(y, return_inverse=True)
    except TypeError as error:
        message, expected = "the labels are of several types", "labels that can be put in order"
        raise InputError(Problem("wrong-type", message, Place("y"), shown(y[:5]), expected)) from error
    if len(classes) > 2:
        kind = type_of_target(y, input_name="y")
        raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
    if problems := list(_problems(classes, places, min_conversions)):
        raise InputError(problems)
    return classes, places


def _problems(classes: npt.NDArray[Any], places: Labels, least: int) -> Iterator[Problem]:
    if len(classes) < 2:
        message, expected = "there is one class only: nothing tells good from bad", "rows that converted, and others"
        hint = "take another outcome, a longer horizon or more cutoffs"
        found = f"only {shown(classes.tolist()[0])}" if len(classes) else "no rows"
        yield Problem("one-class", message, Place("y"), found, expected, hint)
        return
    conversions, others = int(places.sum()), int(len(places) - places.sum())
    few, what = min((conversions, "conversions"), (others, "rows without a conversion"))
    if few < least:
        message = f"there are too few {what} to learn from"
        hint = (
            f"{least - few:,} more are needed; until then rules tell more than a model: take a longer horizon, more "
            "cutoffs, or an outcome that comes more often"
        )
        yield Problem("too-few-conversions", message, Place("y"), f"{few:,}", f"at least {least:,}", hint)
