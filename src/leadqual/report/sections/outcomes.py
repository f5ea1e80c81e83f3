"""Outcomes: whether the scores and grades of some time ago told who would have the outcome since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from leadqual.cards.values import rounded
from leadqual.report.charts.kinds import Bars
from leadqual.report.ground import Ground
from leadqual.report.judged import Judged
from leadqual.report.section import Figure, Section
from leadqual.report.sections.parts import intervals, numbers
from leadqual.report.words import FEW, counted, day, days, out_of, part, percent

_NAME: Final = "outcomes"
_TITLE: Final = "Scores against outcomes"
_EVEN: Final = 0.5
_TOO_FEW: Final = "So few tell little of scores and grades: the intervals are wide."
_RATE: Final = ("contacts", "converted", "rate", "low", "high")


def section(ground: Ground) -> Section:
    """Return whether the scores of some time ago told who would have the outcome since."""
    if not ground.policy.score_ranges:
        return Section(_NAME, _TITLE, ("The policy has no scores, so there is nothing to hold against outcomes.",))
    judged, cutoff = ground.judged, day(ground.asked.cutoff, ground.zone)
    length = days(ground.asked.horizon.days)
    if judged is None:
        told = f"On {cutoff}, {length} before the day of this report, nobody was known who had not had the outcome yet."
        return Section(_NAME, _TITLE, (told,))
    what = f"had the outcome “{ground.asked.outcome}”"
    said = [
        f"Looking back to {cutoff}: known were {counted(judged.contacts, 'contact')} without the outcome"
        f" “{ground.asked.outcome}” so far. In the {length} after it, {part(judged.converted, judged.contacts)} had it."
    ]
    if not judged.converted:
        said.append("So nothing tells scores apart. Another outcome can be named where the report is made.")
        return Section(_NAME, _TITLE, tuple(said), notes=_NOTES)
    said += [*_ranked(judged), *_tenth(ground, judged)] if judged.enough else [_TOO_FEW]
    figures = [*_bands(ground, judged, what), *_scores(judged), *_grades(judged, what), *_stages(judged, what)]
    return Section(_NAME, _TITLE, tuple(said), tuple(figures), notes=_NOTES)


_NOTES: Final = (
    "Scores are those that the policy gave then, from what had happened by then. Fields of contacts stand as they are "
    "now, unless an update of the profile tells what they were. Intervals hold the truth 19 times in 20.",
)


def _ranked(judged: Judged) -> Iterator[str]:
    ranking = judged.ranking
    if not ranking.height:
        return
    best = ranking.row(0, named=True)
    if best["auc"] > _EVEN:
        yield (
            f"The score that told most is {best['score']}: of two contacts of whom one had the outcome, it put that one"
            f" first in {best['auc'] * 100:.0f} of 100 cases; by lot it would be 50."
        )
    else:
        yield "No score told more than drawing lots would have."


def _tenth(ground: Ground, judged: Judged) -> Iterator[str]:
    table = judged.best_tenth(ground.score) if ground.score else pl.DataFrame()
    if not table.height:
        return
    row = table.row(0, named=True)
    if row["recall"] is not None and row["lift"] is not None:
        yield (
            f"The tenth with the highest {ground.score} held {percent(row['recall'])} of those who had the outcome,"
            f" {row['lift']:.1f} times as many as by lot."
        )


def _bands(ground: Ground, judged: Judged, what: str) -> Iterator[Figure]:
    if ground.score is None:
        return
    table = judged.bands(ground.score)
    told = _band_names(table.select("from", "below").rows())
    shown = _rates(table.with_columns(band=pl.Series(told, dtype=pl.String)), "band")
    top = shown.row(0, named=True)
    says = f"Of those with {ground.score} {top['band']}, {out_of(top['converted'], top['contacts'])} {what}"
    if shown.height > 1:
        last = shown.row(-1, named=True)
        says += f"; of those with {last['band']}, {out_of(last['converted'], last['contacts'])}"
    yield _rate_figure("bands", f"Which share {what}, by {ground.score}", f"{says}.", shown, "band")


def _band_names(bands: list[tuple[float | None, float | None]]) -> list[str]:
    """Return what bands of a score are called, with no more digits than tell them apart.

    Examples
    --------
    >>> _band_names([(80.0, None), (12.512, 80.0), (0.0, 12.512), (None, None)])
    ['80 or more', '12.5 to under 80', '0 to under 12.5', 'no score']
    """
    return next(
        names for digits in (3, 6, 17) if len({*(names := [_band(*one, digits) for one in bands])}) == len(bands)
    )


def _band(low: float | None, below: float | None, digits: int) -> str:
    first, end = (None if edge is None else rounded(edge, digits) for edge in (low, below))
    if first is None:
        return "no score" if end is None else f"under {end}"
    return f"{first} or more" if end is None else f"{first} to under {end}"


def _scores(judged: Judged) -> Iterator[Figure]:
    table = judged.ranking.rename({"auc_low": "low", "auc_high": "high"}).select("score", "auc", "low", "high")
    if table.height < 2:
        return
    best, worst = table.row(0, named=True), table.row(-1, named=True)
    says = (
        f"{best['score']} put the one who had the outcome first in {best['auc'] * 100:.0f} of 100 pairs,"
        f" {worst['score']} in {worst['auc'] * 100:.0f}; 50 is what drawing lots gives."
    )
    chart = Bars(
        numbers(table, "score"),
        {"pairs put right": numbers(table, "auc")},
        horizontal=True,
        percent=True,
        intervals={"pairs put right": intervals(table)},
    )
    yield Figure("ranking", "Which score told most", says, table, chart)


def _grades(judged: Judged, what: str) -> Iterator[Figure]:
    table = judged.grades()
    for name in judged.question.grades:
        rows = table.filter(pl.col("grade") == name).with_columns(
            pl.format("{} {}", pl.lit(name), pl.col("value").cast(pl.String).fill_null("none")).alias("band")
        )
        shown = _rates(rows, "band").rename({"band": "grade"})
        if shown.height > 1:
            says = _extremes(shown, "grade", what)
            yield _rate_figure(f"grade_{name}", f"Which share {what}, by grade {name}", says, shown, "grade")


def _stages(judged: Judged, what: str) -> Iterator[Figure]:
    table = judged.stages()
    if table.height > 1:
        shown = _rates(table, "stage")
        says = _extremes(shown, "stage", what)
        yield _rate_figure("stages_then", f"Which share {what}, by the stage of then", says, shown, "stage")


def _extremes(table: pl.DataFrame, by: str, what: str) -> str:
    enough = table.filter(pl.col("contacts") >= FEW)
    among = f" (groups of fewer than {FEW} tell too little)" if enough.height < table.height else ""
    if not enough.height:
        return f"No group has {FEW} contacts, too few to tell which share {what}."
    best, worst = (enough.row(place or 0, named=True) for place in (enough["rate"].arg_max(), enough["rate"].arg_min()))
    told = f"Of those at {best[by]}, {out_of(best['converted'], best['contacts'])} {what}"
    if enough.height == 1:
        return f"{told}{among}."
    if best["rate"] == worst["rate"]:
        return f"{told}, and as large a share of the others{among}."
    return f"{told}; of those at {worst[by]}, {out_of(worst['converted'], worst['contacts'])}{among}."


def _rates(table: pl.DataFrame, by: str) -> pl.DataFrame:
    return table.rename({"rate_low": "low", "rate_high": "high"}).select(by, *_RATE)


def _rate_figure(name: str, title: str, says: str, table: pl.DataFrame, by: str) -> Figure:
    series = "had the outcome"
    chart = Bars(
        numbers(table, by),
        {series: numbers(table, "rate")},
        horizontal=True,
        percent=True,
        intervals={series: intervals(table)},
        counts=numbers(table, "contacts"),
    )
    return Figure(name, title, says, table, chart)
