"""What contacts do on the site, with published material, at events and on social networks."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.values import Seconds


class PageViewed(Interaction):
    """A page of the site was looked at."""

    kind: Literal["page_viewed"] = "page_viewed"
    path: str = Field(description="The path of the page, such as /pricing.")
    seconds: Seconds | None = Field(
        default=None, description="How long it was looked at.", json_schema_extra={"unit": "s"}
    )


class FormSubmitted(Interaction):
    """A form was filled in and sent."""

    kind: Literal["form_submitted"] = "form_submitted"
    form: str | None = Field(default=None, description="The name of the form.")


class OfferFormSubmitted(Interaction):
    """A form that answers an offer was filled in and sent."""

    kind: Literal["offer_form_submitted"] = "offer_form_submitted"
    offer: str | None = Field(default=None, description="The name of the offer.")


class NewsletterSubscribed(Interaction):
    """The newsletter was joined."""

    kind: Literal["newsletter_subscribed"] = "newsletter_subscribed"
    newsletter: str | None = Field(default=None, description="Which newsletter.")


class NewsletterUnsubscribed(Interaction):
    """The newsletter was left."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["newsletter_unsubscribed"] = "newsletter_unsubscribed"
    newsletter: str | None = Field(default=None, description="Which newsletter.")
    reason: str | None = Field(default=None, description="Why, in the contact's own words.")


class WhitepaperDownloaded(Interaction):
    """A whitepaper was downloaded."""

    kind: Literal["whitepaper_downloaded"] = "whitepaper_downloaded"
    title: str | None = Field(default=None, description="The title of the whitepaper.")


class CaseStudyViewed(Interaction):
    """A case study was read."""

    kind: Literal["case_study_viewed"] = "case_study_viewed"
    title: str | None = Field(default=None, description="The title of the case study.")


class WebinarRegistered(Interaction):
    """A place in a webinar was taken."""

    kind: Literal["webinar_registered"] = "webinar_registered"
    title: str | None = Field(default=None, description="The title of the webinar.")


class WebinarAttended(Interaction):
    """A webinar was attended."""

    kind: Literal["webinar_attended"] = "webinar_attended"
    title: str | None = Field(default=None, description="The title of the webinar.")
    minutes: float | None = Field(
        default=None, strict=True, ge=0, description="How long the contact stayed.", json_schema_extra={"unit": "min"}
    )


class EventAttended(Interaction):
    """The contact came to a fair, a conference or another event."""

    kind: Literal["event_attended"] = "event_attended"
    event: str | None = Field(default=None, description="The name of the event.")
    city: str | None = Field(default=None, description="Where it took place.")


class SocialEngaged(Interaction):
    """The contact liked, shared, followed or commented on a social network."""

    kind: Literal["social_engaged"] = "social_engaged"
    network: str | None = Field(default=None, description="The network, such as instagram.")
    action: str | None = Field(default=None, description="What was done, such as like, share, follow or comment.")


class SocialMentioned(Interaction):
    """The contact wrote about us on a social network."""

    kind: Literal["social_mentioned"] = "social_mentioned"
    network: str | None = Field(default=None, description="The network, such as instagram.")
    text: str | None = Field(default=None, description="What was written.")
