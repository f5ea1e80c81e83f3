"""What to do next with one contact: the answer, with everything that it was chosen from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from leadqual.lifecycle.explain import known_zone
from leadqual.model.base import Model
from leadqual.model.standing import PolicyRef
from leadqual.model.time import Instant
from leadqual.model.vocabulary import Channel
from leadqual.outreach.approach.card import action_card
from leadqual.outreach.approach.plan import Approach
from leadqual.outreach.approach.say import told
from leadqual.outreach.approach.words import Words
from leadqual.outreach.names import known_language
from leadqual.outreach.rules.words import NOTICE
from leadqual.outreach.verdict import Verdict

Outcome = Literal["now", "opens_later", "due_later", "not_permitted", "nothing_prescribed", "closed_stage"]
"""Why an action is what it is, for programs."""

State = Literal["chosen", "due_later", "not_permitted", "lower"]
"""What became of an approach that holds; `lower` ones stand after the one that was chosen."""


class Asked(Model):
    """A question to the rules, whether an approach may be taken on a channel at an instant, and the answer."""

    approach: str = Field(description="The id of the approach.")
    channel: Channel = Field(description="The channel.")
    at: Instant = Field(description="The instant that was asked about, UTC.")
    verdict: Verdict = Field(description="The answer, with every reason.")


class Holding(Model):
    """An approach whose condition is true of the contact."""

    id: str = Field(description="The id of the approach.")
    title: Words = Field(description="What to do, in a few words.")
    state: State = Field(description="What became of it.")
    due: Instant | None = Field(None, description="When it is due, where that is later than the instant asked about.")


class Action(Model):
    """What to do next with a contact, on which channel, when and why; or why nothing may be done."""

    contact_id: str
    asked_at: Instant = Field(description="The instant that was asked about, UTC.")
    policy: PolicyRef = Field(description="The policy of the decision.")
    document: PolicyRef = Field(description="The approaches that were chosen from.")
    stage: str | None = Field(description="Where the contact stands at that instant.")
    do: bool = Field(description="Whether there is something to do, now or later.")
    outcome: Outcome = Field(description="Why it is so, for programs.")
    because: Words = Field(description="Why it is so, for people.")
    approach: Approach | None = Field(None, description="What to do, and how.")
    channel: Channel | None = Field(None, description="The channel to do it on.")
    at: Instant | None = Field(None, description="When it may be done at the earliest, UTC.")
    time_zone: str | None = Field(None, description="The contact's own time zone, where it is known.")
    values: Mapping[str, Any] = Field(
        default_factory=dict, description="What the condition of the approach read, and what it found."
    )
    waiting_since: Instant | None = Field(
        None, description="When the contact came to us, of an approach that answers the contact."
    )
    holding: tuple[Holding, ...] = Field((), description="Every approach that holds, in the order of priority.")
    unknown: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="The approaches that may hold or not, with the fields that are missing."
    )
    verdicts: tuple[Asked, ...] = Field((), description="What the rules said of each approach that was tried.")
    notice: str = Field(NOTICE, description="What every answer says of itself.")

    def __hash__(self) -> int:
        return hash((self.contact_id, self.asked_at, self.document, self.outcome, self.channel, self.at))

    @property
    def verdict(self) -> Verdict | None:
        """What the rules said of the approach and the channel that were chosen."""
        return next(
            (one.verdict for one in self.verdicts if one.approach == self._id and one.channel == self.channel), None
        )

    @property
    def _id(self) -> str | None:
        return None if self.approach is None else self.approach.id

    def explain(self, language: str = "en", *, time_zone: str | None = None) -> str:
        """Return the action in words: what, where, when, how, what to say, and why.

        Parameters
        ----------
        language : {"en", "id"}
            English or Indonesian.
        time_zone : str, optional
            The IANA zone in which times are told; by default the contact's own, else UTC.

        Raises
        ------
        InputError
            If there is no such language or time zone.
        """
        return told(self, known_language(language), known_zone(time_zone or self.time_zone or "UTC"))

    def __repr__(self) -> str:
        what = (
            "nothing" if self.approach is None else f"{self.approach.id} by {self.channel} at {self.at:%Y-%m-%dT%H:%MZ}"
        )
        return f"<Action: contact {self.contact_id}, {what} ({self.outcome})>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return action_card(self)
