"""Print what a random split flatters: the same calls, divided by time and by lot. See docs/bank-marketing.md."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from leadqual import ml
from leadqual.datasets import bank_marketing

Variant = Literal["additional", "full"]
Floats = npt.NDArray[np.float64]
Parts = tuple[ml.TrainingSet, ml.TrainingSet]
DURATION = "contact.duration"
BLOCK = 2_060


def rows_of(path: str, variant: Variant = "additional", *, duration: bool = False) -> ml.TrainingSet:
    """Return the calls as rows to learn from, with or without the feature that nobody knows before a call."""
    bank = bank_marketing(path, variant=variant)
    features = [*bank.features, DURATION] if duration else list(bank.features)
    return ml.training_set(bank.policy, bank.contacts, outcome=bank.outcome, features=features, time=bank.time)


def warned(path: str, variant: Variant) -> list[str]:
    """Return what is said of a feature that predicts too well."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ml.LearningWarning)
        rows_of(path, variant, duration=True)
    return [str(one.message) for one in caught if issubclass(one.category, ml.LeakWarning)]


def by_time(data: ml.TrainingSet) -> Parts:
    """Return the first four fifths of the calls, and the last."""
    border = data.rows["cutoff"].sort()[len(data) * 4 // 5]
    return data.before(border), data.since(border)


def by_lot(data: ml.TrainingSet) -> Parts:
    """Return four fifths of the calls, drawn by lot, and the others."""
    drawn = pl.Series(np.random.default_rng(0).permutation(len(data)) < len(data) * 4 // 5)
    return data.where(pl.lit(drawn)), data.where(~pl.lit(drawn))


def judged(name: str, parts: Parts) -> tuple[str, ...]:
    """Return the figures of a model of the first part, judged on the second."""
    train, test = parts
    report = ml.PropensityModel().fit(train).evaluate(test, capacity=0.1, resamples=200)
    found, best = report.measures.row(0, named=True), report.capacity.row(0, named=True)
    return (
        name,
        _span(found, "roc_auc", ".3f"),
        f"{found['within_auc']:.3f}",
        f"{_lift(report.rows):.2f}",
        _span(best, "lift", ".2f"),
        f"{found['brier']:.3f}",
        f"{found['mean_prediction']:.1%}",
        f"{found['rate']:.1%}",
    )


def _lift(rows: pl.DataFrame) -> float:
    """Return the lift of the best tenth of all rows, whatever their month."""
    best = rows.sort("propensity", descending=True, maintain_order=True).head(len(rows) // 10)
    return float(best["converted"].mean() / rows["converted"].mean())  # type: ignore[operator]


def _span(row: dict[str, float], name: str, form: str) -> str:
    return f"{row[name]:{form}} ({row[f'{name}_low']:{form}} to {row[f'{name}_high']:{form}})"


def learned_anew(data: ml.TrainingSet, latest: int) -> Floats:
    """Return the probabilities of the last calls, by models that are fitted before each block to the latest calls."""
    times = data.rows["cutoff"].sort()
    found = []
    for start in range(len(data) * 4 // 5, len(data), BLOCK):
        begin, end = times[start], times[min(start + BLOCK, len(data)) - 1]
        known = data.where(pl.col("cutoff").is_between(times[max(start - latest, 0)], begin, closed="left"))
        block = data.where(pl.col("cutoff").is_between(begin, end))
        found.append(ml.PropensityModel().fit(known).predict_proba(block.X)[:, 1])
    return np.concatenate(found)


def kept_up(data: ml.TrainingSet) -> Iterator[tuple[str, ...]]:
    """Yield what it brings to learn anew: what was expected of each block, what came, and the Brier score of all."""
    train, test = by_time(data)
    came = test.y.astype(float)
    yield "what came", *_of_blocks(came), "-"
    once = ml.PropensityModel().fit(train).predict_proba(test.X)[:, 1]
    often = {
        "once, before the first": once,
        "before each, to all calls": learned_anew(data, len(data)),
        "before each, to the latest 10,000": learned_anew(data, 10_000),
    }
    for name, chance in often.items():
        yield name, *_of_blocks(chance), f"{((chance - came) ** 2).mean():.3f}"


def _of_blocks(values: Floats) -> list[str]:
    return [f"{values[start : start + BLOCK].mean():.1%}" for start in range(0, len(values), BLOCK)]


def by_year(data: ml.TrainingSet) -> Iterator[tuple[str, ...]]:
    """Yield how many subscribed, year after year."""
    year = pl.col("cutoff").dt.year().alias("year")
    for name, calls, came in data.rows.group_by(year).agg(pl.len(), pl.col("converted").sum()).sort("year").iter_rows():
        yield str(name), f"{calls:,}", f"{came:,}", f"{came / calls:.1%}"


def table(title: str, head: str, rows: Iterable[Iterable[str]]) -> None:
    """Print a table in Markdown."""
    print(f"## {title}\n\n| {head} |")
    print(f"| --- |{' ---: |' * head.count('|')}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print()


def main() -> None:
    """Print the tables of the page."""
    path = sys.argv[1]
    with warnings.catch_warnings(action="ignore", category=ml.UndatedWarning):  # the page says it
        data, leaky = rows_of(path), rows_of(path, duration=True)
    table("Year after year", "year | calls | subscribed | rate", by_year(data))
    measures = "ROC AUC | within a month | lift | within a month | Brier | expected | came"
    parts = {"by lot": by_lot, "by time": by_time}
    table("By lot and by time", f"divided | {measures}", (judged(name, part(data)) for name, part in parts.items()))
    table("With the duration", f"divided | {measures}", (judged(name, part(leaky)) for name, part in parts.items()))
    for variant in ("additional", "full"):
        print(f"warnings, {variant}:", *(warned(path, variant) or ["none"]), end="\n\n")
    drift = ml.monitor(ml.PropensityModel().fit(by_time(data)[0]), by_time(data)[1])
    print("Learn anew:", "yes" if drift.retrain else "no")
    print("\n".join(f"- {reason}" for reason in drift.reasons[:3]), end="\n\n")
    blocks = "1st block | 2nd | 3rd | 4th"
    table("Learning anew", f"fitted | {blocks} | Brier", kept_up(data))


if __name__ == "__main__":
    main()
