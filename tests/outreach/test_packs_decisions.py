"""What the packs decide: a table that people review, and the numbers of the laws at their borders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from support.decision_table import TABLE, Place, known, text
from support.permission import (
    AB,
    BOOK,
    DAY,
    EU,
    GB,
    ID,
    ON,
    US,
    Listed,
    ask,
    asked_for_demo,
    bought,
    consents,
    denials,
)  # fmt: skip

from leadqual import Contact
from leadqual.model.contact import DoNotCall
from leadqual.model.interactions.base import Interaction
from leadqual.outreach.permit import permit


def test_table_is_the_one_that_was_reviewed() -> None:
    hint = "read the difference, then: PYTHONPATH=tests python tests/support/decision_table.py"
    assert text().splitlines() == TABLE.read_text(encoding="utf-8").splitlines(), hint


@pytest.mark.parametrize(
    ("place", "history", "allowed"),
    [
        (US, bought(US.at - 540 * DAY), True),
        (US, bought(US.at - 540 * DAY - timedelta(seconds=1)), False),  # within 18 months, but not within 540 days
        (US, bought(US.at - relativedelta(months=18) + timedelta(hours=1)), False),
        (US, asked_for_demo(US.at - 90 * DAY), True),
        (US, asked_for_demo(US.at - 90 * DAY - timedelta(seconds=1)), False),
        (ON, bought(ON.at - relativedelta(months=18)), True),
        (ON, bought(ON.at - relativedelta(months=18) - timedelta(seconds=1)), False),
        (ON, asked_for_demo(ON.at - relativedelta(months=6)), True),
        (ON, asked_for_demo(ON.at - relativedelta(months=6) - timedelta(seconds=1)), False),
    ],
)
def test_relationship_windows_despite_the_registry(place: Place, history: list[Interaction], allowed: bool) -> None:
    verdict = ask(place, "telemarketing voice", history, caller="seller", registries=Listed(place))
    assert verdict.allowed is allowed
    if not allowed:
        assert verdict.headline.code == "NATIONAL_DNC"
        assert "EBR_EXPIRED" in {reason.code for reason in verdict.reasons}


@pytest.mark.parametrize(
    ("more", "allowed"),
    [({}, True), ({"proof": None}, False), ({"how": "verbal"}, False), ({"granted": False}, False)],
)
def test_consent_despite_the_registry_is_written_and_proved(more: dict[str, Any], allowed: bool) -> None:
    contact = consents(US, "telemarketing voice", **more)
    assert ask(US, "telemarketing voice", contact=contact, caller="seller", registries=Listed(US)).allowed is allowed


@pytest.mark.parametrize("place", [US, ON, GB])
def test_a_wish_not_to_be_called_outweighs_relationship_and_consent(place: Place) -> None:
    question = "telemarketing voice"
    contact = consents(place, question) | {"do_not_call": (DoNotCall(at=place.at - timedelta(hours=1)),)}
    registry = Listed(place)
    verdict = ask(place, question, bought(place.at - DAY), contact=contact, caller="seller", registries=registry)
    assert not verdict.allowed
    assert verdict.headline.code == "INTERNAL_DNC"
    assert verdict.next_allowed is None


@pytest.mark.parametrize(("place", "rule"), [(US, "US-ROBO-TM"), (ON, "CA-ADAD")])
def test_no_relationship_replaces_the_consent_that_recorded_calls_need(place: Place, rule: str) -> None:
    verdict = ask(place, "telemarketing prerecorded", bought(place.at - DAY), caller="seller")
    assert rule in denials(verdict)


@pytest.mark.parametrize(
    ("place", "question", "caller", "allowed"),
    [
        (US, "charity voice", "charity", True),
        (US, "charity voice", {"kinds": ["charity"], "paid": True}, False),
        (US, "charity voice", None, False),
        (ON, "charity voice", "charity", True),
        (ON, "charity voice", None, False),
        (ON, "political voice", "political", True),
        (ON, "telemarketing voice", "newspaper", True),
        (ON, "telemarketing voice", "seller", False),
        (GB, "charity voice", "charity", False),
        (GB, "political voice", "political", False),
    ],
)
def test_who_is_exempt_from_the_registry(place: Place, question: str, caller: Any, allowed: bool) -> None:
    assert ask(place, question, caller=caller, registries=Listed(place)).allowed is allowed


@pytest.mark.parametrize(("place", "days"), [(US, 31), (ON, 31), (GB, 28)])
def test_age_of_the_registry(place: Place, days: int) -> None:
    def stale(age: timedelta) -> bool:
        verdict = ask(place, "telemarketing voice", caller="seller", registries=Listed(place, age))
        return "DNC_SNAPSHOT_STALE" in {reason.code for reason in verdict.denials}

    assert not stale(days * DAY)
    assert stale(days * DAY + timedelta(seconds=1))


def test_businesses_are_not_on_the_lists() -> None:
    business = {"attributes": {"line_use": "business"}}
    for place in (US, ON):
        assert ask(place, "telemarketing voice", contact=business, caller="seller", registries=Listed(place))
    assert not ask(GB, "telemarketing voice", contact=business, caller="seller", registries=Listed(GB))  # CTPS


@pytest.mark.parametrize(
    ("place", "question", "local", "open_"),
    [
        (US, "telemarketing voice", "08:00", True),
        (US, "telemarketing voice", "21:00", False),
        (ON, "charity voice", "09:00", True),
        (ON, "charity voice", "21:30", False),
        (ID, "telecollection voice", "08:00", True),
        (ID, "telecollection voice", "19:59", True),
        (ID, "telecollection voice", "20:00", False),
        (ID, "telemarketing voice", "17:59", True),
        (ID, "telemarketing voice", "18:00", False),
    ],
)
def test_hours(place: Place, question: str, local: str, open_: bool) -> None:
    zone = known(place).time_zone
    assert zone is not None
    at = place.at.astimezone(ZoneInfo(zone)).replace(hour=int(local[:2]), minute=int(local[3:])).astimezone(UTC)
    verdict = ask(place, question, at=at)
    assert ("OUTSIDE_HOURS" not in {reason.code for reason in verdict.denials}) is open_


@pytest.mark.parametrize("place", [GB, EU])
def test_soft_opt_in_needs_a_sale_and_that_opting_out_was_offered(place: Place) -> None:
    offered = {"attributes": {"opt_out_offered": True}}
    sale = bought(place.at - DAY)
    assert ask(place, "telemarketing email", sale, contact=offered)
    assert ask(place, "telemarketing email", sale).headline.code == "NO_OPT_IN"
    assert not ask(place, "telemarketing email", contact=offered)


def test_faxes_need_a_relationship_and_a_number_that_was_given() -> None:
    given = {"attributes": {"fax_given": True}}
    assert ask(US, "telemarketing fax", bought(US.at - DAY), contact=given)
    assert not ask(US, "telemarketing fax", bought(US.at - DAY))
    assert not ask(US, "telemarketing fax", contact=given)


def test_published_addresses_of_businesses_in_canada() -> None:
    def business(**more: Any) -> dict[str, Any]:
        return {"attributes": {"line_use": "business"} | more}

    assert ask(ON, "telemarketing email", contact=business(address_published=True))
    assert not ask(ON, "telemarketing email", contact=business())
    assert not ask(ON, "telemarketing email", contact={"attributes": {"address_published": True}})


def test_disputed_and_unverified_exemptions_are_shown_and_not_relied_on() -> None:
    night = US.at.replace(hour=4)
    late = ask(US, "telemarketing sms", contact=consents(US, "telemarketing sms"), at=night)
    assert "US-HOURS" in denials(late)
    customer = ask(ID, "service email", bought(ID.at - DAY))
    assert denials(customer) == {"ID-PDP-CONSENT"}
    for verdict, rule in ((late, "US-HOURS-EXC"), (customer, "ID-PDP-BASIS")):
        assert {reason.rule: reason.code for reason in verdict.reasons}[rule] == "NOT_RELIED_ON"


def test_indonesia_closes_on_sunday_and_on_national_holidays() -> None:
    christmas = datetime(2026, 12, 25, 4, tzinfo=UTC)
    leave = datetime(2026, 12, 24, 4, tzinfo=UTC)  # cuti bersama
    assert ask(ID, "telecollection voice", caller="collector", at=christmas).headline.code == "NATIONAL_HOLIDAY"
    assert ask(ID, "telecollection voice", caller="collector", at=leave)
    assert not ask(ID, "telecollection voice", caller="collector", at=leave, strict=True)
    assert ask(ID, "telecollection voice", caller="collector", at=ID.at + 5 * DAY).headline.code == "NON_CONTACT_DAY"


@pytest.mark.parametrize("place", [US, ON, AB, ID, GB, EU])
@pytest.mark.parametrize("purpose", ["telemarketing", "telecollection", "survey", "charity", "political", "service"])
def test_channels_of_which_no_law_was_read_are_denied(place: Place, purpose: str) -> None:
    for channel in ("instagram", "telegram", "in_person", "tv"):
        verdict = ask(place, f"{purpose} {channel}")
        assert not verdict.allowed
        assert "RULE_MISSING" in {reason.code for reason in verdict.denials}


def test_a_country_without_a_pack_is_denied() -> None:
    contact = Contact(id="c", country="JP", phone="+81312345678", time_zone="Asia/Tokyo")
    verdict = permit(contact, [], purpose="survey", channel="voice", at=US.at, rules=BOOK)
    assert verdict.headline.code == "RULE_MISSING"
