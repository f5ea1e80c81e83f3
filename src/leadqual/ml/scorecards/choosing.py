"""Which features to keep: those that tell something the others do not, and go on telling it in later rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.metrics import roc_auc_score

from leadqual.ml.scorecards.binning import Labels
from leadqual.ml.scorecards.bins import Codes
from leadqual.ml.scorecards.weights import Evidence, Floats, weighed

_TELLS: Final = 2.0
"""What a rule has to add to the log-likelihood of the rows that are learned from: twice what chance adds."""
_GAIN: Final = 0.001
"""Or by how much the area under the ROC curve of later rows has to grow."""
_HARM: Final = -0.002
"""Where later rows are ranked worse than this, a feature is not taken, whatever earlier rows say."""
_NOTHING: Final = 1e-6

Weighable = tuple[Codes, Evidence]
"""The bin of each row, and what the bins tell."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Rows of some time to weigh features by, and those of the time after it to judge them by.

    Parameters
    ----------
    earlier, later : array
        1 for each row that converted, else 0.
    features : mapping of str to (array, Evidence, array)
        Of each feature that tells something in the earlier rows: their bins, what these tell, and the bins of the later
        rows.
    """

    earlier: Labels
    later: Labels
    features: Mapping[str, tuple[Codes, Evidence, Codes]]

    def judged(self, names: Sequence[str]) -> Floats:
        """Return the log-odds of the later rows by some features; one of which earlier rows tell nothing adds 0."""
        known = [self.features[name] for name in names if name in self.features]
        weights = weighed([(codes, found) for codes, found, _ in known], self.earlier)
        total = np.zeros(len(self.later))
        for weight, (_, found, later) in zip(weights[1:], known, strict=True):
            total += weight * found.of(later)
        return total


@dataclass(frozen=True, slots=True)
class Choice:
    """What there is to choose from.

    Parameters
    ----------
    features : mapping of str to (array, Evidence)
        The features of the rows that are learned from.
    converted : array
        1 for each of these rows that converted, else 0.
    independent : float
        How much each row tells: fewer contacts than rows tell less than as many contacts would.
    trials : sequence of Trial
        The same rows, divided by time.
    """

    features: Mapping[str, Weighable]
    converted: Labels
    independent: float
    trials: Sequence[Trial]

    def cost(self, name: str) -> int:
        """Return how many rules a feature takes at most: the bin that converts least often has none."""
        return len(self.features[name][1].woe) - 1

    def told(self, names: Sequence[str]) -> float:
        """Return the log-likelihood of the rows by some features."""
        known = [self.features[name] for name in names]
        weights = weighed(known, self.converted)
        odds = weights[0] + sum(
            weight * found.of(codes) for weight, (codes, found) in zip(weights[1:], known, strict=True)
        )
        return float(np.sum(self.converted * odds - np.logaddexp(0.0, odds)))


def chosen(choice: Choice, max_rules: int) -> tuple[dict[str, float], dict[str, str]]:
    """Return features, best first, with what each added to the area under the ROC curve; and why others were left out.

    The next feature is the one whose rules each add most to the likelihood of the rows that are learned from, unless
    later rows are then ranked worse. So a feature has to tell something, and to go on telling it.

    Parameters
    ----------
    choice : Choice
        What there is to choose from.
    max_rules : int
        How many rules the features may have together.
    """
    kept: dict[str, float] = {}
    left: dict[str, str] = {}
    spent, told = 0, choice.told([])
    scores = [np.zeros(len(trial.later)) for trial in choice.trials]
    while True:
        left = {}
        found = None
        for tells, name in _by_telling(choice, list(kept), told):
            added = _added(choice.trials, scores, [*kept, name])
            left[name] = _why_not(tells, added, spent + choice.cost(name), max_rules)
            if not left[name]:
                found = name, added
                break
        if found is None:
            return kept, left
        name, kept[name] = found
        spent += choice.cost(name)
        told = choice.told(list(kept))
        scores = [trial.judged(list(kept)) for trial in choice.trials]


def _by_telling(choice: Choice, kept: list[str], told: float) -> list[tuple[float, str]]:
    """Return the other features with what each of their rules adds to the log-likelihood, most first."""
    found = [
        ((choice.told([*kept, name]) - told) * choice.independent / choice.cost(name), name)
        for name in choice.features
        if name not in kept
    ]
    return sorted(found, key=lambda one: -one[0])


def _added(trials: Sequence[Trial], scores: Sequence[Floats], names: Sequence[str]) -> float:
    pairs = zip(trials, scores, strict=True)
    return float(np.mean([gained(before, trial.judged(names), trial.later) for trial, before in pairs]))


def _why_not(tells: float, added: float, rules: int, max_rules: int) -> str:
    if tells <= _NOTHING:
        return "adds nothing to the others"
    if added < _HARM:
        return f"later rows are ranked worse with it: ROC AUC {added:+.3f}"
    if tells < _TELLS and added <= _GAIN:
        return "adds no more to the others than chance would"
    return f"its rules would be more than {max_rules} with the others" if rules > max_rules else ""


def gained(before: Floats, after: Floats, converted: Labels) -> float:
    """Return by how much the area under the ROC curve grows from one score to another.

    Examples
    --------
    >>> gained(np.zeros(4), np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 0, 1, 1], dtype=np.int8))
    0.5
    """
    return float(roc_auc_score(converted, after) - roc_auc_score(converted, before))
