"""What the command line prints: tables, bars, problems and progress, for people and for programs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import IO, Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from leadqual.cli.words import one_line
from leadqual.errors import Problem

_SHOWN: Final = 20
_ALIKE: Final = 3
_NARROW: Final = 20
# Colours that can be read on black and on white: no yellow, no white, no dim text for what matters.
_THEME: Final = Theme(
    {
        "title": "bold",
        "bar": "cyan",
        "name": "bold",
        "good": "green",
        "bad": "bold red",
        "hint": "cyan",
        "note": "magenta",
    }
)
_MARK: Final = re.compile(r" *(- |[-+]?[\d.,]+  )")  # what a line of a list begins with
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # The base class ends the program with status 1, which would say that the answer is no.
        _into_nowhere(self.file)


def _into_nowhere(stream: IO[str]) -> None:
    """Let what is still to be written to a closed pipe go nowhere, so that the command ends as if all had been read."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def console(*, stderr: bool = False) -> Console:
    """Return a console; it is plain where the output is no terminal or NO_COLOR is set."""
    return _Console(stderr=stderr, theme=_THEME, highlight=False, emoji=False, markup=False)


def clean(text: object) -> str:
    """Return text from a file so that it cannot steer the terminal."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), str(text))


def say(text: str = "", style: str | None = None, *, whole: bool = False) -> None:
    """Print lines for people; with `whole` none of them is broken, so that it can be copied."""
    out = console()
    for line in clean(text).split("\n"):
        if whole:
            out.print(Text(line, style or ""), soft_wrap=True)
        else:
            _flow(out, Text(line, style or ""))


def note(text: str) -> None:
    """Print a remark beside the result, where it does not mix with it."""
    _flow(console(stderr=True), Text(clean(text), "note"))


def _flow(out: Console, line: Text, *, hang: int = 0) -> None:
    """Print a line; a terminal that is too narrow breaks it between words, and what follows is indented below it."""
    if not out.is_terminal or line.cell_len <= out.width:
        out.print(line, soft_wrap=True)
        return
    mark = _MARK.match(line.plain)
    indent = mark.end() if mark else len(line.plain) - len(line.plain.lstrip())
    hang = hang if not indent else indent if mark else indent + 2
    start = line[:indent]
    for part in line[indent:].wrap(out, max(_NARROW, out.width - hang)):
        part.rstrip()
        out.print(start + part, soft_wrap=True)
        start = Text(" " * hang)


def print_json(value: Any) -> None:
    """Print a value as JSON for programs; instants are in ISO 8601."""
    write_out(json.dumps(value, ensure_ascii=True, default=_plain) + "\n")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def write_out(text: str) -> None:
    """Write a text to the standard output; if whoever reads it has enough, the rest of the output goes nowhere."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _into_nowhere(sys.stdout)


def print_problems(problems: Sequence[Problem]) -> None:
    """Print problems to the standard error: the first ones in full, and how many more there are of each sort."""
    out = console(stderr=True)
    kinds: Counter[tuple[Any, ...]] = Counter()
    shown, few = 0, len(problems) <= _SHOWN
    for problem in problems:
        sort = (problem.code, problem.place.source, problem.place.path)
        kinds[sort] += 1
        if (few or kinds[sort] <= _ALIKE) and shown < _SHOWN:
            shown += 1
            for line in _problem_text(problem).split("\n"):
                _flow(out, line, hang=2)
    if shown < len(problems):
        out.print(
            Text(f"{len(problems):,} problems in all, {shown} of them shown; --json lists all:", "bad"), soft_wrap=True
        )
        for (code, source, path), number in kinds.most_common(_SHOWN):
            where = " ".join(str(part) for part in (source, path) if part)
            out.print(Text(clean(f"  {number:>9,}  {code}  {where}")), soft_wrap=True)
        if len(kinds) > _SHOWN:
            out.print(Text(f"  and {len(kinds) - _SHOWN} more sorts"), soft_wrap=True)


def _problem_text(problem: Problem) -> Text:
    labels = (("found", problem.found), ("expected", problem.expected), ("hint", problem.hint))
    said = [(label, text) for label, text in labels if text]
    return told(problem, f"[{problem.code}]", "bad", said)


