"""What explains a prediction, and the margin that it explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Unit = Literal["log-odds", "probability", "margin"]


class Explainer(Protocol):
    """Says of rows what each feature adds to the margin of a fitted estimator.

    Attributes
    ----------
    exact : bool
        Whether the split between the features is exact; the sum always is.
    method : str
        How it is found, in a sentence for people.
    unit : {"log-odds", "probability", "margin"}
        What the margin is: the log-odds or the probability of the second class, or some other number that grows with
        it, such as the distance of a support vector machine.
    base : float
        The margin where nothing is known of a row; ``base + values(rows).sum(axis=1)`` is ``margin(rows)``.
    """

    @property
    def exact(self) -> bool: ...
    @property
    def method(self) -> str: ...
    @property
    def unit(self) -> Unit: ...
    @property
    def base(self) -> float: ...

    def values(self, rows: Any) -> NDArray[np.float64]:
        """Return what each feature adds, of shape (rows, features)."""
        ...

    def margin(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of the rows, as the estimator gives it."""
        ...


@dataclass(frozen=True, eq=False)
class Margin:
    """The margin of a fitted estimator, and its unit.

    Parameters
    ----------
    estimator : classifier
        Of two classes, fitted.
    """

    estimator: Any

    def __call__(self, rows: Any) -> NDArray[np.float64]:
        """Return the margin of rows."""
        return np.asarray(self._found(rows), dtype=np.float64).reshape(-1)

    def _found(self, rows: Any) -> Any:
        if is_booster(self.estimator, "lightgbm"):
            return self.estimator.predict(rows, raw_score=True)
        if is_booster(self.estimator, "xgboost"):
            return self.estimator.predict(rows, output_margin=True)
        if callable(getattr(self.estimator, "decision_function", None)):
            return self.estimator.decision_function(rows)
        return self.estimator.predict_proba(rows)[:, 1]

    def unit(self, rows: Any) -> Unit:
        """Return what the margin is, as some rows show it."""
        probabilities = getattr(self.estimator, "predict_proba", None)
        if not callable(probabilities):
            return "margin"
        found, chance = self(rows), np.asarray(probabilities(rows), dtype=np.float64)[:, 1]
        if np.allclose(found, chance, rtol=1e-5, atol=1e-7):
            return "probability"
        return "log-odds" if np.allclose(np.tanh(found / 2), 2 * chance - 1, rtol=1e-5, atol=1e-6) else "margin"


def is_booster(estimator: Any, library: str) -> bool:
    """Return whether an estimator comes from a library of boosted trees, which need not be installed."""
    return any(kind.__module__.split(".")[0] == library for kind in type(estimator).__mro__)
