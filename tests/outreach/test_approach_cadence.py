from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from support.approaching import AT, SITI

from leadqual import policies
from leadqual.engines.view import View
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.calls import CallInbound, CallOutbound
from leadqual.model.interactions.meetings import DemoRequested
from leadqual.model.interactions.messaging import (
    EmailReplied,
    EmailSent,
    InstagramMessage,
    MessageReceived,
    MessageSent,
    WhatsappMessage,
)
from leadqual.model.time import from_micros, micros
from leadqual.model.vocabulary import Channel
from leadqual.outreach.approach import Approach, Approaches
from leadqual.outreach.approach.cadence import due_at, waiting_since
from leadqual.outreach.approach.channels import channels_for
from leadqual.outreach.approach.reading import Reading

DAY = timedelta(days=1)
WORDS = dict.fromkeys(("title", "goal", "focus", "tone", "outcome"), "x") | {"content": ["x"]}


def one(**changes: Any) -> Approach:
    plain = {
        "id": "mine",
        "purpose": "telemarketing",
        "activity": "sales",
        "channels": ["voice", "email"],
        "every": "7d",
    }
    return Approach.model_validate({**WORDS, **plain, **changes})


def looked(approach: Approach, history: list[Interaction], rest: str | None = None) -> tuple[Approaches, View]:
    other = one(id="other")
    document = Approaches.model_validate(
        {"name": "d", "policy": "sales", "rest": rest, "approaches": [approach, other]}
    )
    decider = policies.sales().decide(SITI, [], at=AT).origin.decider  # type: ignore[union-attr]
    Reading(document, decider.engine)
    view = decider.view(SITI, history)
    view.move_to(micros(AT))
    return document, view


def due(approach: Approach, *history: Interaction, rest: str | None = None) -> timedelta | None:
    """Return how long after the first interaction the approach is due."""
    document, view = looked(approach, list(history), rest)
    when = due_at(approach, document, view)
    return None if when is None else from_micros(when) - history[0].occurred_at


def call(hours: float = 48, key: str = "h-1", **known: Any) -> CallOutbound:
    return CallOutbound(id=key, occurred_at=AT - timedelta(hours=hours), **known)


def mail(hours: float = 48, key: str = "h-1", **known: Any) -> EmailSent:
    return EmailSent(id=key, occurred_at=AT - timedelta(hours=hours), **known)


def test_without_a_cadence_nothing_waits() -> None:
    assert due(one(every=None), call()) is None


def test_nothing_done_is_nothing_to_wait_for() -> None:
    document, view = looked(one(), [DemoRequested(id="h-1", occurred_at=AT)])
    assert due_at(one(), document, view) is None


@pytest.mark.parametrize(
    ("done", "changes", "counts"),
    [
        (call(), {}, True),
        (call(outcome="interested"), {}, True),
        (call(outcome="no_answer"), {}, False),
        (call(purpose="marketing"), {}, True),
        (call(purpose="telecollection"), {}, False),
        (call(purpose="service"), {"purpose": "service"}, True),
        (call(), {"template": True}, False),
        (mail(), {}, True),
        (mail(template="news"), {}, False),
        (mail(template="news"), {"template": True}, True),
        (mail(), {"template": True}, False),
        (mail(campaign="other"), {}, False),
        (mail(template="news", campaign="mine"), {}, True),
        (mail(campaign="spring"), {}, True),
        (mail(campaign="spring"), {"purpose": "telecollection"}, False),
        (mail(), {"purpose": "telecollection"}, True),
        (MessageSent(id="h-1", occurred_at=AT - DAY, channel="sms"), {}, True),
        (WhatsappMessage(id="h-1", occurred_at=AT - DAY, direction="outbound"), {}, True),
        (WhatsappMessage(id="h-1", occurred_at=AT - DAY, direction="inbound"), {}, False),
        (EmailReplied(id="h-1", occurred_at=AT - DAY), {}, False),
        (mail(), {"done": "call_outbound[purpose == 'survey']"}, False),
        (call(purpose="survey"), {"done": "call_outbound[purpose == 'survey']"}, True),
        (mail(campaign="mine"), {"done": "call_outbound[purpose == 'survey']"}, True),
    ],
)
def test_what_counts_as_done(done: Interaction, changes: dict[str, Any], counts: bool) -> None:
    assert due(one(**changes), done) == (7 * DAY if counts else None)


