from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest

from leadqual import policies
from leadqual.errors import UnknownNameError
from leadqual.lifecycle.decision import Decision
from leadqual.lifecycle.policy import Policy
from leadqual.model.contact import Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN

AT = datetime(2026, 11, 22, tzinfo=UTC)
GOOD_FIT: dict[str, Any] = {
    "country": "ID",
    "seniority": "director",
    "company": {"employees": 250, "industry": "retail"},
}
SMALLER_FIT: dict[str, Any] = {"country": "ID", "company": {"employees": 20}}
NO_FIT: dict[str, Any] = {"country": "DE"}
NEEDED: dict[str, dict[str, Any]] = {
    "page_viewed": {"path": "/pricing", "seconds": 30.0},
    "sales_rejected": {"reason": "timing"},
}


def happened(*told: tuple[str, float] | tuple[str, float, dict[str, Any]]) -> list[Interaction]:
    """Return interactions from kinds and how many days before `AT` they happened."""
    numbers = count(1)
    return [
        BUILT_IN[kind].model_validate(
            {
                "id": f"i-{next(numbers):03}",
                "occurred_at": AT - timedelta(days=days),
                **NEEDED.get(kind, {}),
                **(more[0] if more else {}),
            }
        )
        for kind, days, *more in told
    ]


def sales(*told: Any, at: datetime = AT, **profile: Any) -> Decision:
    contact = Contact.model_validate({"id": "c-1", **(profile or GOOD_FIT)})
    return policies.sales().decide(contact, happened(*told), at=at)


def path(decision: Decision) -> list[str]:
    return [move.transition for move in decision.moves]


def points(decision: Decision, score: str) -> float:
    value = decision.scores[score].value
    assert value is not None
    return value


@cache
def shipped(name: str) -> Policy:
    return {"collection": policies.collection, "minimal": policies.minimal, "sales": policies.sales}[name]()


def test_the_names_are_those_of_the_functions() -> None:
    assert policies.names() == ("collection", "minimal", "sales")
    assert [shipped(name).name for name in policies.names()] == list(policies.names())


def test_a_policy_is_read_once() -> None:
    assert policies.sales() is policies.sales()


def test_an_unknown_name_is_told_with_a_hint() -> None:
    with pytest.raises(UnknownNameError, match="sales") as caught:
        policies.text("sale")
    assert caught.value.code == "unknown-policy"


@pytest.mark.parametrize("name", ["minimal", "sales"])
def test_a_policy_for_selling_needs_a_bounded_history(name: str) -> None:
    lookback = shipped(name).lookback
    assert lookback is not None
    assert lookback <= timedelta(days=400)


@pytest.mark.parametrize("name", policies.names())
def test_a_shipped_policy_is_reviewed_daily(name: str) -> None:
    assert str(shipped(name).review_every) == "1d"


@pytest.mark.parametrize("name", policies.names())
def test_a_shipped_policy_survives_writing_and_reading(name: str) -> None:
    policy = shipped(name)
    assert Policy.loads(policy.to_yaml()).content_hash == policy.content_hash


def test_the_small_policy_fits_on_a_slide() -> None:
    assert len(policies.text("minimal").splitlines()) <= 30


@pytest.mark.parametrize("name", ["collection", "sales"])
def test_everything_in_a_policy_to_start_from_says_why_it_is_there(name: str) -> None:
    policy = shipped(name)
    parts = [
        *(rule for score in policy.scores.values() for rule in score.rules),
        *(group for score in policy.scores.values() for group in score.groups.values()),
        *policy.scores.values(),
        *policy.grades.values(),
        *policy.stages.values(),
        *policy.transitions,
    ]
    assert [part for part in parts if not (part.description or "").endswith(".")] == []


def test_every_kind_that_a_filter_names_exists() -> None:
    lists = re.findall(r"kind in \[(.*?)\]", policies.text("sales"), re.DOTALL)
    named = {kind for found in lists for kind in re.findall(r"'(\w+)'", found)}
    assert named
    assert named <= set(BUILT_IN)


