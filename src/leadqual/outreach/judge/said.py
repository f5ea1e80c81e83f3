"""Rules about what the contact said: consents, wishes not to be contacted, relationships."""

from __future__ import annotations

from typing import Final

from leadqual.model.time import from_micros
from leadqual.model.vocabulary import Channel, ConsentMeans, Purpose
from leadqual.outreach.facts.history import Request, Word, concerns
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.finding import Effect, Finding, allow, deny
from leadqual.outreach.rules.kinds import Consent, ConsentRule, Relation, RequestRule, ServiceWindowRule
from leadqual.outreach.rules.period import begins

_LASTING: Final = frozenset(ConsentMeans) - {
    ConsentMeans.VERBAL,
    ConsentMeans.IN_PERSON,
    ConsentMeans.IMPORTED,
    ConsentMeans.OTHER,
}
"""The forms of consent that take an earlier wish not to be contacted back: in writing, or recorded."""


_NO_REQUEST: Final = allow("OK_NO_REQUEST")


def words_of(situation: Situation) -> tuple[list[Word], int | None]:
    """Return the consents in force for the question, and when the latest withdrawal was, if there was one.

    A consent is in force from the moment it is given until one is taken back; of two at one instant the withdrawal
    counts.
    """
    if not situation.told.words:
        return [], None
    channel, purpose = situation.question.channel, situation.question.purpose
    about = [word for word in situation.told.words if is_about(word, channel, purpose)]
    taken_back = max((word.instant for word in about if not word.granted), default=None)
    given = [word for word in about if word.granted and (taken_back is None or word.instant > taken_back)]
    return given, taken_back


def is_about(word: Word, channel: Channel, purpose: Purpose) -> bool:
    """Return whether a consent, or its withdrawal, speaks of a channel and a purpose."""
    here = word.channel is None or word.channel == channel or _covers(word, channel)
    return here and concerns(word.purpose, purpose)


def _covers(word: Word, channel: Channel) -> bool:
    """Return whether a word about people on the phone is one about recorded voices too: only if it takes back."""
    return not word.granted and word.channel == Channel.VOICE and channel is Channel.PRERECORDED


def _latest(words: list[Word]) -> Word:
    """Return the latest of some words; of several at one instant the same one, in whatever order they came."""
    return max(words, key=lambda word: (word.instant, word.how or "", word.proof or "", word.purpose or ""))


def _enough(word: Word, wanted: Consent) -> bool:
    return (not wanted.means or word.how in wanted.means) and bool(word.proof or not wanted.proof)


def lacking(wanted: Consent, situation: Situation) -> dict[str, object] | None:
    """Return what a consent lacks to be enough, as details of a reason; None if one is enough."""
    given, taken_back = words_of(situation)
    if any(_enough(word, wanted) for word in given):
        return None
    if given:
        latest = _latest(given)
        right = not wanted.means or latest.how in wanted.means
        return {"given": from_micros(latest.instant), "how": latest.how, "lacks": "proof" if right else "form"}
    return {"revoked": from_micros(taken_back)} if taken_back is not None else {}


def consent(rule: ConsentRule, situation: Situation) -> Finding:
    """Return whether the contact consented, in the form that the rule asks for."""
    details = lacking(rule.wanted, situation)
    if details is None:
        given, _ = words_of(situation)
        enough = _latest([word for word in given if _enough(word, rule.wanted)])
        return allow(rule.allow, given=from_micros(enough.instant))
    unknown = None if details else f"consent.{situation.question.channel}"
    return Finding(Effect.DENY, "CONSENT_REVOKED" if "revoked" in details else rule.code, details, unknown=unknown)


def request(rule: RequestRule, situation: Situation) -> Finding:
    """Return whether the contact asked not to be contacted, or took a consent back, and did not think better since."""
    if not situation.told.requests:
        return _NO_REQUEST
    wishes = [wish for wish in situation.told.requests if _is_about(wish, rule, situation)]
    if not wishes:
        return _NO_REQUEST
    given, _ = words_of(situation)
    latest = max(wish.instant for wish in wishes)
    standing = [wish.instant for wish in wishes if not any(_takes_back(word, wish) for word in given)]
    if standing:
        return deny(rule.code, asked=from_micros(max(standing)))
    return allow("OK_REQUEST_TAKEN_BACK", asked=from_micros(latest), given=from_micros(_latest(given).instant))


def _is_about(wish: Request, rule: RequestRule, situation: Situation) -> bool:
    channel, purpose = situation.question.channel, situation.question.purpose
    if rule.named_purpose and wish.withdrawal and wish.purpose is None:
        return False  # a consent taken back says nothing of what needs none, such as a debt
    here = rule.any_channel or wish.channels is None or channel in wish.channels
    # of a wish that nobody wrote down the form of, nobody knows that it was in another
    so = not rule.means or wish.how is None or wish.how in rule.means
    return here and so and concerns(wish.purpose, purpose)


def _takes_back(word: Word, wish: Request) -> bool:
    """Return whether a consent came after a wish and undoes it: a withdrawal by any, a wish by one of lasting form."""
    return word.instant > wish.instant and (wish.withdrawal or word.how in _LASTING)


def related(wanted: Relation, situation: Situation) -> tuple[bool, int | None]:
    """Return whether there is a relationship, and when it was last shown; a wish not to be contacted ends one."""
    latest, shown = situation.told.latest, None
    for kind in wanted.kinds:
        when = latest.get(kind)
        if when is not None and (shown is None or when > shown):
            shown = when
    if shown is None or shown < begins(wanted.within, situation.question.instant):
        return False, shown
    ended = _ended(situation) if situation.told.requests else None
    return ended is None or shown > ended, shown


def _ended(situation: Situation) -> int | None:
    """Return when the contact last asked not to be contacted on the channel for the purpose."""
    channel, purpose = situation.question.channel, situation.question.purpose
    return max(
        (
            wish.instant
            for wish in situation.told.requests
            if (wish.channels is None or channel in wish.channels) and concerns(wish.purpose, purpose)
        ),
        default=None,
    )


def service_window(rule: ServiceWindowRule, situation: Situation) -> Finding:
    """Return whether the contact wrote on the channel so lately that it may be answered freely."""
    heard = situation.told.heard.get(situation.question.channel)
    if heard is not None and situation.question.instant - heard < rule.within.micros:
        return allow(rule.allow, heard=from_micros(heard), within=rule.within)
    if situation.question.template:
        return allow("OK_TEMPLATE")
    return deny(rule.code, within=rule.within, heard=None if heard is None else from_micros(heard))
