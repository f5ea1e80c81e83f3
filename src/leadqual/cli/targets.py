"""Where a command writes to: checked before the long work, and the rows that it left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from leadqual.errors import InputError, Place, Problem
from leadqual.files.open_table import JSON_LINES
from leadqual.files.records import rejected_record
from leadqual.files.row import Row
from leadqual.files.write import WholeFiles, check_target, write_table

_REJECTED: Final = Path("rejected.csv")
_COLUMNS: Final = ("file", "line", "codes", "reasons", "hints", "row")


def check_targets(targets: Sequence[Path], sources: Iterable[Path]) -> None:
    """Raise before the long work if a result could not be written, or would take the place of another file."""
    known = [*sources]
    for number, target in enumerate(targets):
        check_target(target)
        if any(target.resolve() == other.resolve() for other in [*known, *targets[:number]]):
            message, hint = "this file is another one of this command", "write the result to a file of its own"
            raise InputError(Problem("overwritten-file", message, Place(str(target)), hint=hint))


def rejected_beside(out: Path | None) -> Path:
    """Return where rejected rows are written to if nothing else is said.

    Examples
    --------
    >>> rejected_beside(Path("scores.csv")).name, rejected_beside(None).name
    ('scores.rejected.csv', 'rejected.csv')
    """
    return _REJECTED if out is None else out.with_name(f"{out.stem}.{_REJECTED.name}")


def write_rejected(files: WholeFiles, bad: Iterable[Row[Any]], target: Path, *, spreadsheet_safe: bool) -> None:
    """Write rows that were left out, with the reasons; also if there are none, for an old file would tell of others."""
    part = files.for_target(target)
    if target.suffix.lower() in JSON_LINES:
        write_table(part, (row.as_dict() for row in bad), target)
    else:
        write_table(part, map(rejected_record, bad), target, _COLUMNS, spreadsheet_safe=spreadsheet_safe)
