"""The rows of sheets of spreadsheets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.integrations.files.headers import folded
from leadqual.integrations.files.opened import ROW, Opened
from leadqual.integrations.needed import missing

try:
    import fastexcel
except ImportError as error:
    raise missing(error, "fastexcel") from None

_BATCH = 50_000
_ABOVE = 20


@dataclass
class SheetRows(Opened):
    """A sheet whose header was found; a sheet has a million rows at most, and is held in memory."""

    sheet: pl.DataFrame = field(kw_only=True)
    above: int = field(kw_only=True)

    def batches(self, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        wanted = [pl.col(self.sheet.columns[number]).fill_null("").alias(str(number)) for number in columns]
        numbered = self.sheet.with_row_index(ROW, offset=1).slice(self.above)
        for start in range(0, max(1, numbered.height), _BATCH):
            self.done = start / max(1, numbered.height)
            yield self.counted(numbered.slice(start, _BATCH).select(ROW, *wanted))
        self.done = 1.0


def read_sheets(name: str, path: Path, known: Collection[str]) -> list[Opened]:
    """Return the sheets of a spreadsheet that have a known header, or the only one that has anything.

    Raises
    ------
    InputError
        If it is no spreadsheet, or all of its sheets are empty.
    """
    try:
        book = fastexcel.read_excel(path)
        whole = {title: _texts(book, title) for title in book.sheet_names}
        filled = {title: sheet for title, sheet in whole.items() if sheet.height}
        found = [_opened(name, title, sheet, book, known, alone=len(filled) == 1) for title, sheet in filled.items()]
    except fastexcel.FastExcelError as error:
        message, hint = f"the spreadsheet cannot be read: {error}", "save it as .xlsx or CSV, without a password"
        raise InputError(Problem("unreadable-file", message, Place(name), hint=hint)) from None
    recognised = [sheet for sheet, hits in found if hits] or [sheet for sheet, _ in found][:1]
    if not recognised:
        raise InputError(Problem("empty-file", "the spreadsheet is empty", Place(name), hint="export it again"))
    others = [
        repr(title)
        for title, (sheet, _) in zip(filled, found, strict=True)
        if all(sheet is not one for one in recognised)
    ]
    if others:
        recognised[0].notes.append(f"no header of the sheet {', '.join(others)} is known: left out")
    return recognised


def _opened(
    name: str, title: str, sheet: pl.DataFrame, book: Any, known: Collection[str], *, alone: bool
) -> tuple[Opened, int]:
    """Return a sheet with its header: the row near the top that has most of the known headers."""
    rows = [[cell or "" for cell in row] for row in sheet.head(_ABOVE).rows()]
    hits = [sum(folded(cell) in known for cell in row) for row in rows]
    first = next(number for number, row in enumerate([*rows, ["x"]]) if any(cell.strip() for cell in row))
    above = hits.index(max(hits)) if max(hits) else min(first, len(rows) - 1)
    shown = name if alone else f"{name} [{title}]"
    headers = tuple(cell.strip() for cell in rows[above])
    opened = SheetRows(shown, headers, sheet=sheet, above=above + 1)
    opened.typed = _number_columns(book, title, above + 1)
    return opened, max(hits)


def _texts(book: Any, title: str) -> pl.DataFrame:
    sheet: pl.DataFrame = book.load_sheet(title, header_row=None, skip_rows=0, dtypes="string").to_polars()
    return sheet


def _number_columns(book: Any, title: str, above: int) -> set[int]:
    """Return the columns that hold numbers and nothing else below the header."""
    below = book.load_sheet(title, header_row=None, skip_rows=above).to_polars()
    return {number for number, kind in enumerate(below.dtypes) if kind.is_numeric()}
