"""Writing the report of an import: as JSON, as CSV with every case, or as a page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.errors import InputError, Place, Problem
from leadqual.files.write import WholeFiles
from leadqual.integrations.cases import SCHEMA, Cases

if TYPE_CHECKING:
    from leadqual.integrations.report import ImportReport

FORMATS: Final = (".json", ".csv", ".html")
_STYLE: Final = ":root{color-scheme:light dark}body{margin:1rem;background:Canvas;color:CanvasText}"


def check_report_name(path: str | os.PathLike[str]) -> None:
    """Raise `InputError` if the ending of a name tells no format of reports."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        message, expected = "the ending tells no known format", f"a name that ends in {', '.join(FORMATS)}"
        raise InputError(Problem("unknown-format", message, Place(os.fspath(path)), suffix or "no ending", expected))


def save_report(report: ImportReport, cases: Cases, path: str | os.PathLike[str]) -> None:
    """Write a report whole, by the ending of the name."""
    check_report_name(path)
    suffix = Path(path).suffix.lower()
    with WholeFiles() as files:
        part = files.for_target(path)
        if suffix == ".html":
            part.write_text(_page(report), encoding="utf-8")
            return
        with part.open("w", encoding="utf-8", newline="") as file:
            if suffix == ".json":
                _write_json(report, cases, file)
            else:
                _write_csv(cases, file)


def _page(report: ImportReport) -> str:
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><style>{_STYLE}</style>"
    title = f"<title>{escape(report.title)}, imported</title>"
    return f"<!doctype html><html lang='en'>{head}{title}<body>{report._repr_html_()}</body></html>\n"


def _write_json(report: ImportReport, cases: Cases, file: IO[str]) -> None:
    """Write the counts, and then the cases one by one: they may be many."""
    whole = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
    file.write(whole.removesuffix("\n}") + ',\n "cases": [')
    for number, case in enumerate(_rows(cases)):
        known = {name: value for name, value in case.items() if value is not None}
        file.write(f"{',' if number else ''}\n  {json.dumps(known, ensure_ascii=False)}")
    file.write("\n ]\n}\n")


def _write_csv(cases: Cases, file: IO[str]) -> None:
    file.write(",".join(SCHEMA) + "\n")
    for batch in cases.batches():
        # A spreadsheet that opens the list must not compute what stood in a cell.
        safe = [
            pl.when(pl.col(name).str.contains(r"^[=+\-@\t\r]"))
            .then("'" + pl.col(name))
            .otherwise(pl.col(name))
            .alias(name)
            for name, kind in SCHEMA.items()
            if kind == pl.String()
        ]
        file.write(batch.with_columns(safe).write_csv(include_header=False))


def _rows(cases: Cases) -> Iterator[dict[str, Any]]:
    for batch in cases.batches():
        yield from batch.iter_rows(named=True)
