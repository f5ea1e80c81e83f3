"""The tables of an evaluation, from the figures of its scorers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF
from leadqual.analysis.backtests.measures import capacity_text
from leadqual.analysis.backtests.shares import shares
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.frames.types import INSTANT
from leadqual.ml.evaluation import measures
from leadqual.ml.evaluation.answers import Answer, Asked, columns_of
from leadqual.ml.evaluation.bootstrap import interval
from leadqual.ml.evaluation.judged import SHARES, Judged, ratio
from leadqual.ml.evaluation.measures import Array

_RANKING: Final = ("roc_auc", "within_auc", "pr_auc")
_ERRORS: Final = ("brier", "log_loss")
_TENTH: Final = 0.1


def measure_table(asked: Asked, answers: Sequence[Answer]) -> pl.DataFrame:
    """Return one row a scorer: how well it ranks, and how far its probabilities can be believed."""
    base = {
        "rows": len(asked.rows),
        "contacts": asked.rows[CONTACT_ID].n_unique(),
        "conversions": int(asked.converted.sum()),
        "rate": float(asked.converted.mean()),
    }
    made = []
    for one in answers:
        figures: dict[str, Any] = {"scorer": one.name, **base, "abstained": int((~one.judged.told).sum())}
        figures["probabilities"] = one.judged.probable
        for name in _RANKING:
            figures |= one.with_bounds(name)
        figures["alift"] = _or_nan(measures.alift(asked.converted, one.judged.ranks))
        for name in (*_ERRORS, "gap"):
            figures |= one.with_bounds(name)
        made.append(columns_of(figures | _calibration(asked, one.judged), 1))
    return pl.concat(made)


def _calibration(asked: Asked, judged: Judged) -> dict[str, Array]:
    told = judged.told if judged.probable else np.zeros(len(judged.score), dtype=bool)
    y, p = asked.converted[told], judged.score[told]
    line = measures.calibration_line(y, p) or (None, None)
    found = (float(p.mean()) if len(p) else None, measures.calibration_error(y, p), *line)
    return dict(zip(("mean_prediction", "ece", "slope", "intercept"), map(_or_nan, found), strict=True))


def _or_nan(value: float | None) -> Array:
    return np.array([np.nan if value is None else value])


def capacity_table(asked: Asked, answers: Sequence[Answer]) -> pl.DataFrame:
    """Return what the best so many rows of each period hold, by each scorer."""
    number = len(asked.capacities)
    names = [capacity_text(capacity) for capacity in asked.capacities]
    made = []
    for one in answers:
        figures: dict[str, Any] = {"scorer": one.name, "contacts": one.point["contacts"], "hits": one.point["hits"]}
        for name in ("precision", "gain", "lift"):
            figures |= one.with_bounds(name)
        table = columns_of(figures, number).with_columns(pl.Series("capacity", names))
        made.append(table.select("scorer", "capacity", pl.exclude("scorer", "capacity")))
    return pl.concat(made)


def calibration_table(asked: Asked, answers: Sequence[Answer]) -> pl.DataFrame:
    """Return for bins of about as many rows each the mean probability, and how many of them converted."""
    made = [_bins(asked, one.judged) for one in answers if one.judged.probable and one.judged.told.any()]
    return pl.concat(made) if made else pl.DataFrame()


def _bins(asked: Asked, judged: Judged) -> pl.DataFrame:
    told = judged.told
    p = judged.score[told]
    rows = asked.rows.filter(pl.Series(told)).with_columns(
        pl.Series("bin", measures.quantile_bins(p), dtype=pl.Int64), pl.Series("p", p)
    )
    sizes = rows.group_by("bin").agg(
        pl.col("p").min().alias("from"),
        pl.col("p").max().alias("to"),
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("p").mean().alias("mean_prediction"),
    )
    rates = shares(rows, ["bin"], pl.col(CONVERTED), pl.lit(1.0), "rate", asked.confidence).drop("hits", "of")
    table = sizes.join(rates, on="bin").sort("bin")
    return table.select(pl.lit(judged.name).alias("scorer"), pl.all())


def gain_table(answers: Sequence[Answer]) -> pl.DataFrame:
    """Return the curves of gain and lift: what the best so large a share of the rows of each period holds."""
    made = []
    for one in answers:
        figures = {"scorer": one.name, "share": np.array(SHARES)}
        figures |= one.with_bounds("gain_curve", "gain") | one.with_bounds("lift_curve", "lift")
        made.append(columns_of(figures, len(SHARES)))
    return pl.concat(made)


def tenth_of(capacities: Sequence[float]) -> int:
    """Return the place of the capacity that is told for each period: a tenth, or the first."""
    return list(capacities).index(_TENTH) if _TENTH in capacities else 0


def time_table(asked: Asked, answers: Sequence[Answer]) -> pl.DataFrame:
    """Return the figures of each scorer in each period."""
    number = len(asked.periods)
    begins = pl.Series(CUTOFF, asked.periods.begins, dtype=INSTANT)
    rates = rates_of(asked, asked.periods.place)
    made = []
    for one in answers:
        figures: dict[str, Any] = {"scorer": one.name, "mean_prediction": mean_of(one.judged, asked.periods.place)}
        figures |= one.with_bounds("auc_at", "auc") | one.with_bounds("brier_at", "brier")
        figures |= one.with_bounds("lift_at", "lift", column=tenth_of(asked.capacities))
        table = columns_of(figures, number).hstack(rates).with_columns(begins)
        made.append(table.select("scorer", CUTOFF, *rates.columns, pl.exclude("scorer", CUTOFF, *rates.columns)))
    return pl.concat(made)


def rates_of(asked: Asked, place: Array) -> pl.DataFrame:
    """Return of each group of rows how many it has, of how many contacts, how many converted, and the rate."""
    rows = asked.rows.with_columns(pl.Series("place", place, dtype=pl.Int64))
    rates = shares(rows, ["place"], pl.col(CONVERTED), pl.lit(1.0), "rate", asked.confidence)
    people = rows.group_by("place").agg(pl.col(CONTACT_ID).n_unique().cast(pl.Int64).alias("contacts"))
    table = rates.join(people, on="place").sort("place")
    whole = (pl.col("of").cast(pl.Int64).alias("rows"), "contacts", pl.col("hits").cast(pl.Int64).alias("conversions"))
    return table.select(*whole, "rate", "rate_low", "rate_high")


def mean_of(judged: Judged, place: Array) -> Array:
    """Return the mean probability in each group of rows; NaN where there is none."""
    told = judged.told if judged.probable else np.zeros(len(place), dtype=bool)
    number = int(place.max()) + 1
    sums = np.bincount(place[told], judged.score[told], number)
    counts = np.bincount(place[told], minlength=number)
    return ratio(sums, counts.astype(float))


def difference_table(asked: Asked, answers: Sequence[Answer]) -> pl.DataFrame:
    """Return how far each scorer is from the first, on the same samples: the interval is that of the difference."""
    made = []
    for one in answers[1:]:
        for name, figure, place in _compared(asked, answers[0], one):
            point = one.point[figure][place] - answers[0].point[figure][place]
            samples = one.samples[figure][:, place] - answers[0].samples[figure][:, place]
            low, high = interval(samples, asked.confidence)
            values = {"scorer": one.name, "against": answers[0].name, "measure": name}
            made.append(columns_of(values | {"difference": np.array([point]), "low": low, "high": high}, 1))
    return pl.concat(made) if made else pl.DataFrame()


def _compared(asked: Asked, first: Answer, other: Answer) -> Iterator[tuple[str, str, int]]:
    yield from ((name, name, 0) for name in _RANKING)
    for place, capacity in enumerate(asked.capacities):
        yield f"gain at {capacity_text(capacity)}", "gain", place
        yield f"lift at {capacity_text(capacity)}", "lift", place
    # What one of them abstains on would be judged for the other alone.
    if all(one.judged.probable and one.judged.told.all() for one in (first, other)):
        yield from ((name, name, 0) for name in _ERRORS)
