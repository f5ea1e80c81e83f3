"""The table says what the verdicts of one contact say, for any contacts, histories and questions."""

from __future__ import annotations

import warnings
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadqual import (
    CallInbound,
    CallOutbound,
    ConsentGiven,
    ConsentWithdrawn,
    Contact,
    Interaction,
    NewsletterUnsubscribed,
    OptedOut,
    Purchase,
    QuoteRequested,
    frames,
    outreach,
    parse_interaction,
)
from leadqual.outreach.facts.history import Told
from leadqual.outreach.tables.permit_frame import OverdueRulesWarning

AT = datetime(2026, 11, 23, 16, tzinfo=UTC)
REGISTRY = outreach.DoNotCallRegistry.from_numbers(["2125550199", "3105550100"], obtained_at=AT - timedelta(days=9))
CHANNELS = ("voice", "prerecorded", "sms", "whatsapp", "email")
PURPOSES = ("telemarketing", "marketing", "telecollection", "survey", "charity", "service")
MEANS = ("written", "web_form", "email", "verbal", "message")

hours = st.sampled_from([-1, 0, 1, 23, 24, 30, 100, 167, 168, 700, 2150, 2200, 9000, 13150, 13200, 17520, 20000])
ago = hours.map(lambda length: AT - timedelta(hours=length))


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *values])


def made(cls: Any, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"cls": st.just(cls), "occurred_at": ago, **parts})


changes = st.fixed_dictionaries({}, optional={
    "country": maybe("US", "ID", "SG"), "phone": maybe("+12125550199", "+442079460018"), "region": maybe("US-TX"),
    "time_zone": maybe("Asia/Makassar"), "email": maybe("siti@example.org"), "attorney": maybe(True),
}).filter(bool)  # fmt: skip
happened = st.one_of(
    made(
        CallOutbound, outcome=maybe("answered", "no_answer", "do_not_call"), purpose=maybe(*PURPOSES),
        debt=maybe("d-1", "d-2"), campaign=maybe("k-1"),
    ),
    made(CallInbound, outcome=maybe("answered", "dropped"), purpose=maybe("service", "telemarketing")),
    made(Purchase),
    made(QuoteRequested),
    made(
        ConsentGiven, for_channel=st.sampled_from(CHANNELS), purpose=st.sampled_from(PURPOSES), how=maybe(*MEANS),
        proof=maybe("a tape", ""),
    ),
    made(ConsentWithdrawn, for_channel=maybe(*CHANNELS), purpose=maybe(*PURPOSES)),
    made(OptedOut, for_channel=maybe(*CHANNELS), purpose=maybe(*PURPOSES), how=maybe(*MEANS)),
    made(NewsletterUnsubscribed),
    made("message_received", channel=st.sampled_from(["whatsapp", "sms"]), text=maybe("Stop!", "hello")),
    made("whatsapp_message", direction=st.sampled_from(["inbound", "outbound"]), text=maybe("STOP")),
    made("collection_notice_sent", debt=maybe("d-1", "d-2")),
    made("email_sent"),
    made("profile_updated", changes=changes),
)  # fmt: skip

consents = st.fixed_dictionaries(
    {"channel": st.sampled_from(CHANNELS), "at": ago, "granted": st.booleans(), "how": maybe(*MEANS),
     "purpose": st.sampled_from(PURPOSES), "proof": maybe("a form")}
)  # fmt: skip
marks = st.fixed_dictionaries({"at": ago, "channel": maybe(*CHANNELS), "how": maybe(*MEANS)})
people = st.fixed_dictionaries(
    {
        "country": maybe("US", "US", "ID", "CA", "GB", "DE", "BR"),
        "region": maybe("US-FL", "CA-QC", "ID-JK"),
        "phone": maybe("+12125550123", "+12125550199", "+13105550100", "+14165550123", "+6281234567890",
                       "+442079460018", "+18002345678", "+15551234567"),
        "email": maybe("siti@example.com", "siti@-example.com"),
        "time_zone": maybe("America/Chicago", "Asia/Jakarta"),
        "kind": st.sampled_from(["person", "organisation"]),
        "consents": st.lists(consents, max_size=2),
        "do_not_call": st.lists(marks, max_size=2),
        "attributes": st.fixed_dictionaries(
            {}, optional={"line": st.sampled_from(["mobile", "landline"]), "attorney": st.booleans(),
                          "line_use": st.sampled_from(["business", "personal"]), "answered_by": st.just("spouse"),
                          "inconvenient_times": st.just("mon-fri 09:00-12:00")}),
    }
)  # fmt: skip
asked = st.fixed_dictionaries(
    {
        "purpose": st.sampled_from(PURPOSES),
        "channel": st.sampled_from(CHANNELS),
        "at": hours.map(lambda length: AT + timedelta(hours=abs(length) % 200)),
        "caller": maybe("seller", "collector", "creditor", "charity", "financial"),
        "registries": maybe(REGISTRY),
        "debt": maybe("d-1"),
        "campaign": maybe("k-1"),
        "template": st.booleans(),
        "strict": st.booleans(),
        "suppressed": st.sampled_from([(), ("+12125550123", "SITI@example.com"), ("c-1",)]),
    }
)


