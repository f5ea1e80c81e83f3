"""The column ``cleared``: which fields a profile update set to missing, which an empty cell cannot say."""

from __future__ import annotations

from typing import Any

from leadqual.errors import Place, Problem, shown
from leadqual.files.assemble import Assembled
from leadqual.model.profile import CLEARED


def add_cleared(made: Assembled) -> None:
    """Put the fields that a row names as set to missing among its changes."""
    names = made.data.pop(CLEARED, None)
    if names is None:
        return
    place = Place(path=made.headers[CLEARED])
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        expected = "a list of names of fields, such as country"
        made.problems.append(Problem("wrong-type", "these are no names", place, shown(names), expected))
        return
    changes: Any = made.data.setdefault("changes", {}) if names else None
    if not isinstance(changes, dict):
        return  # the model says what is wrong with it
    made.headers.setdefault("changes", made.headers[CLEARED])
    for name in names:
        field = name.removeprefix("contact.")
        if changes.get(field) is not None:
            message, hint = f"the field {field!r} has a new value and is cleared", "leave out one of the two"
            made.problems.append(Problem("duplicate-field", message, place, shown(name), hint=hint))
        else:
            changes[field] = None


def under_cleared(problem: Problem, made: Assembled) -> Problem:
    """Return the problem of a field under the column ``cleared`` if the row names the field there."""
    header, field = made.headers.get(CLEARED), (problem.place.path or "").removeprefix("contact.")
    is_cleared = header is not None and made.data["changes"].get(field, problem) is None
    return problem.at(path=header) if is_cleared else problem
