"""The model that is fitted by default, and the scorecard, beside the three classifiers that others would take."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.learning_data import CONTACTS, Division, as_pandas, bank_by_time, by_lot, contacts_of, demo_by_time
from benchmarks.learning_measures import (
    MEASURES,
    RESAMPLED,
    AtLeast,
    Floats,
    lift,
    plain,
    quality,
    roc_auc,
    samples,
)
from benchmarks.learning_peers import PEERS, answers
from benchmarks.peers import MissingPeer
from benchmarks.timing import Figure
from leadqual.ml import PropensityModel, learn_scorecard

LOST: float = 0.02
"""How much of the area under the ROC curve a scorecard may lose."""


def sources(*, quick: bool) -> list[Callable[[], Division]]:
    """Return what makes each set of rows."""
    every, contacts = (10, 2_000) if quick else (1, CONTACTS)
    banks = [partial(bank_by_time, variant, every) for variant in ("additional", "full")]
    return [*banks, partial(demo_by_time, contacts)]


def figures(*, quick: bool) -> list[Figure]:
    """Measure what is learned from each set of rows; say on stderr which is not at hand."""
    lines: list[Figure] = []
    for source in sources(quick=quick):
        try:
            division = source()
        except MissingPeer as missing:
            print(f"learning leaves a set out: {missing}", file=sys.stderr)
            continue
        lines += compared_on(division, 20 if quick else RESAMPLED)
    return lines


def compared_on(division: Division, resampled: int) -> Iterator[Figure]:
    """Yield the lines of a set of rows: the model, its scorecard, and what dividing by lot would have claimed."""
    y, drawn = division.test.y, samples(contacts_of(division.test), resampled)
    model, ours = fitted(division)
    peers = {name: of_peer(name, division) for name in PEERS}
    for title, (measure, target) in MEASURES.items():
        for name, theirs in peers.items():
            yield quality(f"{division.name}: {title}, model / {name}", measure, y, ours, theirs, drawn, target)
    points = card_points(division, model)
    allowed = roc_auc(y, ours) - LOST
    yield plain(f"{division.name}: ROC AUC, scorecard / model - {LOST}", roc_auc(y, points), allowed, AtLeast(1))
    yield quality(f"{division.name}: lift at 10 %, scorecard / model", lift, y, points, ours, drawn)
    lot = by_lot(division)
    _, flattered = fitted(lot)
    for title, measure in (("ROC AUC", roc_auc), ("lift at 10 %", lift)):
        claimed, true = measure(lot.test.y, flattered), measure(y, ours)
        yield plain(f"{division.name}: {title}, divided by lot / by time", claimed, true)


def fitted(division: Division) -> tuple[PropensityModel, Floats]:
    """Return the default model, and its probabilities for the rows that judge."""
    with warnings.catch_warnings(action="ignore"):  # in a trial there are few conversions
        model = PropensityModel().fit(division.train)
    return model, model.predict_proba(division.test.X)[:, 1]


def of_peer(name: str, division: Division) -> Floats:
    """Return the probabilities of a peer for the rows that judge."""
    train, test = as_pandas(division)
    return answers(name, train, division.train.y, test)


def card_points(division: Division, model: PropensityModel) -> Floats:
    """Return the points that a learned scorecard gives to the rows that judge."""
    card = learn_scorecard(division.train, model=model, holdout=division.test)
    return card.points_of(division.test.rows).to_numpy().astype(float)
