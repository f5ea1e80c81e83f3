from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadqual import datasets, policies
from leadqual.errors import EvaluationError, InputError
from leadqual.lifecycle.decision import Decision
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN

AT = datetime(2026, 11, 23, tzinfo=UTC)
BUDI = Contact.model_validate({"id": "c-1", "country": "ID"})


def one(kind: str, days: float, number: str = "1", **more: Any) -> Interaction:
    """Return an interaction of so many days ago."""
    known = {"id": f"{kind}-{number}", "occurred_at": AT - timedelta(days=days), **more}
    return BUILT_IN[kind].model_validate(known)


def owes(days: float, amount: float = 500.0, number: str = "1", **more: Any) -> Interaction:
    return one("invoice_overdue", days, number, **{"amount": amount, "currency": "USD", **more})


def pays(days: float, amount: float = 500.0, number: str = "1", **more: Any) -> Interaction:
    return one("payment_received", days, number, **{"amount": amount, "currency": "USD", **more})


def called(days: float, outcome: str = "answered", purpose: str = "telecollection") -> Interaction:
    return one("call_outbound", days, outcome=outcome, purpose=purpose)


PROMISE: dict[str, Any] = {"amount": 500.0, "currency": "USD"}


def collect(*history: Interaction, at: datetime = AT) -> Decision:
    return policies.collection().decide(BUDI, history, at=at)


def path(decision: Decision) -> list[str]:
    return [move.transition for move in decision.moves]


def value(decision: Decision, score: str) -> float:
    found = decision.scores[score].value
    assert found is not None
    return found


class TestTheWay:
    def test_from_the_first_reminder_to_good_standing(self) -> None:
        history = [owes(200), called(195), one("promise_to_pay", 194, **PROMISE), pays(190, days_overdue=10)]
        decision = collect(*history)
        assert path(decision) == ["fell-overdue", "reached", "promise", "paid-up", "good-standing"]
        assert decision.stage == "current"

    def test_a_broken_promise_a_plan_and_its_instalments(self) -> None:
        promised = [owes(100), one("promise_to_pay", 90, **PROMISE), one("promise_broken", 80)]
        planned = [*promised, one("payment_plan_agreed", 75, instalments=3, **PROMISE)]
        instalments = [pays(days, 150, f"i{days}") for days in (70, 40, 10)]
        assert collect(*promised).stage == "broken_promise"
        decision = collect(*planned, *instalments[:2])
        assert (decision.stage, decision.grades["temperature"]) == ("plan_agreed", "resting")
        assert collect(*planned, *instalments).stage == "plan_agreed"  # 450 of 500 are not all
        assert collect(*planned, *instalments, pays(5, 50, "last")).stage == "paid"

    def test_a_plan_that_nobody_pays_is_broken_by_time_alone(self) -> None:
        decision = collect(owes(100), one("payment_plan_agreed", 75, **PROMISE))
        assert path(decision)[-1] == "plan-lapsed"
        assert decision.moves[-1].at == AT - timedelta(days=30)

    def test_to_and_fro_between_calls_takes_two_weeks(self) -> None:
        decision = collect(owes(40), called(30))
        assert path(decision) == ["fell-overdue", "reached", "call-again"]

    def test_escalated_and_back(self) -> None:
        escalated = [owes(200), one("case_escalated", 60, to="agency")]
        assert collect(*escalated, one("promise_to_pay", 50, **PROMISE)).stage == "escalated"
        assert collect(*escalated, one("case_returned", 20)).stage == "overdue"
        assert collect(*escalated, pays(1)).stage == "paid"

    def test_a_dispute_pauses_everything(self) -> None:
        disputed = [owes(100), one("debt_disputed", 50, invoice="1")]
        decision = collect(*disputed, called(20), one("case_escalated", 5))
        assert decision.stage == "disputed"
        assert decision.grades["temperature"] == "resting"
        assert path(collect(*disputed, one("dispute_settled", 1)))[-1] == "dispute-over"

    def test_a_credit_note_ends_it_as_money_does(self) -> None:
        assert collect(owes(20), one("debt_reduced", 1, amount=500.0, currency="USD")).stage == "paid"

    def test_every_stage_has_a_way_to_paid_and_paid_has_one_to_overdue(self) -> None:
        ways = {(source, way.target) for way in policies.collection().transitions for source in way.source}
        stages = set(policies.collection().stages) - {"current", "paid"}
        assert {(stage, "paid") for stage in stages} <= ways
        assert {("paid", "overdue"), ("current", "overdue")} <= ways

    def test_no_score_escalates_anybody(self) -> None:
        ways = [way for way in policies.collection().transitions if way.target == "escalated"]
        assert [way.event for way in ways] == ["case_escalated"]


