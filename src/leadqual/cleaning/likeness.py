"""What Splink sees of contacts: a row each, spelt so that likeness can be measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from leadqual.cleaning.conflicts import folded
from leadqual.cleaning.keys import Key, key_values
from leadqual.cleaning.opened import Opened, may_be_twice, opened_contacts
from leadqual.cleaning.placeholders import PLACEHOLDERS, is_placeholder, placeholders_among

TEXTS: Final = ("full_name", "given_name", "family_name", "city", "country")
COLUMNS: Final = (
    "contact_id", "full_name", "given_name", "family_name", "phone", "phone_end", "email", "email_name", "email_domain",
    "company", "city", "country",
)  # fmt: skip
"""The columns, of which a table has those that it knows something of."""
_END: Final = 7


def prepared(contacts: Any, *, country: str | None = None) -> pl.DataFrame:
    """Return what Splink sees of contacts: names without accents in small letters, numbers and addresses as keys.

    Names are split at their first and last word where there is a whole name alone. Placeholders are missing. Columns of
    your own follow as texts, for settings that compare them.

    Parameters
    ----------
    contacts : table
        The contacts.
    country : str, optional
        The country of numbers without the code of one, where a contact names none.

    Examples
    --------
    >>> contacts = pl.DataFrame({"contact_id": ["c-1"], "full_name": ["Siti  RAHMA"], "email": ["Siti@Example.com"]})
    >>> prepared(contacts).select("given_name", "family_name", "email_name").rows()
    [('siti', 'rahma', 'siti')]
    """
    return prepared_rows(opened_contacts(contacts), country)


def prepared_rows(people: Opened, country: str | None) -> pl.DataFrame:
    """Return what Splink sees of contacts that are open."""
    made: dict[str, pl.Series] = {"contact_id": people.text("id")}
    for name in TEXTS:
        made[name] = _folded(people.text(name))
    made["company"] = _folded(people.text("company.name"))
    for name, kind in (("phone", "phone"), ("email", "email")):
        made[name] = people.text(name)
        if name in people.columns:
            values, _ = key_values(people, Key(name, kind, (name,)), country)  # type: ignore[arg-type]
            made[name] = _known(values[0])
    frame = pl.DataFrame([cells.alias(name) for name, cells in made.items()])
    parts = pl.col("full_name").str.split(" ")
    whole = frame.with_columns(
        pl.coalesce("given_name", pl.when(parts.list.len() > 1).then(parts.list.first())).alias("given_name"),
        pl.coalesce("family_name", pl.when(parts.list.len() > 1).then(parts.list.last())).alias("family_name"),
        pl.coalesce("full_name", pl.concat_str("given_name", "family_name", separator=" ")).alias("full_name"),
        pl.col("phone").str.tail(_END).alias("phone_end"),
        pl.col("email").str.replace("@[^@]*$", "").alias("email_name"),
        pl.col("email").str.extract("@([^@]*)$").alias("email_domain"),
    )
    names = [name for name in COLUMNS if name == "contact_id" or whole[name].null_count() < whole.height]
    return whole.select(names).hstack(_own(people, names))


def _own(people: Opened, taken: Iterable[str]) -> pl.DataFrame:
    """Return the columns of one's own, as texts where they hold one value."""
    names = [
        name for name, header in people.columns.items()
        if name not in {*taken, *COLUMNS, "id", "company.name"} and not people.frame.schema[header].is_nested()
    ]  # fmt: skip
    return pl.DataFrame([people.text(name) for name in names])


def _folded(cells: pl.Series) -> pl.Series:
    distinct = cells.drop_nulls().unique()
    if not distinct.len():
        return cells
    plain = [None if is_placeholder(one, PLACEHOLDERS) else folded(one) or None for one in distinct]
    return cells.replace_strict(distinct, pl.Series(plain, dtype=pl.String), default=None, return_dtype=pl.String)


def _known(values: pl.Series) -> pl.Series:
    """Return keys without placeholders, of which only those that stand there twice are looked at."""
    several = values.filter(may_be_twice(values)).unique()
    wrong = several.filter(placeholders_among(several, PLACEHOLDERS))
    return values.set(values.is_in(wrong.implode()).fill_null(False), None) if wrong.len() else values
