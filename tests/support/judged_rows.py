"""Rows to judge scorers on, made from a law that is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from leadqual import Policy
from leadqual.ml.training.data import TrainingSet
from leadqual.model.catalogue import ValueType
from leadqual.model.time import Duration

POLICY = Policy(
    name="tiny",
    scores={"fit": {"range": [0, 100], "rules": [{"id": "size", "when": "company.employees >= 50", "points": 30}]}},
)
TEXT = ValueType.TEXT
FEATURES = {"company.employees": ValueType.NUMBER, "contact.country": TEXT}
INSTANT = pl.Datetime("us", "UTC")


def training_rows(
    rows: pl.DataFrame, *, timed: bool = True, features: dict[str, ValueType] | None = None
) -> TrainingSet:
    rows = rows.with_columns(pl.lit(None, INSTANT).alias("outcome_at"), pl.col("cutoff").cast(INSTANT))
    return TrainingSet(
        policy=POLICY,
        outcome="purchase",
        horizon=Duration.parse("90d") if timed else None,
        until=None,
        features=FEATURES if features is None else features,
        rows=rows,
        counts=pl.DataFrame(),
        left_out={},
        timed=timed,
        library="polars",
        past=None,
    )


def simulated(number: int = 600, cutoffs: int = 3, seed: int = 0) -> TrainingSet:
    """Larger companies convert more, those of ID too; within DE nothing tells who does."""
    chance, made = np.random.default_rng(seed), []
    for month in range(cutoffs):
        size = chance.lognormal(4, 1, number)
        country = chance.choice(["ID", "SG", "DE", "MY"], number, p=[0.5, 0.25, 0.24, 0.01])
        odds = -5 + 0.8 * np.log(size) + np.where(country == "ID", 0.5, -0.3)
        odds = np.where(country == "DE", 0.3, odds)
        made.append(
            pl.DataFrame(
                {
                    "contact_id": [f"c-{place}" for place in range(number)],
                    "cutoff": [datetime(2026, 1 + month, 1, tzinfo=UTC)] * number,
                    "converted": chance.random(number) < 1 / (1 + np.exp(-odds)),
                    "company.employees": size,
                    "contact.country": country,
                }
            )
        )
    return training_rows(pl.concat(made))


class LogModel:
    """A logistic model of the logarithm of the size and of one country, which knows nothing of DE."""

    classes_ = np.array([0, 1])

    def fit(self, data: TrainingSet) -> LogModel:
        kept = data.rows["contact.country"].to_numpy() != "DE"
        self._model = LogisticRegression().fit(self._columns(data.X)[kept], data.y[kept])
        return self

    def predict_proba(self, table: Any) -> Any:
        return self._model.predict_proba(self._columns(table))

    @staticmethod
    def _columns(table: Any) -> Any:
        return np.column_stack(
            [np.log(table["company.employees"].to_numpy()), (table["contact.country"] == "ID").to_numpy()]
        )
