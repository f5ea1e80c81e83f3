"""The bank's calls in a rolling window (Moro, Cortez and Rita 2014): trained on the latest calls, asked of the next.

Most of what is gained in pooled figures is the drift of the rate, which a model that is trained again follows. How well
contacts are put in order among those of the same time is told by the areas within chunks of 1,000 calls.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import polars as pl

from benchmarks.learning_data import Division, as_pandas, bank_rows
from benchmarks.learning_measures import Floats, gain, plain, quality, roc_auc, samples, within_chunks
from benchmarks.learning_peers import PEERS, answers
from benchmarks.timing import Figure
from leadqual.ml import PropensityModel, TrainingSet

PUBLISHED: Final = {"ROC AUC": 0.794, "ALIFT": 0.672}
"""Their neural network in Table 5, on other calls of the same bank with 22 features of which most are not public."""
SHORT: Final = 5_000
"""A window of the latest calls alone."""
RESAMPLED: Final = 200


@dataclass(frozen=True, slots=True)
class Protocol:
    """How far the window looks back, how far it moves at a time, and how many of the last calls are asked."""

    name: str
    window: int
    step: int
    last: int


MORO: Final = Protocol("last 1,293", 20_000, 10, 1_293)
CHUNKS: Final = Protocol("last 8,238", 20_000, 200, 8_238)
QUICK: Final = (Protocol("last 200", 1_500, 100, 200), Protocol("last 1,000", 1_500, 500, 1_000))


def figures(*, quick: bool) -> list[Figure]:
    """Measure both protocols."""
    rows = bank_rows("additional", 10 if quick else 1)
    moro, chunks = QUICK if quick else (MORO, CHUNKS)
    short = SHORT // 10 if quick else SHORT
    return [*pooled(rows, moro, short), *in_order(rows, chunks, short)]


def pooled(rows: TrainingSet, protocol: Protocol, short: int) -> Iterator[Figure]:
    """Yield the areas over all answers pooled, as published."""
    found = rolled(rows, protocol, short)
    y = rows.y[len(rows) - protocol.last :]
    drawn = samples(np.arange(len(y)), RESAMPLED)
    for title, measure in (("ROC AUC", roc_auc), ("ALIFT", gain)):
        for name, theirs in found.items():
            if name != "model":
                line = f"rolling, {protocol.name}: {title}, model / {name}"
                yield quality(line, measure, y, found["model"], theirs, drawn)
        published = f"rolling, {protocol.name}: {title}, model / published, other features"
        yield plain(published, measure(y, found["model"]), PUBLISHED[title])


def in_order(rows: TrainingSet, protocol: Protocol, short: int) -> Iterator[Figure]:
    """Yield the areas over more answers, pooled, and within chunks of calls of about the same time."""
    found = rolled(rows, protocol, short)
    y = rows.y[len(rows) - protocol.last :]
    for title, measure in (("ROC AUC, pooled", roc_auc), ("ROC AUC within 1,000 calls", within_chunks)):
        for name, theirs in found.items():
            if name != "model":
                line = f"rolling, {protocol.name}: {title}, model / {name}"
                yield plain(line, measure(y, found["model"]), measure(y, theirs))


def rolled(rows: TrainingSet, protocol: Protocol, short: int) -> dict[str, Floats]:
    """Return the answers of the model, the model in a short window, and the peers."""
    everything = as_pandas(Division("", rows, rows))[0]
    found = {"model": moved(rows, protocol, protocol.window, _model(rows))}
    found[f"model, window of {short:,}"] = moved(rows, protocol, short, _model(rows))
    for name in PEERS:
        found[name] = moved(rows, protocol, protocol.window, _peer(everything, name))
    return found


Ask: TypeAlias = Callable[[Any, Any, Any], Floats]


def moved(rows: TrainingSet, protocol: Protocol, window: int, ask: Ask) -> Floats:
    """Return the answers to the last calls: each step is asked of what is fitted to the window before it."""
    size, y, found = len(rows), rows.y, []
    for start in range(size - protocol.last, size, protocol.step):
        train, test = slice(start - window, start), slice(start, min(size, start + protocol.step))
        found.append(ask(train, y[train], test))
    return np.concatenate(found)


def _model(rows: TrainingSet) -> Ask:
    table, times = rows.X, rows.times

    def ask(train: slice, y: Any, test: slice) -> Floats:
        with warnings.catch_warnings(action="ignore"):  # a short window has few conversions
            model = PropensityModel().fit(_part(table, train), y, times=times[train])
        return np.asarray(model.predict_proba(_part(table, test))[:, 1])

    return ask


def _part(table: pl.DataFrame, rows: slice) -> pl.DataFrame:
    return table[rows.start : rows.stop]


def _peer(table: Any, name: str) -> Ask:
    return lambda train, y, test: answers(name, table.iloc[train], y, table.iloc[test])
