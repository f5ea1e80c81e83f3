"""What a static check found: where, what it means, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from leadqual.cards.shown import Shown
from leadqual.errors import Place, Problem
from leadqual.policy.load import located
from leadqual.policy.source import Source
from leadqual.proofs.lint.codes import CODES, Severity
from leadqual.proofs.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Finding(Shown):
    """One thing that a policy allows and its author may not have meant.

    Parameters
    ----------
    code : str
        A stable name for programs, one of those on the page of static checks.
    message : str
        One sentence for people.
    place : Place
        Where it is: the way into the document, the rule or transition, and the line if the policy came from a file.
    proof : str, optional
        Why it is so for every contact.
    witness : Scenario, optional
        A contact that shows it, decided under the policy.
    doubt : str, optional
        What keeps it from being sure, where it is neither proved nor shown.
    found, hint : str, optional
        What stands there, and the way to mend it.
    """

    code: str
    message: str
    place: Place
    proof: str | None = None
    witness: Scenario | None = None
    doubt: str | None = None
    found: str | None = None
    hint: str | None = None

    @property
    def severity(self) -> Severity:
        """``"warning"`` for what is most likely a slip, ``"note"`` for what is worth knowing."""
        return CODES[self.code].severity

    @property
    def exact(self) -> bool:
        """Whether it is proved, or shown by a contact; else it is suspected."""
        return self.proof is not None or self.witness is not None

    def as_problem(self) -> Problem:
        """Return it as a problem, as everything else that is told of a document."""
        return Problem(self.code, self.message, self.place, self.found, None, self.hint)

    def located(self, source: Source) -> Finding:
        """Return it with the line in the document that the policy was read from.

        Parameters
        ----------
        source : Source
            The text that the policy was read from, with its lines.
        """
        return replace(self, place=located(self.as_problem(), source).place)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON, without what is not known."""
        told = {**self.as_problem().as_dict(), "severity": self.severity, "exact": self.exact}
        told |= {label: said for label, said in self.said() if label in ("proof", "suspected")}
        return told if self.witness is None else {**told, "witness": self.witness.as_case()}

    def __str__(self) -> str:
        """Return it as lines for a terminal."""
        place = str(self.place)
        lines = [f"{place}: {self.severity} [{self.code}] {self.message}".removeprefix(": ")]
        lines += [f"    {label}: {said}" for label, said in self.said()]
        if self.witness is not None:
            lines += ["    a contact that shows it:", *(f"      {line}" for line in str(self.witness).splitlines())]
        return "\n".join(lines)

    def said(self) -> list[tuple[str, str]]:
        """Return what is said below the message, each with its label."""
        doubt = None if self.exact else self.doubt or "neither a proof was found nor a contact that shows it"
        labels = (("found", self.found), ("proof", self.proof), ("suspected", doubt), ("hint", self.hint))
        return [(label, said) for label, said in labels if said]
