"""Quotations, purchases, and what customers do afterwards."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.money import Priced
from leadqual.model.values import Number


class QuoteRequested(Interaction):
    """The contact asked for a quotation."""

    kind: Literal["quote_requested"] = "quote_requested"
    product: str | None = Field(default=None, description="The product asked for.")


class QuoteSent(Priced):
    """We sent a quotation."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["quote_sent"] = "quote_sent"
    quote: str | None = Field(default=None, description="The number of the quotation.")
    product: str | None = Field(default=None, description="The product offered.")


class QuoteAccepted(Priced):
    """The contact accepted a quotation."""

    kind: Literal["quote_accepted"] = "quote_accepted"
    quote: str | None = Field(default=None, description="The number of the quotation.")
    product: str | None = Field(default=None, description="The product ordered.")


class QuoteDeclined(Interaction):
    """The contact declined a quotation."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["quote_declined"] = "quote_declined"
    quote: str | None = Field(default=None, description="The number of the quotation.")
    reason: str | None = Field(default=None, description="Why, in the contact's own words.")


class Purchase(Priced):
    """A transaction happened: from now on the contact is a customer."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["purchase"] = "purchase"
    product: str | None = Field(default=None, description="The product bought.")
    order: str | None = Field(default=None, description="The number of the order.")


class ProductUsed(Interaction):
    """The product was used."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["product_used"] = "product_used"
    product: str | None = Field(default=None, description="The product used.")
    feature: str | None = Field(default=None, description="The part of it that was used.")


class LoyaltyJoined(Interaction):
    """The loyalty programme was joined."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["loyalty_joined"] = "loyalty_joined"
    programme: str | None = Field(default=None, description="The name of the programme.")


class ReferralMade(Interaction):
    """The contact recommended us to somebody."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["referral_made"] = "referral_made"
    referred: str | None = Field(default=None, description="The id of the contact who was referred.")


class FeedbackGiven(Interaction):
    """The contact gave an opinion."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["feedback_given"] = "feedback_given"
    score: Number | None = Field(default=None, description="The satisfaction, on the scale that was shown.")
    text: str | None = Field(default=None, description="The opinion in words.")


class ComplaintMade(Interaction):
    """The contact complained."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["complaint_made"] = "complaint_made"
    topic: str | None = Field(default=None, description="What it is about.")
    text: str | None = Field(default=None, description="The complaint in words.")
