"""What a training set is asked for: its arguments, read and checked all at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadqual.analysis.attempts import Attempts
from leadqual.analysis.backtests.question import cutoffs_of, horizon_of, outcome_of
from leadqual.conditions.nodes import Selection
from leadqual.lifecycle.policy import Policy
from leadqual.ml.training.features import Features, allowed, asked_features, own_features
from leadqual.model.time import Duration, aware


@dataclass(frozen=True)
class Asked:
    """What is asked, checked.

    Parameters
    ----------
    outcome : Selection
        The interactions that count as the outcome.
    horizon : Duration
        How long after a cutoff the outcome may come.
    cutoffs : tuple of datetime or None
        The instants to look from; None to choose them.
    features : mapping of Node to ValueType
        The expressions.
    chosen : bool
        Whether somebody asked for these features, or the policy was.
    until : datetime or None
        The end of the data.
    allow : tuple of str
        The features that may predict as well as they do.
    """

    outcome: Selection
    horizon: Duration
    cutoffs: tuple[datetime, ...] | None
    features: Features
    chosen: bool
    until: datetime | None
    allow: tuple[str, ...]


def asked(policy: Policy, outcome: Any, horizon: Any, cutoffs: Any, features: Any, until: Any, allow: Any) -> Asked:
    """Return the arguments, read; raise `LeadqualError` with everything that is wrong with them."""
    attempt = Attempts()
    read = (own_features, policy) if features is None else (asked_features, policy, features)
    question = Asked(
        attempt("outcome", outcome_of, policy, outcome),
        attempt("horizon", horizon_of, horizon),
        attempt("cutoffs", cutoffs_of, cutoffs),
        attempt("features", *read),
        features is not None,
        None if until is None else attempt("until", aware, until, "until"),
        attempt("allow", allowed, allow),
    )
    attempt.end()
    return question
