"""From margins to probabilities: the calibration that later rows ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

Floats = npt.NDArray[np.float64]
How = Literal["sigmoid", "isotonic", "none"]

EDGE: Final = 1e-7
"""How close to 0 and 1 a probability may come before it has log-odds."""
_FARTHEST: Final = 40.0
_BOUNDS: Final = (0.5, 2.0)
_PRIOR: Final = 5.0
"""How firmly the slope is held near 1: the penalty for each unit of its squared logarithm, in log-likelihood."""


@dataclass(frozen=True)
class Calibration:
    """What turns the log-odds of an estimator into a probability.

    Parameters
    ----------
    slope, intercept : float
        Of the log-odds.
    steps : IsotonicRegression, optional
        What the probability is put through in the end.
    """

    slope: float = 1.0
    intercept: float = 0.0
    steps: Any = None

    def probability(self, margins: Floats) -> Floats:
        """Return the probabilities of log-odds; a larger margin never has a smaller one."""
        plain = expit(self.slope * margins + self.intercept)
        return np.asarray(plain if self.steps is None else self.steps.predict(plain), dtype=np.float64)


def log_odds(probabilities: Floats) -> Floats:
    """Return the log-odds of probabilities, which are held off 0 and 1."""
    return np.asarray(logit(np.clip(probabilities, EDGE, 1 - EDGE)))


def calibrated(margins: Floats, y: npt.NDArray[np.int_], how: How) -> Calibration:
    """Return the calibration of log-odds by what really happened.

    Level and slope are those of Platt 1999, with a prior that the slope is 1: where the world has changed so much that
    margins tell little of the rows of calibration, the order of the contacts must not be lost with it.

    Parameters
    ----------
    margins : array of shape (rows,)
        Log-odds, of rows that the estimator was not fitted on.
    y : array of int of shape (rows,)
        1 for a conversion.
    how : {"sigmoid", "isotonic", "none"}
        Whether the probabilities are put through steps in the end (Zadrozny and Elkan 2002), or nothing is changed.

    Examples
    --------
    Margins that are twice as sure of themselves as they should be:

    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(-2, 1, 20_000)
    >>> found = calibrated(2 * truth, (rng.random(20_000) < expit(truth)).astype(int), "sigmoid")
    >>> round(found.slope, 1), round(abs(found.intercept), 1)
    (0.5, 0.0)
    """
    if how == "none":
        return Calibration()

    def loss(place: Floats) -> tuple[float, Floats]:
        intercept, slope = place
        total = intercept + slope * margins
        off, firm = expit(total) - y, _PRIOR * np.log(slope)
        value = np.logaddexp(0.0, total).sum() - (y * total).sum() + firm * np.log(slope)
        return float(value), np.array([off.sum(), (off * margins).sum() + 2 * firm / slope])

    found = minimize(loss, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(None, None), _BOUNDS])
    made = Calibration(slope=float(found.x[1]), intercept=float(found.x[0]))
    if how == "isotonic":
        steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(made.probability(margins), y)
        made = Calibration(made.slope, made.intercept, steps)
    return made


def raised(shape: Calibration, margins: Floats, y: npt.NDArray[np.int_]) -> Calibration:
    """Return a calibration whose level is that of some rows: as many conversions are expected as there were.

    Its shape stays as it is: few rows tell the level of late, and all rows the shape.

    Examples
    --------
    >>> found = raised(Calibration(), np.zeros(4), np.array([1, 1, 1, 0]))
    >>> found.probability(np.zeros(1)).round(3)
    array([0.75])
    """

    def excess(level: float) -> float:
        return float(replace(shape, intercept=shape.intercept + level).probability(margins).mean() - y.mean())

    if excess(-_FARTHEST) > 0 or excess(_FARTHEST) < 0:  # steps that end before such a rate
        return shape
    return replace(shape, intercept=shape.intercept + float(brentq(excess, -_FARTHEST, _FARTHEST)))
