"""What is raised where a property does not hold."""

from __future__ import annotations

from collections.abc import Iterable

from leadqual.proofs.scenario import Scenario


class PropertyFailed(AssertionError):
    """A property does not hold; its text says what is wrong, and for which contact.

    Attributes
    ----------
    name : str
        The property.
    said : str
        What is wrong.
    witness : Scenario or None
        The smallest contact that was found to show it; its text can be pasted into a test file.
    """

    def __init__(self, name: str, of: str, said: str, witness: Scenario | None = None) -> None:
        self.name, self.of, self.said, self.witness = name, of, said, witness
        super().__init__(name, of, said, witness)

    def __str__(self) -> str:
        """Return what is wrong, and the contact that shows it as YAML."""
        told = f"{self.name} does not hold for {self.of}: {self.said}"
        return told if self.witness is None else f"{told}\n\nGiven\n{_indented(str(self.witness))}"


class PropertiesFailed(AssertionError):
    """Several properties were tried, and some do not hold.

    Attributes
    ----------
    failures : tuple of PropertyFailed
        Each property that does not hold, with its witness.
    """

    def __init__(self, failures: Iterable[PropertyFailed]) -> None:
        self.failures = tuple(failures)
        super().__init__(self.failures)

    def __str__(self) -> str:
        """Return each property that does not hold, one below the other."""
        return "\n\n".join(map(str, self.failures))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())
