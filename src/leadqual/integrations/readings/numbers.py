"""Numbers, with the separators of any country where they have one reading."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from sys import float_info
from typing import Final

import polars as pl

from leadqual.errors import InputError, Problem
from leadqual.files.numbers import COMMA, POINT, text_number
from leadqual.integrations.readings.base import AT, CELL, Cells, by_distinct

_PLAIN: Final = r"^-?(0|[1-9][0-9]{0,99})(\.([0-9]{1,2}|[0-9]{4,}))?$"
"""Digits, with decimals that nobody could take for thousands."""
_DIGITS: Final = r"^-?(0|[1-9][0-9]{0,99})$"
_SPACES: Final = re.compile(r"[\s\u00a0\u202f'’](?=\d{3}(\D|$))")
_MANY_COMMAS: Final = re.compile(r"-?\d{1,3}(,\d{3}){2,}(\.\d*)?|-?\d{1,3}(,\d{3})+\.\d*")
_MANY_POINTS: Final = re.compile(r"-?\d{1,3}(\.\d{3}){2,}(,\d*)?|-?\d{1,3}(\.\d{3})+,\d*")
_COMMA_ALONE: Final = re.compile(r"-?\d+,(\d{1,2}|\d{4,})")
_CLOCK: Final = re.compile(r"(\d+):([0-5]\d):([0-5]\d)(\.\d+)?")
_LARGEST: Final = 2**53


def read_numbers(cells: pl.Series, decimal: str | None, times: float | None) -> Cells:
    """Return numbers."""
    return _read(cells, decimal, number_of, times)


def read_durations(cells: pl.Series, decimal: str | None, times: float | None) -> Cells:
    """Return lengths of time in seconds, from ``0:03:25`` or a number of seconds."""
    return _read(cells, decimal, _seconds, times)


def read_whole(cells: pl.Series, decimal: str | None, times: float | None) -> Cells:
    """Return whole numbers."""

    def whole(text: str) -> int:
        number = number_of(text, decimal) * (times or 1)
        if int(number) != number or abs(number) > _LARGEST:
            raise InputError(Problem("bad-number", "this is no whole number", hint="digits alone"))
        return int(number)

    return by_distinct(cells, pl.Int64(), whole)


def _read(
    cells: pl.Series, decimal: str | None, read: Callable[[str, str | None], float], times: float | None
) -> Cells:
    """Read the plain numbers at once, and each other distinct text by itself."""
    frame = cells.to_frame(CELL)
    form = _DIGITS if decimal == COMMA else _PLAIN
    plain = frame.select(pl.when(pl.col(CELL).str.contains(form)).then(CELL).cast(pl.Float64)).to_series()
    others = frame.select(pl.when(plain.is_null()).then(CELL).alias(CELL)).to_series()
    values = plain
    refused = by_distinct(others.head(0), pl.Float64(), float).refused
    if others.null_count() < others.len():
        slow = by_distinct(others, pl.Float64(), lambda text: float(read(text, decimal)))
        values, refused = plain.fill_null(slow.values), slow.refused
    return Cells((values * times if times else values).rename(cells.name), refused.select(AT, "code", "hint"))


@lru_cache(maxsize=65_536)
def number_of(text: str, decimal: str | None) -> float:
    """Return the number that a text writes, where it can be read in one way.

    Raises
    ------
    InputError
        ``ambiguous-number`` for ``1.234`` unless `decimal` says which it is; ``bad-number``.

    Examples
    --------
    >>> number_of("1.234.567,89", None), number_of("1,234.5", None), number_of("12,5", None)
    (1234567.89, 1234.5, 12.5)
    >>> number_of("1.234", "comma")
    1234
    """
    plain = _SPACES.sub("", text.strip())
    sign = decimal
    if sign is None and _MANY_COMMAS.fullmatch(plain):
        sign = POINT
    elif sign is None and (_MANY_POINTS.fullmatch(plain) or _COMMA_ALONE.fullmatch(plain)):
        sign = COMMA
    try:
        number = text_number(plain, sign)
    except InputError as error:
        problem = error.problems[0]
        hint = problem.hint and problem.hint.replace("--decimal", "decimal")
        raise InputError(replace(problem, hint=hint)) from None
    if abs(number) > float_info.max:
        raise InputError(Problem("finite-number", "the number is too large", hint="leave the cell empty"))
    return number


def _seconds(text: str, decimal: str | None) -> float:
    clock = _CLOCK.fullmatch(text.strip())
    if clock is None:
        return number_of(text, decimal)
    return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3]) + float(clock[4] or 0)
