"""The answer to a question about every contact at once: proved, disproved by one of them, or left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadqual.cards.frame import text_card
from leadqual.proofs.scenario import Scenario


@dataclass(frozen=True)
class Verdict:
    """Whether something holds for every contact.

    A verdict is true only if it is proved: ``if implies(a, b): ...`` never relies on what was left open.

    Parameters
    ----------
    holds : bool or None
        True if it is proved, False if a contact shows that it does not hold, None if neither was found.
    because : str
        Why.
    witness : Scenario or None
        The contact that shows it, where there is one: its answers were given by the engine that decides.

    Examples
    --------
    >>> print(Verdict(True, "no contact can have such values"))
    proved: no contact can have such values
    >>> bool(Verdict(None, "the search took too long"))
    False
    """

    holds: bool | None
    because: str
    witness: Scenario | None = None

    @property
    def exact(self) -> bool:
        """Whether the question was decided."""
        return self.holds is not None

    def __bool__(self) -> bool:
        return self.holds is True

    def __str__(self) -> str:
        if self.holds is None:
            return f"not decided: {self.because}"
        said = f"{'proved' if self.holds else 'no'}: {self.because}"
        return said if self.witness is None else f"{said}\n{self.witness}".rstrip()

    def _repr_html_(self) -> str:
        return text_card(str(self))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data for JSON; the witness in the words of a test file."""
        witness = None if self.witness is None else self.witness.as_case()
        return {"holds": self.holds, "because": self.because, "witness": witness}
