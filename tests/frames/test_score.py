"""Scores of tables, as their users call for them: the same kind comes out, with the numbers of one contact."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from support.engines import SPARK, Tables
from support.people import policy_of, scoring
from support.two_tables import AT, BY_NAME, CONTACTS, HEAT, INTERACTIONS, POLICY, given, heat

import leadqual as lq
from leadqual import frames

CLASSES = {
    "Polars": pl.DataFrame,
    "Polars (lazy)": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "pandas with Arrow": pd.DataFrame,
    "PyArrow": pa.Table,
    "DuckDB": duckdb.DuckDBPyRelation,
}


def test_the_same_kind_comes_out(kind: Tables) -> None:
    result = frames.score(POLICY, *given(kind), at=AT)
    assert type(result) is CLASSES[kind.name]
    rows = kind.out(result)
    assert {row["contact_id"]: (row["score.heat"], row["grade.warmth"]) for row in rows} == {
        "c-2": (10.0, "warm"),
        "c-1": (20.0, "warm"),
        "😀 3": (0.0, "cold"),
    }


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "DuckDB"])
def test_the_order_of_the_contacts_is_kept(name: str) -> None:
    many = pl.DataFrame({"contact_id": [f"c-{number * 7919 % 1000}" for number in range(1000)]})
    rows = BY_NAME[name].rows(POLICY, (many, INTERACTIONS.clear()), AT)
    assert [row["contact_id"] for row in rows] == many["contact_id"].to_list()


def test_the_index_of_pandas_is_kept() -> None:
    contacts, interactions = CONTACTS.to_pandas(), INTERACTIONS.to_pandas()
    for index in (
        pd.Index([30, 10, 20], name="row"),
        pd.Index(["x", "x", "y"]),
        pd.MultiIndex.from_tuples([("a", 1), ("b", 2), ("b", 3)]),
    ):
        contacts.index = index
        result = frames.score(POLICY, contacts, interactions, at=AT)
        pd.testing.assert_index_equal(result.index, index)
        assert result["score.heat"].to_list() == [10, 20, 0]


def test_pandas_keeps_to_the_sort_of_types_that_the_contacts_have() -> None:
    interactions = INTERACTIONS.to_pandas()
    plain = frames.score(POLICY, CONTACTS.to_pandas(), interactions, at=AT)
    assert [str(dtype) for dtype in plain.dtypes] == ["str", "float64", "str"]
    arrow = frames.score(POLICY, CONTACTS.to_pandas(use_pyarrow_extension_array=True), interactions, at=AT)
    assert all(isinstance(dtype, pd.ArrowDtype) for dtype in arrow.dtypes)
    nullable = frames.score(POLICY, CONTACTS.to_pandas().convert_dtypes(), interactions.convert_dtypes(), at=AT)
    assert nullable["score.heat"].to_list() == plain["score.heat"].to_list()


def test_tables_that_go_in_are_left_as_they_are(kind: Tables) -> None:
    tables = given(kind)
    before = [kind.out(table) for table in tables]
    kind.out(frames.score(POLICY, *tables, at=AT, ledger=True, missing=True))
    assert [kind.out(table) for table in tables] == before


def test_a_lazy_table_of_polars_is_not_read_before_somebody_asks() -> None:
    read: list[str] = []

    def watched(table: pl.DataFrame, name: str) -> pl.LazyFrame:
        def look(frame: pl.DataFrame) -> pl.DataFrame:
            read.append(name)
            return frame

        return table.lazy().map_batches(look, schema=table.schema)

    tables = watched(CONTACTS, "contacts"), watched(INTERACTIONS, "interactions")
    result = frames.score(POLICY, *tables, at=AT, ledger=True, missing=True)
    assert result.collect_schema().names()[:3] == ["contact_id", "score.heat", "grade.warmth"]
    assert read == []
    assert result.collect()["score.heat"].to_list() == [10, 20, 0]
    assert set(read) == {"contacts", "interactions"}


def test_a_relation_of_duckdb_is_not_run_before_somebody_asks() -> None:
    with duckdb.connect() as connection:
        connection.sql("CREATE TABLE people (contact_id VARCHAR, country VARCHAR)")
        connection.register("given", INTERACTIONS.to_arrow())
        result = frames.score(POLICY, connection.table("people"), connection.sql("SELECT * FROM given"), at=AT)
        assert result.columns == ["contact_id", "score.heat", "grade.warmth"]
        connection.sql("INSERT INTO people VALUES ('c-1', 'ID')")  # the relation is a query, which sees it
        assert result.fetchall() == [("c-1", 20.0, "warm")]


def test_the_columns_of_a_ledger_sum_to_the_score_in_the_order_of_the_policy(kind: Tables) -> None:
    rows = kind.rows(POLICY, (CONTACTS, INTERACTIONS), AT, ledger=True)
    lines = ["score.heat.view", "score.heat.cap.view", "score.heat.home", "score.heat.clip.heat"]
    assert list(rows[0]) == ["contact_id", "score.heat", "grade.warmth", *lines]
    for row in rows:
        assert sum(row[line] for line in lines) == pytest.approx(row["score.heat"], abs=1e-9)
    (first,) = [row for row in rows if row["contact_id"] == "c-2"]
    assert [first[line] for line in lines] == [12, -2, 0, 0]


def test_what_is_missing_is_named(kind: Tables) -> None:
    policy = scoring(
        {"when": "contact.country == 'ID' or company.employees > 5", "points": 1},
        {"when": "days_since(page_viewed) < 3", "points": 1},
    )
    rows = kind.rows(policy, (CONTACTS, INTERACTIONS), AT, missing=True)
    assert {row["contact_id"]: row["missing"] for row in rows} == {
        "c-2": "company.employees",
        "c-1": "days_since(page_viewed)",
        "😀 3": "contact.country; company.employees; days_since(page_viewed)",
    }


def test_nothing_is_missing_where_no_rule_can_be_unknown(kind: Tables) -> None:
    policy = scoring({"each": "page_viewed", "points": 1})
    assert {row["missing"] for row in kind.rows(policy, (CONTACTS, INTERACTIONS), AT, missing=True)} == {""}


def test_the_numbers_are_those_of_one_contact(kind: Tables) -> None:
    demo, policy = lq.datasets.demo(contacts=40), lq.policies.sales()
    rows = {row["contact_id"]: row for row in kind.rows(policy, demo.frames(), demo.at, ledger=True, missing=True)}
    assert rows.keys() == {contact.id for contact in demo.contacts}
    for contact in demo.contacts:
        decision, row = policy.decide(contact, demo.histories[contact.id], at=demo.at), rows[contact.id]
        missing = {name for score in decision.scores.values() for name in score.missing}
        assert {*filter(None, row["missing"].split("; "))} == missing
        assert {name: row[f"grade.{name}"] for name in policy.grades} == decision.grades
        for name, score in decision.scores.items():
            assert row[f"score.{name}"] == pytest.approx(score.value, abs=1e-6)
            for line in score.ledger:
                column = f"score.{name}.{line.id}" if line.kind == "rule" else f"score.{name}.{line.kind}.{line.id}"
                assert row[column] == pytest.approx(line.points, abs=1.01e-6)


def test_nobody_at_all(kind: Tables) -> None:
    result = frames.score(POLICY, *given(kind, CONTACTS.clear(), INTERACTIONS.clear()), at=AT, ledger=True)
    assert type(result) is CLASSES[kind.name]
    assert kind.out(result) == []
    assert frames.score(POLICY, CONTACTS.clear(), INTERACTIONS.clear(), at=AT).schema == {
        "contact_id": pl.String, "score.heat": pl.Float64, "grade.warmth": pl.String,
    }  # fmt: skip


def test_nothing_happened(kind: Tables) -> None:
    assert heat(kind, interactions=INTERACTIONS.clear()) == {"c-2": 0, "c-1": 20, "😀 3": 0}
    bare = INTERACTIONS.clear().select("contact_id", "interaction_id", "kind", "occurred_at")
    assert heat(kind, CONTACTS.select("contact_id"), bare) == dict.fromkeys(HEAT, 0)


def test_names_that_differ_in_capitals_alone(kind: Tables) -> None:
    home, away = ({"when": f"contact.country == '{country}'", "points": 1} for country in ("ID", "SG"))
    rules = [{"id": "home", **home}, {"id": "Home", **away}]
    policy = policy_of(scores={"s": {"range": [0, 9], "rules": rules}, "S": {"range": [0, 9], "rules": rules[:1]}})
    result = frames.score(policy, *given(kind), at=AT, ledger=True)
    if kind.name == "DuckDB":  # its relations hold both, though its SQL finds only the first
        rows = [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
    else:
        rows = kind.out(result)
    (siti,) = [row for row in rows if row["contact_id"] == "c-1"]
    assert [siti[name] for name in ("score.s", "score.S", "score.s.home", "score.s.Home")] == [1, 1, 1, 0]


def test_spark_comes_out_of_spark() -> None:
    tables = given(SPARK)
    result = frames.score(POLICY, *tables, at=AT, ledger=True, missing=True)
    assert type(result) is type(tables[0])
    assert result.columns[:3] == ["contact_id", "score.heat", "grade.warmth"]
    assert {row["contact_id"]: row["score.heat"] for row in SPARK.out(result)} == HEAT
