"""The report as text: what is covered by counts, what is not in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Final
from unicodedata import combining, east_asian_width

from leadqual.testing.coverage.items import SECTIONS, Item
from leadqual.testing.words import cases_of, printable, share_of

if TYPE_CHECKING:
    from leadqual.testing.coverage.report import CoverageReport

_TITLES: Final = {
    "rules": "Rules",
    "atoms": "Parts of conditions (atoms)",
    "boundaries": "Thresholds (boundaries)",
    "transitions": "Transitions",
    "stages": "Stages",
    "grades": "Grades",
}
_LEAST: Final = 40
_WAYS_ROOM: Final = 32
_TEXT_ROOM: Final = 84
"""On a wide page the columns stay near each other."""


def as_text(report: CoverageReport, width: int) -> Iterator[str]:
    """Return the lines of a report, none wider than a page."""
    return map(printable, _lines(report, max(width, _LEAST)))


def _lines(report: CoverageReport, width: int) -> Iterator[str]:
    head = f"Coverage of {report.policy} by {cases_of(report.cases)}: {report.share}"
    yield from wrap(f"{head} ({report.seen:,} of {report.asked:,})", width)
    yield ""
    yield from _summary(report)
    yield from _remarks(report, width)
    if report.cases == 0:
        yield ""
        yield "No case was run, so nothing is covered."
        return
    for name in SECTIONS:
        missing = [item for item in report.section(name) if item.missing]
        if missing:
            yield ""
            yield f"{_TITLES[name]}, not covered"
            yield from _section(report.section(name), width)


def _summary(report: CoverageReport) -> Iterator[str]:
    rows = [(name, report.section(name)) for name in SECTIONS]
    counted = [
        (name, sum(len(one.seen) for one in items), sum(len(one.asked) for one in items)) for name, items in rows
    ]
    size = max(len(f"{asked:,}") for _, _, asked in counted)
    for name, seen, asked in counted:
        if asked:
            yield f"  {name:<12}{seen:>{size + 1},} of {asked:>{size},}  {share_of(seen, asked):>8}"


def _remarks(report: CoverageReport, width: int) -> Iterator[str]:
    sides = [near for item in report.items for near in item.near]
    if sides and not all(sides):
        count = "1 side" if len(sides) == 1 else f"{len(sides):,} sides"
        told = f"Thresholds were tried from {count}, from {sum(sides):,} of them within one step."
        yield from wrap(told, width, initial_indent="  ", subsequent_indent="  ")
    if report.impossible:
        ways = "1 way is" if report.impossible == 1 else f"{report.impossible:,} ways are"
        told = f"{ways} left out: it is proved that no contact could show {'it' if report.impossible == 1 else 'them'}."
        yield from wrap(told, width, initial_indent="  ", subsequent_indent="  ")


def _section(items: Sequence[Item], width: int) -> Iterator[str]:
    """Yield what is missing of a section, place by place; a place of which nothing was seen in one line."""
    rows: list[tuple[str, str]] = []
    for place, group in groupby(items, key=lambda item: item.place):
        found = list(group)
        missing = [item for item in found if item.missing]
        if place and missing and len(found) > 1 and not any(item.seen for item in found):
            rows.append((place, "never looked at"))
            continue
        if place and missing:
            rows.append((place, ""))
        rows += [(("  " if place else "") + item.text, _wanted(item)) for item in missing]
    yield from _table(rows, width)


def _wanted(item: Item) -> str:
    wanted = ", ".join(item.missing)
    below, above = item.nearest
    if "at" in item.missing and (below is not None or above is not None):
        tried = " and ".join(f"{value:.6g}" for value in (below, above) if value is not None)
        return f"{wanted} (nearest {tried})"
    return wanted


def _table(rows: Sequence[tuple[str, str]], width: int) -> Iterator[str]:
    """Yield two columns, each wrapped where it has too little room."""
    right = min(max(_size(ways) for _, ways in rows), max(_WAYS_ROOM, width // 3), width // 2)
    longest = max((_size(text) for text, ways in rows if ways), default=0)
    left = min(longest, width - right - 4, _TEXT_ROOM)
    for text, ways in rows:
        indent = " " * (len(text) - len(text.lstrip()))
        if not ways:
            yield from wrap(text, width, initial_indent=f"  {indent}", subsequent_indent="    ")
            continue
        texts = _wrapped(text.strip(), left, indent)
        told = wrap(ways, right)
        for line in range(max(len(texts), len(told))):
            name = texts[line] if line < len(texts) else ""
            said = told[line] if line < len(told) else ""
            yield f"  {name}{' ' * (left - _size(name))}  {said}".rstrip()


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    """Return a text as lines; ``at 15`` at its end is kept together."""
    whole = re.sub(r" at (\S+)$", "\0at\0\\1", text)
    lines = wrap(whole, width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _size(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)
