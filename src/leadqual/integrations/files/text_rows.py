"""The rows of files of text, read by PyArrow in pieces."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as arrow_csv

from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.integrations.files.encodings import Decoded
from leadqual.integrations.files.headers import Header
from leadqual.integrations.files.opened import ROW, BadRow, Opened

_BLOCK: Final = 2**23


@dataclass
class TextRows(Opened):
    """A file of text with a delimiter.

    Parameters
    ----------
    decoded : Decoded
        The file as UTF-8.
    header : Header
        Its header.
    """

    decoded: Decoded = field(kw_only=True)
    header: Header = field(kw_only=True)
    _wrong: list[tuple[int, int, str]] = field(default_factory=list, init=False)

    def batches(self, columns: Sequence[int]) -> Iterator[pl.DataFrame]:
        self._check_quotes()
        size, seen, before = max(1, self.decoded.path.stat().st_size), 0, 0
        try:
            for piece in self._reader(columns):
                numbers, before = self._numbers(before, piece.num_rows)
                batch = pl.DataFrame(pl.from_arrow(piece)).with_columns(numbers)
                seen += piece.nbytes
                self.done = min(0.99, seen / size)
                yield self._without_nulls(self.counted(batch.filter(pl.col(ROW) > self.header.row)))
        except pa.ArrowInvalid as error:
            message, hint = f"the file is not CSV: {cut(str(error))}", "a quote may be opened and never closed"
            raise InputError(Problem("bad-csv", message, Place(self.name), hint=hint)) from None
        self.done = 1.0
        self._tell_wrong()

    def _reader(self, columns: Sequence[int]) -> Any:
        names = [str(number) for number in range(len(self.headers))]
        wanted = [str(number) for number in columns] or names[:1]
        return arrow_csv.open_csv(
            self.decoded.path,
            # Rows that are too long or too short are numbered only if one thread reads.
            arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
            arrow_csv.ParseOptions(
                delimiter=self.header.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._invalid,
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=wanted,
                strings_can_be_null=False,
                check_utf8=False,  # the whole file was decoded already
            ),
        )

    def _invalid(self, row: Any) -> str:
        self._wrong.append((row.number, row.actual_columns, row.text))
        return "skip"

    def _numbers(self, before: int, height: int) -> tuple[pl.Series, int]:
        """Return the numbers of the next rows that are whole, and the number of the last of them."""
        skipped = np.array([number for number, _, _ in self._wrong if number > before], dtype=np.int64)
        last = before + height
        while True:  # rows that were skipped in between push the last one further
            further = before + height + int((skipped <= last).sum())
            if further == last:
                break
            last = further
        numbers = np.setdiff1d(np.arange(before + 1, last + 1), skipped)
        return pl.Series(ROW, numbers[:height].astype(np.uint32)), last

    def _without_nulls(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the rows without null characters, which no text that people wrote has."""
        if not self.decoded.nulls or batch.is_empty():
            return batch
        cells = [name for name in batch.columns if name != ROW]
        holds = batch.select(pl.any_horizontal(pl.col(cells).str.contains("\0", literal=True))).to_series()
        for row in batch.filter(holds).select(ROW, *cells).iter_rows():
            found = shown([cell for cell in row[1:] if "\0" in str(cell)])
            self.bad.append(BadRow(row[0], "null-character", found, "the file was damaged on its way: export it again"))
        return batch.filter(~holds)

    def _tell_wrong(self) -> None:
        expected = len(self.headers)
        for number, actual, text in self._wrong:
            if number <= self.header.row:
                continue
            self.rows += 1
            if not text.strip(" \r\n" + self.header.delimiter):
                self.empty, self.rows = self.empty + 1, self.rows - 1
                continue
            hint = "put quotes around a cell that holds the delimiter" if actual > expected else "the row breaks off"
            found = f"{actual} cells in place of {expected}: {shown(text)}"
            self.bad.append(BadRow(number, "wrong-cell-count", found, hint))

    def _check_quotes(self) -> None:
        """Raise `InputError` if a quotation mark is opened and never closed, so that the rest would be one cell."""
        if self.decoded.quotes % 2 == 0:
            return
        with self.decoded.path.open(encoding="utf-8-sig", newline="") as file:
            row, start = _last_row(
                csv.reader((line.replace("\0", "") for line in file), delimiter=self.header.delimiter)
            )
        with self.decoded.path.open(encoding="utf-8-sig", newline="") as file:
            tail = "".join(islice(file, start - 1, None))
        if not _closes(tail, self.header.delimiter):
            message, hint = (
                "a quotation mark is opened here and never closed",
                'write "" for a quotation mark in quotes',
            )
            raise InputError(Problem("bad-csv", message, Place(self.name, row), shown(tail), hint=hint))


def _closes(text: str, delimiter: str) -> bool:
    """Return whether quotation marks that are opened in a text are closed in it."""
    try:
        list(csv.reader(text.replace("\0", "").splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "end of data" not in str(error) and "field limit" not in str(error)
    return True


def _last_row(reader: Any) -> tuple[int, int]:
    """Return the number of the last row that can be cut into cells, and the line on which it begins."""
    row, start, end = 0, 1, 0
    try:
        for _ in reader:
            row, start, end = row + 1, end + 1, reader.line_num
    except csv.Error:  # a cell longer than any that people write
        return row + 1, end + 1
    return row, start
