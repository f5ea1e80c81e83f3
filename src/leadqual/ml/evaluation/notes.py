"""What has to be known to read an evaluation right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from leadqual.ml.evaluation.report import Evaluation

_FEW: Final = 50


def notes_of(report: Evaluation) -> tuple[str, ...]:
    """Return what the numbers cannot say themselves."""
    found = [*_conversions(report), *_time(report), *_scorers(report), *_reading(report)]
    return tuple(found)


def _conversions(report: Evaluation) -> Iterator[str]:
    rows, conversions = report.measures.select("rows", "conversions").row(0)
    if not conversions:
        yield f"Nobody of {rows:,} rows converted, so nothing tells good from bad."
    elif conversions == rows:
        yield f"All of {rows:,} rows converted, so nothing tells good from bad."
    elif min(conversions, rows - conversions) < _FEW:
        few = "conversions" if conversions < _FEW else "rows that did not convert"
        number = min(conversions, rows - conversions)
        yield f"There are {number} {few}: too few for fine differences, and intervals of so few may be too narrow."


def _time(report: Evaluation) -> Iterator[str]:
    if not report.timed:
        yield (
            "Nothing tells when the fields of these rows were filled: that they were known before the outcome, nobody "
            "vouches for. A model that learned from some of such rows, drawn by lot, flatters itself on the others."
        )
    else:
        yield (
            "The report takes these rows as they are given. It vouches for no model that learned from them, or from "
            "rows whose horizon reaches past the first cutoff: train on data.before(first cutoff)."
        )
    if report.monthly:
        yield "There are many cutoffs, so those of a month are one period: capacities are filled month by month."


def _scorers(report: Evaluation) -> Iterator[str]:
    for why in dict.fromkeys(report.why_not.values()):
        names = [name for name, reason in report.why_not.items() if reason == why]
        yield f"Judged by ranking alone, without Brier score and calibration, since {why}: {', '.join(names)}."
    for name, abstained, rows in report.measures.select("scorer", "abstained", "rows").iter_rows():
        if abstained:
            rest = ", and its probabilities are judged on the others alone" if name not in report.why_not else ""
            yield f"{name} gave no number for {abstained:,} of {rows:,} rows: they are ranked last{rest}."
    for name, fields in report.absent.items():
        lacking = f"reads what these rows do not have, and took it to be missing: {', '.join(fields)}"
        yield f"{name} {lacking if fields else 'saw of each contact the features of these rows, and nothing else'}."


def _reading(report: Evaluation) -> Iterator[str]:
    several = report.rows["contact_id"].n_unique() < len(report.rows)
    whole = "; the rows of one contact are drawn together" if several else ""
    yield (
        f"Intervals hold the truth in {report.confidence * 100:g}% of samples, as contacts differ: "
        f"{report.resamples:,} samples of the contacts{whole}. They do not say how another training would come out."
    )
    if len(report.by_time.filter(pl.col("scorer") == report.scorers[0])) > 1:
        yield (
            "ROC AUC and PR AUC are over all rows, so that a score gains by knowing which times are good. Within "
            "counts pairs of one time alone; precision, caught and lift are of the best so many of each time."
        )
    yield "Of rows tied at the edge of a capacity each counts in part, as if lots were drawn."
    if len(report.scorers) > 1:
        yield "Times and groups are printed of the first scorer; by_time and slices have those of all."
    if report.slices.width and report.slices["small"].any():
        yield "Groups marked * have fewer than 10 that converted, or that did not: they are shown, and not tested."
