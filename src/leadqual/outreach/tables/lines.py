"""Numbers and addresses of a list, each kind looked up once: what they tell, and what registries say of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

import polars as pl

from leadqual.model.vocabulary import Channel
from leadqual.outreach.facts.situation import Registry
from leadqual.outreach.judge.address import deliverable
from leadqual.outreach.places.numbers import line_of
from leadqual.outreach.places.plan import representative

LINE: Final = "lq_line"
MAIL: Final = "lq_mail"
LISTED: Final = "lq_listed_"
"""The columns that stand for a number, an address, and the answer of the registry of a country."""

_E164: Final = r"^\+[1-9][0-9]{6,14}$"
_AT_ONCE: Final = 50_000


def with_lines(
    contacts: pl.DataFrame, channel: Channel, registries: Mapping[str, Registry], *, apart: bool
) -> pl.DataFrame:
    """Return contacts with a column for all that their numbers and addresses tell.

    Parameters
    ----------
    contacts : DataFrame
        The contacts, with ``phone`` and ``email``.
    channel : Channel
        The channel; addresses are only looked at if it is e-mail.
    registries : mapping of str to Registry
        The copies of registries.
    apart : bool
        Whether numbers and addresses that cannot be are told apart, since reasons name them.
    """
    phones = contacts["phone"]
    columns = [_lines(phones, apart=apart).alias(LINE)]
    if channel is Channel.EMAIL:
        columns.append(_mails(contacts["email"], apart=apart).alias(MAIL))
    columns += [listed(copy, phones).alias(f"{LISTED}{country}") for country, copy in registries.items()]
    return contacts.with_columns(columns)


def listed(copy: Registry, phones: pl.Series) -> pl.Series:
    """Return for each number what a registry says of it; null for a text that is no number, and for none."""
    given = phones.set(~phones.str.contains(_E164).fill_null(value=True), None)
    bulk = getattr(copy, "lookup_all", None)
    if bulk is not None:
        answers: pl.Series = bulk(given)
        return answers
    known = {phone: copy.lookup(phone) for phone in given.unique().drop_nulls()}
    return pl.Series([known.get(phone) for phone in given], dtype=pl.Boolean)


def _lines(phones: pl.Series, *, apart: bool) -> pl.Series:
    """Return a number for each line: the same where nothing but the digits differs."""
    kinds: dict[Hashable, int] = {}
    by_start: dict[str, int] = {}

    def kind_of(phone: str) -> int:
        start = representative(phone)
        kind = by_start.get(start)
        if kind is None:
            line = line_of(start)
            told = (line.valid, line.region, line.kind, line.geographic, line.zones)
            kind = kinds.setdefault(told if line.valid or not apart else phone, len(kinds))
            if line.valid or not apart:
                by_start[start] = kind
        return kind

    return _numbered(phones, kind_of)


def _mails(emails: pl.Series, *, apart: bool) -> pl.Series:
    kinds: dict[Hashable, int] = {}

    def kind_of(email: str) -> int:
        can_be = deliverable(email)
        return kinds.setdefault(can_be if can_be or not apart else email, len(kinds))

    return _numbered(emails, kind_of)


def _numbered(texts: pl.Series, kind_of: Any) -> pl.Series:
    parts: list[pl.Series] = [pl.Series([], dtype=pl.UInt32)]
    for part in _slices(texts):
        kinds = [None if text is None else kind_of(text) for text in part.to_list()]
        parts.append(pl.Series(kinds, dtype=pl.UInt32))
    return pl.concat(parts)


def _slices(texts: pl.Series) -> Iterable[pl.Series]:
    return (texts.slice(start, _AT_ONCE) for start in range(0, len(texts), _AT_ONCE))
