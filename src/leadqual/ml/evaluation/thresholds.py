"""The line of a score from which on a contact is a lead for sales, by what sales can work or what a lead is worth."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.ml.evaluation.expected import expected_of, in_hindsight, other_lines
from leadqual.ml.evaluation.leads import DIGITS, Flow, flow_of, short_between
from leadqual.ml.evaluation.report import Evaluation
from leadqual.ml.evaluation.threshold import Threshold

_HINT: Final = "choose_threshold(report, capacity_per_day=20), or choose_threshold(report, value=500, cost=20)"


def choose_threshold(
    report: Evaluation,
    *,
    capacity_per_day: float | None = None,
    value: float | None = None,
    cost: float | None = None,
    scorer: str | None = None,
) -> Threshold:
    """Return the line of a score from which on a contact is a lead for sales, and what is to be expected of it.

    A contact becomes a lead at a cutoff if it stands above the line and did not at the cutoff before. The leads a day
    are those that came after the first of several cutoffs, over the days from the first to the last; with a single
    cutoff all who stand above the line, over the days of the horizon. It converts if the outcome comes within the
    horizon of a cutoff at which it stands above the line; a contact counts once.

    Parameters
    ----------
    report : Evaluation
        The report, on rows that the scorer has not learned from.
    capacity_per_day : float, optional
        How many leads sales can work a day. The line is the lowest, coming from above, whose leads a day still fit.
    value, cost : float, optional
        What a conversion is worth, and what it costs to work a lead, in one currency. The line is ``cost / value``:
        the probability from which on a lead is expected to pay. It is held against what came of the rows.
    scorer : str, optional
        Which of the scorers; the first by default.

    Returns
    -------
    Threshold
        The line, its condition, and what is to be expected.

    Raises
    ------
    InputError
        If neither or both ways are given, or numbers that make no sense (code ``bad-argument``); with the code
        ``no-probabilities`` for a value of a score that is no probability, ``never-pays`` if a lead costs as much as a
        conversion is worth, ``no-days`` for a capacity where nothing tells how long the leads took to come,
        ``no-scores`` if the scorer gave no number to any row.
    UnknownNameError
        If the report knows no such scorer.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> from leadqual import Policy
    >>> from leadqual.ml.evaluation.evaluating import evaluate
    >>> from leadqual.ml.training.building import training_set
    >>> policy = Policy(name="tiny", scores={"heat": {"range": [0, 100], "rules": [
    ...     {"id": "demo", "each": "demo_requested", "points": 40}]}})
    >>> first, cutoff, end = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 6))
    >>> contacts = pl.DataFrame({"contact_id": ["c-1", "c-2", "c-3"], "created_at": [first] * 3})
    >>> interactions = pl.DataFrame({"contact_id": ["c-1", "c-1"], "interaction_id": ["i-1", "i-2"],
    ...     "kind": ["demo_requested", "purchase"], "amount": [None, 5.0], "currency": [None, "USD"],
    ...     "occurred_at": [datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)]})
    >>> data = training_set(policy, contacts, interactions, horizon="30d", cutoffs=cutoff, until=end)
    >>> report = evaluate(data, "score.heat", resamples=50)
    >>> threshold = choose_threshold(report, capacity_per_day=0.05)
    >>> threshold.condition, threshold.expected.row(0)[:2]
    ('score.heat >= 40', ('leads', 1.0))
    """
    if not isinstance(report, Evaluation):
        message, expected = "this is no evaluation", "what evaluate(data, scorers) returns"
        raise InputError(Problem("wrong-type", message, Place("report"), shown(report), expected))
    _check_ways(capacity_per_day, value, cost)
    name = report.named(scorer)
    flow = flow_of(report, name)
    if not np.isfinite(flow.score).any():
        raise InputError(Problem("no-scores", f"{name} gave no row a number", Place("scorer"), shown(name)))
    if capacity_per_day is not None:
        line, notes = _by_capacity(flow, capacity_per_day)
    else:
        line, notes = _by_value(report, name, flow, float(value or 0), float(cost or 0))
    worth = None if value is None else (float(value), float(cost or 0))
    if worth is not None:
        notes += in_hindsight(flow, line, *worth)
    return Threshold(
        scorer=name,
        value=line,
        condition=f"{report.expressions[name]} >= {_number(line)}",
        way=_way(capacity_per_day, value, cost),
        confidence=report.confidence,
        expected=expected_of(report, flow, line, worth),
        lines=other_lines(flow, line, worth),
        notes=(*_reading(report, flow), *notes),
    )


def _check_ways(capacity: Any, value: Any, cost: Any) -> None:
    given = {"capacity_per_day": capacity, "value": value, "cost": cost}
    problems = [
        Problem("bad-argument", "this is no such number", Place(name), shown(one), "a number above 0")
        for name, one in given.items()
        if one is not None and not _positive(one)
    ]
    if capacity is None and (value is None or cost is None):
        message = "there is neither a capacity nor a value and a cost"
        if value is not None or cost is not None:
            message = f"a value and a cost go together: there is no {'value' if value is None else 'cost'}"
        problems.append(Problem("bad-argument", message, Place("choose_threshold"), hint=_HINT))
    if capacity is not None and (value is not None or cost is not None):
        message = "a line follows from a capacity, or from a value and a cost, not from both"
        problems.append(Problem("bad-argument", message, Place("choose_threshold"), hint=_HINT))
    if not problems and value is not None and cost is not None and cost >= value:
        message, found = "a lead costs as much as a conversion is worth, or more: none pays", f"{cost:g} and {value:g}"
        problems.append(Problem("never-pays", message, Place("cost"), found, "a cost below the value"))
    if problems:
        raise InputError(problems)


def _positive(one: Any) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one) and one > 0


def _by_capacity(flow: Flow, capacity: float) -> tuple[float, list[str]]:
    """Return the lowest line, coming from above, whose leads a day fit."""
    if flow.days is None:
        message = "nothing tells how long the leads of these rows took to come"
        hint = "give value= and cost=, or make the training set with the interactions and cutoffs"
        raise InputError(Problem("no-days", message, Place("capacity_per_day"), hint=hint))
    lines = np.unique(flow.score[np.isfinite(flow.score)])[::-1]
    fits = flow.arrivals(lines) <= capacity * flow.days + 1e-9
    if fits.all():
        everybody = flow.arrivals(lines[-1:])[0] / flow.days
        told = f"There is room for everybody with a score: {everybody:.3g} leads a day, and room for {capacity:g}."
        return short_between(float("-inf"), float(lines[-1])), [told]
    kept = int(np.argmin(fits))
    if kept == 0:
        tied = flow.arrivals(lines[:1])[0] / flow.days
        above = short_between(float(lines[0]), _above(float(lines[0])))
        many = f"The highest score alone has {tied:.3g} leads a day, and {capacity:g} fit"
        told = f"{many}: nobody is a lead."
        return above, [told]
    return short_between(float(lines[kept]), float(lines[kept - 1])), []


def _above(line: float) -> float:
    return math.floor(line) + 1.0


def _by_value(report: Evaluation, name: str, flow: Flow, value: float, cost: float) -> tuple[float, list[str]]:
    """Return the probability from which on a lead is expected to pay."""
    if name in report.why_not:
        hint = "give capacity_per_day=, or a scorer that gives probabilities"
        message = f"{name} gives no probabilities: {report.why_not[name]}"
        raise InputError(Problem("no-probabilities", message, Place("scorer"), shown(name), hint=hint))
    line, top = round(cost / value, DIGITS), float(flow.score.max())
    if top >= line:
        return line, []
    return line, [f"No row reaches the line of {line:.4g} at which a lead pays: the highest probability is {top:.4g}."]


def _reading(report: Evaluation, flow: Flow) -> list[str]:
    cutoffs = len(report.cutoffs)
    found = ["A contact becomes a lead where it stands above the line and did not at the cutoff before."]
    if flow.days is None:
        found.append("Nothing tells how long the leads took to come, so there are no leads a day.")
    elif cutoffs > 1:
        stock = "those that stood above it at the first cutoff wait already and are not among them"
        found.append(f"Leads a day are those of the {flow.days:g} days from the first to the last cutoff; {stock}.")
    else:
        found.append(
            f"Leads a day are all who stood above the line at the one cutoff, over its horizon of {flow.days:g} days."
        )
    return found


def _way(capacity: float | None, value: float | None, cost: float | None) -> str:
    if capacity is not None:
        return f"at most {capacity:g} leads a day"
    return f"a conversion is worth {value:g}, a lead costs {cost:g}"


def _number(line: float) -> str:
    return repr(int(line)) if line == int(line) else repr(line)
