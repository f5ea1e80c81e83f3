"""HubSpot: its export goes in, and what comes out is what a person would say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from support.exports import EXPORTS, brought_in, happened, one, people, scored, standing

from leadqual import integrations

CONTACTS = {
    "101": ("Siti", "Rahma", "+6281234567890", "ID", "web_search", 250, "retail"),
    "102": ("Budi", "Santoso", "+622155501234", "ID", "other", 45, "logistics"),
    "103": ("Anna 🎉", "Müller", "+4930901820", "DE", "online_ad", None, None),
    "104": ("José", "García", "+34612345678", "ES", None, None, None),
    "105": ("An", "Nguyễn Văn", None, "VN", "other", None, None),
    "106": ("Dewi", None, "+6281311112222", "ID", "other", 3, "Restaurants"),
    "107": ("Sarah", "O'Neil", "+12125550143", "US", "email_list", None, None),
    # It names a country that cannot be read: that of the options is not taken for it.
    "108": ("Joko", "Widodo", None, None, "online_ad", None, None),
}
STAGES = {
    "101": "mql",
    "102": "customer",
    "103": "prospect",
    "105": "lead",
    "106": "disqualified",  # its lead status outranks its lifecycle stage
    "107": "customer",
    "108": "lead",
}
HAPPENED = {
    "form-101-2026-03-02 09:15": ("101", "form_submitted"),
    "form-101-2026-11-18 14:30": ("101", "form_submitted"),
    "form-103-2026-07-01 08:30": ("103", "form_submitted"),  # the first and the latest: one form
    "mail-clicked-101-2026-11-10 07:45": ("101", "email_clicked"),
    "sql-102": ("102", "sales_accepted"),
    "sql-103": ("103", "sales_accepted"),
    "sql-106": ("106", "sales_accepted"),
    "unsubscribed-106": ("106", "opted_out"),
    "deal-7001-opened-102": ("102", "sales_accepted"),
    "deal-7001-won-102": ("102", "purchase"),
    "deal-7002-opened-101": ("101", "sales_accepted"),
    "deal-7003-opened-103": ("103", "sales_accepted"),
    "deal-7003-lost-103": ("103", "sales_rejected"),
    "deal-7004-opened-106": ("106", "sales_accepted"),
    "deal-7004-lost-106": ("106", "sales_rejected"),
    "deal-7005-opened-102": ("102", "sales_accepted"),  # two contacts, one deal
    "deal-7005-opened-107": ("107", "sales_accepted"),
    "deal-7005-won-102": ("102", "purchase"),
    "deal-7005-won-107": ("107", "purchase"),
    "call-5001-101": ("101", "call_outbound"),
    "call-5002-101": ("101", "call_inbound"),
    "call-5003-103": ("103", "call_outbound"),
    "call-5004-103": ("103", "call_outbound"),
    "call-5006-103": ("103", "call_outbound"),
    "call-5008-106": ("106", "call_outbound"),
    "email-6001-103": ("103", "email_sent"),
    "email-6002-103": ("103", "email_replied"),
    "email-6003-105": ("105", "email_bounced"),
    "meeting-8001-set-101": ("101", "appointment_set"),
    "meeting-8002-103": ("103", "appointment_kept"),
    "meeting-8003-103": ("103", "appointment_missed"),
    "meeting-8006-set-103": ("103", "appointment_set"),
}


@pytest.fixture(scope="module")
def found() -> integrations.Import:
    return brought_in("hubspot")


def test_contacts(found: integrations.Import) -> None:
    fields = ("given_name", "family_name", "phone", "country", "source", "company.employees", "company.industry")
    assert people(found, *fields) == CONTACTS


def test_standings(found: integrations.Import) -> None:
    assert standing(found) == STAGES
    since = dict(found.standings.select("contact_id", "entered_at").iter_rows())
    assert since["101"] == datetime(2026, 6, 1, 3, tzinfo=UTC)  # ten o'clock in Jakarta


def test_interactions(found: integrations.Import) -> None:
    assert happened(found) == HAPPENED


def test_a_call(found: integrations.Import) -> None:
    call = one(found, "call-5001-101")
    assert (call["outcome"], call["duration_seconds"], call["channel"]) == ("answered", 184.0, "voice")
    assert call["occurred_at"] == datetime(2026, 11, 13, 2, 30, tzinfo=UTC)
    assert "outcome" not in one(found, "call-5002-101")  # "Completed" says only that it is over
    assert one(found, "call-5004-103")["outcome"] == "voicemail"


def test_a_purchase_and_a_loss(found: integrations.Import) -> None:
    won = one(found, "deal-7001-won-102")
    assert (won["amount"], won["currency"], won["order"]) == (18500.5, "USD", "7001")
    assert one(found, "deal-7003-lost-103")["reason"] == "Zu teuer"
    assert one(found, "deal-7004-lost-106")["reason"] == "deal closed as lost"


def test_an_opt_out_is_known_from_the_last_change_on(found: integrations.Import) -> None:
    wish = one(found, "unsubscribed-106")
    assert (wish["for_channel"], wish["how"]) == ("email", "imported")
    assert wish["occurred_at"] == datetime(2026, 8, 8, 11, 8, tzinfo=UTC)


def test_the_sales_policy_scores_and_replays_it(found: integrations.Import) -> None:
    rows = scored(found)
    assert rows["101"]["score.fit"] > rows["105"]["score.fit"]
    assert rows["102"]["moves"][-1] == "customer"
    assert rows["103"]["moves"] == ["sql", "prospect", "nurture"]


def test_a_stage_of_ones_own_may_be_a_deal_that_was_won(tmp_path: Path) -> None:
    deals = (EXPORTS / "hubspot" / "deals.csv").read_text(encoding="utf-8").replace("Closed Won", "Vertrag da")
    (tmp_path / "deals.csv").write_text(deals, encoding="utf-8")
    files = [EXPORTS / "hubspot" / "contacts.csv", tmp_path / "deals.csv"]
    told = brought_in("hubspot", files).report.unknown_terms.filter(pl.col("column") == "Deal Stage")
    assert told.select("term", "times", "vocabulary").rows() == [("Vertrag da", 4, "deal_stages")]
    own = integrations.mapping("hubspot").with_words(deal_stages={"Vertrag da": "purchase"})
    again = integrations.read(own, files, country="ID", time_zone="Asia/Jakarta")
    assert one(again, "deal-7001-Vertrag da-102")["amount"] == 18500.5
