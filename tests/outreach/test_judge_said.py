from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.reaching import ANN, AT, DAY, TICK, asked, book, rule, said

from leadqual.model.contact import Consent, DoNotCall
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.calls import CallInbound, CallOutbound
from leadqual.model.interactions.messaging import EmailReplied, MessageReceived, WhatsappMessage
from leadqual.model.interactions.permission import ConsentGiven, ConsentWithdrawn, OptedOut
from leadqual.model.interactions.sales import Purchase
from leadqual.model.interactions.web import NewsletterUnsubscribed

CONSENT = book(rule("C", "consent", channels=["voice", "prerecorded", "sms"]))
WRITTEN = book(rule("C", "consent", means=["written", "web_form"], proof=True, code="NO_WRITTEN_CONSENT"))
REQUEST = book(rule("R", "request", channels=["voice", "prerecorded", "sms", "email", "whatsapp"]))
CEASE = book(rule("R", "request", means=["written"], code="CEASE_COMMUNICATION"))
NAMED = book(rule("R", "request", purposes=["telecollection", "telemarketing"], named_purpose=True))
ANYWHERE = book(rule("R", "request", any_channel=True))
WINDOW = book(rule("W", "service_window", channels=["whatsapp"], within="24h"))
BARRED = rule("D", "circumstance", attribute="barred", denies=[True], when_missing="deny", code="NATIONAL_DNC")


def related(within: str, *kinds: str, **given: Any) -> Any:
    ground = {"kinds": list(kinds or ("purchase",)), "within": within}
    return book(BARRED, rule("E", "exemption", lifts=["D"], relation=ground, allow="OK_EBR_TRANSACTION", **given))


def given(at: datetime = AT - DAY, name: str = "g", **more: Any) -> ConsentGiven:
    return ConsentGiven(id=name, occurred_at=at, **{"for_channel": "voice", **more})


def withdrawn(at: datetime, name: str = "w", **more: Any) -> ConsentWithdrawn:
    return ConsentWithdrawn(id=name, occurred_at=at, **more)


def test_a_consent_holds_from_its_own_instant_on() -> None:
    assert asked(CONSENT, [given(AT)])
    assert not asked(CONSENT, [given(AT + TICK)])
    verdict = asked(CONSENT)
    assert (verdict.headline.code, verdict.next_allowed, verdict.unknown) == ("NO_CONSENT", None, ("consent.voice",))


def test_of_a_consent_and_a_withdrawal_at_one_instant_the_withdrawal_counts() -> None:
    history = [given(AT - DAY), withdrawn(AT - DAY)]
    for order in (history, history[::-1]):
        assert asked(CONSENT, order).headline.code == "CONSENT_REVOKED"
    assert asked(CONSENT, [*history, given(AT - DAY + TICK, "again")])


@pytest.mark.parametrize(
    ("more", "enough"),
    [
        ({"for_channel": "sms"}, False),
        ({"purpose": "survey"}, False),
        ({"purpose": "telemarketing"}, True),
        ({"purpose": "marketing"}, True),
        ({"purpose": "service"}, False),
    ],
)
def test_a_consent_counts_for_its_own_channel_and_purpose(more: dict[str, Any], enough: bool) -> None:
    assert asked(CONSENT, [given(**more)]).allowed is enough


@pytest.mark.parametrize(
    ("back", "taken"),
    [({}, True), ({"for_channel": "voice"}, True), ({"for_channel": "sms"}, False), ({"purpose": "survey"}, False)],
)
def test_a_withdrawal_takes_back_what_it_names(back: dict[str, Any], taken: bool) -> None:
    assert asked(CONSENT, [given(), withdrawn(AT, **back)]).allowed is not taken


def test_who_takes_calls_back_takes_recorded_ones_back_too() -> None:
    history = [given(for_channel="prerecorded"), withdrawn(AT, for_channel="voice")]
    assert not asked(CONSENT, history, channel="prerecorded")
    assert asked(CONSENT, [*history, given(name="s", for_channel="sms")], channel="sms")


