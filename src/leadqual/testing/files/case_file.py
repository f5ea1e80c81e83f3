"""A file of cases, and running one of them with its line told where it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from leadqual.cards.frame import card, folded_lines
from leadqual.errors import InputError, LeadqualError, Place
from leadqual.lifecycle.policy import Policy
from leadqual.policy.source import Source
from leadqual.testing.case import Case
from leadqual.testing.files.places import located
from leadqual.testing.outcome import Outcome
from leadqual.testing.running import run


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases.

    Parameters
    ----------
    path : Path
        The file.
    policy : str or None
        The policy that it names: one that ships, or a path from the folder of the file.
    cases : tuple of Case
        The cases, what the file says for all of them filled in.
    source : Source
        The document, which knows its lines.
    """

    path: Path
    policy: str | None
    cases: tuple[Case, ...]
    source: Source = field(repr=False)

    def _repr_html_(self) -> str:
        names = folded_lines("Cases", [case.name for case in self.cases], is_open=True)
        return card(self.path.name, [f"tests of {self.policy}" if self.policy else "tests of a policy"], names)

    def place(self, number: int) -> Place:
        """Return where a case begins, of which the first has the number 0.

        Parameters
        ----------
        number : int
            Which case of the file, from 0.
        """
        return self.source.locate(("cases", number))

    def run(self, number: int, policy: Policy) -> Outcome:
        """Return what comes of a case; raise `InputError` with file and line if the case itself is wrong.

        Parameters
        ----------
        number : int
            Which case of the file, from 0.
        policy : Policy
            The policy.
        """
        try:
            return run(policy, self.cases[number])
        except LeadqualError as error:
            problems = [located(problem, number, self.source) for problem in error.problems]
            raise InputError(sorted(problems, key=lambda one: (one.place.line or 0, one.place.column or 0))) from None
