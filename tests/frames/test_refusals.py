"""What is looked at before tables are scored, and what is refused: with a code, a place and a hint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from support import spark
from support.engines import SPARK, Tables
from support.two_tables import AT, BY_NAME, CONTACTS, IN_MEMORY, INTERACTIONS, POLICY, given

import leadqual as lq
from leadqual import InputError, frames

Change = Callable[[pl.DataFrame], pl.DataFrame]


def refused(*arguments: Any, **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        frames.score(*arguments, **{"at": AT, **options})
    return caught.value


BREACHES: dict[str, Change] = {
    "unknown-kind": lambda table: table.with_columns(kind=pl.lit("page_veiwed")),
    "unknown-contact": lambda table: table.head(1).with_columns(contact_id=pl.lit("nobody")),
    "missing-field": lambda table: table.with_columns(interaction_id=pl.lit(None, dtype=pl.String)),
}


@pytest.mark.parametrize("code", BREACHES)
def test_what_is_looked_at(kind: Tables, code: str) -> None:
    tables = given(kind, interactions=BREACHES[code](INTERACTIONS))
    assert refused(POLICY, *tables, check="all").code == code
    for check in ("columns", "trusted", *(() if kind.name in IN_MEMORY else (None,))):
        kind.out(frames.score(POLICY, *tables, at=AT, check=check))
    if kind.name in IN_MEMORY:
        assert refused(POLICY, *tables).code == code


@pytest.mark.parametrize("check", ["all", "columns", "trusted", None])
def test_columns_are_always_looked_at(kind: Tables, check: Any) -> None:
    contacts, interactions = CONTACTS.rename({"contact_id": "id"}), INTERACTIONS.rename({"occurred_at": "timestamp"})
    contacts = contacts.with_columns(country=pl.lit(5))
    error = refused(POLICY, *given(kind, contacts, interactions), check=check)
    assert [problem.code for problem in error.problems] == ["missing-column", "wrong-type", "missing-column"]
    assert "did you mean 'id'?" in str(error)
    assert "did you mean 'timestamp'?" in str(error)


def test_times_without_a_zone(kind: Tables) -> None:
    naive = INTERACTIONS.with_columns(pl.col("occurred_at").dt.replace_time_zone(None))
    error = refused(POLICY, *given(kind, interactions=naive))
    assert (error.code, error.problems[0].place.path) == ("naive-datetime", "occurred_at")
    assert "Asia/Jakarta" in str(error.problems[0].hint)


def test_an_instant_without_a_zone_and_a_check_that_there_is_not() -> None:
    error = refused("sales.yaml", CONTACTS, INTERACTIONS, at=datetime(2026, 11, 22), check="trust")
    assert [(problem.place.source, problem.code) for problem in error.problems] == [
        ("policy", "wrong-type"), ("at", "naive-datetime"), ("check", "bad-argument"),
    ]  # fmt: skip
    for hint in ("leadqual.Policy.load(path)", "ZoneInfo('Asia/Jakarta')", "did you mean 'trusted'?"):
        assert hint in str(error)
    assert refused(POLICY, CONTACTS, INTERACTIONS, at="2026-11-22").code == "wrong-type"


@pytest.mark.parametrize(
    ("contacts", "interactions", "hint"),
    [
        ([lq.Contact(id="c-1")], {"c-1": []}, "from_models"),
        ("contacts.csv", Path("interactions.csv"), "leadqual.frames.read_interactions(path)"),
        (None, None, "from_models"),
        (CONTACTS["country"], CONTACTS.to_pandas()["country"], "from_models"),
    ],
)
def test_what_is_no_table(contacts: Any, interactions: Any, hint: str) -> None:
    error = refused(POLICY, contacts, interactions)
    assert [(one.code, one.place.source) for one in error.problems] == [
        ("not-a-table", "contacts"), ("not-a-table", "interactions"),
    ]  # fmt: skip
    assert hint in str(error)
    assert all("\n" not in str(one.found) for one in error.problems)


def test_tables_that_stand_in_each_others_place(kind: Tables) -> None:
    contacts, interactions = given(kind)
    error = refused(POLICY, interactions, contacts)
    assert [one.code for one in error.problems] == ["swapped-tables"]
    assert "contacts come first" in str(error)


def test_tables_of_libraries_that_cannot_be_read_together() -> None:
    relation = BY_NAME["DuckDB"].into(CONTACTS)
    error = refused(POLICY, relation, INTERACTIONS)
    assert (error.code, error.problems[0].expected) == ("unlike-tables", "both of DuckDB")
    with duckdb.connect() as connection:
        error = refused(POLICY, relation, connection.from_arrow(INTERACTIONS.to_arrow()))
    assert error.code == "unlike-tables"
    assert "one duckdb.connect()" in str(error)


def test_names_of_columns_that_are_none() -> None:
    contacts, interactions = CONTACTS.to_pandas(), INTERACTIONS.to_pandas()
    twice = refused(POLICY, pd.concat([contacts, contacts[["country"]]], axis=1), interactions)
    assert (twice.code, twice.problems[0].found) == ("duplicate-column", "'country' 2 times")
    numbered = refused(POLICY, contacts.assign(**{"x": 1}).rename(columns={"x": 7}), interactions)
    assert (numbered.code, numbered.problems[0].found) == ("unnamed-column", "[7]")


def test_a_column_of_pandas_that_mixes_types() -> None:
    contacts = CONTACTS.to_pandas().assign(country=pd.Series(["ID", 5, None], dtype=object))
    error = refused(POLICY, contacts, INTERACTIONS.to_pandas())
    assert (error.code, error.problems[0].place.path) == ("wrong-type", "country")
    assert "mixed types" in str(error.problems[0].found)


def test_a_type_of_duckdb_that_nobody_knows_is_not_taken_for_nothing() -> None:
    with duckdb.connect() as connection:
        interactions = connection.from_arrow(INTERACTIONS.to_arrow())
        contacts = connection.sql("SELECT uuid() AS contact_id, uuid() AS country, uuid() AS other")
        error = refused(POLICY, contacts, interactions)
        assert [(one.place.path, one.found) for one in error.problems] == [("contact_id", "UUID"), ("country", "UUID")]
        assert 'CAST("contact_id" AS VARCHAR)' in str(error)


def test_spark_tells_its_own_types() -> None:
    contacts = spark.session().sql("SELECT 'c-1' AS contact_id, parse_json('1') AS country")
    error = refused(POLICY, contacts, SPARK.into(INTERACTIONS))
    assert (error.code, error.problems[0].found) == ("wrong-type", "variant")
