"""Kinds of a policy's own: what they mean for roles, and what a history may hold under their names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal

import pytest

import leadqual as lq

AT = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = """
name: loans
interactions:
  loan_paid_out: {transaction: true}
  fraud_checked: {shows_interest: false}
  application_made: {}
stages: {applicant: {initial: true}, borrower: {}, watched: {}}
transitions:
  - {id: borrowed, source: applicant, target: borrower, when: contact.is_customer}
  - {id: lead, source: borrower, target: watched, when: "'lead' in contact.roles"}
"""


@pytest.fixture(scope="module")
def policy() -> lq.Policy:
    return lq.Policy.loads(POLICY)


def custom(kind: str, days_ago: int = 1) -> lq.CustomInteraction:
    return lq.CustomInteraction(id=f"{kind}-{days_ago}", kind=kind, occurred_at=AT - timedelta(days=days_ago))


def decided(policy: lq.Policy, *history: lq.Interaction) -> lq.Decision:
    return policy.decide(lq.Contact(id="c-1"), history, at=AT)


def test_a_transaction_by_another_name_makes_a_customer(policy: lq.Policy) -> None:
    decision = decided(policy, custom("loan_paid_out"))
    assert decision.relationship == "customer"
    assert decision.activity == "active"
    assert [move.transition for move in decision.moves] == ["borrowed", "lead"]


def test_a_transaction_long_ago_makes_an_inactive_customer(policy: lq.Policy) -> None:
    assert decided(policy, custom("loan_paid_out", days_ago=366)).activity == "inactive"


def test_a_kind_that_shows_no_interest_makes_no_lead(policy: lq.Policy) -> None:
    assert decided(policy, custom("fraud_checked")).roles == frozenset()
    assert decided(policy, custom("application_made")).roles == {"lead"}


def test_a_class_says_itself_whether_it_shows_interest() -> None:
    class BackgroundChecked(lq.Interaction):
        shows_interest: ClassVar[bool] = False
        kind: Literal["background_checked"] = "background_checked"

    policy = lq.Policy(name="p", interactions=[BackgroundChecked])
    assert policy.interactions["background_checked"].shows_interest is False
    checked = lq.CustomInteraction(id="i", kind="background_checked", occurred_at=AT)
    assert decided(policy, checked).roles == frozenset()


def test_a_purchase_stays_one_beside_the_kinds_of_a_policy(policy: lq.Policy) -> None:
    assert decided(policy, lq.Purchase(id="i", occurred_at=AT)).relationship == "customer"


@pytest.mark.parametrize("cls", [lq.Interaction, lq.CustomInteraction])
def test_a_built_in_kind_without_its_class_is_refused(policy: lq.Policy, cls: type[lq.Interaction]) -> None:
    with pytest.raises(lq.InputError) as caught:
        decided(policy, cls(id="i", kind="page_viewed", occurred_at=AT))
    assert caught.value.code == "untyped-interaction"
    assert "lq.PageViewed" in str(caught.value)


@pytest.mark.parametrize("name", ["roles", "created_at", "is_customer", "email_domain"])
def test_what_a_profile_update_cannot_change_is_refused(policy: lq.Policy, name: str) -> None:
    update = lq.ProfileUpdated(id="i", occurred_at=AT, changes={name: "x"})
    with pytest.raises(lq.LeadqualError) as caught:
        decided(policy, update)
    assert caught.value.code == "unchangeable-field"


def test_the_machine_takes_an_event_that_moves_the_contact_by_an_automatic_transition(policy: lq.Policy) -> None:
    machine = policy.lifecycle(lq.Contact(id="c-1"))
    moves = machine.send("loan_paid_out", at=AT)
    assert [move.target for move in moves] == ["borrower", "watched"]
    with pytest.raises(lq.TransitionRefused, match="moves contact 'c-1' nowhere"):
        machine.send("application_made", at=AT + timedelta(days=1))
    assert machine.stage == "watched"
