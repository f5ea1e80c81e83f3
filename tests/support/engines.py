"""The engines as tests see them: one small interface, so that a case written once is asked of each.

A new engine is added to `ENGINES`; what it cannot do it says by raising `leadqual.UnsupportedError`.
"""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import duckdb
import narwhals as nw
import polars as pl
import pytest

from leadqual import Contact, Interaction, LedgerLine, Policy, Score, UnsupportedError, frames, parse_condition
from leadqual.engines import fold, reference
from leadqual.engines.advance import Funnel
from leadqual.engines.fold import Position, Step, Visit
from leadqual.engines.intake import check_attributes, ordered_history
from leadqual.engines.record import RecordEngine
from leadqual.engines.reference import Situation
from leadqual.engines.tables.gaps import GAPS
from leadqual.engines.view import View
from leadqual.frames.replay import replayed
from leadqual.model.time import micros
from support import spark

Stood = tuple[Position, list[Step]]


class Engine(Protocol):
    """What a case asks of an engine."""

    name: str

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        """Return the value of an expression."""
        ...

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        """Return a score with its ledger."""
        ...

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        """Return a grade."""
        ...

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        """Return where the contact stands, and its steps."""
        ...


class Reference:
    """The slow, obvious interpreter."""

    name = "reference"

    def _now(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Situation:
        check_attributes(policy, who)
        return Situation(policy, who, ordered_history(policy, who, history), micros(at))

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        return reference.evaluate(parse_condition(text), self._now(policy, who, history, at))

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        return reference.score(name, self._now(policy, who, history, at))

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        return reference.grade(name, self._now(policy, who, history, at))

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        check_attributes(policy, who)
        return fold.fold(policy, who, ordered_history(policy, who, history), micros(at))


class Record:
    """The compiled engine for one contact."""

    name = "record"

    def _view(self, engine: RecordEngine, who: Contact, history: Sequence[Interaction], at: datetime) -> View:
        check_attributes(engine.policy, who)
        view = View(engine, who, ordered_history(engine.policy, who, history))
        view.move_to(micros(at))
        return view

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        engine = RecordEngine(policy, {})
        compiled = engine.compiled(parse_condition(text))
        return compiled(self._view(engine, who, history, at))

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        engine = RecordEngine(policy, {})
        view = self._view(engine, who, history, at)
        value = engine.score_value(view, name)
        score = engine.score(view, name)
        assert value == score.value, "the value on the way and the value of the ledger are the same"
        return score

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        engine = RecordEngine(policy, {})
        return engine.grade(self._view(engine, who, history, at), name)

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        engine = RecordEngine(policy, {})
        return Funnel(engine).advance(self._view(engine, who, history, at), micros(at))


class Tables:
    """The engine for tables, over one kind of table: a contact is a table of one row."""

    def __init__(self, name: str, into: Callable[[Any], Any], out: Callable[[Any], list[dict[str, Any]]]) -> None:
        self.name, self.into, self.out = name, into, out

    def _tables(self, policy: Policy, who: Contact, history: Sequence[Interaction]) -> tuple[Any, Any]:
        contacts, interactions = frames.from_models([who], {who.id: history}, policy=policy)
        return self.into(contacts), self.into(interactions)

    def value(self, policy: Policy, text: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Any:
        tables = self._tables(policy, who, history)
        with declared_gaps(self.name):
            return self.out(frames.evaluate(policy, {"value": text}, *tables, at=at))[0]["value"]

    def rows(self, policy: Policy, tables: tuple[Any, Any], at: datetime, **options: Any) -> list[dict[str, Any]]:
        """Return what is known of every contact of two tables."""
        return self.out(frames.score(policy, *map(self.into, tables), at=at, **options))

    def score(self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime) -> Score:
        tables = frames.from_models([who], {who.id: history}, policy=policy)
        with declared_gaps(self.name):
            (row,) = self.rows(policy, tables, at, ledger=True, missing=True)
        return score_of(policy, name, row)

    def grade(
        self, policy: Policy, name: str, who: Contact, history: Sequence[Interaction], at: datetime
    ) -> str | None:
        (row,) = self.out(frames.score(policy, *self._tables(policy, who, history), at=at))
        grade: str | None = row[f"grade.{name}"]
        return grade

    def stand(self, policy: Policy, who: Contact, history: Sequence[Interaction], at: datetime) -> Stood:
        tables = frames.from_models([who], {who.id: history}, policy=policy)
        with declared_gaps(self.name):
            moves, (stood,) = self.replayed(policy, tables, at)
        assert (stood["contact_id"], stood["as_of"], stood["policy"]) == (who.id, at, policy.content_hash)
        by_id = {one.id: one for one in history}
        return Position(stood["stage"], _micros(stood["entered_at"])), [_step(policy, move, by_id) for move in moves]

    def replayed(self, policy: Policy, tables: tuple[Any, Any], until: datetime, **options: Any) -> Any:
        """Return the moves and the standings of one replay, of which `moves` and `standings` each give one."""
        moves, standings = replayed(policy, *map(self.into, tables), until=until, **options)
        return self.out(moves), self.out(standings)

    def moves(self, policy: Policy, tables: tuple[Any, Any], until: datetime, **options: Any) -> list[dict[str, Any]]:
        """Return every move of every contact of two tables."""
        return self.out(frames.replay(policy, *map(self.into, tables), until=until, **options))

    def standings(self, policy: Policy, tables: tuple[Any, Any], at: datetime, **options: Any) -> list[dict[str, Any]]:
        """Return where every contact of two tables stands."""
        return self.out(frames.standings(policy, *map(self.into, tables), at=at, **options))


@contextmanager
def declared_gaps(engine: str) -> Iterator[None]:
    """Skip a case that an engine refuses, if it is declared that it does; another refusal fails."""
    try:
        yield
    except UnsupportedError as error:
        declared = {gap.code: gap.reason for gap in GAPS if engine in gap.engines}
        if error.code not in declared:
            raise
        pytest.skip(declared[error.code])


def score_of(policy: Policy, name: str, row: Mapping[str, Any]) -> Score:
    """Return a score from a row of a table with its ledger, without what only one contact's engine says of a line."""
    prefix, lines = f"score.{name}.", []
    for column, points in row.items():
        if column.startswith(prefix):
            kind, _, line = column.removeprefix(prefix).partition(".")
            kind, line = (kind, line) if line else ("rule", kind)
            if points or kind == "rule":
                lines.append(LedgerLine(id=line, kind=kind, points=points))  # type: ignore[arg-type]
    return Score(name=name, value=row[f"score.{name}"], range=policy.score_ranges[name], ledger=tuple(lines))


def _step(policy: Policy, move: Mapping[str, Any], history: Mapping[str, Interaction]) -> Step:
    """Return a row of a table of moves as the engines for one contact give it."""
    (transition,) = [one for one in policy.transitions if one.id == move["transition"]]
    assert move["target"] == transition.target
    one = None if move["interaction_id"] is None else history[move["interaction_id"]]
    return Step(move["source"], _micros(move["entered_at"]), transition, Visit(micros(move["at"]), one))


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else micros(instant)


def _dicts(table: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nw.from_native(table).lazy().collect("polars").to_native().to_dicts()
    return found


@functools.cache
def _connection() -> Any:
    connection = duckdb.connect()
    atexit.register(connection.close)
    return connection


def _duckdb(table: Any) -> Any:
    return _connection().from_arrow(table.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _spark(table: Any) -> Any:
    return spark.session().createDataFrame(table.to_arrow(compat_level=pl.CompatLevel.oldest()))


POLARS = Tables("Polars", lambda table: table, _dicts)
TABLES = (
    POLARS,
    Tables("Polars (lazy)", lambda table: table.lazy(), _dicts),
    Tables("pandas", lambda table: table.to_pandas(), _dicts),
    Tables("pandas with Arrow", lambda table: table.to_pandas(use_pyarrow_extension_array=True), _dicts),
    Tables("PyArrow", lambda table: table.to_arrow(), _dicts),
    Tables("DuckDB", _duckdb, _dicts),
)
"""The kinds of table, each as an engine."""

SPARK = Tables("PySpark", _spark, _dicts)
"""On a cluster of one machine, where every question takes seconds: asked for many contacts at once."""

OF_ONE: tuple[Engine, ...] = (Reference(), Record())
"""The engines for one contact, which say of a line how many interactions counted."""

ENGINES: tuple[Engine, ...] = (*OF_ONE, *TABLES)
