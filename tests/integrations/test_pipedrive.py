"""Pipedrive: its export goes in, and what comes out is what a person would say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.exports import EXPORTS, brought_in, exported, happened, one, people, same, scored, standing, with_headers

from leadqual import integrations

CONTACTS = {
    "1": ("Rizky Pratama", "rizky@cahaya.co.id", "+6285712345678", "PT Cahaya", 150, "retail"),
    "2": ("Emma Østergård", "emma@fjord.dk", "+4520123456", "Fjord ApS", 20, "Shipping"),
    "3": ("Olu Ade", "olu@example.ng", None, None, None, None),
    "4": ("Emma Østergård", "emma@andre.no", None, "Andre AS", None, None),
}
STAGES = {"1": "lead", "2": "customer", "4": "lead"}
HAPPENED = {
    "marketing-3": ("3", "opted_out"),
    "deal-501-opened": ("1", "sales_accepted"),
    "deal-502-opened": ("2", "sales_accepted"),
    "deal-502-won": ("2", "purchase"),
    "deal-503-opened": ("2", "sales_accepted"),
    "deal-503-lost": ("2", "sales_rejected"),
    "deal-504-opened": ("3", "sales_accepted"),  # by name, which one contact alone has
    "deal-504-lost": ("3", "sales_rejected"),
    "activity-701": ("1", "call_outbound"),
    "activity-702": ("1", "appointment_kept"),
    "activity-703": ("1", "email_sent"),
}
GERMAN = {
    "Deal - Title": "Deal - Titel",
    "Deal - Value": "Deal - Wert",
    "Deal - Won time": "Deal - Datum des gewonnenen Deals",
    "Deal - Lost time": "Deal - Datum des verlorenen Deals",
}


@pytest.fixture(scope="module")
def found() -> integrations.Import:
    return brought_in("pipedrive")


def test_contacts(found: integrations.Import) -> None:
    company = ("company.name", "company.employees", "company.industry")
    assert people(found, "full_name", "email", "phone", *company) == CONTACTS


def test_standings(found: integrations.Import) -> None:
    assert standing(found) == STAGES


def test_interactions(found: integrations.Import) -> None:
    assert happened(found) == HAPPENED


def test_a_loss_says_why(found: integrations.Import) -> None:
    assert one(found, "deal-503-lost")["reason"] == "Budget 💸"
    assert one(found, "deal-504-lost")["reason"] == "deal closed as lost"


def test_an_export_in_german_says_the_same(found: integrations.Import, tmp_path: Path) -> None:
    translated = with_headers(EXPORTS / "pipedrive" / "deals.csv", tmp_path, GERMAN)
    text = translated.read_text("utf-8").replace(",Won,", ",Gewonnen,").replace(",Lost,", ",Verloren,")
    translated.write_text(text, "utf-8")
    again = brought_in("pipedrive", [translated, *exported("pipedrive", "deals")])
    assert same(found, again)


def test_the_sales_policy_scores_and_replays_it(found: integrations.Import) -> None:
    rows = scored(found)
    assert rows["2"]["moves"] == ["sql", "nurture", "customer", "inactive_customer"]
    assert rows["1"]["score.fit"] > rows["3"]["score.fit"]


def test_a_status_in_another_language_is_told(tmp_path: Path) -> None:
    deals = (EXPORTS / "pipedrive" / "deals.csv").read_text(encoding="utf-8").replace(",Won,", ",Gagné,")
    (tmp_path / "deals.csv").write_text(deals, encoding="utf-8")
    found = brought_in("pipedrive", [EXPORTS / "pipedrive" / "people.csv", tmp_path / "deals.csv"])
    assert ("Deal - Status", "Gagné") in found.report.unknown_terms.select("column", "term").rows()
