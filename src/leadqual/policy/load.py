"""From a document to a policy, or to every problem of it with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leadqual.errors import PolicyError, Problem
from leadqual.policy.check import check_policy
from leadqual.policy.declare import declared_fields, declared_interactions
from leadqual.policy.source import Source

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument

P = TypeVar("P", bound="PolicyDocument")
Parts = tuple[str | int, ...]

UNCHECKED: Final = {"unchecked": True}
"""The validation context under which a document is built without being held against its own names."""

_PART: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_AT_THE_KEY: Final = ("unknown-field", "already-declared")
_STUBS: Final[dict[str, dict[str, Any]]] = {
    "rules": {"points": 1, "when": "True"},
    "transitions": {"source": "_", "target": "__", "when": "True"},
}


def load_policy(cls: type[P], source: Source, *, contact: Any = None, interactions: Iterable[Any] = ()) -> P:
    """Build a policy from a document that was read; raise `PolicyError` with every problem at its line."""
    if not isinstance(source.data, dict):
        found, expected = type(source.data).__name__, "a mapping that begins with name: and version:"
        problem = Problem("not-a-policy", "the document is no policy", source.locate(()), found, expected)
        raise PolicyError(problem)
    data = {
        **source.data,
        **_merged(source.data, "fields", declared_fields(contact)),
        **_merged(source.data, "interactions", declared_interactions(tuple(interactions))),
    }
    try:
        policy = cls.model_validate(data, context=UNCHECKED)
        problems = check_policy(policy)
    except PolicyError as error:
        problems = [*error.problems, *_problems_of_the_rest(cls, data, error.problems)]
    if problems:
        raise PolicyError(_in_order(_located(problem, source) for problem in problems))
    return policy


def _merged(data: dict[str, Any], name: str, declared: Any) -> dict[str, Any]:
    """Return what classes declare together with what the document declares under the same heading."""
    return {name: {**declared, **(data.get(name) or {})}} if declared else {}


def parts_of(path: str | None) -> Parts:
    """Return the parts of a path such as ``scores.fit.rules[2].when``."""
    return tuple(int(index) if index else word for index, word in _PART.findall(path or ""))


def _located(problem: Problem, source: Source) -> Problem:
    place = source.locate(parts_of(problem.place.path), key=problem.code in _AT_THE_KEY)
    return problem.at(source=place.source, line=place.line, column=place.column)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))


def _problems_of_the_rest(cls: type[P], data: dict[str, Any], malformed: Sequence[Problem]) -> list[Problem]:
    """Return the problems between the parts that are well formed, so that one reading tells them all.

    What is malformed is replaced by a stub in its place; problems that only its absence causes are left out.
    """
    data, removed = deepcopy(data), []
    for problem in malformed:
        removed.append(_take_out(data, parts_of(problem.place.path), problem.code))
    try:
        problems = check_policy(cls.model_validate(data, context=UNCHECKED))
    except PolicyError:
        return []
    lost = {str(parts[-1]) for parts in removed if parts}
    return [problem for problem in problems if not _caused_by_absence(problem, removed, lost)]


def _caused_by_absence(problem: Problem, removed: Sequence[Parts], lost: set[str]) -> bool:
    path = parts_of(problem.place.path)
    if any(path[: len(parts)] == parts for parts in removed):
        return True
    words = set(re.findall(r"\w+", problem.found or ""))
    return bool(words & lost) or (
        problem.code == "initial-stage" and any(parts[0] == "stages" for parts in removed if parts)
    )


def _take_out(data: dict[str, Any], path: Parts, code: str) -> Parts:
    """Remove the smallest part that can do without: a key nobody knows, else the rule, transition or entry."""
    if code == "unknown-field":
        _delete(data, path)
        return path
    for depth in range(len(path), 1, -1):
        stub = _STUBS.get(str(path[depth - 2]))
        if isinstance(path[depth - 1], int) and stub is not None:
            _at(data, path[: depth - 1])[path[depth - 1]] = {"id": f"malformed-{path[depth - 1]}", **stub}
            return path[:depth]
    shortened = path[:2]
    _delete(data, shortened)
    if shortened == ("name",):
        data["name"] = "malformed"
    return shortened


def _at(data: Any, path: Parts) -> Any:
    for part in path:
        data = data[part]
    return data


def _delete(data: Any, path: Parts) -> None:
    try:
        del _at(data, path[:-1])[path[-1]]
    except (KeyError, IndexError, TypeError):
        return  # it is gone already, with another problem of the same part
