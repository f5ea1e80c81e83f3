"""Whether there is a number or an address to reach a contact at."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from leadqual.errors import InputError
from leadqual.model.vocabulary import Channel
from leadqual.outreach.facts.situation import Situation
from leadqual.outreach.judge.finding import Finding, allow, deny
from leadqual.outreach.judge.own import ADDRESS
from leadqual.outreach.places.mail import normal_email
from leadqual.outreach.rules.words import BY_NUMBER

_NUMBER: Final = allow("OK_NUMBER")
_EMAIL: Final = allow("OK_EMAIL")


def reachable(situation: Situation) -> Iterator[tuple[str, Finding]]:
    """Yield whether the contact has what the channel needs: a number that can be, or an address that can be."""
    channel, person = situation.question.channel, situation.person
    if channel in BY_NUMBER:
        if person.line is None:
            yield ADDRESS, deny("NO_NUMBER", unknown="contact.phone")
        elif not person.line.valid:
            yield ADDRESS, deny("INVALID_NUMBER", number=person.line.number)
        else:
            yield ADDRESS, _NUMBER
    elif channel is Channel.EMAIL:
        email = person.contact.email
        if email is None:
            yield ADDRESS, deny("NO_EMAIL", unknown="contact.email")
        elif not deliverable(email):
            yield ADDRESS, deny("INVALID_EMAIL", email=email)
        else:
            yield ADDRESS, _EMAIL


@lru_cache(maxsize=65_536)
def deliverable(email: str) -> bool:
    """Return whether mail can be addressed to a text."""
    try:
        normal_email(email)
    except InputError:
        return False
    return True
