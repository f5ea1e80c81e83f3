"""What became of a mutant: a test noticed it, none did, or none ever could."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from leadqual.testing.mutation.compiled import Compiled
from leadqual.testing.mutation.equivalence import proof
from leadqual.testing.mutation.killing.noticing import noticed_by
from leadqual.testing.mutation.killing.suspects import Suspect
from leadqual.testing.mutation.mutant import Mutant
from leadqual.testing.mutation.witness import Witness, Witnesses

Status: TypeAlias = Literal["killed", "survived", "equivalent"]

_PROVED_FIRST: Final = ("on unknown turned", "reordered", "band moved")
"""Changes that often make no difference, which a proof tells sooner than a search."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant.

    Parameters
    ----------
    mutant : Mutant
        The change.
    status : {"killed", "survived", "equivalent"}
        Whether a test noticed it, or it is proved that it makes no difference to any contact.
    by : str or None
        The test that noticed it.
    because : str or None
        The proof.
    witness : Witness or None
        Of one that survived: the test that is missing.
    """

    mutant: Mutant
    status: Status
    by: str | None = None
    because: str | None = None
    witness: Witness | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON."""
        mutant = self.mutant
        told: dict[str, Any] = {
            "id": mutant.id, "status": self.status, "operator": mutant.operator, "path": mutant.path,
            "rule": mutant.rule, "before": mutant.before, "after": mutant.after or None,
            "by": self.by, "because": self.because,
        }  # fmt: skip
        return told if self.status != "survived" else {**told, "witness": self.witness and self.witness.as_case()}


class Judge:
    """Finds out what becomes of the mutants of one policy.

    Parameters
    ----------
    suspects : list of Suspect
        The tests.
    witnesses : Witnesses or None
        Finds the tests that are missing; None if nobody wants them.
    """

    def __init__(self, suspects: list[Suspect], witnesses: Witnesses | None) -> None:
        self._suspects = suspects
        self._witnesses = witnesses

    def fate(self, mutant: Mutant) -> Fate:
        """Return what becomes of a mutant."""
        compiled = Compiled(mutant.policy)
        by = noticed_by(mutant, compiled, self._suspects)
        if by is not None:
            return Fate(mutant, "killed", by=by)
        if self._witnesses is None:
            because = proof(mutant)
            return Fate(mutant, "survived") if because is None else Fate(mutant, "equivalent", because=because)
        return self._searched(mutant, compiled, self._witnesses)

    def _searched(self, mutant: Mutant, compiled: Compiled, witnesses: Witnesses) -> Fate:
        """Look for a witness a little, then for a proof, then for a witness as long as it is worth."""
        if mutant.operator not in _PROVED_FIRST:
            witness = witnesses.of(mutant, compiled, quickly=True)
            if witness is not None:
                return Fate(mutant, "survived", witness=witness)
        because = proof(mutant)
        if because is not None:
            return Fate(mutant, "equivalent", because=because)
        return Fate(mutant, "survived", witness=witnesses.of(mutant, compiled))
