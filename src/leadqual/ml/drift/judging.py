"""What recent rows say of a model: reasons to fit it again, and what else should be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from leadqual.ml.drift.baseline import Baseline
from leadqual.ml.drift.given import Recent
from leadqual.ml.drift.watched import FEW, Watched
from leadqual.ml.evaluation.stability import MISSING, MOVED, OTHER, SHIFTED

Told = tuple[float, str]
_NEARLY_SURE: Final = 20
"""Where so many rows are expected, that none came is no chance."""
_MATTERS: Final = 0.05
_GONE: Final = 100.0


def reasons_of(
    features: pl.DataFrame, scores: pl.DataFrame, bins: pl.DataFrame, found: Sequence[Watched], contacts: int
) -> tuple[str, ...]:
    """Return why the model should be fitted again, the worst first."""
    told = [*_emptied(features, contacts), *_figures(found), *_moved(scores, "The probabilities have")]
    empty = set(features.filter(_is_emptied(contacts))["feature"])
    moved = features.filter((pl.col("verdict") == "moved") & ~pl.col("feature").is_in(empty))
    told += _moved(moved, "{} has")
    known = empty | set(moved["feature"])
    told += _gone(bins, contacts, known)
    return tuple(text for _, text in sorted(told, key=lambda one: -one[0]))


def notes_of(
    features: pl.DataFrame, scores: pl.DataFrame, found: Sequence[Watched], baseline: Baseline, recent: Recent
) -> tuple[str, ...]:
    """Return what should be known, and is no reason to fit the model again."""
    return (
        *_shifted(features, scores),
        *_new_texts(features),
        *(text for one in found for text in _in_words(one) if one.verdict == "shifted"),
        *_rate(found),
        *_cannot_tell(features, recent, baseline),
    )


def _is_emptied(contacts: int) -> pl.Expr:
    known = 1 - pl.col("missing_before")
    return (pl.col("missing") >= 1) & (known * contacts >= _NEARLY_SURE)


def _emptied(features: pl.DataFrame, contacts: int) -> Iterator[Told]:
    for row in features.filter(_is_emptied(contacts)).to_dicts():
        known = 1 - row["missing_before"]
        yield _GONE + known, f"{row['feature']} is empty now; {known:.0%} of the rows of the training had it."


def _moved(table: pl.DataFrame, who: str) -> Iterator[Told]:
    for row in table.filter(pl.col("verdict") == "moved").to_dicts():
        yield row["psi"] / MOVED, f"{who.format(row['feature'])} moved: {_index(row)}."


def _index(row: dict[str, Any]) -> str:
    most = f"most of it is {row['bin']!r}, {row['bin_before']:.1%} then and {row['bin_now']:.1%} now"
    return f"PSI {row['psi']:.2f}, where chance alone stays below {row['by_chance']:.2g}; {most}"


def _figures(found: Sequence[Watched]) -> Iterator[Told]:
    for one in found:
        if one.verdict == "moved":
            yield from ((one.far, text) for text in _in_words(one))


def _in_words(one: Watched) -> Iterator[str]:
    """Yield what a figure says; what became of the rate is told by itself."""
    low, high = one.now.bounds(0.95)
    least = low if one.measure == "slope" else max(0.0, low)  # a slope can be below 0, the others cannot
    span = f"95% interval {least:.2f} to {high:.2f}"
    if one.measure == "observed/expected":
        yield f"{one.now.value:.2f} times as many converted as the probabilities say ({span})."
    elif one.measure == "ROC AUC" and one.before is not None:
        then = f"{one.before.value:.3f} on the rows held back at the training"
        yield f"It ranks worse: ROC AUC {one.now.value:.3f} ({span}), {then}."
    elif one.measure == "slope":
        side = "too far apart" if one.now.value < 1 else "too close together"
        then = "" if one.before is None else f", {one.before.value:.2f} on the rows held back at the training"
        yield f"The probabilities lie {side}: slope of calibration {one.now.value:.2f} ({span}){then}."


def _gone(bins: pl.DataFrame, contacts: int, known: set[str]) -> Iterator[Told]:
    for row in _missing_texts(bins, contacts).filter(~pl.col("feature").is_in(known)).to_dicts():
        if row["share"] >= _MATTERS:
            told = f"{row['feature']}: nobody has {row['bin']!r} any more; {row['share']:.1%} of the training had."
            yield row["share"] / _MATTERS, told


def _missing_texts(bins: pl.DataFrame, contacts: int) -> pl.DataFrame:
    named = ~pl.col("bin").is_in([MISSING, OTHER]) | pl.col("value").is_not_null()
    return bins.filter(named, pl.col("found") == 0, pl.col("share") * contacts >= _NEARLY_SURE)


def _shifted(features: pl.DataFrame, scores: pl.DataFrame) -> Iterator[str]:
    rows = [row for table in (scores, features) for row in table.filter(pl.col("verdict") == "shifted").to_dicts()]
    if rows:
        told = ", ".join(f"{row['feature']} (PSI {row['psi']:.2f})" for row in rows)
        yield f"Shifted beyond chance, but less than calls for another fit: {told}."


def _new_texts(features: pl.DataFrame) -> Iterator[str]:
    grown = pl.col("other") - pl.col("other_before") >= _MATTERS
    for row in features.filter(grown).to_dicts():
        names = f", most often {', '.join(map(repr, row['new']))}" if row["new"] else ""
        yield f"{row['feature']}: {row['other']:.1%} have a text that was rare in the training or never there{names}."


def _rate(found: Sequence[Watched]) -> Iterator[str]:
    for one in found:
        if one.measure == "rate" and one.before is not None and one.verdict != "stable":
            calm = all(other.verdict == "stable" for other in found if other.measure == "observed/expected")
            after = "; the probabilities foresaw it" if calm else ""
            yield f"{one.now.value:.1%} converted, {one.before.value:.1%} of the training{after}."


def _cannot_tell(features: pl.DataFrame, recent: Recent, baseline: Baseline) -> Iterator[str]:
    unsure = features.filter(pl.col("by_chance") > MOVED)
    if len(unsure):
        most = max(unsure["by_chance"].to_list())
        yield f"Of {len(unsure)} features even a PSI of {MOVED} says little of so few rows: chance reaches {most:.2f}."
    y = recent.converted
    if y is None:
        yield "No labels were given: whether the probabilities are right, and how well they rank, was not looked at."
    elif min(y.sum(), len(y) - y.sum()) < FEW:
        yield f"{y.sum():,.0f} of {len(y):,} rows converted: too few, or too many, to tell how well they are ranked."
    if baseline.auc is not None and baseline.auc.bounds(0.95)[0] <= 0.5:
        then = f"ROC AUC {baseline.auc.value:.3f}"
        yield f"Nothing says that it ever ranked better than chance: {then} on the rows held back at the training."
    if baseline.scores is None:
        yield "Nothing was held back at the training: probabilities and ranking have nothing to be compared with."
    if not len(features.filter(pl.col("psi") >= SHIFTED)) and len(features):
        yield f"No feature has a PSI of {SHIFTED} or more; the usual mark of another population is {MOVED}."
