"""Two small tables and a policy for them, for tests of tables of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import polars as pl

from support.engines import TABLES, Tables
from support.people import policy_of

AT: Final = datetime(2026, 11, 22, tzinfo=UTC)
POLICY: Final = policy_of(
    scores={
        "heat": {
            "range": [0, 100],
            "rules": [
                {"id": "view", "each": "page_viewed", "points": 8, "half_life": "30d", "cap": 10},
                {"id": "home", "when": "contact.country == 'ID'", "points": 20},
            ],
        }
    },
    grades={"warmth": {"score": "heat", "bands": {"warm": 10, "cold": 0}}},
)
CONTACTS: Final = pl.DataFrame({"contact_id": ["c-2", "c-1", "😀 3"], "country": ["SG", "ID", None]})
INTERACTIONS: Final = pl.DataFrame(
    {
        "contact_id": ["c-2", "c-2", "😀 3"],
        "interaction_id": ["i-1", "i-2", "i-1"],
        "kind": ["page_viewed"] * 3,
        "occurred_at": [AT - timedelta(days=30), AT, AT + timedelta(microseconds=1)],
        "path": ["/", "/harga", "/"],
    },
    schema_overrides={"occurred_at": pl.Datetime("us", "UTC")},
)
"""Two views of one contact, and one of another that comes a microsecond too late."""
HEAT: Final = {"c-2": 10.0, "c-1": 20.0, "😀 3": 0.0}
"""The scores at `AT`."""
BY_NAME: Final = {tables.name: tables for tables in TABLES}
IN_MEMORY: Final = ("Polars", "pandas", "pandas with Arrow", "PyArrow")


def given(kind: Tables, contacts: pl.DataFrame = CONTACTS, interactions: pl.DataFrame = INTERACTIONS) -> Any:
    """Return the tables as those of a library."""
    return kind.into(contacts), kind.into(interactions)


def heat(kind: Tables, contacts: Any = CONTACTS, interactions: Any = INTERACTIONS, **options: Any) -> dict[str, float]:
    """Return the score of each contact."""
    rows = kind.rows(POLICY, (contacts, interactions), AT, **options)
    assert len({row["contact_id"] for row in rows}) == len(rows)
    return {row["contact_id"]: row["score.heat"] for row in rows}
