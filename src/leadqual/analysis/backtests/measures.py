"""How well scores, grades and stages told who would have the outcome: conversion, capacity, ranking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.analysis.backtests.shares import shares
from leadqual.analysis.intervals import quantile_of
from leadqual.engines.tables.columns import CONTACT_ID

VALUE: Final = "value"
_LOWEST: Final = float("-inf")
_RATE: Final = ("rate", "rate_low", "rate_high")
_CHANCE: Final = "lq_chance"
"""How many hits chance alone would give."""


def with_pooled(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows once for their cutoff and once for all cutoffs together, where the cutoff is null."""
    return pl.concat([rows, rows.with_columns(pl.lit(None, rows.schema[CUTOFF]).alias(CUTOFF))])


def conversion(rows: pl.DataFrame, by: Sequence[str], confidence: float) -> pl.DataFrame:
    """Return for each cutoff and group how many contacts it had, how many converted, the rate and its lift.

    The lift is how many converted, divided by how many would have at the rate of all who were judged at the same
    cutoffs.
    """
    keys = [CUTOFF, *by]
    told = with_pooled(rows.with_columns(pl.col(CONVERTED).mean().over(CUTOFF).alias(_CHANCE)))
    found = shares(told, keys, pl.col(CONVERTED), pl.lit(1.0), "rate", confidence)
    found = found.join(told.group_by(keys).agg(pl.col(_CHANCE).sum()), on=keys, how="left", nulls_equal=True)
    counts = (pl.col("of").cast(pl.Int64).alias("contacts"), pl.col("hits").cast(pl.Int64).alias(CONVERTED))
    return found.select(*keys, *counts, *_RATE, _over_chance(pl.col("hits")).alias("lift"))


def caught(rows: pl.DataFrame, taken: pl.Expr, confidence: float) -> pl.DataFrame:
    """Return precision, recall and lift of the rows that are taken, for each cutoff and for all.

    Precision is the share of those taken that converted, recall the share of those who converted that were taken. The
    lift is the number of hits, divided by what as many drawn by lot at the same cutoffs would have given. As that is
    known, the interval of the lift is the one of the recall, in other units.

    Parameters
    ----------
    taken : Expr
        How much of each row is taken, from 0 to 1.
    """
    rows = rows.with_columns(
        taken.cast(pl.Float64).alias("lq_taken"), pl.col(CONVERTED).cast(pl.Float64).alias("lq_hit")
    )
    part, hit = pl.col("lq_taken"), pl.col("lq_hit")
    told = with_pooled(rows.with_columns((part.mean().over(CUTOFF) * hit).alias(_CHANCE)))
    precision = shares(told, [CUTOFF], part * hit, part, "precision", confidence)
    recall = shares(told, [CUTOFF], part * hit, hit, "recall", confidence)
    chance = told.group_by(CUTOFF).agg(pl.col(_CHANCE).sum(), hit.sum().alias("lq_hits"))
    found = precision.rename({"of": "contacts"}).join(recall.drop("hits", "of"), on=CUTOFF, nulls_equal=True)
    found = found.join(chance, on=CUTOFF, nulls_equal=True)
    ends = ("", "_low", "_high")
    lifts = [_over_chance(pl.col(f"recall{end}") * pl.col("lq_hits")).alias(f"lift{end}") for end in ends]
    bounds = [f"{name}{end}" for name in ("precision", "recall") for end in ends]
    return found.select(CUTOFF, "contacts", "hits", *bounds, *lifts)


def _over_chance(hits: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(_CHANCE) > 0).then(hits / pl.col(_CHANCE))


def at_capacity(rows: pl.DataFrame, capacity: float, confidence: float) -> pl.DataFrame:
    """Return what the best so many contacts of each cutoff would have caught, by their value.

    Of contacts that are tied at the edge, each is taken in part: that is what drawing lots among them gives on average.
    Those without a value come last.
    """
    value, number = pl.col(VALUE).fill_null(_LOWEST), pl.len().over(CUTOFF)
    rows = rows.with_columns(value.alias(VALUE), number.alias("lq_number"))
    room = pl.lit(float(capacity)) if isinstance(capacity, int) else (pl.col("lq_number") * capacity - 1e-9).ceil()
    above = pl.col(VALUE).rank("min", descending=True).over(CUTOFF).cast(pl.Float64) - 1
    tied = pl.len().over(CUTOFF, VALUE).cast(pl.Float64)
    rows = rows.with_columns(above.alias("lq_above"), tied.alias("lq_tied"))
    taken = ((room - pl.col("lq_above")) / pl.col("lq_tied")).clip(0.0, 1.0)
    rows = rows.with_columns(taken.alias("lq_part"))
    edge = (pl.col("lq_part") > 0) & (pl.col("lq_part") < 1)
    ties = with_pooled(rows).group_by(CUTOFF).agg(edge.sum().cast(pl.Int64).alias("tied"))
    name = pl.lit(capacity_text(capacity)).alias("capacity")
    found = caught(rows, pl.col("lq_part"), confidence).join(ties, on=CUTOFF, nulls_equal=True)
    return found.select(name, *found.columns)


def capacity_text(capacity: float) -> str:
    """Return a capacity as people write it.

    Examples
    --------
    >>> capacity_text(100), capacity_text(0.05)
    ('100', '5%')
    """
    return f"{capacity:,}" if isinstance(capacity, int) else f"{capacity * 100:.10g}%"


