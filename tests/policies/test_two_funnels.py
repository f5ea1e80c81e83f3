"""A customer stands in the sales funnel and in the collection funnel at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadqual import policies
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN

AT = datetime(2026, 11, 23, tzinfo=UTC)
SITI = Contact.model_validate(
    {"id": "c-1", "country": "ID", "seniority": "director", "company": {"employees": 250, "industry": "retail"}}
)


def one(kind: str, days: float, **more: Any) -> Interaction:
    known = {"id": f"{kind}-{days}", "occurred_at": AT - timedelta(days=days), **more}
    return BUILT_IN[kind].model_validate(known)


MONEY = {"amount": 12_000.0, "currency": "USD"}
SELLING = [
    one("whitepaper_downloaded", 200),
    one("demo_requested", 190),
    one("sales_accepted", 189),
    one("purchase", 150, **MONEY),
    one("product_used", 20),
    one("quote_requested", 10),
    one("call_outbound", 5, outcome="interested", purpose="telemarketing"),
]
COLLECTING = [
    one("invoice_overdue", 70, invoice="INV-7", **MONEY),
    one("collection_notice_sent", 68, debt="INV-7"),
    one("call_outbound", 60, outcome="promise_to_pay", purpose="telecollection", debt="INV-7"),
    one("promise_to_pay", 59.9, invoice="INV-7", **MONEY),
    one("promise_broken", 40, invoice="INV-7"),
    one("payment_plan_agreed", 30, invoice="INV-7", instalments=4, **MONEY),
    one("debt_disputed", 3, invoice="INV-7"),
    one("dispute_settled", 2, invoice="INV-7"),
    one("case_escalated", 1.5, to="agency"),
    one("case_returned", 1),
]
DESK = [one("sales_rejected", 9, reason="timing"), one("disqualified", 8), one("reopened", 7)]


def moves(policy: Policy, history: list[Interaction], at: datetime = AT) -> list[tuple[str, str]]:
    return [(move.transition, move.at.isoformat()) for move in policy.decide(SITI, history, at=at).moves]


def test_one_history_two_funnels() -> None:
    history = SELLING + COLLECTING
    sales = policies.sales().decide(SITI, history, at=AT)
    collection = policies.collection().decide(SITI, history, at=AT)
    assert (sales.stage, collection.stage) == ("customer", "overdue")
    assert sales.standing.policy.name == "sales"
    assert collection.standing.policy.name == "collection"


def test_selling_moves_nobody_in_the_collection_funnel() -> None:
    collection = policies.collection()
    assert moves(collection, COLLECTING + SELLING + DESK) == moves(collection, COLLECTING)
    assert moves(collection, SELLING + DESK) == []
    together, alone = (collection.decide(SITI, told, at=AT) for told in (COLLECTING + SELLING + DESK, COLLECTING))
    assert together.scores == alone.scores
    assert together.grades == alone.grades


@pytest.mark.parametrize("selling", [SELLING, SELLING[:3], SELLING[:3] + DESK], ids=["customer", "serious", "desk"])
def test_collecting_moves_nobody_in_the_sales_funnel(selling: list[Interaction]) -> None:
    sales = policies.sales()
    assert moves(sales, selling + COLLECTING) == moves(sales, selling)


def test_collecting_changes_no_score_of_the_sales_funnel_but_loyalty() -> None:
    sales = policies.sales()
    together, alone = (sales.decide(SITI, told, at=AT).scores for told in (SELLING + COLLECTING, SELLING))
    changed = {name for name in together if together[name].value != alone[name].value}
    assert changed == {"loyalty"}


@pytest.mark.parametrize("outcome", ["refused", "not_interested", "do_not_call", "callback_requested"])
def test_what_somebody_says_of_a_debt_is_no_word_about_buying(outcome: str) -> None:
    about_a_debt = one("call_outbound", 2, outcome=outcome, purpose="telecollection")
    sales = policies.sales()
    together, alone = (sales.decide(SITI, told, at=AT).scores for told in ([*SELLING, about_a_debt], SELLING))
    assert together["intent"].value == alone["intent"].value


def test_each_standing_goes_on_by_itself() -> None:
    history, early = SELLING + COLLECTING, AT - timedelta(days=35)
    for policy in (policies.sales(), policies.collection()):
        before = policy.decide(SITI, history, at=early)
        after = policy.decide(SITI, history, at=AT, standing=before.standing)
        assert after.standing == policy.decide(SITI, history, at=AT).standing
