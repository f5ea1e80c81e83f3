"""Training sets from an export: one table, one row a contact, and nothing that tells when each field was filled."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from leadqual import frames
from leadqual.analysis.attempts import Attempts
from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.conditions.check import check_condition
from leadqual.conditions.handles import as_condition
from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import histories, names
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import ConditionError, InputError, Place, Problem, shown
from leadqual.frames.native import into_polars
from leadqual.frames.opened import Check
from leadqual.frames.types import INSTANT
from leadqual.lifecycle.policy import Policy
from leadqual.ml.training.data import TYPES, TrainingSet
from leadqual.ml.training.features import Features, allowed, asked_features, column_features
from leadqual.ml.training.leaks import warn_of_leaks
from leadqual.ml.training.useful import useful
from leadqual.ml.training.wide import library_of
from leadqual.ml.warnings import UndatedWarning
from leadqual.model.time import aware

_END: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""The fields stand as the table has them now, with all that is dated in them."""
_NONE: Final = pl.DataFrame(
    schema={"contact_id": pl.String, "interaction_id": pl.String, "kind": pl.String, "occurred_at": INSTANT}
)
_LEVEL: Final = 4


def export_set(
    policy: Policy,
    contacts: Any,
    outcome: Any,
    features: Any,
    time: str | None,
    allow: Any,
    until: datetime | None,
    check: Check | None,
    unused: Mapping[str, object],
) -> TrainingSet:
    """Return the rows of a table of contacts alone; its arguments are those of `training_set`."""
    attempt = Attempts()
    attempt("", _refuse_unused, unused)
    goal = attempt("outcome", _goal, policy, outcome)
    own = {} if features is None else attempt("features", _untimed, policy, features)
    vouched = attempt("allow", allowed, allow)
    at = _END if until is None else attempt("until", aware, until, "until")
    table = attempt("contacts", into_polars, contacts, "contacts")
    attempt.end()
    times, fields = _times(table, time, policy)
    chosen = own or column_features(policy, fields.columns, names(goal))
    named = {str(node): node for node in chosen}
    found = frames.evaluate(policy, {**named, CONVERTED: goal}, fields, _NONE, at=at, check=check)
    rows = found.select(
        CONTACT_ID,
        times.alias(CUTOFF),
        pl.lit(None, INSTANT).alias("outcome_at"),
        CONVERTED,
        *(pl.col(name).cast(TYPES[chosen[node]]) for name, node in named.items()),
    )
    data = _data(policy, rows, goal, chosen, asked_for=features is not None, library=library_of(contacts))
    message = (
        "nothing tells when the fields of this table were filled, so nobody can vouch that they were known before the "
        "outcome; with interactions, training_set sees to it"
    )
    warnings.warn(message, UndatedWarning, stacklevel=_LEVEL - 1)
    warn_of_leaks(data, vouched, stacklevel=_LEVEL)
    return data


def _data(
    policy: Policy, rows: pl.DataFrame, goal: Node, chosen: Features, *, asked_for: bool, library: str
) -> TrainingSet:
    known = rows.filter(pl.col(CONVERTED).is_not_null())
    left_out = {}
    if unknown := len(rows) - len(known):
        left_out[f"{unknown:,} rows"] = "whether they converted is not known"
    if known.is_empty():
        message, found = "of no row it is known whether it converted", f"{len(rows):,} rows"
        raise InputError(Problem("nobody-judged", message, Place("outcome"), found, "values that tell", str(goal)))
    features, useless = useful(known, chosen, asked_for=asked_for)
    return TrainingSet(
        policy=policy,
        outcome=str(goal),
        horizon=None,
        until=None,
        features={str(node): kind for node, kind in features.items()},
        rows=known.drop(str(node) for node in chosen if node not in features),
        counts=_counts(rows),
        left_out=left_out | useless,
        timed=False,
        library=library,
        past=None,
    )


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    converted = pl.col(CONVERTED)
    return rows.select(
        pl.lit(None, INSTANT).alias(CUTOFF),
        pl.len().alias("contacts"),
        pl.lit(0).alias("not_yet"),
        pl.lit(0).alias("before"),
        converted.count().cast(pl.Int64).alias("judged"),
        converted.sum().cast(pl.Int64).alias("converted"),
        converted.mean().alias("rate"),
    )


def _goal(policy: Policy, outcome: Any) -> Node:
    """Return the condition on a contact that is the outcome."""
    node = as_condition(outcome)
    hint = "without interactions the outcome is a condition on a field, such as \"contact.status == 'won'\""
    if problems := check_condition(node, policy.catalogue, single_currency=policy.currency is not None):
        raise ConditionError(problem.at(source="outcome") for problem in problems)
    if histories(node) or not names(node):
        raise InputError(
            Problem("not-a-condition", "there are no interactions", Place("outcome"), shown(str(node)), hint=hint)
        )
    return node


def _times(table: pl.DataFrame, time: str | None, policy: Policy) -> tuple[pl.Series, pl.DataFrame]:
    """Return when each row was known, in UTC, and the table without that column where it is no field."""
    if time is None:
        return pl.Series([None] * len(table), dtype=INSTANT), table
    if time not in table.columns:
        message, known = "there is no such column", ", ".join(table.columns)
        raise InputError(Problem("unknown-column", message, Place("time"), shown(time), f"one of: {known}"))
    column = table[time]
    if not isinstance(column.dtype, pl.Date | pl.Datetime) or column.null_count():
        message, expected = "this column does not tell when each row was known", "a date or an instant in every row"
        found = str(column.dtype) if not column.null_count() else f"{column.null_count():,} empty cells"
        raise InputError(Problem("bad-time", message, Place("time", path=time), found, expected))
    instants = column.cast(pl.Datetime("us")) if column.dtype == pl.Date else column.dt.cast_time_unit("us")
    zoned = instants.dt.convert_time_zone("UTC") if instants.dtype.time_zone else instants.dt.replace_time_zone("UTC")  # type: ignore[attr-defined]
    return zoned, table if f"contact.{time}" in policy.catalogue.fields else table.drop(time)


def _refuse_unused(given: Mapping[str, object]) -> None:
    if unused := [name for name, value in given.items() if value is not None]:
        message, hint = "a table without interactions has no cutoffs and no horizon", "give the interactions too"
        raise InputError(Problem("bad-argument", message, Place(name), hint=hint) for name in unused)


def _untimed(policy: Policy, given: Any) -> Features:
    """Return the features that were asked for; raise `InputError` for those that ask for a history."""
    features = asked_features(policy, given)
    asking = [str(node) for node in features if histories(node)]
    if asking:
        message, hint = "the feature asks for a history, and there are no interactions", "give the interactions too"
        raise InputError(
            Problem("bad-feature", message, Place("features", path=name), name, hint=hint) for name in asking
        )
    return features
