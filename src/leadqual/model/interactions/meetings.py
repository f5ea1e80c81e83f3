"""Appointments, demos and presentations."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from leadqual.model.interactions.base import Interaction
from leadqual.model.time import Instant


class AppointmentSet(Interaction):
    """A meeting was agreed."""

    kind: Literal["appointment_set"] = "appointment_set"
    starts_at: Instant | None = Field(default=None, description="When the meeting is to begin.")
    agent: str | None = Field(default=None, description="Who meets the contact on our side.")


class AppointmentKept(Interaction):
    """A meeting took place."""

    kind: Literal["appointment_kept"] = "appointment_kept"
    agent: str | None = Field(default=None, description="Who met the contact on our side.")


class AppointmentMissed(Interaction):
    """The contact did not come to a meeting."""

    shows_interest: ClassVar[bool] = False
    kind: Literal["appointment_missed"] = "appointment_missed"
    agent: str | None = Field(default=None, description="Who waited on our side.")


class DemoRequested(Interaction):
    """The contact asked for a demo."""

    kind: Literal["demo_requested"] = "demo_requested"
    product: str | None = Field(default=None, description="The product to be shown.")


class DemoAttended(Interaction):
    """The contact took part in a demo."""

    kind: Literal["demo_attended"] = "demo_attended"
    product: str | None = Field(default=None, description="The product that was shown.")


class PresentationAgreed(Interaction):
    """The contact agreed to a sales presentation."""

    kind: Literal["presentation_agreed"] = "presentation_agreed"
    product: str | None = Field(default=None, description="The product to be presented.")


class PresentationAttended(Interaction):
    """The contact took part in a sales presentation."""

    kind: Literal["presentation_attended"] = "presentation_attended"
    product: str | None = Field(default=None, description="The product that was presented.")