@pytest.mark.parametrize(
    ("more", "code", "lacks"),
    [
        ({}, "NO_WRITTEN_CONSENT", "which is not enough"),
        ({"how": "verbal", "proof": "tape 3"}, "NO_WRITTEN_CONSENT", "verbal"),
        ({"how": "written"}, "NO_WRITTEN_CONSENT", "where its proof lies"),
        ({"how": "written", "proof": ""}, "NO_WRITTEN_CONSENT", "where its proof lies"),
        ({"how": "web_form", "proof": "form 17"}, "OK_EXPRESS_CONSENT", "consented"),
    ],
)
def test_the_form_and_the_proof_of_a_consent(more: dict[str, Any], code: str, lacks: str) -> None:
    reason = said("C", asked(WRITTEN, [given(**more)]))
    assert reason.code == code
    assert lacks in reason.text


def test_consents_of_one_instant_are_told_alike_in_any_order() -> None:
    several = [given(name=f"g{number}", how=how) for number, how in enumerate((None, "verbal", "imported"))]
    assert asked(WRITTEN, several) == asked(WRITTEN, several[::-1])


def test_a_consent_on_the_contact_counts_and_a_refusal_there_is_a_wish() -> None:
    def ann(**more: Any) -> Any:
        return ANN.model_copy(update={"consents": (Consent(channel="voice", at=AT - DAY, **more),)})

    assert asked(CONSENT, contact=ann())
    assert not asked(CONSENT, contact=ann(granted=False))
    assert asked(REQUEST, contact=ann())
    assert not asked(REQUEST, contact=ann(granted=False))


@pytest.mark.parametrize("back", [{}, {"for_channel": "voice"}, {"purpose": "marketing"}])
def test_who_takes_a_consent_back_is_not_contacted_even_where_none_is_needed(back: dict[str, Any]) -> None:
    assert not asked(REQUEST, [withdrawn(AT - DAY, **back)])
    assert asked(REQUEST, [withdrawn(AT - DAY, **back), given(AT)])


def wishes() -> dict[str, tuple[Any, list[Interaction]]]:
    mark = DoNotCall(at=AT, channel="voice")
    call = {"occurred_at": AT, "outcome": "do_not_call"}
    return {
        "a mark on the contact": (ANN.model_copy(update={"do_not_call": (mark,)}), []),
        "a mark for everything": (ANN.model_copy(update={"do_not_call": (DoNotCall(at=AT),)}), []),
        "opted out": (ANN, [OptedOut(id="o", occurred_at=AT)]),
        "opted out of SMS": (ANN, [OptedOut(id="o", occurred_at=AT, for_channel="sms")]),
        "said on our call": (ANN, [CallOutbound(id="o", **call)]),
        "said on the contact's call": (ANN, [CallInbound(id="o", **call)]),
        "said on a call about a debt": (ANN, [CallOutbound(id="o", purpose="telecollection", **call)]),
        "said to a recorded voice": (ANN, [CallOutbound(id="o", channel="prerecorded", **call)]),
    }


@pytest.mark.parametrize("name", wishes())
def test_a_wish_not_to_be_called_holds_from_its_instant(name: str) -> None:
    contact, history = wishes()[name]
    verdict = asked(REQUEST, history, contact=contact)
    assert (verdict.headline.code, verdict.next_allowed) == ("INTERNAL_DNC", None)
    assert asked(REQUEST, history, contact=contact, at=AT - TICK)


def test_a_wish_about_mail_leaves_the_telephone_open() -> None:
    history: list[Interaction] = [
        OptedOut(id="o", occurred_at=AT, for_channel="email"),
        NewsletterUnsubscribed(id="n", occurred_at=AT),
    ]
    assert asked(REQUEST, history)
    assert not asked(REQUEST, history[1:], channel="email")
    assert not asked(ANYWHERE, history)


