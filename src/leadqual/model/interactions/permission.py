"""What contacts allow and forbid, as it happens."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.vocabulary import Channel, ConsentMeans, Purpose


class OptedOut(Interaction):
    """The contact does not want to be reached, on one channel or all, for one purpose or all."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["opted_out"] = "opted_out"
    for_channel: Channel | None = Field(default=None, description="The channel it is about; None for every channel.")
    purpose: Purpose | None = Field(default=None, description="The purpose it is about; None for every purpose.")
    how: ConsentMeans | None = Field(default=None, description="How it was said.")


class ConsentGiven(Interaction):
    """The contact allowed to be reached on one channel for one purpose."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["consent_given"] = "consent_given"
    for_channel: Channel = Field(description="The channel it is about.")
    purpose: Purpose = Field(default=Purpose.MARKETING, description="The purpose it is about.")
    how: ConsentMeans | None = Field(default=None, description="How it was given.")
    proof: str | None = Field(
        default=None, description="Where the proof lies, such as the id of a form or a recording."
    )


class ConsentWithdrawn(Interaction):
    """The contact took a consent back, for one channel or all, for one purpose or all."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["consent_withdrawn"] = "consent_withdrawn"
    for_channel: Channel | None = Field(default=None, description="The channel it is about; None for every channel.")
    purpose: Purpose | None = Field(default=None, description="The purpose it is about; None for every purpose.")
    how: ConsentMeans | None = Field(default=None, description="How it was taken back.")
    proof: str | None = Field(
        default=None, description="Where the proof lies, such as the id of a form or a recording."
    )
