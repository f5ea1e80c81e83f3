from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from support.reaching import ANN, AT, Copy, asked, book, pack, rule, said

from leadqual.model.contact import Consent, DoNotCall
from leadqual.outreach.caller import Caller
from leadqual.outreach.rules.pack import Pack
from leadqual.outreach.rules.rulebook import Rulebook, rulebook

OPEN = {"hours": {"daily": ["00:00", "24:00"]}}
SHUT = {"attribute": "attorney", "denies": [True], "when_missing": "deny", "code": "SHUT"}
KNOWN = rule("K", "hours", **OPEN)


def shut(**given: Any) -> Any:
    return book(KNOWN, rule("S", "circumstance", **SHUT, **given))


def lifted(**given: Any) -> Any:
    exemption = {"lifts": ["S"], "always": True, "allow": "OK_B2B", **given}
    return book(KNOWN, rule("S", "circumstance", **SHUT), rule("E", "exemption", **exemption))


@pytest.mark.parametrize(
    ("caller", "denied", "exempt"),
    [
        (None, True, False),
        ("seller", True, True),
        ("charity", False, False),
        (Caller(kinds={"charity", "seller"}), True, True),
        ({"kinds": ["charity"]}, False, False),
    ],
)
def test_without_a_caller_restrictions_hold_and_exemptions_do_not(caller: Any, denied: bool, exempt: bool) -> None:
    assert asked(shut(callers=["seller"]), caller=caller).allowed is not denied
    assert asked(lifted(callers=["seller"]), caller=caller).allowed is exempt


@pytest.mark.parametrize(("paid", "denied"), [(None, True), (True, True), (False, False)])
def test_a_rule_about_paid_callers(paid: bool | None, denied: bool) -> None:
    caller = None if paid is None else Caller(kinds={"charity"}, paid=paid)
    assert asked(shut(paid=True), caller=caller).allowed is not denied


@pytest.mark.parametrize(
    ("line", "denied", "exempt"), [(None, True, False), ("mobile", True, True), ("landline", 0, 0)]
)
def test_an_unknown_line_leaves_restrictions_in_force(line: str | None, denied: bool, exempt: bool) -> None:
    contact = ANN.model_copy(update={"attributes": {} if line is None else {"line": line}})
    assert asked(shut(lines=["mobile"]), contact=contact).allowed is not bool(denied)
    assert asked(lifted(lines=["mobile"]), contact=contact).allowed is bool(exempt)


@pytest.mark.parametrize(
    ("region", "denied", "exempt"),
    [(None, True, False), ("US-FL", True, True), ("US-GA", False, False), ("CA-ON", True, False)],
)
def test_an_unknown_state_leaves_restrictions_in_force(region: str | None, denied: bool, exempt: bool) -> None:
    contact = ANN.model_copy(update={"region": region})
    assert said("K", asked(shut(regions=["US-FL"]), contact=contact))
    reasons = asked(shut(regions=["US-FL"]), contact=contact).denials
    assert any(reason.rule == "S" for reason in reasons) is denied
    freed = asked(lifted(regions=["US-FL"]), contact=contact)
    assert (said("S", freed).code == "LIFTED") is exempt


@pytest.mark.parametrize(("attributes", "kind", "business"), [
    ({}, "person", False),
    ({}, "organisation", True),
    ({"line_use": "personal"}, "organisation", False),
    ({"line_use": "business"}, "person", True),
    ({"line_use": "both"}, "organisation", False),
])  # fmt: skip
def test_a_number_is_of_a_person_unless_something_says_otherwise(
    attributes: dict[str, str], kind: str, business: bool
) -> None:
    contact = type(ANN).model_validate({**ANN.model_dump(exclude={"kind"}), "kind": kind, "attributes": attributes})
    assert asked(lifted(to="business"), contact=contact).allowed is business
    assert asked(shut(to="person"), contact=contact).allowed is business


def test_a_rule_holds_on_its_first_and_on_its_last_day() -> None:
    rules = shut(effective_from="2026-11-20", effective_to="2026-11-23")
    for day, denied in ((19, False), (20, True), (23, True), (24, False)):
        assert asked(rules, at=datetime(2026, 11, day, 15, tzinfo=UTC)).allowed is not denied


@pytest.mark.parametrize("confidence", ["M", "D"])
def test_what_is_not_verified_may_deny_and_never_allows(confidence: str) -> None:
    assert not asked(shut(confidence=confidence))
    freed = asked(lifted(confidence=confidence))
    assert not freed
    assert said("E", freed).code == "NOT_RELIED_ON"
    alone = asked(book(rule("K", "hours", confidence=confidence, **OPEN)))
    assert [reason.code for reason in alone.denials] == ["RULE_MISSING"]


def test_an_exemption_that_needs_another_holds_only_with_it() -> None:
    bought = {"kinds": ["purchase"], "within": "30d"}
    other = rule("O", "exemption", relation=bought, allow="OK_EBR_TRANSACTION", confidence="M")
    first = rule("E", "exemption", lifts=["S"], always=True, allow="OK_B2B", together_with=["O"])
    verdict = asked(book(KNOWN, rule("S", "circumstance", **SHUT), first, other))
    assert not verdict
    assert said("E", verdict).code == "NOT_RELIED_ON"


