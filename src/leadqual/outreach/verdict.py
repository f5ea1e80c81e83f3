"""A verdict: whether a contact may be reached, with every rule that was asked and the law it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from leadqual.lifecycle.explain import known_zone
from leadqual.model.later import LaterModel
from leadqual.model.time import Instant
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.card import verdict_card
from leadqual.outreach.explain import explanation
from leadqual.outreach.judge.finding import Effect
from leadqual.outreach.names import known_language
from leadqual.outreach.rules.base import Language
from leadqual.outreach.rules.words import NOTICE, Confidence


class Reason(LaterModel):
    """What one rule said."""

    code: str = Field(description="A stable name for programs, such as OUTSIDE_HOURS.")
    effect: Effect = Field(description="deny, allow, or note, which decides nothing.")
    rule: str = Field(description="The id of the rule.")
    jurisdiction: str = Field(description="Whose rule it is.")
    source: str = Field(description="The legal instrument, with its section.")
    url: str = Field(description="Where it was read, or its official address.")
    confidence: Confidence = Field(description="V1 official, V2 secondary, M unverified, D disputed.")
    read_on: date = Field(description="When it was read.")
    says: Mapping[Language, str] = Field(description="What the rule says, in English (en) and Indonesian (id).")
    found: Mapping[Language, str] = Field(description="What was found, in English (en) and Indonesian (id).")
    until: Instant | None = Field(None, description="Of a denial that ends by itself at a known instant: when.")
    unknown: str | None = Field(None, description="What nobody knows, and somebody would have to.")

    @property
    def text(self) -> str:
        """What the rule says and what was found, in English."""
        return f"{self.says['en']} {self.found['en']}"

    @property
    def denies(self) -> bool:
        """Whether it denies."""
        return self.effect is Effect.DENY


class Verdict(LaterModel):
    """Whether a contact may be reached at an instant, for a purpose, on a channel; it is not legal advice.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual import Contact, outreach
    >>> budi = Contact(id="c-1", country="ID", phone="+628123456789")
    >>> night = datetime(2026, 11, 23, 18, tzinfo=UTC)
    >>> verdict = outreach.permit(budi, [], purpose="telecollection", channel="voice", at=night, caller="collector")
    >>> verdict.allowed, verdict.headline.code
    (False, 'OUTSIDE_HOURS')
    >>> verdict.next_allowed.isoformat()
    '2026-11-24T01:00:00+00:00'
    """

    contact_id: str
    purpose: Purpose
    channel: Channel
    at: Instant = Field(description="The instant that was asked about, UTC.")
    allowed: bool
    reasons: tuple[Reason, ...] = Field(description="What every rule said: denials first, the weightiest in front.")
    next_allowed: Instant | None = Field(
        description="The earliest instant at which all rules of time allow it, UTC; None if a person must act first."
    )
    unknown: tuple[str, ...] = Field(description="What nobody knows, and would have to for an answer.")
    duties: tuple[Reason, ...] = Field(description="What the caller has to do when reaching out.")
    notes: tuple[Reason, ...] = Field(description="What is worth knowing and decides nothing.")
    warnings: tuple[str, ...] = Field(description="Rules overdue for review, holidays that are estimated.")
    countries: tuple[str, ...] = Field(description="The countries whose laws were looked at.")
    zones: tuple[str, ...] = Field(description="The time zones in which the contact may be.")
    notice: str = Field(NOTICE, description="What a verdict is not.")

    @property
    def headline(self) -> Reason:
        """The first reason: the weightiest denial, or what allows it."""
        return self.reasons[0]

    @property
    def denials(self) -> tuple[Reason, ...]:
        """The reasons that deny."""
        return tuple(reason for reason in self.reasons if reason.denies)

    def explain(self, language: str = "en", *, time_zone: str | None = None) -> str:
        """Return the verdict in words: the answer, the law behind it, when it is allowed again, and what to do.

        Parameters
        ----------
        language : {"en", "id"}
            English or Indonesian.
        time_zone : str, optional
            The IANA zone in which times are told; by default all those in which the contact may be, else UTC.

        Raises
        ------
        InputError
            If there is no such language or time zone.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> from leadqual import Contact, outreach
        >>> budi = Contact(id="c-1", country="ID", time_zone="Asia/Makassar", phone="+628123456789")
        >>> night = datetime(2026, 11, 23, 18, tzinfo=UTC)
        >>> verdict = outreach.permit(budi, [], purpose="telecollection", channel="voice", at=night, caller="collector")
        >>> print(verdict.explain().partition("Laws")[0])
        Contact c-1 must not be reached: telecollection, telephone.
        Asked for Tue 24 Nov 2026 02:00 (Asia/Makassar).
        <BLANKLINE>
        """
        told = known_language(language)
        zones = self.zones if time_zone is None else (time_zone,)
        return explanation(self, told, [known_zone(zone) for zone in zones])

    def _repr_html_(self) -> str:
        return verdict_card(self, [known_zone(zone) for zone in self.zones])

    def __bool__(self) -> bool:
        return self.allowed

    def __hash__(self) -> int:
        return hash((self.contact_id, self.purpose, self.channel, self.at, self.allowed))
