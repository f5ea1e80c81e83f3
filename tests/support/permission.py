"""Questions to the packs that ship, and the contacts and histories they are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from leadqual.model.contact import Consent
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.calls import CallOutbound
from leadqual.model.interactions.meetings import DemoRequested
from leadqual.model.interactions.sales import Purchase
from leadqual.outreach.permit import permit
from leadqual.outreach.rules.rulebook import rulebook
from leadqual.outreach.verdict import Verdict
from support.decision_table import PLACES, Place, known

US, ON, AB, ID, GB, EU = PLACES
DAY: Final = timedelta(days=1)
BOOK: Final = rulebook()
STATES: Final = rulebook("us_states")


class Listed:
    """A copy of a registry that has every number."""

    def __init__(self, place: Place, age: timedelta = DAY) -> None:
        self.country, self.name = place.country, "a registry"
        self.obtained_at = place.at - age

    def lookup(self, number: str) -> bool | None:
        return True


def ask(place: Place, question: str, history: Sequence[Interaction] = (), **given: Any) -> Verdict:
    purpose, channel = question.split()
    contact = known(place).model_copy(update=given.pop("contact", {}))
    at, rules = given.pop("at", place.at), given.pop("rules", BOOK)
    return permit(contact, history, purpose=purpose, channel=channel, at=at, rules=rules, **given)


def bought(when: datetime) -> list[Interaction]:
    return [Purchase(id="p", occurred_at=when, amount=10, currency="USD")]


def asked_for_demo(when: datetime) -> list[Interaction]:
    return [DemoRequested(id="d", occurred_at=when)]


def consents(place: Place, question: str, **more: Any) -> dict[str, Any]:
    purpose, channel = question.split()
    consent = {"channel": channel, "purpose": purpose, "at": place.at - DAY, "how": "written", "proof": "form 17"}
    return {"consents": (Consent.model_validate(consent | more),)}


def denials(verdict: Verdict) -> set[str]:
    return {reason.rule for reason in verdict.denials}


def call(number: int, when: datetime, outcome: str = "no_answer") -> CallOutbound:
    return CallOutbound(id=f"c{number}", occurred_at=when, outcome=outcome, purpose="telecollection", debt="a")
