"""Interactions: one class a kind, in a room for each part of the business.

The classes of the built-in kinds are imported when they are first used (`registry` says why).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadqual.model.interactions.base import CustomInteraction, Interaction
from leadqual.model.interactions.registry import BUILT_IN, CLASSES, parse_interaction

if TYPE_CHECKING:
    from leadqual.model.interactions.calls import (
        CallInbound,
        CallOutbound,
        SurveyAnswered,
    )
    from leadqual.model.interactions.collection import (
        CaseEscalated,
        CaseReturned,
        CollectionNoticeSent,
        DebtDisputed,
        DebtReduced,
        DisputeSettled,
        InvoiceOverdue,
        PaymentPlanAgreed,
        PaymentReceived,
        PromiseBroken,
        PromiseToPay,
    )
    from leadqual.model.interactions.desk import (
        Disqualified,
        ProfileUpdated,
        Reopened,
        SalesAccepted,
        SalesRejected,
    )
    from leadqual.model.interactions.meetings import (
        AppointmentKept,
        AppointmentMissed,
        AppointmentSet,
        DemoAttended,
        DemoRequested,
        PresentationAgreed,
        PresentationAttended,
    )
    from leadqual.model.interactions.messaging import (
        ChatMessage,
        EmailBounced,
        EmailClicked,
        EmailOpened,
        EmailReplied,
        EmailSent,
        InstagramMessage,
        MessageReceived,
        MessageSent,
        WhatsappMessage,
    )
    from leadqual.model.interactions.permission import (
        ConsentGiven,
        ConsentWithdrawn,
        OptedOut,
    )
    from leadqual.model.interactions.sales import (
        ComplaintMade,
        FeedbackGiven,
        LoyaltyJoined,
        ProductUsed,
        Purchase,
        QuoteAccepted,
        QuoteDeclined,
        QuoteRequested,
        QuoteSent,
        ReferralMade,
    )
    from leadqual.model.interactions.web import (
        CaseStudyViewed,
        EventAttended,
        FormSubmitted,
        NewsletterSubscribed,
        NewsletterUnsubscribed,
        OfferFormSubmitted,
        PageViewed,
        SocialEngaged,
        SocialMentioned,
        WebinarAttended,
        WebinarRegistered,
        WhitepaperDownloaded,
    )

__all__ = [
    "BUILT_IN",
    "AppointmentKept",
    "AppointmentMissed",
    "AppointmentSet",
    "CallInbound",
    "CallOutbound",
    "CaseEscalated",
    "CaseReturned",
    "CaseStudyViewed",
    "ChatMessage",
    "CollectionNoticeSent",
    "ComplaintMade",
    "ConsentGiven",
    "ConsentWithdrawn",
    "CustomInteraction",
    "DebtDisputed",
    "DebtReduced",
    "DemoAttended",
    "DemoRequested",
    "DisputeSettled",
    "Disqualified",
    "EmailBounced",
    "EmailClicked",
    "EmailOpened",
    "EmailReplied",
    "EmailSent",
    "EventAttended",
    "FeedbackGiven",
    "FormSubmitted",
    "InstagramMessage",
    "Interaction",
    "InvoiceOverdue",
    "LoyaltyJoined",
    "MessageReceived",
    "MessageSent",
    "NewsletterSubscribed",
    "NewsletterUnsubscribed",
    "OfferFormSubmitted",
    "OptedOut",
    "PageViewed",
    "PaymentPlanAgreed",
    "PaymentReceived",
    "PresentationAgreed",
    "PresentationAttended",
    "ProductUsed",
    "ProfileUpdated",
    "PromiseBroken",
    "PromiseToPay",
    "Purchase",
    "QuoteAccepted",
    "QuoteDeclined",
    "QuoteRequested",
    "QuoteSent",
    "ReferralMade",
    "Reopened",
    "SalesAccepted",
    "SalesRejected",
    "SocialEngaged",
    "SocialMentioned",
    "SurveyAnswered",
    "WebinarAttended",
    "WebinarRegistered",
    "WhatsappMessage",
    "WhitepaperDownloaded",
    "parse_interaction",
]


def __getattr__(name: str) -> Any:
    if name in CLASSES:
        return BUILT_IN[CLASSES[name]]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
