"""How good probabilities are, and how surely one set of them is better than another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from benchmarks.timing import Figure, Target

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]
Measure = Callable[[Labels, Floats], float]

RESAMPLED: Final = 200
_TENTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Quality(Figure):
    """A line about how good answers are: *ratio* is that of the measures, *spread* where it lies in 95 of 100 samples.

    More is better, unless the target is an upper limit; a lower limit is met if the interval reaches it.
    """

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None for a line without one."""
        if isinstance(self.target, AtLeast):
            return self.target.met(self.high if self.target.within else self.ratio)
        return None if self.target is None else self.target.met(self.ratio)


@dataclass(frozen=True, slots=True)
class AtLeast(Target):
    """The smallest ratio that is allowed; `within` the interval, or exactly."""

    within: bool = False

    def __str__(self) -> str:
        return f">= {self.limit:g}{' within' if self.within else ''}"

    def met(self, ratio: float) -> bool:
        """Return whether a ratio reaches the limit."""
        return ratio >= self.limit


def roc_auc(y: Labels, chance: Floats) -> float:
    """Return the area under the ROC curve."""
    return float(roc_auc_score(y, chance))


def lift(y: Labels, chance: Floats) -> float:
    """Return how many times as many conversions the best tenth has as a tenth by lot; ties are divided evenly."""
    size = round(len(y) * _TENTH)
    edge = np.partition(chance, -size)[-size]
    above, at = chance > edge, chance == edge
    hits = y[above].sum() + (size - above.sum()) * y[at].mean()
    return float(hits / size / y.mean())


def gain(y: Labels, chance: Floats) -> float:
    """Return the area under the curve of cumulative gains, which Moro and others call ALIFT."""
    found = y[np.argsort(-chance, kind="stable")].cumsum() / y.sum()
    return float(np.trapezoid(np.concatenate([[0.0], found]), dx=1 / len(y)))


def within_chunks(y: Labels, chance: Floats, size: int = 1000) -> float:
    """Return the mean area under the ROC curve within chunks of rows in their order."""
    starts = range(0, len(y) - size + 1, size)
    return float(np.mean([roc_auc(y[one : one + size], chance[one : one + size]) for one in starts]))


MEASURES: Final[Mapping[str, tuple[Measure, Target | None]]] = {
    "ROC AUC": (roc_auc, AtLeast(1, within=True)),
    "lift at 10 %": (lift, AtLeast(1, within=True)),
    "Brier": (lambda y, chance: float(brier_score_loss(y, chance)), Target(1)),
    "log loss": (lambda y, chance: float(log_loss(y, chance)), None),
}
"""What is compared, with the target of ours divided by a peer's."""


def samples(groups: npt.NDArray[np.intp], number: int, seed: int = 0) -> list[npt.NDArray[np.intp]]:
    """Return places of rows drawn again and again, all rows of a contact together."""
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    parts = np.split(order, starts[1:])
    dice, width = np.random.default_rng(seed), len(parts)
    return [np.concatenate([parts[place] for place in dice.integers(0, width, width)]) for _ in range(number)]


def quality(
    name: str,
    measure: Measure,
    y: Labels,
    ours: Floats,
    peer: Floats,
    drawn: list[npt.NDArray[np.intp]],
    target: Target | None = None,
) -> Quality:
    """Return the line of two sets of probabilities for the same rows."""
    ratios = [measure(y[rows], ours[rows]) / measure(y[rows], peer[rows]) for rows in drawn if y[rows].sum() > 0]
    low, high = np.quantile(ratios, [0.025, 0.975])
    mine, theirs = measure(y, ours), measure(y, peer)
    return Quality(name, mine, theirs, mine / theirs, float(low), float(high), target, "measure")


def plain(name: str, ours: float, peer: float, target: Target | None = None) -> Quality:
    """Return the line of two numbers that no samples are drawn for."""
    return Quality(name, ours, peer, ours / peer, ours / peer, ours / peer, target, "measure")