class TestTheSalesFunnel:
    def test_the_story_of_the_front_page(self) -> None:
        decision = sales(("whitepaper_downloaded", 21), ("demo_requested", 2))
        assert decision.stage == "sql"
        assert path(decision) == ["marketing", "demo"]
        assert decision.grades["fit"] == "A"
        assert decision.grades["temperature"] == "hot"
        assert decision.grades["priority"] == "call_today"

    def test_one_whitepaper_is_enough_only_where_the_fit_is_good(self) -> None:
        assert sales(("whitepaper_downloaded", 1)).stage == "mql"
        assert sales(("whitepaper_downloaded", 1), **SMALLER_FIT).stage == "lead"
        twice = (("whitepaper_downloaded", 0), ("form_submitted", 0), ("webinar_attended", 0))
        assert sales(*twice, **SMALLER_FIT).stage == "mql"
        assert sales(*twice, ("demo_requested", 0), **NO_FIT).stage == "lead"

    @pytest.mark.parametrize(
        ("kind", "transition"),
        [("demo_requested", "demo"), ("quote_requested", "quotation"), ("presentation_agreed", "presentation")],
    )
    def test_who_asks_is_serious(self, kind: str, transition: str) -> None:
        assert path(sales((kind, 1))) == ["marketing", transition]

    def test_many_signs_make_serious_without_a_request(self) -> None:
        signs = [("offer_form_submitted", 1), ("call_inbound", 1), ("email_replied", 1), ("appointment_set", 0.5)]
        assert sales(*signs, ("case_study_viewed", 0.5), ("page_viewed", 0.5)).stage == "sql"

    def test_evaluating_is_taking_part_or_a_dialogue(self) -> None:
        asked = [("demo_requested", 9), ("sales_accepted", 8)]
        assert path(sales(*asked, ("demo_attended", 3)))[-1] == "evaluating"
        assert path(sales(*asked, ("email_replied", 3), ("email_replied", 2)))[-1] == "in-dialogue"

    @pytest.mark.parametrize(
        "before",
        [
            [],
            [("whitepaper_downloaded", 20)],
            [("demo_requested", 20)],
            [("demo_requested", 20), ("demo_attended", 15)],
            [("demo_requested", 20), ("sales_rejected", 15)],
        ],
    )
    def test_whoever_buys_is_a_customer(self, before: list[tuple[str, float]]) -> None:
        decision = sales(*before, ("purchase", 1))
        assert decision.stage == "customer"
        assert path(decision)[-1] == "bought"
        assert "customer" in decision.roles

    def test_sales_can_take_anybody_and_give_anybody_back(self) -> None:
        assert path(sales(("sales_accepted", 3), **NO_FIT)) == ["taken"]
        assert path(sales(("demo_requested", 9), ("sales_rejected", 3))) == ["marketing", "demo", "rejected"]
        declined = sales(("demo_requested", 9), ("demo_attended", 5), ("quote_declined", 1))
        assert path(declined)[-1] == "quote-declined"


class TestComingBack:
    REJECTED = (("demo_requested", 60), ("sales_rejected", 58))

    def test_the_old_request_does_not_bring_a_rejected_contact_back(self) -> None:
        assert sales(*self.REJECTED).stage == "nurture"

    @pytest.mark.parametrize(
        ("kind", "transition"),
        [
            ("demo_requested", "back-demo"),
            ("quote_requested", "back-quotation"),
            ("presentation_agreed", "back-presentation"),
        ],
    )
    def test_from_nurture_to_serious(self, kind: str, transition: str) -> None:
        assert path(sales(*self.REJECTED, (kind, 1)))[-1] == transition

    def test_from_nurture_to_marketing_qualified(self) -> None:
        assert path(sales(*self.REJECTED, ("webinar_attended", 4), ("form_submitted", 3)))[-1] == "woken"

    def test_from_nurture_to_prospect(self) -> None:
        assert path(sales(*self.REJECTED, ("demo_attended", 1)))[-1] == "came-to-demo"

    def test_nurture_leads_to_every_stage_of_the_funnel(self) -> None:
        targets = {move.target for move in policies.sales().transitions if "nurture" in move.source}
        assert {"mql", "sql", "prospect", "customer"} <= targets


class TestGoingQuiet:
    def test_silence_leads_to_nurture_and_not_to_and_fro(self) -> None:
        assert path(sales(("whitepaper_downloaded", 300))) == ["marketing", "gone-quiet"]

    def test_faded_intent(self) -> None:
        assert path(sales(("demo_requested", 100)))[:3] == ["marketing", "demo", "intent-faded"]
        faded = sales(("demo_requested", 150), ("demo_attended", 140))
        assert path(faded) == ["marketing", "demo", "evaluating", "evaluation-faded"]

    def test_going_back_takes_less_than_coming_forward_took(self) -> None:
        # An MQL stays while its score lies between the two thresholds.
        decision = sales(("whitepaper_downloaded", 40))
        assert 5 < points(decision, "engagement") < 15
        assert decision.stage == "mql"


