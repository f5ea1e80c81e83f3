"""From rows to the parts of a scorecard: bins, the features to keep, their weights, and whole points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from leadqual.errors import InputError, Place, Problem
from leadqual.ml.scorecards.asked import Asked
from leadqual.ml.scorecards.binning import Limits, binned
from leadqual.ml.scorecards.bins import Bin, codes, joined
from leadqual.ml.scorecards.calibrating import level_of
from leadqual.ml.scorecards.choosing import Choice, Trial, Weighable, chosen
from leadqual.ml.scorecards.parts import Part
from leadqual.ml.scorecards.points import fewest_points
from leadqual.ml.scorecards.trials import Places, trials
from leadqual.ml.scorecards.weights import Evidence, Floats, evidence, weighed
from leadqual.ml.training.data import TrainingSet

Binned = dict[str, tuple[list[Bin], Weighable]]

_FEWEST: Final = 30
"""No bin of known values has fewer rows."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn; see `learn_scorecard`."""

    asked: Asked
    monotone: Mapping[str, int]
    bins: int
    min_share: float
    max_rules: int
    points: int | None
    random_state: int


@dataclass(frozen=True, slots=True)
class Learned:
    """What rows taught.

    Parameters
    ----------
    parts : list of Part
        The features that are used, the one that tells most first.
    left_out : dict of str to str
        The others, with the reason.
    highest : int
        The most points that a contact can get.
    level : float
        By how much later rows converted more often, in log-odds, than was foreseen from the rows before them.
    """

    parts: list[Part]
    left_out: dict[str, str]
    highest: int
    level: float


def learned(data: TrainingSet, plan: Plan) -> Learned:
    """Return what rows taught; raise `InputError` (code ``nothing-learned``) if that is nothing."""
    found = _binned(data, plan, list(plan.asked.features))
    left_out = {one: _silent(data, one) for one in plan.asked.features if one not in found}
    choice = Choice(
        {one: weighable for one, (_, weighable) in found.items()},
        data.y,
        _independent(data),
        [_trial(data, plan, list(found), *pair) for pair in trials(data, plan.random_state)],
    )
    added, others = chosen(choice, plan.max_rules)
    kept = list(added)
    left_out |= others
    if not kept:
        hint = "take other features, or more rows; what was tried is listed"
        told = "; ".join(f"{one}: {why}" for one, why in left_out.items())
        raise InputError(Problem("nothing-learned", "no feature tells anything", Place("features"), told, hint=hint))
    weights = weighed([choice.features[one] for one in kept], data.y)[1:]
    worth = [_worth(weight, choice.features[one][1]) for weight, one in zip(weights, kept, strict=True)]
    whole, highest = fewest_points(worth, [choice.features[one][0] for one in kept], data.y, plan.points)
    parts = []
    for one, points in zip(kept, whole, strict=True):
        if any(points):
            parts.append(_part(data, one, plan.asked, *joined(found[one][0], points), added[one]))
        else:
            left_out[one] = f"worth less than one of {highest} points"
    foreseen = np.concatenate([trial.judged(kept) for trial in choice.trials])
    level = level_of(foreseen, np.concatenate([trial.later for trial in choice.trials]))
    return Learned(parts, left_out, highest, level)


def _worth(weight: float, found: Evidence) -> Floats:
    return np.asarray(weight * (found.woe - found.woe.min()))


def _part(
    data: TrainingSet, feature: str, question: Asked, bins: tuple[Bin, ...], points: tuple[int, ...], added: float
) -> Part:
    told = evidence(codes(bins, data.rows[feature]), len(bins), data.y)
    return Part(feature, question.features[feature], bins, points, told, added)


def _binned(data: TrainingSet, plan: Plan, features: Sequence[str]) -> Binned:
    """Return the features that tell something, with their bins."""
    limits = Limits(plan.bins, max(_FEWEST, int(plan.min_share * len(data))), _independent(data))
    converted, found = data.y, {}
    for one in features:
        parts = binned(data.rows[one], data.features[one], converted, limits, plan.monotone.get(one, 0))
        if len(parts) > 1:
            places = codes(parts, data.rows[one])
            found[one] = parts, (places, evidence(places, len(parts), converted))
    return found


def _trial(data: TrainingSet, plan: Plan, features: Sequence[str], early: Places, late: Places) -> Trial:
    """Return the features with bins of earlier rows, to be judged by later ones."""
    earlier, later = replace(data, rows=data.rows[early]), data.rows[late]
    found = {
        one: (*weighable, codes(parts, later[one]))
        for one, (parts, weighable) in _binned(earlier, plan, features).items()
    }
    return Trial(earlier.y, data.y[late], found)


def _silent(data: TrainingSet, feature: str) -> str:
    values = data.rows[feature]
    if values.null_count() == len(values):
        return "always missing"
    return "always the same" if values.n_unique() == 1 else "no values of it surely convert more often than others"


def _independent(data: TrainingSet) -> float:
    """Return how much each row tells: a conversion that several cutoffs foresee is one, not several."""
    converted = data.rows.filter("converted")["contact_id"]
    return converted.n_unique() / len(converted)
