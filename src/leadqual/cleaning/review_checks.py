"""What stands in a review, read strictly: every row that says something else is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from leadqual._suggest import did_you_mean
from leadqual.cleaning.decisions import DIFFERENT, SAME, Decided
from leadqual.errors import InputError, Place, Problem, cut, shown

_NEEDED: Final = ("left", "right", "decision")
_MEANT: Final = {
    "yes": SAME, "y": SAME, "ya": SAME, "true": SAME, "1": SAME, "merge": SAME, "sama": SAME, "duplicate": SAME,
    "no": DIFFERENT, "n": DIFFERENT, "tidak": DIFFERENT, "false": DIFFERENT, "0": DIFFERENT, "beda": DIFFERENT,
    "keep": DIFFERENT, "distinct": DIFFERENT,
}  # fmt: skip
"""What people write in place of the two words; a hint says what they mean."""
_FORMULA: Final = ("=", "+", "-", "@")


def check_columns(table: pl.DataFrame, source: str) -> None:
    """Raise `InputError` with every column that a review needs and that is missing."""
    if absent := [name for name in _NEEDED if name not in table.columns]:
        found = cut(", ".join(table.columns))
        raise InputError(
            Problem("missing-column", f"the column {name!r} is missing", Place(source), found,
                    hint=did_you_mean(name, table.columns)) for name in absent
        )  # fmt: skip


def decided_rows(table: pl.DataFrame, source: str, lines: Sequence[int]) -> tuple[Decided, ...]:
    """Return the rows with a decision; raise `InputError` with every row that cannot be understood."""
    check_columns(table, source)
    decided: list[Decided] = []
    problems: list[Problem] = []
    keeps = table["keep"].to_list() if "keep" in table.columns else [None] * table.height
    cells = zip(table["left"].to_list(), table["right"].to_list(), table["decision"].to_list(), keeps, strict=True)
    for number, (left, right, word, keep) in enumerate(cells):
        row = lines[number] if lines else number + 1
        one, other, kept = (_text(cell) for cell in (left, right, keep))
        place = Place(source, row)
        if not one or not other or one == other:
            message, expected = "this row does not name two contacts", "the ids of two contacts"
            problems.append(Problem("bad-decision", message, place, f"{shown(left)}, {shown(right)}", expected))
            continue
        text = str(word or "").strip().casefold()
        if text in (SAME, DIFFERENT):
            decided.append(Decided(one, other, text, row, kept or None))
        elif text:
            problems.append(_other_word(word, text, place))
    if problems:
        raise InputError(problems)
    return tuple(decided)


def _text(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _other_word(word: Any, text: str, place: Place) -> Problem:
    meant = _MEANT.get(text)
    hint = f"write {meant}" if meant else did_you_mean(text, (SAME, DIFFERENT))
    message, expected = "this is no decision", "same, different, or nothing"
    return Problem("bad-decision", message, place.__class__(place.source, place.line, path="decision"), shown(word),
                   expected, hint)  # fmt: skip