class TestDisqualified:
    def test_only_a_person_reopens(self) -> None:
        ways_out = [move for move in policies.sales().transitions if "disqualified" in move.source]
        assert {move.event for move in ways_out} == {"reopened"}

    def test_it_holds_against_everything_else(self) -> None:
        after = [("demo_requested", 5), ("demo_attended", 4), ("sales_accepted", 3), ("purchase", 2)]
        assert sales(("disqualified", 9), *after).stage == "disqualified"

    def test_reopened_begins_at_the_beginning(self) -> None:
        assert path(sales(("disqualified", 9), ("reopened", 2))) == ["out", "reopened"]

    def test_reopened_after_an_order_is_a_customer(self) -> None:
        assert path(sales(("disqualified", 9), ("purchase", 5), ("reopened", 2))) == ["out", "reopened-customer"]


class TestCustomers:
    def test_a_year_of_silence_lapses(self) -> None:
        assert path(sales(("purchase", 364))) == ["bought"]
        assert path(sales(("purchase", 366))) == ["bought", "lapsed"]
        assert path(sales(("purchase", 400), ("product_used", 100))) == ["bought"]

    def test_regained_by_an_order_or_by_use(self) -> None:
        assert path(sales(("purchase", 500), ("purchase", 20)))[-1] == "regained"
        assert path(sales(("purchase", 500), ("product_used", 20)))[-1] == "lapsed"
        assert path(sales(("purchase", 500), ("product_used", 20), ("product_used", 9)))[-1] == "regained-by-use"

    def test_loyalty(self) -> None:
        assert sales(("purchase", 20)).grades["loyalty"] == "occasional"
        assert sales(("purchase", 200), ("purchase", 20), ("loyalty_joined", 10)).grades["loyalty"] == "regular"
        assert sales(("demo_requested", 20)).grades["loyalty"] == "none"


class TestMachinesAndSpoilers:
    def test_a_mail_scanner_gains_as_little_as_one_click(self) -> None:
        burst = [("email_clicked", 1.5 + n / 86_400) for n in range(60)]
        scanned = sales(*burst, *(("page_viewed", 1.5, {"seconds": 0.2}) for _ in range(60)))
        clicked = sales(("email_clicked", 1.5 + 59 / 86_400))
        assert points(scanned, "engagement") == pytest.approx(points(clicked, "engagement"))
        assert points(scanned, "intent") == 0
        assert scanned.stage == "lead"

    @pytest.mark.parametrize(
        "spoiler",
        [
            ("email_bounced", 1, {"hard": True}),
            ("newsletter_unsubscribed", 1),
            ("opted_out", 1),
            ("complaint_made", 1),
        ],
    )
    def test_what_spoils_a_relationship_lowers_engagement(self, spoiler: Any) -> None:
        signs = (("whitepaper_downloaded", 2), ("form_submitted", 2))
        assert points(sales(*signs, spoiler), "engagement") < points(sales(*signs), "engagement")

    @pytest.mark.parametrize(
        "spoiler",
        [
            ("sales_rejected", 1),
            ("quote_declined", 1),
            ("appointment_missed", 1),
            ("call_outbound", 1, {"outcome": "not_interested"}),
        ],
    )
    def test_a_no_lowers_intent(self, spoiler: Any) -> None:
        assert points(sales(("demo_requested", 2), spoiler), "intent") < 30

    def test_a_student_is_no_fit(self) -> None:
        assert sales(("whitepaper_downloaded", 1), **GOOD_FIT, job_title="Mahasiswa S2").grades["fit"] == "B"
        assert sales(("whitepaper_downloaded", 1), **SMALLER_FIT, job_title="Mahasiswa").grades["fit"] == "D"


def test_the_small_policy_forward_and_back() -> None:
    contact = Contact(id="c-1", country="ID")
    history = happened(("whitepaper_downloaded", 40))
    decision = policies.minimal().decide(contact, history, at=AT)
    assert path(decision) == ["marketing", "gone-quiet"]
    assert policies.minimal().decide(contact, happened(("purchase", 1)), at=AT).stage == "customer"
