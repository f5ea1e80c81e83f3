"""What a model is made of, as plain data and objects of scikit-learn; and a model made of it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl
from sklearn.utils.validation import check_is_fitted

from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.ml.drift.baseline import Baseline
from leadqual.ml.drift.figures import Figure
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.models.calibrating import Calibration
from leadqual.ml.saving.files import KIND, not_savable, opened, written
from leadqual.ml.saving.tables import columns_kept, columns_restored, plain_table, table_of
from leadqual.ml.saving.versions import FORMAT, unusable, versions_now
from leadqual.ml.training.data import TrainingSet
from leadqual.model.catalogue import ValueType
from leadqual.model.time import Duration

M = TypeVar("M")
_COUNTS: Final = ("rows", "contacts", "conversions", "held_back", "held_conversions")
_FIGURES: Final = ("rate", "auc", "slope")


def content_of(model: Any, report: Any) -> bytes:
    """Return the content of the file of a model, tried: read again it gives the same probabilities.

    Raises
    ------
    InputError
        If something of the model cannot be kept (code ``not-savable``).
    """
    check_is_fitted(model)
    about, objects = _about(model, report), _objects(model)
    content = written(about, objects)
    hint = "let the estimator be made of classes and functions that can be imported by their name"
    try:
        again: Any = restored(type(model), *opened(content, "model", None))
        same = np.array_equal(again.predict_proba(model.background_), model.predict_proba(model.background_))
    except Exception as error:  # whatever the objects of a user raise as they are put together
        raise not_savable(f"read again, it would not work: {error}", model.estimator_, hint) from error
    if not same:
        raise not_savable("read again, it would give other probabilities", model.estimator_, hint)
    return content


def restored(cls: type[M], about: Mapping[str, Any], objects: Mapping[str, Any], source: str = "model") -> M:
    """Return the model that was taken apart; raise `InputError` if parts are missing or do not fit."""
    try:
        return _restored(cls, about, objects)
    except (LeadqualError, KeyError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise unusable(about["versions"], source, error) from error


def _about(model: Any, report: Any) -> dict[str, Any]:
    if report is not None and not isinstance(report, Evaluation):
        hint = "what model.evaluate(...) returns"
        raise InputError(Problem("wrong-type", "this is no report", Place("report"), shown(report), hint=hint))
    names = getattr(model, "feature_names_in_", None)
    return {
        "format": FORMAT,
        "kind": KIND,
        "versions": versions_now(),
        "how": model.how_,
        "calibration": {"slope": model.calibration_.slope, "intercept": model.calibration_.intercept},
        "width": model.n_features_in_,
        "names": None if names is None else [str(name) for name in names],
        "training": None if model.training_ is None else _training(model.training_),
        "reference": plain_table(model.reference_),
        "baseline": _baseline(model.baseline_),
        "evaluation": model.evaluation_ if report is None else report.to_dict(),
    }


def _objects(model: Any) -> dict[str, Any]:
    return {
        "params": model.get_params(deep=False),
        "estimator": model.estimator_,
        "steps": model.calibration_.steps,
        "classes": model.classes_,
        "background": columns_kept(model.background_),
    }


def _baseline(baseline: Baseline) -> dict[str, Any]:
    plain = {
        name: getattr(baseline, name) for name in ("rows", "contacts", "conversions", "held_back", "held_conversions")
    }
    for name in _FIGURES:
        figure = getattr(baseline, name)
        plain[name] = None if figure is None else asdict(figure)
    return {**plain, "scores": None if baseline.scores is None else plain_table(baseline.scores)}


def _training(data: TrainingSet) -> dict[str, Any]:
    return {
        "policy": _policy_text(data.policy),
        "policy_hash": data.policy.content_hash,
        "outcome": data.outcome,
        "horizon": None if data.horizon is None else str(data.horizon),
        "until": None if data.until is None else data.until.isoformat(),
        "features": {name: str(kind.value) for name, kind in data.features.items()},
        "rows": plain_table(data.rows.clear()),
        "counts": plain_table(data.counts),
        "left_out": dict(data.left_out),
        "timed": data.timed,
        "library": data.library,
    }


def _policy_text(policy: Policy) -> str:
    """Return a policy as text; raise `InputError` if it is more than its document."""
    if policy.attached_scorers:
        hint = "fit the model with the policy before with_scorer; attach the scorers again to what is loaded"
        raise not_savable("the policy has scorer objects, which no document holds", list(policy.attached_scorers), hint)
    text = policy.to_yaml()
    try:
        same = Policy.loads(text) == policy
    except LeadqualError:
        same = False
    if not same:
        hint = "declare the fields and kinds of your own classes in the policy itself"
        raise not_savable("the policy is more than its document", policy, hint)
    return text


def _restored(cls: type[M], about: Mapping[str, Any], objects: Mapping[str, Any]) -> M:
    model: Any = cls(**objects["params"])
    model.how_ = about["how"]
    model.estimator_ = objects["estimator"]
    model.calibration_ = Calibration(**about["calibration"], steps=objects["steps"])
    model.classes_ = objects["classes"]
    model.n_features_in_ = about["width"]
    if about["names"] is not None:
        model.feature_names_in_ = np.array(about["names"], dtype=object)
    model.background_ = columns_restored(objects["background"])
    model.training_ = None if about["training"] is None else _training_of(about["training"])
    model.reference_ = table_of(about["reference"])
    model.baseline_ = _baseline_of(about["baseline"])
    model.evaluation_ = about["evaluation"]
    return model  # type: ignore[no-any-return]


def _baseline_of(plain: Mapping[str, Any]) -> Baseline:
    figures = {name: None if plain[name] is None else Figure(**plain[name]) for name in _FIGURES}
    scores = None if plain["scores"] is None else table_of(plain["scores"])
    return Baseline(**{**plain, **figures, "scores": scores})


def _training_of(plain: Mapping[str, Any]) -> TrainingSet:
    policy = Policy.loads(plain["policy"])
    if policy.content_hash != plain["policy_hash"]:
        raise ValueError("the policy is not the one that was saved")
    return TrainingSet(
        policy=policy,
        outcome=plain["outcome"],
        horizon=None if plain["horizon"] is None else Duration.parse(plain["horizon"]),
        until=None if plain["until"] is None else datetime.fromisoformat(plain["until"]),
        features={name: ValueType(kind) for name, kind in plain["features"].items()},
        rows=table_of(plain["rows"]),
        counts=table_of(plain["counts"]),
        left_out=plain["left_out"],
        timed=plain["timed"],
        library=plain["library"],
        past=None,
    )
