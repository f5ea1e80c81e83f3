"""The words that contacts and interactions are described with: one enumeration an idea."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ContactKind(StrEnum):
    """What a contact is."""

    PERSON = "person"
    ORGANISATION = "organisation"


class Role(StrEnum):
    """What a contact is to us; one contact can hold several roles at once.

    `LEAD` and `CUSTOMER` are derived from the history and cannot be declared.
    """

    LEAD = "lead"
    CUSTOMER = "customer"
    PARTNER = "partner"
    EMPLOYEE = "employee"
    SUPPLIER = "supplier"
    INVESTOR = "investor"
    COMPETITOR = "competitor"
    PRESS = "press"
    CANDIDATE = "candidate"
    GOVERNMENT = "government"
    OTHER = "other"

    @property
    def derived(self) -> bool:
        """Whether the role follows from the history, so that nobody may declare it."""
        return self in DERIVED_ROLES


DERIVED_ROLES: Final = frozenset({Role.LEAD, Role.CUSTOMER})


class Seniority(StrEnum):
    """How much a person can decide."""

    ENTRY = "entry"
    SPECIALIST = "specialist"
    MANAGER = "manager"
    DIRECTOR = "director"
    VP = "vp"
    C_LEVEL = "c_level"
    OWNER = "owner"


class Source(StrEnum):
    """Where a contact came from."""

    MARKET_RESEARCH = "market_research"
    EMAIL_LIST = "email_list"
    REFERRAL = "referral"
    CUSTOMER_REFERRAL = "customer_referral"
    WEB_FORM = "web_form"
    WEB_SEARCH = "web_search"
    TV_AD = "tv_ad"
    RADIO_AD = "radio_ad"
    ONLINE_AD = "online_ad"
    PRINT_AD = "print_ad"
    EARLIER_CAMPAIGN = "earlier_campaign"
    EVENT = "event"
    TRADE_FAIR = "trade_fair"
    SOCIAL = "social"
    PARTNER = "partner"
    COLD_CALL = "cold_call"
    INBOUND_CALL = "inbound_call"
    WALK_IN = "walk_in"
    CONVERTED_PROSPECT = "converted_prospect"
    OTHER = "other"


class Channel(StrEnum):
    """The way on which people reach each other, digital or voice or neither.

    `VOICE` is a person on the phone; a recorded or artificial voice is `PRERECORDED`, for which other laws hold.
    """

    VOICE = "voice"
    PRERECORDED = "prerecorded"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"
    MESSENGER = "messenger"
    TELEGRAM = "telegram"
    LINE = "line"
    X = "x"
    LINKEDIN = "linkedin"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    EMAIL = "email"
    WEB = "web"
    CHAT = "chat"
    APP = "app"
    FAX = "fax"
    POST = "post"
    IN_PERSON = "in_person"
    TV = "tv"
    RADIO = "radio"
    PRINT = "print"


class Direction(StrEnum):
    """Who began: the contact (inbound) or we (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallOutcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    CALLBACK_REQUESTED = "callback_requested"
    APPOINTMENT_SET = "appointment_set"
    PROMISE_TO_PAY = "promise_to_pay"
    REFUSED = "refused"
    DO_NOT_CALL = "do_not_call"
    WRONG_NUMBER = "wrong_number"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    INVALID_NUMBER = "invalid_number"
    DROPPED = "dropped"
    ABANDONED = "abandoned"

    @property
    def reached(self) -> bool:
        """Whether the call was a conversation with the contact."""
        return self in _REACHED


_REACHED: Final = frozenset(
    {
        CallOutcome.ANSWERED,
        CallOutcome.INTERESTED,
        CallOutcome.NOT_INTERESTED,
        CallOutcome.CALLBACK_REQUESTED,
        CallOutcome.APPOINTMENT_SET,
        CallOutcome.PROMISE_TO_PAY,
        CallOutcome.REFUSED,
        CallOutcome.DO_NOT_CALL,
    }
)


class Purpose(StrEnum):
    """What a contact is reached for; consent is given for a purpose."""

    MARKETING = "marketing"
    TELEMARKETING = "telemarketing"
    TELECOLLECTION = "telecollection"
    SURVEY = "survey"
    CHARITY = "charity"
    POLITICAL = "political"
    SERVICE = "service"


class ConsentMeans(StrEnum):
    """How a consent, its withdrawal or a do-not-call request was given."""

    WRITTEN = "written"
    WEB_FORM = "web_form"
    DOUBLE_OPT_IN = "double_opt_in"
    EMAIL = "email"
    MESSAGE = "message"
    VERBAL_RECORDED = "verbal_recorded"
    VERBAL = "verbal"
    IN_PERSON = "in_person"
    IMPORTED = "imported"
    OTHER = "other"
