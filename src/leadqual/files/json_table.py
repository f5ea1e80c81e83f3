"""JSON lines as rows: one object a line, nested or with dotted names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leadqual.errors import InputError, LeadqualError, Place, Problem, shown
from leadqual.files.encoding import encoding_problem, open_bytes
from leadqual.files.row import RawRow, Table


@dataclass
class JsonTable(Table):
    """A file with one JSON object a line."""

    _progress: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        with open_bytes(self.name) as handle:
            if not any(line.strip() for line in handle):
                hint = "write one JSON object a line"
                raise InputError(Problem("empty-file", "the file is empty", Place(self.name, 1), hint=hint))

    @property
    def columns(self) -> None:
        return None

    def done(self) -> float:
        return self._progress

    def rows(self) -> Iterator[RawRow]:
        with open_bytes(self.name) as handle:
            size, position = max(1, handle.seek(0, 2)), 0
            handle.seek(0)
            for number, raw in enumerate(handle, 1):
                position += len(raw)
                self._progress = position / size
                mark = "utf-8-sig" if number == 1 else "utf-8"
                text = raw.decode(mark, "surrogateescape").strip()
                if text:
                    yield self._row(number, text)

    def _row(self, number: int, text: str) -> RawRow:
        try:
            problem = encoding_problem(text, "UTF-8")
            if problem is None:
                return RawRow(number, parsed_object(text), text)
            problems: tuple[Problem, ...] = (problem,)
        except LeadqualError as error:
            problems = error.problems
        return RawRow(number, {}, text, tuple(problem.at(source=self.name, line=number) for problem in problems))


def parsed_object(text: str) -> dict[str, Any]:
    """Return the JSON object that a text holds; raise `InputError` if it holds something else."""
    value = parsed(text)
    if not isinstance(value, dict):
        raise InputError(Problem("wrong-type", "this is no JSON object", Place(), shown(value), "an object: {...}"))
    return value


def parsed(text: str) -> Any:
    """Return the JSON value that a text holds; refuse NaN, keys given twice, and what is too deep to read."""
    try:
        return json.loads(text, parse_constant=_not_finite, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place, found = Place(column=error.colno), shown(text[max(0, error.pos - 10) : error.pos + 30])
        hint = "write one whole JSON object a line"
        raise InputError(Problem("bad-json", f"this is not JSON: {error.msg}", place, found, hint=hint)) from None
    except RecursionError:
        raise InputError(Problem("bad-json", "the JSON is nested too deep", found=shown(text))) from None
    except LeadqualError:
        raise
    except ValueError as error:  # a whole number of thousands of digits
        raise InputError(Problem("bad-json", f"this is not JSON: {error}", found=shown(text))) from None


def _not_finite(text: str) -> Any:
    hint = "leave the field out, or write null, where no number is known"
    raise InputError(Problem("finite-number", "the number is not finite", found=text, hint=hint))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        message = f"{shown(repeated)} is there more than once"
        raise InputError(Problem("duplicate-column", message, hint="leave one of them"))
    return found
