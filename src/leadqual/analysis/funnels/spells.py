"""Spells: one row for each time that a contact stood at a stage, which is all that a funnel report needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.analysis.funnels.order import stages_in_order
from leadqual.analysis.funnels.reach import Mask, Reach, Whole, reach_of
from leadqual.analysis.funnels.tables import CONTACT
from leadqual.engines.tables.columns import CONTACT_ID
from leadqual.model.time import DAY

KEYS: Final = ["group", "stage"]


@dataclass(frozen=True, eq=False)
class Spells:
    """Who stood where, from when to when.

    Parameters
    ----------
    people : DataFrame
        One row a contact: ``contact`` (its place), ``contact_id``, ``began`` (null if not known), and ``group``.
    rows : DataFrame
        One row a spell: ``contact``, ``group``, ``position`` (counted from 0 for each contact), ``stage``,
        ``entered`` (null if not known), ``left`` and ``target`` (both null for those who stand there still).
    stages : tuple of str
        All stages, in the order of the funnel.
    unknown : frozenset of str
        The stages in which contacts may stand that never moved, and of whom nothing is known.
    until : datetime
        Up to when everything is known.
    groups : tuple
        The value of each group, by its number.
    """

    people: pl.DataFrame
    rows: pl.DataFrame
    stages: tuple[str, ...]
    unknown: frozenset[str]
    until: datetime
    groups: tuple[Any, ...] = ("all",)

    @cached_property
    def reach(self) -> Reach:
        """When each contact first came to each stage."""
        return reach_of(self.rows, len(self.stages), self.people.height)

    @cached_property
    def group_codes(self) -> Whole:
        """The number of the group of each contact."""
        return self.people["group"].cast(pl.Int64).to_numpy()

    @cached_property
    def began_known(self) -> Mask:
        """Of whom is known when they began."""
        return self.people["began"].is_not_null().to_numpy()

    @property
    def complete(self) -> bool:
        """Whether those who never moved are known."""
        return not self.unknown

    def grouped(self, group: pl.Series, groups: tuple[Any, ...]) -> Spells:
        """Return the same spells of contacts in groups: the number of its group for each contact, in their order."""
        people = self.people.with_columns(group=group)
        rows = self.rows.with_columns(group=group.gather(self.rows[CONTACT]))
        made = Spells(people, rows, self.stages, self.unknown, self.until, groups)
        made.__dict__["reach"] = self.reach  # the same for every grouping, and worth keeping
        return made

    def cells(self, *names: str) -> pl.DataFrame:
        """Return every group with every stage, or with every pair of stages under two names."""
        made = pl.DataFrame({"group": range(len(self.groups))}, schema={"group": pl.UInt32})
        for name in names:
            made = made.join(pl.DataFrame({name: pl.Series(self.stages, dtype=self.kind)}), how="cross")
        return made

    @property
    def kind(self) -> pl.Enum:
        """The type of a column of stages: it sorts in the order of the funnel."""
        return pl.Enum(self.stages)

    def known(self, column: str, by: str = "stage") -> pl.Expr:
        """Return a column with nothing where a stage may hold contacts of whom nothing is known."""
        if self.complete:
            return pl.col(column)
        return pl.when(~pl.col(by).is_in(list(self.unknown))).then(pl.col(column)).alias(column)


def days(late: pl.Expr, early: pl.Expr) -> pl.Expr:
    """Return the days of 24 hours between two instants, exact to the microsecond."""
    return (late - early).dt.total_microseconds() / DAY


def numbered(
    moves: pl.DataFrame, standings: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame | None]:
    """Return everybody with a number, and both tables with these numbers.

    The numbers follow the order of the standings, or of the moves; those of whom nothing had happened come last.
    """
    if standings is None:
        people = moves.select(CONTACT_ID).unique(maintain_order=True).with_row_index(CONTACT)
        return people, moves.join(people, on=CONTACT_ID, how="left", maintain_order="left"), None
    nothing = pl.col("entered_at").is_null()
    standings = pl.concat([standings.filter(~nothing), standings.filter(nothing)])
    once = standings[CONTACT_ID].n_unique() == standings.height
    ids = standings.select(CONTACT_ID)
    people = (ids if once else ids.unique(maintain_order=True)).with_row_index(CONTACT)
    made = moves.join(people, on=CONTACT_ID, how="left", maintain_order="left")
    if made[CONTACT].null_count():  # they are told as missing in the standings
        lost = made.filter(pl.col(CONTACT).is_null()).select(CONTACT_ID).unique(maintain_order=True)
        people = pl.concat([people.select(CONTACT_ID), lost]).with_row_index(CONTACT)
        made = moves.join(people, on=CONTACT_ID, how="left", maintain_order="left")
    if once:
        return people, made, standings.with_row_index(CONTACT)
    return people, made, standings.join(people, on=CONTACT_ID, how="left", maintain_order="left")


def stages_seen(moves: pl.DataFrame) -> list[str]:
    """Return the stages that tables have, by name."""
    kind = moves.schema["source"]
    assert isinstance(kind, pl.Enum)  # as they were read
    return kind.categories.to_list()


def spells_of(
    people: pl.DataFrame,
    moves: pl.DataFrame,
    standings: pl.DataFrame | None,
    until: datetime,
    named: Sequence[str] | None,
    initial: str | None,
) -> Spells:
    """Return the spells of moves that follow one another, and of the standings that they lead to.

    Parameters
    ----------
    people : DataFrame
        ``contact`` and ``contact_id`` of everybody who has begun.
    moves, standings : DataFrame
        With the ``contact`` of each row and stages of one `Enum`, the moves in their order.
    until : datetime
        Up to when everything is known.
    named : sequence of str, optional
        The stages in their order; without it the order is found.
    initial : str, optional
        The stage in which contacts begin.
    """
    seen = stages_seen(moves)
    rows = _rows(moves, standings)
    begins = moves.filter(pl.col("position") == 0)["source"].unique().to_list()
    unknown = frozenset() if standings is not None else frozenset([*begins, *([initial] if initial else [])])
    stages = tuple(named) if named else _order(rows, seen, people.height)
    kind = pl.Enum(stages)
    group = pl.lit(0, pl.UInt32).alias("group")
    rows = rows.with_columns(pl.col("stage", "target").cast(kind), group)
    began = rows.filter(pl.col("position") == 0).select(CONTACT, began="entered")
    people = people.join(began, on=CONTACT, how="left", maintain_order="left").with_columns(group)
    return Spells(people, rows, stages, unknown & {*stages}, until)


def _rows(moves: pl.DataFrame, standings: pl.DataFrame | None) -> pl.DataFrame:
    """Return a row for what each move ended, for where the last one led, and for those who never moved."""
    ended = moves.select(CONTACT, "position", stage="source", entered="entered_at", left="at", target="target")
    last = pl.col(CONTACT).ne_missing(pl.col(CONTACT).shift(-1))
    stands = moves.filter(last).select(CONTACT, pl.col("position") + 1, stage="target", entered="at")
    parts = [ended, stands]
    if standings is not None:
        still = standings.join(stands, on=CONTACT, how="anti").filter(pl.col("entered_at").is_not_null())
        parts.append(
            still.select(CONTACT, position=pl.lit(0, moves.schema["position"]), stage="stage", entered="entered_at")
        )
    return pl.concat(parts, how="diagonal")


def positions(moves: pl.DataFrame) -> pl.DataFrame:
    """Return moves in their order with the place of each among those of its contact, counted from 0."""
    place = pl.int_range(pl.len(), dtype=pl.Int64)
    first = pl.when(pl.col(CONTACT).ne_missing(pl.col(CONTACT).shift(1))).then(place).forward_fill()
    return moves.with_columns(position=place - first)


def _order(rows: pl.DataFrame, seen: list[str], contacts: int) -> tuple[str, ...]:
    """Return the stages that were seen in the order in which contacts came to them."""
    reach = reach_of(rows, len(seen), contacts)
    places = range(len(seen))
    number = {
        (seen[one], seen[other]): int(np.count_nonzero(reach.before(one, other))) for one in places for other in places
    }
    visited = {seen[place]: int(np.count_nonzero(reach.first[place] >= 0)) for place in places}
    return stages_in_order(number, visited)
