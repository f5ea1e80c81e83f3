"""What the codes of cases mean in plain words, and what to say so that more comes in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import polars as pl

SAID: Final[Mapping[str, str]] = {
    "normalised": "written in the one form that is kept",
    "ambiguous-contact": "several contacts have this",
    "ambiguous-date": "the day or the month may come first",
    "ambiguous-list": "one text, or several",
    "ambiguous-number": "can be read as two numbers",
    "ambiguous-time": "clocks were put forward or back then",
    "another-row": "rows of one person differ: what the other one says counts",
    "bad-boolean": "neither yes nor no",
    "bad-currency": "no currency",
    "bad-domain": "no domain",
    "bad-email": "no e-mail address",
    "bad-number": "no number",
    "bad-phone": "no phone number",
    "bad-time": "no time",
    "bad-time-zone": "no time zone",
    "duplicate-id": "rows of one key say different things",
    "finite-number": "no finite number",
    "kept-term": "a term without a translation, kept as it is",
    "missing-currency": "an amount without its currency",
    "missing-field": "lacks what its kind needs",
    "missing-id": "a row without a key",
    "naive-datetime": "a time without a time zone",
    "no-contact": "nothing says whom it is about",
    "no-export-time": "a wish of which no time is known",
    "no-kind": "nothing says what happened",
    "no-time": "nothing says when",
    "null-character": "a cell with null characters",
    "out-of-range": "outside of what the field can hold",
    "phone-without-country": "a number without a country",
    "refused-contact": "the rows of this contact were refused",
    "string-too-long": "longer than a field can hold",
    "unnamed-column": "a column that nothing names, and nearly one that is missing",
    "unknown-company": "no company of this key came in",
    "unknown-contact": "no contact of this key came in",
    "unknown-country": "names no country",
    "unknown-language": "names no language",
    "unknown-region": "names no state or province",
    "unknown-term": "a term without a translation",
    "wrong-cell-count": "more or fewer cells than the header",
}
"""What each code means."""

_OTHER_CONTACTS: Final = ("give all files of the contacts: some are named that are in none",) * 2
_OPTIONS: Final = {
    "ambiguous-date": ("day_first=True, or day_first=False", "--day-first, or --month-first"),
    "naive-datetime": ('time_zone="Asia/Jakarta", or whichever it is', "--time-zone Asia/Jakarta, or whichever it is"),
    "ambiguous-number": ('decimal=",", or decimal="."', "--decimal , (or --decimal .)"),
    "phone-without-country": ('country="ID", or whichever it is', "--country ID, or whichever it is"),
    "no-export-time": ("at=..., the instant of the export, for wishes of which no time is known",
                "--at TIME, the instant of the export, for wishes of which no time is known"),
    "unknown-contact": _OTHER_CONTACTS,
    "unknown-company": ("give the file of the companies too", "give the file of the companies too"),
}  # fmt: skip


def said(code: str) -> str:
    """Return what a code means.

    Examples
    --------
    >>> said("bad-phone")
    'no phone number'
    """
    return SAID.get(code, code.replace("-", " "))


def asked(codes: Collection[str], unknown: pl.DataFrame, unnamed: Sequence[str], *, command_line: bool) -> list[str]:
    """Return what to say so that more comes in."""
    found = [told[command_line] for code, told in _OPTIONS.items() if code in codes]
    return [*found, *_words(unknown, command_line=command_line), *_columns(unnamed)]


def _columns(unnamed: Sequence[str]) -> Iterator[str]:
    """Yield how to name or ignore a column of which the mapping says nothing."""
    for header in unnamed[:1]:
        named = f"columns: {{{header!r}: attributes.mine}}, or aliases: {{a column of the mapping: {header!r}}}"
        yield f"a document with extends: names a column ({named}), or ignores it (columns: {{{header!r}: ignore}})"


def _words(unknown: pl.DataFrame, *, command_line: bool) -> Iterator[str]:
    """Yield how to translate the commonest unknown term of each vocabulary."""
    for vocabulary, term in (
        unknown.drop_nulls("vocabulary")
        .unique("vocabulary", keep="first", maintain_order=True)
        .select("vocabulary", "term")
        .iter_rows()
    ):
        if command_line:
            yield f"--word '{vocabulary}.{term}=...' says what a term means; =skip: nothing follows from it"
        else:
            call = f'mapping.with_words({vocabulary}={{"{term}": "..."}})'
            yield f'{call} says what a term means; "skip": nothing follows'
