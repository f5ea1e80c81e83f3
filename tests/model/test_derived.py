from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from leadqual.errors import InputError
from leadqual.model.contact import Consent, Contact
from leadqual.model.derived import activity_at, consent_at, is_customer, relationship_at, roles_at
from leadqual.model.interactions import (
    ConsentGiven,
    ConsentWithdrawn,
    DemoRequested,
    EmailSent,
    NewsletterUnsubscribed,
    OptedOut,
    PaymentReceived,
    Purchase,
)
from leadqual.model.time import Duration

AT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
SITI = Contact(id="c-1", roles={"partner"})


def test_roles_follow_from_the_history():
    asked = DemoRequested(id="1", occurred_at=AT)
    bought = Purchase(id="2", occurred_at=AT + DAY)
    mailed = EmailSent(id="0", occurred_at=AT - DAY)
    history = [bought, mailed, asked]
    assert roles_at(SITI, history, AT - DAY) == {"partner"}
    assert roles_at(SITI, history, AT) == {"partner", "lead"}
    assert roles_at(SITI, history, AT + DAY - MICROSECOND) == {"partner", "lead"}
    assert roles_at(SITI, history, AT + DAY) == {"partner", "lead", "customer"}
    assert roles_at(SITI, [], AT) == {"partner"}


def test_a_transaction_makes_the_customer():
    bought = [Purchase(id="1", occurred_at=AT)]
    assert not is_customer(bought, AT - MICROSECOND)
    assert relationship_at(bought, AT - MICROSECOND) == "prospect"
    assert relationship_at(bought, AT) == "customer"


def test_activity_ends_exactly_at_the_edge_of_the_window():
    bought = [Purchase(id="1", occurred_at=AT)]
    month = Duration.parse("30d")
    assert activity_at(bought, AT - DAY, month) is None
    assert activity_at(bought, AT, month) == "active"
    assert activity_at(bought, AT + 30 * DAY - MICROSECOND, month) == "active"
    assert activity_at(bought, AT + 30 * DAY, month) == "inactive"
    paid = PaymentReceived(id="2", occurred_at=AT + 20 * DAY, amount=1, currency="IDR")
    assert activity_at([*bought, paid], AT + 30 * DAY, month) == "active"
    assert activity_at([paid], AT + 30 * DAY, month) is None


def test_nobody_asked_is_neither_yes_nor_no():
    assert consent_at(SITI, [], AT, "whatsapp") is None
    asked_later = SITI.model_copy(update={"consents": (Consent(channel="whatsapp", at=AT + DAY),)})
    assert consent_at(asked_later, [], AT, "whatsapp") is None
    assert consent_at(asked_later, [], AT + DAY, "whatsapp") is True
    assert consent_at(asked_later, [], AT + DAY, "email") is None
    assert consent_at(asked_later, [], AT + DAY, "whatsapp", "telemarketing") is None


def test_the_latest_word_counts_whatever_the_order():
    words = [
        ConsentGiven(id="1", occurred_at=AT, for_channel="email"),
        ConsentWithdrawn(id="2", occurred_at=AT + DAY, for_channel="email"),
        ConsentGiven(id="3", occurred_at=AT + 2 * DAY, for_channel="email"),
    ]
    for history in permutations(words):
        told = [consent_at(SITI, history, AT + days * DAY, "email") for days in (-1, 0, 1, 2)]
        assert told == [None, True, False, True]


def test_a_withdrawal_wins_a_tie():
    given = ConsentGiven(id="1", occurred_at=AT, for_channel="email")
    taken = ConsentWithdrawn(id="2", occurred_at=AT)
    assert consent_at(SITI, [given, taken], AT, "email") is False
    assert consent_at(SITI, [taken, given], AT, "email") is False
    refused = SITI.model_copy(update={"consents": (Consent(channel="email", at=AT, granted=False),)})
    assert consent_at(refused, [given], AT, "email") is False


@pytest.mark.parametrize(
    ("word", "channel", "purpose", "expected"),
    [
        (OptedOut(id="1", occurred_at=AT), "fax", "survey", False),
        (OptedOut(id="1", occurred_at=AT, for_channel="voice"), "voice", "telemarketing", False),
        (OptedOut(id="1", occurred_at=AT, for_channel="voice"), "email", "marketing", None),
        (OptedOut(id="1", occurred_at=AT, purpose="survey"), "email", "marketing", None),
        (NewsletterUnsubscribed(id="1", occurred_at=AT), "email", "marketing", False),
        (NewsletterUnsubscribed(id="1", occurred_at=AT), "email", "service", None),
        (NewsletterUnsubscribed(id="1", occurred_at=AT), "whatsapp", "marketing", None),
        (
            ConsentGiven(id="1", occurred_at=AT, for_channel="voice", purpose="telemarketing"),
            "voice",
            "marketing",
            None,
        ),
    ],
)
def test_each_word_is_about_its_channel_and_purpose(word, channel, purpose, expected):
    assert consent_at(SITI, [word], AT, channel, purpose) is expected


def test_a_naive_instant_is_refused():
    with pytest.raises(InputError) as caught:
        roles_at(SITI, [], datetime(2026, 11, 1))
    assert caught.value.code == "naive-datetime"
