"""Arguments read one after the other, so that everything that is wrong with them is told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from leadqual.errors import InputError, LeadqualError, Problem

T = TypeVar("T")


class Attempts:
    """Reads arguments one after the other, and tells at the end what is wrong with any of them."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._errors: set[type[LeadqualError]] = set()

    def __call__(self, source: str, read: Callable[..., T], *given: Any) -> T:
        """Return what was read of an argument; None, which nobody may use, where something is wrong with it."""
        try:
            return read(*given)
        except LeadqualError as error:
            self._errors.add(type(error))
            self._problems.extend(problem.at(source=problem.place.source or source) for problem in error.problems)
            return None  # type: ignore[return-value] # what was read is not used once there is a problem

    def end(self) -> None:
        """Raise one error with every problem, if there is one; an `InputError` where they are of several types."""
        if self._problems:
            raise (self._errors.pop() if len(self._errors) == 1 else InputError)(self._problems)
