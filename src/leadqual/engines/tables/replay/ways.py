"""The transitions of a policy as columns: which conditions hold at points, and which may hold between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.conditions.nodes import IsMissing, Node
from leadqual.conditions.walk import names, walk
from leadqual.engines.tables.columns import KIND
from leadqual.engines.tables.contact import ContactScope
from leadqual.engines.tables.keys import CONTACT, Keys
from leadqual.engines.tables.logic import expression
from leadqual.engines.tables.native import Table
from leadqual.engines.tables.replay.chunk import Chunk, Ints, Points, SortedRows
from leadqual.engines.tables.replay.moments import Leaf, Moments
from leadqual.engines.tables.replay.people import People, Profiles, Words
from leadqual.engines.tables.replay.plan import Plan, Source, typed
from leadqual.engines.tables.replay.spans import ENTERED_FIRST, ENTERED_LAST, FIRST, LAST, Spans
from leadqual.engines.tables.rows import ID, TIME, Rows
from leadqual.engines.tables.scores import Computed, Scores
from leadqual.model.time import DAY
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

DAYS: Final = "lq_days"
"""The column of points with the days that the contact has stood in its stage."""
_DAYS_IN_STAGE: Final = "days_in_stage"
NEVER: Final = np.iinfo(np.int64).max
"""In place of an instant: that of what never happened."""


@dataclass(frozen=True, slots=True)
class Way:
    """A transition, for contacts that stand in one of the stages it leaves.

    Parameters
    ----------
    number : int
        Which transition of the policy it is.
    target : int
        The stage it leads to.
    event : str or None
        The kind of interaction at which it is eligible.
    guard : str or None
        The column that says whether its condition holds; None if it has none.
    follows_the_stage : bool
        Whether the condition reads how long the contact has stood in its stage.
    asks_for_entry : bool
        Whether it asks if that is known at all, which nobody can say beforehand.
    is_strict : bool
        Whether an unknown condition is an error.
    """

    number: int
    target: int
    event: str | None
    guard: str | None
    follows_the_stage: bool
    asks_for_entry: bool
    is_strict: bool


class Ways:
    """The transitions of a policy over two tables.

    Parameters
    ----------
    policy : PolicyDocument
        A policy with stages.
    contacts, interactions : Table
        The tables, of Polars.
    until : datetime
        The last instant; later interactions do not exist.
    repeated : bool
        Whether the interactions may hold one several times.

    Attributes
    ----------
    leaving : list of list of Way
        For each stage the ways that leave it, in their order.
    """

    def __init__(
        self, policy: PolicyDocument, contacts: Table, interactions: Table, until: Any, repeated: bool
    ) -> None:
        self.policy = policy
        self.stages = list(policy.stages)
        keys = Keys(contacts)
        self._rows = Rows(policy, interactions, until, keys, repeated=repeated)
        self._moments = Moments(self._rows)
        self.people = People(contacts, keys, self._rows.now)
        scope = ContactScope(
            policy,
            contacts.engine,
            self._moments,
            Profiles(policy, self.people, self._moments),
            Words(self.people, self._moments),
            lambda name: nw.col(self._scores.computed(name).value),
            lambda path: nw.lit(self._stage) if path == "stage" else nw.col(DAYS),
        )
        self._stage = ""
        self._scores = Scores(policy, scope, self._moments, contacts.dialect, self._outside)
        self._guards: dict[str, nw.Expr] = {}
        self._bounds: dict[str, nw.Expr] = {}
        self._spans = Spans(policy, scope, self._scores)
        self.leaving = [list(self._ways(stage, scope)) for stage in self.stages]
        self.rows = self._read()

    @property
    def until(self) -> int:
        """The last instant, in UTC microseconds."""
        return self._rows.now

    def _ways(self, stage: str, scope: ContactScope) -> Iterator[Way]:
        self._stage = stage
        for number, transition in enumerate(self.policy.transitions):
            if stage in transition.source and transition.target != stage:
                guard = self._guard(stage, number, transition, scope)
                yield Way(
                    number,
                    self.stages.index(transition.target),
                    transition.event,
                    guard,
                    transition.when is not None and _DAYS_IN_STAGE in names(transition.when),
                    transition.when is not None and _asks_for_entry(transition.when),
                    transition.on_unknown == "error",
                )

    def _guard(self, stage: str, number: int, transition: Transition, scope: ContactScope) -> str | None:
        if transition.when is None:
            return None
        name = f"lq_g{number}"
        if "stage" in names(transition.when):
            name = f"{name}_{stage}"
        if name not in self._guards:
            self._guards[name] = expression(transition.when, scope)
            if self.policy.review_every is not None and transition.event is None:
                strict = transition.on_unknown == "error"
                self._bounds[name] = nw.lit(value=True) if strict else self._spans.may_hold(transition.when, stage)
        return name

    def _outside(self, name: str) -> Computed:
        raise AssertionError(f"a policy whose transitions read score.{name} is folded one contact at a time")

    def _read(self) -> SortedRows:
        self.people.read()
        frame = self._rows.frame()
        frame = frame.with_columns(value.alias(name) for name, value in self._moments.columns.items())
        kept = frame.select(CONTACT, ID, KIND, TIME, *self._moments.columns)
        rows = kept.to_native().collect().sort(CONTACT, TIME, ID)
        return SortedRows(rows, self.people.earliest(), self.until)

    @cached_property
    def _schema(self) -> dict[str, Any]:
        return typed([*self._moments.leaves, DAYS], self._sample)

    @cached_property
    def _sample(self) -> Source:
        """The answers about no points at all, which show what each holds."""
        none = np.zeros(0, dtype=np.int64)
        nobody = Chunk(SortedRows(self.rows.rows.clear(), none, self.until), 0, 0)
        return _answers(self._moments.leaves, Points.at(nobody, none, none), None)

    def _plan(self, outputs: Mapping[str, nw.Expr]) -> Plan:
        return Plan(self._schema, [*self._moments.worked, *self._scores.steps], outputs)

    @cached_property
    def _at_points(self) -> Plan:
        return self._plan(self._guards)

    @cached_property
    def _in_stage(self) -> Plan:
        following = {str(way.guard) for ways in self.leaving for way in ways if way.follows_the_stage}
        return self._plan({name: self._guards[name] for name in sorted(following)})

    @cached_property
    def _at_reviews(self) -> Plan:
        return self._plan({**{name: self._guards[name] for name in self._bounds}, **self._spans.atoms})

    @cached_property
    def _ends(self) -> Plan:
        return self._plan(self._spans.atoms)

    @cached_property
    def _between(self) -> Plan:
        known = self._ends.run(0, self._sample)
        both = {f"{name}@{end}": kind for name, kind in known.schema.items() for end in ("first", "last")}
        instants = dict.fromkeys((FIRST, LAST, ENTERED_FIRST, ENTERED_LAST), pl.Int64())
        return Plan({**both, **instants}, self._spans.steps, self._bounds)

    def at(self, points: Points) -> pl.DataFrame:
        """Return which conditions hold at points, whenever a contact entered its stage.

        Null is unknown, also where it depends on that.
        """
        return self._at_points.run(len(points), _answers(self._moments.leaves, points, None))

    def in_stage(self, points: Points, entered: Ints) -> pl.DataFrame:
        """Return which conditions hold at points, of those that read how long a contact has stood in its stage.

        Parameters
        ----------
        entered : array
            When each contact entered its stage, `NEVER` if it never did.
        """
        return self._in_stage.run(len(points), _answers(self._moments.leaves, points, entered))

    def at_reviews(self, points: Points, entered: Ints) -> pl.DataFrame:
        """Return which conditions of transitions hold that wait for no event, and all that `ends` returns."""
        return self._at_reviews.run(len(points), _answers(self._moments.leaves, points, entered))

    def ends(self, points: Points) -> pl.DataFrame:
        """Return what the bounds of spans are made of, at one of their ends."""
        return self._ends.run(len(points), _answers(self._moments.leaves, points, None))

    def between(
        self,
        first: tuple[Ints, pl.DataFrame],
        last: tuple[Ints, pl.DataFrame],
        entered: tuple[Ints, Ints],
    ) -> pl.DataFrame:
        """Return which conditions of reviews may hold somewhere in spans.

        Parameters
        ----------
        first, last : tuple
            The ends of the spans in UTC microseconds, and what `ends` says of them.
        entered : tuple of arrays
            Between which instants each contact entered its stage, `NEVER` if it never did.
        """
        instants = {FIRST: first[0], LAST: last[0], ENTERED_FIRST: entered[0], ENTERED_LAST: entered[1]}

        def source(name: str) -> pl.Series:
            if name in instants:
                series = pl.Series(instants[name])
                return series if name in (FIRST, LAST) else series.set(series == NEVER, None)
            atom, _, end = name.partition("@")
            return (first if end == "first" else last)[1][atom]

        return self._between.run(len(first[0]), source)


def _asks_for_entry(node: Node) -> bool:
    return any(isinstance(part, IsMissing) and _DAYS_IN_STAGE in names(part) for part in walk(node))


def _answers(leaves: dict[str, Leaf], points: Points, entered: Ints | None) -> Source:
    """Return the source of everything that is asked about points."""

    def source(name: str) -> pl.Series:
        if name != DAYS:
            return points.answer(name, leaves[name])
        if entered is None:
            return pl.Series([None], dtype=pl.Float64).new_from_index(0, len(points))
        days = np.where(entered == NEVER, np.nan, (points.time - entered) / DAY)
        return pl.Series(days, dtype=pl.Float64, nan_to_null=True)

    return source
