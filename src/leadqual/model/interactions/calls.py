"""Calls in both directions, and surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.values import Number, Seconds
from leadqual.model.vocabulary import CallOutcome, Purpose

_INTERESTED = frozenset({CallOutcome.INTERESTED, CallOutcome.CALLBACK_REQUESTED, CallOutcome.APPOINTMENT_SET})


class Call(Interaction):
    """What calls of both directions share. It is no kind of its own."""

    outcome: CallOutcome | None = Field(default=None, description="How the call ended.")
    duration_seconds: Seconds | None = Field(
        default=None, description="How long the call lasted.", json_schema_extra={"unit": "s"}
    )
    purpose: Purpose | None = Field(default=None, description="What the call was for.")
    agent: str | None = Field(default=None, description="Who held the call on our side.")
    debt: str | None = Field(default=None, description="The debt it was about, such as the number of an invoice.")

    @property
    def reached(self) -> bool | None:
        """Whether the call was a conversation with the contact; None without an outcome."""
        return None if self.outcome is None else self.outcome.reached


class CallInbound(Call):
    """The contact called us."""

    kind: Literal["call_inbound"] = "call_inbound"


class CallOutbound(Call):
    """We called the contact; it shows interest only if the contact said so."""

    interest_if: ClassVar[Mapping[str, frozenset[Any]]] = {"outcome": _INTERESTED}
    kind: Literal["call_outbound"] = "call_outbound"


class SurveyAnswered(Interaction):
    """A survey was answered, by phone or otherwise."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["survey_answered"] = "survey_answered"
    survey: str | None = Field(default=None, description="The name of the survey.")
    score: Number | None = Field(default=None, description="The score given, on the survey's own scale.")
    answer: str | None = Field(default=None, description="The answer in words.")
