"""What a policy asks of the interactions, answered at any number of instants of any contact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import TypeAlias

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.conditions.nodes import ANY_INTERACTION, History, Selection
from leadqual.engines.tables.dialect import Dialect
from leadqual.engines.tables.replay.chunk import Chunk, Points
from leadqual.engines.tables.replay.marked import Extremes, Marked, Sums, gathered
from leadqual.engines.tables.replay.shares import let_through, shares
from leadqual.engines.tables.rows import Rows
from leadqual.model.time import DAY, Duration
from leadqual.policy.rules import Rule

Leaf: TypeAlias = Callable[[Points], pl.Series]
"""From points to a value of each."""


class Moments:
    """The questions of a policy, each a column over points: contacts at instants.

    It stands where `leadqual.engines.tables.gather.Gathering` stands for one instant: what scores and conditions are
    made of is the same.

    Parameters
    ----------
    rows : Rows
        The interactions.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        rows.need(Selection(ANY_INTERACTION), None)  # every interaction is a visit
        self._columns: dict[Hashable, tuple[str, nw.Expr]] = {}
        self._leaves: dict[Hashable, tuple[str, Leaf]] = {}
        self._worked: defaultdict[int, dict[str, nw.Expr]] = defaultdict(dict)

    @property
    def leaves(self) -> dict[str, Leaf]:
        """The columns over points that were asked for."""
        return dict(self._leaves.values())

    @property
    def worked(self) -> list[dict[str, nw.Expr]]:
        """Columns made of the leaves, each step of those before."""
        return [columns for _, columns in sorted(self._worked.items())]

    @property
    def columns(self) -> dict[str, nw.Expr]:
        """The columns of the interactions that the leaves read."""
        return dict(self._columns.values())

    def column(self, key: Hashable, value: nw.Expr) -> str:
        """Return the name of a column of the interactions, made once however often it is asked for."""
        return self._columns.setdefault(key, (f"lq_e{len(self._columns)}", value))[0]

    def leaf(self, key: Hashable, leaf: Leaf) -> nw.Expr:
        """Return a column over points, made once however often it is asked for."""
        return nw.col(self._leaves.setdefault(key, (f"lq_l{len(self._leaves)}", leaf))[0])

    def work(self, level: int, columns: Mapping[str, nw.Expr]) -> None:
        """Compute columns beside each other, after those of lower levels."""
        self._worked[level].update(columns)

    def answer(self, question: History) -> nw.Expr:
        """Return the column of the answers to a question."""
        selection, within = question.selection, _micros(question.within)
        if question.function in ("count", "days_since"):
            mark = self._mark(("chosen", selection), self.rows.chosen(selection))
            leaf = _count if question.function == "count" else _days_since
            return self.leaf(question, partial(leaf, mark, within))
        assert question.property is not None  # the check of types refuses it
        value = self.rows.amount(selection.kind, question.property)
        known = self._mark(("known", selection, question.property), self.rows.chosen(selection) & ~value.is_null())
        column = self.column(("value", selection.kind, question.property), value)
        match question.function:
            case "sum":
                return self._dialect.rounded(self.leaf(question, partial(_sum, known, column, within)))
            case "min" | "max":
                return self.leaf(question, partial(_extreme, known, column, within, question.function))
            case _:
                return self.leaf(question, partial(_outermost, known, column, within, question.function))

    def count(self, key: Hashable, chosen: nw.Expr) -> nw.Expr:
        """Return how many rows that a contact has by then are chosen; `key` says what is asked."""
        return self.leaf(("count", key), partial(_count, self._mark(("counted", key), chosen), None))

    def latest_of(self, selection: Selection) -> nw.Expr:
        """Return when the last interaction of a selection happened, in microseconds; null if there is none."""
        mark = self._mark(("chosen", selection), self.rows.chosen(selection))
        return self.leaf(("latest", selection), partial(_latest, mark))

    def shares(self, rule: Rule) -> nw.Expr:
        """Return the sum of the shares of a rule's points that are left."""
        assert rule.each is not None  # only rules about interactions come here
        mark = self._mark(("chosen", rule.each), self.rows.chosen(rule.each))
        key = ("shares", rule.each, rule.at_most, rule.within, rule.half_life, rule.linear, rule.step)
        return self.leaf(key, partial(_shares, mark, rule))

    @property
    def _dialect(self) -> Dialect:
        return self.rows.table.dialect

    def _mark(self, key: Hashable, chosen: nw.Expr) -> str:
        return self.column(key, chosen.fill_null(value=False))


def marked(chunk: Chunk, mark: str) -> Marked:
    """Return the rows of a chunk in which a column is true."""
    return chunk.once(("marked", mark), lambda: Marked.of(chunk.column(mark)))


def _count(mark: str, within: int | None, points: Points) -> pl.Series:
    return pl.Series(marked(points.chunk, mark).count(points, within).astype(np.float64))


def _days_since(mark: str, within: int | None, points: Points) -> pl.Series:
    row, there = marked(points.chunk, mark).last(points, within)
    days = (points.time - points.chunk.time_of(row)) / DAY
    return pl.Series(np.where(there, days, np.nan), nan_to_null=True)


def _latest(mark: str, points: Points) -> pl.Series:
    row, there = marked(points.chunk, mark).last(points)
    return gathered(pl.Series(points.chunk.time), row, there)


def _sum(mark: str, column: str, within: int | None, points: Points) -> pl.Series:
    chunk = points.chunk
    sums = chunk.once(("sums", mark, column), lambda: Sums(chunk, marked(chunk, mark), chunk.column(column)))
    return pl.Series(sums.at(points, within))


def _extreme(mark: str, column: str, within: int | None, which: str, points: Points) -> pl.Series:
    chunk, sign = points.chunk, 1 if which == "max" else -1

    def made() -> Extremes:
        return Extremes(marked(chunk, mark), chunk.column(column), sign)

    extremes = chunk.once(("extremes", mark, column, sign), made)
    value, there = extremes.at(points, within)
    return pl.Series(np.where(there, value, np.nan), nan_to_null=True)


def _outermost(mark: str, column: str, within: int | None, which: str, points: Points) -> pl.Series:
    chosen = marked(points.chunk, mark)
    row, there = chosen.first(points, within) if which == "first" else chosen.last(points, within)
    return gathered(points.chunk.rows[column], row, there)


def _shares(mark: str, rule: Rule, points: Points) -> pl.Series:
    chunk, limit = points.chunk, rule.at_most
    counts = chunk.once(("counts", mark, limit), lambda: let_through(chunk, chunk.column(mark), limit))
    return pl.Series(shares(counts, rule, points))


def _micros(within: Duration | None) -> int | None:
    return None if within is None else within.micros
