"""What the packs decide about collecting debts: how often, when, from whom, and by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from support.decision_table import Place
from support.permission import BOOK, DAY, ID, ON, US, ask, call, denials

from leadqual.model.contact import DoNotCall
from leadqual.model.interactions.collection import CollectionNoticeSent


def test_seven_calls_about_a_debt_in_seven_days() -> None:
    calls = [call(number, US.at - timedelta(hours=number + 1)) for number in range(7)]
    ask_of = {"caller": "collector", "debt": "a"}
    assert ask(US, "telecollection voice", calls[:6], **ask_of)
    assert ask(US, "telecollection voice", calls, **ask_of).headline.code == "FREQ_7_IN_7"
    assert ask(US, "telecollection voice", calls, caller="collector", debt="b")
    assert ask(US, "telecollection voice", calls, caller="creditor", debt="a")  # outside the federal rules


def test_seven_days_of_rest_after_a_conversation() -> None:
    talk = [call(1, US.at, "answered")]
    ask_of = {"caller": "collector", "debt": "a"}
    verdict = ask(US, "telecollection voice", talk, at=US.at + 6 * DAY, **ask_of)
    assert verdict.headline.code == "FREQ_AFTER_CONVERSATION"
    assert ask(US, "telecollection voice", talk, at=US.at + 7 * DAY, **ask_of)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"attorney": True}, "ATTORNEY_REPRESENTED"),
        ({"answered_by": "colleague"}, "THIRD_PARTY"),
        ({"employer_forbids": True}, "WORKPLACE_PROHIBITED"),
        ({"inconvenient_times": "tue"}, "OUTSIDE_HOURS"),
    ],
)
def test_whom_a_collector_leaves_alone(attributes: dict[str, Any], code: str) -> None:
    verdict = ask(US, "telecollection voice", contact={"attributes": attributes}, caller="collector")
    assert verdict.headline.code == code


def test_spouses_are_spoken_to_in_america_and_not_in_indonesia() -> None:
    contact = {"attributes": {"answered_by": "spouse"}}
    assert ask(US, "telecollection voice", contact=contact, caller="collector")
    assert not ask(ID, "telecollection voice", contact=contact, caller="financial")


def test_only_a_request_in_writing_ends_collection_by_law() -> None:
    rules = BOOK.without("LQ-REQUEST-NAMED", "US-REGF-MEDIUM")
    for how, allowed in (("verbal", True), ("written", False)):
        contact = {"do_not_call": (DoNotCall(at=US.at - DAY, how=how),)}
        assert ask(US, "telecollection voice", contact=contact, caller="collector", rules=rules).allowed is allowed


def test_ontario_wants_a_notice_six_days_before_and_three_contacts_a_week() -> None:
    def notice(age: timedelta) -> CollectionNoticeSent:
        return CollectionNoticeSent(id="n", occurred_at=ON.at - age)

    assert ask(ON, "telecollection voice", [notice(6 * DAY)], caller="collector")
    early = ask(ON, "telecollection voice", [notice(5 * DAY)], caller="collector")
    assert early.headline.code == "NOTICE_REQUIRED"
    calls = [call(number, ON.at - (number + 1) * DAY) for number in range(3)]
    assert ask(ON, "telecollection voice", [notice(30 * DAY), *calls[:2]], caller="collector")
    often = ask(ON, "telecollection voice", [notice(30 * DAY), *calls], caller="collector")
    assert often.headline.rule == "CA-ON-COLL"


def test_quebec_on_weekdays_and_not_on_sunday() -> None:
    quebec = {"region": "CA-QC", "time_zone": "America/Montreal"}
    assert ask(ON, "telecollection voice", contact=quebec, caller="collector")
    sunday = ask(ON, "telecollection voice", contact=quebec, caller="collector", at=ON.at + 5 * DAY)
    assert sunday.headline.code == "NON_CONTACT_DAY"
    assert denials(sunday) == {"CA-QC-COLL"}


@pytest.mark.parametrize("contact", [{"region": None}, {"region": "CA-BC"}])
def test_a_province_that_is_unknown_or_was_not_read_denies_collection(contact: dict[str, Any]) -> None:
    notice = [CollectionNoticeSent(id="n", occurred_at=ON.at - 10 * DAY)]
    assert ask(ON, "telecollection voice", notice, contact=contact, caller="collector").headline.code == "RULE_MISSING"


@pytest.mark.parametrize(("place", "caller"), [(ON, "creditor"), (ID, "creditor"), (US, "seller")])
def test_collection_by_callers_of_whom_no_rule_was_read_is_denied(place: Place, caller: str) -> None:
    assert ask(place, "telecollection voice", caller=caller).headline.code == "RULE_MISSING"