def test_the_last_time_counts_and_the_future_does_not() -> None:
    assert due(one(), mail(48, "h-1"), mail(24, "h-2"), mail(-24, "h-3")) == 8 * DAY
    done = one(done="email_sent")
    assert due(done, mail(48, "h-1"), mail(24, "h-2"), mail(-24, "h-3")) == 8 * DAY


def test_every_attempt_makes_the_others_rest() -> None:
    assert due(one(), call(outcome="no_answer"), rest="2d") == 2 * DAY
    assert due(one(), call(), rest="2d") == 7 * DAY
    assert due(one(every="1d"), call(), rest="2d") == 2 * DAY
    assert due(one(), call(outcome="no_answer"), mail(-24, "h-2"), rest="2d") == 2 * DAY


# Answers


def waits(approach: Approach, *history: Interaction) -> datetime | None:
    _, view = looked(approach, list(history))
    since = waiting_since(approach, view)
    return None if since is None else from_micros(since)


ANSWER = one(answers=["email_replied", "call_inbound[outcome == 'voicemail']"], every="4h")
REPLY = EmailReplied(id="r-1", occurred_at=AT - DAY)


def test_a_contact_waits_until_somebody_reached_it() -> None:
    assert waits(ANSWER, REPLY) == REPLY.occurred_at
    assert waits(ANSWER, REPLY, call(30)) == REPLY.occurred_at
    assert waits(ANSWER, REPLY, call(20)) is None
    assert waits(ANSWER, REPLY, call(24)) is None
    assert waits(ANSWER, REPLY, call(20, outcome="busy")) == REPLY.occurred_at
    assert waits(ANSWER, REPLY, mail(-1)) == REPLY.occurred_at


def test_only_what_it_answers_waits_and_not_for_ever() -> None:
    assert waits(ANSWER, DemoRequested(id="r-1", occurred_at=AT)) is None
    assert waits(ANSWER, CallInbound(id="r-1", occurred_at=AT, outcome="answered")) is None
    assert waits(ANSWER, CallInbound(id="r-1", occurred_at=AT, outcome="voicemail")) == AT
    assert waits(ANSWER, EmailReplied(id="r-1", occurred_at=AT - 7 * DAY)) is None
    assert waits(ANSWER, EmailReplied(id="r-1", occurred_at=AT - 7 * DAY + timedelta(seconds=1))) is not None
    assert waits(ANSWER, EmailReplied(id="r-1", occurred_at=AT + DAY)) is None


def test_an_answer_does_not_rest_and_is_tried_again_after_a_while() -> None:
    assert due(ANSWER, call(30), REPLY, rest="5d") is None
    assert due(ANSWER, REPLY, call(20, outcome="busy"), rest="5d") == timedelta(hours=8)
    assert due(ANSWER, REPLY, call(24, outcome="busy")) == timedelta(hours=4)


# Channels


def channels(approach: Approach, preferred: tuple[Channel, ...] = (), *seen: Interaction) -> list[str]:
    return [
        channel.value
        for channel in channels_for(approach, SITI.model_copy(update={"preferred_channels": preferred}), seen)
    ]


MANY = ["voice", "email", "whatsapp", "instagram", "sms"]


def test_preferred_channels_go_first_and_no_channel_is_added() -> None:
    assert channels(one(channels=MANY)) == MANY
    wished = (Channel.SMS, Channel.FAX, Channel.EMAIL)
    assert channels(one(channels=MANY), wished) == ["sms", "email", "voice", "whatsapp", "instagram"]


@pytest.mark.parametrize(
    ("came", "first"),
    [
        (EmailReplied(id="r-1", occurred_at=AT), "email"),
        (InstagramMessage(id="r-1", occurred_at=AT, direction="inbound"), "instagram"),
        (MessageReceived(id="r-1", occurred_at=AT, channel="sms"), "sms"),
        (MessageReceived(id="r-1", occurred_at=AT, channel="telegram"), "whatsapp"),
        (InstagramMessage(id="r-1", occurred_at=AT, direction="outbound"), "whatsapp"),
        (CallInbound(id="r-1", occurred_at=AT), "voice"),
    ],
)
def test_an_answer_begins_where_the_contact_came_from(came: Interaction, first: str) -> None:
    earlier = WhatsappMessage(id="r-0", occurred_at=AT - DAY, direction="inbound")
    answer = one(channels=MANY, answers="email_replied")
    assert channels(answer, (Channel.EMAIL,), came, earlier)[0] == first
    assert channels(one(channels=MANY), (Channel.EMAIL,), came, earlier)[0] == "email"
