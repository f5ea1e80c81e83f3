from __future__ import annotations

from typing import Any

import pytest
from support.reaching import ANN, AT, DAY, TICK, Copy, asked, book, rule, said

DNC = book(rule("D", "registry", registry="US"))
AGE = book(rule("A", "registry_age", registry="US", max_age="31d"))
ATTORNEY = book(rule("C", "circumstance", attribute="attorney", denies=[True], code="ATTORNEY_REPRESENTED"))
ANSWERED = {"attribute": "answered_by", "denies": ["family", "colleague"], "code": "THIRD_PARTY"}


@pytest.mark.parametrize(
    ("copies", "code", "unknown"),
    [
        ([], "DNC_MISSING", ("registries['US']",)),
        ([Copy(country="CA")], "DNC_MISSING", ("registries['US']",)),
        ([Copy(covers="+1305")], "DNC_NOT_COVERED", ("contact.phone in the registry",)),
        ([Copy("+12125550123")], "NATIONAL_DNC", ()),
        ([Copy("+12125550124")], "OK_NOT_REGISTERED", ()),
    ],
)
def test_what_a_registry_says(copies: list[Any], code: str, unknown: tuple[str, ...]) -> None:
    verdict = asked(DNC, registries=copies)
    assert said("D", verdict).code == code
    assert (verdict.allowed, verdict.unknown) == (code == "OK_NOT_REGISTERED", unknown)


def test_registries_are_given_alone_in_a_list_or_by_country() -> None:
    for given in (Copy(), [Copy()], (one for one in [Copy()]), {"US": Copy()}):
        assert asked(DNC, registries=given)


@pytest.mark.parametrize(
    ("obtained", "fresh"),
    [(AT, True), (AT - 31 * DAY, True), (AT - 31 * DAY - TICK, False), (AT + TICK, False)],
)
def test_how_old_a_copy_may_be_to_the_microsecond(obtained: Any, fresh: bool) -> None:
    verdict = asked(AGE, registries=Copy(obtained=obtained))
    assert said("A", verdict).code == ("OK_SNAPSHOT_AGE" if fresh else "DNC_SNAPSHOT_STALE")
    assert verdict.allowed is fresh


def test_without_a_copy_its_age_is_not_known() -> None:
    assert asked(AGE).headline.code == "DNC_MISSING"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "OK_NOT_KNOWN_OTHERWISE"),
        (False, "OK_CIRCUMSTANCE"),
        (True, "ATTORNEY_REPRESENTED"),
        ("yes", "ATTORNEY_REPRESENTED"),
        ("false", "ATTORNEY_REPRESENTED"),
        (1, "ATTORNEY_REPRESENTED"),
    ],
)
def test_a_circumstance_that_is_recorded_in_a_strange_way_denies(value: Any, code: str) -> None:
    contact = ANN.model_copy(update={"attributes": {} if value is None else {"attorney": value}})
    verdict = asked(ATTORNEY, contact=contact)
    assert said("C", verdict).code == code
    assert verdict.allowed is code.startswith("OK_")
    assert (value in ("yes", "false")) is bool(verdict.unknown)


def test_a_circumstance_that_nobody_recorded_denies_where_the_rule_says_so() -> None:
    strict = book(rule("C", "circumstance", attribute="given", denies=[False], when_missing="deny", code="NO_CONSENT"))
    verdict = asked(strict)
    assert (verdict.headline.code, verdict.unknown) == ("NO_CONSENT", ("contact.attributes['given']",))
    assert asked(strict, contact=ANN.model_copy(update={"attributes": {"given": True}}))


@pytest.mark.parametrize(
    ("value", "allows", "denied"),
    [
        ("Family", [], True),
        (" colleague", [], True),
        ("consumer", [], False),
        (("consumer", "family"), [], True),
        ("neighbour", [], False),
        ("neighbour", ["consumer"], True),
        ("Consumer", ["consumer"], False),
        (True, [], True),
    ],
)
def test_words_of_a_circumstance(value: Any, allows: list[str], denied: bool) -> None:
    rules = book(rule("C", "circumstance", allows=allows, **ANSWERED))
    contact = ANN.model_copy(update={"attributes": {"answered_by": value}})
    assert asked(rules, contact=contact).allowed is not denied


def test_a_circumstance_may_be_a_field_of_the_contact_and_no_method() -> None:
    spanish = rule("C", "circumstance", attribute="language", denies=["es"], code="NO_SPEAKER")
    assert asked(book(spanish))
    assert not asked(book(spanish), contact=ANN.model_copy(update={"language": "es"}))
    method = rule("C", "circumstance", attribute="model_dump", denies=[True], when_missing="deny", code="UNKNOWN")
    assert asked(book(method)).headline.unknown == "contact.attributes['model_dump']"
