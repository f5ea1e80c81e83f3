"""Where in a file of cases something stands that is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from leadqual.errors import Problem, path_text
from leadqual.policy.source import Source
from leadqual.policy.wording import reworded

COMMON: Final = ("contact", "at", "time_zone")
"""What a file says once for all of its cases."""

_OF_KEYS: Final = ("unknown-field", "unknown-score", "unknown-grade", "unknown-rule")


def located(problem: Problem, number: int | None, source: Source) -> Problem:
    """Return a problem of a case, or of the file if `number` is None, with its line and column.

    Parameters
    ----------
    problem : Problem
        Its path begins in the case.
    number : int or None
        Which case, the first is 0.
    source : Source
        The file.
    """
    text = problem.place.path or ""
    here: tuple[str | int, ...] = () if number is None else ("cases", number)
    data = source.data if number is None else source.data["cases"][number]
    way = _way_into(data, text)
    if number is not None and text.startswith(COMMON):
        common = _way_into({name: source.data[name] for name in COMMON if name in source.data}, text)
        if len(common) > len(way):
            here, way = (), common
    problem = _worded(problem)
    place = source.locate((*here, *way), key=problem.code in _OF_KEYS)
    path = path_text((*here, text) if text else here) or None
    return problem.at(source=place.source, line=place.line, column=place.column, path=path)


def _worded(problem: Problem) -> Problem:
    """Return a problem in which pydantic's words, if there are any, are those for people who write documents."""
    if not problem.message.startswith("Input should"):
        return problem
    if problem.code in ("int-type", "int-parsing", "int-from-float"):
        return replace(problem, message="a whole number belongs here", expected="a whole number such as 250")
    told = reworded(problem)
    return replace(problem, message=told.message, expected=told.expected)


def _way_into(data: Any, text: str) -> tuple[str | int, ...]:
    """Return the keys and indexes along a path, as far as the data go; a key may hold dots itself."""
    way: list[str | int] = []
    while text:
        if isinstance(data, dict):
            begins = [key for key in data if text == key or text.startswith((f"{key}.", f"{key}["))]
            if not begins:
                break
            key: str | int = max(begins, key=len)
            text = text[len(str(key)) :].removeprefix(".")
        else:
            digits, closed, rest = text.removeprefix("[").partition("]")
            if not (isinstance(data, list) and closed and digits.isdecimal() and int(digits) < len(data)):
                break
            key, text = int(digits), rest.removeprefix(".")
        data = data[key]
        way.append(key)
    return tuple(way)
