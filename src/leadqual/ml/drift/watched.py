"""The figures that are watched: each as it was, as it is, and whether chance explains the difference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from leadqual.ml.drift.baseline import PROBABILITY, Baseline, score_rows
from leadqual.ml.drift.figures import Figure, area, observed_to_expected, rate, slope
from leadqual.ml.drift.given import Recent
from leadqual.ml.evaluation.stability import OTHER, found_in, reference_of, stability_table
from leadqual.model.catalogue import ValueType

FEW: Final = 10
"""With fewer conversions, or fewer rows without, ranking and slope are not judged; nor is calibration where fewer are
expected."""
RATIO: Final = 1.25
"""How many times as many conversions as expected, or as few, call for another fit."""
AUC_LOST: Final = 0.05
SLOPE: Final = 1.5
"""How many times as steep or as flat."""
_SHOWN: Final = 0.95
_NAMED: Final = 3
_SCHEMA: Final = {
    "measure": pl.String(),
    **{f"{name}{end}": pl.Float64() for name in ("before", "now") for end in ("", "_low", "_high")},
    "verdict": pl.String(),
}


@dataclass(frozen=True)
class Watched:
    """One figure of probabilities, then and now.

    Parameters
    ----------
    measure : str
        What it is.
    before, now : Figure
        At the training, where anything was held back; and of the recent rows.
    far : float
        How far it is from what it was, where 1 is as far as matters, and less than 0 is for the better.
    certain : bool
        Whether chance does not explain it.
    """

    measure: str
    before: Figure | None
    now: Figure
    far: float
    certain: bool

    @property
    def verdict(self) -> str:
        """Whether it *moved* as far as matters, *shifted* less far and beyond chance, or is *stable*."""
        if not self.certain or self.far <= 0:
            return "stable"
        return "moved" if self.far >= 1 else "shifted"


def watched_figures(baseline: Baseline, recent: Recent, confidence: float) -> list[Watched]:
    """Return the figures that recent rows with labels have."""
    y = recent.converted
    if y is None:
        return []
    both = min(y.sum(), len(y) - y.sum()) >= FEW
    return [*_levels(baseline, recent, y, confidence), *(_orders(baseline, recent, y, confidence) if both else ())]


def _levels(baseline: Baseline, recent: Recent, y: np.ndarray, confidence: float) -> Iterator[Watched]:
    now = rate(y, recent.groups)
    change = _relative(now.value, baseline.rate.value)
    yield Watched("rate", baseline.rate, now, change, _differs(baseline.rate, now, confidence))
    if recent.probability.sum() < FEW:
        return
    # What the probabilities were fitted to was itself a matter of chance.
    learned = 1 / math.sqrt(max(1, baseline.held_conversions or baseline.conversions))
    found = observed_to_expected(y, recent.probability, recent.groups)
    wide = Figure(found.value, math.hypot(found.error, learned))
    yield Watched(
        "observed/expected", None, wide, _relative(found.value, 1.0), _differs(Figure(1.0, 0.0), wide, confidence)
    )


def _orders(baseline: Baseline, recent: Recent, y: np.ndarray, confidence: float) -> Iterator[Watched]:
    now, before = area(y, recent.probability, recent.groups), baseline.auc
    lost = 0.0 if before is None else (before.value - now.value) / AUC_LOST
    yield Watched("ROC AUC", before, now, lost, before is not None and _differs(before, now, confidence))
    steep, then = slope(y, recent.probability, recent.groups), baseline.slope
    if steep is not None:
        known = Figure(1.0, 0.0) if then is None or then.value <= 0 else then
        far = math.inf if steep.value <= 0 else _off(steep.value) - _off(known.value)
        yield Watched("slope", then, steep, far, _differs(known, steep, confidence))


def _relative(now: float, before: float) -> float:
    return math.inf if now <= 0 else abs(math.log(now / before)) / math.log(RATIO)


def _off(steep: float) -> float:
    """Return how far a slope is from 1, where 1 is as far as matters."""
    return abs(math.log(steep)) / math.log(SLOPE)


def _differs(before: Figure, now: Figure, confidence: float) -> bool:
    low, high = Figure(now.value - before.value, math.hypot(now.error, before.error)).bounds(confidence)
    return not low <= 0 <= high


def figure_table(watched: Sequence[Watched]) -> pl.DataFrame:
    """Return figures as a table, each with its interval."""
    rows = []
    for one in watched:
        row: dict[str, float | str | None] = {"measure": one.measure, "verdict": one.verdict}
        for name, figure in (("before", one.before), ("now", one.now)):
            if figure is not None:
                low, high = figure.bounds(_SHOWN)
                least = -math.inf if one.measure == "slope" else 0.0
                row |= {name: figure.value, f"{name}_low": max(least, low), f"{name}_high": high}
        rows.append(row)
    return pl.DataFrame(rows, schema=_SCHEMA)


def feature_table(reference: pl.DataFrame, rows: pl.DataFrame, contacts: int, confidence: float) -> pl.DataFrame:
    """Return how far features have moved, with the bin that moved furthest and the texts that are new."""
    table = stability_table(reference, rows, contacts=contacts, confidence=confidence)
    change = pl.col("found") - pl.col("share")
    bins = bin_table(reference, rows).sort(change.abs(), descending=True, maintain_order=True)
    most = bins.group_by("feature", maintain_order=True).first()
    kept = most.select("feature", "bin", pl.col("share").alias("bin_before"), pl.col("found").alias("bin_now"))
    others = reference.filter(pl.col("bin") == OTHER, pl.col("value").is_null())
    before = others.select("feature", pl.col("share").alias("other_before"))
    new = pl.Series("new", [_new_texts(name, reference, rows) for name in table["feature"]], pl.List(pl.String))
    joined = table.join(kept, on="feature", how="left", maintain_order="left")
    return joined.join(before, on="feature", how="left", maintain_order="left").with_columns(new)


def _new_texts(feature: str, reference: pl.DataFrame, rows: pl.DataFrame) -> list[str]:
    """Return the most frequent texts of a feature that have no bin of their own."""
    values = rows[feature]
    if values.dtype != pl.String:
        return []
    known = reference.filter(pl.col("feature") == feature)["value"].drop_nulls()
    others = values.filter(values.is_not_null() & ~values.is_in(known.implode())).alias("text").to_frame()
    ranked = others.group_by("text").len().sort(-pl.col("len").cast(pl.Int64), "text")
    return ranked["text"].head(_NAMED).to_list()


def bin_table(reference: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return every bin of a reference with its share then, and the share ``found`` now."""
    return reference.with_columns(pl.Series("found", found_in(reference, rows), dtype=pl.Float64))


def score_table(baseline: Baseline, recent: Recent, confidence: float) -> pl.DataFrame:
    """Return how far the probabilities have moved, in one row; in none where nothing was held back."""
    rows = score_rows(recent.probability)
    if baseline.scores is not None:
        return feature_table(baseline.scores, rows, recent.contacts, confidence)
    some = reference_of(rows, {PROBABILITY: ValueType.NUMBER})
    return feature_table(some, rows, recent.contacts, confidence).clear()
