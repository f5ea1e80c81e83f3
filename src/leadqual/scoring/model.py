"""A fitted scikit-learn classifier as a scorer: its features are expressions of the conditions language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from leadqual.cards.frame import card, folded_lines
from leadqual.conditions.handles import Handle, as_condition
from leadqual.engines.condition import Condition
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.errors import InputError, MissingDependency, Place, Problem, shown
from leadqual.model.catalogue import ValueType
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.score import LedgerLine, Score
from leadqual.model.time import aware, micros
from leadqual.policy.document import PolicyDocument
from leadqual.scoring.features import checked_features


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
        conditions (1 or 0) or texts. A missing value reaches the estimator as NaN; in an array that holds texts a
        missing text is None, as in `feature_values`.
    policy : Policy
        Whose names and kinds the features use, and whose scores they may read.
    positive : object, optional
        The class whose probability is the score; the last of ``estimator.classes_`` by default.
    on_missing : {"predict", "abstain"}
        Whether to ask the estimator when a feature is missing, or to answer that the score is not known.

    Raises
    ------
    InputError
        If the estimator is not fitted or no classifier, or the number of features is not the one it was fitted on;
        and from `score`, if a feature is missing and the estimator takes no missing values.
    ConditionError
        With every problem of the features.
    MissingDependency
        If scikit-learn is not installed, or pandas for an estimator that was fitted on a frame.

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
        types = checked_features(nodes, policy)
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
        self._name = name
        self._estimator = estimator
        self._policy = policy
        self._column = classes.index(positive) if positive is not None else len(classes) - 1
        self._positive = positive
        self._abstains = on_missing == "abstain"
        self._engine = RecordEngine(policy, policy.attached_scorers)
        self._nodes = nodes
        self._features = [Condition(node, self._engine.compiled) for node in nodes]
        self._types = types
        self._table = self._table_maker(types)

    @property
    def name(self) -> str:
        """What the score is called."""
        return self._name

    @property
    def range(self) -> tuple[float, float]:
        """The smallest and the largest value of a probability."""
        return (0.0, 1.0)

    @property
    def features(self) -> tuple[str, ...]:
        """The expressions, in the order of the estimator's columns."""
        return tuple(feature.text for feature in self._features)

    def __reduce__(self) -> tuple[Any, ...]:
        # What was compiled is made of functions, which no pickle holds; it is made again where it is needed.
        asked = "abstain" if self._abstains else "predict"
        made = partial(type(self), policy=self._policy, positive=self._positive, on_missing=asked)
        return made, (self._name, self._estimator, list(self.features))

    def _repr_html_(self) -> str:
        return card(f"Score {self._name}", [repr(self)], folded_lines("Features", self.features, is_open=True))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self._name!r}, {type(self._estimator).__name__}, {len(self._features)} features)"
        )

    def feature_values(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> dict[str, Any]:
        """Return what each feature is at an instant, from what had happened by then; None where it is missing.

        Parameters
        ----------
        contact : Contact
            The contact.
        history : sequence of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        """
        view = self._view(contact, history, at)
        return {feature.text: feature.answer(view) for feature in self._features}

    def score(self, contact: Contact, history: Sequence[Interaction], *, at: datetime) -> Score:
        """Return the probability of the positive class.

        Parameters
        ----------
        contact : Contact
            The contact.
        history : sequence of Interaction
            What happened with the contact, in any order.
        at : datetime
            The instant, with its time zone; what happens after it is not looked at.
        """
        view = self._view(contact, history, at)
        values = [feature.answer(view) for feature in self._features]
        unknown = [feature for feature, value in zip(self._features, values, strict=True) if value is None]
        missing = tuple(dict.fromkeys(cause for feature in unknown for cause in feature.causes(view)))
        if unknown and self._abstains:
            return Score(name=self._name, value=None, range=(0.0, 1.0), missing=missing)
        table = self._table(_cells(values, self._types))
        probability = float(self._probabilities(table, missing)[0])
        ledger = self._ledger(table, values, probability)
        return Score(name=self._name, value=probability, range=(0.0, 1.0), ledger=ledger, missing=missing)

    def score_frame(
        self, contacts: Any, interactions: Any, *, at: datetime, ledger: bool = True, repeated: bool = True
    ) -> Any:
        """Return the probabilities of a table of contacts, in a table of the kind that came.

        Parameters
        ----------
        contacts, interactions, at
            As for `leadqual.frames.score`.
        ledger : bool, default True
            Whether to give the lines of the ledger too.
        repeated : bool, default True
            Whether the interactions may hold one several times; False saves looking for such rows.

        Raises
        ------
        UnsupportedError
            If the tables are not in memory: an estimator takes arrays.
        InputError
            As from `score`.
        """
        from leadqual.scoring.tables import feature_columns  # noqa: PLC0415 - tables need optional libraries

        features = {f"feature{number}": pair for number, pair in enumerate(zip(self._nodes, self._types, strict=True))}
        found = feature_columns(self._policy, features, contacts, interactions, aware(at), repeated=repeated)
        asked = ~found.incomplete if self._abstains else found.incomplete | True
        missing = tuple(self.features) if found.incomplete.any() and not self._abstains else ()
        table = self._table_of(found.rows.filter(asked) if self._abstains else found.rows)
        scores = self._probabilities(table, missing) if asked.any() else []
        lines = self._lines(table, scores) if ledger else {}
        return found.answer(asked, scores, lines)

    def _ledger(self, table: Any, values: Sequence[Any], probability: float) -> tuple[LedgerLine, ...]:
        """Return the ledger of one contact, from its features."""
        name = type(self._estimator).__name__
        return (LedgerLine(id=name, points=probability, description="the model's probability"),)

    def _lines(self, table: Any, probabilities: Any) -> Mapping[str, Any]:
        """Return the lines of the ledgers of some contacts, a column each."""
        return {type(self._estimator).__name__: probabilities}

    def _table_maker(self, types: Sequence[ValueType]) -> Callable[[Sequence[Any]], Any]:
        """Return what makes the table that the estimator takes of columns."""
        return _table_maker(self._estimator, types)

    def _table_of(self, rows: Any) -> Any:
        """Return the table that the estimator takes of a frame of Polars, a column a feature."""
        return self._table([column.to_numpy() for column in rows])

    def _probabilities(self, table: Any, missing: tuple[str, ...]) -> Any:
        try:
            return self._estimator.predict_proba(table)[:, self._column]
        except (ValueError, TypeError) as error:
            if not missing:
                texts = [
                    one.text for one, kind in zip(self._features, self._types, strict=True) if kind is ValueType.TEXT
                ]
                found, hint = ", ".join(texts) or None, "let the estimator be a pipeline that encodes texts"
                message = f"the estimator does not take these features: {error}"
                raise InputError(Problem("bad-feature", message, Place(self._name), found, hint=hint)) from error
            hint = "pass on_missing='abstain', or let the estimator be a pipeline that fills in what is missing"
            message, found = "the estimator takes no missing values", ", ".join(missing)
            raise InputError(Problem("missing-feature", message, Place(self._name), found, hint=hint)) from error

    def _view(self, contact: Contact, history: Sequence[Interaction], at: datetime) -> View:
        view = self._engine.view(contact, history)
        view.move_to(micros(aware(at)))
        return view


def _check_estimator(estimator: Any, width: int, on_missing: str) -> None:
    try:
        from sklearn.exceptions import NotFittedError  # noqa: PLC0415 - an optional dependency
        from sklearn.utils.validation import check_is_fitted  # noqa: PLC0415 - an optional dependency
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


def _table_maker(estimator: Any, types: Sequence[ValueType]) -> Callable[[Sequence[Any]], Any]:
    """Return what makes a table of columns: an array, or a frame where the estimator was fitted on one."""
    import numpy as np  # noqa: PLC0415 - an optional dependency

    columns = getattr(estimator, "feature_names_in_", None)
    # A column of numbers where texts were fitted stops the encoders of scikit-learn, even if all it holds is NaN.
    kinds = [object if kind is ValueType.TEXT else float for kind in types]
    if columns is not None:
        return _frame_maker(list(columns), kinds)
    kind = object if object in kinds else float

    def array(values: Sequence[Any]) -> Any:
        table = np.empty((len(values[0]), len(values)), dtype=kind)
        for place, column in enumerate(values):
            table[:, place] = column
        return table

    return array


def _frame_maker(columns: list[str], kinds: Sequence[type]) -> Callable[[Sequence[Any]], Any]:
    try:
        import pandas as pd  # type: ignore[import-untyped, unused-ignore]  # noqa: PLC0415 - an optional dependency
    except ImportError:
        hint = "pip install pandas, or fit the estimator on an array"
        raise MissingDependency(Problem("missing-dependency", "pandas is not installed", hint=hint)) from None

    def frame(values: Sequence[Any]) -> Any:
        cells = zip(columns, values, kinds, strict=True)
        known = {name: _nan_for_none(column) if kind is object else column for name, column, kind in cells}
        return pd.DataFrame(
            {name: pd.Series(column, dtype=kind) for (name, column), kind in zip(known.items(), kinds, strict=True)}
        )

    return frame


def _nan_for_none(texts: Any) -> list[Any]:
    """Return the cells of a column of texts as pandas holds them: what is missing is NaN."""
    return [float("nan") if text is None else text for text in texts]


def _cells(values: Sequence[Any], types: Sequence[ValueType]) -> list[list[Any]]:
    """Return the features of one contact as columns of one cell; a missing number is NaN, a missing text None."""
    return [
        [float("nan") if value is None and kind is not ValueType.TEXT else value]
        for value, kind in zip(values, types, strict=True)
    ]
