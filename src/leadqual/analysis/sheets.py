"""Reports for people, made of titled tables: aligned text for a terminal, and HTML for notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Final

from leadqual.cards.frame import BAD, GOOD, SMALL, framed, heading
from leadqual.errors import cut

CI: Final = "% CI"
"""How the heading of an interval ends; it stands close to the value before it."""
_NUMBER: Final = re.compile(r"-|[-+]?[\d.,]+%?(-[\d.,]+)?")
_LEAST: Final = 12
"""No column of names is cut to less, however narrow the page."""

_SIDES: Final = "overflow-x:auto"
_TABLE: Final = "border:0;border-collapse:collapse;font-size:.9em;margin:.2rem 0"
_CELL: Final = "border:0;padding:.1em .9em .1em 0;vertical-align:top"
_COLOURS: Final = {"+ ": f"color:{GOOD}", "- ": f"color:{BAD}"}
_LONG: Final = 26
"""Texts longer than this may be broken into lines; intervals and instants to the minute are shorter."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled part of a report.

    Parameters
    ----------
    title : str
        What it is about.
    lines : sequence of str
        What is said before the table. A line that begins with ``+`` or ``-`` tells of what came or went, one that
        begins with spaces belongs to the line above it.
    columns : sequence of str
        The headings of its table, if it has one; the first column holds names.
    rows : sequence of sequence of object
        The cells: texts, and whole numbers.
    points : sequence of str
        A list of things to know.
    remarks : sequence of str
        What has to be said below.
    bars : str, optional
        A column of numbers, none negative, that a page draws as bars too.
    """

    title: str
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = ()
    points: Sequence[str] = ()
    remarks: Sequence[str] = ()
    bars: str = ""


def as_text(head: Iterable[str], sheets: Iterable[Sheet], width: int) -> str:
    """Return a report as text that is no wider than `width`.

    Examples
    --------
    >>> print(as_text(["Two stages"], [Sheet("Stages", (), ("stage", "now"), [("lead", 1200), ("mql", 80)])], 80))
    Two stages
    <BLANKLINE>
    Stages
      stage    now
      lead   1,200
      mql       80
    """
    lines = [part for line in head for part in wrapped(line, width)]
    for sheet in sheets:
        lines += ["", *wrapped(sheet.title, width), *_told(sheet, width)]
    return "\n".join(map(_printable, lines))


def _printable(line: str) -> str:
    """Return a line without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _told(sheet: Sheet, width: int) -> Iterator[str]:
    for line in sheet.lines:
        indent = " " * (2 + len(line) - len(line.lstrip()))
        yield from wrapped(line.strip(), width, indent, f"{indent}  ")
    if sheet.columns:
        yield from _aligned(sheet, width)
    for point in sheet.points:
        yield from wrapped(point, width, "- ")
    for remark in sheet.remarks:
        yield from wrapped(remark, width, "  ")


def wrapped(text: str, width: int, mark: str = "", below: str | None = None) -> list[str]:
    """Return a text as lines: after a mark, and then below its beginning or after something else."""
    below = " " * len(mark) if below is None else below
    return wrap(text, width, initial_indent=mark, subsequent_indent=below, break_on_hyphens=False)


def _aligned(sheet: Sheet, width: int) -> Iterator[str]:
    """Yield the lines of a table, names to the left and numbers to the right."""
    right = _numeric(sheet)
    rows = [sheet.columns, *([_shown(cell) for cell in row] for row in sheet.rows)]
    gaps = [1 if name.endswith(CI) else 2 for name in sheet.columns]
    widths = _widths([max(map(len, column)) for column in zip(*rows, strict=True)], right, width - sum(gaps))
    for row in rows:
        told = [
            " " * gap + (cell.rjust(size) if to_right else cut(cell, limit=size).ljust(size))
            for cell, size, gap, to_right in zip(row, widths, gaps, right, strict=True)
        ]
        yield "".join(told).rstrip()


def _widths(wanted: list[int], right: Sequence[bool], room: int) -> list[int]:
    """Return the widths of columns: where there is too little room, the widest names are cut."""
    widths = [*wanted]
    names = [place for place, to_right in enumerate(right) if not to_right]
    while names and sum(widths) > room and max(widths[place] for place in names) > _LEAST:
        widths[max(names, key=lambda place: widths[place])] -= 1
    return widths


