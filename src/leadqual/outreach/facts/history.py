"""What a history says at an instant, in one pass: consents, requests, attempts, conversations, relationships.

Only what happened until the instant exists. The order of a history does not matter, and an id that is there twice
counts once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

from leadqual.model.time import micros
from leadqual.model.vocabulary import CallOutcome, Channel, ConsentMeans, Purpose
from leadqual.outreach.rules.words import TELEPHONE, read_as


class Happened(Protocol):
    """What is asked of an interaction: a model, or a row of a table."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def instant(self) -> int: ...
    def value(self, name: str) -> Any: ...


class Owner(Protocol):
    """What is asked of whose history it is: a contact, or what stands on one in a table."""

    @property
    def consents(self) -> Sequence[Any]: ...
    @property
    def do_not_call(self) -> Sequence[Any]: ...


class Word(NamedTuple):
    """A consent given (`granted`) or taken back, on a channel (None: all) for a purpose (None: all)."""

    instant: int
    granted: bool
    channel: str | None
    purpose: str | None
    how: str | None
    proof: str | None


class Request(NamedTuple):
    """A wish not to be contacted, on some channels (None: all) for a purpose (None: all).

    Taking a consent back is such a wish too (`withdrawal`): what a relationship allows without a consent, it does not
    allow against one that was taken back.
    """

    instant: int
    channels: frozenset[str] | None
    purpose: str | None
    how: str | None
    withdrawal: bool = False


class Attempt(NamedTuple):
    """We tried to reach the contact, or talked to it."""

    instant: int
    channel: str | None
    purpose: str | None
    debt: str | None
    campaign: str | None
    outbound: bool
    reached: bool | None


@dataclass(slots=True)
class Told:
    """What a history and the contact's own records tell at an instant.

    Attributes
    ----------
    words, requests, attempts : list
        Consents, wishes and attempts, in no order.
    latest, first : dict of str to int
        When each kind happened last and first, in microseconds; a call to us is none of the latest if it surely was
        no inquiry.
    heard : dict of str to int
        When the contact last wrote on each channel.
    notices : dict of (str or None) to int
        When a notice of collection was first sent, by the debt it is about.
    """

    words: list[Word] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    latest: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    notices: dict[str | None, int] = field(default_factory=dict)


_SENT: Final[dict[str, str | None]] = {
    "email_sent": Channel.EMAIL,
    "message_sent": None,
}
_MESSAGES: Final = {
    "whatsapp_message": Channel.WHATSAPP,
    "instagram_message": Channel.INSTAGRAM,
    "chat_message": Channel.CHAT,
}
_PHONES: Final = frozenset({Channel.VOICE, Channel.PRERECORDED, Channel.SMS})
_NO_INQUIRY: Final = frozenset(CallOutcome) - {
    CallOutcome.ANSWERED, CallOutcome.INTERESTED, CallOutcome.CALLBACK_REQUESTED, CallOutcome.APPOINTMENT_SET
}  # fmt: skip
"""How a call of the contact ends that shows no interest in what is sold."""
_STOP: Final = frozenset({"stop", "stopall", "unsubscribe", "optout", "berhenti"})
_STOP_BY_SMS: Final = _STOP | {"quit", "end", "revoke", "cancel"}
"""Words that are a wish not to be contacted by themselves (47 CFR 64.1200(a)(10)); as SMS some more."""
_LETTERS: Final = re.compile(r"\w+")
_WISHES: Final = ("opt out", "opt me out", "remove me", "do not contact", "don t contact", "jangan hubungi")
"""What begins a message that is such a wish, whatever follows."""
_SHORT: Final = 5
"""A message that begins with a word of stopping and has more words than this may be about something else."""
_ASKING: Final = (Purpose.TELEMARKETING, Purpose.SURVEY, Purpose.CHARITY, Purpose.POLITICAL)
"""The purposes for which we want something that the contact does not owe."""
NOTICE_SENT: Final = "collection_notice_sent"
_REACHED: Final = frozenset(outcome for outcome in CallOutcome if outcome.reached)
READ_KINDS: Final = frozenset(
    {*_SENT, *_MESSAGES, "call_outbound", "call_inbound", "message_received", "opted_out", "consent_given",
     "consent_withdrawn", "newsletter_unsubscribed", NOTICE_SENT, "email_replied"}
)  # fmt: skip
"""The kinds whose properties are read; of all others only when they happened."""


def told(contact: Owner, history: Iterable[Happened], instant: int) -> Told:
    """Return what a history and the contact's own records tell at an instant (microseconds)."""
    found = Told()
    own(contact, instant, found)
    seen: set[str] = set()
    for one in history:
        when = one.instant
        if when > instant or one.id in seen:
            continue
        seen.add(one.id)
        kind = one.kind
        if when > found.latest.get(kind, when - 1) and (kind != "call_inbound" or _inquires(one)):
            found.latest[kind] = when
        if when < found.first.get(kind, when + 1):
            found.first[kind] = when
        if kind in READ_KINDS:
            _read(one, kind, when, found)
    return found


