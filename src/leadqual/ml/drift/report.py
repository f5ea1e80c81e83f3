"""The report on whether the world still is as it was when a model was fitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from leadqual.analysis.plain import plain_rows
from leadqual.ml.drift.text import report_html, report_text

_TABLES: Final = ("features", "scores", "figures", "bins")


@dataclass(frozen=True, eq=False)
class DriftReport:
    """Whether a model should be fitted again, and why. `print` shows it; `to_dict` is for programs.

    Parameters
    ----------
    model : str
        What was fitted.
    rows, contacts : int
        How many recent rows there are, and of how many contacts.
    conversions : int or None
        How many of the rows converted; None where no labels were given.
    trained_on : int
        How many rows the model was fitted on.
    min_rows : int
        With fewer contacts nothing is decided.
    confidence : float
        How often nothing is found where nothing has changed, over everything that is looked at.
    reasons : tuple of str
        Why the model should be fitted again, the worst first.
    notes : tuple of str
        What should be known, and is no reason.
    features : DataFrame
        Of each feature: ``psi``, the population stability index; ``expected``, what chance alone makes of it on
        average; ``by_chance``, what chance stays below; the ``verdict``, *moved* from 0.25 on and *shifted* from 0.1 on
        where chance does not explain it; the shares that are missing, and ``other`` than the frequent texts of the
        training, before and now; the ``new`` texts that are most frequent; and the ``bin`` that moved furthest.
    scores : DataFrame
        The same of the probabilities, compared with those of the rows that were held back at the training; empty where
        none were.
    figures : DataFrame
        With labels: of each ``measure`` what it was ``before`` and is ``now``, with intervals of 95%, and a verdict.
    bins : DataFrame
        Of every feature and bin the ``share`` then and the share ``found`` now.
    """

    model: str
    rows: int
    contacts: int
    conversions: int | None
    trained_on: int
    min_rows: int
    confidence: float
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    features: pl.DataFrame = field(repr=False)
    scores: pl.DataFrame = field(repr=False)
    figures: pl.DataFrame = field(repr=False)
    bins: pl.DataFrame = field(repr=False)

    @property
    def enough(self) -> bool:
        """Whether there are enough contacts to tell anything."""
        return self.contacts >= self.min_rows

    @property
    def retrain(self) -> bool:
        """Whether the model should be fitted again; False where there are too few rows to tell."""
        return bool(self.reasons)

    def explain(self) -> str:
        """Return the report as text for people."""
        return report_text(self)

    def __str__(self) -> str:
        return self.explain()

    def _repr_html_(self) -> str:
        return report_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON; each table is a list of rows."""
        return {
            "model": self.model,
            "retrain": self.retrain,
            "enough": self.enough,
            "reasons": list(self.reasons),
            "notes": list(self.notes),
            "rows": self.rows,
            "contacts": self.contacts,
            "conversions": self.conversions,
            "trained_on": self.trained_on,
            "min_rows": self.min_rows,
            "confidence": self.confidence,
            **{name: plain_rows(getattr(self, name)) for name in _TABLES},
        }
