"""Whether the labels are enough to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from leadqual.errors import InputError, Place, Problem, shown

Labels = npt.NDArray[np.int_]


def binary(y: Any, min_conversions: int) -> tuple[npt.NDArray[Any], Labels]:
    """Return the two classes, and for each row 1 for the second of them, which is the conversion.

    Raises
    ------
    InputError
        If there is one class only (code ``one-class``), or too few rows of either (``too-few-conversions``).
    ValueError
        If there are more than two, in the words that scikit-learn looks for.
    """
    check_classification_targets(y)
    classes, places = np.unique(y, return_inverse=True)
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
        yield Problem("one-class", message, Place("y"), f"only {shown(classes[0])}", expected, hint)
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
