"""Some rows of a file, asked by the headers of the document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from leadqual.integrations.cases import CHANGED, EMPTY, Cases
from leadqual.integrations.document import Condition, Unless
from leadqual.integrations.files.matching import BRACED, Matched
from leadqual.integrations.files.opened import ROW
from leadqual.integrations.readings.base import AT, CELL, PART, Cells
from leadqual.integrations.readings.words import NO, YES, read_yes_no, term

_ANY = "*"
_NOTHING = ""


@dataclass
class Batch:
    """Some rows of a file.

    Parameters
    ----------
    matched : Matched
        The file.
    rows : DataFrame
        `ROW`, and columns of text by their number.
    cases : Cases
        Where everything is told.
    """

    matched: Matched
    rows: pl.DataFrame
    cases: Cases
    _texts: dict[str, pl.Series] = field(default_factory=dict, init=False)
    _asked: set[str] = field(default_factory=set, init=False)

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.rows.height

    def where(self, mask: pl.Series) -> Batch:
        """Return the rows for which a mask holds."""
        return self if mask.all() else Batch(self.matched, self.rows.filter(mask), self.cases)

    def text(self, header: str) -> pl.Series:
        """Return the cells of a column without blanks at their ends; null where they are empty."""
        if header not in self._texts:
            place = self.matched.places.get(header)
            self._texts[header] = (
                self._nothing(header) if place is None else _trimmed(self.rows[str(place)]).rename(header)
            )
        return self._texts[header]

    def first(self, templates: Sequence[str]) -> pl.Series:
        """Return the first of several columns or templates that is not empty."""
        found = self.template(templates[0])
        for other in templates[1:]:
            found = found.fill_null(self.template(other))
        return found

    def each(self, headers: Sequence[str]) -> Iterator[tuple[str, pl.Series]]:
        """Yield each header of several, with its cells where all before it are empty."""
        taken = pl.repeat(value=False, n=self.height, dtype=pl.Boolean, eager=True)
        for header in headers:
            cells = self.text(header).to_frame(CELL).select(pl.when(~taken).then(CELL)).to_series()
            if header in self.matched.places and cells.null_count() < self.height:
                yield header, cells
                taken = taken | cells.is_not_null()

    def template(self, text: str) -> pl.Series:
        """Return a template filled in, null where a cell of it is empty; text without braces is a header."""
        if "{" not in text:
            return self.text(text)
        headers = BRACED.findall(text)
        form = BRACED.sub("{}", text)
        return pl.select(pl.format(form, *(self.text(header) for header in headers))).to_series()

    def holds(self, header: str, condition: Condition) -> pl.Series:
        """Return whether a condition holds, for each row."""
        cells = self.text(header)
        if isinstance(condition, bool):
            self._tell_unclear(header, cells)
            return self._is_one(cells, YES if condition else NO)
        if isinstance(condition, Unless):
            return ~self._is_one(cells, {term(text) for text in condition.not_}) & cells.is_not_null()
        found = self._is_one(cells, {term(text) for text in condition if text not in (_ANY, _NOTHING)})
        if _ANY in condition:
            found = found | cells.is_not_null()
        return found | cells.is_null() if _NOTHING in condition else found

    def _tell_unclear(self, header: str, cells: pl.Series) -> None:
        """Tell, once, of cells that say neither yes nor no: a wish may stand in them."""
        if header in self._asked:
            return
        self._asked.add(header)
        self.tell(EMPTY, header, read_yes_no(cells).refused, cells)

    def all_hold(self, conditions: dict[str, Condition]) -> pl.Series:
        """Return whether all of some conditions hold, for each row."""
        mask = pl.repeat(value=True, n=self.height, eager=True, dtype=pl.Boolean)
        for header, condition in conditions.items():
            mask = mask & self.holds(header, condition)
        return mask

    def tell(self, effect: str, header: str, refused: pl.DataFrame, cells: pl.Series) -> None:
        """Tell of cells that could not be read."""
        if refused.is_empty():
            return
        told = refused.select(
            pl.lit(effect).alias("effect"),
            "code",
            pl.lit(self.matched.opened.name).alias("file"),
            self.rows[ROW].gather(refused[AT]).alias("row"),
            pl.lit(self.written(header)).alias("column"),
            (refused[PART] if PART in refused.columns else cells.gather(refused[AT]).cast(pl.String)).alias("found"),
            pl.col("hint").alias("suggestion"),
        )
        self.cases.add(told)

    def tell_rows(self, effect: str, code: str, mask: pl.Series, hint: str, found: pl.Series | None = None) -> None:
        """Tell of whole rows."""
        if not mask.any():
            return
        nothing = pl.lit(None, pl.String)
        told = self.rows.select(
            pl.lit(effect).alias("effect"),
            pl.lit(code).alias("code"),
            pl.lit(self.matched.opened.name).alias("file"),
            pl.col(ROW).alias("row"),
            (nothing if found is None else found.cast(pl.String)).alias("found"),
            pl.lit(hint).alias("suggestion"),
        )
        self.cases.add(told.filter(mask))

    def tell_changes(self, header: str, cells: pl.Series, values: pl.Series) -> None:
        """Tell of values that differ from what their cells say."""
        told = values.cast(pl.String) if values.dtype == pl.String else _number_text(values)
        rows = pl.DataFrame([self.rows[ROW], cells.rename("found"), told.rename("suggestion")])
        changed = rows.filter((pl.col("found") != pl.col("suggestion")) & pl.col("suggestion").is_not_null())
        named = pl.lit(self.written(header)).alias("column")
        about = (pl.lit(CHANGED).alias("effect"), pl.lit("normalised").alias("code"))
        self.cases.add(changed.with_columns(*about, pl.lit(self.matched.opened.name).alias("file"), named))

    def read(self, header: str, cells: pl.Series, read: Cells, *, changes: bool, effect: str = EMPTY) -> pl.Series:
        """Return values that were read, and tell of cells that could not be, and of values that differ from them."""
        self.tell(effect, header, read.refused, cells)
        if changes:
            self.tell_changes(header, cells, read.values)
        return read.values

    def written(self, header: str) -> str:
        """Return a header as the file writes it."""
        place = self.matched.places.get(header)
        return header if place is None else self.matched.opened.headers[place]

    def _nothing(self, name: str) -> pl.Series:
        return pl.Series(name, [None] * self.height, dtype=pl.String)

    def _is_one(self, cells: pl.Series, terms: set[str] | frozenset[str]) -> pl.Series:
        distinct = cells.drop_nulls().unique()
        meant = distinct.filter(pl.Series([term(text) in terms for text in distinct], dtype=pl.Boolean))
        return cells.is_in(meant.implode()).fill_null(value=False)


def _trimmed(cells: pl.Series) -> pl.Series:
    """Return cells without blanks at their ends, and without the apostrophe that keeps spreadsheets from computing."""
    bare = cells.str.strip_chars()
    if bare.str.starts_with("'").any():
        bare = bare.str.replace(r"^'([+=@-])", "${1}")
    return bare.to_frame(CELL).select(pl.when(pl.col(CELL) != "").then(CELL)).to_series()


def _number_text(values: pl.Series) -> pl.Series:
    whole = values.to_frame(CELL).select(
        pl.when(pl.col(CELL) == pl.col(CELL).round())
        .then(pl.col(CELL).cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(pl.col(CELL).cast(pl.String))
    )
    return whole.to_series()
