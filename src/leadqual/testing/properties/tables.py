"""What tables say of one contact."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import narwhals as nw
import polars as pl

from leadqual import frames
from leadqual.lifecycle.policy import Policy
from leadqual.proofs.scenario import Scenario

_MOVE: Final = ("source", "target", "transition", "at", "interaction_id")


def told_by_tables(library: str, policy: Policy, crowd: Sequence[Scenario], at: datetime) -> list[dict[str, Any]]:
    """Return the moves, scores and grades of some contacts at an instant, from tables of a library."""
    people = {f"c-{number}": one for number, one in enumerate(crowd)}
    contacts = [one.contact.model_copy(update={"id": id_}) for id_, one in people.items()]
    backend: Any = library if library in ("pandas", "pyarrow") else "polars"
    histories = {id_: one.history for id_, one in people.items()}
    given = frames.from_models(contacts, histories, policy=policy, backend=backend)
    tables = [_into(library, table) for table in given]
    found: dict[str, dict[str, Any]] = {id_: {} for id_ in people}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", frames.SlowScorerWarning)
        if policy.score_ranges:
            for row in _rows(frames.score(policy, *tables, at=at)):
                known = {name: value for name, value in row.items() if name.startswith(("score.", "grade."))}
                found[row["contact_id"]] |= known
        if policy.initial_stage is not None:
            for told in found.values():
                told["moves"] = []
            for move in _rows(frames.replay(policy, *tables, until=at)):
                found[move["contact_id"]]["moves"].append(tuple(move[name] for name in _MOVE))
    return list(found.values())


def scored_by_table(scorer: Any, policy: Policy | None, scenario: Scenario) -> tuple[float | None, float]:
    """Return the score of a contact, and the sum of its lines, from a scorer's own way with tables."""
    who, history = scenario.contact, scenario.history
    people, events = frames.from_models([who], {who.id: history}, policy=policy)
    (row,) = _rows(scorer.score_frame(people, events, at=scenario.at))
    lines = [value for name, value in row.items() if name not in ("contact_id", "score")]
    return row["score"], math.fsum(value for value in lines if value is not None)


def _rows(table: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = nw.from_native(table).lazy().collect("polars").to_native().to_dicts()
    return found


def _into(library: str, table: Any) -> Any:
    if library not in ("duckdb", "pyspark"):
        return table
    arrow = table.to_arrow(compat_level=pl.CompatLevel.oldest())
    return _duckdb().from_arrow(arrow) if library == "duckdb" else _spark().createDataFrame(arrow)


@cache
def _duckdb() -> Any:
    import duckdb  # noqa: PLC0415 - it is optional

    return duckdb.connect()


@cache
def _spark() -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - it is optional

    return SparkSession.builder.getOrCreate()
