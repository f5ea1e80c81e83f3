"""Text for people, in the two languages of the library: English and Indonesian."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from leadqual.model.base import Model
from leadqual.outreach.rules.base import Language

_Sentence = Annotated[str, Field(min_length=1)]


class Words(Model):
    """A text in English and in Indonesian; a text alone is taken for both.

    Examples
    --------
    >>> goal = Words(en="Close the deal.", id="Menutup transaksi.")
    >>> str(goal), goal.told("id")
    ('Close the deal.', 'Menutup transaksi.')
    >>> Words.model_validate("Menutup transaksi.").en
    'Menutup transaksi.'
    """

    en: _Sentence = Field(description="In English.")
    id: _Sentence = Field(description="In Indonesian.")

    @model_validator(mode="before")
    @classmethod
    def _in_one_language(cls, value: Any) -> Any:
        return {"en": value, "id": value} if isinstance(value, str) else value

    def told(self, language: Language) -> str:
        """Return the text in a language."""
        return self.id if language == "id" else self.en

    def __str__(self) -> str:
        return self.en