def test_advertising_and_debts_are_wishes_of_their_own_where_the_rule_says_so() -> None:
    selling = [CallOutbound(id="o", occurred_at=AT, purpose="telemarketing", outcome="do_not_call")]
    assert asked(NAMED, selling, purpose="telecollection")
    assert not asked(NAMED, selling)
    assert not asked(NAMED, [OptedOut(id="o", occurred_at=AT)], purpose="telecollection")


@pytest.mark.parametrize(("how", "denied"), [("written", True), (None, True), ("verbal", False)])
def test_of_a_wish_in_an_unknown_form_nobody_knows_that_it_was_not_in_writing(how: str | None, denied: bool) -> None:
    assert asked(CEASE, [OptedOut(id="o", occurred_at=AT, how=how)]).allowed is not denied


@pytest.mark.parametrize(
    ("how", "later", "back"),
    [("written", TICK, True), ("verbal", TICK, False), (None, TICK, False), ("written", 0 * TICK, False)],
)
def test_a_wish_is_taken_back_by_a_later_consent_in_writing(how: str | None, later: timedelta, back: bool) -> None:
    history = [OptedOut(id="o", occurred_at=AT - DAY), given(AT - DAY + later, how=how)]
    verdict = asked(REQUEST, history)
    assert verdict.allowed is back
    assert (said("R", verdict).code == "OK_REQUEST_TAKEN_BACK") is back


@pytest.mark.parametrize(
    ("channel", "text", "stops"),
    [
        ("sms", "STOP", True),
        ("sms", " Stop. ", True),
        ("sms", "cancel", True),
        ("sms", "Opt-out", True),
        ("sms", "STOP 2 END", True),
        ("whatsapp", "stop please", True),
        ("sms", "remove me from the list", True),
        ("sms", "Do not contact me again", True),
        ("sms", "stop by our shop in Sudirman street on Monday", False),
        ("sms", "opt  out", True),
        ("sms", "please do not stop", False),
        ("whatsapp", "berhenti", True),
        ("whatsapp", "cancel", False),
        ("email", "Unsubscribe!", True),
    ],
)
def test_some_messages_are_a_wish_by_themselves(channel: str, text: str, stops: bool) -> None:
    kinds: dict[str, Interaction] = {
        "sms": MessageReceived(id="m", occurred_at=AT, channel="sms", text=text),
        "whatsapp": WhatsappMessage(id="m", occurred_at=AT, direction="inbound", text=text),
        "email": EmailReplied(id="m", occurred_at=AT, text=text),
    }
    assert asked(REQUEST, [kinds[channel]], channel=channel).allowed is not stops
    assert asked(REQUEST, [kinds[channel]])


def test_our_own_message_is_no_wish() -> None:
    assert asked(
        REQUEST, [WhatsappMessage(id="m", occurred_at=AT, direction="outbound", text="STOP")], channel="whatsapp"
    )


def test_days_of_a_relationship_are_counted_to_the_microsecond() -> None:
    rules = related("540d")
    assert asked(rules, [Purchase(id="p", occurred_at=AT - 540 * DAY)])
    assert not asked(rules, [Purchase(id="p", occurred_at=AT - 540 * DAY - TICK)])


@pytest.mark.parametrize(
    ("at", "first"),
    [
        (datetime(2026, 8, 31, 9, tzinfo=UTC), datetime(2025, 2, 28, 9, tzinfo=UTC)),
        (datetime(2025, 8, 31, 9, tzinfo=UTC), datetime(2024, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 5, 23, 9, tzinfo=UTC), datetime(2024, 11, 23, 9, tzinfo=UTC)),
    ],
)
def test_months_of_a_relationship_end_with_short_months(at: datetime, first: datetime) -> None:
    rules = related("18 months")
    assert asked(rules, [Purchase(id="p", occurred_at=first)], at=at)
    assert not asked(rules, [Purchase(id="p", occurred_at=first - TICK)], at=at)


