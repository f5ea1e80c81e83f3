"""Overdue invoices, payments, promises and plans to pay, disputes, and cases that are handed on."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.money import Owed, Priced
from leadqual.model.time import Instant
from leadqual.model.values import Count


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
    days_overdue: Count | None = Field(
        default=None,
        description="How late it was; 0 if it came in time, or pays nothing that was overdue.",
        json_schema_extra={"unit": "days"},
    )


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


class PaymentPlanAgreed(Owed):
    """We and the contact agreed on a plan to pay in instalments."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["payment_plan_agreed"] = "payment_plan_agreed"
    invoice: str | None = Field(default=None, description="The number of the invoice, if it is about one alone.")
    instalments: Count | None = Field(default=None, description="How many payments were agreed.")
    until: Instant | None = Field(default=None, description="The instant by which the last one is to be here.")


class DebtReduced(Owed):
    """We gave up a part of a debt or all of it: a credit note, a discount for paying at once, a settlement."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["debt_reduced"] = "debt_reduced"
    invoice: str | None = Field(default=None, description="The number of the invoice.")
    reason: str | None = Field(default=None, description="Why we did.")


class DebtDisputed(Priced):
    """The contact says that a debt, or a part of it, is not owed."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["debt_disputed"] = "debt_disputed"
    invoice: str | None = Field(default=None, description="The number of the invoice.")
    reason: str | None = Field(default=None, description="Why the contact says so.")


class DisputeSettled(Interaction):
    """A dispute about a debt came to an end, whoever was right."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["dispute_settled"] = "dispute_settled"
    invoice: str | None = Field(default=None, description="The number of the invoice.")
    dispute: str | None = Field(default=None, description="The id of the interaction with the dispute.")


class CollectionNoticeSent(Interaction):
    """We sent the notice in writing that the law wants before or at the beginning of collecting a debt."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["collection_notice_sent"] = "collection_notice_sent"
    debt: str | None = Field(default=None, description="The debt it is about, such as the number of an invoice.")


class CaseEscalated(Interaction):
    """A person handed the debts of the contact on: to a lawyer, an agency, the management."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["case_escalated"] = "case_escalated"
    to: str | None = Field(default=None, description="To whom, in a word of your own.")
    reason: str | None = Field(default=None, description="Why.")


class CaseReturned(Interaction):
    """Debts that had been handed on came back to our own desk."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["case_returned"] = "case_returned"
    reason: str | None = Field(default=None, description="Why.")
