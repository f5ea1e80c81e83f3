"""What a training set is asked for: its arguments, read and checked all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from leadqual.analysis.backtests.question import cutoffs_of, horizon_of, outcome_of
from leadqual.conditions.nodes import Selection
from leadqual.errors import InputError, LeadqualError, Problem
from leadqual.lifecycle.policy import Policy
from leadqual.ml.training.features import Features, allowed, asked_features, own_features
from leadqual.model.time import Duration, aware

T = TypeVar("T")


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


class Attempts:
    """Reads arguments one after the other, and tells at the end what is wrong with any of them."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._errors: set[type[LeadqualError]] = set()

    def __call__(self, source: str, read: Callable[..., T], *given: Any) -> T:
        """Return what was read of an argument; None, which nobody may use, where something is wrong with it."""
        try:
            return read(*given)
        except LeadqualError as error:
            self._errors.add(type(error))
            self._problems.extend(problem.at(source=problem.place.source or source) for problem in error.problems)
            return None  # type: ignore[return-value] # what was read is not used once there is a problem

    def end(self) -> None:
        """Raise one error with every problem, if there is one; an `InputError` where they are of several types."""
        if self._problems:
            raise (self._errors.pop() if len(self._errors) == 1 else InputError)(self._problems)


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