def test_the_latest_purchase_counts_and_one_to_come_does_not() -> None:
    rules = related("30d")
    old, new = (Purchase(id=f"p{age}", occurred_at=AT - age * DAY) for age in (90, 3))
    assert asked(rules, [new, old])
    assert not asked(rules, [old, Purchase(id="p", occurred_at=AT + TICK)])
    assert said("E", asked(rules, [old])).code == "NOT_EXEMPT"


def test_a_wish_ends_the_relationship_from_before_it() -> None:
    rules, again = related("30d"), given(AT - DAY, how="web_form")
    bought = Purchase(id="p", occurred_at=AT - 3 * DAY)
    wish = OptedOut(id="o", occurred_at=AT - 2 * DAY)
    assert asked(rules, [bought])
    assert not asked(rules, [bought, wish, again])
    assert asked(rules, [bought, wish, again, Purchase(id="q", occurred_at=AT)])


@pytest.mark.parametrize(
    ("more", "inquiry"),
    [
        ({}, True),
        ({"outcome": "interested"}, True),
        ({"purpose": "telemarketing"}, True),
        ({"outcome": "do_not_call"}, False),
        ({"outcome": "wrong_number"}, False),
        ({"outcome": "not_interested"}, False),
        ({"purpose": "telecollection"}, False),
        ({"purpose": "service"}, False),
    ],
)
def test_a_call_of_the_contact_is_an_inquiry_unless_it_says_otherwise(more: dict[str, Any], inquiry: bool) -> None:
    call = CallInbound(id="c", occurred_at=AT - DAY, **more)
    assert asked(related("30d", "call_inbound"), [call]).allowed is inquiry


def test_a_service_window_closes_after_a_day_to_the_microsecond() -> None:
    def wrote(age: timedelta, **more: Any) -> list[Interaction]:
        return [WhatsappMessage(id="m", occurred_at=AT - age, **{"direction": "inbound", **more})]

    assert asked(WINDOW, wrote(DAY - TICK), channel="whatsapp")
    closed = asked(WINDOW, wrote(DAY), channel="whatsapp")
    assert (closed.headline.code, closed.next_allowed) == ("TEMPLATE_REQUIRED", None)
    assert not asked(WINDOW, wrote(TICK, direction="outbound"), channel="whatsapp")
    assert asked(WINDOW, wrote(DAY), channel="whatsapp", template=True)
    other = [MessageReceived(id="m", occurred_at=AT - TICK, channel="telegram")]
    assert not asked(WINDOW, other, channel="whatsapp")


@pytest.mark.parametrize("code", ["CONSENT_REVOKED", "UNSUBSCRIBED", "NATIONAL_DNC", "A_CODE_OF_OUR_OWN"])
def test_a_rule_may_give_its_refusal_the_code_of_another_kind(code: str) -> None:
    verdict = asked(book(rule("R", "request", code=code)), [OptedOut(id="o", occurred_at=AT)])
    assert (verdict.headline.code, verdict.headline.found["en"]) == (
        code,
        "The contact asked not to be contacted Mon 2026-11-23 15:00 UTC.",
    )


def test_of_what_happened_at_one_instant_the_wish_counts() -> None:
    def marked(*history: Interaction, rules: Any) -> Any:
        mark = DoNotCall(at=AT - 2 * DAY, channel="voice")
        return asked(rules, list(history), contact=ANN.model_copy(update={"do_not_call": (mark,)}))

    assert not marked(given(AT - 2 * DAY, how="written"), rules=REQUEST)
    assert marked(given(AT - 2 * DAY + TICK, how="written"), rules=REQUEST)
    assert not marked(Purchase(id="p", occurred_at=AT - 2 * DAY), rules=related("30d"))
    assert marked(Purchase(id="p", occurred_at=AT - 2 * DAY + TICK), rules=related("30d"))
