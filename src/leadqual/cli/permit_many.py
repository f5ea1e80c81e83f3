"""Whether each contact of a file may be reached: counted by the reason, printed in part, and written as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import polars as pl

from leadqual.cli.output import note, print_bars, print_json, print_problems, print_table, progress_bar, say
from leadqual.cli.permit_asked import Asked, Tables
from leadqual.cli.permit_screened import Screened, screened
from leadqual.cli.targets import check_targets, rejected_beside, write_rejected
from leadqual.cli.words import counted, repeated_note, seen_at
from leadqual.files.open_table import JSON_LINES, PARQUET
from leadqual.files.write import WholeFiles, write_csv, write_json_lines
from leadqual.outreach.rules.words import NOTICE

_SHOWN: Final = 20
_BATCH: Final = 20_000


@dataclass(frozen=True)
class Results:
    """What becomes of the verdicts.

    Parameters
    ----------
    out : Path, optional
        Where they are written to.
    allowed_only : bool
        Whether only contacts who may be reached are listed.
    reasons : bool
        Whether each has a column with all reasons that decide.
    skip_bad : bool
        Whether bad rows are left out, and written to a file.
    rejected : Path, optional
        That file; beside `out` if nothing is said.
    spreadsheet_safe : bool
        In a CSV, put ``'`` before texts that a spreadsheet would run as a formula.
    """

    out: Path | None
    allowed_only: bool = False
    reasons: bool = False
    skip_bad: bool = False
    rejected: Path | None = None
    spreadsheet_safe: bool = False

    @property
    def refused(self) -> Path | None:
        """Where bad rows are written to, if they are left out."""
        return (self.rejected or rejected_beside(self.out)) if self.skip_bad else None

    def check(self, tables: Tables) -> None:
        """Raise before the long work if a result could not be written."""
        targets = [target for target in (self.out, self.refused) if target is not None]
        check_targets(targets, [path for path in (tables.contacts, tables.interactions) if path is not None])

    def wanted(self, found: Screened) -> pl.DataFrame:
        """Return the verdicts that are listed."""
        return found.verdicts.filter("allowed") if self.allowed_only else found.verdicts


def permit_many(asked: Asked, tables: Tables, results: Results, *, as_json: bool) -> bool:
    """Screen all contacts, print the counts, write what is wanted, and return whether anybody may be reached."""
    begun = perf_counter()
    results.check(tables)
    with progress_bar(quiet=as_json) as watch:
        found = screened(asked, tables, watch, skip_bad=results.skip_bad, reasons=results.reasons)
        _write(found, results)
    seconds = perf_counter() - begun
    if as_json:
        print_json(_summary(asked, found, results, seconds))
    else:
        _show(asked, found, results, tables.reading["time_zone"], seconds)
    return found.allowed > 0


def _write(found: Screened, results: Results) -> None:
    with WholeFiles() as files:
        if results.out is not None:
            _write_verdicts(files.for_target(results.out), results.wanted(found), results)
        if results.refused is not None:
            write_rejected(files, found.read.bad, results.refused, spreadsheet_safe=results.spreadsheet_safe)


def _write_verdicts(part: Path, verdicts: pl.DataFrame, results: Results) -> None:
    target = results.out or part
    suffix = target.suffix.lower()
    if suffix in PARQUET:
        verdicts.write_parquet(part)
    elif suffix in JSON_LINES:
        write_json_lines(part, _rows(verdicts))
    else:
        safe = results.spreadsheet_safe
        write_csv(part, verdicts.columns, _rows(verdicts), target, spreadsheet_safe=safe)


def _rows(verdicts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for start in range(0, verdicts.height, _BATCH):
        yield from verdicts.slice(start, _BATCH).iter_rows(named=True)


def _summary(asked: Asked, found: Screened, results: Results, seconds: float) -> dict[str, Any]:
    read = found.read
    summary: dict[str, Any] = {
        "ok": found.allowed > 0,
        "purpose": asked.purpose,
        "channel": asked.channel,
        "at": asked.at,
        "rows": read.rows,
        "repeated": read.repeated,
        "contacts": found.verdicts.height,
        "interactions": read.events,
        "after_at": found.after_at,
        "allowed": found.allowed,
        "not_allowed": found.verdicts.height - found.allowed,
        "allowed_later": found.later,
        "reasons": found.reasons(allowed=False),
        "allowed_by": found.reasons(allowed=True),
        "codes": found.codes(),
        "rejected": len(read.bad),
        "problems": [problem.as_dict() for problem in read.problems],
        "notes": found.notes,
        "notice": NOTICE,
        "seconds": round(seconds, 3),
        "out": None if results.out is None else str(results.out),
        "rejected_file": None if results.refused is None else str(results.refused),
    }
    if results.out is None:
        summary["verdicts"] = results.wanted(found).to_dicts()
    return summary


def _show(asked: Asked, found: Screened, results: Results, time_zone: str | None, seconds: float) -> None:
    for remark in found.notes:
        note(remark)
    if found.read.bad:
        print_problems(found.read.problems)
    about = f"{asked.purpose} on the channel {asked.channel} at {seen_at(asked.at, time_zone)}"
    say(f"{counted(found.verdicts.height, 'contact')} for {about}.", "title")
    if found.read.repeated:
        say(repeated_note(found.read.repeated))
    answers = {"allowed": found.allowed, "later, by the clock": found.later, "not until somebody acts": found.refused}
    print_bars("May they be reached?", answers)
    for title, allowed in (("Why not, by the weightiest reason", False), ("Why, where allowed", True)):
        if reasons := found.reasons(allowed=allowed):
            rows = [[one["contacts"], one["code"], one["rule"], one["source"]] for one in reasons]
            print_table(title, ("contacts", "code", "rule", "law"), rows, wide=("law",))
    if results.out is None:
        _list(results.wanted(found), time_zone, allowed_only=results.allowed_only)
    else:
        say(f"\nWritten: {results.out}", "good", whole=True)
    if bad := found.read.bad:
        rows_of = f"{len(bad):,} of {counted(found.read.rows, 'row')} {'was' if len(bad) == 1 else 'were'} rejected"
        say(f"{rows_of}, and written to {results.refused} with the reasons.", "bad")
    say(f"\nIt took {seconds:,.1f} seconds. {NOTICE}")


def _list(verdicts: pl.DataFrame, time_zone: str | None, *, allowed_only: bool) -> None:
    """Print the first contacts, each with its answer and when it is allowed."""
    if not verdicts.height:
        return
    rows = [_row(one, time_zone) for one in verdicts.head(_SHOWN).iter_rows(named=True)]
    first = f"The first {_SHOWN} of {verdicts.height:,}" if verdicts.height > _SHOWN else "All"
    title = f"{first} {'who may be reached' if allowed_only else 'contacts'} (--out FILE writes all)"
    columns = ["contact", "name", "answer", "allowed from"]
    if not any(row[1] for row in rows):
        rows, columns = [[row[0], *row[2:]] for row in rows], [columns[0], *columns[2:]]
    print_table(title, columns, rows, wide=("contact", "name"))


def _row(verdict: dict[str, Any], time_zone: str | None) -> list[str]:
    when: datetime | None = verdict["next_allowed"]
    answer = "allowed" if verdict["allowed"] else verdict["code"]
    instant = "now" if verdict["allowed"] else "" if when is None else seen_at(when, time_zone)
    return [verdict["contact_id"], verdict.get("full_name") or "", answer, instant]
