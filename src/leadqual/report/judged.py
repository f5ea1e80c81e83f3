"""What the scores of a past instant told of what came after it: one cutoff, with the pieces of backtests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

import polars as pl

from leadqual import frames
from leadqual.analysis.backtests import question as questions
from leadqual.analysis.backtests.labels import CONVERTED, CUTOFF, labelled
from leadqual.analysis.backtests.question import Question
from leadqual.analysis.backtests.stages import STAGE, sees_the_future
from leadqual.analysis.backtests.tables import band_table, capacity_table, grade_table, ranking_table, stage_table
from leadqual.analysis.outcomes import outcomes
from leadqual.analysis.past import APPEARED, Past
from leadqual.engines.tables.columns import CONTACT_ID, OCCURRED_AT
from leadqual.frames.types import INSTANT
from leadqual.report.asked import Asked

_TENTH: Final = 0.1
_MANY: Final = 500
"""From so many contacts on there are ten bands; below it five."""
_ENOUGH: Final = 10
"""So many have to have had the outcome before a score is preferred for what it told."""


@dataclass(frozen=True, eq=False)
class Judged:
    """What came of those who were known at a past instant and had not had the outcome yet.

    Parameters
    ----------
    asked : Asked
        What the report is asked for: the outcome, its horizon, and the cutoff.
    question : Question
        What is judged.
    rows : DataFrame
        One row a contact, by a number in place of its id: ``converted``, its ``score.<name>`` and ``grade.<name>`` of
        then, and ``stage`` of then where that is known.
    """

    asked: Asked
    question: Question
    rows: pl.DataFrame

    @property
    def contacts(self) -> int:
        """How many were judged."""
        return self.rows.height

    @property
    def converted(self) -> int:
        """How many of them had the outcome within the horizon."""
        return int(self.rows[CONVERTED].sum())

    def bands(self, score: str) -> pl.DataFrame:
        """Return the conversion in each band of a score, the highest first, from ``from`` to under ``below``."""
        return _at_cutoff(band_table(self.rows, self._about(score)))

    @cached_property
    def ranking(self) -> pl.DataFrame:
        """How well each score ranked: the area under its ROC curve, with the interval, the best first."""
        table = _at_cutoff(ranking_table(self.rows, self.question))
        return table.sort("auc", descending=True, maintain_order=True)

    def best_tenth(self, score: str) -> pl.DataFrame:
        """Return what the tenth of contacts with the best score had of all that converted: one row, or none."""
        return _at_cutoff(capacity_table(self.rows, self._about(score)))

    def grades(self) -> pl.DataFrame:
        """Return the conversion of each grade."""
        return _at_cutoff(grade_table(self.rows, self.question, self.asked.policy.grade_values))

    def stages(self) -> pl.DataFrame:
        """Return the conversion of those who stood at each stage; empty where nobody knows where they stood."""
        if STAGE not in self.rows.columns:
            return pl.DataFrame()
        return _at_cutoff(stage_table(self.rows, list(self.asked.policy.stages), self.question))

    @property
    def enough(self) -> bool:
        """Whether enough had the outcome for scores to be told apart."""
        return self.converted >= _ENOUGH

    def told_best(self) -> str | None:
        """Return the score that ranked best, where enough had the outcome to tell."""
        if not self.enough:
            return None
        return str(self.ranking["score"][0]) if self.ranking.height else None

    def _about(self, score: str) -> Question:
        return replace(self.question, scores=(score,))


def judged(asked: Asked, past: Past, stood_at: Callable[[datetime], pl.DataFrame]) -> Judged | None:
    """Return what came of those who were known at the cutoff; None where nothing was to be judged by.

    Parameters
    ----------
    asked : Asked
        What the report is asked for.
    past : Past
        The history up to the instant of the report.
    stood_at : callable
        Tells of an instant where everybody stood: ``contact_id`` and ``stage``.
    """
    policy, cutoff = asked.policy, asked.cutoff
    if not policy.score_ranges:
        return None
    known = outcomes(policy, past, asked.outcome, asked.at)
    labels = labelled(known, cutoff, asked.horizon)
    if labels.is_empty():
        return None
    question = questions.asked(
        policy, outcome=asked.outcome, horizon=asked.horizon, cutoffs=cutoff, score=None, grade=None, stages={},
        capacity=_TENTH, bands=10 if labels.height >= _MANY else 5, confidence=0.95,
    )  # fmt: skip
    then = _as_of(past, known, cutoff)
    scores = frames.score(policy, then.contacts, then.interactions, at=cutoff, check="trusted")
    rows = labels.join(scores, on=CONTACT_ID, how="left", maintain_order="left")
    if policy.stages and not sees_the_future(policy):
        rows = rows.join(stood_at(cutoff), on=CONTACT_ID, how="inner", maintain_order="left")
    # Each contact has one row, and numbers are grouped in a fraction of the time of texts.
    return Judged(asked, question, rows.drop(CONTACT_ID).with_row_index(CONTACT_ID))


def _as_of(past: Past, known: pl.DataFrame, cutoff: datetime) -> Past:
    """Return what `Past.as_of` does, without looking up who had appeared for each interaction: whoever had one had."""
    at = pl.lit(cutoff, INSTANT)
    appeared = known.filter(pl.col(APPEARED) <= at).select(CONTACT_ID, at.alias("end"))
    people = Past(past.contacts, past.interactions.clear()).before(appeared, included=True).contacts
    return Past(people, past.interactions.filter(pl.col(OCCURRED_AT) <= at))


def _at_cutoff(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table without the rows of all cutoffs together: there is one."""
    return table.filter(pl.col(CUTOFF).is_not_null()).drop(CUTOFF) if table.width else table
