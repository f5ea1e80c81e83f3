"""Scorers over tables: what `score_frame` of the shipped scorers does, apart, since tables need optional libraries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from leadqual.conditions.nodes import Name, Node
from leadqual.engines.tables.answers import SCORE
from leadqual.engines.tables.attached import attached
from leadqual.engines.tables.checks.reads import reads_of
from leadqual.engines.tables.columns import CONTACT_ID, Frame, framed
from leadqual.engines.tables.engine import TableEngine
from leadqual.engines.tables.gaps import ESTIMATOR, SCORER
from leadqual.engines.tables.native import Table, open_table
from leadqual.model.catalogue import ValueType
from leadqual.model.score import Scorer
from leadqual.policy.document import PolicyDocument


def engine_of(
    policy: PolicyDocument,
    read: Iterable[Node],
    contacts: Any,
    interactions: Any,
    at: datetime,
    *,
    repeated: bool = True,
) -> TableEngine:
    """Return the engine for what a scorer reads; the tables were looked at by whoever asks the scorer."""
    people, events = open_table(contacts, "contacts"), open_table(interactions, "interactions")
    given = attached(policy, reads_of(policy, read).scorers, (contacts, interactions), people, at)
    return TableEngine(policy, people, events, at, given, repeated=repeated)


def rule_frame(policy: PolicyDocument, score: str, contacts: Any, interactions: Any, at: datetime) -> Any:
    """Return a score by rules with its ledger: ``contact_id``, ``score`` and a column a line."""
    return engine_of(policy, [Name(f"score.{score}")], contacts, interactions, at).one_score(score)


@dataclass(frozen=True)
class Features:
    """The features of a table of contacts, as scikit-learn takes them.

    Parameters
    ----------
    contacts : Table
        The contacts.
    ids : Series
        Their ids, in the order of the rows.
    rows : DataFrame
        A column a feature: floats or texts, null where they are missing.
    incomplete : array of bool of shape (n,)
        Whether a feature of the row is missing.
    """

    contacts: Table
    ids: pl.Series
    rows: pl.DataFrame
    incomplete: Any

    def answer(self, asked: Any, scores: Any, lines: Mapping[str, Any]) -> Any:
        """Return the scores of the rows that were asked for, with the lines of their ledgers, as the contacts came."""
        named = {f"lq_line{number}": values for number, values in enumerate(lines.values())}
        columns = [self._spread(asked, values).alias(name) for name, values in {SCORE: scores, **named}.items()]
        frame = pl.DataFrame({CONTACT_ID: self.ids}).with_columns(columns)
        return self.contacts.close(framed(frame.lazy()), [CONTACT_ID, SCORE, *lines])

    def _spread(self, asked: Any, values: Any) -> pl.Series:
        """Return a column of all rows: null where nothing was asked."""
        found = np.full(len(self.ids), np.nan)
        found[asked] = values
        return pl.Series(found, nan_to_null=True)


def feature_columns(
    policy: PolicyDocument,
    features: Mapping[str, tuple[Node, ValueType]],
    contacts: Any,
    interactions: Any,
    at: datetime,
    *,
    repeated: bool,
) -> Features:
    """Return the features of a model; raise `UnsupportedError` if the tables are not in memory."""
    people = open_table(contacts, "contacts")
    if people.lazy:
        raise ESTIMATOR.refusal(people.engine, "predict_proba")
    nodes = [node for node, _ in features.values()]
    found = engine_of(policy, nodes, contacts, interactions, at, repeated=repeated).evaluated(features)
    frame: pl.DataFrame = open_table(found, "features").frame.collect(backend="polars").to_native()
    rows = frame.select(
        pl.col(name).cast(pl.String if kind is ValueType.TEXT else pl.Float64) for name, (_, kind) in features.items()
    )
    incomplete = rows.select(pl.any_horizontal(pl.all().is_null())).to_series().to_numpy()
    return Features(people, frame[CONTACT_ID], rows, incomplete)


def blend_frame(
    scorers: Sequence[Scorer], shares: Sequence[float], how: str, contacts: Any, interactions: Any, at: datetime
) -> Any:
    """Return the blend of the scores of several scorers: a line each for a mean, one for the score that decided."""
    people = open_table(contacts, "contacts")
    tables = [_answer(scorer, people, contacts, interactions, at) for scorer in scorers]
    frame: Frame = people.frame.select(CONTACT_ID)
    columns = [f"lq_score{number}" for number in range(len(tables))]
    for table, column in zip(tables, columns, strict=True):
        score = nw.col(SCORE).cast(nw.Float64()).alias(column)
        frame = frame.join(table.frame.select(CONTACT_ID, score), on=CONTACT_ID, how="left")
    return people.close(*_blended(frame, [scorer.name for scorer in scorers], columns, shares, how))


def _answer(scorer: Scorer, people: Table, contacts: Any, interactions: Any, at: datetime) -> Table:
    score_frame = getattr(scorer, "score_frame", None)
    if not callable(score_frame):
        raise SCORER.refusal(people.engine, f"{scorer.name} within a blend")
    return open_table(score_frame(contacts, interactions, at=at), f"scorer {scorer.name!r}")


def _blended(
    frame: Frame, names: Sequence[str], columns: Sequence[str], shares: Sequence[float], how: str
) -> tuple[Frame, list[str]]:
    known = nw.all_horizontal(*(~nw.col(column).is_null() for column in columns), ignore_nulls=False)
    if how == "mean":
        parts = [nw.col(column) * share for column, share in zip(columns, shares, strict=True)]
        total = nw.sum_horizontal(*parts)
        lines = [nw.when(known).then(part).alias(f"lq_part{number}") for number, part in enumerate(parts)]
    else:
        pick = nw.min_horizontal if how == "min" else nw.max_horizontal
        total = pick(*map(nw.col, columns))
        lines, taken = [], nw.lit(value=False)
        for number, column in enumerate(columns):  # the first that has the value decided
            decided = (nw.col(column) == total) & ~taken
            lines.append(nw.when(known).then(nw.when(decided).then(total).otherwise(0.0)).alias(f"lq_part{number}"))
            taken = taken | (nw.col(column) == total)
    blended = frame.select(CONTACT_ID, nw.when(known).then(total).alias(SCORE), *lines)
    again = [f"{name}_{number}" if name in names[:number] else name for number, name in enumerate(names)]
    return blended, [CONTACT_ID, SCORE, *again]