def interaction(number: int, given_: dict[str, Any]) -> Interaction:
    kind, parts = given_["cls"], {name: value for name, value in given_.items() if name != "cls" and value is not None}
    if isinstance(kind, str):
        return parse_interaction({"id": f"i-{number}", "kind": kind, **parts})
    return kind(id=f"i-{number}", **parts)  # type: ignore[no-any-return]


def agree(given_: list[tuple[dict[str, Any], list[dict[str, Any]]]], question: dict[str, Any], reasons: bool) -> None:
    contacts = [Contact(id=f"c-{number}", **fields_) for number, (fields_, _) in enumerate(given_)]
    histories = {
        contact.id: [interaction(number, one) for number, one in enumerate(history)]
        for contact, (_, history) in zip(contacts, given_, strict=True)
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OverdueRulesWarning)
        table = outreach.permit_frame(*frames.from_models(contacts, histories), **question, reasons=reasons)
    for contact, row in zip(contacts, table.to_dicts(), strict=True):
        verdict = outreach.permit(contact, histories[contact.id], **question)
        assert (row["contact_id"], row["allowed"]) == (contact.id, verdict.allowed)
        headline = verdict.headline
        assert (row["code"], row["rule"], row["source"]) == (headline.code, headline.rule, headline.source)
        assert (row["codes"] or "").split("; ") == [*dict.fromkeys(one.code for one in verdict.denials)] or [""]
        assert row["next_allowed"] == verdict.next_allowed
        assert (row["unknown"] or "") == "; ".join(verdict.unknown)
        assert (row["warnings"] or "") == "; ".join(verdict.warnings)
        if reasons:
            effect = "allow" if verdict.allowed else "deny"
            why = [(one.code, one.rule, one.text, one.until) for one in verdict.reasons if one.effect == effect]
            assert [(one["code"], one["rule"], one["text"], one["until"]) for one in row["reasons"]] == why


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(people, st.lists(happened, max_size=4)), min_size=1, max_size=6), asked, st.booleans())
def test_a_table_says_what_each_verdict_says(
    given_: list[tuple[dict[str, Any], list[dict[str, Any]]]], question: dict[str, Any], reasons: bool
) -> None:
    agree(given_, question, reasons)


@settings(max_examples=40, deadline=None)
@given(people, st.lists(st.lists(happened, min_size=1, max_size=3), min_size=8, max_size=20), asked)
def test_histories_that_come_to_the_same_are_no_different(
    person: dict[str, Any], histories: list[list[dict[str, Any]]], question: dict[str, Any]
) -> None:
    known = {**person, "country": "US", "phone": "+12125550199", "do_not_call": [], "region": None}
    agree([(known, history) for history in histories], question, reasons=False)


LENGTHS = (0, 1, 23, 24, 25, 143, 145, 167, 168, 169, 2150, 2200, 9000, 13150, 13200, 17000, 18000)
NEW_YORK = {"country": "US", "phone": "+12125550199", "email": "siti@example.com", "region": "US-NY"}
ONTARIO = {"country": "CA", "phone": "+14165550123", "email": "siti@example.com", "region": "CA-ON"}
PEOPLE = (NEW_YORK, ONTARIO)


def each_kind(hours_: int) -> list[list[dict[str, Any]]]:
    at = {"occurred_at": AT - timedelta(hours=hours_)}
    word = {"for_channel": "voice", "purpose": "telemarketing", "how": "written"}
    call = {"cls": CallOutbound, "outcome": "answered", "debt": "d-1"}
    kinds: list[dict[str, Any]] = [
        {"cls": Purchase}, {"cls": QuoteRequested}, call, {**call, "outcome": "do_not_call"},
        {"cls": ConsentGiven, **word}, {"cls": ConsentWithdrawn, **word}, {"cls": OptedOut, "for_channel": "voice"},
        {"cls": "message_received", "channel": "whatsapp"}, {"cls": "collection_notice_sent", "debt": "d-1"},
        {"cls": "whatsapp_message", "direction": "inbound"},
    ]  # fmt: skip
    single = [[{**one, **at}] for one in kinds]
    stopped = {"cls": OptedOut, "occurred_at": AT - timedelta(hours=150)}
    many = [{**call, "outcome": "no_answer", "occurred_at": AT - timedelta(hours=n * hours_ / 7)} for n in range(1, 8)]
    return [*single, *([*one, stopped] for one in single), many]


@pytest.mark.parametrize(
    ("purpose", "channel", "caller"),
    [("telemarketing", "voice", "seller"), ("telecollection", "voice", "collector"), ("survey", "voice", None),
     ("telemarketing", "whatsapp", "seller"), ("telemarketing", "sms", "seller"), ("telemarketing", "email", None)],
)  # fmt: skip
def test_every_side_of_every_boundary_is_told_apart(purpose: str, channel: str, caller: str | None) -> None:
    given_ = [(person, history) for person in PEOPLE for length in LENGTHS for history in each_kind(length)]
    question = {"purpose": purpose, "channel": channel, "caller": caller, "at": AT, "debt": "d-1"}
    agree(given_, {**question, "registries": REGISTRY}, reasons=False)


def test_all_that_a_history_tells_is_in_the_sign_of_it() -> None:
    signed = {"words", "requests", "attempts", "latest", "first", "heard", "notices"}
    assert {one.name for one in fields(Told)} == signed, "another field: say in Needs.sign what rules can tell of it"
