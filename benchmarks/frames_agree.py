"""Whoever is measured gives the same numbers: those of decisions, one contact at a time."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
from polars.testing import assert_frame_equal

from benchmarks.frames_data import AT, Tables
from benchmarks.frames_hand import BY_HAND, SQL
from benchmarks.frames_pandas import pandas_loop
from benchmarks.frames_policies import policy_named
from benchmarks.frames_records import Records, expected, models, sample
from leadqual import frames

TOLERANCE = 1.001e-6
"""Scores have six decimals; where sums differ in their last bit, rounding may take the other one."""


def check_that_all_agree(policy: str, tables: Tables, size: int) -> None:
    """Raise `AssertionError` where one of the ways gives another score or grade than the decisions do."""
    contacts, interactions = sample(tables, size)
    known = models(contacts, interactions)
    right = expected(policy_named(policy), known).sort("contact_id")
    for name, scores in _answers(policy, contacts, interactions).items():
        found = scores.sort("contact_id").select(right.columns)
        try:
            assert_frame_equal(found, right, abs_tol=TOLERANCE, rel_tol=0, check_dtypes=False)
        except AssertionError as error:
            error.add_note(f"{name}, policy {policy}")
            raise
    bare = pl.DataFrame(list(Records(policy_named(policy)).scores(known)), infer_schema_length=None)
    assert_frame_equal(bare.sort("contact_id").select(right.columns), right)


def _answers(policy: str, contacts: pl.DataFrame, interactions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    given = policy_named(policy)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    people, events = contacts.to_arrow(), interactions.to_arrow()
    connection.register("contacts", people)
    connection.register("interactions", events)
    relations = connection.table("contacts"), connection.table("interactions")

    def fetched(sql: str) -> pl.DataFrame:
        found = pl.from_arrow(connection.sql(sql).to_arrow_table())
        assert isinstance(found, pl.DataFrame)
        return found

    looped: pd.DataFrame = pandas_loop(policy, contacts.to_pandas(), interactions.to_pandas())
    return {
        "Polars by hand": BY_HAND[policy](contacts.lazy(), interactions.lazy()),
        "DuckDB by hand": fetched(SQL[policy]),
        "a loop over pandas": pl.from_pandas(looped),
        "frames.score on Polars": frames.score(given, contacts, interactions, at=AT),
        "frames.score on lazy Polars": frames.score(given, contacts.lazy(), interactions.lazy(), at=AT).collect(),
        "frames.score on DuckDB": fetched(frames.score(given, *relations, at=AT).sql_query()),
    }
