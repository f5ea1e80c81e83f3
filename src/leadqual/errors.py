"""What goes wrong, said so that the reader can put it right.

Everything that leadqual raises on purpose is a `LeadqualError`; where the standard library expects a
`ValueError`, `KeyError` or `TypeError`, it is that too::

    LeadqualError
    ├── InputError (ValueError)            contacts, interactions, arguments and files
    │   └── LateInteraction                the history is not what a standing saw
    ├── ConditionError (ValueError)        a condition that cannot be read or does not fit
    ├── PolicyError (ValueError)           a policy document with problems
    ├── EvaluationError (TypeError)        a value of the wrong type met at run time
    ├── UnknownNameError (KeyError)        a score, stage or policy that does not exist
    ├── UnsupportedError (NotImplementedError)   an engine that lacks a capability
    ├── TransitionRefused                  a move that the policy does not allow
    └── MissingDependency (ImportError)    an optional package that is not installed
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from leadqual._suggest import did_you_mean
from leadqual.cards.shown import Shown

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Place(Shown):
    """Where a problem is.

    Parameters
    ----------
    source : str, optional
        A file, or the name of an argument.
    line, column : int, optional
        Counted from 1.
    path : str, optional
        The way into a document or record, such as ``scores.fit.rules[2].when``.
    rule : str, optional
        The id of the rule or transition concerned.
    """

    source: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None
    rule: str | None = None

    def __str__(self) -> str:
        """Return the place as ``file:line:column (rule 'id') path``, leaving out what is not known."""
        position = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        rule = f"(rule {self.rule!r})" if self.rule else None
        return " ".join(part for part in (position, rule, self.path) if part)


@dataclass(frozen=True, slots=True)
class Problem(Shown):
    """One thing that is wrong: what, where, what was found, what was expected, and what to do.

    Parameters
    ----------
    code : str
        A stable name for programs, such as ``"unknown-field"``.
    message : str
        One sentence for people.
    place : Place
        Where it is.
    found, expected, hint : str, optional
        What stood there, what could have, and the way to mend it.
    """

    code: str
    message: str
    place: Place = Place()
    found: str | None = None
    expected: str | None = None
    hint: str | None = None

    def at(self, **known: Any) -> Problem:
        """Return the same problem with more known of its place.

        Parameters
        ----------
        **known : object
            Fields of `Place` by name: source, line, column, path, rule.
        """
        return replace(self, place=replace(self.place, **known))

    def __str__(self) -> str:
        """Return the problem as indented lines for a terminal."""
        place = str(self.place)
        lines = [f"{place}: [{self.code}] {self.message}" if place else f"[{self.code}] {self.message}"]
        lines += [f"    {label}: {text}" for label in ("found", "expected", "hint") if (text := getattr(self, label))]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, str | int]:
        """Return the problem as plain data for JSON, without what is not known."""
        flat = {
            "code": self.code,
            "message": self.message,
            "source": self.place.source,
            "line": self.place.line,
            "column": self.place.column,
            "path": self.place.path,
            "rule": self.place.rule,
            "found": self.found,
            "expected": self.expected,
            "hint": self.hint,
        }
        return {name: value for name, value in flat.items() if value is not None}


class LeadqualError(Exception):
    """The root of everything that leadqual raises on purpose.

    Parameters
    ----------
    problems : Problem or iterable of Problem
        Everything that was found wrong, in the order of its place.

    Attributes
    ----------
    code : str
        The code of the first problem.
    problems : tuple of Problem
        All problems.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    @property
    def code(self) -> str:
        return self.problems[0].code if self.problems else "unknown"

    def __str__(self) -> str:
        """Return every problem (the first fifty when there are more), one below the other."""
        return describe(self.problems)


class InputError(LeadqualError, ValueError):
    """A contact, an interaction, an argument or a file that cannot be used as it is."""


class LateInteraction(InputError):
    """The history given is not the one that a standing was made from.

    Attributes
    ----------
    contacts : tuple of str
        The contacts of which that is so; only tables name them.
    """

    contacts: tuple[str, ...] = ()


class ConditionError(LeadqualError, ValueError):
    """A condition that cannot be read, or that does not fit the names and types it uses."""


class PolicyError(LeadqualError, ValueError):
    """A policy document with problems; all of them are listed."""


class EvaluationError(LeadqualError, TypeError):
    """A value of the wrong type met while a condition was evaluated."""


class UnknownNameError(LeadqualError, KeyError):
    """A score, grade, stage, policy or kind that does not exist."""

    __str__ = LeadqualError.__str__


class UnsupportedError(LeadqualError, NotImplementedError):
    """A capability that an engine lacks, with the reason."""


class TransitionRefused(LeadqualError):
    """A move that the policy does not allow from where the contact stands."""


class MissingDependency(LeadqualError, ImportError):
    """An optional package that is needed here and not installed."""


def describe(problems: Sequence[Problem]) -> str:
    """Return the problems as text: all of them, or the first fifty and how many more there are."""
    lines = [str(problem) for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"... and {len(problems) - _SHOWN} more problems")
    if len(problems) > 1:
        lines.insert(0, f"{len(problems)} problems:")
    return "\n".join(lines)


def shown(value: object, *, limit: int = 80) -> str:
    """Return `value` as it is shown under *found*: its repr, cut at `limit` characters."""
    try:
        text = repr(value)
    except Exception:  # a foreign __repr__ may fail in any way; the error at hand matters more
        text = f"<{type(value).__name__}>"
    return cut(text, limit=limit)


def cut(text: str, *, limit: int = 80) -> str:
    """Return `text`, or where it is longer than `limit` characters its beginning and an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def unreadable_file(name: str, error: Exception) -> Problem:
    """Return the problem of a file that cannot be opened, with the name that was probably meant."""
    hint = "check the name and the folder that it is read from"
    if isinstance(error, IsADirectoryError):
        hint = "this is a folder; name a file in it"
    elif isinstance(error, PermissionError):
        hint = "ask for the right to read the file"
    elif isinstance(error, FileNotFoundError) and Path(name).parent.is_dir():
        hint = did_you_mean(Path(name).name, sorted(os.listdir(Path(name).parent))) or hint  # noqa: PTH208
    reason = getattr(error, "strerror", None) or str(error)
    return Problem("unreadable-file", f"the file cannot be read: {reason}", Place(name), hint=hint)


def path_text(parts: Iterable[str | int]) -> str:
    """Return a path such as ``rules[2].when`` from its parts."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
