"""The tables of a report on a backtest, from one row for each contact and cutoff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.analysis.backtests.measures import (
    VALUE,
    at_capacity,
    banded,
    capacity_text,
    caught,
    conversion,
    ranking,
)
from leadqual.analysis.backtests.question import Question
from leadqual.analysis.backtests.stages import STAGE
from leadqual.engines.tables.columns import CONTACT_ID

_BASIC: Final = (CONTACT_ID, CUTOFF, CONVERTED)


def cutoff_table(rows: pl.DataFrame, counts: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return how many contacts each cutoff had, how many were left out and why, and how many of the rest converted."""
    sums = counts.select(pl.lit(None, counts.schema[CUTOFF]).alias(CUTOFF), pl.exclude(CUTOFF).sum())
    counts = pl.concat([counts, sums]).with_columns(pl.exclude(CUTOFF).cast(pl.Int64))
    rates = conversion(rows.select(_BASIC), (), question.confidence).rename({"contacts": "judged"}).drop("lift")
    table = counts.join(rates, on=CUTOFF, how="left", nulls_equal=True)
    return _sorted(table.with_columns(pl.col("judged", CONVERTED).fill_null(0)), ())


def ranking_table(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return the area under the ROC curve of each score."""
    return _of_scores(rows, question, lambda one: ranking(one, question.confidence), ())


def capacity_table(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return what the best contacts by each score would have caught, at each capacity."""

    def of(one: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([at_capacity(one, capacity, question.confidence) for capacity in question.capacities])

    names = [capacity_text(capacity) for capacity in question.capacities]
    return _of_scores(rows, question, of, [pl.col("capacity").cast(pl.Enum(names)).to_physical()])


def band_table(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return the conversion in each band of each score, the highest band first; those without a value come last."""

    def of(one: pl.DataFrame) -> pl.DataFrame:
        bands = banded(one[VALUE], question.bands)
        return conversion(one.hstack(bands), bands.columns, question.confidence)

    return _of_scores(rows, question, of, [-pl.col("band")])


def grade_table(rows: pl.DataFrame, question: Question, values: Callable[[str], Sequence[str]]) -> pl.DataFrame:
    """Return the conversion of each grade, in the order of the policy; those without one come last."""
    made = []
    for name in question.grades:
        one = rows.select(*_BASIC, pl.col(f"grade.{name}").alias(VALUE))
        table = conversion(one, (VALUE,), question.confidence)
        order = list(dict.fromkeys(values(name)))
        table = _sorted(table, [pl.col(VALUE).replace_strict(order, range(len(order)), default=None)])
        made.append(table.select(pl.lit(name).alias("grade"), pl.all()))
    return pl.concat(made) if made else pl.DataFrame()


def stage_table(rows: pl.DataFrame, stages: Sequence[str], question: Question) -> pl.DataFrame:
    """Return the conversion of those who stood at each stage, in the order of the policy."""
    table = conversion(rows.select(*_BASIC, STAGE), (STAGE,), question.confidence)
    return _sorted(table, [pl.col(STAGE).replace_strict(list(stages), range(len(stages)))])


def flag_table(rows: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Return precision, recall and lift of standing at one of the stages of each flag."""
    made = []
    for name, stages in question.flags.items():
        inside = pl.col(STAGE).is_in(stages)
        table = caught(rows.select(*_BASIC, STAGE), inside, question.confidence)
        made.append(_sorted(table, ()).select(pl.lit(name).alias("flag"), pl.all()))
    return pl.concat(made) if made else pl.DataFrame()


def _of_scores(
    rows: pl.DataFrame, question: Question, table: Callable[[pl.DataFrame], pl.DataFrame], order: Sequence[pl.Expr]
) -> pl.DataFrame:
    made = []
    for name in question.scores:
        found = _sorted(table(rows.select(*_BASIC, pl.col(f"score.{name}").alias(VALUE))), order)
        made.append(found.select(pl.lit(name).alias("score"), pl.all()))
    return pl.concat(made) if made else pl.DataFrame()


def _sorted(table: pl.DataFrame, order: Sequence[pl.Expr]) -> pl.DataFrame:
    """Return a table in the order of the cutoffs, all of them together last, and then in an order of its own."""
    return table.sort(CUTOFF, *order, nulls_last=True, maintain_order=True)