def own(contact: Owner, instant: int, found: Told) -> None:
    """Add what stands on the contact itself: its consents and its wishes not to be contacted."""
    for consent in contact.consents:
        when = micros(consent.at)
        if when <= instant:
            found.words.append(
                Word(when, consent.granted, consent.channel, consent.purpose, consent.how, consent.proof)
            )
            if not consent.granted:
                channels = _as_far_as(consent.channel)
                found.requests.append(Request(when, channels, consent.purpose, consent.how, withdrawal=True))
    for mark in contact.do_not_call:
        when = micros(mark.at)
        if when <= instant:
            found.requests.append(Request(when, _about(mark.channel), None, mark.how))


def _read(one: Happened, kind: str, when: int, found: Told) -> None:
    match kind:
        case "call_outbound" | "call_inbound":
            _call(one, kind == "call_outbound", when, found)
        case "consent_given":
            _consent(one, when, found)
        case "consent_withdrawn":
            _taken_back(one, when, found)
            channels = _as_far_as(one.value("for_channel"))
            found.requests.append(Request(when, channels, one.value("purpose"), one.value("how"), withdrawal=True))
        case "opted_out":
            _taken_back(one, when, found)
            channels = _about(one.value("for_channel"))
            found.requests.append(Request(when, channels, one.value("purpose"), one.value("how")))
        case "newsletter_unsubscribed":
            found.words.append(Word(when, False, Channel.EMAIL, Purpose.MARKETING, ConsentMeans.EMAIL, None))
            found.requests.append(Request(when, frozenset({Channel.EMAIL}), Purpose.MARKETING, ConsentMeans.EMAIL))
        case "message_received":
            _heard(one, one.value("channel"), when, found)
        case "email_replied":
            _heard(one, Channel.EMAIL, when, found)
        case "collection_notice_sent":
            debt = one.value("debt")
            found.notices[debt] = min(when, found.notices.get(debt, when))
        case _:
            _message(one, kind, when, found)


def _consent(one: Happened, when: int, found: Told) -> None:
    channel, purpose = one.value("for_channel"), one.value("purpose") or Purpose.MARKETING
    if channel is not None:  # a consent to nobody knows what allows nothing
        found.words.append(Word(when, True, channel, purpose, one.value("how"), one.value("proof")))


def _taken_back(one: Happened, when: int, found: Told) -> None:
    found.words.append(Word(when, False, one.value("for_channel"), one.value("purpose"), one.value("how"), None))


def _call(one: Happened, outbound: bool, when: int, found: Told) -> None:
    outcome, purpose = one.value("outcome"), one.value("purpose")
    reached = None if outcome is None else outcome in _REACHED
    channel = one.value("channel") or Channel.VOICE
    found.attempts.append(Attempt(when, channel, purpose, one.value("debt"), one.value("campaign"), outbound, reached))
    if outcome == CallOutcome.DO_NOT_CALL:
        # what the call was for was our choice: whoever asks a collector to stop wants no seller to call either
        for about in (None,) if purpose is None else (purpose, *_ASKING):
            found.requests.append(Request(when, TELEPHONE, about, ConsentMeans.VERBAL))


def _inquires(call: Happened) -> bool:
    """Return whether a call of the contact may be an inquiry about what is sold."""
    purpose = call.value("purpose")
    return concerns(purpose, Purpose.TELEMARKETING) and call.value("outcome") not in _NO_INQUIRY


def _message(one: Happened, kind: str, when: int, found: Told) -> None:
    channel = one.value("channel") or _MESSAGES.get(kind) or _SENT.get(kind)
    if kind in _MESSAGES and one.value("direction") == "inbound":
        _heard(one, channel, when, found)
    else:
        found.attempts.append(Attempt(when, channel, None, None, one.value("campaign"), True, None))


def _heard(one: Happened, channel: str | None, when: int, found: Told) -> None:
    """Add that the contact wrote; a word such as STOP is a wish not to be contacted there again."""
    if channel is None:
        return
    if when > found.heard.get(channel, when - 1):
        found.heard[channel] = when
    if asks_to_stop(one.value("text"), channel):
        found.words.append(Word(when, False, channel, None, ConsentMeans.MESSAGE, None))
        found.requests.append(Request(when, frozenset({channel}), None, ConsentMeans.MESSAGE))


def asks_to_stop(text: str | None, channel: str) -> bool:
    """Return whether a message is a wish not to be contacted again on its channel.

    Examples
    --------
    >>> [asks_to_stop(text, "sms") for text in ("STOP.", "Opt-out", "stop please", "Where is the bus stop?")]
    [True, True, True, False]
    """
    words = _LETTERS.findall(text.casefold()) if text else []
    if not words:
        return False
    first = words[0] in (_STOP_BY_SMS if channel == Channel.SMS else _STOP)
    return (first and len(words) <= _SHORT) or " ".join(words).startswith(_WISHES)


def _about(channel: str | None) -> frozenset[str] | None:
    """Return the channels of a wish: a wish not to be called is about every way of the telephone."""
    if channel is None:
        return None
    return TELEPHONE if channel in _PHONES else frozenset({channel})


def _as_far_as(channel: str | None) -> frozenset[str] | None:
    """Return the channels of a consent that is taken back: who wants no calls of people wants no recorded ones."""
    if channel is None:
        return None
    return frozenset({Channel.VOICE, Channel.PRERECORDED} if channel == Channel.VOICE else {channel})


def concerns(purpose: str | None, asked: Purpose) -> bool:
    """Return whether something said of a purpose (None: of all) is about the purpose asked for."""
    return purpose is None or read_as(Purpose(purpose)) is asked