def told(problem: Problem, sort: str, style: str, said: Iterable[tuple[str, str]]) -> Text:
    """Return a problem as text: where it is, of which sort in a style, its message, and below what is said of it."""
    place = str(problem.place)
    text = Text()
    if place:
        text.append(f"{clean(place)}: ", "name")
    text.append(f"{sort} ", style).append(clean(problem.message))
    for label, words in said:
        text.append(f"\n    {label}: ", "hint" if label == "hint" else "").append(clean(words))
    return text


def print_texts(texts: Iterable[Text], *, stderr: bool = True) -> None:
    """Print texts, mostly to the standard error; their lines are broken between words where the terminal is narrow."""
    out = console(stderr=stderr)
    for text in texts:
        for line in text.split("\n"):
            _flow(out, line, hang=2)


def print_bars(title: str, counts: Mapping[str, int]) -> None:
    """Print a count for each name, with a bar that shows its share."""
    out = console()
    most, total = max(counts.values(), default=0), sum(counts.values())
    width = max(len(name) for name in counts) if counts else 0
    room = max(8, min(60, out.width - width - 20))
    block = "█" if (out.encoding or "").lower().startswith("utf") else "#"
    out.print(Text(f"\n{title}", "title"))
    for name, number in counts.items():
        bar = block * (max(1, round(room * number / most)) if number else 0)
        share = number / total if total else 0.0
        out.print(
            Text.assemble((f"  {clean(name):<{width}} ", "name"), f"{number:>7,} {share:>6.1%} ", (bar, "bar")),
            soft_wrap=True,
        )


def print_not_appeared(number: int) -> None:
    """Print how many contacts stand at no stage yet, if there are any."""
    if number:
        verb = "contact had" if number == 1 else "contacts had"
        say(f"  {number:,} {verb} not appeared yet: no interaction and no created_at by then.")


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, wide: Sequence[str] = ()
) -> None:
    """Print a table; the columns named in `wide` wrap where the room ends, and numbers stand to the right.

    Where the output is no terminal, nothing wraps: one row is one line, however long.
    """
    out = console()
    out.print(Text(f"\n{title}", "title"))
    if not out.is_terminal:
        for line in _aligned([columns, *rows]):
            out.print(Text(line), soft_wrap=True)
        return
    table = Table(box=None, header_style="title", pad_edge=False, padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        number = any(isinstance(row[place], int) for row in rows)
        table.add_column(column, overflow="fold", no_wrap=column not in wide, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    out.print(table)


def _aligned(rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows of cells as lines in which every column begins at one place."""
    cells = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    right = [any(isinstance(cell, int) for cell in column) for column in zip(*rows, strict=True)]
    return ["  ".join(starmap(_padded, zip(row, widths, right, strict=True))).rstrip() for row in cells]


def _padded(cell: str, width: int, right: bool) -> str:
    room = " " * (width - cell_len(cell))
    return room + cell if right else cell + room


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed of one lead: its id, who it is, where it stands, and why."""

    id: str
    who: str
    where: str
    why: Sequence[str]


def print_cards(title: str, cards: Sequence[Card]) -> None:
    """Print leads one below the other, which reads well at every width."""
    out = console()
    if not cards:
        say("\nNo lead is open.")
        return
    out.print(Text(f"\n{title}", "title"))
    for place, card in enumerate(cards, 1):
        _flow(out, Text.assemble(f"{place:>3}  ", (clean(one_line(card.id)), "name"), f"  {clean(one_line(card.who))}"))
        _flow(out, Text(f"     {clean(card.where)}", "note"))
        for why in card.why:
            _flow(out, Text(f"     - {clean(why)}"))


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Watch]:
    """Show progress on the standard error while a block runs, if that is a terminal."""
    out = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=out, transient=True, disable=quiet or not out.is_terminal) as progress:
        yield Watch(progress)


class Watch:
    """Tells a progress bar how far each of several works has come.

    Parameters
    ----------
    progress : Progress
        The bar.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, name: str, done: float) -> None:
        """Show that a work has come from 0 to `done`, where 1 is its end."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(clean(name), total=1.0)
        self._progress.update(self._tasks[name], completed=done)
