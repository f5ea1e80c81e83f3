"""A scorecard: a score by rules that was learned from data, with what it says and what it loses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.analysis.plain import plain_rows
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.lifecycle.policy import Policy
from leadqual.ml.scorecards.calibrating import Calibration
from leadqual.ml.scorecards.cases import cases_text
from leadqual.ml.scorecards.parts import Part, points_of
from leadqual.ml.scorecards.text import scorecard_html, scorecard_text
from leadqual.policy.rules import ScoreRules

_TABLES: Final = ("points", "calibration", "comparison")


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A score by rules that was learned from data, for people to read, edit and test.

    `print` shows the whole; ``scorecard.policy.to_yaml()`` is the document.

    Parameters
    ----------
    score : str
        What the score is called.
    policy : Policy
        A policy with this score alone, and the fields and scores that it reads.
    points : DataFrame
        Of each feature and bin: the ``rows`` that were learned from, how many ``converted``, the ``rate``, the weight
        of evidence (``woe``: by how much the log-odds lie above those of all rows), and the ``points``.
    calibration : DataFrame
        Bands of points (``from`` and ``to`` are included): the ``probability``, and the rates that were seen among
        the rows that were learned from, and among those that judge.
    comparison : DataFrame
        On the rows that judge: ``roc_auc``, ``lift_10`` (how many times as many conversions the best tenth has as a
        tenth by lot) and ``brier``, of the scorecard and of the model; the ``difference``, and from ``low`` to
        ``high`` where it lies in 95 % of samples.
    left_out : mapping of str to str
        Features that are not used, each with the reason.
    notes : tuple of str
        What has to be known to read the numbers right.
    outcome : str
        What it was learned to foresee.
    parts : tuple of Part
        The features, the one that tells most first.
    line : Calibration
        From points to probabilities.
    """

    score: str
    policy: Policy
    points: pl.DataFrame
    calibration: pl.DataFrame
    comparison: pl.DataFrame
    left_out: Mapping[str, str]
    notes: tuple[str, ...]
    outcome: str
    parts: tuple[Part, ...] = field(repr=False)
    line: Calibration = field(repr=False)

    @property
    def rules(self) -> ScoreRules:
        """The score as it stands in the policy."""
        return self.policy.scores[self.score]

    def probability(self, points: Any) -> Any:
        """Return the probability of a conversion for points: a number, or an array of numbers.

        Parameters
        ----------
        points : float or array
            The score.
        """
        found = self.line.probability(np.asarray(points, dtype=float))
        return float(found) if found.ndim == 0 else found

    def points_of(self, rows: pl.DataFrame) -> pl.Series:
        """Return the points of rows of features, such as the `rows` of a training set; the policy gives the same.

        Parameters
        ----------
        rows : polars.DataFrame
            A column a feature, under the names of the training set.

        Raises
        ------
        InputError
            If the table lacks a feature.
        """
        if lacking := [part.feature for part in self.parts if part.feature not in rows.columns]:
            hint = "ml.training_set and frames.evaluate make such columns"
            message = "the table lacks features of the scorecard"
            raise InputError(Problem("missing-column", message, Place("rows"), ", ".join(lacking), hint=hint))
        return pl.Series(f"score.{self.score}", points_of(self.parts, rows))

    def into(self, policy: Policy, *, replace: bool = False) -> Policy:
        """Return a policy with this score added to its own; nothing else changes, so give it another version.

        Parameters
        ----------
        policy : Policy
            The policy.
        replace : bool, default False
            Whether to put this score in the place of one by rules that has its name.

        Raises
        ------
        InputError
            If the policy has a score of this name (code ``already-declared``).
        PolicyError
            If the policy lacks what the rules read, such as a field.
        """
        taken = self.score in policy.scorers or (self.score in policy.scores and not replace)
        if taken:
            hint = "learn_scorecard(..., score='another_name')"
            hint += ", or into(policy, replace=True)" if self.score in policy.scores else ""
            message = "the policy has a score of this name"
            raise InputError(Problem("already-declared", message, Place("policy"), shown(self.score), hint=hint))
        return policy.model_copy(update={"scores": {**policy.scores, self.score: self.rules}})

    def tests(self, policy: str | None = None) -> str:
        """Return tests of the score, as the text of a ``.policytest.yaml``: a case for each bin, and each threshold.

        They say what the score gives now, so that whoever edits it sees what changes.

        Parameters
        ----------
        policy : str, optional
            The file of the policy, as the tests name it; by default the policy's name and ``.yaml``.
        """
        return cases_text(self.policy, self.score, self.parts, policy or f"{self.policy.name}.yaml")

    def explain(self) -> str:
        """Return the scorecard as text for people."""
        return scorecard_text(self)

    def __str__(self) -> str:
        """Return the scorecard as text for people."""
        return self.explain()

    def _repr_html_(self) -> str:
        return scorecard_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the scorecard as plain data for JSON: the policy, and each table as a list of rows."""
        return {
            "score": self.score,
            "outcome": self.outcome,
            "policy": self.policy.to_dict(),
            **{name: plain_rows(getattr(self, name)) for name in _TABLES},
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
        }
