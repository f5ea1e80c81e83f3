"""One approach: what to do with a contact of whom something is true, and how."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from leadqual.model.base import Model
from leadqual.model.time import Duration
from leadqual.model.values import Flag, refusal
from leadqual.model.vocabulary import Channel, Purpose
from leadqual.outreach.approach.words import Words
from leadqual.policy.fields import ConditionText, SelectionText
from leadqual.policy.rules import RuleId


class Activity(StrEnum):
    """What kind of work an approach is."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    LEAD_GENERATION = "lead_generation"
    SALES = "sales"
    SURVEY = "survey"
    APPOINTMENT_SETTING = "appointment_setting"
    DATA_MAINTENANCE = "data_maintenance"
    AFTER_SALES = "after_sales"
    UPSELLING = "upselling"
    CROSS_SELLING = "cross_selling"
    NEWSLETTER = "newsletter"
    PERSONAL_FOLLOW_UP = "personal_follow_up"
    REMINDER = "reminder"
    NEGOTIATION = "negotiation"


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _once(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    for channel in channels:
        if channels.count(channel) > 1:
            raise refusal("duplicate-channel", f"{channel.value!r} is named twice", hint="name each channel once")
    return channels


Selections = Annotated[
    tuple[SelectionText, ...],
    BeforeValidator(_several, json_schema_input_type=SelectionText | list[SelectionText]),
]
"""Kinds of interactions, each with or without a filter; a single one may stand alone."""


class Approach(Model):
    """An approach: when it is right, what it is for, and how it is done.

    Examples
    --------
    >>> Approach(
    ...     id="call-the-hot", when="grade.temperature == 'hot'", purpose="telemarketing", activity="sales",
    ...     title="Call", goal="Sell.", focus="The benefits.", tone="Friendly.", content=["What it does."],
    ...     outcome="An order.", channels=["voice", "email"], every="7d",
    ... ).channels[0].value
    'voice'
    """

    id: RuleId = Field(description="The name of the approach; also the campaign by which its outreach is known.")
    when: ConditionText | None = Field(None, description="The condition that must be true; without it always.")
    purpose: Purpose = Field(description="What the contact is reached for; it decides which laws apply.")
    activity: Activity = Field(description="What kind of work it is.")
    title: Words = Field(description="What to do, in a few words.")
    goal: Words = Field(description="What it is done for.")
    focus: Words = Field(description="What to keep in view.")
    tone: Words = Field(description="How to speak or write.")
    content: Annotated[tuple[Words, ...], Field(min_length=1)] = Field(description="What to say, point by point.")
    outcome: Words = Field(description="What is expected to come of it.")
    why: Words | None = Field(None, description="Why the approach is there, for people.")
    channels: Annotated[tuple[Channel, ...], Field(min_length=1), AfterValidator(_once)] = Field(
        description="The channels on which it can be done, best first; the contact's preferred ones go before."
    )
    every: Duration | None = Field(
        None, description="The least time after the last outreach of its sort; without it it is always due."
    )
    done: Selections = Field(
        (), description="Which interactions count as having done it, where the usual reckoning does not fit."
    )
    answers: Selections = Field(
        (), description="What the contact does that this answers: it holds only while one of these has no answer yet."
    )
    answers_within: Duration = Field(
        Duration.parse("7d"), description="How long it is worth answering; later on it no longer holds."
    )
    template: Flag = Field(
        False, description="Whether it is sent to many from an approved template, and not written by hand."
    )

    def __hash__(self) -> int:
        return hash(self.id)
