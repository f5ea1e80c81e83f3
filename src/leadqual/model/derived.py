"""What follows from a contact and its interactions, and is never stored: roles, relationship, activity, consent.

Every function looks only at interactions with ``occurred_at <= at``; their order does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import Duration, aware, micros
from leadqual.model.vocabulary import Channel, Purpose, Role

PURCHASE: Final = "purchase"
"""The kind that makes a contact a customer."""

ACTIVITY: Final = frozenset({"product_used", "payment_received"})
"""The kinds that keep a customer active besides buying: used or paid."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What kinds of interactions mean for what is derived; a policy adds kinds of its own.

    Parameters
    ----------
    purchases : frozenset of str
        The kinds that make a contact a customer.
    quiet : frozenset of str
        The kinds of a policy's own that show no interest.
    """

    purchases: frozenset[str] = frozenset({PURCHASE})
    quiet: frozenset[str] = frozenset()

    def is_purchase(self, interaction: Interaction) -> bool:
        """Return whether an interaction is a transaction."""
        return interaction.kind in self.purchases

    def is_interest(self, interaction: Interaction) -> bool:
        """Return whether an interaction is a sign of the contact's own interest."""
        return interaction.kind not in self.quiet and interaction.is_interest()


BUILT_IN_MEANING: Final = Meaning()
"""What the built-in kinds mean."""


def seen_until(history: Iterable[Interaction], at: datetime) -> Iterator[Interaction]:
    """Yield the interactions that exist at `at`."""
    limit = micros(aware(at))
    return (interaction for interaction in history if interaction.instant <= limit)


def is_customer(history: Iterable[Interaction], at: datetime, meaning: Meaning = BUILT_IN_MEANING) -> bool:
    """Return whether a transaction has happened."""
    return any(map(meaning.is_purchase, seen_until(history, at)))


def roles_at(
    contact: Contact, history: Iterable[Interaction], at: datetime, meaning: Meaning = BUILT_IN_MEANING
) -> frozenset[Role]:
    """Return the declared roles, with lead once an interest was shown and customer once something was bought.

    A contact can be lead and customer at once: `Interaction.is_interest` says what counts as interest.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from leadqual.model.interactions.meetings import DemoRequested
    >>> at = datetime(2026, 11, 22, tzinfo=UTC)
    >>> siti = Contact(id="c-1", roles={"partner"})
    >>> sorted(role.value for role in roles_at(siti, [DemoRequested(id="i-1", occurred_at=at)], at))
    ['lead', 'partner']
    """
    seen = tuple(seen_until(history, at))
    roles = set(contact.roles)
    if any(map(meaning.is_interest, seen)):
        roles.add(Role.LEAD)
    if any(map(meaning.is_purchase, seen)):
        roles.add(Role.CUSTOMER)
    return frozenset(roles)


def relationship_at(
    history: Iterable[Interaction], at: datetime, meaning: Meaning = BUILT_IN_MEANING
) -> Literal["customer", "prospect"]:
    """Return ``"customer"`` if a transaction has happened, else ``"prospect"``."""
    return "customer" if is_customer(history, at, meaning) else "prospect"


def activity_at(
    history: Iterable[Interaction], at: datetime, within: Duration, meaning: Meaning = BUILT_IN_MEANING
) -> Literal["active", "inactive"] | None:
    """Return whether a customer bought, used or paid less than `within` ago; None if it is no customer."""
    seen = tuple(seen_until(history, at))
    if not is_customer(seen, at, meaning):
        return None
    since = micros(aware(at)) - within.micros
    lively = ACTIVITY | meaning.purchases
    recent = any(interaction.kind in lively and interaction.instant > since for interaction in seen)
    return "active" if recent else "inactive"


def consent_at(
    contact: Contact,
    history: Iterable[Interaction],
    at: datetime,
    channel: Channel | str,
    purpose: Purpose | str = Purpose.MARKETING,
) -> bool | None:
    """Return whether the contact allows `channel` for `purpose`; None if nothing was ever said.

    The latest word at or before `at` counts; of two at the same instant, the withdrawal. Words are the contact's
    `consents` and the interactions ``consent_given``, ``consent_withdrawn``, ``opted_out`` and, for e-mail marketing,
    ``newsletter_unsubscribed``. Do-not-call marks are another matter, and so is subscribing to a newsletter.
    """
    limit = micros(aware(at))
    granted = None
    for instant, word in consent_words(contact, history, channel, purpose):
        if instant <= limit:
            granted = word
    return granted


def consent_words(
    contact: Contact, history: Iterable[Interaction], channel: Channel | str, purpose: Purpose | str
) -> list[tuple[int, bool]]:
    """Return every word on a channel and purpose in time order, a withdrawal last of those at one instant."""
    words = [
        (micros(consent.at), consent.granted)
        for consent in contact.consents
        if consent.channel == channel and consent.purpose == purpose
    ]
    for interaction in history:
        granted = _word(interaction, channel, purpose)
        if granted is not None:
            words.append((interaction.instant, granted))
    return sorted(words, key=lambda word: (word[0], not word[1]))


def _word(interaction: Interaction, channel: str, purpose: str) -> bool | None:
    """Return what an interaction says about a channel and purpose: allowed, forbidden, or nothing."""
    match interaction.kind:
        case "newsletter_unsubscribed":
            return False if (channel, purpose) == (Channel.EMAIL, Purpose.MARKETING) else None
        case "consent_given":
            allowed = interaction.value("for_channel") == channel and interaction.value("purpose") == purpose
            return True if allowed else None
        case "consent_withdrawn" | "opted_out":
            about_channel = interaction.value("for_channel") in (None, channel)
            return False if about_channel and interaction.value("purpose") in (None, purpose) else None
    return None
