"""Zoho CRM: its export goes in, and what comes out is what a person would say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.exports import EXPORTS, brought_in, exported, happened, one, people, scored, standing

from leadqual import integrations

CONTACTS = {
    "zcrm_4001": ("Maya", "Putri", "+62217778888", "ID", "web_form", "PT Sehat", 80, 1_500_000.0),
    "zcrm_4002": ("Juma", "Mwangi", "+254712345678", "KE", "cold_call", "Duka Ltd", 4, None),
    "zcrm_4004": ("Kofi", "Mensah", None, "GH", None, "Misc", None, None),
    "zcrm_5001": ("Andi", "Wirawan", "+62211234567", "ID", "trade_fair", "PT Bank Ramah", 2500, 90_000_000.0),
    # A lead that became a contact: the contact's own row comes first, the lead fills what is empty.
    "zcrm_5002": ("Maria", "da Silva", "+5511912345678", "BR", "social", "Nova SA", 500, None),
}
STAGES = {"zcrm_4001": "mql", "zcrm_4002": "disqualified", "zcrm_5002": "nurture"}
HAPPENED = {
    "opt-out-email-zcrm_4002": ("zcrm_4002", "opted_out"),
    "deal-zcrm_7001-opened": ("zcrm_5001", "sales_accepted"),
    "deal-zcrm_7001-won": ("zcrm_5001", "purchase"),
    "deal-zcrm_7002-opened": ("zcrm_5002", "sales_accepted"),
    "deal-zcrm_7002-lost": ("zcrm_5002", "sales_rejected"),
    "deal-zcrm_7003-opened": ("zcrm_5001", "sales_accepted"),
    "deal-zcrm_7004-opened": ("zcrm_5001", "sales_accepted"),
    "deal-zcrm_7004-won": ("zcrm_5001", "purchase"),
    "call-zcrm_8001": ("zcrm_4001", "call_outbound"),
    "call-zcrm_8002": ("zcrm_5001", "call_inbound"),
    "call-zcrm_8003": ("zcrm_5001", "call_inbound"),
    "call-zcrm_8005": ("zcrm_5002", "call_outbound"),
    "meeting-zcrm_9001": ("zcrm_5001", "appointment_set"),
}


@pytest.fixture(scope="module")
def found() -> integrations.Import:
    return brought_in("zoho")


def test_contacts(found: integrations.Import) -> None:
    company = ("company.name", "company.employees", "company.annual_revenue")
    assert people(found, "given_name", "family_name", "phone", "country", "source", *company) == CONTACTS


def test_standings(found: integrations.Import) -> None:
    assert standing(found) == STAGES


def test_interactions(found: integrations.Import) -> None:
    assert happened(found) == HAPPENED


def test_calls(found: integrations.Import) -> None:
    call = one(found, "call-zcrm_8001")
    assert (call["outcome"], call["purpose"], call["duration_seconds"]) == ("interested", "telemarketing", 200.0)
    assert one(found, "call-zcrm_8002")["outcome"] == "no_answer"
    assert one(found, "call-zcrm_8003")["purpose"] == "service"
    assert not {"outcome", "purpose"} & set(one(found, "call-zcrm_8005"))


def test_an_amount_without_a_currency_is_left_out_and_the_sale_is_not(found: integrations.Import) -> None:
    assert not {"amount", "currency"} & set(one(found, "deal-zcrm_7004-won"))
    assert found.report.count("left empty", "missing-currency") == 1


def test_a_document_of_ours_says_the_currency_that_no_column_tells() -> None:
    ours = integrations.Mapping.loads(
        "{extends: zoho, system: zoho, title: Zoho, version: 1, files: {deals: {interactions: "
        "[{id: 'deal-{Record Id}-won', properties: {currency: {otherwise: IDR}}}]}}}"
    )
    found = brought_in(ours, exported("zoho"))
    sale = one(found, "deal-zcrm_7004-won")
    assert (sale["amount"], sale["currency"]) == (45000, "IDR")
    assert not found.report.count("left empty", "missing-currency")


def test_a_loss_says_why(found: integrations.Import) -> None:
    assert one(found, "deal-zcrm_7002-lost")["reason"] == "Closed Lost to Competition"


def test_a_meeting_was_agreed_when_it_was_written_down(found: integrations.Import) -> None:
    meeting = one(found, "meeting-zcrm_9001")
    assert meeting["occurred_at"] == datetime(2026, 11, 17, 5, tzinfo=UTC)
    assert meeting["starts_at"] == datetime(2026, 11, 28, 3, tzinfo=UTC)
    assert meeting["note"] == "Phase 2 🤝"


def test_the_sales_policy_scores_and_replays_it(found: integrations.Import) -> None:
    rows = scored(found)
    assert rows["zcrm_5001"]["moves"] == ["sql", "nurture", "customer", "inactive_customer", "customer"]
    assert rows["zcrm_5002"]["moves"][-1] == "nurture"


def test_a_stage_of_ones_own_is_told(tmp_path: Path) -> None:
    deals = (EXPORTS / "zoho" / "Deals.csv").read_text(encoding="utf-8").replace("Closed Won", "Gewonnen")
    (tmp_path / "Deals.csv").write_text(deals, encoding="utf-8")
    found = brought_in("zoho", [EXPORTS / "zoho" / "Contacts.csv", tmp_path / "Deals.csv"])
    assert ("Stage", "Gewonnen", 2) in found.report.unknown_terms.select("column", "term", "times").rows()
