from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from support.reaching import AT, DAY, TICK, asked, book, rule, said

from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.calls import CallInbound, CallOutbound
from leadqual.model.interactions.messaging import EmailSent, MessageSent, WhatsappMessage

SEVEN = book(rule("F", "frequency", at_most=7, within="7d", per="debt", code="FREQ_7_IN_7"))
CAMPAIGN = book(rule("F", "frequency", at_most=1, within="2d", per="campaign"))
NEVER = book(rule("F", "frequency", at_most=0, within="1d"))
TALKS = book(rule("F", "frequency", at_most=1, within="1d", counts="conversations"))


def calls(count: int, first: datetime = AT - DAY, **given: object) -> list[Interaction]:
    return [
        CallOutbound(id=f"c{number}", occurred_at=first + timedelta(minutes=number), outcome="no_answer", **given)
        for number in range(count)
    ]


def test_the_eighth_call_in_seven_days_is_denied() -> None:
    assert asked(SEVEN, calls(6))
    verdict = asked(SEVEN, calls(7))
    assert verdict.headline.code == "FREQ_7_IN_7"
    assert verdict.next_allowed == AT - DAY + 7 * DAY
    assert said("F", asked(SEVEN, calls(6))).code == "OK_FREQUENCY"


def test_a_call_exactly_seven_days_old_counts_no_longer() -> None:
    assert asked(SEVEN, calls(7, AT - 7 * DAY))
    assert not asked(SEVEN, calls(7, AT - 7 * DAY + TICK))


def test_of_many_calls_the_seventh_from_the_end_says_when() -> None:
    verdict = asked(SEVEN, calls(12))
    assert verdict.next_allowed == AT - DAY + timedelta(minutes=5) + 7 * DAY
    assert asked(SEVEN, calls(12), at=verdict.next_allowed)
    assert not asked(SEVEN, calls(12), at=verdict.next_allowed - TICK)


def test_calls_about_another_debt_or_purpose_do_not_count_and_unknown_ones_do() -> None:
    assert asked(SEVEN, calls(9, debt="a"), debt="b")
    assert not asked(SEVEN, calls(9, debt="a"), debt="a")
    assert not asked(SEVEN, calls(9), debt="b")
    assert asked(SEVEN, calls(9, purpose="telecollection"))
    assert not asked(SEVEN, calls(9, purpose="marketing"))
    anything = book(rule("F", "frequency", at_most=7, within="7d", any_purpose=True))
    assert not asked(anything, calls(9, purpose="telecollection"))


def test_campaigns_are_counted_apart() -> None:
    assert asked(CAMPAIGN, calls(1, campaign="spring"), campaign="autumn")
    assert not asked(CAMPAIGN, calls(1, campaign="spring"), campaign="spring")
    assert not asked(CAMPAIGN, calls(1), campaign="spring")


def test_a_limit_of_none_is_never_over() -> None:
    verdict = asked(NEVER)
    assert (verdict.allowed, verdict.next_allowed) == (False, None)


def test_only_its_own_channels_count_unless_it_names_others() -> None:
    messages: list[Interaction] = [
        EmailSent(id="e", occurred_at=AT - TICK),
        MessageSent(id="s", occurred_at=AT - TICK, channel="sms"),
        WhatsappMessage(id="w", occurred_at=AT - TICK, direction="outbound"),
        WhatsappMessage(id="i", occurred_at=AT - TICK, direction="inbound"),
    ]
    counted = rule("F", "frequency", at_most=9, within="1d", counted_channels=["email", "sms", "whatsapp"])
    assert "0 within" in said("F", asked(SEVEN, messages)).text
    assert "3 within" in said("F", asked(book(counted), messages)).text


def test_a_recorded_call_is_no_call_of_a_person() -> None:
    recorded = calls(9, channel="prerecorded")
    assert asked(SEVEN, recorded)
    assert not asked(book(rule("F", "frequency", at_most=7, within="7d", counted_channels=["prerecorded"])), recorded)


@pytest.mark.parametrize(("outcome", "counts"), [("answered", True), (None, True), ("voicemail", False)])
def test_conversations_count_in_both_directions(outcome: str | None, counts: bool) -> None:
    for kind in (CallOutbound, CallInbound):
        assert asked(TALKS, [kind(id="c", occurred_at=AT - TICK, outcome=outcome)]).allowed is not counts


def test_calls_of_the_contact_are_no_attempts() -> None:
    inbound = [CallInbound(id=f"c{n}", occurred_at=AT - TICK, outcome="answered") for n in range(9)]
    assert asked(SEVEN, inbound)


def test_a_call_at_the_instant_counts_and_one_after_it_does_not() -> None:
    assert not asked(CAMPAIGN, calls(1, AT))
    assert asked(CAMPAIGN, calls(1, AT + TICK))
