"""The report: which changes the tests notice, which they do not, and the tests that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadqual.model.standing import PolicyRef
from leadqual.testing.case import Case
from leadqual.testing.mutation.compiled import Compiled
from leadqual.testing.mutation.fate import Fate
from leadqual.testing.mutation.killing.noticing import noticed_by
from leadqual.testing.mutation.killing.suspects import Suspect, suspects_of
from leadqual.testing.mutation.text import as_text
from leadqual.testing.report import Report
from leadqual.testing.words import percent_of, share_of


@dataclass(frozen=True, slots=True)
class MutationReport(Report):
    """Which changes of a policy its tests notice.

    Parameters
    ----------
    policy : PolicyRef
        Name, version and content hash of the policy.
    cases : int
        How many tests were used: those that the policy passes.
    left_out : tuple of str
        The names of the tests that it does not pass; they say nothing about changes.
    fates : tuple of Fate
        Every mutant with what became of it, in the order of the document.
    searched : bool
        Whether the tests that are missing were looked for.
    """

    policy: PolicyRef
    cases: int
    left_out: tuple[str, ...]
    fates: tuple[Fate, ...]
    searched: bool = True

    @property
    def killed(self) -> tuple[Fate, ...]:
        """The mutants that a test noticed."""
        return tuple(fate for fate in self.fates if fate.status == "killed")

    @property
    def survived(self) -> tuple[Fate, ...]:
        """The mutants that no test noticed."""
        return tuple(fate for fate in self.fates if fate.status == "survived")

    @property
    def equivalent(self) -> tuple[Fate, ...]:
        """The mutants that no test could notice, each with the proof; they are not counted."""
        return tuple(fate for fate in self.fates if fate.status == "equivalent")

    @property
    def percent(self) -> float:
        """The share of mutants noticed, from 0 to 100, of those that a test could notice; 100 if there are none."""
        return percent_of(len(self.killed), len(self.killed) + len(self.survived))

    @property
    def share(self) -> str:
        """The share in words, such as ``61.3 %``; rounded down, so that only all of them are 100."""
        return share_of(len(self.killed), len(self.killed) + len(self.survived))

    def missing_cases(self) -> tuple[Case, ...]:
        """Return the tests that are missing: witnesses of mutants that survived, as far as they were found.

        A witness that notices several of them stands for all of them, so there are fewer cases than survivors.
        """
        chosen: list[Case] = []
        suspects: list[Suspect] = []
        for fate in self.survived:
            if fate.witness is None or noticed_by(fate.mutant, Compiled(fate.mutant.policy), suspects) is not None:
                continue
            chosen.append(fate.witness.case)
            suspects += suspects_of(fate.mutant.original, chosen[-1:])[0]
        return tuple(chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "policy": self.policy.model_dump(mode="json"),
            "cases": self.cases,
            "left_out": list(self.left_out),
            "percent": self.percent,
            "killed": len(self.killed),
            "survived": len(self.survived),
            "equivalent": len(self.equivalent),
            "mutants": [fate.to_dict() for fate in self.fates],
        }

    def text(self, width: int = 80) -> str:
        """Return the report as text of a width: the counts, then every survivor with the test that is missing.

        Parameters
        ----------
        width : int, default 80
            How many characters a line may have.
        """
        return "\n".join(as_text(self, width))
