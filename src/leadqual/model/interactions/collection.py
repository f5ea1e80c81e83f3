"""Overdue invoices, payments, and promises to pay."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.money import Owed, Priced
from leadqual.model.time import Instant


class InvoiceOverdue(Owed):
    """An invoice was not paid in time."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["invoice_overdue"] = "invoice_overdue"
    invoice: str | None = Field(default=None, description="The number of the invoice.")
    days_overdue: int | None = Field(
        default=None, strict=True, ge=0, description="How late it was then.", json_schema_extra={"unit": "days"}
    )


class PaymentReceived(Owed):
    """A payment came in."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["payment_received"] = "payment_received"
    invoice: str | None = Field(default=None, description="The number of the invoice it pays.")


class PromiseToPay(Owed):
    """The contact promised to pay."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["promise_to_pay"] = "promise_to_pay"
    invoice: str | None = Field(default=None, description="The number of the invoice.")
    due: Instant | None = Field(default=None, description="The instant by which the money is to be here.")


class PromiseBroken(Priced):
    """A promise to pay was not kept."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["promise_broken"] = "promise_broken"
    invoice: str | None = Field(default=None, description="The number of the invoice.")
    promise: str | None = Field(default=None, description="The id of the interaction with the promise.")
