"""How long it takes where some still wait: Kaplan-Meier, its quantiles, and where those go who leave."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from leadqual.errors import MissingDependency, Problem

try:
    from scipy.stats import CensoredData, ecdf
except ImportError as error:
    hint = "pip install 'leadqual[analysis]'"
    problem = Problem("missing-dependency", "a funnel report needs SciPy", found=f"no {error.name}", hint=hint)
    raise MissingDependency(problem) from None

_SLACK: Final = 1e-12
"""What products of fractions may be off: one half is reached at 0.5000000000000001 too."""

_JUMP: Final = 0.05
_WEIGHT: Final = 3
"""By how much one that leaves may move a curve that is read: a twentieth, or in small samples thrice its part."""

Days = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False)
class Waiting:
    """The share that still waits after each time at which one left or was seen last.

    Parameters
    ----------
    days : array
        The times, ascending.
    staying : array
        The share that has not left by then, that very time included, by Kaplan-Meier.
    low, high : array
        Its interval by the exponential formula of Greenwood; NaN where that is not defined.
    at_risk : array
        How many were there just before.
    """

    days: Days
    staying: Days
    low: Days
    high: Days
    at_risk: Days

    @property
    def seen(self) -> int:
        """How many of the times are seen well: enough are left to read the curve.

        Where nearly all who might still leave were lost from sight, one that leaves would move the curve by half: the
        longer a time is, the fewer have been watched for so long. Up to here one moves it by a twentieth at most.
        """
        if not self.days.size:
            return 0
        before = np.concatenate([[1.0], self.staying[:-1]])
        weight = before / self.at_risk
        return int(np.count_nonzero(weight <= max(_JUMP, _WEIGHT / self.at_risk[0]) + _SLACK))

    def quantile(self, share: float) -> tuple[float | None, float | None, float | None]:
        """Return by when a share has left, and the interval of that time; None for what is not reached.

        What is reached only where too few are left to tell counts as not reached.
        """
        still = 1 - share + _SLACK
        return (self._reached(self.staying, still), self._reached(self.low, still), self._reached(self.high, still))

    def _reached(self, curve: Days, still: float) -> float | None:
        below = np.flatnonzero(curve[: self.seen] <= still)  # NaN is not below anything
        return float(self.days[below[0]]) if below.size else None


def waiting(days: Days, left: np.ndarray[Any, np.dtype[np.bool_]], confidence: float) -> Waiting:
    """Return how long a sample stays, of which some have not left yet.

    Parameters
    ----------
    days : array
        How long each stayed, or has stayed so far.
    left : array of bool
        Whether it has left.
    confidence : float
        Of the interval.

    Examples
    --------
    >>> stay = waiting(np.array([2.0, 4.0, 6.0]), np.array([True, False, True]), 0.95)
    >>> stay.quantile(0.5)[0], stay.quantile(0.25)[0]
    (6.0, 2.0)
    """
    if not days.size:
        nothing = np.array([], dtype=np.float64)
        return Waiting(nothing, nothing, nothing, nothing, nothing)
    curve = ecdf(CensoredData.right_censored(days, ~left)).sf
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Undefined before the first and after the last has left; a quantile there has no interval, which is told.
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = curve.confidence_interval(confidence, method="Log-Log")
    at_risk = days.size - np.searchsorted(np.sort(days), curve.quantiles).astype(np.float64)
    low, high = interval.low.probabilities, interval.high.probabilities
    return Waiting(curve.quantiles, curve.probabilities, low, high, at_risk)


def incidence(stay: Waiting, gone: Days) -> Days:
    """Return the share that has left for one target by each time of `stay`, while others leave for other targets.

    This is the estimator of Aalen and Johansen. To treat those who left for another target as if they still waited
    would overstate it.

    Parameters
    ----------
    stay : Waiting
        The stay, whatever ended it.
    gone : array
        The times of those that ended with this target.
    """
    before = np.concatenate([[1.0], stay.staying[:-1]])
    went = np.bincount(np.searchsorted(stay.days, gone), minlength=stay.days.size)
    return np.asarray(np.cumsum(before * went / stay.at_risk), dtype=np.float64)
