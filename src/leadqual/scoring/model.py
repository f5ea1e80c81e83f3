"""A fitted scikit-learn classifier as a scorer: its features are expressions of the conditions language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from leadqual.conditions.check import check_value
from leadqual.conditions.handles import Handle, as_condition
from leadqual.conditions.nodes import Node
from leadqual.engines.condition import Condition
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.errors import ConditionError, InputError, MissingDependency, Place, Problem, shown
from leadqual.model.catalogue import ValueType
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import LedgerLine, Score, Scorer
from leadqual.model.time import aware, micros
from leadqual.policy.document import PolicyDocument

_FEATURE_TYPES: Final = (ValueType.NUMBER, ValueType.BOOLEAN, ValueType.TEXT)
_OF_THE_FUNNEL: Final = ("stage", "days_in_stage")


class ModelScorer:
    """The probability that a fitted classifier gives.

    Parameters
    ----------
    name : str
        What the score is called.
    estimator : object
        Any fitted scikit-learn classifier (or pipeline) with ``predict_proba``.
    features : sequence of str or Handle
        Expressions of the conditions language, in the order of the columns that the estimator was fitted on: numbers,
        conditions (1 or 0) or texts. A missing value reaches the estimator as NaN, a missing text as None.
    policy : Policy
        Whose names and kinds the features use, and whose scores they may read.
    positive : object, optional
        The class whose probability is the score; the last of ``estimator.classes_`` by default.
    on_missing : {"predict", "abstain"}
        Whether to ask the estimator when a feature is missing, or to answer that the score is not known.

    Raises
    ------
    InputError
        If the estimator is not fitted or no classifier, or the number of features is not the one it was fitted on.
    ConditionError
        With every problem of the features.
    MissingDependency
        If scikit-learn is not installed.

    Notes
    -----
    The ledger has one line, the probability itself: what single features contribute does not add up to it.
    """

    def __init__(
        self,
        name: str,
        estimator: Any,
        features: Sequence[str | Handle],
        *,
        policy: PolicyDocument,
        positive: object = None,
        on_missing: str = "predict",
    ) -> None:
        nodes = [as_condition(feature) for feature in features]
        _check_features(nodes, policy)
        _check_estimator(estimator, len(nodes), on_missing)
        classes = list(estimator.classes_)
        if positive is not None and positive not in classes:
            raise InputError(
                Problem(
                    "unknown-class",
                    "the estimator knows no such class",
                    Place("positive"),
                    shown(positive),
                    shown(classes),
                )
            )
        scorers: dict[str, Scorer] = dict(getattr(policy, "_scorers", {}))
        self._name = name
        self._estimator = estimator
        self._policy = policy
        self._column = classes.index(positive) if positive is not None else len(classes) - 1
        self._abstains = on_missing == "abstain"
        self._engine = RecordEngine(policy, scorers)
        self._features = [Condition(node, self._engine.compiled) for node in nodes]
        self._table = _table_maker(estimator)

    @property
    def name(self) -> str:
        """What the score is called."""
        return self._name

    @property
    def features(self) -> tuple[str, ...]:
        """The expressions, in the order of the estimator's columns."""
        return tuple(feature.text for feature in self._features)

    def __repr__(self) -> str:
        return f"ModelScorer({self._name!r}, {type(self._estimator).__name__}, {len(self._features)} features)"

    def feature_values(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> dict[str, Any]:
        """Return what each feature is at an instant, from what had happened by then; None where it is missing."""
        view = self._view(contact, history, at)
        return {feature.text: feature.answer(view) for feature in self._features}

    def score(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> Score:
        """Return the probability of the positive class."""
        view = self._view(contact, history, at)
        values = [feature.answer(view) for feature in self._features]
        unknown = [feature for feature, value in zip(self._features, values, strict=True) if value is None]
        missing = tuple(dict.fromkeys(cause for feature in unknown for cause in feature.causes(view)))
        if unknown and self._abstains:
            return Score(name=self._name, value=None, range=(0.0, 1.0), missing=missing)
        probability = float(self._estimator.predict_proba(self._table(values))[0][self._column])
        line = LedgerLine(id=type(self._estimator).__name__, points=probability, description="the model's probability")
        return Score(name=self._name, value=probability, range=(0.0, 1.0), ledger=(line,), missing=missing)

    def _view(self, contact: Contact, history: Sequence[Interaction], at: datetime) -> View:
        check_attributes(self._policy, contact)
        view = View(self._engine, contact, ordered_history(self._policy, contact, history))
        view.move_to(micros(aware(at)))
        return view


def _check_features(nodes: Sequence[Node], policy: PolicyDocument) -> None:
    catalogue = policy.catalogue.without(_OF_THE_FUNNEL)
    problems: list[Problem] = []
    for index, node in enumerate(nodes):
        entry, found = check_value(node, catalogue, single_currency=policy.currency is not None)
        if entry is not None and entry.type not in _FEATURE_TYPES:
            message, expected = f"a {entry.type} is no feature", "a number, a condition or a text"
            found = [*found, Problem("bad-feature", message, Place(), str(node), expected)]
        problems += [problem.at(source="features", path=f"[{index}]") for problem in found]
    if problems:
        raise ConditionError(problems)


def _check_estimator(estimator: Any, width: int, on_missing: str) -> None:
    try:
        from sklearn.exceptions import NotFittedError
        from sklearn.utils.validation import check_is_fitted
    except ImportError:
        raise MissingDependency(
            Problem("missing-dependency", "scikit-learn is not installed", hint="pip install 'leadqual[ml]'")
        ) from None
    if not callable(getattr(estimator, "predict_proba", None)):
        expected = "a classifier with predict_proba"
        raise InputError(
            Problem("not-a-classifier", "this gives no probabilities", Place("estimator"), shown(estimator), expected)
        )
    try:
        check_is_fitted(estimator)
    except NotFittedError:
        hint = "call fit first, on the same features in the same order"
        raise InputError(
            Problem("not-fitted", "the estimator is not fitted", Place("estimator"), shown(estimator), hint=hint)
        ) from None
    fitted = getattr(estimator, "n_features_in_", width)
    if fitted != width:
        found, expected = f"{width} features", f"{fitted}, as it was fitted"
        raise InputError(
            Problem("wrong-width", "the features are not those of the estimator", Place("features"), found, expected)
        )
    if on_missing not in ("predict", "abstain"):
        raise InputError(
            Problem(
                "bad-argument",
                "on_missing is not one of those known",
                Place("on_missing"),
                shown(on_missing),
                "predict or abstain",
            )
        )


def _table_maker(estimator: Any) -> Callable[[list[Any]], Any]:
    """Return what makes a table of one row: a matrix of numbers, or a frame where the estimator was fitted on one."""
    import numpy as np

    columns = getattr(estimator, "feature_names_in_", None)
    if columns is None:
        return lambda values: np.array([[np.nan if value is None else value for value in values]])

    import pandas as pd

    def frame(values: list[Any]) -> Any:
        return pd.DataFrame([[float("nan") if value is None else value for value in values]], columns=list(columns))

    return frame
