"""The probability that a contact converts: any classifier, calibrated, with contributions that add up."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, get_tags
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d, validate_data

from leadqual.errors import InputError, Place, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.ml.contributions.lines import Contributions
from leadqual.ml.contributions.rows import picked
from leadqual.ml.drift.baseline import Held, reference_and_baseline
from leadqual.ml.evaluation.evaluating import evaluate
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.models.arguments import directions, how_of, whole
from leadqual.ml.models.calibrating import Calibration, Floats, log_odds
from leadqual.ml.models.explained import Explained
from leadqual.ml.models.forecasting import calibration_of
from leadqual.ml.models.held_back import HeldBack, held_back
from leadqual.ml.models.labels import Labels, binary, known
from leadqual.ml.models.recipe import Recipe, margins
from leadqual.ml.models.rows import is_table, some_places
from leadqual.ml.models.scorer import PropensityScorer
from leadqual.ml.models.times import instants
from leadqual.ml.saving.kept import Kept
from leadqual.ml.training.data import TrainingSet
from leadqual.ml.warnings import FewConversionsWarning
from leadqual.scoring.model import ModelScorer

_BACKGROUND: Final = 256
"""How many rows are kept to compare with."""
_EITHER: Final = 20
"""How many conversions, and rows without, there must be among those that calibrate and those trained on before."""


class PropensityModel(Kept, ClassifierMixin, BaseEstimator):  # type: ignore[misc, unused-ignore]
    """The calibrated probability that a contact converts.

    An estimator of scikit-learn: it can be cloned, searched over, and put at the end of a pipeline. It takes arrays and
    tables of pandas, Polars and PyArrow, with texts and missing values as they are, or a `TrainingSet`.

    Parameters
    ----------
    estimator : classifier, optional
        Any classifier of scikit-learn, or with its methods. By default a logistic regression with a weight for each
        bin of each feature: missing values and texts are bins of their own. Where the market stands still and there
        are many rows, ``HistGradientBoostingClassifier()`` may do better; compare both on held-out time.
    monotone : mapping of str or int to int, optional
        Features by name or place: 1 if a larger value may never lower the probability, -1 if it may never raise it.
        By default boosted trees are then fitted, which keep to it.
    calibration : {"auto", "sigmoid", "isotonic", "none"}, default "auto"
        What turns margins into probabilities; "auto" is "sigmoid", of the default estimator the level alone wherever
        times are known.
    min_conversions : int, default 10
        With fewer conversions, or fewer rows without, `fit` refuses.
    few_conversions : int, default 100
        With fewer conversions the default has fewer bins and a firmer prior, and nothing is held back to calibrate on;
        a warning says so.
    random_state : int, optional, default 0
        The seed.

    Attributes
    ----------
    classes_ : array of shape (2,)
        The labels; the second is the conversion.
    n_features_in_ : int
        How many features there are.
    feature_names_in_ : array of str
        Their names, if they came in a table.
    how_ : str
        What was fitted and how it was calibrated, for people.
    estimator_ : classifier
        What was fitted.
    calibration_ : Calibration
        What turns its log-odds into probabilities.
    background_ : array or table
        Some rows of the training, which contributions are compared with.
    training_ : TrainingSet or None
        The description of the rows that it was fitted on, without the rows, if they came as a `TrainingSet`.
    reference_ : DataFrame
        How each feature was spread, for `leadqual.ml.monitor`.
    baseline_ : Baseline
        How many rows converted, and how well those that were held back were ranked, for the same.
    evaluation_ : dict or None
        The figures that it was saved with.

    Notes
    -----
    No row counts more than another, since that would bend the probabilities; conversions that are rare are what
    calibration is for. It rests on rows that an estimator had not seen: the rows are divided into folds, all rows of a
    contact in one, and each is forecast by the others. Wherever times are known the latest rows give the level.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> pages = rng.poisson(3, 2000)
    >>> bought = rng.random(2000) < 0.02 * pages
    >>> model = PropensityModel().fit(pages.reshape(-1, 1), bought)
    >>> model.predict_proba([[1], [6]])[:, 1].round(2)
    array([0.03, 0.12])
    """

    _explained: Explained | None = None

    def __init__(
        self,
        estimator: Any = None,
        *,
        monotone: Mapping[Any, int] | None = None,
        calibration: str = "auto",
        min_conversions: int = 10,
        few_conversions: int = 100,
        random_state: int | None = 0,
    ) -> None:
        self.estimator = estimator
        self.monotone = monotone
        self.calibration = calibration
        self.min_conversions = min_conversions
        self.few_conversions = few_conversions
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None, *, times: Any = None, groups: Any = None) -> Self:  # noqa: N803
        """Fit the estimators, and calibrate them on rows that they have not seen.

        Parameters
        ----------
        X : TrainingSet, array or table
            The features, one row each.
        y : array of shape (rows,), optional
            The labels, of two classes; of a `TrainingSet` its own. The second class in sorted order is the conversion:
            give 0 and 1, or False and True.
        times : array of datetime64 of shape (rows,), optional
            When each row was looked at; the latest rows then calibrate. Of a `TrainingSet` its cutoffs.
        groups : array of shape (rows,), optional
            The contact of each row. Of a `TrainingSet` its contacts.

        Raises
        ------
        InputError
            If there is one class only, or there are too few conversions, with how many are needed; or the arguments
            are not what they should be; or the estimator does not take the features.

        Warns
        -----
        FewConversionsWarning
            If there are so few conversions that a plainer model is fitted.
        """
        training = None
        if isinstance(X, TrainingSet):
            training = X
            X, y, groups = X.X, X.y, X.groups  # noqa: N806
            times = training.times if training.cutoffs else None
        how_of(self.calibration)
        whole("min_conversions", self.min_conversions, 1)
        whole("few_conversions", self.few_conversions, 0)
        table = self._table(X, fitting=True)
        labels, known_times = self._labels(table, y), instants(times)
        check_consistent_length(table, known_times, groups)
        recipe = self._recipe(labels)
        back = None
        if not recipe.few and self.calibration != "none":
            back = held_back(labels, known_times, groups, _EITHER)
        held = self._fit(recipe, table, labels, back)
        self.training_ = None if training is None else training.emptied()
        kinds = {} if training is None else training.features
        self.reference_, self.baseline_ = reference_and_baseline(table, labels, groups, self.names, kinds, held)
        self.background_, self.evaluation_ = picked(table, some_places(len(labels), _BACKGROUND)), None
        return self

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """Return the probabilities of both classes; shape (rows, 2).

        Parameters
        ----------
        X : table or array of shape (rows, features)
            The features, as a training set has them in `X`.
        """
        check_is_fitted(self)
        chance = self.calibration_.probability(margins(self.estimator_, self._table(X, fitting=False)))
        return np.column_stack([1 - chance, chance])

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Return the log-odds of the probability, held off 0 and 1; shape (rows,).

        Parameters
        ----------
        X : table or array of shape (rows, features)
            The features, as a training set has them in `X`.
        """
        return log_odds(self.predict_proba(X)[:, 1])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """Return the class of each row: the conversion where it is more likely than not; see `choose_threshold`.

        Parameters
        ----------
        X : table or array of shape (rows, features)
            The features, as a training set has them in `X`.
        """
        likely = self.predict_proba(X)[:, 1] > 0.5
        return np.asarray(self.classes_[likely.astype(int)])

    def contributions(self, X: Any) -> Contributions:  # noqa: N803
        """Return what each feature adds to the probabilities of rows; they add up to `predict_proba`.

        Parameters
        ----------
        X : array or table
            The features, one row each.

        Notes
        -----
        Exact for linear models and trees, by sampling for others: `Contributions.exact` and `.method` tell.
        """
        check_is_fitted(self)
        if self._explained is None:
            self._explained = Explained.of(self.estimator_, self.calibration_, self.background_)
        return self._explained.contributions(self._table(X, fitting=False), self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the features; of those in an array ``x0``, ``x1`` and so on."""
        check_is_fitted(self)
        known = getattr(self, "feature_names_in_", None)
        return tuple(f"x{place}" for place in range(self.n_features_in_)) if known is None else tuple(map(str, known))

    def as_scorer(self, name: str = "propensity", policy: Policy | None = None) -> ModelScorer:
        """Return the model as a scorer, for `Policy.with_scorer`; its ledger has a line for each feature.

        Parameters
        ----------
        name : str, default "propensity"
            What the score is called.
        policy : Policy, optional
            Whose names the features use; by default that of the training set.

        Raises
        ------
        InputError
            If the model was not fitted on a `TrainingSet`, so that nobody knows what its features are.
        """
        check_is_fitted(self)
        if self.training_ is None:
            message, hint = "nothing tells what the features are", "fit the model on what ml.training_set returns"
            raise InputError(Problem("not-a-training-set", message, Place("self"), str(self), hint=hint))
        own = self.training_.policy if policy is None else policy
        return PropensityScorer(name, self, list(self.training_.features), policy=own)

    def evaluate(self, data: TrainingSet, **options: Any) -> Evaluation:
        """Return how well the model does on rows that it has not seen; see `leadqual.ml.evaluate`.

        Parameters
        ----------
        data : TrainingSet
            Rows later than those it learned from.
        **options : object
            What `leadqual.ml.evaluate` takes by name.
        """
        check_is_fitted(self)
        return evaluate(data, {"propensity": self}, **options)

    def __sklearn_tags__(self) -> Tags:
        """Tell scikit-learn what is taken: two classes, texts, and missing values unless the estimator takes none."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tagged = hasattr(self.estimator, "__sklearn_tags__") and not isinstance(self.estimator, type)
        own = get_tags(self.estimator).input_tags if tagged else None
        for name in ("allow_nan", "string", "categorical"):
            setattr(tags.input_tags, name, self.estimator is None if own is None else getattr(own, name))
        return tags

    def _fit(self, recipe: Recipe, table: Any, y: Labels, back: HeldBack | None) -> Held | None:
        self._explained = None
        self.estimator_ = recipe.fitted(table, y)
        self.calibration_ = Calibration()
        if back is None:
            self.how_ = f"{recipe.said}, not calibrated on rows of their own"
            return None
        self.calibration_, held = calibration_of(recipe, table, y, back, self.calibration)
        self.how_ = f"{recipe.said}, {back.said}"
        chance = self.calibration_.probability(held.margins)
        fitted = self.calibration_.probability(margins(self.estimator_, picked(table, held.places)))
        return Held(held.margins, chance, y[held.places], fitted, held.places)

    def _table(self, X: Any, *, fitting: bool) -> Any:  # noqa: N803
        """Return the features as the members take them, checked as scikit-learn does."""
        if isinstance(X, TrainingSet):
            X = X.X  # noqa: N806
        if is_table(X):  # which keeps its texts
            validate_data(self, X, reset=fitting, skip_check_array=True)
            return X
        # An estimator that takes no missing values says so itself.
        return validate_data(self, X, reset=fitting, dtype=None, ensure_all_finite="allow-nan")

    def _labels(self, table: Any, y: Any) -> Labels:
        if y is None:
            # In the words that scikit-learn looks for.
            raise InputError(Problem("wrong-type", "requires y to be passed, but the target y is None", Place("y")))
        target = column_or_1d(known(y), warn=True)
        check_consistent_length(table, target)
        self.classes_, labels = binary(target, self.min_conversions)
        return labels

    def _recipe(self, y: Labels) -> Recipe:
        fewest, what = min(zip(np.bincount(y)[::-1], ("conversions", "rows without a conversion"), strict=True))
        few = self.estimator is None and fewest < self.few_conversions
        names = getattr(self, "feature_names_in_", ())
        ways = directions(self.monotone, [str(name) for name in names], self.n_features_in_)
        recipe = Recipe(self.estimator, ways, few, self.random_state)
        if few:
            message = (
                f"there are {fewest:,} {what}, fewer than {self.few_conversions:,}: what is fitted is {recipe.said}, "
                "and nothing is held back to calibrate on"
            )
            warnings.warn(message, FewConversionsWarning, stacklevel=3)
        return recipe
