"""What came of the contacts above a line, and what other lines would have given."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from leadqual.ml.evaluation.bootstrap import drawn, interval
from leadqual.ml.evaluation.judged import ratio
from leadqual.ml.evaluation.leads import Flow
from leadqual.ml.evaluation.measures import Array
from leadqual.ml.evaluation.report import Evaluation

_TIMES: Final = (0.25, 0.5, 0.75, 1.5, 2.0, 4.0)
"""Other lines are shown that give so many times as many leads."""
_TRIED: Final = 201

Worth = tuple[float, float] | None
"""What a conversion is worth and what a lead costs, if that is told."""


def expected_of(report: Evaluation, flow: Flow, line: float, worth: Worth) -> pl.DataFrame:
    """Return what came of the leads of these rows, with intervals: contacts are drawn whole."""
    parts = _by_contact(flow, line)
    point = _told(parts.sum(axis=0), flow, worth)
    weights = drawn(np.arange(len(parts)), report.resamples, report.random_state)
    samples = [_told(weight @ parts, flow, worth) for weight in weights]
    rows: list[tuple[str, float, float | None, float | None]] = []
    for measure, value in point.items():
        low, high = interval(np.array([one[measure] for one in samples]), report.confidence)
        rows.append((measure, value, float(low[0]), float(high[0])))
    if worth is not None:
        mine = flow.score[flow.leads(line)]
        rows.insert(-1, ("the same by probability", float(mine.sum()), None, None))
    schema = {"measure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def _by_contact(flow: Flow, line: float) -> Array:
    """Return what `_told` sums up of each contact.

    How often it was a lead, and how often so that it counts for the leads a day; whether it converted while it stood
    above the line, whether at all, and whether within the horizon of becoming a lead.
    """
    leads, number = flow.leads(line), int(flow.contact.max()) + 1

    def times(flags: Array) -> Array:
        return np.bincount(flow.contact, flags.astype(float), number)

    converted = [flow.converted & (flow.score >= line), flow.converted, leads & flow.converted]
    return np.column_stack(
        [times(leads), times(leads & flow.counts), *(np.minimum(times(one), 1) for one in converted)]
    )


def _told(sums: Array, flow: Flow, worth: Worth) -> dict[str, float]:
    leads, counted, hits, all_hits, at_once = (float(one) for one in sums)
    precision, caught = ratio(np.array([hits, hits]), np.array([leads, all_hits]))
    found = {"leads": leads, "conversions": hits, "precision": float(precision), "caught": float(caught)}
    if flow.days is not None:
        found["leads a day"] = counted / flow.days
    if worth is not None:
        found["conversions within the horizon"] = at_once
        found["value"] = worth[0] * at_once - worth[1] * leads
    return found


def in_hindsight(flow: Flow, line: float, value: float, cost: float) -> list[str]:
    """Return a note on the line that would have been best for these rows, if it is another."""
    known = np.unique(flow.score[np.isfinite(flow.score)])
    lines = np.unique(np.quantile(known, np.linspace(0, 1, _TRIED), method="nearest"))
    brought = [_brought(flow, float(one), value, cost) for one in lines]
    best, mine = int(np.argmax(brought)), _brought(flow, line, value, cost)
    if brought[best] <= mine:
        return []
    return [
        f"In hindsight a line of {lines[best]:.3g} would have brought {brought[best]:,.0f} here, this one {mine:,.0f}. "
        "The best line in hindsight always flatters; a large difference says that the probabilities are off."
    ]


def _brought(flow: Flow, line: float, value: float, cost: float) -> float:
    leads = flow.leads(line)
    return value * flow.at_once(leads) - cost * float(leads.sum())


def other_lines(flow: Flow, line: float, worth: Worth) -> pl.DataFrame:
    """Return what lines with more and with fewer leads would have given."""
    known = np.unique(flow.score[np.isfinite(flow.score)])
    known = np.unique(np.quantile(known, np.linspace(0, 1, _TRIED), method="nearest"))
    numbers = np.array([flow.leads(float(one)).sum() for one in known])
    mine, total = int(flow.leads(line).sum()), max(1, len(np.unique(flow.contact[flow.converted])))
    chosen = {line, *(float(known[int(np.abs(numbers - mine * times).argmin())]) for times in _TIMES)}
    rows = []
    for one in sorted(chosen, reverse=True):
        leads, hits = flow.leads(one), flow.conversions(one)
        number = int(leads.sum())
        counted = None if flow.days is None else float((leads & flow.counts).sum()) / flow.days
        value = None if worth is None else _brought(flow, one, *worth)
        rows.append((one, one == line, number, counted, hits, hits / number if number else None, hits / total, value))
    schema = {
        "line": pl.Float64, "chosen": pl.Boolean, "leads": pl.Int64, "leads_a_day": pl.Float64,
        "conversions": pl.Int64, "precision": pl.Float64, "caught": pl.Float64, "value": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
