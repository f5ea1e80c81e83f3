"""Writing tables so that a file is there whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from leadqual.errors import InputError, Place, Problem
from leadqual.files.numbers import number_text
from leadqual.files.open_table import CSV, JSON_LINES, PARQUET, unknown_format
from leadqual.files.parquet_table import polars

Record = Mapping[str, Any]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class WholeFiles:
    """Files that take their names together once all of them are written; if anything fails, none does.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> target = Path(folder.name) / "stages.csv"
    >>> with WholeFiles() as files:
    ...     write_table(files.for_target(target), [{"contact_id": "c-1", "stage": "sql"}], target)
    >>> target.read_text().splitlines()
    ['contact_id,stage', 'c-1,sql']
    >>> folder.cleanup()
    """

    def __init__(self) -> None:
        self._parts: dict[Path, Path] = {}

    def for_target(self, target: str | os.PathLike[str]) -> Path:
        """Return the name under which a file is written until all are; raise `InputError` if it cannot be."""
        try:
            final = Path(target).resolve()
            part = final.with_name(f".{final.name}.{os.getpid()}.part")
            if final.is_dir():
                raise IsADirectoryError(None, "this is a folder")
            part.touch()
        except (OSError, ValueError) as error:  # ValueError: a null character in the name
            raise _unwritable(target, getattr(error, "strerror", None) or str(error)) from None
        self._parts[final] = part
        return part

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                for final, part in self._parts.items():
                    part.replace(final)
        finally:
            for part in self._parts.values():
                with suppress(OSError):
                    part.unlink(missing_ok=True)


def check_target(target: str | os.PathLike[str]) -> None:
    """Raise `InputError` if a name tells no format that can be written, or a folder that is not there."""
    if Path(target).suffix.lower() not in (*CSV, *JSON_LINES, *PARQUET):
        raise InputError(unknown_format(os.fspath(target)))
    if Path(target).suffix.lower() in PARQUET:
        polars()
    if not Path(target).parent.is_dir():
        raise _unwritable(target, "its folder is not there")


def _unwritable(target: str | os.PathLike[str], reason: str) -> InputError:
    message, hint = f"the file cannot be written: {reason}", "name a file in a folder that exists and may be written to"
    return InputError(Problem("unwritable-file", message, Place(str(target)), hint=hint))


def write_table(
    path: str | os.PathLike[str],
    rows: Iterable[Record],
    target: str | os.PathLike[str] | None = None,
    columns: Sequence[str] = (),
    *,
    spreadsheet_safe: bool = False,
) -> None:
    """Write rows as CSV, JSON lines or Parquet, by the ending of `target`, which is `path` unless given.

    The columns are those of all rows, in the order in which they first come, after `columns`. With
    `spreadsheet_safe` a text in a CSV that a spreadsheet would run as a formula is written after an apostrophe.
    """
    check_target(target or path)
    suffix, records = Path(target or path).suffix.lower(), list(rows)
    names = list(dict.fromkeys([*columns, *(name for row in records for name in row)]))
    if suffix in JSON_LINES:
        write_json_lines(path, records)
    elif suffix in PARQUET:
        library = polars()
        whole = {name: [row.get(name) for row in records] for name in names}
        library.DataFrame(whole, strict=False).write_parquet(path)
    else:
        write_csv(path, names, records, target or path, spreadsheet_safe=spreadsheet_safe)


def write_lines(path: str | os.PathLike[str], lines: Iterable[str]) -> None:
    """Write texts, one a line."""
    with Path(path).open("w", encoding="utf-8", newline="") as handle:
        handle.writelines(f"{line}\n" for line in lines)


def write_json_lines(path: str | os.PathLike[str], rows: Iterable[Record]) -> None:
    """Write rows as JSON, one object a line."""
    with Path(path).open("w", encoding="utf-8", newline="") as handle:
        handle.writelines(f"{json.dumps(row, ensure_ascii=False, default=_plain)}\n" for row in rows)


def write_csv(
    path: str | os.PathLike[str],
    names: Sequence[str],
    rows: Iterable[Record],
    target: str | os.PathLike[str],
    *,
    spreadsheet_safe: bool = False,
) -> None:
    """Write rows as CSV with columns of these names; with tabs if `target` ends in ``.tsv``."""
    cell: Callable[[Any], Any] = _safe_cell if spreadsheet_safe else _cell
    delimiter = "\t" if Path(target).suffix.lower() == ".tsv" else ","
    with Path(path).open("w", encoding="utf-8", newline="", errors="backslashreplace") as handle:
        writer = csv.writer(_Lines(handle), delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(names)
        writer.writerows([cell(row.get(name)) for name in names] for row in rows)


class _Lines:
    """Ends lines with a line feed alone.

    The writer puts quotes around a cell with a carriage return only if its own lines end with one, and without quotes
    such a cell would be two rows.
    """

    def __init__(self, handle: IO[str]) -> None:
        self._handle = handle

    def write(self, line: str) -> None:
        self._handle.write(line.removesuffix("\r\n") + "\n")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _plain(value)
    if isinstance(value, float):
        text = number_text(value)
        return value if text == float.__repr__(value) else text
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return _list_cell(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return value


def _list_cell(texts: Sequence[str]) -> str:
    alone = len(texts) == 1 and "," in texts[0]  # read back, one text with a comma might be several
    cell = f"{texts[0]};" if alone else ";".join(texts)
    lossy = cell.startswith("[") or any(not text or text != text.strip() or set(text) & {";", "|"} for text in texts)
    return json.dumps(list(texts), ensure_ascii=False) if lossy else cell


def _safe_cell(value: Any) -> Any:
    cell = _cell(value)
    is_text = isinstance(cell, str) and not isinstance(value, float)
    return f"'{cell}" if is_text and cell.startswith(_FORMULA) else cell


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
