"""The document to copy: it reads two plain files, and shows every part that a document can have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.exports import AT, brought_in, happened, one, people, standing

from leadqual import integrations


@pytest.fixture(scope="module")
def found() -> integrations.Import:
    return brought_in("generic")


def test_contacts(found: integrations.Import) -> None:
    company = ("company.name", "company.employees", "company.country")
    assert people(found, "given_name", "phone", "country", "language", "source", "monthly_budget", *company) == {
        "p1": ("Sri", "+6281212341234", "ID", "id", "web_form", 2500.5, "PT Satu", 120, "ID"),
        "p2": ("Tom", "+442079460000", "GB", "en-GB", "referral", None, None, None, "GB"),
    }
    assert standing(found) == {"p1": "mql", "p2": "customer"}


def test_interactions(found: integrations.Import) -> None:
    assert happened(found) == {
        "event-e1": ("p1", "call_outbound"),
        "event-e2": ("p2", "purchase"),  # found by its address
        "do-not-contact-p2": ("p2", "opted_out"),
    }
    call = one(found, "event-e1")
    assert (call["outcome"], call["duration_seconds"], call["campaign"]) == ("interested", 200.0, "Expo")
    assert call["note"] == 'Said "yes"'
    assert call["occurred_at"] == datetime(2026, 11, 1, 3, tzinfo=UTC)


def test_a_wish_of_which_no_time_is_known_holds_from_the_export_on(found: integrations.Import) -> None:
    assert one(found, "do-not-contact-p2")["occurred_at"] == AT