class TestMoney:
    def test_a_part_is_not_enough_and_more_is_credit(self) -> None:
        assert collect(owes(20), pays(10, 400)).stage == "overdue"
        overpaid = [owes(20), pays(10, 600)]
        assert collect(*overpaid).stage == "paid"
        assert collect(*overpaid, owes(5, 100, "2")).stage == "paid"
        assert collect(*overpaid, owes(5, 110, "2")).stage == "overdue"

    def test_what_came_in_time_pays_nothing_that_is_overdue(self) -> None:
        in_time = [pays(100 + days, 900, str(days), days_overdue=0) for days in range(5)]
        assert collect(*in_time, owes(20)).stage == "overdue"

    def test_a_payment_of_unknown_lateness_counts(self) -> None:
        assert collect(owes(20), pays(10)).stage == "paid"

    def test_cents_that_floating_point_leaves_are_no_debt(self) -> None:
        assert collect(owes(20, 0.3), pays(10, 0.1, "1"), pays(9, 0.2, "2"), owes(5, 10, "2")).stage == "overdue"
        parts = [pays(10, 100.1, str(number)) for number in range(3)]
        assert collect(owes(20, 300.3), *parts).stage == "paid"

    def test_an_invoice_that_is_told_twice_counts_once(self) -> None:
        assert value(collect(owes(20, 600), owes(20, 600)), "owed") == 25
        with pytest.raises(InputError, match="duplicate-id"):
            collect(owes(20, 600), owes(20, 700))

    def test_several_currencies_are_one_sum(self) -> None:
        history = [owes(20, 8_000_000, currency="IDR"), owes(20, 600, "2", currency="SGD")]
        assert value(collect(*history), "owed") == 25  # 506.40 and 450 dollars
        assert value(collect(*history, owes(20, 50, "3")), "owed") == 50

    def test_an_amount_without_a_rate_is_an_error_not_nothing(self) -> None:
        with pytest.raises((EvaluationError, InputError), match="JPY"):
            collect(owes(20, 100_000, currency="JPY"))

    def test_payments_settle_the_oldest_invoice(self) -> None:
        two = [owes(100, 500, "old"), owes(10, 500, "new")]
        assert collect(*two).grades["ageing"] == "days_over_90"
        assert collect(*two, pays(1, 495)).grades["ageing"] == "days_1_to_30"
        assert collect(*two, pays(1, 400)).grades["ageing"] == "days_over_90"

    @pytest.mark.parametrize(
        ("days", "bucket"),
        [
            (0, "days_1_to_30"),
            (29.99, "days_1_to_30"),
            (30, "days_31_to_60"),
            (59.99, "days_31_to_60"),
            (60, "days_61_to_90"),
            (89.99, "days_61_to_90"),
            (90, "days_over_90"),
            (4000, "days_over_90"),
        ],
    )
    def test_the_buckets(self, days: float, bucket: str) -> None:
        assert collect(owes(days)).grades["ageing"] == bucket


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_open_is_what_a_ledger_by_hand_says(data: st.DataObject) -> None:
    """Against an account that is kept invoice by invoice, the oldest settled first."""
    cents = st.integers(1, 40).map(lambda count: count * 5.0)
    days = st.integers(0, 150)
    invoices = data.draw(st.lists(st.tuples(days, cents), max_size=5))
    payments = data.draw(st.lists(st.tuples(days, cents), max_size=5))
    history = [owes(age, amount, f"i{number}") for number, (age, amount) in enumerate(invoices)]
    history += [pays(age, amount, f"p{number}") for number, (age, amount) in enumerate(payments)]
    money, buckets = sum(amount for _, amount in payments), {0: 0.0, 30: 0.0, 60: 0.0, 90: 0.0}
    for age, amount in sorted(invoices, reverse=True):
        settled = min(money, amount)
        money -= settled
        buckets[max(bound for bound in buckets if age >= bound)] += amount - settled
    open_ = sum(buckets.values()) - money
    late = [bound for bound in buckets if sum(buckets[one] for one in buckets if one >= bound) - money >= 10]
    decision = collect(*history)
    assert (value(decision, "owed") > 0) == (open_ >= 10)
    assert value(decision, "lateness") == 25 * len(late)
    assert (decision.stage in {"current", "paid"}) == (open_ < 10)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 200_000), st.floats(0, 200_000), st.integers(0, 120), st.integers(0, 120), st.integers(0, 3))
def test_more_money_more_age_and_more_broken_promises_are_never_called_later(
    less: float, more: float, young: int, old: int, broken: int
) -> None:
    less, more = sorted((less, more))
    young, old = sorted((young, old))
    promises = [one("promise_broken", 10, str(number)) for number in range(broken)]
    first = value(collect(owes(young, less), *promises), "priority")
    assert value(collect(owes(young, more), *promises), "priority") >= first
    assert value(collect(owes(old, less), *promises), "priority") >= first
    assert value(collect(owes(young, less), *promises, one("promise_broken", 5, "new")), "priority") >= first


def test_the_ledger_says_why_somebody_is_called_first() -> None:
    decision = collect(owes(70, 20_000), one("promise_to_pay", 40, **PROMISE), one("promise_broken", 30))
    told = {line.id: line.points for line in decision.scores["priority"].ledger if line.points}
    assert told == {
        "overdue": 10,
        "over-a-thousand": 10,
        "over-ten-thousand": 15,
        "second-month": 10,
        "third-month": 10,
        "broken-promise": 10,
    }
    assert decision.grades["temperature"] == "hot"
    assert not decision.missing


def test_the_whole_history_is_needed() -> None:
    assert policies.collection().lookback is None


def test_the_diagram_in_the_documents_has_every_way_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "collection.md").read_text(encoding="utf-8")
    drawn = re.findall(r"^    (\w+) --> (\w+) :", page, flags=re.MULTILINE)
    assert sorted(drawn) == sorted(
        {(source, way.target) for way in policies.collection().transitions for source in way.source}
    )


def test_tables_of_the_sample_move_everybody_as_one_contact_after_another_does() -> None:
    pytest.importorskip("polars")
    frames, sample, policy = pytest.importorskip("leadqual.frames"), datasets.demo(contacts=400), policies.collection()
    table = frames.replay(policy, *sample.frames(), until=sample.at)
    together = list(zip(table["contact_id"], table["transition"], strict=True))
    alone = [
        (contact.id, move.transition)
        for contact in sample.contacts
        if any(one.kind == "invoice_overdue" for one in sample.histories.get(contact.id, ()))
        for move in policy.decide(contact, sample.histories[contact.id], at=sample.at).moves
    ]
    assert together == alone
    assert {"fell-overdue", "promise", "paid-up"} <= {transition for _, transition in alone}
