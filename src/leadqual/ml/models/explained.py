"""What each feature adds to the calibrated probability of a fitted model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from leadqual.ml.contributions.explainer import Explainer
from leadqual.ml.contributions.explaining import explainer_of
from leadqual.ml.contributions.lines import Contributions
from leadqual.ml.contributions.probability import probability_lines
from leadqual.ml.models.calibrating import EDGE, Calibration, Floats, log_odds
from leadqual.ml.models.recipe import margins

_FARTHEST: Final = float(-log_odds(np.array([EDGE]))[0])


@dataclass(frozen=True, eq=False)
class Explained:
    """An estimator, what explains its margin, and the calibration that follows.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    calibration : Calibration
        What turns its log-odds into a probability.
    explainer : Explainer
        Of its margin.
    """

    estimator: Any
    calibration: Calibration
    explainer: Explainer

    @classmethod
    def of(cls, estimator: Any, calibration: Calibration, background: Any) -> Explained:
        """Return what explains a fitted estimator, compared with some rows of its training."""
        found = explainer_of(estimator, background)
        if found.unit == "margin" and callable(getattr(estimator, "predict_proba", None)):
            found = explainer_of(_Chances(estimator), background)  # its probability is no function of its margin
        return cls(estimator, calibration, found)

    def contributions(self, table: Any, names: Sequence[str]) -> Contributions:
        """Return what each feature adds to the probabilities of rows."""
        chance = self.calibration.probability(margins(self.estimator, table))
        base, lines = probability_lines(self.explainer.base, self.explainer.values(table), self._curve, chance)
        method = f"{self.explainer.method}; brought to the probability along the straight line from the base"
        return Contributions(tuple(names), base, lines, chance, self.explainer.exact, method)

    def _curve(self, margin: Floats) -> npt.NDArray[np.float64]:
        """Return the probability of margins in the unit of the explainer."""
        if self.explainer.unit == "probability":
            margin = log_odds(margin)
        elif self.explainer.unit == "log-odds":
            margin = np.clip(margin, -_FARTHEST, _FARTHEST)
        return self.calibration.probability(margin)


@dataclass(frozen=True, eq=False)
class _Chances:
    """An estimator of which only the probabilities are seen."""

    estimator: Any

    @property
    def classes_(self) -> Any:
        return self.estimator.classes_

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        return self.estimator.predict_proba(X)
