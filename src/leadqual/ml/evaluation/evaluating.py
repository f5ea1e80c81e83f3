"""Scorers judged side by side, on rows that say what came of each contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.analysis.backtests.question import Capacity, capacities_of, confidence_of
from leadqual.conditions.handles import Handle
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.frames.types import INSTANT
from leadqual.ml.evaluation.answers import Answer, Asked, answers_of
from leadqual.ml.evaluation.findings import findings_of
from leadqual.ml.evaluation.judged import Judged
from leadqual.ml.evaluation.periods import periods_of
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.evaluation.scorers import Scorers, named_scorers
from leadqual.ml.evaluation.slices import asked_slices, divided_by, slice_table
from leadqual.ml.evaluation.stability import stability_table
from leadqual.ml.evaluation.tables import (
    calibration_table,
    capacity_table,
    difference_table,
    gain_table,
    measure_table,
    time_table,
)
from leadqual.ml.evaluation.then import values_of_then
from leadqual.ml.training.data import TrainingSet

_LEAST_SAMPLES: Final = 20
_SLICE: Final = "lq_slice "


def evaluate(
    data: TrainingSet,
    scorers: Any,
    *,
    capacity: Capacity | Sequence[Capacity] | None = None,
    slices: str | Handle | Iterable[str | Handle] | Mapping[str, str | Handle] = (),
    confidence: float = 0.95,
    resamples: int = 500,
    reference: pl.DataFrame | None = None,
    random_state: int = 0,
) -> Evaluation:
    """Judge scorers side by side on the same rows: ranking, probabilities, capacity, time, groups.

    Parameters
    ----------
    data : TrainingSet
        Rows that no model among the scorers has learned from, such as ``data.at(t3)`` for one that was fitted on
        ``data.before(t3)``.
    scorers : scorer, or mapping of str to scorer
        A fitted classifier, which gets ``data.X``; an expression of the conditions language such as
        ``"score.engagement"``; or a scorer object, such as a blend. Those that are no features of the rows are asked
        at each cutoff, of what the tables held by then. The first is what the others are compared with.
    capacity : int, float, str or several, default (0.05, 0.1, 0.2)
        How many contacts can be worked a cutoff: a number, or a share (``0.1`` or ``"10%"``).
    slices : expression, several, or mapping of str to expression
        By whose values the rows are divided: ``["contact.country", "company.industry"]``.
    confidence : float, default 0.95
        How often an interval holds the truth.
    resamples : int, default 500
        How many samples of the contacts are drawn for the intervals.
    reference : DataFrame, optional
        How features were spread in the training, as a fitted model keeps it; by default that of the first scorer
        with a ``reference_`` for features of these rows.
    random_state : int, default 0
        The seed of the samples.

    Returns
    -------
    Evaluation
        The report.

    Raises
    ------
    InputError
        With everything that is wrong with the arguments.

    Notes
    -----
    Numbers that are no probabilities (points by rules, or outside of 0 to 1) are judged by their ranking alone. A row
    that a scorer gives no number is counted and ranked last.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import Policy
    >>> from leadqual.ml.training.building import training_set
    >>> policy = Policy(name="tiny", scores={"heat": {"range": [0, 100], "rules": [
    ...     {"id": "demo", "each": "demo_requested", "points": 40}]}})
    >>> first, cutoff, end = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 6))
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3", "c-4"], "created_at": [first] * 4})
    >>> interactions = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-1"], "interaction_id": ["i-1", "i-2", "i-3"],
    ...     "kind": ["demo_requested", "demo_requested", "purchase"], "amount": [None, None, 5.0],
    ...     "currency": [None, None, "USD"],
    ...     "occurred_at": [datetime(2026, 2, 1, tzinfo=UTC)] * 2 + [datetime(2026, 3, 9, tzinfo=UTC)]})
    >>> data = training_set(policy, contacts, interactions, horizon="30d", cutoffs=cutoff, until=end)
    >>> report = evaluate(data, "score.heat", capacity=1, resamples=50)
    >>> report.measures.select(pl.col("roc_auc").round(4), "brier").row(0)
    (0.8333, None)
    >>> report.capacity.select("hits", "lift").row(0)
    (0.5, 2.0)
    """
    question = _question(data, scorers, slices, capacity, confidence, resamples, random_state)
    named, fields, capacities, sure = question
    judges = Scorers(data, named)
    then = values_of_then(data, judges.policy, judges.asked | {_SLICE + name: node for name, node in fields.items()})
    judged = judges.judged(then)
    asked = _asked(data, capacities, sure, resamples, random_state)
    answers = answers_of(asked, judged)
    groups = [divided_by(name, then.values[_SLICE + name]) for name in fields]
    by_slice, doubts = slice_table(asked, answers, groups)
    spread = _reference(named, reference, data.rows)
    people = data.rows[CONTACT_ID].n_unique()
    stability = pl.DataFrame() if spread is None else stability_table(spread, data.rows, contacts=people)
    differences = difference_table(asked, answers)
    return Evaluation(
        policy=data.policy.ref,
        outcome=data.outcome,
        horizon=data.horizon,
        timed=data.timed,
        confidence=sure,
        resamples=resamples,
        random_state=random_state,
        capacities=capacities,
        monthly=asked.periods.monthly,
        expressions={one.name: one.expression for one in judged},
        why_not={one.name: one.why for one in judged if not one.probable},
        absent={name.removeprefix(_SLICE): fields for name, fields in then.absent.items()},
        measures=measure_table(asked, answers),
        capacity=capacity_table(asked, answers),
        calibration=calibration_table(asked, answers),
        gains=gain_table(answers),
        by_time=time_table(asked, answers),
        slices=by_slice,
        stability=stability,
        differences=differences,
        findings=findings_of(answers, differences, by_slice, doubts, stability, sure),
        rows=_rows(asked, answers),
    )


def _question(
    data: Any, scorers: Any, slices: Any, capacity: Any, confidence: Any, resamples: Any, random_state: Any
) -> tuple[dict[str, Any], dict[str, Any], tuple[int | float, ...], float]:
    """Return what is asked, checked; raise `InputError` with everything that is wrong."""
    if not isinstance(data, TrainingSet):
        hint = "leadqual.ml.training_set(policy, contacts, interactions, ...)"
        message, expected = "these are no rows to judge on", "a TrainingSet"
        raise InputError(Problem("wrong-type", message, Place("data"), shown(data), expected, hint))
    problems: list[Problem] = []
    found: list[Any] = []
    reads = (
        ("scorers", named_scorers, scorers),
        ("slices", lambda given: asked_slices(data, given), slices),
        ("capacity", capacities_of, capacity),
        ("confidence", confidence_of, confidence),
        ("resamples", lambda given: _whole(given, _LEAST_SAMPLES), resamples),
        ("random_state", lambda given: _whole(given, 0), random_state),
    )
    for source, read, given in reads:
        try:
            found.append(read(given))
        except LeadqualError as error:
            problems += [problem.at(source=source) for problem in error.problems]
    if problems:
        raise InputError(problems)
    named, fields, capacities, sure = found[:4]
    return named, fields, capacities, sure


def _whole(given: Any, least: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or given < least:
        message, expected = "this is no such number", f"a whole number, {least} or more"
        raise InputError(Problem("bad-argument", message, found=shown(given), expected=expected))
    return given


def _asked(
    data: TrainingSet, capacities: tuple[int | float, ...], confidence: float, resamples: int, random_state: int
) -> Asked:
    rows = data.rows.select(CONTACT_ID, pl.col(CUTOFF).cast(INSTANT), CONVERTED)
    converted = rows[CONVERTED].cast(pl.Float64).to_numpy()
    groups = rows[CONTACT_ID].rank("dense").to_numpy()
    return Asked(rows, converted, groups, periods_of(rows), capacities, confidence, resamples, random_state)


def _reference(scorers: Mapping[str, Any], given: pl.DataFrame | None, rows: pl.DataFrame) -> pl.DataFrame | None:
    """Return how features were spread in the training: as given, or as a scorer that knows these rows kept it."""
    if given is not None:
        return given
    kept = (getattr(one, "reference_", None) for one in scorers.values())
    fits = (one for one in kept if isinstance(one, pl.DataFrame) and set(one["feature"]) <= set(rows.columns))
    return next(fits, None)


def _rows(asked: Asked, answers: Sequence[Answer]) -> pl.DataFrame:
    def column(one: Judged) -> pl.Series:
        return pl.Series(one.name, one.score, dtype=pl.Float64).fill_nan(None)

    return asked.rows.with_columns(column(one.judged) for one in answers)
