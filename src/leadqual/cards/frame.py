"""The frame and the heading of every card in a notebook, and the pieces that cards are made of.

A card is plain HTML without scripts. It has no background and no colour of text of its own, so that it follows the
page, light or dark; colours are for marks, can be told from both, and say nothing that words do not say too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

_FRAME: Final = (
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;border:1px solid #8888;border-radius:8px;"
    "padding:.8rem 1rem;margin:.2rem 0;box-sizing:border-box"
)

GOOD: Final = "#2a9d62"
"""What adds, or is allowed."""
BAD: Final = "#d0603f"
"""What takes away, or is denied."""
WAIT: Final = "#b97d10"
"""What has to wait, or wants to be looked at."""

SMALL: Final = "opacity:.75;font-size:.9em"
"""The style of what is said in small letters."""

CODE: Final = "font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere"
"""The style of conditions and names."""

CELL: Final = "border:0;background:none;padding:.1em .9em .1em 0;vertical-align:top;white-space:normal"
"""The style of a cell; pages of notebooks have styles of their own for tables."""

_TABLE: Final = "border:0;border-collapse:collapse;margin:.2rem 0;font-size:inherit;background:none;color:inherit"
_CHIP: Final = (
    "display:inline-block;border:1px solid #8888;border-radius:1em;padding:0 .6em;margin:0 .3em .2em 0;font-size:.85em"
)


def framed(inside: str, width: int = 60) -> str:
    """Return a card around some HTML; its width is counted in letters of the page."""
    return f"<div style='{_FRAME};max-width:{width}rem'>{inside}</div>"


def heading(title: str, said: Iterable[str] = ()) -> str:
    """Return a title, and below it in small letters what is said.

    Examples
    --------
    >>> heading("Tests & more")
    "<div style='font-size:1.15em'><strong>Tests &amp; more</strong></div>"
    """
    below = "".join(f"<div style='{SMALL}'>{escape(line)}</div>" for line in said if line)
    return f"<div style='font-size:1.15em'><strong>{escape(title)}</strong></div>{below}"


def card(title: str, said: Iterable[str], inside: str = "", width: int = 60) -> str:
    """Return a card: a title, what is said below it in small letters, and more."""
    return framed(heading(title, said) + inside, width)


def text_card(text: str) -> str:
    """Return a report that was made for a terminal as a card: its first line is the title."""
    title, _, rest = text.partition("\n")
    return framed(heading(title) + (as_written(rest.strip("\n")) if rest else ""))


def as_written(text: str) -> str:
    """Return text in letters of one width, line by line as it is."""
    style = "font-family:ui-monospace,monospace;font-size:.93em;margin:.2rem 0;padding:0;white-space:pre-wrap"
    return f"<pre style='{style};background:none;color:inherit'>{escape(text)}</pre>"


def chip(text: str) -> str:
    """Return a word in a small frame of its own."""
    return f"<span style='{_CHIP}'>{escape(text)}</span>"


def folded(title: str, inside: str, *, is_open: bool = False) -> str:
    """Return something under a title that opens it."""
    opened = " open" if is_open else ""
    summary = f"<summary style='cursor:pointer'>{escape(title)}</summary>"
    return (
        f"<details{opened} style='margin-top:.3rem'>{summary}<div style='margin:.2rem 0 .4rem'>{inside}</div></details>"
    )


def listed(items: Iterable[str]) -> str:
    """Return pieces of HTML as a list."""
    points = "".join(f"<li style='overflow-wrap:anywhere'>{item}</li>" for item in items)
    return f"<ul style='margin:.2rem 0;padding-left:1.3em'>{points}</ul>"


def folded_lines(title: str, lines: Sequence[str], *, is_open: bool = False, most: int | None = None) -> str:
    """Return lines under a title with their number, the first of them if there are too many; nothing if none.

    Examples
    --------
    >>> folded_lines("Notes", []), folded_lines("Notes", ["a", "b", "c"], most=1).count("and 2 more")
    ('', 1)
    """
    if not lines:
        return ""
    first = lines[:most]
    more = [f"and {len(lines) - len(first):,} more"] if len(first) < len(lines) else []
    return folded(f"{title} ({len(lines):,})", listed(map(escape, [*first, *more])), is_open=is_open)


def facts(rows: Iterable[tuple[str, str, str]]) -> str:
    """Return a table of what is known: a name, the HTML of its value, and what is shown over the name.

    Examples
    --------
    >>> facts([]), "<td" in facts([("at", "<b>now</b>", "When it happened.")])
    ('', True)
    """
    cells = "".join(
        f"<tr style='background:none'><td style='{CELL};text-align:left;opacity:.75;white-space:nowrap'"
        f"{f' title={_quoted(why)}' if why else ''}>{escape(name)}</td>"
        f"<td style='{CELL};text-align:left;overflow-wrap:anywhere'>{value}</td></tr>"
        for name, value, why in rows
    )
    return f"<table style='{_TABLE}'>{cells}</table>" if cells else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> str:
    """Return a table of pieces of HTML under headings; some of its columns stand to the right."""
    sides = dict.fromkeys(right, "right")
    lines = [_line("th", [escape(name) for name in columns], sides), *(_line("td", row, sides) for row in rows)]
    return f"<div style='overflow-x:auto'><table style='{_TABLE}'>{''.join(lines)}</table></div>"


def _line(tag: str, cells: Sequence[str], sides: dict[int, str]) -> str:
    inside = "".join(
        f"<{tag} style='{CELL};text-align:{sides.get(place, 'left')}'>{cell}</{tag}>"
        for place, cell in enumerate(cells)
    )
    return f"<tr style='background:none'>{inside}</tr>"


def code(text: str) -> str:
    """Return a condition or a name as it is written."""
    return f"<span style='{CODE}'>{escape(text)}</span>"


def _quoted(text: str) -> str:
    return f"'{escape(text)}'"
