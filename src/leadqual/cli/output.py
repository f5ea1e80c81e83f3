"""What the command line prints: tables, bars, problems and progress, for people and for programs."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from leadqual.errors import Problem

_SHOWN: Final = 20
_ALIKE: Final = 3
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
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def console(*, stderr: bool = False) -> Console:
    """Return a console; it is plain where the output is no terminal or NO_COLOR is set."""
    return Console(stderr=stderr, theme=_THEME, highlight=False, emoji=False, markup=False)


def clean(text: object) -> str:
    """Return text from a file so that it cannot steer the terminal."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), str(text))


def say(text: str = "", style: str | None = None) -> None:
    """Print a line for people."""
    console().print(Text(clean(text), style or ""), soft_wrap=True)


def note(text: str) -> None:
    """Print a remark beside the result, where it does not mix with it."""
    console(stderr=True).print(Text(clean(text), "note"), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a value as JSON for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, default=str) + "\n")


def print_problems(problems: Sequence[Problem], *, warning: bool = False) -> None:
    """Print problems to the standard error: the first ones in full, and how many more there are of each sort."""
    out = console(stderr=True)
    kinds: Counter[tuple[Any, ...]] = Counter()
    shown = 0
    for problem in problems:
        sort = (problem.code, problem.place.source, problem.place.path)
        kinds[sort] += 1
        if kinds[sort] <= _ALIKE and shown < _SHOWN:
            shown += 1
            out.print(_problem_text(problem, warning=warning), soft_wrap=True)
    if shown < len(problems):
        what, style = ("warnings", "note") if warning else ("problems", "bad")
        out.print(Text(f"{len(problems):,} {what} in all, {shown} of them shown:", style), soft_wrap=True)
        for (code, source, path), number in kinds.most_common(_SHOWN):
            where = " ".join(str(part) for part in (source, path) if part)
            out.print(Text(clean(f"  {number:>9,}  {code}  {where}")), soft_wrap=True)
        if len(kinds) > _SHOWN:
            out.print(Text(f"  and {len(kinds) - _SHOWN} more sorts; --json lists all of them"), soft_wrap=True)


def _problem_text(problem: Problem, *, warning: bool) -> Text:
    place = str(problem.place)
    text = Text()
    if place:
        text.append(f"{clean(place)}: ", "name")
    code = (f"warning [{problem.code}] ", "note") if warning else (f"[{problem.code}] ", "bad")
    text.append(*code).append(clean(problem.message))
    for label in ("found", "expected", "hint"):
        if said := getattr(problem, label):
            text.append(f"\n    {label}: ", "hint" if label == "hint" else "").append(clean(said))
    return text


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
    """Print a table; the columns named in `wide` share the room that is left, and wrap.

    Where the output is no terminal, nothing wraps: one row is one line, however long.
    """
    out = console()
    out.print(Text(f"\n{title}", "title"))
    if not out.is_terminal:
        for line in _aligned([columns, *rows]):
            out.print(Text(line), soft_wrap=True)
        return
    table = Table(box=None, header_style="title", pad_edge=False, padding=(0, 2, 0, 0), expand=bool(wide))
    for column in columns:
        table.add_column(column, overflow="fold", ratio=1 if column in wide else None)
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    out.print(table)


def _aligned(rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows of cells as lines in which every column begins at one place."""
    cells = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


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
    out.print(Text(f"\n{title}", "title"))
    for place, card in enumerate(cards, 1):
        out.print(Text.assemble(f"{place:>3}  ", (clean(card.id), "name"), f"  {clean(card.who)}"), soft_wrap=True)
        out.print(Text(f"     {clean(card.where)}", "note"), soft_wrap=True)
        for why in card.why:
            out.print(Text(f"     - {clean(why)}"), soft_wrap=True)


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