def test_an_exemption_lifts_only_what_it_names() -> None:
    rules = book(
        rule("S", "circumstance", **SHUT),
        rule("D", "registry", registry="US"),
        rule("E", "exemption", lifts=["D"], always=True, allow="OK_B2B"),
    )
    verdict = asked(rules, registries=Copy(ANN.phone or ""))
    assert [reason.rule for reason in verdict.denials] == ["S"]
    assert said("D", verdict).found["en"] == "It would deny (NATIONAL_DNC), and is lifted by E."


@pytest.mark.parametrize(
    ("contact", "denials", "countries"),
    [
        ({"country": None, "phone": None}, ["UNKNOWN_JURISDICTION", "NO_NUMBER"], ()),
        ({"country": "FR", "phone": None}, ["RULE_MISSING", "NO_NUMBER"], ("FR",)),
        ({"country": "FR"}, ["RULE_MISSING"], ("FR", "US")),
        ({"country": None}, [], ("US",)),
        ({"country": "US", "phone": "+6281234567890"}, ["RULE_MISSING"], ("US", "ID")),
        ({"country": None, "region": "US-FL"}, [], ("US",)),
        ({"phone": "+12"}, ["INVALID_NUMBER"], ("US",)),
        ({"phone": "+18002345678"}, [], ("US",)),
    ],
)
def test_all_countries_a_contact_may_be_in_have_a_say(
    contact: dict[str, Any], denials: list[str], countries: tuple[str, ...]
) -> None:
    verdict = asked(book(KNOWN), contact=ANN.model_copy(update=contact))
    assert sorted(reason.code for reason in verdict.denials) == sorted(denials)
    assert verdict.countries == countries


@pytest.mark.parametrize(("email", "code"), [(None, "NO_EMAIL"), ("a@b", "INVALID_EMAIL"), ("a@shop.com", "OK_EMAIL")])
def test_mail_needs_an_address(email: str | None, code: str) -> None:
    verdict = asked(
        book(rule("K", "hours", channels=["email"], **OPEN)),
        contact=ANN.model_copy(update={"email": email}),
        channel="email",
    )
    assert said("LQ-ADDRESS", verdict).code == code
    assert verdict.allowed is code.startswith("OK_")


def test_the_weightiest_denial_is_the_headline() -> None:
    rules = [
        rule("H", "hours", hours={"sat": ["08:00", "21:00"]}),
        rule("F", "frequency", at_most=0, within="1d"),
        rule("S", "circumstance", **SHUT),
        rule("C", "consent"),
        rule("D", "registry", registry="US"),
        rule("M", "missing"),
        rule("R", "request"),
    ]
    contact = ANN.model_copy(update={"do_not_call": (DoNotCall(at=AT),)})
    assert [reason.rule for reason in asked(book(*rules), contact=contact).denials] == list("RMDCSFH")


def test_of_an_allowed_contact_the_headline_is_what_allows_it() -> None:
    rules = [KNOWN, rule("R", "request"), rule("C", "consent"), rule("E", "exemption", always=True, allow="OK_B2B")]
    allowed = Consent(channel="voice", at=AT)
    verdict = asked(book(*rules), contact=ANN.model_copy(update={"consents": (allowed,)}))
    assert [reason.rule for reason in verdict.reasons] == ["E", "C", "R", "LQ-ADDRESS", "K"]


CAP = {"at_most": 3, "within": "7d", "purposes": ["telemarketing", "telecollection"]}


@pytest.mark.parametrize("country", ["SG", "ID"])
def test_a_restriction_of_a_company_makes_no_law_known(country: str) -> None:
    contact = ANN.model_copy(update={"country": country, "phone": None, "email": "ann@shop.com"})
    own = pack(rule("ACME-CAP", "frequency", channels=["email"], **CAP), countries=["ID", "SG"], law=False)
    given = {"purpose": "telecollection", "channel": "email", "caller": "creditor", "contact": contact}
    for rules in (rulebook(), rulebook().with_packs(own)):
        verdict = asked(rules, **given)
        assert verdict.headline.code == "RULE_MISSING"
        assert verdict.unknown == (f"the law of {country}",)
    law = {**own, "law": True}
    assert asked(rulebook().with_packs(law), **given).allowed


def test_a_rule_of_others_makes_no_law_known_where_nobody_says_who_calls() -> None:
    rules = book(rule("A", "frequency", callers=["collector"], **CAP))
    assert asked(rules, caller="collector").allowed
    nobody = asked(rules)
    assert (nobody.headline.code, nobody.unknown) == ("RULE_MISSING", ("caller",))


def test_a_rule_in_the_place_of_law_is_law() -> None:
    law = Pack.model_validate(pack(rule("A", "frequency", **CAP)))
    own = pack(rule("B", "frequency", replaces="A", **CAP), pack="own", law=False)
    assert asked(Rulebook((law,)).with_packs(own)).allowed
    assert not asked(
        Rulebook((law,)).without("A").with_packs({**own, "rules": [rule("B", "frequency", **CAP)]})
    ).allowed
