"""What is fitted: the user's estimator, or the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.models.calibrating import Floats, log_odds
from leadqual.ml.models.estimators import monotone_trees, weighted_bins


@dataclass(frozen=True)
class Recipe:
    """What is fitted.

    Parameters
    ----------
    estimator : object, optional
        The user's classifier; None for the default.
    directions : tuple of int, optional
        Of each feature 1, -1 or 0; None where no monotone constraint is declared.
    few : bool
        Whether there are few conversions.
    random_state : int, optional
        The seed.
    """

    estimator: Any
    directions: tuple[int, ...] | None
    few: bool
    random_state: int | None

    @property
    def said(self) -> str:
        """What is fitted, for people."""
        if self.estimator is not None:
            return type(self.estimator).__name__
        if self.directions is not None:
            return "boosted trees, monotone where that was declared"
        return f"a logistic regression with a weight for each bin{' and a firm prior' if self.few else ''}"

    @property
    def steady(self) -> bool:
        """Whether its margins are as sure of themselves as they should be, so that only their level may be off."""
        return self.estimator is None and self.directions is None

    def fitted(self, table: Any, y: npt.NDArray[np.int_]) -> Any:
        """Return a fitted estimator."""
        if self.estimator is not None:
            return _fitted(self._own(), table, y)
        if self.directions is not None:
            return monotone_trees(table, self.directions, self.random_state).fit(table, y)
        return weighted_bins(few=self.few).fit(table, y)

    def _own(self) -> Any:
        gives = hasattr(self.estimator, "predict_proba") or hasattr(self.estimator, "decision_function")
        if isinstance(self.estimator, type) or not gives:
            message, expected = "this is no classifier that gives probabilities or margins", "one of scikit-learn"
            raise InputError(Problem("not-a-classifier", message, Place("estimator"), shown(self.estimator), expected))
        own = clone(self.estimator)
        if self.directions is not None:
            if "monotonic_cst" not in own.get_params():
                message, hint = "this estimator takes no monotone constraints", "leave estimator out"
                raise InputError(Problem("bad-argument", message, Place("monotone"), shown(own), hint=hint))
            own.set_params(monotonic_cst=list(self.directions))
        return own


def margins(estimator: Any, table: Any) -> Floats:
    """Return the log-odds that a fitted classifier gives, or its margins where it gives no probabilities."""
    if callable(getattr(estimator, "predict_proba", None)):
        return log_odds(estimator.predict_proba(table)[:, 1])
    return np.asarray(estimator.decision_function(table), dtype=np.float64)


def _fitted(estimator: Any, table: Any, y: npt.NDArray[np.int_]) -> Any:
    try:
        return estimator.fit(table, y)
    except (ValueError, TypeError) as error:
        hint = "leave estimator out, or let it be a pipeline that encodes texts and fills in what is missing"
        message = f"the estimator does not take these features: {error}"
        raise InputError(Problem("bad-feature", message, Place("estimator"), shown(estimator), hint=hint)) from error
