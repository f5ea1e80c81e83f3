"""The report of an import as text, and as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from leadqual.cards.frame import SMALL, card, folded, folded_lines, table
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
_SLASHES: Final = re.compile(r"[/\\]")
_NAMED: Final = 6
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
        return "Every row came in." if report.unnamed or report.undeclared else "Everything came in."
    rows = f", {_of(report.refused_rows, 'row')} among them refused" if report.refused_rows else ""
    return f"{_of(report.to_decide, 'case')} to look at{rows}."


def _left_out(report: ImportReport) -> Iterator[str]:
    """Yield which columns did not come in, since nobody said what becomes of them."""
    if names := report.unnamed:
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        were = "was" if len(names) == 1 else "were"
        shown = ", ".join(names[:_NAMED])
        yield f"{_of(len(names), 'column')} {were} left out, since the mapping does not name them: {shown}{more}."


def explained(report: ImportReport, limit: int, *, command_line: bool) -> str:
    """Return a report as lines for a terminal."""
    lines = [headline(report), verdict(report), *_left_out(report), *_files(report.files)]
    lines += [f"  {line}" for line in _beside(report)]
    for effect, title in _TITLES.items():
        mine = report.summary.filter(pl.col("effect") == effect)
        if mine.height:
            lines += ["", title, *_capped(list(_summed(mine)), limit)]
    if report.unknown_terms.height:
        lines += ["", "Terms without a translation: never guessed", *_capped(list(_terms(report.unknown_terms)), limit)]
    for heading, several in (
        ("Columns that the mapping does not name", _unnamed(report)),
        ("Columns that are not there, and may be called otherwise", _renamed(report)),
    ):
        if several:
            lines += ["", heading, *_capped(several, limit)]
    if others := _not_there(report):
        lines += ["", others]
    if questions := report.questions(command_line=command_line):
        lines += ["", "To bring in more, say", *(f"  {question}" for question in questions)]
    return "\n".join(lines)


def _beside(report: ImportReport) -> Iterator[str]:
    """Yield what else is to be told of the whole."""
    if report.repeated:
        yield f"{_of(report.repeated, 'row')} repeated another word for word, and counted once"
    if report.undeclared:
        yield f"the policy does not declare: {', '.join(report.undeclared)}; left out"


def page(report: ImportReport) -> str:
    """Return a report as one piece of HTML without scripts, for notebooks and for a file."""
    names = ("File", "Rows", "Came in")
    parts = [table(names, [*map(_file_row, report.files), *_together(report)], (1,))]
    for effect, title in _TITLES.items():
        mine = report.summary.filter(pl.col("effect") == effect)
        if mine.height:
            rows = [_summary_row(row) for row in mine.iter_rows(named=True)]
            inside = table(("Cases", "What", "Where"), rows, (0,))
            parts.append(folded(f"{title} ({report.count(effect):,})", inside, is_open=effect != CHANGED))
    if report.unknown_terms.height:
        rows = [_term_row(row) for row in report.unknown_terms.head(_PAGE_CASES).iter_rows(named=True)]
        inside = table(("Times", "Term", "Where"), rows, (0,))
        parts.append(folded(f"Terms without a translation ({report.unknown_terms.height:,})", inside, is_open=True))
    parts.append(folded_lines("Columns that the mapping does not name", _unnamed(report)))
    parts.append(folded_lines("Columns that are not there", _missing(report)))
    parts.append(folded_lines("To bring in more, say", report.questions(), is_open=True))
    return card(headline(report), [verdict(report), *_left_out(report), *_beside(report)], "".join(parts), width=72)


def _files(files: Sequence[FileCounts]) -> Iterator[str]:
    for file in files:
        told = [_of(file.rows, "row"), *_came_in(file)]
        yield f"  {file.name} ({file.kind}): {', '.join([*told, *_notes(file)])}"


def _came_in(file: FileCounts) -> Iterator[str]:
    """Yield what of a file came in."""
    counts = ((file.contacts_in, "contact"), (file.companies, "company"), (file.interactions_in, "interaction"))
    yield from (_of(number, word) for number, word in counts if number)


def _notes(file: FileCounts) -> Iterator[str]:
    """Yield which rows of a file bring nothing, or more than one interaction, and how it was read."""
    for number, word in ((file.contacts_refused, "contact"), (file.interactions_refused, "interaction")):
        if number:
            yield f"{_of(number, word)} refused"
    for number, word in ((file.contacts_same, "contact"), (file.interactions_same, "interaction")):
        if number:
            yield f"{_of(number, word)} the same as of another row"
    if file.interactions_shared:
        yield f"{file.interactions_shared:,} of the interactions since rows are about several contacts"
    if file.left_out:
        yield f"{file.left_out:,} left out by the mapping"
    if file.skipped:
        yield f"{file.skipped:,} from which nothing follows"
    if file.empty:
        yield f"{file.empty:,} empty"
    yield from file.notes


def _summed(rows: pl.DataFrame) -> Iterator[str]:
    for row in rows.iter_rows(named=True):
        where = f"{row['file']}, {row['column']}" if row["column"] else row["file"]
        yield f"  {row['cases']:>9,}  {said(row['code'])}  ({where}{_at_rows(row)})"
        for found, suggestion in _examples(row):
            yield f"             {found}{f' -> {suggestion}' if suggestion else ''}"


def _at_rows(row: dict[str, Any]) -> str:
    """Return in which rows cases stand; those of a whole column stand in none."""
    return "" if row["row"][0] is None else f"; row {_rows(row['row'], row['cases'])}"


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


def _renamed(report: ImportReport) -> list[str]:
    return [
        f"  {header}  ({file.name})  {hint}" for file in report.files for header, hint in file.missing.items() if hint
    ]


def _not_there(report: ImportReport) -> str | None:
    """Return how many columns are not there of which nothing else is known: most exports have not all of them."""
    number = sum(hint is None for file in report.files for hint in file.missing.values())
    are = "is" if number == 1 else "are"
    return f"{_of(number, 'column')} of the mapping {are} not there: the saved report lists them" if number else None


def _missing(report: ImportReport) -> list[str]:
    found = [(file, header, hint) for file in report.files for header, hint in file.missing.items()]
    found.sort(key=lambda one: one[2] is None)  # those that were perhaps only renamed come first
    return [f"  {header}  ({file.name}){f'  {hint}' if hint else ''}" for file, header, hint in found]


def _file_row(file: FileCounts) -> list[str]:
    return [_two(_file(file.name), ", ".join([file.kind, *_notes(file)])), f"{file.rows:,}", ", ".join(_came_in(file))]


def _together(report: ImportReport) -> Iterator[list[str]]:
    """Yield the sums of the files, where there are several."""
    if len(report.files) > 1:
        rows = sum(file.rows for file in report.files)
        yield ["Together", f"{rows:,}", f"{_of(report.contacts, 'contact')}, {_of(report.interactions, 'interaction')}"]


def _file(name: str) -> str:
    """Return a file by its last name, with the whole one shown over it."""
    last = _SLASHES.split(name)[-1]
    return f"<span title='{escape(name)}'>{escape(last)}</span>"


def _two(first: str, second: str) -> str:
    """Return HTML, and text below it in small letters, both of which are broken where the page is narrow."""
    below = f"<div style='{SMALL}'>{escape(second)}</div>" if second else ""
    return f"<div style='overflow-wrap:anywhere'>{first}{below}</div>"


def _summary_row(row: dict[str, Any]) -> list[str]:
    shown = "<br>".join(escape(f"{found} → {hint}" if hint else found) for found, hint in _examples(row))
    what = f"<div style='overflow-wrap:anywhere'>{escape(said(row['code']))}<div style='{SMALL}'>{shown}</div></div>"
    return [f"{row['cases']:,}", what, _where(row, _at_rows(row).removeprefix("; "))]


def _where(row: dict[str, Any], rows: str) -> str:
    column = f", {escape(row['column'])}" if row["column"] else ""
    return _two(_file(row["file"]) + column, rows)


def _term_row(row: dict[str, Any]) -> list[str]:
    term, rows = escape(row["term"] or ""), f"row {_rows(row['rows'], row['times'])}"
    return [f"{row['times']:,}", _two(term, row["suggestion"] or ""), _where(row, rows)]


_PLURALS: Final = {"company": "companies"}


def _of(number: int, word: str) -> str:
    return f"{number:,} {word if number == 1 else _PLURALS.get(word, f'{word}s')}"
