"""The report on scorers that were judged side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.analysis.plain import plain_rows
from leadqual.errors import InputError, MissingDependency, Place, Problem, UnknownNameError, shown
from leadqual.ml.evaluation.notes import notes_of
from leadqual.ml.evaluation.text import report_html, report_text
from leadqual.model.standing import PolicyRef
from leadqual.model.time import Duration

if TYPE_CHECKING:
    from types import ModuleType

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TABLES: Final = (
    "measures", "capacity", "calibration", "gains", "by_time", "slices", "stability", "differences",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well scorers tell who converts, side by side on the same rows.

    Figures have an interval beside them (``roc_auc_low``, ``roc_auc_high``). `print` shows the whole, `plot` draws it,
    `to_dict` is for programs.

    Parameters
    ----------
    policy : PolicyRef
        The policy behind the rows.
    outcome : str
        What counts as converted.
    horizon : Duration or None
        How long after the cutoff it could come.
    timed : bool
        Whether the features are known to be those of before the outcome.
    confidence : float
        How often an interval holds the truth.
    resamples, random_state : int
        How many samples of the contacts stand behind the intervals, and the seed.
    capacities : tuple of int or float
        How many rows of each period can be worked, or which share of them.
    monthly : bool
        Whether the cutoffs of a month are one period, since there are many.
    expressions : mapping of str to str
        The scorers in their order, each with its score as a text of the conditions language.
    why_not : mapping of str to str
        The scorers whose numbers are no probabilities, with the reason.
    absent : mapping of str to tuple of str
        Fields that an expression reads and an export does not have, so that they were missing; empty for a scorer
        object, of which nobody knows what it reads.
    measures : DataFrame
        Of each scorer: ``rows``, ``contacts``, ``conversions``, ``rate``; ``abstained``, the rows that it gave no
        number; ``roc_auc``; ``within_auc``, the same of pairs of one period; ``pr_auc`` (average precision);
        ``alift``, the area under the curve of cumulative gains; and of probabilities ``brier``, ``log_loss``, ``gap``
        (their mean less the rate), ``mean_prediction``, ``ece`` (calibration error), ``slope`` and ``intercept``.
    capacity : DataFrame
        Of each scorer and capacity: the best ``contacts`` of each period, the ``hits`` among them, ``precision``,
        ``gain`` (the share of all conversions that they are) and ``lift``.
    calibration : DataFrame
        Of each scorer and bin of probabilities ``from`` a lowest ``to`` a highest: ``rows``, ``mean_prediction``,
        ``rate``.
    gains : DataFrame
        Of each scorer and ``share`` of the rows of each period: ``gain`` and ``lift``.
    by_time : DataFrame
        Of each scorer and cutoff, or month: ``rows``, ``contacts``, ``conversions``, ``rate``, ``mean_prediction``,
        ``auc``, ``brier``, and the ``lift`` of the best tenth, or the first capacity.
    slices : DataFrame
        The same of each ``field`` and ``value``, with ``gap`` and ``ece``; ``small`` groups have fewer than 10 that
        converted, or that did not.
    stability : DataFrame
        Of each feature how far it has moved from the rows of the training: ``psi`` and a ``verdict``.
    differences : DataFrame
        Of each scorer but the first and each measure how far it is from that of the first, on the same samples.
    findings : tuple of str
        What is beyond chance, in sentences.
    rows : DataFrame
        ``contact_id``, ``cutoff``, ``converted``, and what each scorer said.
    """

    policy: PolicyRef
    outcome: str
    horizon: Duration | None
    timed: bool
    confidence: float
    resamples: int
    random_state: int
    capacities: tuple[int | float, ...]
    monthly: bool
    expressions: Mapping[str, str]
    why_not: Mapping[str, str]
    absent: Mapping[str, tuple[str, ...]]
    measures: pl.DataFrame
    capacity: pl.DataFrame
    calibration: pl.DataFrame
    gains: pl.DataFrame
    by_time: pl.DataFrame
    slices: pl.DataFrame
    stability: pl.DataFrame
    differences: pl.DataFrame
    findings: tuple[str, ...]
    rows: pl.DataFrame = field(repr=False)

    @property
    def scorers(self) -> tuple[str, ...]:
        """What was judged, in its order."""
        return tuple(self.expressions)

    @property
    def cutoffs(self) -> tuple[datetime, ...]:
        """The cutoffs in their order."""
        return tuple(self.rows["cutoff"].drop_nulls().unique().sort())

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known to read the numbers right."""
        return notes_of(self)

    def named(self, scorer: str | None) -> str:
        """Return the name of a scorer, the first where none is asked for; raise `UnknownNameError` for another.

        Parameters
        ----------
        scorer : str or None
            The name of a scorer, or None for the first.
        """
        if scorer is None:
            return self.scorers[0]
        if scorer not in self.expressions:
            message, known = f"no scorer {shown(scorer)} was judged", f"one of: {', '.join(self.scorers)}"
            hint = did_you_mean(str(scorer), self.scorers)
            raise UnknownNameError(Problem("unknown-scorer", message, Place("scorer"), shown(scorer), known, hint))
        return scorer

    def explain(self) -> str:
        """Return the report as text for people; the tables hold more: every bin, and every bound."""
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
            "horizon": None if self.horizon is None else str(self.horizon),
            "timed": self.timed,
            "confidence": self.confidence,
            "resamples": self.resamples,
            "random_state": self.random_state,
            "capacities": list(self.capacities),
            "monthly": self.monthly,
            "scorers": dict(self.expressions),
            "no_probabilities": dict(self.why_not),
            **{name: plain_rows(getattr(self, name)) for name in _TABLES},
            "findings": list(self.findings),
            "notes": list(self.notes),
        }

    def plot(self, *, width: float = 10.0) -> Figure:
        """Return one picture of it all: calibration, gain, lift, the course of time, and groups.

        It has no background, so that it can be read on a light and on a dark page.

        Parameters
        ----------
        width : float, default 10.0
            In inches; below 7 the parts stand below one another.

        Raises
        ------
        MissingDependency
            If matplotlib is not installed.
        """
        figure: Figure = _plots().overview(self, width)
        return figure

    def plot_calibration(self, ax: Axes | None = None) -> Axes:
        """Draw how often those converted who were given a probability, with intervals.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a figure of its own.
        """
        return self._drawn("calibration", ax)

    def plot_gain(self, ax: Axes | None = None) -> Axes:
        """Draw which share of all conversions the best so many hold, with intervals.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a figure of its own.
        """
        return self._drawn("gain", ax)

    def plot_lift(self, ax: Axes | None = None) -> Axes:
        """Draw how many times as many conversions the best so many have as the same number drawn by lot.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a figure of its own.
        """
        return self._drawn("lift", ax)

    def plot_roc(self, ax: Axes | None = None) -> Axes:
        """Draw the share of those who converted above each line over the share of the others above it.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a figure of its own.
        """
        return self._drawn("roc", ax)

    def plot_by_time(self, ax: Axes | None = None) -> Axes:
        """Draw the area under the ROC curve of each cutoff, with intervals.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a figure of its own.
        """
        return self._drawn("by_time", ax)

    def plot_slices(self, ax: Axes | None = None) -> Axes:
        """Draw the area under the ROC curve of each group, with intervals; raise `InputError` if there are none.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default a figure of its own.
        """
        if not self.slices.width:
            hint = "evaluate(..., slices=['contact.country'])"
            raise InputError(Problem("no-slices", "the report has no slices", Place("slices"), "none", hint=hint))
        return self._drawn("slices", ax)

    def _drawn(self, name: str, ax: Axes | None) -> Axes:
        axes: Axes = getattr(_plots(), name)(self, ax)
        return axes


def _plots() -> ModuleType:
    try:
        from leadqual.ml.evaluation import plots  # noqa: PLC0415 - matplotlib is optional
    except ImportError as error:
        message, hint = "plots need matplotlib", "pip install 'leadqual[ml]'"
        raise MissingDependency(Problem("missing-dependency", message, found=f"no {error.name}", hint=hint)) from None
    return plots
