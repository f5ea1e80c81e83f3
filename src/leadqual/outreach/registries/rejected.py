"""Lines of lists that cannot surely be read: counted, and the first of them shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from leadqual.errors import InputError, Place, Problem, shown
from leadqual.outreach.registries.numbering import Numbering

KEPT: Final = 50
"""Problems that are kept; more of them help nobody."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The lines of lists that were left out.

    Parameters
    ----------
    count : int
        How many there are.
    problems : tuple of Problem
        The first fifty; none where the registry was opened from a file, which keeps their number alone.
    """

    count: int = 0
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        return self.count


@dataclass(slots=True)
class Rejecting:
    """Lines that are being left out."""

    count: int = 0
    problems: list[Problem] = field(default_factory=list)

    def room(self) -> int:
        """Return how many more problems are kept."""
        return KEPT - len(self.problems)

    def add(self, problem: Problem) -> None:
        """Count a line, and keep its problem if there is room."""
        self.count += 1
        if self.room():
            self.problems.append(problem)

    def done(self, *, skip_bad: bool) -> Rejected:
        """Return what was left out; raise `InputError` if nothing may be."""
        if not self.count or skip_bad:
            return Rejected(self.count, tuple(self.problems))
        if self.count == len(self.problems):
            raise InputError(self.problems)
        hint = "mend the files; skip_bad=True leaves such lines out, and the registry counts them"
        message = f"{self.count:,} lines cannot surely be read; the first of them follow"
        raise InputError([Problem(self.problems[0].code, message, hint=hint), *self.problems[: KEPT - 1]])


def bad_line(text: str, place: Place, numbering: Numbering) -> Problem:
    """Return the problem of a line in which there is no number."""
    examples = "212,5550123 or 2125550123" if numbering.has_area_codes else f"such as {numbering.prefix}1632960001"
    message = "in this line there is no telephone number that can surely be read"
    return Problem("bad-registry-line", message, place, shown(text), examples, _hint(text, numbering))


def _hint(text: str, numbering: Numbering) -> str | None:
    digits = re.sub(r"[^0-9]", "", text)
    if re.search(r"(^|,)\s*[ADad]\s*(,|$)", text):
        return "this looks like a change list; registry.updated(...) reads those"
    if text.strip().startswith("+") and not text.strip().startswith(numbering.prefix):
        return f"this is a number of another country than {numbering.country}"
    if (
        digits
        and numbering.written(f"{numbering.prefix}{digits.removeprefix(str(numbering.calling_code))}") is not None
    ):
        return "write the digits of the number alone, or all of it with + and the country's code"
    if re.search(r"[^\d\s()+.,-]", text):
        return "the list may hold nothing but numbers: take titles and other columns out"
    return None
