"""Texts, addresses, domains, currencies and lists."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import Final
from zoneinfo import available_timezones

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.errors import InputError, Problem
from leadqual.files.cells import text_list
from leadqual.integrations.needed import missing
from leadqual.integrations.readings.base import AT, CELL, Cells, by_distinct, none_refused
from leadqual.outreach.places.mail import normal_email

try:
    from babel.numbers import list_currencies
except ImportError as error:
    raise missing(error, "babel") from None

_LONGEST: Final = 100_000
_TAGS: Final = r"(?is)<(script|style)\b.*?</(script|style)>|<!--.*?-->|</?[a-z][^<>]*>"
_DOMAIN: Final = re.compile(r"[^@\s/:.]+(\.[^@\s/:.]+)+")


def read_texts(cells: pl.Series) -> Cells:
    """Return texts as they are; none is longer than a field can hold."""
    frame = cells.to_frame(CELL)
    fits = pl.col(CELL).str.len_bytes() <= _LONGEST
    if frame.select(fits.all()).item():
        return Cells(cells, none_refused())
    long = frame.with_row_index(AT).filter(~fits)
    hint = pl.lit(f"a field holds {_LONGEST:,} characters")
    refused = long.select(AT, pl.lit("string-too-long").alias("code"), hint.alias("hint"))
    return Cells(frame.select(pl.when(fits).then(CELL)).to_series().rename(cells.name), refused)


def read_html(cells: pl.Series) -> Cells:
    """Return the text of HTML."""
    bare = cells.str.replace_all(_TAGS, " ")
    named = bare.to_frame(CELL).select(pl.when(pl.col(CELL).str.contains("&[a-zA-Z#]")).then(CELL)).to_series()
    if named.null_count() < named.len():
        bare = by_distinct(named, pl.String(), unescape).values.fill_null(bare)
    plain = bare.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars()
    filled = plain.to_frame(CELL).select(pl.when(pl.col(CELL) != "").then(CELL)).to_series()
    return read_texts(filled.rename(cells.name))


def read_emails(cells: pl.Series) -> Cells:
    """Return e-mail addresses, with their domains in small letters."""
    return by_distinct(cells, pl.String(), lambda text: normal_email(text.removeprefix("mailto:")).address)


def read_domains(cells: pl.Series) -> Cells:
    """Return bare domains."""
    return by_distinct(cells, pl.String(), domain_of)


@lru_cache(maxsize=16_384)
def domain_of(text: str) -> str:
    """Return the domain of a site.

    Examples
    --------
    >>> domain_of("https://www.MajuJaya.co.id/tentang?x=1")
    'majujaya.co.id'
    """
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://|[/?#].*$|:\d+.*$", "", text.strip().lower()).removeprefix("www.").rstrip(".")
    if not _DOMAIN.fullmatch(bare):
        raise InputError(Problem("bad-domain", "this is no domain", hint="a name such as example.co.id"))
    return bare


def read_currencies(cells: pl.Series) -> Cells:
    """Return currencies as codes of ISO 4217."""
    return by_distinct(cells, pl.String(), _currency)


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code not in list_currencies():
        near = did_you_mean(code, list_currencies()) if len(code) == len("IDR") else None  # Rp is no slip of ARP
        hint = near or "a code of ISO 4217, such as IDR: signs such as $ are of many"
        raise InputError(Problem("bad-currency", "this is no currency", hint=hint))
    return code


def read_time_zones(cells: pl.Series) -> Cells:
    """Return names of time zones."""
    return by_distinct(cells, pl.String(), _zone)


def _zone(text: str) -> str:
    if text not in available_timezones():
        hint = did_you_mean(text, available_timezones()) or "a name such as Asia/Jakarta"
        raise InputError(Problem("bad-time-zone", "this is no time zone", hint=hint))
    return text


def read_lists(cells: pl.Series, separator: str | None) -> Cells:
    """Return lists of texts."""
    if separator is None:
        return by_distinct(cells, pl.List(pl.String()), text_list)
    return by_distinct(cells, pl.List(pl.String()), lambda text: split(text, separator))


def split(text: str, separator: str) -> list[str]:
    """Return the items of a list, without empty ones."""
    return [part.strip() for part in text.split(separator) if part.strip()]
