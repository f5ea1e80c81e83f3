"""Odoo: its export goes in, in English or Indonesian, and what comes out is what a person would say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.exports import EXPORTS, brought_in, exported, happened, one, people, same, scored, standing, with_headers

from leadqual import integrations

CONTACTS = {
    "lead-11": ("Ayu Lestari", "ayu@tokoayu.co.id", "+6281211112222", "ID", "social", "Toko Ayu"),
    # The opportunity of a customer is about that customer, whose own row comes first.
    "partner-201": (
        "Bambang Sudibyo",
        "bambang@kargocepat.co.id",
        "+6281355556666",
        "ID",
        "web_search",
        "PT Kargo",
    ),
    "partner-202": ("PT Hotel Bahagia", "info@hotelbahagia.co.id", "+62361555777", "ID", "email_list", None),
    "lead-14": ("Pierre Dupont", "pierre@cafelyon.fr", "+33472000000", "FR", "social", "Café Lyon"),
    "lead-15": ("Kim Min-jun", "minjun@example.kr", None, "KR", None, None),
}
STAGES = {
    "lead-11": "lead",
    "partner-201": "prospect",
    "partner-202": "customer",
    "lead-14": "nurture",  # lost, and so not where the pipeline still shows it
}
HAPPENED = {
    "opportunity-12-opened": ("partner-201", "sales_accepted"),
    "opportunity-13-opened": ("partner-202", "sales_accepted"),
    "opportunity-14-opened": ("lead-14", "sales_accepted"),
    "opportunity-15-opened": ("lead-15", "sales_accepted"),
    "opportunity-13-won": ("partner-202", "purchase"),
    "opportunity-14-lost": ("lead-14", "sales_rejected"),
    "blacklist-email-14": ("lead-14", "opted_out"),
    "activity-12-2026-11-11 03:00:00-Call": ("partner-201", "call_outbound"),
    "activity-12-2026-11-12 03:00:00-Meeting": ("partner-201", "appointment_kept"),
    "activity-11-2026-10-02 03:00:00-Email": ("lead-11", "email_sent"),
    "message-901": ("partner-201", "email_replied"),
    "message-902": ("partner-201", "email_sent"),
    "message-903": ("partner-202", "email_replied"),
}
INDONESIAN = {
    "Opportunity": "Peluang",
    "Type": "Jenis",
    "Contact Name": "Nama Kontak",
    "Company Name": "Nama Perusahaan",
    "Phone": "Telepon",
    "Mobile": "Ponsel",
    "Job Position": "Posisi Kerja",
    "Country": "Negara",
    "Stage": "Tahapan",
    "Source": "Sumber",
    "Created on": "Dibuat pada",
    "Conversion Date": "Tanggal Konversi",
    "Expected Revenue": "Perkiraan Omzet",
    "Currency": "Mata Uang",
    "Lost Reason": "Alasan Gagal",
    "Customer": "Pelanggan",
    "Customer/ID": "Pelanggan/ID",
}


@pytest.fixture(scope="module")
def found() -> integrations.Import:
    return brought_in("odoo")


def test_contacts(found: integrations.Import) -> None:
    assert people(found, "full_name", "email", "phone", "country", "source", "company.name") == CONTACTS


def test_standings(found: integrations.Import) -> None:
    assert standing(found) == STAGES


def test_interactions(found: integrations.Import) -> None:
    assert happened(found) == HAPPENED


def test_a_company_is_an_organisation(found: integrations.Import) -> None:
    assert people(found, "kind")["partner-202"] == ("organisation",)


def test_a_sale(found: integrations.Import) -> None:
    won = one(found, "opportunity-13-won")
    assert (won["amount"], won["currency"]) == (99_000_000.0, "IDR")
    assert won["occurred_at"] == datetime(2026, 8, 19, 21, tzinfo=UTC)


def test_an_export_in_indonesian_says_the_same(found: integrations.Import, tmp_path: Path) -> None:
    translated = with_headers(EXPORTS / "odoo" / "crm_lead.csv", tmp_path, INDONESIAN)
    again = brought_in("odoo", [translated, *exported("odoo", "crm_lead")])
    assert same(found, again)


def test_the_sales_policy_scores_and_replays_it(found: integrations.Import) -> None:
    rows = scored(found)
    assert rows["partner-202"]["moves"] == ["sql", "nurture", "customer"]
    assert rows["partner-201"]["moves"] == ["sql", "nurture", "mql"]
