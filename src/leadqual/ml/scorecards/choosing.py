"""Which features to keep: those that tell something the others do not, and go on telling it in later rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import rankdata

from leadqual.ml.scorecards.binning import Labels
from leadqual.ml.scorecards.bins import Codes
from leadqual.ml.scorecards.weights import Evidence, Floats, weighed

_SURE: Final = 10.0
"""What a rule adds to the log-likelihood of the rows that are learned from, where nothing else has to be asked."""
_TELLS: Final = 3.0
"""What it has to add at least, if later rows are not ranked worse: chance adds a half."""
_HARM: Final = -0.002
"""How much worse they may be ranked: the change of the area under the ROC curve."""
_GAIN: Final = 0.005
"""By how much they have to be ranked better, if a rule adds less."""
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
        total = np.full(len(self.later), weights[0])
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

    The next feature is the one whose rules each add most to the likelihood of the rows that are learned from. Where
    that is much, it is enough; where it is little, later rows may not be ranked worse; where it might be chance, they
    have to be ranked better. Later rows alone cannot decide: they are few, and of one time only.

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
    if tells < _TELLS and added <= _GAIN:
        return "adds no more to the others than chance would"
    if tells < _SURE and added < _HARM:
        return f"adds little, and later rows are ranked worse with it: ROC AUC {added:+.3f}"
    return f"its rules would be more than {max_rules} with the others" if rules > max_rules else ""


def gained(before: Floats, after: Floats, converted: Labels) -> float:
    """Return by how much the area under the ROC curve grows from one score to another.

    Examples
    --------
    >>> gained(np.zeros(4), np.array([0.1, 0.2, 0.3, 0.4]), np.array([0, 0, 1, 1], dtype=np.int8))
    0.5
    """
    return _area(after, converted) - _area(before, converted)


def _area(scores: Floats, converted: Labels) -> float:
    """Return the area under the ROC curve by ranks: it is asked for hundreds of times."""
    hits, rows = int(converted.sum()), len(converted)
    beaten = float(rankdata(scores)[converted == 1].sum()) - hits * (hits + 1) / 2
    return beaten / (hits * (rows - hits))
