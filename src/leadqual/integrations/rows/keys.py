"""How rows say whom they are about: references, which lead to contacts once all contacts are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from leadqual.errors import InputError
from leadqual.integrations.document import Key
from leadqual.integrations.readings.base import CELL, by_distinct
from leadqual.integrations.readings.places import normal_phone
from leadqual.integrations.readings.words import term
from leadqual.integrations.rows.batch import Batch
from leadqual.integrations.settings import Settings
from leadqual.outreach.places.mail import mail_key

RANKED: Final = "\x1e"
"""What stands between the rank of a key and its reference."""

BETWEEN: Final = "\x1f"
"""What stands between the way of a reference and the key."""


def refs_of(batch: Batch, keys: Sequence[Key], chosen: Settings) -> pl.Series:
    """Return lists of references, null where a row says nothing of whom it is about.

    Of several keys the references come with the rank of their key: the first that leads to a contact counts.
    """
    found: pl.Series | None = None
    for rank, key in enumerate(keys):
        cells = batch.first(key.column)
        items = cells.str.split(key.separator) if key.separator else cells.reshape((-1, 1)).arr.to_list()
        flat = items.to_frame(CELL).with_row_index("at").explode(CELL, empty_as_null=True)
        texts = flat[CELL].str.strip_chars()
        refs = refs_by(texts, f"link:{key.link}" if key.link else key.by, chosen.country)
        if len(keys) > 1:
            refs = pl.select(pl.format(f"{rank}{RANKED}{{}}", refs)).to_series()
        kept = flat.with_columns(refs.alias(CELL)).drop_nulls(CELL)
        lists = kept.group_by("at", maintain_order=True).agg(pl.col(CELL).unique(maintain_order=True))
        rows = pl.DataFrame({"at": pl.Series(range(batch.height), dtype=pl.UInt32)})
        read = rows.join(lists, on="at", how="left", maintain_order="left")[CELL]
        found = read if found is None else _both(found, read)
    nothing = pl.Series([None] * batch.height, dtype=pl.List(pl.String))
    return nothing if found is None else found


def refs_by(keys: pl.Series, way: str, country: str | None) -> pl.Series:
    """Return references by a way: ``id``, ``email``, ``phone``, ``full_name`` or a link."""
    if way == "email":
        keys = by_distinct(keys, pl.String(), mail_key).values
    elif way == "phone":
        keys = by_distinct(keys, pl.String(), lambda text: _phone(text, country)).values
    elif way == "full_name":
        keys = by_distinct(keys, pl.String(), term).values
    filled = keys.to_frame(CELL).select(pl.when(pl.col(CELL) != "").then(CELL)).to_series()
    return pl.select(pl.format(f"{way}{BETWEEN}{{}}", filled)).to_series()


def simple(keys: Sequence[Key]) -> bool:
    """Whether keys lead to one contact at most, so that an interaction needs no contact in its id."""
    return all(key.separator is None and key.link is None for key in keys)


def _phone(text: str, country: str | None) -> str:
    try:
        return normal_phone(text, country)
    except InputError:
        return text


def _both(one: pl.Series, other: pl.Series) -> pl.Series:
    both = pl.DataFrame([one.rename("one"), other.rename("other")])
    joined = pl.concat_list(pl.col("one").fill_null([]), pl.col("other").fill_null([]))
    return both.select(pl.when(joined.list.len() > 0).then(joined)).to_series()
