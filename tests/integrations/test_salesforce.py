"""Salesforce: its export goes in, and what comes out is what a person would say of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.exports import brought_in, happened, one, people, scored, standing

from leadqual import integrations


def _id(prefix: str, number: int) -> str:
    return f"{prefix}{number:012}AAA"


LEAD_1, LEAD_3, LEAD_5 = (_id("00Q", number) for number in (1, 3, 5))
TAN, RUDI, PAT = (_id("003", number) for number in (1, 2, 3))

CONTACTS = {
    LEAD_1: ("Putri", "Wijaya", "+62215557788", "ID", "trade_fair", "PT Nusantara", 320, "retail"),
    LEAD_3: ("Agus", "Prasetyo", None, "ID", "email_list", "Toko Agus", 2, None),
    LEAD_5: ("Jürgen", "Müller-Lüdenscheidt", "+49891234567", "DE", None, "Badewanne GmbH", 12, None),
    # A lead and the contact that it became: one person, with the company of the account.
    TAN: ("Wei Ming", "Tan", "+6561234567", "SG", "partner", "Lion Finance Pte Ltd", 1200, "financial_services"),
    RUDI: ("Rudi", "Hartono", "+6281322224444", "ID", "web_form", "PT Telkom Raya", 5000, "telecommunications"),
    PAT: ("Pat", "Smith", "+441134960000", "GB", "referral", None, None, None),
}
STAGES = {LEAD_1: "lead", LEAD_3: "disqualified", TAN: "sql"}

_OPPORTUNITY = {number: f"opportunity-{_id('006', number)}" for number in (1, 2, 3)}
_TASK = {number: f"task-{_id('00T', number)}" for number in (1, 2, 3, 4, 8)}
HAPPENED = {
    f"lead-{_id('00Q', 2)}-converted": (TAN, "sales_accepted"),
    f"bounced-{LEAD_3}-2026-02-01T10:00:00.000Z": (LEAD_3, "email_bounced"),
    f"opt-out-email-{LEAD_3}": (LEAD_3, "opted_out"),
    f"do-not-call-{LEAD_3}": (LEAD_3, "opted_out"),
    f"do-not-call-recorded-{LEAD_3}": (LEAD_3, "opted_out"),
    f"opt-out-fax-{LEAD_5}": (LEAD_5, "opted_out"),
    f"do-not-call-{RUDI}": (RUDI, "opted_out"),
    f"do-not-call-recorded-{RUDI}": (RUDI, "opted_out"),
    f"opt-out-email-{PAT}": (PAT, "opted_out"),
    f"{_OPPORTUNITY[1]}-opened-{TAN}": (TAN, "sales_accepted"),
    f"{_OPPORTUNITY[1]}-opened-{RUDI}": (RUDI, "sales_accepted"),
    f"{_OPPORTUNITY[2]}-opened-{RUDI}": (RUDI, "sales_accepted"),
    f"{_OPPORTUNITY[2]}-won-{RUDI}": (RUDI, "purchase"),
    f"{_OPPORTUNITY[3]}-opened-{PAT}": (PAT, "sales_accepted"),
    f"{_OPPORTUNITY[3]}-lost-{PAT}": (PAT, "sales_rejected"),
    _TASK[1]: (LEAD_1, "call_inbound"),
    _TASK[2]: (LEAD_1, "call_outbound"),
    _TASK[3]: (TAN, "email_sent"),  # written to the lead that became the contact
    _TASK[4]: (RUDI, "appointment_kept"),
    _TASK[8]: (TAN, "call_outbound"),
    f"event-{_id('00U', 1)}": (TAN, "appointment_set"),
    f"event-{_id('00U', 2)}": (LEAD_1, "appointment_set"),
}


@pytest.fixture(scope="module")
def found() -> integrations.Import:
    return brought_in("salesforce")


def test_contacts(found: integrations.Import) -> None:
    company = ("company.name", "company.employees", "company.industry")
    fields = ("given_name", "family_name", "phone", "country", "source", *company)
    assert people(found, *fields) == CONTACTS


def test_standings(found: integrations.Import) -> None:
    assert standing(found) == STAGES


def test_interactions(found: integrations.Import) -> None:
    assert happened(found) == HAPPENED


def test_calls(found: integrations.Import) -> None:
    call = one(found, _TASK[1])
    assert (call["outcome"], call["duration_seconds"]) == ("interested", 310.0)
    assert call["occurred_at"] == datetime(2026, 11, 10, 3, tzinfo=UTC)
    assert "outcome" not in one(found, _TASK[8])  # "Noo Answer" is nobody's word


def test_nobody_who_ticked_do_not_call_may_be_called(found: integrations.Import) -> None:
    wishes = [one(found, f"do-not-call-{RUDI}"), one(found, f"do-not-call-recorded-{RUDI}")]
    assert [wish["for_channel"] for wish in wishes] == ["voice", "prerecorded"]
    assert {wish["occurred_at"] for wish in wishes} == {datetime(2026, 9, 9, 2, tzinfo=UTC)}


def test_a_sale_is_that_of_the_contacts_of_the_opportunity(found: integrations.Import) -> None:
    won = one(found, f"{_OPPORTUNITY[2]}-won-{RUDI}")
    assert (won["amount"], won["currency"], won["product"]) == (45000.0, "USD", "Raya pilot")
    assert won["occurred_at"] == datetime(2025, 6, 29, 17, tzinfo=UTC)  # the day began in Jakarta


def test_the_sales_policy_scores_and_replays_it(found: integrations.Import) -> None:
    rows = scored(found)
    assert rows[RUDI]["moves"] == ["sql", "nurture", "customer", "inactive_customer"]  # slowly, and long ago
    assert rows[PAT]["moves"][-1] == "nurture"
    assert rows[TAN]["score.fit"] > rows[LEAD_3]["score.fit"]


def test_a_lead_was_there_before_sales_took_it(found: integrations.Import) -> None:
    (tan,) = found.contacts.filter(found.contacts["contact_id"] == TAN).to_dicts()
    assert tan["created_at"] == datetime(2026, 6, 1, 2, tzinfo=UTC)
    assert tan["created_at"] < one(found, f"lead-{_id('00Q', 2)}-converted")["occurred_at"]
