"""A million contacts through a model in a policy, beside its bare probabilities and the features by themselves."""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.frames_data import AT, tables
from benchmarks.timing import Figure, Target, of_pairs
from leadqual import Policy, frames
from leadqual.datasets import demo
from leadqual.ml import PropensityModel, training_set

CONTACTS: Final = 1_000_000
INTERACTIONS: Final = 5_000_000
REPEATS: Final = 3
TARGET: Final = Target(1.2, inclusive=True)
SCORE: Final = "propensity"
FEATURES: Final = (
    "contact.country",
    "contact.seniority",
    "contact.source",
    "contact.email_is_personal",
    "company.employees",
    "company.industry",
    "count(page_viewed, within='30d')",
    "count(email_clicked, within='30d')",
    "count(whitepaper_downloaded, within='90d')",
    "count(demo_requested, within='90d')",
    "days_since(page_viewed)",
    "days_since(demo_requested)",
    "count(purchase)",
    "count(call_outbound, within='60d')",
)


def bare_policy() -> Policy:
    """Return a policy without scores of its own, so that nothing else is worked out."""
    return Policy(name="model-alone", scorers={SCORE: {"range": [0, 1]}})


def model(policy: Policy) -> PropensityModel:
    """Return the default model, fitted to the demo data."""
    sample = demo(2_000)
    contacts, interactions = sample.frames()
    options = {"features": list(FEATURES), "horizon": "60d", "until": sample.at}
    return PropensityModel().fit(training_set(policy, contacts.drop("monthly_budget"), interactions, **options))


def figures(*, quick: bool) -> list[Figure]:
    """Measure both in turns, after their answers were held against each other."""
    sizes = (2_000, 10_000) if quick else (CONTACTS, INTERACTIONS)
    people, events = (pl.read_parquet(one) for one in _folders(*sizes))
    people = people.drop("monthly_budget")  # a field of the policy for sales
    bare = bare_policy()
    fitted = model(bare)
    policy = bare.with_scorer(SCORE, fitted.as_scorer(SCORE))

    def ours() -> Any:
        return frames.score(policy, people, events, at=AT, check="trusted")

    def features() -> Any:
        return frames.evaluate(bare, list(FEATURES), people, events, at=AT, check="trusted")

    ready = features().select(FEATURES).with_columns(pl.col(pl.Boolean).cast(pl.Float64))
    chances = fitted.predict_proba(ready)[:, 1]
    np.testing.assert_allclose(
        ours()[f"score.{SCORE}"].to_numpy(), chances, rtol=0, atol=1e-6
    )  # scores have six decimals
    pairs = [
        (timed(ours), tuple(map(sum, zip(timed(features), timed(lambda: fitted.predict_proba(ready)), strict=True))))
        for _ in range(1 if quick else REPEATS)
    ]
    name = f"{sizes[0]:,} contacts, model in a policy / features and bare probabilities"
    return [
        of_pairs(name, [(mine[0], theirs[0]) for mine, theirs in pairs], TARGET),
        of_pairs(f"{name}, on the wall", [(mine[1], theirs[1]) for mine, theirs in pairs]),
    ]


def _folders(contacts: int, interactions: int) -> tuple[Any, Any]:
    made = tables(contacts, interactions)
    return made.contacts, made.interactions


def timed(run: Callable[[], Any]) -> tuple[float, float]:
    """Return the processor time of a call, of every thread, and the time on the wall."""
    gc.collect()
    begin, began = process_time(), perf_counter()
    run()
    return process_time() - begin, perf_counter() - began
