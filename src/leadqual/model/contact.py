"""Who is qualified: contacts, their companies, and what they allowed and forbade."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainSerializer

from leadqual.model.base import Model
from leadqual.model.mailboxes import is_personal, mail_domain
from leadqual.model.time import Instant
from leadqual.model.values import (
    Amount,
    Count,
    Country,
    Currency,
    Domain,
    Email,
    Flag,
    Identifier,
    Language,
    Phone,
    Region,
    Scalars,
    TimeZone,
    plain_number,
    refusal,
)
from leadqual.model.vocabulary import Channel, ConsentMeans, ContactKind, Purpose, Role, Seniority, Source


class _Documented(Model):
    """The base of models whose attribute docstrings are their fields' descriptions."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Company(_Documented):
    """An organisation that a contact belongs to.

    Examples
    --------
    >>> Company(name="PT Maju Jaya", industry="retail", employees=250, country="ID").employees
    250
    """

    name: Identifier | None = None
    """The name, as it is written to the company."""
    industry: str | None = None
    """The industry, in the words that a policy uses."""
    employees: Count | None = None
    """How many people work there."""
    annual_revenue: Amount | None = Field(default=None, json_schema_extra={"unit": "money"})
    """The revenue of a year, in `currency`."""
    currency: Currency | None = None
    """The currency of the revenue (ISO 4217)."""
    country: Country | None = None
    """The country of the seat (ISO 3166, two capital letters)."""
    city: str | None = None
    """The city of the seat."""
    domain: Domain | None = None
    """The domain of its site or mail, without scheme or path."""
    founded: Annotated[int, Field(strict=True, ge=1, le=9999), BeforeValidator(plain_number)] | None = None
    """The year in which it was founded."""
    attributes: Scalars = Field(default_factory=dict)
    """Further fields by name, such as those a policy declares."""

    def __hash__(self) -> int:
        return hash((self.name, self.domain, self.country))


class Consent(_Documented):
    """A permission given, or refused, to reach a contact on one channel for one purpose.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> consent = Consent(channel="whatsapp", at=datetime(2026, 11, 1, tzinfo=UTC), how="web_form", proof="form 17")
    >>> consent.granted, consent.purpose.value
    (True, 'marketing')
    """

    channel: Channel
    """The channel that it is about."""
    purpose: Purpose = Purpose.MARKETING
    """The purpose that it is about."""
    granted: Flag = True
    """True if it was given, false if it was refused or taken back."""
    at: Instant
    """When."""
    how: ConsentMeans | None = None
    """How it was given; None if nobody wrote it down."""
    proof: str | None = None
    """Where the proof lies, such as the id of a form or a recording."""


class DoNotCall(_Documented):
    """A contact's wish not to be reached, on one channel or on all of them."""

    at: Instant
    """When it was said."""
    channel: Channel | None = None
    """The channel that it is about; None for every channel."""
    how: ConsentMeans | None = None
    """How it was said."""
    note: str | None = None
    """Anything else worth knowing."""


def _declared(role: Role) -> Role:
    if role.derived:
        hint = f"leave {role.value!r} out: it follows from the interactions"
        raise refusal("derived-role", f"the role {role.value!r} is derived and cannot be declared", hint=hint)
    return role


# A set has no order of its own: without sorting, the same contact would not give the same bytes.
_Roles = Annotated[
    frozenset[Annotated[Role, AfterValidator(_declared)]],
    PlainSerializer(sorted, return_type=list[str], when_used="json"),
]


class Contact(_Documented):
    """A person or an organisation whose details are held.

    Whether a contact is a lead or a customer is never written here: it follows from the interactions.
    Subclass it for typed fields of your own.

    Examples
    --------
    >>> siti = Contact(id="c-1", full_name="Siti Rahma", email="siti@majujaya.co.id", country="ID", roles={"partner"})
    >>> siti.email_domain, siti.email_is_personal
    ('majujaya.co.id', False)

    >>> class MyContact(Contact):
    ...     monthly_budget: float | None = None
    >>> MyContact(id="c-2", monthly_budget=4000).monthly_budget
    4000.0
    """

    id: Identifier
    """The key of the contact, as its source system knows it."""
    kind: ContactKind = ContactKind.PERSON
    """Person or organisation."""
    full_name: str | None = None
    """The whole name, as the contact writes it."""
    given_name: str | None = None
    """The given name, if the name has such parts."""
    family_name: str | None = None
    """The family name, if the name has such parts."""
    job_title: str | None = None
    """The title at work, in the contact's own words."""
    email: Email | None = None
    """The e-mail address."""
    phone: Phone | None = None
    """The phone number in international form, such as +628123456789."""
    country: Country | None = None
    """Where the contact is (ISO 3166, two capital letters)."""
    region: Region | None = None
    """The state or province where the contact is (ISO 3166-2), such as ID-JK or US-FL."""
    language: Language | None = None
    """The preferred language, such as id or en-GB."""
    time_zone: TimeZone | None = None
    """The time zone, such as Asia/Jakarta."""
    seniority: Seniority | None = None
    """How much the person can decide."""
    source: Source | None = None
    """Where the contact came from."""
    campaign: str | None = None
    """The campaign that brought the contact."""
    roles: _Roles = frozenset()
    """The declared roles; lead and customer are derived."""
    preferred_channels: tuple[Channel, ...] = ()
    """The channels the contact likes, the best first."""
    consents: tuple[Consent, ...] = ()
    """What the contact allowed and refused, in any order."""
    do_not_call: tuple[DoNotCall, ...] = ()
    """The contact's wishes not to be reached."""
    company: Company | None = None
    """The organisation the contact belongs to."""
    created_at: Instant | None = None
    """When the contact was first recorded."""
    attributes: Scalars = Field(default_factory=dict)
    """Further fields by name, such as those a policy declares."""

    @property
    def email_domain(self) -> str | None:
        """The part of the e-mail address after the @, in lower case; None without an address."""
        return mail_domain(self.email) if self.email else None

    @property
    def email_is_personal(self) -> bool | None:
        """Whether the address is with a provider for private persons; None without an address."""
        return is_personal(self.email) if self.email else None

    def __hash__(self) -> int:
        return hash(self.id)
