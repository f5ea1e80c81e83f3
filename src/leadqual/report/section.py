"""What a report consists of, before anything is drawn: sections with sentences, figures with their numbers, cards."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadqual.cards.shown import Shown
from leadqual.report.charts.kinds import Chart
from leadqual.report.section_card import figure_card, section_card


@dataclass(frozen=True)
class Figure:
    """A chart, what it tells, and its numbers.

    Parameters
    ----------
    name : str
        By which it is asked for: lower case, words joined by ``_``.
    title : str
        Above it.
    says : str
        One sentence that tells the main thing: who cannot see the chart reads it instead.
    table : polars.DataFrame
        The same numbers, few enough to be read.
    chart : Chart
        What is drawn.
    """

    name: str
    title: str
    says: str
    table: pl.DataFrame
    chart: Chart

    def _repr_html_(self) -> str:
        return figure_card(self)


@dataclass(frozen=True)
class Reason(Shown):
    """Why a lead stands where it stands: in words, and what it counts for."""

    text: str
    points: float | None = None


@dataclass(frozen=True)
class Card(Shown):
    """One lead.

    Parameters
    ----------
    id : str
        The contact's id.
    who : str
        Its name, and what else tells people who it is.
    stage : str
        Where it stands; empty where the policy has no stages.
    facts : tuple of str
        Short facts beside the stage: a grade, a score, since when.
    reasons : tuple of Reason
        Why, the weightiest first.
    then : tuple of str
        What to do next, or what is wanting for the next stage.
    """

    id: str
    who: str
    stage: str
    facts: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    then: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One part of a report.

    Parameters
    ----------
    name : str
        By which it is asked for, and its place in the page: lower case, words joined by ``-``.
    title : str
        Its heading.
    says : tuple of str
        What it tells, in plain sentences.
    figures : tuple of Figure
        Its charts.
    cards : tuple of Card
        Its leads.
    notes : tuple of str
        What has to be known to read the numbers.
    """

    name: str
    title: str
    says: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    cards: tuple[Card, ...] = ()
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        return section_card(self)
