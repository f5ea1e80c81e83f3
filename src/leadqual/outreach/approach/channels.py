"""In which order the channels of an approach are tried with a contact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.vocabulary import Channel, Direction
from leadqual.outreach.approach.cadence import is_outreach
from leadqual.outreach.approach.plan import Approach

_OF_KIND: Final = {
    "call_inbound": Channel.VOICE,
    "email_replied": Channel.EMAIL,
    "whatsapp_message": Channel.WHATSAPP,
    "instagram_message": Channel.INSTAGRAM,
    "chat_message": Channel.CHAT,
}


def channels_for(approach: Approach, contact: Contact, seen: Iterable[Interaction]) -> tuple[Channel, ...]:
    """Return the channels of an approach, best first for this contact.

    The contact's preferred ones go first, in the contact's own order; then the approach's. What answers a contact
    begins with the channel on which the contact last wrote or called. A channel that the approach does not name is
    never used: nobody reads a newsletter out on the telephone.
    """
    wished = [*_last_used(seen, approach)] if approach.answers else []
    order = dict.fromkeys((*wished, *contact.preferred_channels, *approach.channels))
    return tuple(Channel(channel) for channel in order if channel in approach.channels)


def _last_used(seen: Iterable[Interaction], approach: Approach) -> list[Channel]:
    """Return the channel on which the contact last came to us, of those that the approach can use."""
    for one in sorted(seen, key=lambda one: (one.instant, one.id), reverse=True):
        channel = one.channel or _OF_KIND.get(one.kind)
        theirs = one.kind in _OF_KIND or one.direction == Direction.INBOUND or one.kind == "message_received"
        if theirs and not is_outreach(one) and channel in approach.channels:
            return [Channel(channel)]
    return []
