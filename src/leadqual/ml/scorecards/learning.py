"""Learning a scorecard: bins, features, points, the document, and what it loses against a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.scorecards.asked import asked, too_few
from leadqual.ml.scorecards.bins import Missing
from leadqual.ml.scorecards.calibrating import calibrated, calibration_table
from leadqual.ml.scorecards.comparing import compared
from leadqual.ml.scorecards.document import alone, score_rules
from leadqual.ml.scorecards.fitting import Plan, learned
from leadqual.ml.scorecards.parts import Part, point_table, points_of
from leadqual.ml.scorecards.scorecard import Scorecard
from leadqual.ml.scorecards.trials import Parted, parted
from leadqual.ml.scorecards.weights import Floats
from leadqual.ml.training.data import TrainingSet


def learn_scorecard(
    data: TrainingSet,
    *,
    score: str = "propensity",
    name: str = "scorecard",
    features: Sequence[str] | None = None,
    monotone: Mapping[str, int] | None = None,
    bins: int = 5,
    points: int | None = None,
    min_share: float = 0.02,
    max_rules: int = 30,
    model: Any = None,
    holdout: TrainingSet | None = None,
    random_state: int = 0,
) -> Scorecard:
    """Learn a score by rules: a few features in a few bins, each with whole points, that a person can read and edit.

    Parameters
    ----------
    data : TrainingSet
        The rows to learn from.
    score : str, default "propensity"
        What the score is called.
    name : str, default "scorecard"
        What the policy is called.
    features : list of str, optional
        Which features of the data may be used; all by default.
    monotone : mapping of str to int, optional
        Features of which more may never give fewer points (1), or never more (-1).
    bins : int, default 5
        Into how many bins the known values of a feature are divided at most.
    points : int, optional
        The most that a contact can get. By default the smallest of 10, 20, 50 and 100 with which whole points rank
        the rows as well as exact weights do, but for 0.002 of the area under the ROC curve.
    min_share : float, default 0.02
        Which share of the rows a bin has at least; no bin of known values has fewer than 30 rows.
    max_rules : int, default 30
        How many rules there may be at most.
    model : PropensityModel or classifier, optional
        What to compare with: fitted, if `holdout` is given. If not, a clone of it is fitted to the same earlier rows,
        since one that has seen the rows that judge would look too good.
    holdout : TrainingSet, optional
        Rows to judge with, later than `data`. By default the latest quarter of `data` is kept back for that, and not
        learned from; without times, a quarter of the contacts by lot.
    random_state : int, default 0
        The seed.

    Returns
    -------
    Scorecard
        The policy, the points, the probabilities, and the comparison.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments; if there is one class only, or there are too few conversions
        (with the number that is needed); or if no feature tells anything (code ``nothing-learned``).

    Notes
    -----
    Bins are those of a decision tree with one feature. Neighbours are one bin unless their rates surely differ.
    Texts are put in the order of their rates first, and having no value is a bin of its own. The weights are those
    of a logistic regression on the weight of evidence, none of them negative (Siddiqi 2006). The bin of a feature
    that converts least often gives no points and has no rule, so that every score is a sum of what speaks for a
    contact. A value that was never seen gets no points either.

    Features are chosen by what their rules add to the likelihood of the rows, and by whether later rows are then ranked
    better; ``left_out`` tells why others were not.

    Examples
    --------
    >>> import warnings
    >>> import polars as pl
    >>> from leadqual import Policy
    >>> from leadqual.ml import training_set
    >>> kinds = {"age": "number", "owner": "boolean", "bought": "boolean"}
    >>> policy = Policy(name="loans", fields={name: {"type": kind} for name, kind in kinds.items()})
    >>> chance = np.random.default_rng(1)
    >>> age, owner = chance.integers(18, 70, 4000), chance.random(4000) < 0.5
    >>> bought = chance.random(4000) < 0.05 + 0.2 * (age >= 30) + 0.1 * owner
    >>> ids = [f"c-{place}" for place in range(4000)]
    >>> table = pl.DataFrame({"contact_id": ids, "age": age, "owner": owner, "bought": bought})
    >>> with warnings.catch_warnings(action="ignore"):  # nobody can vouch for time here
    ...     data = training_set(policy, table, outcome="contact.bought", features=["contact.age", "contact.owner"])
    >>> card = learn_scorecard(data)
    >>> [(rule.id, str(rule.when)) for rule in card.rules.rules]
    [('age-from-30', 'contact.age >= 30'), ('owner-true', 'contact.owner')]
    """
    numbers = {"bins": bins, "points": points, "min_share": min_share, "max_rules": max_rules}
    question = asked(data, score, name, features, monotone, holdout, **numbers)
    plan = Plan(question, dict(monotone or {}), bins, min_share, max_rules, points, random_state)
    _check(data, "")
    rows = parted(data, holdout, random_state)
    _check(rows.learned, rows.said)
    with threadpool_limits(1):  # the matrices are small, and threads would wait for one another
        found = learned(rows.learned, plan)
    parts, highest = found.parts, found.highest
    given = points_of(parts, rows.learned.rows)
    line = calibrated(given, rows.learned.y, found.level)
    judged = points_of(parts, rows.judged.rows)
    chance = _chances(model, rows, fitted=holdout is not None)
    told = _foreseen(data)
    described = f"Points for how likely it is: {told}. Learned from {_counted(rows.learned)}."
    rules = score_rules(parts, highest, described)
    used = [part.node for part in parts]
    about = f"A scorecard learned from data: {told}."
    return Scorecard(
        score=score,
        policy=alone(data.policy, name, score, rules, used, about),
        points=point_table(parts),
        calibration=calibration_table(line, (given, rows.learned.y), (judged, rows.judged.y), highest),
        comparison=compared(rows.judged, judged, line.probability(judged), chance, random_state),
        left_out={**question.left_out, **found.left_out},
        notes=tuple(_notes(rows, parts, fitted=holdout is not None, model=model)),
        outcome=told,
        parts=tuple(parts),
        line=line,
    )


def _check(data: TrainingSet, said: str) -> None:
    if problems := too_few(data, said):
        raise InputError(problems)


def _chances(model: Any, rows: Parted, *, fitted: bool) -> Floats | None:
    """Return what a model gives to the rows that judge."""
    if model is None:
        return None
    if not hasattr(model, "predict_proba"):
        expected = "a PropensityModel, or a classifier with predict_proba"
        message = "this gives no probabilities"
        raise InputError(Problem("not-a-classifier", message, Place("model"), shown(model), expected))
    if not fitted:
        own = hasattr(model, "contributions")
        model = clone(model).fit(*((rows.learned,) if own else (rows.learned.X, rows.learned.y)))
    return np.asarray(model.predict_proba(rows.judged.X), dtype=float)[:, 1]


def _foreseen(data: TrainingSet) -> str:
    return data.outcome if data.horizon is None else f"{data.outcome} within {data.horizon}"


def _counted(data: TrainingSet) -> str:
    cutoffs = data.cutoffs
    when = f", {cutoffs[0]:%Y-%m-%d} to {cutoffs[-1]:%Y-%m-%d}" if cutoffs else ""
    return (
        f"{len(data):,} rows of {data.rows['contact_id'].n_unique():,} contacts{when}; {data.conversions:,} converted"
    )


def _notes(rows: Parted, parts: Sequence[Part], *, fitted: bool, model: Any) -> Iterator[str]:
    yield f"Learned from {_counted(rows.learned)}."
    yield rows.said
    if model is None:
        which = "a fitted model as model=" if fitted else "model=PropensityModel()"
        yield f"Nothing was compared with: give {which} to see what a scorecard loses."
    elif not fitted:
        yield "The model was fitted anew, to the rows that the scorecard was learned from: both are judged alike."
    yield (
        "Probabilities have the level at which later rows converted that were foreseen from earlier ones; where fewer "
        "or more convert now, they are too high or too low, and the order still holds."
        if rows.learned.cutoffs
        else "Probabilities are those of all rows that were learned from; nothing tells how many convert now."
    )
    if seen := [part.feature for part in parts if Missing() not in part.bins]:
        yield (
            f"Nobody lacked {', '.join(seen)}. Who lacks one of these gets no points for it, and the decision names it."
        )
    yield "Values are counted one by one: the rates say what goes with a conversion, not what brings it about."
