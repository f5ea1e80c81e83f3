"""The four tables: two that only grow, a ledger of moves that only grows, and where everybody stands."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

LONGEST = 500
"""How many characters an id may have: an index of PostgreSQL holds no longer ones."""


def can_be_kept(text: str) -> bool:
    """Return whether a database can hold a text: PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text))


class Instant(TypeDecorator[datetime]):
    """A timezone-aware instant, exact to the microsecond. SQLite keeps texts without a zone, so they are UTC there."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# In the order of their letters, as Python sorts them and SQLite does, whatever order people are used to.
Id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata = sa.MetaData()

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("document", sa.JSON, nullable=False),  # as first recorded: changes are interactions, profile_updated
    sa.Column("recorded_at", Instant, nullable=False),
)

interactions = sa.Table(
    "interactions",
    metadata,
    sa.Column("id", Id, primary_key=True),  # whatever arrives twice is here once
    sa.Column("contact_id", sa.ForeignKey("contacts.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Index("interactions_of_a_contact", "contact_id", "occurred_at"),
)

moves = sa.Table(
    "moves",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("contact_id", sa.ForeignKey("contacts.id"), nullable=False),
    sa.Column("word", sa.Text, sa.CheckConstraint("word in ('made', 'withdrawn')"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("decided_at", Instant, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Index("moves_of_a_contact", "contact_id", "number"),
)

standings = sa.Table(
    "standings",
    metadata,
    sa.Column("contact_id", sa.ForeignKey("contacts.id"), primary_key=True),
    sa.Column("stage", sa.Text, index=True),
    sa.Column("entered_at", Instant),
    sa.Column("as_of", Instant, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
)

APPEND_ONLY = (contacts, interactions, moves)
