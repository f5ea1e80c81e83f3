"""A campaign list with the caller's own do-not-call list: whoever is on it asked not to be contacted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import polars as pl

from leadqual.outreach.facts.suppressed import Suppressed
from leadqual.outreach.places.mail import mail_key
from leadqual.outreach.tables.lists import DO_NOT_CALL

_WISHES: Final = pl.List(pl.Struct({"at": pl.Datetime("us", "UTC"), "channel": pl.String, "how": pl.String}))


def with_wishes(contacts: pl.DataFrame, suppressed: Iterable[str] | Suppressed, at: datetime) -> pl.DataFrame:
    """Return contacts with a wish not to be contacted for each that is on the list, as `Suppressed.marked` makes it.

    Parameters
    ----------
    contacts : DataFrame
        The contacts.
    suppressed : iterable of str
        The list.
    at : datetime
        The instant asked about, which is that of the wishes.
    """
    own = suppressed if isinstance(suppressed, Suppressed) else Suppressed(suppressed)
    listed = pl.lit(False)
    for name in ("contact_id", "phone"):
        if name in contacts.columns:
            listed |= pl.col(name).cast(pl.String).is_in(own.entries).fill_null(False)
    if own.mails and "email" in contacts.columns:
        addresses = contacts["email"].unique().drop_nulls()
        found = [address for address in addresses if mail_key(address) in own.mails]
        listed |= pl.col("email").cast(pl.String).is_in(found).fill_null(False)
    # A wish of this instant, on every channel: no later consent can take it back, and it outweighs the others.
    held: Any = contacts.schema.get(DO_NOT_CALL)
    kind = held if isinstance(held, pl.List) and isinstance(held.inner, pl.Struct) else _WISHES
    fields = kind.inner.fields if isinstance(kind.inner, pl.Struct) else []
    wish = pl.lit([{field.name: at if field.name == "at" else None for field in fields}], dtype=kind)
    said = pl.col(DO_NOT_CALL) if kind is held else pl.lit(None, kind)
    return contacts.with_columns(pl.when(listed).then(wish).otherwise(said).alias(DO_NOT_CALL))
