"""What interactions about money share: an amount never stands without its currency."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from leadqual.model.interactions.base import Interaction
from leadqual.model.values import Amount, Currency, refusal


class Priced(Interaction):
    """An interaction with an amount, where one is known. It is no kind of its own."""

    amount: Amount | None = Field(
        default=None, description="How much, in `currency`.", json_schema_extra={"unit": "money"}
    )
    currency: Currency | None = Field(default=None, description="The currency of the amount (ISO 4217).")

    @model_validator(mode="after")
    def _amount_has_currency(self) -> Self:
        if self.amount is not None and self.currency is None:
            raise refusal(
                "missing-currency",
                "the amount has no currency",
                expected="an ISO 4217 code beside the amount",
                hint="add currency='IDR', or whichever it is",
            )
        return self


class Owed(Interaction):
    """An interaction about a debt, whose amount is always known. It is no kind of its own."""

    amount: Amount = Field(description="How much, in `currency`.", json_schema_extra={"unit": "money"})
    currency: Currency = Field(description="The currency of the amount (ISO 4217).")
