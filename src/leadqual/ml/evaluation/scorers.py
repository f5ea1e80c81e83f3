"""What is to be judged: models, scorer objects and expressions, each brought to one number a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.conditions.check import check_value
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Name, Node
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.ml.evaluation.judged import Judged
from leadqual.ml.evaluation.measures import Array
from leadqual.ml.evaluation.then import Then
from leadqual.ml.training.data import TrainingSet
from leadqual.model.catalogue import ValueType
from leadqual.model.score import Scorer, is_scorer
from leadqual.policy.rules import LARGEST
from leadqual.scoring.rules import RuleScorer

_SIGNS: Final = re.compile("[^A-Za-z0-9_]")
_OWN: Final = ("contact_id", "cutoff", "converted")
_RULES: Final = "points by rules are no probabilities"
_NUMBERS: Final = "numbers that nobody calls probabilities"
_OUTSIDE: Final = "not all of its numbers lie between 0 and 1"
_EXPECTED: Final = "a fitted classifier, a scorer, or an expression such as 'score.engagement'"


def named_scorers(given: Any) -> dict[str, Any]:
    """Return what is to be judged by its name; raise `InputError` for what cannot be.

    Examples
    --------
    >>> named_scorers("score.engagement")
    {'score.engagement': 'score.engagement'}
    """
    scorers = dict(given) if isinstance(given, Mapping) else {_name(given): given}
    problems = [] if scorers else [Problem("no-scorers", "there is nothing to judge", Place("scorers"), "none")]
    for name, one in scorers.items():
        if not isinstance(name, str) or not name or name in _OWN:
            message, expected = "this is no name for a scorer", f"a text, but none of {', '.join(_OWN)}"
            problems.append(Problem("bad-argument", message, Place("scorers"), shown(name), expected))
        elif not (_is_classifier(one) or is_scorer(one) or isinstance(one, str | Handle)):
            problems.append(
                Problem("not-a-scorer", "this is no scorer", Place("scorers", path=name), shown(one), _EXPECTED)
            )
    if problems:
        raise InputError(problems)
    return scorers


def _name(one: Any) -> str:
    if isinstance(one, str | Handle):
        return str(one)
    if is_scorer(one) and isinstance(one.name, str):
        return one.name
    name = type(one).__name__
    return "propensity" if name == "PropensityModel" else name


def _is_classifier(one: Any) -> bool:
    return callable(getattr(one, "predict_proba", None)) and not isinstance(one, type)


class Scorers:
    """What is to be judged, ready to be asked together with other expressions.

    Parameters
    ----------
    data : TrainingSet
        The rows.
    scorers : mapping of str to object
        What is to be judged, by name.

    Raises
    ------
    InputError, ConditionError
        With every problem of the expressions.
    """

    def __init__(self, data: TrainingSet, scorers: Mapping[str, Any]) -> None:
        self.data, self.scorers = data, scorers
        self.policy: Policy = data.policy
        self.asked: dict[str, Node] = {}
        """The expressions that have to be asked, by the names of the scorers."""
        problems: list[Problem] = []
        for place, (name, one) in enumerate(scorers.items()):
            if _is_classifier(one):
                continue
            try:
                self.asked[name] = self._attached(_unlike(place), one) if is_scorer(one) else as_number(one, data)
            except LeadqualError as error:
                problems += [problem.at(source="scorers", path=name) for problem in error.problems]
        if problems:
            raise InputError(problems)

    def _attached(self, name: str, scorer: Scorer) -> Node:
        limits = getattr(scorer, "range", None) or (-LARGEST, LARGEST)
        self.policy = self.policy.with_scorer(name, scorer, range=limits)
        return Name(f"score.{name}")

    def judged(self, then: Then) -> list[Judged]:
        """Return the numbers of all, in their order; `then` holds those that were asked."""
        return [self._one(name, one, then) for name, one in self.scorers.items()]

    def _one(self, name: str, one: Any, then: Then) -> Judged:
        if _is_classifier(one):
            return Judged(name, probabilities(one, self.data.X, name), _as_score(name), probable=True)
        score = then.values[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        text = _as_score(name) if is_scorer(one) else str(self.asked[name])
        why = _why_not(one, self.asked[name], self.policy)
        told = score[~np.isnan(score)]
        if not why and len(told) and not (told.min() >= 0 and told.max() <= 1):
            why = _OUTSIDE
        return Judged(name, score, text, probable=not why, why=why)


def _as_score(name: str) -> str:
    """Return the score under which a policy would have a scorer of this name."""
    word = _SIGNS.sub("_", name)
    return f"score.{word if word[0].isalpha() else f'model_{word}'}"


def _unlike(place: int) -> str:
    """Return a name that is like no other, since a policy takes names that are alike for slips."""
    return f"x{sha256(str(place).encode()).hexdigest()[:24]}"


def as_number(given: str | Handle, data: TrainingSet) -> Node:
    """Return an expression that yields a number, or a condition, which counts as 1 or 0."""
    node = as_condition(given)
    if str(node) in data.features:
        kind = data.features[str(node)]
    else:
        entry, problems = check_value(node, data.policy.catalogue, single_currency=data.policy.currency is not None)
        if problems or entry is None:
            raise InputError(problems)
        kind = entry.type
    if kind not in (ValueType.NUMBER, ValueType.BOOLEAN):
        message = f"a {kind} puts nobody before anybody"
        raise InputError(Problem("not-a-scorer", message, found=str(node), expected=_EXPECTED))
    return node


def _why_not(one: Any, node: Node, policy: Policy) -> str:
    """Return why the numbers of a scorer object or an expression are no probabilities; empty if they may be."""
    name = node.path.removeprefix("score.") if isinstance(node, Name) and node.path.startswith("score.") else None
    if isinstance(one, RuleScorer) or name in policy.scores:
        return _RULES
    if name not in policy.scorers:
        return _NUMBERS
    if isinstance(policy.attached_scorers.get(name), RuleScorer):
        return _RULES
    low, high = policy.score_ranges[name]
    return "" if low >= 0 and high <= 1 else _OUTSIDE


def probabilities(model: Any, features: Any, name: str) -> Array:
    """Return the probability that a classifier gives the rows to convert; NaN where it gives none.

    Raises
    ------
    InputError
        If the classifier does not take the features (code ``bad-feature``), is not fitted (``not-fitted``), or knows
        no class 1 (``unknown-class``).
    """
    classes = [one.item() if isinstance(one, np.generic) else one for one in getattr(model, "classes_", ())]
    place = Place("scorers", path=name)
    if not classes:
        hint = "call fit first"
        raise InputError(Problem("not-fitted", "the classifier is not fitted", place, shown(model), hint=hint))
    if 1 not in classes:
        expected = "1, or True, for those who converted"
        raise InputError(
            Problem("unknown-class", "the classifier knows no such class", place, shown(classes), expected)
        )
    try:
        table = np.asarray(model.predict_proba(features), dtype=float)
    except LeadqualError:
        raise
    except (ValueError, TypeError, KeyError) as error:
        message, hint = (
            f"the classifier does not take these features: {error}",
            "fit it on the X of such a training set",
        )
        raise InputError(Problem("bad-feature", message, place, hint=hint)) from error
    return table[:, classes.index(1)]
