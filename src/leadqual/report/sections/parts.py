"""What several sections share: sections without stages, numbers of tables as lists, few categories in place of many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import polars as pl

from leadqual.report.section import Section
from leadqual.report.words import listed

NO_STAGES: Final = "The policy has no stages: it only scores, so nothing moves"
OTHERS: Final = "(others)"
NOT_KNOWN: Final = "(not known)"


def without_stages(name: str, title: str, what: str) -> Section:
    """Return a section that says why it is empty.

    Examples
    --------
    >>> without_stages("funnel", "The funnel", "no conversions").says
    ('The policy has no stages: it only scores, so nothing moves, and there are no conversions to tell.',)
    """
    return Section(name, title, (f"{NO_STAGES}, and there are {what} to tell.",))


def standing_at(stages: Sequence[str]) -> str:
    """Return stages at which somebody may stand, in words.

    Examples
    --------
    >>> standing_at(("lead", "mql")), standing_at(())
    ('lead or mql', 'an open stage')
    """
    return listed(stages, "or") or "an open stage"


def column_of(stage: str, taken: Collection[str]) -> str:
    """Return the column of a stage in a table that has other columns too: a stage may be called as one of them is.

    Examples
    --------
    >>> column_of("lead", ["at"]), column_of("at", ["at"])
    ('lead', 'stage.at')
    """
    return f"stage.{stage}" if stage in taken else stage


def numbers(table: pl.DataFrame, column: str) -> list[Any]:
    """Return a column as a list for a chart."""
    return table[column].to_list()


def intervals(table: pl.DataFrame) -> list[tuple[float, float] | None]:
    """Return ``low`` and ``high`` as intervals for a chart; None where they are not known."""
    rows = table.select("low", "high").iter_rows()
    return [None if low is None or high is None else (low, high) for low, high in rows]


def few(values: pl.Series, most: int) -> pl.Series:
    """Return values as texts, of which the most frequent keep their names: rarer ones are others, empty ones not known.

    Ties are kept in the order of the names, so that the same table gives the same categories.

    Examples
    --------
    >>> few(pl.Series(["web", "web", "mail", None, "fax", "sms", " "]), 2).to_list()
    ['web', 'web', '(others)', '(not known)', 'fax', '(others)', '(not known)']
    """
    texts = values.cast(pl.String)
    texts = texts.set(texts.str.strip_chars() == "", None)
    counts = texts.drop_nulls().value_counts().sort("count", texts.name, descending=[True, False])
    kept = counts[texts.name].head(most).to_list()
    # One that is left over keeps its name: "others" would hide it without saving room.
    if counts.height == most + 1:
        kept = counts[texts.name].to_list()
    known = pl.when(pl.col("value").is_in(kept)).then("value").otherwise(pl.lit(OTHERS))
    named = pl.when(pl.col("value").is_null()).then(pl.lit(NOT_KNOWN)).otherwise(known)
    return pl.DataFrame({"value": texts}).select(named.alias(texts.name)).to_series()
