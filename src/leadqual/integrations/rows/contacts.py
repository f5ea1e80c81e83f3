"""Rows about contacts, companies and links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from leadqual.integrations.cases import CHANGED, EMPTY, REFUSED
from leadqual.integrations.document import IGNORE, Column, Reads
from leadqual.integrations.fields import STAGE, STAGE_SINCE, Taken, column_of, field_of
from leadqual.integrations.files.opened import ROW
from leadqual.integrations.readings.base import AT, Cells, none_refused
from leadqual.integrations.readings.places import UNREAD
from leadqual.integrations.readings.reader import Reader
from leadqual.integrations.readings.words import kept_terms
from leadqual.integrations.rows.batch import Batch
from leadqual.integrations.rows.keys import refs_of
from leadqual.integrations.settings import Settings

KEY: Final = "_key"
SAME_AS: Final = "_same_as"
COMPANY: Final = "_company"
FILE: Final = "_file"
NUMBER: Final = "_row"
TERM: Final = "_term"
OWN: Final = (KEY, SAME_AS, COMPANY, FILE, NUMBER, TERM)
"""Columns that no table of contacts keeps."""

_LIMITS: Final = {"company.employees": (0, 2**53), "company.annual_revenue": (0, 1e21), "company.founded": (1, 9999)}


def contacts_of(batch: Batch, chosen: Settings) -> pl.DataFrame:
    """Return the contacts of some rows, with the keys that say who they are."""
    file = batch.matched.file
    batch, key = with_keys(batch)
    columns = {
        KEY: key,
        SAME_AS: batch.first(file.same_as or ("",)),
        COMPANY: batch.first(file.company or ("",)),
        NUMBER: batch.rows[ROW],
        **_fields(batch, chosen),
    }
    frame = pl.DataFrame([series.rename(name) for name, series in columns.items()])
    frame = frame.with_columns(pl.lit(batch.matched.opened.name).alias(FILE))
    return _with_stage_since(batch, chosen, frame) if STAGE in frame.columns else frame


def companies_of(batch: Batch, chosen: Settings) -> pl.DataFrame:
    """Return the companies of some rows."""
    batch, key = with_keys(batch)
    columns = {KEY: key, NUMBER: batch.rows[ROW], **_fields(batch, chosen)}
    frame = pl.DataFrame([series.rename(name) for name, series in columns.items()])
    return frame.with_columns(pl.lit(batch.matched.opened.name).alias(FILE))


def links_of(batch: Batch, chosen: Settings) -> pl.DataFrame:
    """Return the links of some rows: ``ref`` leads to what ``to`` leads to."""
    file = batch.matched.file
    batch, key = with_keys(batch)
    refs = refs_of(batch, file.contact or (), chosen).rename("to")
    frame = pl.DataFrame([pl.select(pl.format(f"link:{file.links}\x1f{{}}", key)).to_series().rename("ref"), refs])
    return frame.explode("to", empty_as_null=True).drop_nulls()


def with_keys(batch: Batch) -> tuple[Batch, pl.Series]:
    """Return the rows that have a key, and their keys; the others are refused."""
    templates = batch.matched.file.id or ()
    key = batch.first(templates)
    hint = f"every row needs {' or '.join(templates)}"
    batch.tell_rows(REFUSED, "missing-id", key.is_null(), hint)
    return batch.where(key.is_not_null()), key.drop_nulls()


def _fields(batch: Batch, chosen: Settings) -> dict[str, pl.Series]:
    """Return the fields of rows, by their column in our table."""
    several: defaultdict[str, list[tuple[str, Column, Taken]]] = defaultdict(list)
    for header, columns in batch.matched.file.columns.items():
        for column in columns:
            taken = None if column.to == IGNORE else field_of(column.to, chosen.policy)
            if taken is not None and header in batch.matched.places:
                several[column.to].append((header, column, taken))
    found: dict[str, pl.Series] = {}
    countries = None
    for target in sorted(several, key=lambda name: name != "country"):
        values = [_read(batch, chosen, *one, countries) for one in several[target]]
        found[column_of(target)] = first_of(values)
        if target == "country":
            countries = _without_unread(batch, several[target], found["country"])
        if target == STAGE:
            terms = [batch.text(header) for header, _, _ in several[target]]
            found[TERM] = first_of([_where(term, value) for term, value in zip(terms, values, strict=True)])
    return found


def _without_unread(batch: Batch, read: Sequence[tuple[str, Column, Taken]], countries: pl.Series) -> pl.Series:
    """Return the countries of rows, `UNREAD` where a row names one that cannot be read: no other may stand for it."""
    told = pl.any_horizontal(*(batch.text(header).is_not_null() for header, _, _ in read))
    unread = pl.select(told).to_series() & countries.is_null()
    return countries.to_frame("country").select(pl.when(~unread).then("country").otherwise(pl.lit(UNREAD))).to_series()


def _read(
    batch: Batch, chosen: Settings, header: str, column: Column, taken: Taken, countries: pl.Series | None
) -> pl.Series:
    cells = batch.text(header)
    reader = Reader(column, taken, chosen.words, chosen.how(batch.matched, header, column))
    read = within(reader.read(cells, countries), cells, *_LIMITS.get(column.to, (None, None)))
    if column.words is not None and column.unknown == "keep" and taken.words is None:
        batch.tell(CHANGED, header, kept_terms(cells, chosen.words.get(column.words, {})), cells)
    return batch.read(header, cells, read, changes=reader.shows_changes())


def within(read: Cells, cells: pl.Series, least: float | None, most: float | None) -> Cells:
    """Return values without those that lie outside of what a field can hold."""
    if least is None or most is None:
        return read
    outside = ~read.values.is_between(least, most).fill_null(value=True)
    if not outside.any():
        return read
    hint = pl.lit(f"from {least:,} to {most:,.0f}")
    told = pl.DataFrame({AT: outside.arg_true()}).select(AT, pl.lit("out-of-range").alias("code"), hint.alias("hint"))
    values = read.values.to_frame("value").select(pl.when(~outside).then("value")).to_series()
    return Cells(values.rename(cells.name), pl.concat([none_refused(), read.refused, told]))


def first_of(values: Sequence[pl.Series]) -> pl.Series:
    """Return of several columns of values the first that is known, row by row."""
    found = values[0]
    for other in values[1:]:
        found = found.fill_null(other) if not isinstance(found.dtype, pl.List) else _first_list(found, other)
    return found


def _where(term: pl.Series, value: pl.Series) -> pl.Series:
    """Return terms where a value came of them."""
    return term.to_frame("term").select(pl.when(value.is_not_null()).then("term")).to_series()


def _first_list(one: pl.Series, other: pl.Series) -> pl.Series:
    both = pl.DataFrame([one.rename("one"), other.rename("other")])
    return both.select(pl.when(pl.col("one").is_not_null()).then("one").otherwise("other")).to_series()


def _with_stage_since(batch: Batch, chosen: Settings, frame: pl.DataFrame) -> pl.DataFrame:
    """Add since when a contact stands where it stands, from the column of that stage."""
    since = frame[STAGE_SINCE] if STAGE_SINCE in frame.columns else pl.Series([None] * frame.height, dtype=_TIME.type)
    for stage, column, values in _times_of_stages(batch, chosen):
        here = (frame[STAGE] == stage).fill_null(value=False) & values.is_not_null() & since.is_null()
        since = (
            pl.DataFrame([since.rename("since"), values.rename("values")])
            .select(pl.when(here).then("values").otherwise("since").alias(column))
            .to_series()
        )
    return frame.with_columns(since.alias(STAGE_SINCE))


_TIME: Final = field_of(STAGE_SINCE) or Taken("time", pl.Datetime("us", "UTC"))


def _times_of_stages(batch: Batch, chosen: Settings) -> Iterator[tuple[str, str, pl.Series]]:
    for stage, headers in batch.matched.file.stage_since.items():
        for header in headers:
            cells = batch.text(header)
            read = Reader(Reads(), _TIME, chosen.words, chosen.how(batch.matched, header)).read(cells)
            batch.tell(EMPTY, header, read.refused, cells)
            yield stage, header, read.values
