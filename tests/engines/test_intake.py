"""What is refused before any engine sees it."""

from __future__ import annotations

from typing import Any

import pytest
from support.people import contact, custom, day, happened, policy_of, updated, viewed

import leadqual as lq
from leadqual import CustomInteraction, EvaluationError, InputError, Interaction, LeadqualError

POLICY = policy_of(
    fields={"budget": {"type": "number"}, "tier": {"type": "text", "on": "company"}},
    interactions={"roi": {"properties": {"saving": {"type": "number"}, "tags": {"type": "texts"}}}},
)


def refused(history: Any, **who: Any) -> LeadqualError:
    with pytest.raises(LeadqualError) as caught:
        POLICY.decide(contact(**who), history, at=day(9))
    return caught.value


class Roi(Interaction):
    kind: str = "roi"
    saving: str = "x"


@pytest.mark.parametrize(
    ("one", "code", "found"),
    [
        ({"id": "i", "kind": "page_viewed"}, "wrong-type", "{"),
        (None, "wrong-type", "None"),
        ("page_viewed", "wrong-type", "'page_viewed'"),
        (custom("rio", 1), "unknown-kind", "rio"),
        (custom("roi", 1, saveing=1), "unknown-property", "saveing"),
        (custom("roi", 1, saving="1"), "wrong-type", "'1'"),
        (custom("roi", 1, saving=True), "wrong-type", "True"),
        (custom("roi", 1, tags="a"), "wrong-type", "'a'"),
        (Roi(id="i", occurred_at=day(1)), "wrong-type", "'x'"),
        (
            CustomInteraction(id="i", kind="page_viewed", occurred_at=day(1), properties={"path": "/"}),
            "untyped-interaction",
            "Custom",
        ),
        (updated(1, country=5), "wrong-type", "5"),
        (updated(1, budget="much"), "wrong-type", "'much'"),
        (updated(1, company_employees="many"), "wrong-type", "'many'"),
        (updated(1, contry="ID"), "unknown-property", "contact.contry"),
        (updated(1, company_employes=5), "unknown-property", "company.employes"),
    ],
)
def test_one_interaction_that_cannot_be_used(one: Any, code: str, found: str) -> None:
    error = refused([viewed(1), one])
    assert error.code == code
    assert str(error.problems[0].found).startswith(found)
    assert "contact 'c-1'" in str(error)


def test_a_near_miss_comes_with_a_hint() -> None:
    assert refused([custom("roi", 1, saveing=1)]).problems[0].hint == "did you mean 'saving'?"
    assert "'roi'" in str(refused([custom("rio", 1)]).problems[0].hint)


def test_every_problem_is_reported_at_once_and_wrong_types_alone_are_evaluation_errors() -> None:
    wrong = [custom("roi", 1, saving="a"), custom("roi", 2, saving="b")]
    assert isinstance(refused(wrong), EvaluationError)
    assert len(refused(wrong).problems) == 2
    mixed = refused([*wrong, custom("rio", 3)])
    assert isinstance(mixed, InputError)
    assert len(mixed.problems) == 3


def test_two_contents_under_one_id() -> None:
    error = refused([viewed(1, "/", "v"), viewed(2, "/x", "v")])
    assert (error.code, error.problems[0].found) == ("duplicate-id", "they differ in occurred_at, path")


@pytest.mark.parametrize(("who", "field"), [
    ({"attributes": {"budget": "5"}}, "contact.budget"), ({"attributes": {"budget": 1e301}}, "contact.budget"),
    ({"company": {"attributes": {"tier": 5}}}, "company.tier"),
])  # fmt: skip
def test_attributes_of_a_declared_type(who: dict[str, Any], field: str) -> None:
    error = refused([], **who)
    assert isinstance(error, EvaluationError)
    assert error.problems[0].place.path == field


def test_what_the_policy_does_not_declare_is_left_alone() -> None:
    history = [updated(1, hobby="chess"), happened("demo_requested", 2)]
    assert POLICY.decide(contact(attributes={"shoe": 43}), history, at=day(9)).contact_id == "c-1"


def test_a_class_of_the_callers_own_with_the_declared_types_is_welcome() -> None:
    class Fine(Interaction):
        kind: str = "roi"
        saving: float = 2.5

    assert POLICY.evaluate("sum(roi.saving)", contact(), [Fine(id="i", occurred_at=day(1))], at=day(2)) == 2.5


def test_something_else_than_a_contact() -> None:
    with pytest.raises(InputError) as caught:
        POLICY.decide({"id": "c-1"}, [], at=day(1))  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.problems[0].place.source) == ("wrong-type", "contact")


@pytest.mark.parametrize("build", [
    lambda: contact(company={"employees": 10**400}),
    lambda: contact(company={"annual_revenue": 1e305, "currency": "IDR"}),
    lambda: happened("purchase", 1, amount=1e305, currency="IDR"), lambda: viewed(1, seconds=1e305),
])  # fmt: skip
def test_numbers_that_would_overflow_are_refused_where_they_come_in(build: Any) -> None:
    with pytest.raises(lq.InputError):
        build()


def test_a_generator_will_do_for_a_history() -> None:
    assert POLICY.evaluate("count(page_viewed)", contact(), (viewed(on) for on in (1, 2)), at=day(3)) == 2


LISTED = policy_of(
    fields={
        "tier": {"type": "text", "values": ["gold", "silver"]},
        "tags": {"type": "texts", "values": ["x", "y"], "on": "company"},
    },
    interactions={
        "loan": {
            "properties": {
                "how": {"type": "text", "values": ["web", "app"]},
                "amount": {"type": "number", "unit": "money"},
                "currency": {"type": "text"},
            }
        }
    },
)


@pytest.mark.parametrize(
    ("who", "one", "code", "found"),
    [
        ({"attributes": {"tier": "golf"}}, viewed(1), "unknown-value", "'golf'"),
        ({"company": {"attributes": {"tags": ["x", "z"]}}}, viewed(1), "unknown-value", "'z'"),
        ({}, custom("loan", 1, how="wbe"), "unknown-value", "'wbe'"),
        ({}, updated(1, tier="golf"), "unknown-value", "'golf'"),
        ({}, updated(1, seniority="boss"), "unknown-value", "'boss'"),
        ({}, custom("loan", 1, amount=5), "missing-currency", None),
    ],
)
def test_only_listed_values_and_amounts_with_a_currency_come_in(
    who: Any, one: Any, code: str, found: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        LISTED.decide(contact(**who), [one], at=day(9))
    assert (caught.value.code, caught.value.problems[0].found) == (code, found)
