"""Dividing the values of one feature into few bins that convert differently."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.tree import DecisionTreeClassifier

from leadqual.ml.scorecards.bins import Bin, Known, Missing, OtherTexts, Span, Texts, Truth
from leadqual.ml.scorecards.readable import readable
from leadqual.model.catalogue import ValueType

Labels = npt.NDArray[np.int8]
Sizes = npt.NDArray[np.int64]

_APART: Final = 2.5
"""Neighbouring bins stay apart if their rates differ by this many standard errors: the best of many cuts does by 2."""
_QUANTILES: Final = (0.02, *(place / 20 for place in range(1, 20)), 0.98)
"""After these shares of the rows a bin of numbers may end: a border anywhere would find a chance somewhere."""
_EDGE: Final = 0.1
"""A border is moved to no less than this share of the rows from where its neighbours begin and end."""
_SPARE: Final = 0.01
"""The share of rows that a rounder threshold may put on its other side."""
_FEW: Final = 30
"""Texts that fewer rows have are one: any other."""
_NAMED: Final = 30
"""So are all but the most common so many, since nobody reads a longer list."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How finely values are divided.

    Parameters
    ----------
    bins : int
        At most so many bins of known values.
    least : int
        At least so many rows in each.
    independent : float
        How much each row tells: rows of one contact tell less than those of several would.
    """

    bins: int
    least: int
    independent: float = 1.0


def binned(column: pl.Series, kind: ValueType, converted: Labels, limits: Limits, direction: int = 0) -> list[Bin]:
    """Return the bins of a feature; fewer than two if it tells nothing.

    Parameters
    ----------
    column : Series
        The feature's values, null where unknown: these are a bin of their own.
    kind : ValueType
        What they are: numbers, texts, or true and false.
    converted : array
        1 for each row that converted, else 0.
    limits : Limits
        How finely they may be divided.
    direction : {-1, 0, 1}
        Whether more has to convert less often or more often.
    """
    known = column.is_not_null().to_numpy()
    values, outcome = column.filter(column.is_not_null()), converted[known]
    match kind:
        case ValueType.NUMBER:
            parts = _numbers(values, outcome, limits, direction)
        case ValueType.BOOLEAN:
            parts = _truths(values, outcome, limits, direction)
        case _:
            parts = _texts(values, outcome, limits)
    if known.all():
        return parts if len(parts) > 1 else []
    if len(parts) > 1 or not known.any():
        return [*parts, Missing()] if parts else []
    sizes = np.array([known.sum(), (~known).sum()])
    hits = np.array([outcome.sum(), converted[~known].sum()])
    return [Known(), Missing()] if abs(_apart(sizes, hits, limits.independent)) >= _APART else []


def _numbers(values: pl.Series, converted: Labels, limits: Limits, direction: int) -> list[Bin]:
    distinct, ranks, sizes = np.unique(values.to_numpy(), return_inverse=True, return_counts=True)
    if len(distinct) < 2:
        return [Known()] if len(distinct) else []
    spare = int(_SPARE * len(ranks))
    ends = np.unique(np.quantile(ranks, _QUANTILES, method="inverted_cdf"))
    groups = np.searchsorted(ends, ranks)
    parts = _divided(groups, converted, limits, direction)
    found = [_nearby(ranks, groups, part, int(ends[part - 1]) + 1, converted) for part in parts]
    rounded = sorted({readable(distinct, sizes, place, spare) for place in found})
    places = [int(np.searchsorted(distinct, one)) for one in rounded]
    borders = dict(zip(places, rounded, strict=True))
    places = _kept(ranks, converted, [one for one in places if 0 < one < len(distinct)], limits, direction)
    if not places:
        return [Known()]
    edges = [None, *(borders[place] for place in places), None]
    return [Span(low, high) for low, high in pairwise(edges)]


def _truths(values: pl.Series, converted: Labels, limits: Limits, direction: int) -> list[Bin]:
    ranks = values.cast(pl.Int64).to_numpy()
    places = [1] if 0 < ranks.sum() < len(ranks) else []
    if not len(ranks):
        return []
    return [Truth(value=False), Truth(value=True)] if _kept(ranks, converted, places, limits, direction) else [Known()]


def _texts(values: pl.Series, converted: Labels, limits: Limits) -> list[Bin]:
    """Return texts in bins of about equal rates: those in the order of their rates are divided like numbers."""
    if not len(values):
        return []
    counted = pl.DataFrame({"text": values, "hit": converted}).group_by("text").agg(pl.len(), pl.col("hit").sum())
    often = counted.sort("len", "text", descending=[True, False]).head(_NAMED)
    common = often.filter(pl.col("len") >= _FEW)["text"].to_list()
    named = pl.when(pl.col("text").is_in(common)).then("text")
    merged = counted.group_by(named.alias("text")).agg(pl.col("len").sum(), pl.col("hit").sum())
    mean = float(converted.mean())
    rate = (pl.col("hit") + 1) / (pl.col("len") + (1 / mean if mean else 1))
    order: list[str | None] = merged.sort(rate, pl.col("text"))["text"].to_list()
    place_of = {text: place for place, text in enumerate(order)}
    other = place_of.get(None, -1)
    ranks = np.array([place_of.get(text, other) for text in values.to_list()])
    places = _kept(ranks, converted, _divided(ranks, converted, limits, 0), limits, 0)
    if not places:
        return [Known()]
    groups = [order[low:high] for low, high in pairwise([0, *places, len(order)])]
    return [_text_bin(group, order) for group in groups]


def _text_bin(group: Sequence[str | None], order: Sequence[str | None]) -> Bin:
    if None in group:
        return OtherTexts(tuple(sorted(text for text in order if text is not None and text not in group)))
    return Texts(tuple(sorted(text for text in group if text is not None)))


def _divided(ranks: npt.NDArray[np.int64], converted: Labels, limits: Limits, direction: int) -> list[int]:
    """Return the ranks at which bins begin, as a tree with one feature divides them.

    Ranks stand for values, since a tree rounds values to 32 bits and thresholds have to be exact.
    """
    tree = DecisionTreeClassifier(
        max_leaf_nodes=limits.bins,
        min_samples_leaf=max(1, limits.least),
        monotonic_cst=[direction] if direction else None,
        random_state=0,
    )
    grown = tree.fit(ranks.reshape(-1, 1), converted).tree_
    return sorted({int(np.floor(one)) + 1 for one in grown.threshold[grown.feature >= 0]})


def _nearby(
    ranks: npt.NDArray[np.int64], groups: npt.NDArray[np.int64], part: int, place: int, converted: Labels
) -> int:
    """Return where a border lies best between the two groups that it was found between."""
    near = (groups == part - 1) | (groups == part)
    found = _divided(ranks[near], converted[near], Limits(2, max(1, int(_EDGE * near.sum()))), 0)
    return found[0] if found else place


def _kept(
    ranks: npt.NDArray[np.int64], converted: Labels, places: Iterable[int], limits: Limits, direction: int
) -> list[int]:
    """Return the borders between bins that are large enough, in the right order, and surely differ."""
    kept = list(places)
    while kept:
        part = np.searchsorted(kept, ranks, side="right")
        sizes = np.bincount(part, minlength=len(kept) + 1)
        hits = np.bincount(part, weights=converted, minlength=len(kept) + 1).astype(float)
        apart = [
            0.0 if min(sizes[one], sizes[one + 1]) < limits.least else _difference(sizes, hits, one, limits, direction)
            for one in range(len(kept))
        ]
        weakest = int(np.argmin(apart))
        if apart[weakest] >= _APART:
            break
        del kept[weakest]
    return kept


def _difference(sizes: Sizes, hits: npt.NDArray[np.float64], place: int, limits: Limits, direction: int) -> float:
    found = _apart(sizes[place : place + 2], hits[place : place + 2], limits.independent)
    return found * direction if direction else abs(found)


def _apart(sizes: Sizes, hits: npt.NDArray[np.float64] | Sizes, independent: float) -> float:
    """Return by how many standard errors the second of two rates lies above the first."""
    pooled = hits.sum() / sizes.sum()
    error = np.sqrt(pooled * (1 - pooled) * (1 / sizes).sum() / independent)
    rates = hits / sizes
    return float((rates[1] - rates[0]) / error) if error > 0 else 0.0