def ranking(rows: pl.DataFrame, confidence: float) -> pl.DataFrame:
    """Return the area under the ROC curve for each cutoff, and over the pairs within all cutoffs.

    It is the chance that of two contacts of one cutoff, of whom one converted, that one has the higher value; a tie
    counts half, and no value is lower than any. The interval is that of DeLong, with contacts drawn whole over the
    cutoffs (Obuchowski 1997), on the logit scale.
    """
    value, converted = pl.col(VALUE).fill_null(_LOWEST), pl.col(CONVERTED)
    rows = rows.with_columns(
        value.alias(VALUE),
        converted.sum().over(CUTOFF).cast(pl.Float64).alias("lq_yes"),
        (~converted).sum().over(CUTOFF).cast(pl.Float64).alias("lq_no"),
    ).filter((pl.col("lq_yes") > 0) & (pl.col("lq_no") > 0))
    mine = pl.when(CONVERTED).then(pl.col("lq_yes")).otherwise(pl.col("lq_no"))
    other = pl.when(CONVERTED).then(pl.col("lq_no")).otherwise(pl.col("lq_yes"))
    beaten = (pl.col(VALUE).rank().over(CUTOFF) - pl.col(VALUE).rank().over(CUTOFF, CONVERTED)) / other
    rows = rows.with_columns(pl.when(CONVERTED).then(beaten).otherwise(1 - beaten).alias("lq_place"))
    area = pl.col("lq_place").mean().over(CUTOFF, CONVERTED)
    # With one contact of a sort, its part of the spread cannot be told.
    spread = pl.when(mine > 1).then((mine / (mine - 1)).sqrt())
    rows = rows.with_columns(
        area.alias("lq_area"),
        (pl.col("lq_yes") * pl.col("lq_no")).alias("lq_pairs"),
        ((pl.col("lq_place") - area) / mine * spread).alias("lq_pull"),
    )
    cutoffs = rows.group_by(CUTOFF).agg(pl.col("lq_pairs").first()).select(pl.col("lq_pairs").sum()).item()
    weighted = with_pooled(rows).with_columns(
        pl.when(pl.col(CUTOFF).is_null()).then(pl.col("lq_pairs") / (cutoffs or 1.0)).otherwise(1.0).alias("lq_weight")
    )
    people = weighted.group_by(CUTOFF, CONTACT_ID).agg(
        (pl.col("lq_weight") * pl.col("lq_pull")).sum().alias("lq_pull"),
        pl.col("lq_pull").is_null().any().alias("lq_untold"),
    )
    errors = people.group_by(CUTOFF).agg(
        (pl.col("lq_pull") ** 2).sum().sqrt().alias("lq_error"), pl.col("lq_untold").any()
    )
    areas = (
        weighted.filter(CONVERTED)
        .group_by(CUTOFF)
        .agg((pl.col("lq_weight") * pl.col("lq_area") / pl.col("lq_yes")).sum().alias("auc"))
    )
    return _bounded(areas.join(errors, on=CUTOFF, nulls_equal=True), confidence)


def _bounded(areas: pl.DataFrame, confidence: float) -> pl.DataFrame:
    auc, error = pl.col("auc"), pl.col("lq_error")
    reach = quantile_of(confidence) * error / (auc * (1 - auc))
    logit = (auc / (1 - auc)).log()
    known = (auc > 0) & (auc < 1) & ~pl.col("lq_untold")
    bounds = (
        pl.when(known).then(1 / (1 + (-bound).exp())).alias(name)
        for name, bound in (("auc_low", logit - reach), ("auc_high", logit + reach))
    )
    return areas.select(CUTOFF, "auc", *bounds)


def banded(values: pl.Series, bands: int | Sequence[float]) -> pl.DataFrame:
    """Return the band of each value: its place from the lowest on, where it begins, and where the next one does.

    Parameters
    ----------
    values : Series
        The values; where one is missing, its band is too.
    bands : int or sequence of float
        How many bands, of about as many contacts each; equal values are never parted, so there may be fewer. Or the
        values at which the bands begin; what lies below the first has a band of its own.
    """
    known = values.drop_nulls().to_numpy()
    if isinstance(bands, int):
        places = np.arange(bands) / bands
        edges = np.unique(np.quantile(known, places, method="lower")) if len(known) else np.empty(0)
    else:
        edges = np.asarray(bands, dtype=float)
        if len(known) and known.min() < edges[0]:
            edges = np.concatenate([[_LOWEST], edges])
    place = np.searchsorted(edges, values.fill_null(_LOWEST).to_numpy(), side="right") - 1
    begins = pl.Series("from", edges, dtype=pl.Float64)
    ends = begins.shift(-1).alias("below")
    where = (
        pl.Series("band", place, dtype=pl.Int64)
        .to_frame()
        .with_columns(pl.when(pl.Series(values.is_not_null())).then(pl.col("band")).alias("band"))
    )
    limits = pl.DataFrame([begins, ends]).with_row_index("band").with_columns(pl.col("band").cast(pl.Int64))
    limits = limits.with_columns(pl.when(pl.col("from").is_finite()).then(pl.col("from")).alias("from"))
    return where.join(limits, on="band", how="left", maintain_order="left")
