"""The words of rules on reaching out: confidence, callers, lines."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from leadqual.model.vocabulary import Channel, Purpose

NOTICE: Final = (
    "Not legal advice: facts gathered from public sources, each with its confidence and the day it was read."
)
"""What every verdict says of itself."""


OWN_POLICY: Final = "library policy, not law"
"""The source of rules that no law asks for."""


class Confidence(StrEnum):
    """How sure a fact is; only the first two may ever allow something."""

    OFFICIAL = "V1"
    """The official text or the regulator's own page was read."""
    SECONDARY = "V2"
    """A secondary source only."""
    UNVERIFIED = "M"
    """From general knowledge, unverified."""
    DISPUTED = "D"
    """Disputed or unsettled."""

    @property
    def verified(self) -> bool:
        """Whether the fact may allow something on its own."""
        return self is Confidence.OFFICIAL or self is Confidence.SECONDARY


class CallerKind(StrEnum):
    """What the one who reaches out is; one firm can be several at once."""

    SELLER = "seller"
    FINANCIAL = "financial"
    CREDITOR = "creditor"
    COLLECTOR = "collector"
    CHARITY = "charity"
    POLITICAL = "political"
    RESEARCHER = "researcher"
    NEWSPAPER = "newspaper"


class LineKind(StrEnum):
    """What kind of telephone line a number belongs to."""

    MOBILE = "mobile"
    LANDLINE = "landline"


class Whom(StrEnum):
    """Whether a number or an address belongs to a business or to a person."""

    BUSINESS = "business"
    PERSON = "person"


EVERYWHERE: Final = "ALL"
"""Stands among the countries of a pack that speaks of contacts of every country."""

TELEPHONE: Final = frozenset({Channel.VOICE, Channel.PRERECORDED, Channel.SMS, Channel.FAX})
"""The channels that a request not to be called is about."""

BY_NUMBER: Final = TELEPHONE | {Channel.WHATSAPP}
"""The channels that need a telephone number."""


def read_as(purpose: Purpose) -> Purpose:
    """Return the purpose whose rules hold: marketing on a channel that reaches somebody is telemarketing."""
    return Purpose.TELEMARKETING if purpose is Purpose.MARKETING else purpose
