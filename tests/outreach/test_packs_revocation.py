"""What was taken back stays taken back: no relationship and no exemption outweighs a withdrawn consent."""

from __future__ import annotations

from typing import Any

import pytest
from support.decision_table import Place, Unlisted
from support.permission import DAY, EU, GB, ON, US, ask, bought

from leadqual.model.contact import Consent
from leadqual.model.interactions.permission import ConsentGiven, ConsentWithdrawn, OptedOut

ASKED = [
    (US, "telemarketing voice"),
    (US, "telemarketing sms"),
    (US, "telemarketing email"),
    (ON, "telemarketing voice"),
    (ON, "telemarketing email"),
    (ON, "service email"),
    (GB, "telemarketing voice"),
    (GB, "telemarketing email"),
    (EU, "telemarketing email"),
]


def customer(place: Place) -> dict[str, Any]:
    """Return a customer who may be reached without any consent."""
    registries = [Unlisted(country, place.at) for country in ("US", "CA", "GB")]
    return {"contact": {"attributes": {"opt_out_offered": True}}, "registries": registries, "caller": "seller"}


@pytest.mark.parametrize(("place", "question"), ASKED)
def test_a_customer_may_be_reached_until_something_is_taken_back(place: Place, question: str) -> None:
    assert ask(place, question, bought(place.at - 2 * DAY), **customer(place))


@pytest.mark.parametrize("kind", [ConsentWithdrawn, OptedOut])
@pytest.mark.parametrize(("place", "question"), ASKED)
def test_what_is_taken_back_outweighs_the_relationship(place: Place, question: str, kind: Any) -> None:
    purpose, channel = question.split()
    back = kind(id="w", occurred_at=place.at - DAY, for_channel=channel, purpose=purpose)
    verdict = ask(place, question, [*bought(place.at - 2 * DAY), back], **customer(place))
    assert not verdict.allowed
    assert verdict.next_allowed is None


@pytest.mark.parametrize(("place", "question"), ASKED)
def test_a_refused_consent_on_the_contact_counts_too(place: Place, question: str) -> None:
    purpose, channel = question.split()
    given = customer(place)
    consent = {"channel": channel, "purpose": purpose, "granted": False, "at": place.at - DAY}
    given["contact"] |= {"consents": (Consent.model_validate(consent),)}
    assert not ask(place, question, bought(place.at - 2 * DAY), **given)


def test_a_consent_in_writing_takes_a_withdrawal_back() -> None:
    withdrawn = ConsentWithdrawn(id="w", occurred_at=ON.at - 2 * DAY, for_channel="email", purpose="telemarketing")
    anew = ConsentGiven(
        id="g", occurred_at=ON.at - DAY, for_channel="email", purpose="telemarketing", how="web_form", proof="form 18"
    )
    assert not ask(ON, "telemarketing email", [withdrawn], **customer(ON))
    assert ask(ON, "telemarketing email", [withdrawn, anew], **customer(ON))
