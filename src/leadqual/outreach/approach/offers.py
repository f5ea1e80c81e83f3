"""What each approach that holds has to offer: when it is due, and on which channel it may be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadqual.engines.view import View
from leadqual.model.time import from_micros
from leadqual.model.vocabulary import Channel
from leadqual.outreach.approach.action import Asked, Holding
from leadqual.outreach.approach.asking import Asking
from leadqual.outreach.approach.cadence import due_at
from leadqual.outreach.approach.channels import channels_for
from leadqual.outreach.approach.document import Approaches
from leadqual.outreach.approach.plan import Approach


@dataclass(frozen=True, slots=True)
class Offer:
    """An approach with the instant when it is due, what the rules say of its channels, and the best of them.

    Parameters
    ----------
    approach : Approach
        What could be done.
    due : datetime
        When it is due; the instant asked about, if that is later.
    asked : tuple of Asked
        The verdict on each channel at that instant, in the order in which this contact is reached.
    channel, at : optional
        The first channel that is allowed then, else the one that opens first; None if none ever does by itself.
    """

    approach: Approach
    due: datetime
    asked: tuple[Asked, ...]
    channel: Channel | None = None
    at: datetime | None = None


def offers_of(holding: Sequence[Approach], document: Approaches, view: View, asking: Asking) -> list[Offer]:
    """Return what the approaches offer, in their order, up to the first that is due and may be taken."""
    offers: list[Offer] = []
    for approach in holding:
        wait = due_at(approach, document, view)
        due = asking.at if wait is None or wait <= view.now else from_micros(wait)
        offers.append(_offer(approach, due, asking))
        if offers[-1].channel is not None and due == asking.at:
            break
    return offers


def _offer(approach: Approach, due: datetime, asking: Asking) -> Offer:
    order = channels_for(approach, asking.contact, asking.seen)
    asked = tuple(asking.about(approach, channel, due) for channel in order)
    allowed = next((one.channel for one in asked if one.verdict.allowed), None)
    if allowed is not None:
        return Offer(approach, due, asked, allowed, due)
    opening = [(one.verdict.next_allowed, one.channel) for one in asked if one.verdict.next_allowed is not None]
    if not opening:
        return Offer(approach, due, asked)
    at, channel = min(opening, key=lambda pair: pair[0])  # of two that open together, the first
    return Offer(approach, due, asked, channel, at)


def best_of(offers: Sequence[Offer], now: datetime) -> Offer | None:
    """Return the first offer that is due, else the one that can be taken first; None if none ever can."""
    possible = [offer for offer in offers if offer.channel is not None]
    due = [offer for offer in possible if offer.due == now]
    return due[0] if due else min(possible, key=lambda offer: offer.at or offer.due, default=None)


def held(approach: Approach, offers: Sequence[Offer], best: Offer | None, now: datetime) -> Holding:
    """Return what became of an approach that holds."""
    offer = next((one for one in offers if one.approach is approach), None)
    if offer is None:
        return Holding(id=approach.id, title=approach.title, state="lower")
    due = offer.due if offer.due > now else None
    refused = "not_permitted" if offer.channel is None else "due_later"
    return Holding(id=approach.id, title=approach.title, state="chosen" if offer is best else refused, due=due)
