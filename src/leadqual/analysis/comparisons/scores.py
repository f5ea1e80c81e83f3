"""How scores and grades of the same contacts differ under two policies, at one instant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from leadqual.analysis.comparisons.moves import CONTACT
from leadqual.analysis.comparisons.question import Question
from leadqual.frames.native import into_polars
from leadqual.frames.score import score

_SCORES: Final = {"score": pl.String(), "contacts": pl.Int64(), "old_mean": pl.Float64(), "new_mean": pl.Float64()}
_GRADES: Final = {"grade": pl.String(), "old": pl.String(), "new": pl.String(), "contacts": pl.Int64()}
_NEAR: Final = 1e-6
"""Lines of a ledger are rounded to it, and libraries add in an order of their own."""


def score_changes(
    question: Question, ids: pl.Series, names: Iterable[str] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return how scores and grades that both policies have differ at the end.

    Parameters
    ----------
    ids : Series
        The contacts that count.
    names : iterable of str, optional
        The columns that are compared; all that both have by default.

    Returns
    -------
    tuple of DataFrame
        ``score``, ``contacts``, ``old_mean``, ``new_mean``; and ``grade``, ``old``, ``new``, ``contacts`` where the
        grades differ.
    """
    old, new = question.old, question.new
    common = [f"score.{name}" for name in old.score_ranges if name in new.score_ranges]
    common += [f"grade.{name}" for name in old.grades if name in new.grades]
    common = [name for name in common if names is None or name in names]
    if not common:
        return pl.DataFrame(schema=_SCORES), pl.DataFrame(schema=_GRADES)
    tables = []
    for policy in (old, new):
        rows = question.seen_by(policy, question.past.interactions)
        made = score(policy, question.past.contacts, rows, at=question.until, check="columns")
        tables.append(into_polars(made, "scores").filter(pl.col(CONTACT).is_in(ids.implode())).select(CONTACT, *common))
    both = tables[0].join(tables[1], on=CONTACT, suffix="\0new")
    scores = [_score(both, name) for name in common if name.startswith("score.")]
    grades = [_grade(both, name) for name in common if name.startswith("grade.")]
    return pl.concat([pl.DataFrame(schema=_SCORES), *scores]), pl.concat([pl.DataFrame(schema=_GRADES), *grades])


def _score(both: pl.DataFrame, name: str) -> pl.DataFrame:
    old, new = pl.col(name), pl.col(f"{name}\0new")
    differs = ((old - new).abs() > _NEAR) | (old.is_null() != new.is_null())
    return both.select(
        pl.lit(name.removeprefix("score.")).alias("score"),
        differs.fill_null(value=False).sum().cast(pl.Int64).alias("contacts"),
        old.mean().alias("old_mean"),
        new.mean().alias("new_mean"),
    )


def _grade(both: pl.DataFrame, name: str) -> pl.DataFrame:
    old, new = pl.col(name), pl.col(f"{name}\0new")
    counts = both.filter(old.ne_missing(new)).group_by(old.alias("old"), new.alias("new")).agg(contacts=pl.len())
    made = counts.select(pl.lit(name.removeprefix("grade.")).alias("grade"), "old", "new", pl.col("contacts"))
    return made.cast(_GRADES).sort("contacts", "old", "new", descending=[True, False, False])  # type: ignore[arg-type]
