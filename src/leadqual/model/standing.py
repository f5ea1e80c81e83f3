"""Where a contact stands, and how it came there: values to keep between decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from leadqual.cards.shown import fields_card
from leadqual.model.base import Model
from leadqual.model.time import Instant


class PolicyRef(Model):
    """Which policy it was: name, version and content hash."""

    name: str
    version: str
    hash: str = Field(description="The SHA-256 of the document's content.")

    def __str__(self) -> str:
        """Return the name and version for people."""
        return f"{self.name} {self.version}"


class Standing(Model):
    """Where a contact stands at an instant; keep it, and the next decision goes on from it.

    Examples
    --------
    ``later = policy.decide(contact, history, at=t2, standing=decision.standing)``
    """

    stage: str | None = Field(description="The stage; None under a policy that has no stages.")
    entered_at: Instant | None = Field(description="When the stage was entered, UTC; None if nothing has happened yet.")
    as_of: Instant = Field(description="The instant up to which everything was seen, UTC.")
    policy: PolicyRef = Field(description="The policy under which the contact stands there.")
    seen: str = Field(
        description="A fingerprint, whatever their order, of the interactions that can still matter: those in "
        "(as_of - lookback, as_of], and every profile update up to as_of."
    )


class Move(Model):
    """One step from stage to stage: when, by which transition, and because of which values."""

    source: str
    target: str
    at: Instant = Field(description="When the transition fired, UTC.")
    transition: str = Field(description="The id of the transition.")
    interaction: str | None = Field(None, description="The id of the interaction at which it fired; None at a review.")
    because: str = Field(description="The condition that held, in the policy's own words.")
    values: Mapping[str, Any] = Field(default_factory=dict, description="What the condition read, and what it found.")
    description: str | None = Field(None, description="Why the transition is there, in the policy's words.")
    policy: PolicyRef = Field(description="The policy under which it fired.")

    def _repr_html_(self) -> str:
        return fields_card(self, title=f"{self.source} → {self.target}")

    def __hash__(self) -> int:
        return hash((self.source, self.target, self.at, self.transition, self.interaction, self.policy))
