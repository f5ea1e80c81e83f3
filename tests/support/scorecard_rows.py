"""Made rows for scorecards: what converts is known, and what a scorecard should find."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from leadqual import Policy
from leadqual.ml.training.data import TrainingSet
from leadqual.model.catalogue import ValueType
from leadqual.model.time import Duration

POLICY = Policy(
    name="loans",
    fields={
        "age": {"type": "number"},
        "budget": {"type": "number"},
        "plan": {"type": "text"},
        "owner": {"type": "boolean"},
        "noise": {"type": "number"},
        "hobby": {"type": "text"},
    },
)
FEATURES = {
    "contact.age": ValueType.NUMBER,
    "contact.budget": ValueType.NUMBER,
    "contact.plan": ValueType.TEXT,
    "contact.owner": ValueType.BOOLEAN,
    "contact.noise": ValueType.NUMBER,
    "contact.hobby": ValueType.TEXT,
}
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
HORIZON = Duration.parse("30d")


def made(contacts: int = 500, cutoffs: int = 8, seed: int = 0) -> TrainingSet:
    """Return rows in which age, budget (and lacking one), plan and owner matter, noise and hobby do not."""
    chance = np.random.default_rng(seed)
    rows = contacts * cutoffs
    age = chance.integers(18, 75, rows).astype(float)
    budget = np.round(chance.lognormal(3, 1, rows), 1)
    lacks = chance.random(rows) < 0.3
    plan = chance.choice(["basic", "team", "pro", "it's big"], rows, p=[0.5, 0.3, 0.17, 0.03])
    owner, unsaid = chance.random(rows) < 0.4, chance.random(rows) < 0.2
    odds = -2.6 + 1.2 * (age >= 30) - 0.8 * (age >= 60) + 0.9 * np.where(lacks, -0.5, budget > 25)
    odds += np.select([plan == "pro", plan == "it's big"], [1.0, 1.6], 0.0) + 0.5 * np.where(unsaid, 0, owner)
    times = np.repeat(np.arange(cutoffs), contacts)
    table = pl.DataFrame(
        {
            "contact_id": [f"c-{place}" for place in range(rows)],
            "cutoff": [FIRST + timedelta(days=30 * int(one)) for one in times],
            "outcome_at": pl.Series([None] * rows, dtype=pl.Datetime("us", "UTC")),
            "converted": chance.random(rows) < 1 / (1 + np.exp(-odds)),
            "contact.age": age,
            "contact.budget": pl.Series(np.where(lacks, np.nan, budget)).fill_nan(None),
            "contact.plan": plan,
            "contact.owner": pl.Series(owner).set(pl.Series(unsaid), None),
            "contact.noise": chance.normal(size=rows),
            "contact.hobby": chance.choice(["chess", "tennis", "none"], rows),
        },
        schema_overrides={"cutoff": pl.Datetime("us", "UTC")},
    )
    return of_rows(table)


def of_rows(table: pl.DataFrame, *, timed: bool = True) -> TrainingSet:
    """Return a training set of such rows."""
    judged, converted = pl.len().cast(pl.Int64), pl.col("converted").sum().cast(pl.Int64)
    counts = (
        table.group_by("cutoff")
        .agg(contacts=judged, not_yet=pl.lit(0), before=pl.lit(0), judged=judged, converted=converted)
        .with_columns(rate=pl.col("converted") / pl.col("judged"))
        .sort("cutoff")
    )
    horizon = HORIZON if timed else None
    until = table["cutoff"].max() if timed else None
    end = until + timedelta(days=30) if isinstance(until, datetime) else None
    return TrainingSet(POLICY, "purchase", horizon, end, FEATURES, table, counts, {}, timed, "polars", None)
