"""E-mail addresses in the one form in which two spellings of the same mailbox meet, for whole columns."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadqual.outreach.places.mail import mail_key

_PLAIN: Final = r"^[A-Za-z0-9_+.-]+@[A-Za-z0-9.-]+$"
NO_ADDRESS: Final = "no e-mail address"


def mail_keys(emails: pl.Series) -> pl.DataFrame:
    """Return the key of each mailbox, that of `leadqual.outreach`'s lists, and why where there is none.

    Folded are spaces around an address, capital and small letters, spellings of one letter in Unicode, and of a
    domain. Not folded are dots and what follows a ``+``: with most providers these are other mailboxes.

    Examples
    --------
    >>> mail_keys(pl.Series(["Siti@Example.com", " siti@example.COM ", "siti+news@example.com", "siti"])).rows()[:2]
    [('siti@example.com', None), ('siti@example.com', None)]
    >>> mail_keys(pl.Series(["siti+news@example.com", "siti"])).rows()
    [('siti+news@example.com', None), (None, 'no e-mail address')]
    """
    bare = emails.str.strip_chars()
    plain = bare.str.contains(_PLAIN)
    cells = pl.DataFrame({"mail": bare, "plain": plain})
    others = cells.filter(~pl.col("plain") & (pl.col("mail") != ""))["mail"].unique()
    if not others.len():
        keys = cells.select(pl.when("plain").then(pl.col("mail").str.to_lowercase()).alias("value"))
        return keys.with_columns(pl.lit(None, pl.String).alias("refused"))
    read = [mail_key(one) if _is_one(one) else None for one in others]
    found = pl.DataFrame({"mail": others, "key": pl.Series(read, dtype=pl.String)})
    joined = cells.join(found, on="mail", how="left", maintain_order="left")
    value = pl.when("plain").then(pl.col("mail").str.to_lowercase()).otherwise("key").alias("value")
    refused = pl.when(~pl.col("plain") & pl.col("key").is_null() & (pl.col("mail") != "")).then(pl.lit(NO_ADDRESS))
    return joined.select(value, refused.alias("refused"))


def _is_one(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name and domain) and not any(letter.isspace() for letter in text)