def _numeric(sheet: Sheet) -> list[bool]:
    """Return which columns hold numbers, and so stand to the right; the first one holds names."""
    columns = zip(*sheet.rows, strict=True) if sheet.rows else [()] * len(sheet.columns)
    found = [all(isinstance(cell, int) or _NUMBER.fullmatch(str(cell)) for cell in column) for column in columns]
    return [False, *found[1:]]


def _shown(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def as_html(head: Sequence[str], sheets: Iterable[Sheet], *, shown: int | None = None, pictures: str = "") -> str:
    """Return a report as one piece of HTML without scripts, in the colours of the page, light or dark.

    Parameters
    ----------
    head : sequence of str
        What it is a report of, and what is said before all tables.
    sheets : iterable of Sheet
        Its parts.
    shown : int, optional
        How many of them are open to begin with; the others are folded. All by default.
    pictures : str, optional
        HTML that stands between the head and the parts.
    """
    title, *said = head
    parts = [heading(_arrows(title), map(_arrows, said)), pictures]
    for place, sheet in enumerate(sheets):
        name, inside = _html(sheet.title), _inside(sheet)
        if shown is None or place < shown:
            parts.append(f"<div style='margin-top:.7rem'><strong>{name}</strong>{inside}</div>")
        else:
            parts.append(f"<details style='margin-top:.3rem'><summary>{name}</summary>{inside}</details>")
    return framed("".join(parts))


def _inside(sheet: Sheet) -> str:
    lines = "".join(f"<div style='{_line_style(line)}'>{_html(line.strip())}</div>" for line in sheet.lines)
    remarks = "".join(f"<div style='{SMALL}'>{_html(remark)}</div>" for remark in sheet.remarks)
    points = "".join(f"<li>{_html(point)}</li>" for point in sheet.points)
    listed = f"<ul style='margin:.2rem 0;padding-left:1.4em'>{points}</ul>" if points else ""
    return f"{lines}{_table(sheet) if sheet.columns else ''}{listed}{remarks}"


def _line_style(line: str) -> str:
    return "margin-left:1.2em;opacity:.8" if line.startswith(" ") else _COLOURS.get(line[:2], "")


def _table(sheet: Sheet) -> str:
    """Return a table; on a narrow page long texts are broken into lines, and what is wider still is moved sideways."""
    cells = [sheet.columns, *([_shown(cell) for cell in row] for row in sheet.rows)]
    longest = (max(map(len, column)) for column in zip(*cells, strict=True))
    sides = zip(_numeric(sheet), longest, strict=True)
    styles = [_style(to_right=to_right, long=size > _LONG) for to_right, size in sides]
    rows = [_row("td" if place else "th", row, styles) for place, row in enumerate(cells)]
    if sheet.bars:
        column = sheet.columns.index(sheet.bars)
        for row, bar in zip(rows, ["", *_bars([row[column] for row in sheet.rows])], strict=True):
            row.insert(column + 1, f"<td style='{_CELL}'>{bar}</td>")
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<div style='{_SIDES}'><table style='{_TABLE}'>{lines}</table></div>"


def _style(*, to_right: bool, long: bool) -> str:
    space = "normal;min-width:min(18em,30vw)" if long else "nowrap"
    return f"{_CELL};text-align:{'right' if to_right else 'left'};white-space:{space}"


def _bars(cells: Sequence[object]) -> Iterator[str]:
    """Yield a bar for each cell of a column, the longest for the largest number."""
    sizes = [_size(cell) for cell in cells]
    most = max(sizes, default=0.0) or 1.0
    for size in sizes:
        bar = f"height:.7em;margin-top:.35em;width:{100 * size / most:.1f}%;background:{GOOD};border-radius:2px"
        yield f"<div style='width:8em' aria-hidden='true'><div style='{bar}'></div></div>"


def _size(cell: object) -> float:
    """Return the number that a cell tells; 0 where it tells none."""
    found = re.match(r"[\d,]*\.?\d+", str(cell))
    return float(found[0].replace(",", "")) if found else 0.0


def _row(tag: str, cells: Sequence[str], styles: Sequence[str]) -> list[str]:
    return [f"<{tag} style='{style}'>{_html(cell)}</{tag}>" for cell, style in zip(cells, styles, strict=True)]


def _html(text: str) -> str:
    return escape(_arrows(text))


def _arrows(text: str) -> str:
    """Return a text with each arrow as one sign, which no line of HTML ends within."""
    return text.replace(" -> ", " → ")
