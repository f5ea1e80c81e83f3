"""Going on after a malformed part, so that one reading of a document tells every problem.

A part is held against the others only when it is well formed. So what is malformed is taken out, or replaced by a stub
in its place, round by round, and what is left is checked; problems that only an absence causes are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final, TypeVar

from leadqual.errors import PolicyError, Problem
from leadqual.policy.check import check_policy

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument

P = TypeVar("P", bound="PolicyDocument")
Parts = tuple[str | int, ...]

UNCHECKED: Final = {"unchecked": True}
"""The validation context under which a document is built without being held against its own names."""

_PART: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_INCOMPLETE: Final = ("when-or-each", "when-or-event", "missing-field", "empty", "wrong-option")
_OF_NAMES: Final = ("fields", "interactions", "scores", "scorers", "grades", "stages")
_ROUNDS: Final = 10
_OPTIONS: Final = {
    "rules": ("within", "half_life", "linear", "step", "at_most", "cap", "group", "description"),
    "transitions": ("on_unknown", "description"),
}
_STUBS: Final[dict[str, dict[str, Any]]] = {
    "rules": {"points": 1, "when": "True"},
    "transitions": {"source": "malformed", "target": "malformed_too", "when": "True"},
}
_REPLACED: Final[dict[str, Any]] = {"range": [-1e12, 1e12], "points": 1}


def problems_of_the_rest(cls: type[P], data: dict[str, Any], malformed: Sequence[Problem]) -> list[Problem]:
    """Return the problems between the parts that are well formed, so that one reading tells them all.

    What is malformed is taken out or replaced by a stub, round by round, since a part is held against its own
    rules only when each of its fields is well formed. Problems that only an absence causes are left out.
    """
    data, removed = deepcopy(data), list[Parts]()
    found: list[Problem] = []
    for _ in range(_ROUNDS):
        for problem in malformed:
            removed += _take_out(data, parts_of(problem.place.path), problem.code)
        try:
            problems = check_policy(cls.model_validate(data, context=UNCHECKED))
        except PolicyError as error:
            malformed = error.problems
            found += (problem for problem in malformed if not _caused_by_removal(problem, removed))
        else:
            return [*found, *(problem for problem in problems if not _caused_by_absence(problem, removed))]
    return found


def _caused_by_removal(problem: Problem, removed: Sequence[Parts]) -> bool:
    """Return whether a part is incomplete, or is a stub, only since something was taken out of it."""
    path = parts_of(problem.place.path)
    if problem.code in _INCOMPLETE:
        path = path[:-1] if problem.code == "missing-field" else path
        return any(parts[: len(path)] == path or path[: len(parts)] == parts for parts in removed)
    return any(path[: len(parts)] == parts for parts in removed)


def _caused_by_absence(problem: Problem, removed: Sequence[Parts]) -> bool:
    if problem.code == "duplicate-id":  # a stub keeps the id that was written, and has one of its own otherwise
        return False
    path = parts_of(problem.place.path)
    if any(path[: len(parts)] == parts for parts in removed):
        return True
    lost = {str(parts[1]) for parts in removed if len(parts) == 2 and parts[0] in _OF_NAMES}
    sections = any(parts[0] in _OF_NAMES for parts in removed if len(parts) == 1)
    return (
        bool(lost & set(re.findall(r"\w+", problem.found or "")))
        or (problem.code == "initial-stage" and any(parts[0] == "stages" for parts in removed if len(parts) <= 3))
        or (sections and problem.code.startswith(("unknown-", "no-stages", "circular")))
    )


def _take_out(data: dict[str, Any], path: Parts, code: str) -> list[Parts]:
    """Take out the smallest part that can be done without; return the places of which nothing is known any more."""
    for depth in range(len(path), 1, -1):
        index, owner = path[depth - 1], str(path[depth - 2])
        entries = part_at(data, path[: depth - 1])
        if isinstance(index, int) and owner in _STUBS and isinstance(entries, list) and index < len(entries):
            return _mend(entries, index, path, depth, code)
    if code == "unknown-field":
        _delete(data, path)
        return [path]
    if len(path) == 3 and path[0] in ("scores", "scorers") and path[2] == "range" and code != "missing-field":
        part_at(data, path[:2])["range"] = _REPLACED["range"]
        return [path]
    if path[:1] == ("currency",):
        data["currency"] = {"code": "XXX"}
        return [path[:2]]
    if path == ("name",):
        data["name"] = "malformed"
        return [path]
    _delete(data, path[:2])
    return [path[:2]]


def _mend(entries: list[Any], index: int, path: Parts, depth: int, code: str) -> list[Parts]:
    """Mend one rule or transition: drop an option, replace a number, or put a stub in its place."""
    owner, entry = str(path[depth - 2]), entries[index]
    option = path[depth] if len(path) > depth else None
    if isinstance(entry, dict) and option is not None and option in entry:
        if code == "unknown-field" and len(path) == depth + 1:
            del entry[option]
            return [path]
        if option in _OPTIONS[owner]:
            del entry[option]
            return [path[: depth + 1]]
        if option in _REPLACED:
            entry[option] = _REPLACED[str(option)]
            return [path[: depth + 1]]
    kept = entry.get("id") if isinstance(entry, dict) and option != "id" else None
    entries[index] = {"id": kept if isinstance(kept, str) else f"malformed-{index}", **_STUBS[owner]}
    return [path[:depth]]


def part_at(data: Any, path: Parts) -> Any:
    """Return what stands at a path, or None: a path is text, and a key with a dot in it does not lead back."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _delete(data: Any, path: Parts) -> None:
    owner = part_at(data, path[:-1])
    if path and isinstance(owner, dict):
        owner.pop(path[-1], None)


def parts_of(path: str | None) -> Parts:
    """Return the parts of a path such as ``scores.fit.rules[2].when``."""
    return tuple(int(index) if index else word for index, word in _PART.findall(path or ""))
