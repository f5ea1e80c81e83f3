"""CSV files as rows of text cells."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final

from leadqual.errors import InputError, Place, Problem, cut, shown
from leadqual.files.encoding import encoding_problem, open_text
from leadqual.files.row import RawRow, Table

_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


class _Lines:
    """The lines of a file; those since the last row are kept, so that a rejected row can be shown as it was."""

    def __init__(self, handle: IO[str]) -> None:
        self._handle = handle
        self._taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._handle)
        self._taken.append(line)
        return line

    def taken(self) -> str:
        """Return the lines since the last call."""
        text = "".join(self._taken).rstrip("\r\n")
        self._taken.clear()
        return text


@dataclass
class CsvTable(Table):
    """A CSV file: a header, then rows of text.

    Parameters
    ----------
    name : str
        The file.
    known : collection of str
        Columns that may be expected, by which the delimiter is recognised in the header.
    encoding : str, default "utf-8"
        The encoding; a byte order mark is left out.
    """

    known: Collection[str] = ()
    encoding: str = "utf-8"
    _progress: float = field(default=0.0, init=False)

    textual = True

    def __post_init__(self) -> None:
        with open_text(self.name, self.encoding) as handle:
            lines = _Lines(handle)
            header = self._guarded(lambda: next((line for line in lines if not _is_blank(line)), ""))
            self._delimiter = self._recognised(header)
            self._columns = self._header(header, lines)
        if self._delimiter != ",":
            self.notes.append(f"{self.name}: the columns are separated by {_DELIMITERS[self._delimiter]}")

    @property
    def columns(self) -> Sequence[str]:
        return self._columns

    def done(self) -> float:
        return self._progress

    def rows(self) -> Iterator[RawRow]:
        with open_text(self.name, self.encoding) as handle:
            size = _size(handle)
            lines = _Lines(handle)
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            header_seen = False
            empty = 0
            while True:
                line = reader.line_num + 1
                cells: list[str] | csv.Error | None
                try:
                    cells = self._guarded(lambda: next(reader, None))
                except csv.Error as error:
                    cells = error
                text = lines.taken()
                if cells is None:
                    break
                if _is_blank(text):
                    continue
                if not header_seen:
                    header_seen = True
                    continue
                if isinstance(cells, list) and not any(map(str.strip, cells)):
                    empty += 1  # spreadsheets save them below a table that was once longer
                    continue
                self._progress = min(1.0, _position(handle) / size)
                yield self._row(line, cells, text)
        self._progress = 1.0
        remark = f"{self.name}: {empty:,} empty row{'s were' if empty > 1 else ' was'} left out"
        if empty and remark not in self.notes:
            self.notes.append(remark)

    def _row(self, line: int, cells: list[str] | csv.Error, text: str) -> RawRow:
        problem = encoding_problem(text, self.encoding)
        if problem is None and isinstance(cells, list) and len(cells) == len(self._columns):
            return RawRow(line, dict(zip(self._columns, cells, strict=True)), text)
        if problem is None:
            problem = self._wrong_width(cells) if isinstance(cells, list) else _broken(cells, text)
        return RawRow(line, {}, text, (problem.at(source=self.name, line=line),))

    def _recognised(self, header: str) -> str:
        def fit(delimiter: str) -> tuple[int, int]:
            names = [name.strip().strip('"') for name in header.rstrip("\r\n").split(delimiter)]
            return sum(name in self.known for name in names), len(names)

        return max(_DELIMITERS, key=fit)  # of equals the first: the comma

    def _header(self, first: str, rest: _Lines) -> list[str]:
        if not first:
            hint = "the first line names the columns, such as contact_id,full_name,email"
            raise self._refused("empty-file", "the file is empty", hint=hint)
        if (problem := encoding_problem(first, self.encoding)) is not None:
            raise InputError(problem.at(source=self.name, line=1))
        try:
            cells = next(csv.reader(_joined(first, rest), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            raise InputError(_broken(error, first).at(source=self.name, line=1)) from None
        names = [cell.strip() for cell in cells]
        repeated = [name for name, number in Counter(names).items() if number > 1 and name]
        if repeated:
            message = f"the columns {', '.join(shown(name) for name in repeated)} are there more than once"
            raise self._refused("duplicate-column", message, cut(", ".join(names)), hint="leave one of each")
        if "" in names:
            hint = "name it, or remove the column; a delimiter at the end of the line makes one"
            message = f"column {names.index('') + 1} has no name"
            raise self._refused("unnamed-column", message, shown(first.strip()), hint)
        return names

    def _guarded(self, read: Any) -> Any:
        try:
            return read()
        except UnicodeError as error:
            reason, hint = str(error), "name its own encoding with --encoding, or save it as UTF-8"
            raise self._refused("bad-encoding", "the file cannot be decoded", cut(reason), hint) from None

    def _wrong_width(self, cells: list[str]) -> Problem:
        found, expected = f"{len(cells)} cells", f"{len(self._columns)} cells, as in the header"
        hint = "put quotes around a cell that holds the delimiter" if len(cells) > len(self._columns) else None
        return Problem("wrong-cell-count", "the row and the header differ in length", Place(), found, expected, hint)

    def _refused(self, code: str, message: str, found: str | None = None, hint: str | None = None) -> InputError:
        return InputError(Problem(code, message, Place(self.name, 1), found, hint=hint))


def _is_blank(text: str) -> bool:
    # Tabs are no blanks: they may delimit cells.
    return not text.strip(" \r\n")


def _joined(first: str, rest: _Lines) -> Iterator[str]:
    yield first
    yield from rest


def _size(handle: IO[str]) -> int:
    position = handle.buffer.seek(0, 2)  # type: ignore[attr-defined]
    handle.seek(0)
    return max(1, int(position))


def _position(handle: IO[str]) -> int:
    # The text layer cannot tell where it is while it is iterated over; the bytes under it can, a block ahead.
    return int(handle.buffer.tell())  # type: ignore[attr-defined]


def _broken(error: csv.Error, text: str) -> Problem:
    reason = str(error)
    hint = "a quote inside a quoted cell is written twice"
    if "unexpected end" in reason:
        hint = "a quote is opened here and never closed, so the rest of the file is one cell"
    elif "field limit" in reason:
        hint = "a quote may be opened here and not closed; a cell holds at most 131072 characters"
    return Problem("bad-csv", f"the row is not CSV: {reason}", Place(), shown(text), hint=hint)
