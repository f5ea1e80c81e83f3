"""Asking the rules about the channels of a contact, each question once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.time import micros
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.approach.action import Asked
from leadqual.outreach.approach.plan import Approach
from leadqual.outreach.permit import permit
from leadqual.outreach.verdict import Verdict


class Asking:
    """One contact as the rules are asked about it, with what is known at one instant.

    An approach that is due later is asked about for that later instant. What a file may already hold of the time
    between is not known yet, so it is left out: interactions, consents and wishes alike.

    Parameters
    ----------
    contact : Contact
        Who is to be reached.
    history : iterable of Interaction
        Its interactions.
    at : datetime
        The instant at which something is known.
    options : mapping
        What `permit` is told besides: the caller, the registries, the rules.
    """

    def __init__(
        self, contact: Contact, history: Iterable[Interaction], at: datetime, options: Mapping[str, Any]
    ) -> None:
        self.at = at
        self.seen = tuple(one for one in history if one.instant <= micros(at))
        self.contact = _as_known(contact, at)
        self._options = options
        self._answers: dict[tuple[Purpose, Channel, datetime, bool], Verdict] = {}

    def about(self, approach: Approach, channel: Channel, at: datetime) -> Asked:
        """Return the verdict on taking an approach on a channel at an instant."""
        question = (approach.purpose, channel, at, approach.template)
        if question not in self._answers:
            self._answers[question] = permit(
                self.contact,
                self.seen,
                purpose=approach.purpose,
                channel=channel,
                at=at,
                template=approach.template,
                **self._options,
            )
        return Asked(approach=approach.id, channel=channel, at=at, verdict=self._answers[question])


def _as_known(contact: Contact, at: datetime) -> Contact:
    """Return a contact without the consents and wishes that were recorded after an instant."""
    consents = tuple(one for one in contact.consents if one.at <= at)
    wishes = tuple(one for one in contact.do_not_call if one.at <= at)
    if len(consents) == len(contact.consents) and len(wishes) == len(contact.do_not_call):
        return contact
    return contact.model_copy(update={"consents": consents, "do_not_call": wishes})
