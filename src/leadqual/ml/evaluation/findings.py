"""What a reader of an evaluation should not miss, in sentences, each with the interval that made it say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from leadqual.analysis.intervals import quantile_of
from leadqual.ml.evaluation.answers import Answer
from leadqual.ml.evaluation.slices import Doubt


def findings_of(
    answers: Sequence[Answer],
    differences: pl.DataFrame,
    slices: pl.DataFrame,
    doubts: Sequence[Doubt],
    stability: pl.DataFrame,
    confidence: float,
) -> tuple[str, ...]:
    """Return what is beyond chance: between scorers, in probabilities, in groups, and in features."""
    found = [*_compared(differences, confidence), *_on_the_whole(answers, confidence)]
    found += _of_groups(slices, doubts, confidence)
    return (*found, *_moved(stability))


def _compared(differences: pl.DataFrame, confidence: float) -> Iterator[str]:
    for row in differences.to_dicts():
        if row["measure"] != "roc_auc" or row["low"] is None:
            continue
        told = f"the difference in ROC AUC is {row['difference']:+.3f} ({_sure(confidence)} {_span(row, '+.3f')})"
        if row["low"] > 0:
            yield f"{row['scorer']} ranks better than {row['against']}: {told}."
        elif row["high"] < 0:
            yield f"{row['scorer']} ranks worse than {row['against']}: {told}."
        else:
            yield f"Which of {row['scorer']} and {row['against']} ranks better, these rows do not tell: {told}."


def _on_the_whole(answers: Sequence[Answer], confidence: float) -> Iterator[str]:
    for one in answers:
        if "gap" not in one.point:
            continue
        bounds = {name: float(column[0]) for name, column in one.with_bounds("gap").items()}
        if bounds["gap_low"] > 0 or bounds["gap_high"] < 0:
            side = "too high" if bounds["gap"] > 0 else "too low"
            said = f"the mean probability less the rate is {bounds['gap']:+.1%}"
            span = f"{bounds['gap_low']:+.1%} to {bounds['gap_high']:+.1%}"
            yield f"The probabilities of {one.name} are {side} on the whole: {said} ({_sure(confidence)} {span})."


def _of_groups(slices: pl.DataFrame, doubts: Sequence[Doubt], confidence: float) -> Iterator[str]:
    """Yield the groups that are served worse than the others, by intervals that allow for how many were looked at."""
    reach = quantile_of(1 - (1 - confidence) / max(1, len(doubts)))
    for one in doubts:
        low, high = one.value - reach * one.error, one.value + reach * one.error
        row = _row(slices, one)
        said = f"{_sure(confidence)} after {len(doubts)} comparisons"
        if one.kind == "auc" and high < 0:
            yield (
                f"{one.scorer} ranks worse within {one.field} = {one.label}: ROC AUC {row['auc']:.2f}, "
                f"{one.value:+.2f} against the groups together ({said} {low:+.2f} to {high:+.2f})."
            )
        if one.kind == "gap" and _beyond(one, reach):
            side = "high" if one.value > 0 else "low"
            yield (
                f"{one.scorer} is too {side} for {one.field} = {one.label}: {row['mean_prediction']:.1%} expected, "
                f"{row['rate']:.1%} converted ({one.value:+.1%}, {said} {low:+.1%} to {high:+.1%})."
            )


def _beyond(doubt: Doubt, reach: float) -> bool:
    """Return whether a group is off, and further off than all rows are, and neither by chance."""
    same_side = doubt.value * doubt.beyond > 0
    return same_side and abs(doubt.value) > reach * doubt.error and abs(doubt.beyond) > reach * doubt.beyond_error


def _row(slices: pl.DataFrame, doubt: Doubt) -> dict[str, Any]:
    mine = (pl.col("scorer") == doubt.scorer) & (pl.col("field") == doubt.field) & (pl.col("value") == doubt.label)
    return slices.filter(mine).row(0, named=True)


def _moved(stability: pl.DataFrame) -> Iterator[str]:
    rows = stability.filter(pl.col("verdict") == "moved").to_dicts() if stability.width else []
    for row in rows:
        yield f"{row['feature']} has moved away from the training rows: population stability index {row['psi']:.2f}."


def _sure(confidence: float) -> str:
    return f"{confidence * 100:g}% interval"


def _span(row: dict[str, Any], form: str) -> str:
    return f"{row['low']:{form}} to {row['high']:{form}}"
