"""What the reports of coverage and of mutation have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

from leadqual.cards.frame import text_card
from leadqual.model.standing import PolicyRef

_HTML_WIDTH: Final = 100


class Report(ABC):
    """How thorough the tests of a policy are."""

    __slots__ = ()

    policy: PolicyRef

    @property
    @abstractmethod
    def percent(self) -> float:
        """The share that was reached, from 0 to 100."""

    @property
    @abstractmethod
    def share(self) -> str:
        """The share in words."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""

    @abstractmethod
    def text(self, width: int = 80) -> str:
        """Return the report as text of a width.

        Parameters
        ----------
        width : int, default 80
            How many characters a line may have.
        """

    def __str__(self) -> str:
        """Return the report as text for a terminal of 80 columns."""
        return self.text()

    def _repr_html_(self) -> str:
        return text_card(self.text(_HTML_WIDTH))
