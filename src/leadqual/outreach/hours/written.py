"""Reads weeks: the hours of a document, and texts such as ``mon-fri 12:00-14:00``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from leadqual.errors import InputError, Place, Problem, path_text, shown
from leadqual.outreach.hours.times import SHORT, Days, Span, Unreadable, bad, clock, merged, span, weekdays

_EXPECTED: Final = 'a mapping such as {"mon-fri": ["09:00", "21:30"], "sat-sun": ["10:00", "18:00"]}'
_SPANS: Final = 'two times (["08:00", "21:00"]) or several pairs of them ([["08:00", "12:00"], ["13:00", "18:00"]])'
_TEXT: Final = 'days, times or both, such as "mon-fri 12:00-14:00" or "sun"'
_DASH: Final = re.compile(r"\s*[-\u2010-\u2015\u2212]\s*")
_APART: Final = re.compile(r"[\s,]+")


def read_hours(written: Any) -> Days:
    """Return the spans of each weekday that a document writes; raise `InputError` with all that is wrong."""
    if not isinstance(written, Mapping) or not written:
        raise InputError(Problem("bad-hours", "hours must say when", Place(), shown(written), _EXPECTED))
    problems: list[Problem] = []
    named: dict[int, Any] = {}
    days: list[tuple[Span, ...]] = [()] * 7
    for name, value in written.items():
        try:
            numbers = weekdays(name)
        except Unreadable as error:
            problems.append(error.problem.at(path=str(name)))
            continue
        spans, wrong = _spans(str(name), value)
        problems += wrong
        problems += [_twice(str(name), number, named[number]) for number in numbers if number in named][:1]
        for number in numbers:
            named[number], days[number] = name, spans
    if problems:
        raise InputError(problems)
    return tuple(days)


def _twice(name: str, number: int, before: str) -> Problem:
    message = f"{SHORT[number]} is named twice: by {before!r} and by {name!r}"
    hint = 'list several spans of a day together: "mon": [["08:00", "12:00"], ["13:00", "18:00"]]'
    return Problem("bad-hours", message, Place(path=name), shown(name), "each weekday at most once", hint)


def _spans(name: str, value: Any) -> tuple[tuple[Span, ...], list[Problem]]:
    pairs = _pairs(value)
    if pairs is None:
        hint = "leave out a day that is closed" if value is None or isinstance(value, str) else None
        wrong = Problem("bad-hours", "hours must be two times", Place(path=name), shown(value), _SPANS, hint)
        return (), [wrong]
    spans: list[Span] = []
    problems: list[Problem] = []
    for number, pair in enumerate(pairs):
        try:
            spans.append(span(*pair))
        except Unreadable as error:
            problems.append(error.problem.at(path=path_text((name, number)) if pair is not value else name))
    problems += [
        Problem(
            "bad-hours", "two spans of a day overlap", Place(path=name), _pair(second), f"a start from {clock(end)}"
        )
        for (_, end), second in pairwise(sorted(spans))
        if second[0] < end
    ]
    return merged(spans), problems


def _pairs(value: Any) -> list[Any] | None:
    """Return the pairs of times that are written, or None if they are none."""
    if not _listed(value):
        return None
    if len(value) == 2 and not any(map(_listed, value)):
        return [value]
    return list(value) if all(_listed(pair) and len(pair) == 2 for pair in value) else None


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _pair(pair: Span) -> str:
    return f"{clock(pair[0])}-{clock(pair[1])}"


def read_texts(texts: str | Iterable[str]) -> Days:
    """Return the spans of each weekday that texts name; raise `InputError` with all that is wrong."""
    days: list[list[Span]] = [[] for _ in range(7)]
    problems: list[Problem] = []
    for place, text in _clauses(texts):
        try:
            for numbers, spans in _read_text(text):
                for number in numbers:
                    days[number] += spans
        except Unreadable as error:
            problems.append(error.problem.at(path=place))
    if problems:
        raise InputError(problems)
    return tuple(map(merged, days))


def _clauses(texts: Any) -> Iterable[tuple[str | None, Any]]:
    if isinstance(texts, str):
        return [(None, clause) for clause in texts.split(";") if clause.strip() or not texts.strip()]
    if not isinstance(texts, Iterable):
        raise InputError(Problem("bad-hours", f"{shown(texts)} names no times", Place(), shown(texts), _TEXT))
    return [(path_text((number,)), clause) for number, text in enumerate(texts) for _, clause in _one(text)]


def _one(text: Any) -> Iterable[tuple[str | None, Any]]:
    return _clauses(text) if isinstance(text, str) else [(None, text)]


def _read_text(text: Any) -> Iterable[tuple[Sequence[int], Sequence[Span]]]:
    """Return the days and spans of a text: times hold for the days before them, days without times are whole."""
    if not isinstance(text, str) or not text.strip():
        raise bad(f"{shown(text)} names no times", text, _TEXT)
    read: list[tuple[list[int], list[Span]]] = [([], [])]
    for word in _APART.split(_DASH.sub("-", text.strip().strip(","))):
        numbers, spans = read[-1]
        if word[:1].isdigit():
            spans.append(_times(word))
        elif word.casefold() != "and":
            if spans:
                numbers, _ = _opened(read)
            numbers += weekdays(word)
    return [(numbers or range(7), spans or [(0, 24 * 60)]) for numbers, spans in read]


def _opened(read: list[tuple[list[int], list[Span]]]) -> tuple[list[int], list[Span]]:
    read.append(([], []))
    return read[-1]


def _times(word: str) -> Span:
    start, dash, end = word.partition("-")
    if not dash:
        raise bad(f"{shown(word)} is no span of times", word, "two times with a hyphen between, such as 12:00-14:00")
    return span(start, end)
