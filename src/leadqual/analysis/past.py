"""The two tables as they stood at an instant in the past: the wall behind which nothing later is seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID, OCCURRED_AT
from leadqual.frames.types import INSTANT
from leadqual.model.time import aware

CREATED_AT: Final = "created_at"
APPEARED: Final = "appeared"
"""Since when a contact is known: its first interaction, or ``created_at`` where that is earlier."""
_DATED_LISTS: Final = ("consents", "do_not_call")
_END: Final = "lq_end"


@dataclass(frozen=True)
class Past:
    """Two checked tables, of which only what lay before an instant is handed out.

    Parameters
    ----------
    contacts, interactions : DataFrame
        Of Polars, with instants in UTC.
    """

    contacts: pl.DataFrame
    interactions: pl.DataFrame

    @classmethod
    def of(cls, contacts: pl.DataFrame, interactions: pl.DataFrame, until: datetime | None = None) -> Past:
        """Return two tables with their instants in UTC microseconds, up to an instant."""
        if isinstance(contacts.schema.get(CREATED_AT), pl.Datetime):
            contacts = contacts.with_columns(_in_utc(CREATED_AT))
        interactions = interactions.with_columns(_in_utc(OCCURRED_AT))
        if until is not None:
            interactions = interactions.filter(pl.col(OCCURRED_AT) <= pl.lit(aware(until), INSTANT))
        return cls(contacts, interactions)

    @property
    def appeared(self) -> pl.DataFrame:
        """Since when each contact is known, in the order of the contacts; null where nothing tells."""
        first = self.interactions.group_by(CONTACT_ID).agg(pl.col(OCCURRED_AT).min().alias("lq_first"))
        known = [pl.col("lq_first")] + [pl.col(CREATED_AT)] * (self.contacts.schema.get(CREATED_AT) == INSTANT)
        people = self.contacts.join(first, on=CONTACT_ID, how="left", maintain_order="left")
        return people.select(CONTACT_ID, pl.min_horizontal(known).alias(APPEARED))

    def as_of(self, cutoff: datetime) -> Past:
        """Return what was known at an instant: contacts that had appeared, and what was dated up to it.

        Dates after the instant are taken out of the contacts too: consents, wishes not to be called, `created_at`.
        """
        at = pl.lit(aware(cutoff), INSTANT)
        known = self.appeared.filter(pl.col(APPEARED) <= at).select(CONTACT_ID, at.alias(_END))
        return self.before(known, included=True)

    def before(self, ends: pl.DataFrame, *, included: bool = False) -> Past:
        """Return some contacts, with what is dated before an instant of each.

        Parameters
        ----------
        ends : DataFrame
            The contacts by ``contact_id``, with one more column: the instant.
        included : bool, default False
            Whether that very instant still belongs to it.
        """
        ends = ends.select(CONTACT_ID, pl.last().alias(_END))

        def early(column: str | pl.Expr) -> pl.Expr:
            instant = pl.col(column) if isinstance(column, str) else column
            return instant <= pl.col(_END) if included else instant < pl.col(_END)

        people = self.contacts.join(ends, on=CONTACT_ID, how="inner", maintain_order="left")
        if people.schema.get(CREATED_AT) == INSTANT:
            people = people.with_columns(pl.when(early(CREATED_AT)).then(pl.col(CREATED_AT)).alias(CREATED_AT))
        for name in _DATED_LISTS:
            if _is_dated(people.schema.get(name)):
                said = people.select(CONTACT_ID, name, _END).explode(name)
                said = said.filter(early(_utc(pl.col(name).struct.field("at"))))
                kept = said.group_by(CONTACT_ID, maintain_order=True).agg(name)
                people = people.drop(name).join(kept, on=CONTACT_ID, how="left", maintain_order="left")
        events = self.interactions.join(ends, on=CONTACT_ID, how="inner", maintain_order="left")
        events = events.filter(early(OCCURRED_AT)).drop(_END)
        return Past(people.select(self.contacts.columns), events)


def _is_dated(kind: object) -> bool:
    inner = kind.inner if isinstance(kind, pl.List) else None
    return isinstance(inner, pl.Struct) and any(
        field.name == "at" and isinstance(field.dtype, pl.Datetime) for field in inner.fields
    )


def _in_utc(column: str) -> pl.Expr:
    return _utc(pl.col(column)).alias(column)


def _utc(instant: pl.Expr) -> pl.Expr:
    return instant.dt.cast_time_unit("us").dt.convert_time_zone("UTC")
