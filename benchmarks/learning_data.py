"""What is learned from: the bank's calls and the demo data, divided by time, and by lot to show how that flatters."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.peers import MissingPeer
from leadqual import policies
from leadqual.datasets import BankMarketing, bank_marketing, demo
from leadqual.ml import TrainingSet, training_set

SHARED: Final = Path(os.environ.get("LEADQUAL_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
TRAINED: Final = 0.8
CONTACTS: Final = 10_000
HORIZON: Final = timedelta(days=60)
_TESTED: Final = 2
"""How many of the last cutoffs of the demo data judge."""


@dataclass(frozen=True)
class Division:
    """Rows to learn from, and rows to judge with."""

    name: str
    train: TrainingSet
    test: TrainingSet


def bank(variant: Any) -> BankMarketing:
    """Return the bank's calls; raise `MissingPeer` where the files are not at hand."""
    folder = SHARED / "uci_bank_marketing"
    if not folder.is_dir():
        raise MissingPeer(f"the files of the bank are not in {folder}; LEADQUAL_SHARED_DATA names another place")
    return bank_marketing(folder, variant=variant)


def bank_rows(variant: Any, every: int = 1) -> TrainingSet:
    """Return the calls as rows to learn from, or only each so-many-th of them."""
    given = bank(variant)
    options = {"outcome": given.outcome, "features": list(given.features), "time": given.time}
    with warnings.catch_warnings(action="ignore"):  # nobody can vouch for time in such a table; its authors do
        return training_set(given.policy, given.contacts.gather_every(every), **options)


def bank_by_time(variant: Any, every: int = 1) -> Division:
    """Return the first four fifths of the calls, and the rest."""
    rows = bank_rows(variant, every)
    start = rows.rows["cutoff"][int(TRAINED * len(rows))]
    return Division(f"bank, {variant}", rows.before(start), rows.since(start))


def demo_by_time(contacts: int = CONTACTS) -> Division:
    """Return the demo data at the beginnings of months; the last two judge, and no horizon reaches into them."""
    sample = demo(contacts)
    rows = training_set(policies.sales(), *sample.frames(), horizon=HORIZON, until=sample.at)
    start = rows.cutoffs[-_TESTED]
    return Division(f"demo, {contacts:,} contacts", rows.before(start), rows.since(start))


def by_lot(division: Division, seed: int = 0) -> Division:
    """Return the same rows divided by lot, as many to learn from as before."""
    rows = pl.concat([division.train.rows, division.test.rows])
    drawn = np.zeros(len(rows), dtype=bool)
    drawn[np.random.default_rng(seed).permutation(len(rows))[: len(division.train)]] = True
    train, test = (replace(division.train, rows=rows.filter(pl.Series(part))) for part in (drawn, ~drawn))
    return Division(f"{division.name}, by lot", train, test)


def as_pandas(division: Division) -> tuple[Any, Any]:
    """Return the features as the peers take them: pandas, texts as categories, without columns that are never known."""
    train, test = (part.X.to_pandas() for part in (division.train, division.test))
    empty = [name for name in train if train[name].isna().all()]
    train, test = (part.drop(columns=empty) for part in (train, test))
    for name in train:
        if train[name].dtype.kind != "f":
            train[name] = train[name].astype("category")
            test[name] = test[name].astype(train[name].dtype)
    names = [f"feature{place}" for place in range(train.shape[1])]  # LightGBM takes no brackets in a name
    return train.set_axis(names, axis=1), test.set_axis(names, axis=1)


def contacts_of(data: TrainingSet) -> npt.NDArray[np.intp]:
    """Return the contact of each row as a number."""
    return np.unique(data.groups.astype(str), return_inverse=True)[1]
