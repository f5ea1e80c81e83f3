from __future__ import annotations

import re
from enum import StrEnum

import pytest

from leadqual.model import vocabulary
from leadqual.model.mailboxes import PERSONAL_MAIL
from leadqual.model.vocabulary import DERIVED_ROLES, CallOutcome, Channel, Role

ENUMS = [item for item in vars(vocabulary).values() if isinstance(item, type) and issubclass(item, StrEnum)]


@pytest.mark.parametrize("words", [enum for enum in ENUMS if enum is not StrEnum])
def test_values_are_lower_snake_and_match_their_names(words):
    for member in words:
        assert re.fullmatch(r"[a-z][a-z_]*", member.value)
        assert member.name == member.value.upper()


def test_channels_cover_voice_and_at_least_twelve_others():
    assert Channel.VOICE in Channel
    assert len(Channel) >= 13


def test_only_lead_and_customer_are_derived():
    assert {role for role in Role if role.derived} == DERIVED_ROLES == {"lead", "customer"}


def test_an_unanswered_call_reached_nobody():
    assert CallOutcome.REFUSED.reached
    assert not CallOutcome.VOICEMAIL.reached


def test_personal_mail_domains_are_lower_case_and_regional():
    assert all(domain == domain.casefold() and "." in domain for domain in PERSONAL_MAIL)
    assert {"gmail.com", "yahoo.co.id", "plasa.com"} <= PERSONAL_MAIL
