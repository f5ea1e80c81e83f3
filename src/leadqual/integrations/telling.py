"""The report of an import as text, and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.cards.frame import card, folded, folded_lines, table
from leadqual.integrations.cases import CHANGED, EMPTY, REFUSED
from leadqual.integrations.wording import said

if TYPE_CHECKING:
    from leadqual.integrations.counts import FileCounts
    from leadqual.integrations.report import ImportReport

_TITLES: Final = {
    REFUSED: "Refused: rows that did not come in, or not all of what they tell",
    EMPTY: "Left empty: cells that could not be read",
    CHANGED: "Changed: values in the one form that is kept",
}
_EXAMPLES: Final = 3
_PAGE_CASES: Final = 500


def headline(report: ImportReport) -> str:
    """Return what came in."""
    stand = (
        f", where {_of(report.standings, 'contact')} stand{'s' if report.standings == 1 else ''}"
        if report.standings
        else ""
    )
    return f"{report.title}: {_of(report.contacts, 'contact')}, {_of(report.interactions, 'interaction')}{stand}"


def verdict(report: ImportReport) -> str:
    """Return whether there is anything to decide."""
    if not report.to_decide:
        return "Everything came in."
    rows = f", {_of(report.refused_rows, 'row')} among them refused" if report.refused_rows else ""
    return f"{_of(report.to_decide, 'case')} to look at{rows}."


def explained(report: ImportReport, limit: int, *, command_line: bool) -> str:
    """Return a report as lines for a terminal."""
    lines = [headline(report), verdict(report), *_files(report.files)]
    if report.repeated:
        lines.append(f"  {_of(report.repeated, 'row')} repeated another word for word, and counted once")
    if report.undeclared:
        lines.append(f"  the policy does not declare: {', '.join(report.undeclared)}; left out")
    for effect, title in _TITLES.items():
        mine = report.summary.filter(pl.col("effect") == effect)
        if mine.height:
            lines += ["", title, *_capped(list(_summed(mine)), limit)]
    if report.unknown_terms.height:
        lines += ["", "Terms without a translation: never guessed", *_capped(list(_terms(report.unknown_terms)), limit)]
    for heading, several in (
        ("Columns that the mapping does not name", _unnamed(report)),
        ("Columns that are not there", _missing(report)),
    ):
        if several:
            lines += ["", heading, *_capped(several, limit)]
    if questions := report.questions(command_line=command_line):
        lines += ["", "To bring in more, say", *(f"  {question}" for question in questions)]
    return "\n".join(lines)


def page(report: ImportReport) -> str:
    """Return a report as one piece of HTML without scripts, for notebooks and for a file."""
    parts = [
        table(("File", "is", "Rows", "Contacts", "Interactions"), [_file_row(file) for file in report.files], (2, 3, 4))
    ]
    for effect, title in _TITLES.items():
        mine = report.summary.filter(pl.col("effect") == effect)
        if mine.height:
            rows = [_summary_row(row) for row in mine.iter_rows(named=True)]
            inside = table(("Cases", "What", "File", "Column", "First rows", "Examples"), rows, (0,))
            parts.append(folded(f"{title} ({report.count(effect):,})", inside, is_open=effect != CHANGED))
    if report.unknown_terms.height:
        rows = [_term_row(row) for row in report.unknown_terms.head(_PAGE_CASES).iter_rows(named=True)]
        inside = table(("Times", "Term", "File", "Column", "First rows", "Perhaps"), rows, (0,))
        parts.append(folded(f"Terms without a translation ({report.unknown_terms.height:,})", inside, is_open=True))
    parts.append(folded_lines("Columns that the mapping does not name", _unnamed(report)))
    parts.append(folded_lines("Columns that are not there", _missing(report)))
    parts.append(folded_lines("To bring in more, say", report.questions(), is_open=True))
    return card(headline(report), [verdict(report)], "".join(parts), width=72)


def _files(files: Sequence[FileCounts]) -> Iterator[str]:
    for file in files:
        told = [_of(file.rows, "row")]
        told += [
            _of(number, word)
            for number, word in (
                (file.contacts, "contact"),
                (file.companies, "company"),
                (file.interactions, "interaction"),
            )
            if number
        ]
        told += [f"{file.left_out:,} left out by the mapping"] * bool(file.left_out)
        told += [f"{file.skipped:,} from which nothing follows"] * bool(file.skipped)
        told += [f"{file.empty:,} empty"] * bool(file.empty)
        yield f"  {file.name} ({file.kind}): {', '.join([*told, *file.notes])}"


def _summed(rows: pl.DataFrame) -> Iterator[str]:
    for row in rows.iter_rows(named=True):
        where = f"{row['file']}, {row['column']}" if row["column"] else row["file"]
        yield f"  {row['cases']:>9,}  {said(row['code'])}  ({where}; row {_rows(row['row'], row['cases'])})"
        for found, suggestion in _examples(row):
            yield f"             {found}{f' -> {suggestion}' if suggestion else ''}"


def _terms(rows: pl.DataFrame) -> Iterator[str]:
    for row in rows.iter_rows(named=True):
        hint = f"  {row['suggestion']}" if row["suggestion"] else ""
        where = f"({row['file']}, {row['column']}; row {_rows(row['rows'], row['times'])})"
        yield f"  {row['times']:>9,}  {row['term']!r}  {where}{hint}"


def _examples(row: dict[str, Any]) -> list[tuple[str, str | None]]:
    pairs = [
        (str(found), hint) for found, hint in zip(row["found"], row["suggestion"], strict=True) if found is not None
    ]
    if not pairs and row["suggestion"]:
        return [(str(row["suggestion"][0]), None)] if row["suggestion"][0] else []
    return list(dict.fromkeys(pairs))[: _EXAMPLES if row["effect"] == CHANGED else 1]


def _rows(rows: Sequence[int | None], total: int) -> str:
    known = list(dict.fromkeys(str(row) for row in rows[:_EXAMPLES] if row is not None))
    return ", ".join(known) + (", …" if total > len(known) else "")


def _capped(lines: list[str], limit: int) -> list[str]:
    """Return the first lines and how many more entries there are; what is indented further belongs to the one above."""
    starts = [number for number, line in enumerate(lines) if not line.startswith(" " * 13)]
    if len(starts) <= limit:
        return lines
    return [*lines[: starts[limit]], f"  and {len(starts) - limit:,} more"]


def _unnamed(report: ImportReport) -> list[str]:
    return [f"  {header}  ({file.name})" for file in report.files for header in file.unnamed]


def _missing(report: ImportReport) -> list[str]:
    found = [(file, header, hint) for file in report.files for header, hint in file.missing.items()]
    return [f"  {header}  ({file.name}){f'  {hint}' if hint else ''}" for file, header, hint in found]


def _file_row(file: FileCounts) -> list[str]:
    return [escape(file.name), escape(file.kind), f"{file.rows:,}", f"{file.contacts:,}", f"{file.interactions:,}"]


def _summary_row(row: dict[str, Any]) -> list[str]:
    shown = "<br>".join(escape(f"{found} → {hint}" if hint else found) for found, hint in _examples(row))
    cells = (said(row["code"]), row["file"], row["column"] or "", _rows(row["row"], row["cases"]))
    return [f"{row['cases']:,}", *map(escape, cells), shown]


def _term_row(row: dict[str, Any]) -> list[str]:
    cells = (
        row["term"] or "",
        row["file"],
        row["column"] or "",
        _rows(row["rows"], row["times"]),
        row["suggestion"] or "",
    )
    return [f"{row['times']:,}", *map(escape, cells)]


_PLURALS: Final = {"company": "companies"}


def _of(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else _PLURALS.get(word, f'{word}s')}"
