"""Choosing how the cells of a column are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from leadqual.integrations.document import Reads
from leadqual.integrations.fields import Taken
from leadqual.integrations.readings.base import AT, CELL, PART, Cells, Conventions
from leadqual.integrations.readings.numbers import read_durations, read_numbers, read_whole
from leadqual.integrations.readings.places import read_countries, read_languages, read_phones, read_regions
from leadqual.integrations.readings.plain import (
    read_currencies,
    read_domains,
    read_emails,
    read_html,
    read_lists,
    read_texts,
    read_time_zones,
)
from leadqual.integrations.readings.times import read_times
from leadqual.integrations.readings.words import read_words, read_yes_no, without_skips

Words = Mapping[str, Mapping[str, str]]

_PLAIN: Final[Mapping[str, Callable[[pl.Series], Cells]]] = {
    "text": read_texts,
    "html": read_html,
    "email": read_emails,
    "country": read_countries,
    "language": read_languages,
    "domain": read_domains,
    "currency": read_currencies,
    "time_zone": read_time_zones,
    "yes_no": read_yes_no,
}
_NUMBERS: Final = {"number": read_numbers, "whole": read_whole, "duration": read_durations}
_SHOWN: Final = frozenset({"phone", "email", "country", "region", "language", "domain", "currency", "number", "whole"})


@dataclass(frozen=True, slots=True)
class Reader:
    """How the cells of one column are read for one field.

    Parameters
    ----------
    reads : Reads
        What the document says.
    taken : Taken
        What the field takes.
    words : mapping
        The vocabularies of the document.
    how : Conventions
        How the file was written.
    """

    reads: Reads
    taken: Taken
    words: Words
    how: Conventions

    @property
    def reading(self) -> str:
        """How cells are read: as the document says, or as the field wants."""
        return self.reads.as_ or self.taken.reading

    def read(self, cells: pl.Series, countries: pl.Series | None = None) -> Cells:
        """Return the values of texts; `countries` are those of the rows."""
        reads, reading = self.reads, self.reading
        if reads.separator and reading != "list":
            first = cells.str.split(reads.separator).list.first().str.strip_chars()
            cells = first.to_frame(CELL).select(pl.when(pl.col(CELL) != "").then(CELL)).to_series()
        if reading == "list":
            return self._list(cells)
        if reads.words is not None or self.taken.words is not None:
            return self._word(cells)
        if reading == "phone":
            return read_phones(cells, countries, self.how.country)
        if reading == "region":
            return read_regions(cells, countries)
        if reading == "time":
            return read_times(cells, self.how, reads.unit)
        if reading in _NUMBERS:
            return _NUMBERS[reading](cells, self.how.decimal, reads.times)
        return _PLAIN[reading](cells)

    def shows_changes(self) -> bool:
        """Whether a value that differs from its cell is worth telling."""
        return self.reading in _SHOWN and self.reads.words is None

    def _word(self, cells: pl.Series) -> Cells:
        vocabulary = self.words.get(self.reads.words, {}) if self.reads.words else {}
        return without_skips(read_words(cells, vocabulary, self.taken.words, keep=self.reads.unknown == "keep"))

    def _list(self, cells: pl.Series) -> Cells:
        """Return lists; the items of lists of our own words are translated one by one."""
        split = read_lists(cells, self.reads.separator)
        if self.reads.words is None and self.taken.words is None:
            return split
        items = split.values.to_frame(CELL).with_row_index(AT).explode(CELL, empty_as_null=True)
        read = self._word(items[CELL])
        owners = items[AT]
        part = items[CELL].gather(read.refused[AT]).alias(PART)
        refused = read.refused.with_columns(owners.gather(read.refused[AT]).alias(AT), part)
        kept = items.with_columns(read.values.alias(CELL)).drop_nulls(CELL)
        lists = kept.group_by(AT, maintain_order=True).agg(pl.col(CELL).unique(maintain_order=True))
        rows = pl.DataFrame({AT: pl.Series(range(cells.len()), dtype=pl.UInt32)})
        values = rows.join(lists, on=AT, how="left", maintain_order="left")[CELL]
        return Cells(values.rename(cells.name), pl.concat([split.refused, refused], how="diagonal"))
