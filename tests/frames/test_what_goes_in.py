"""What tables may hold: times of every zone and unit, columns of every type, rows given twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl
import pytest
from support.engines import Tables
from support.people import scoring
from support.two_tables import AT, CONTACTS, HEAT, INTERACTIONS, POLICY, heat

from leadqual import frames

Change = Callable[[pl.DataFrame], pl.DataFrame]


def test_what_happens_later_is_not_seen_and_what_happens_now_is(kind: Tables) -> None:
    rows = kind.rows(POLICY, (CONTACTS, INTERACTIONS), AT + timedelta(microseconds=1))
    assert [row["score.heat"] for row in rows if row["contact_id"] == "😀 3"] == [8]
    rows = kind.rows(POLICY, (CONTACTS, INTERACTIONS), AT - timedelta(microseconds=1))
    assert [row["score.heat"] for row in rows if row["contact_id"] == "c-2"] == [pytest.approx(4, abs=1e-5)]
    assert heat(kind) == HEAT


@pytest.mark.parametrize("unit", ["us", "ns", "ms"])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/St_Johns"])
def test_an_instant_is_the_same_in_every_zone_and_unit(kind: Tables, zone: str, unit: Any) -> None:
    shifted = INTERACTIONS.filter(pl.col("contact_id") != "😀 3").with_columns(
        pl.col("occurred_at").cast(pl.Datetime(unit, "UTC")).dt.convert_time_zone(zone)
    )
    assert heat(kind, interactions=shifted) == HEAT


def test_the_hour_that_comes_twice(kind: Tables) -> None:
    """In Berlin it is 02:30 on 2026-10-25 twice: an hour lies between, and the windows see it."""
    times = [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    events = INTERACTIONS.head(2).with_columns(
        pl.Series("occurred_at", times).dt.cast_time_unit("us").dt.convert_time_zone("Europe/Berlin")
    )
    policy = scoring(
        {"each": "page_viewed", "points": 1, "within": "1h"}, {"each": "page_viewed", "points": 10, "within": "61m"}
    )
    rows = kind.rows(policy, (CONTACTS, events), times[1])
    assert [row["score.points"] for row in rows if row["contact_id"] == "c-2"] == [21]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/New_York"])
def test_the_time_zone_of_a_session_of_duckdb_changes_nothing(zone: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = '{zone}'")
        tables = (connection.from_arrow(table.to_arrow()) for table in (CONTACTS, INTERACTIONS))
        rows = frames.score(POLICY, *tables, at=AT).fetchall()
    assert {contact: score for contact, score, _ in rows} == HEAT


def test_an_interaction_that_is_given_twice_counts_once(kind: Tables) -> None:
    again = pl.concat([INTERACTIONS, INTERACTIONS.head(1), INTERACTIONS.head(1)])
    assert heat(kind, interactions=again) == HEAT
    assert heat(kind, interactions=again, check="columns") == HEAT
    assert heat(kind, interactions=again, check="all") == HEAT
    uncapped = scoring({"each": "page_viewed", "points": 8})
    rows = kind.rows(uncapped, (CONTACTS, again), AT, check="trusted")
    assert {row["contact_id"]: row["score.points"] for row in rows}["c-2"] == 32, "the caller said that none is"


def test_one_id_of_two_contacts_is_two_interactions(kind: Tables) -> None:
    events = INTERACTIONS.with_columns(interaction_id=pl.lit("1"), occurred_at=pl.lit(AT)).unique("contact_id")
    assert heat(kind, interactions=events) == {"c-2": 8, "c-1": 20, "😀 3": 8}


def test_texts_are_equal_letter_by_letter(kind: Tables) -> None:
    policy = scoring(
        {"each": "page_viewed[path == '/harga-😀']", "points": 1},
        {"each": "page_viewed[path.startswith('/diskon 50%_')]", "points": 10},
        {"each": "page_viewed[path.lower().contains('é')]", "points": 100},
        {"when": "company.name.endswith('Tbk. 🏦')", "points": 1000},
        {"when": "company.name == 'PT \"Maju\" O\\'Neil\\\\'", "points": 10000},
    )
    names = {"company.name": ["PT Jaya Tbk. 🏦", 'PT "Maju" O\'Neil\\', None]}
    paths = ["/harga-😀", "/harga-😀 ", "/Harga-😀", "/diskon 50%_x", "/diskon 50xx", "/CAFÉ", "/cafe"]
    events = pl.DataFrame(
        {
            "contact_id": ["c-2"] * len(paths),
            "interaction_id": [f"i {number} '\"\\;😀" for number in range(len(paths))],
            "kind": ["page_viewed"] * len(paths),
            "occurred_at": [AT] * len(paths),
            "path": paths,
        }
    )
    rows = kind.rows(policy, (CONTACTS.with_columns(**{n: pl.Series(v) for n, v in names.items()}), events), AT)
    assert {row["contact_id"]: row["score.points"] for row in rows} == {"c-2": 1000, "c-1": 1000, "😀 3": 0}
    lines = kind.rows(
        policy, (CONTACTS.with_columns(**{n: pl.Series(v) for n, v in names.items()}), events), AT, ledger=True
    )
    (first,) = [row for row in lines if row["contact_id"] == "c-2"]
    assert [first[f"score.points.r{number}"] for number in range(1, 6)] == [1, 10, 100, 1000, 0]


def test_a_profile_is_as_the_last_update_left_it(kind: Tables) -> None:
    events = pl.DataFrame(
        {
            "contact_id": ["c-2", "c-2", "c-1", "😀 3"],
            "interaction_id": ["2", "1", "1", "1"],
            "kind": ["profile_updated"] * 4,
            "occurred_at": [AT, AT - timedelta(days=999), AT, AT + timedelta(seconds=1)],
            "changes.country": ["ID", "MY", None, "ID"],
            "cleared": [None, None, ["country"], None],
        },
        schema_overrides={"cleared": pl.List(pl.String)},
    )
    assert heat(kind, interactions=events) == {"c-2": 20, "c-1": 0, "😀 3": 0}
    before = kind.rows(POLICY, (CONTACTS, events), AT - timedelta(seconds=1))
    assert {row["contact_id"]: row["score.heat"] for row in before} == {"c-2": 0, "c-1": 20, "😀 3": 0}


NUMBERS: dict[str, Change] = {
    "whole": lambda table: table.with_columns(pl.Series("company.employees", [5, 6, None], dtype=pl.Int16)),
    "unsigned": lambda table: table.with_columns(pl.Series("company.employees", [5, 6, None], dtype=pl.UInt8)),
    "short floats": lambda table: table.with_columns(pl.Series("company.employees", [5, 6, None], dtype=pl.Float32)),
    "decimals": lambda table: table.with_columns(
        pl.Series("company.employees", [Decimal(5), Decimal(6), None], dtype=pl.Decimal(10, 2))
    ),
}


@pytest.mark.parametrize("numbers", NUMBERS)
def test_numbers_of_every_width(kind: Tables, numbers: str) -> None:
    policy = scoring({"when": "company.employees > 5", "points": 1})
    rows = kind.rows(policy, (NUMBERS[numbers](CONTACTS), INTERACTIONS), AT)
    assert {row["contact_id"]: row["score.points"] for row in rows} == {"c-2": 0, "c-1": 1, "😀 3": 0}


def test_texts_of_every_type(kind: Tables) -> None:
    contacts = CONTACTS.with_columns(pl.col("country").cast(pl.Categorical))
    interactions = INTERACTIONS.with_columns(pl.col("kind").cast(pl.Enum(["page_viewed", "purchase"])))
    assert heat(kind, contacts, interactions) == HEAT


def test_a_column_of_nothing_is_missing_throughout(kind: Tables) -> None:
    nothing = CONTACTS.with_columns(pl.lit(None).alias("country"))
    assert heat(kind, nothing) == {"c-2": 10, "c-1": 0, "😀 3": 0}


def test_columns_that_nobody_reads_may_hold_anything(kind: Tables) -> None:
    contacts = CONTACTS.with_columns(
        pl.lit(b"x").alias("blob"), pl.lit(timedelta(1)).alias("span"), pl.struct("country").alias("record"), score=1
    )
    assert heat(kind, contacts) == HEAT
    mixed = CONTACTS.to_pandas().assign(notes=[{1}, "x", 5])
    assert frames.score(POLICY, mixed, INTERACTIONS.to_pandas(), at=AT)["score.heat"].to_list() == [10, 20, 0]


def test_tables_in_memory_may_be_of_two_libraries() -> None:
    for contacts in (CONTACTS, CONTACTS.to_pandas(), CONTACTS.to_arrow()):
        for interactions in (INTERACTIONS, INTERACTIONS.to_pandas(), INTERACTIONS.to_arrow()):
            assert type(frames.score(POLICY, contacts, interactions, at=AT)) is type(contacts)
