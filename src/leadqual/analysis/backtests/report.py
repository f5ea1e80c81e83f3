"""The report on a backtest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

import polars as pl

from leadqual.analysis.backtests.text import report_html, report_text
from leadqual.analysis.plain import plain_rows
from leadqual.model.standing import PolicyRef
from leadqual.model.time import Duration

_TABLES: Final = ("cutoffs", "ranking", "capacity", "bands", "grades", "stages", "flagged", "early")


@dataclass(frozen=True, eq=False)
class Backtest:
    """What happened after past cutoffs to those whom a policy had ranked, graded and staged then.

    In every table the row without a cutoff is that of all cutoffs together. Rates, precisions, recalls and lifts have
    an interval beside them (``rate_low``, ``rate_high``). `print` shows the whole; `to_dict` is for programs.

    Parameters
    ----------
    policy : PolicyRef
        The policy.
    outcome : str
        The interactions that count as the outcome.
    horizon : Duration
        How long after a cutoff it may come.
    until : datetime
        Up to when the data tell what happened.
    zone : tzinfo
        In which times are told.
    confidence : float
        How often an interval holds the truth.
    how : str
        How the cutoffs were chosen.
    left_out : tuple of datetime
        Cutoffs that were asked for and whose horizon is not over by `until`.
    flags : mapping of str to tuple of str
        The sets of stages that count as flagged.
    cutoffs : DataFrame
        Of each cutoff: ``contacts``, of whom ``not_yet`` had appeared and ``before`` had had the outcome already; the
        ``judged`` rest, how many of them ``converted``, and the ``rate``.
    ranking : DataFrame
        Of each score: ``auc``, the area under the ROC curve.
    capacity : DataFrame
        Of each score and capacity: the best ``contacts``, the ``hits`` among them, ``precision``, ``recall``, ``lift``,
        and how many were ``tied`` at the edge.
    bands : DataFrame
        Of each score and band (``from`` included, ``below`` not): ``contacts``, ``converted``, ``rate``, ``lift``.
    grades : DataFrame
        The same of each grade and its ``value``.
    stages : DataFrame
        The same of those who stood at each ``stage``.
    flagged : DataFrame
        Of each flag: ``contacts``, ``hits``, ``precision``, ``recall``, ``lift``.
    early : DataFrame
        Of each flag: of so many ``customers`` (contacts whose first outcome came between the first cutoff and the end
        of the last horizon), how many were ``flagged`` before, and ``still`` at the outcome; the share of those who
        ``never`` were; and quantiles of the days from the first flag to the outcome (``days_50`` is the median).
    rows : DataFrame
        One row for each contact that was judged and each cutoff: ``converted``, ``outcome_at``, and the scores, grades
        and ``stage`` of then.
    """

    policy: PolicyRef
    outcome: str
    horizon: Duration
    until: datetime
    zone: tzinfo
    confidence: float
    how: str
    left_out: tuple[datetime, ...]
    flags: Mapping[str, tuple[str, ...]]
    cutoffs: pl.DataFrame
    ranking: pl.DataFrame
    capacity: pl.DataFrame
    bands: pl.DataFrame
    grades: pl.DataFrame
    stages: pl.DataFrame
    flagged: pl.DataFrame
    early: pl.DataFrame
    rows: pl.DataFrame = field(repr=False)

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known to read the numbers right."""
        share = f"{self.confidence * 100:g} %"
        found = [
            "Fields of the contacts are taken as the table has them now, but for the changes that profile_updated "
            "tells. What changed without it was perhaps not known at the cutoff; nobody can vouch for that.",
        ]
        if self.left_out:
            dates = ", ".join(f"{one.astimezone(self.zone):%Y-%m-%d}" for one in self.left_out)
            found.append(f"Left out, since the horizon is not over when the data end: {dates}.")
        if self.capacity.width and self.capacity["tied"].sum():
            found.append("Of contacts tied at the edge of a capacity each counts in part, as if lots were drawn.")
        if not self.cutoffs["converted"][-1]:
            found.append("Nobody had the outcome within the horizon of any cutoff, so nothing tells good from bad.")
        elif len(self.cutoffs) > 2:
            text = "as contacts differ; one contact counts at several cutoffs, and the intervals of all allow for that."
            found.append(f"Intervals hold the truth in {share} of samples, {text}")
        else:
            found.append(f"Intervals hold the truth in {share} of samples, as contacts differ.")
        return tuple(found)

    def explain(self) -> str:
        """Return the report as text for people; the tables hold more: every cutoff by itself, and every bound."""
        return report_text(self)

    def __str__(self) -> str:
        """Return the report as text for people."""
        return self.explain()

    def _repr_html_(self) -> str:
        return report_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON: instants as ISO texts in UTC, each table as a list of rows."""
        return {
            "policy": self.policy.model_dump(),
            "outcome": self.outcome,
            "horizon": str(self.horizon),
            "until": self.until.isoformat(),
            "confidence": self.confidence,
            "cutoffs_chosen": self.how,
            "left_out": [one.isoformat() for one in self.left_out],
            "flags": {name: list(stages) for name, stages in self.flags.items()},
            **{name: plain_rows(getattr(self, name)) for name in _TABLES},
            "notes": list(self.notes),
        }
