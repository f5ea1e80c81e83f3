"""Types are checked when a policy is built: every problem at once, each with a hint."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from support.conditions import CATALOGUE, nodes

from leadqual.conditions.check import check_condition, check_selection, check_value
from leadqual.conditions.nodes import Node
from leadqual.conditions.parse import parse_condition, parse_selection
from leadqual.errors import Problem
from leadqual.model.catalogue import Field, Kind, ValueType


def problems(text: str, *, single_currency: bool = False) -> list[Problem]:
    return check_condition(parse_condition(text), CATALOGUE, single_currency=single_currency)


def codes(text: str) -> list[str]:
    return [problem.code for problem in problems(text)]


@pytest.mark.parametrize(
    "text",
    [
        "contact.country == 'ID'",
        "'ID' == contact.country",
        "contact.country == company.name",
        "contact.country in ['ID', 'SG']",
        "contact.seniority in ['senior', 'director']",
        "contact.seniority == contact.rank",
        "contact.seniority.lower() == 'DIRECTOR'.lower()",
        "contact.country.lower().startswith('i')",
        "company.name.contains(contact.country) and company.name.endswith('Tbk')",
        "50 <= company.employees < 1000",
        "company.employees / 2 + days_in_stage * -3 - 1 > 0",
        "company.employees in [1, 2.5]",
        "contact.created_at < contact.seen_at",
        "contact.created_at == contact.seen_at",
        "contact.created_at is not None",
        "contact.roles is None",
        "'partner' in contact.roles",
        "'anything' not in contact.tags",
        "contact.country in contact.tags",
        "consent.email",
        "consent.email == True",
        "consent.email in [True]",
        "not consent.email or True",
        "(company.employees > 5) == consent.email",
        "score.fit >= 0 and score.fit <= 100 and 50 < score.fit",
        "grade.fit in ['A', 'B'] and stage != 'sql'",
        "count(demo_requested) > 0 and count(any_interaction, within='90d') < 5",
        "count(any_interaction[channel == 'web' and agent is None]) > 0",
        "count(page_viewed[path.startswith('/pricing') and seconds > 3]) > 0",
        "count(page_viewed[channel == 'web']) > 0",
        "days_since(demo_requested) < 7",
        "sum(page_viewed.seconds) > 60 and max(page_viewed.seconds) < 600",
        "first(any_interaction.channel) == 'web' and last(form_submitted.form) in ['demo']",
        "last(purchase.gift)",
        "last(page_viewed.seen_at) > contact.created_at",
        "sum(purchase[currency == 'IDR'].amount) > 0",
        "sum(purchase['IDR' == currency and gift].amount) > 0",
        "sum(purchase[currency in ['IDR']].amount) > 0",
        "sum(purchase[currency == 'IDR'].amount) + max(purchase[currency == 'IDR'].amount) > 5",
        "sum(purchase[currency == 'USD'].amount) * 16000 + sum(purchase[currency == 'IDR'].amount) > 5",
        "count(purchase[amount > 5]) > 0",
        "first(purchase.amount) > 0",
    ],
)
def test_what_fits_has_no_problem(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("contact.countri == 'ID'", "unknown-field"),
        ("country == 'ID'", "unknown-field"),
        ("nothing_like_it is None", "unknown-field"),
        ("contact.country == 5", "wrong-type"),
        ("company.employees == '50'", "wrong-type"),
        ("company.employees != '50'", "wrong-type"),
        ("company.employees > '50'", "wrong-type"),
        ("contact.country < 'ID'", "wrong-type"),
        ("contact.created_at == 'today'", "wrong-type"),
        ("contact.created_at > 5", "wrong-type"),
        ("consent.email == 1", "wrong-type"),
        ("consent.email > False", "wrong-type"),
        ("company.employees in ['50']", "wrong-type"),
        ("contact.country in [1]", "wrong-type"),
        ("contact.country in company.name", "wrong-type"),
        ("5 in contact.roles", "wrong-type"),
        ("contact.roles == 'partner'", "wrong-type"),
        ("contact.roles == contact.tags", "wrong-type"),
        ("contact.roles in ['partner']", "wrong-type"),
        ("contact.roles.contains('partner')", "wrong-type"),
        ("contact.country == ['ID']", "wrong-type"),
        ("company.employees < [1, 2]", "wrong-type"),
        ("[1] + 2 > 0", "wrong-type"),
        ("['a'].lower() == 'a'", "wrong-type"),
        ("[True]", "wrong-type"),
        ("[1] is None", "wrong-type"),
        ("[1] in [1]", "wrong-type"),
        ("contact.country + 1 > 0", "wrong-type"),
        ("-contact.country == 'x'", "wrong-type"),
        ("contact.created_at - 1 > 0", "wrong-type"),
        ("company.employees.startswith('5')", "wrong-type"),
        ("contact.country.startswith(5)", "wrong-type"),
        ("sum(page_viewed.path) > 0", "wrong-type"),
        ("min(page_viewed.seen_at) is None", "wrong-type"),
        ("first(purchase.gift) == 'yes'", "wrong-type"),
        ("contact.country in ['ID', 5]", "mixed-list"),
        ("contact.country in []", "empty-list"),
        ("contact.seniority == 'boss'", "unknown-value"),
        ("'boss' != contact.seniority", "unknown-value"),
        ("contact.seniority in ['senior', 'boss']", "unknown-value"),
        ("'boss' in contact.roles", "unknown-value"),
        ("grade.fit == 'D'", "unknown-value"),
        ("stage == 'customer'", "unknown-value"),
        ("last(form_submitted.form) == 'newsletter'", "unknown-value"),
        ("count(page_viewed[channel == 'fax']) > 0", "unknown-value"),
        ("score.fit >= 150", "unreachable"),
        ("-1 < score.fit", "unreachable"),
        ("company.employees", "not-a-condition"),
        ("'text'", "not-a-condition"),
        ("consent.email and contact.country", "not-a-condition"),
        ("not company.employees", "not-a-condition"),
        ("count(demo_requested) or consent.email", "not-a-condition"),
        ("count(page_viewed[path]) > 0", "not-a-condition"),
        ("count(demo_request) > 0", "unknown-kind"),
        ("sum(purchases.amount) > 0", "unknown-kind"),
        ("sum(purchase[currency == 'IDR'].amuont) > 0", "unknown-property"),
        ("count(page_viewed[pth == '/']) > 0", "unknown-property"),
        ("count(any_interaction[path == '/']) > 0", "unknown-property"),
        ("count(page_viewed[amount > 5]) > 0", "unknown-property"),
        ("count(page_viewed[contact.country == 'ID']) > 0", "unknown-property"),
        ("count(page_viewed[stage == 'lead']) > 0", "unknown-property"),
        ("path == '/'", "unknown-field"),
        ("channel == 'web'", "unknown-field"),
        ("sum(purchase) > 0", "missing-property"),
        ("count(purchase.amount) > 0", "bad-selection"),
        ("days_since(page_viewed.seconds) > 0", "bad-selection"),
        ("count(page_viewed[count(page_viewed) > 1]) > 0", "nested-history"),
        ("count(page_viewed[seconds > max(page_viewed.seconds)]) > 0", "nested-history"),
    ],
)
def test_what_does_not_fit_is_reported_once(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_all_problems_are_reported_at_once() -> None:
    text = (
        "contact.countri == 'ID' and company.employees > '5' and contact.seniority == 'boss' "
        "and count(demo_request) > 0 and count(page_viewed[pth == 5 or path == 5]) > 0 and company.name"
    )
    assert codes(text) == [
        "unknown-field",
        "wrong-type",
        "unknown-value",
        "unknown-kind",
        "unknown-property",
        "wrong-type",
        "not-a-condition",
    ]


def test_both_sides_of_everything_are_looked_at() -> None:
    for text in (
        "x == y",
        "x < y",
        "x in y",
        "x + y > 0",
        "x * y > 0",
        "x.contains(y)",
        "x and y",
        "x or y",
        "1 < x < y",
        "(not x) == (not y)",
        "-x > y",
        "(x is None) == (y is None)",
    ):
        assert codes(text) == ["unknown-field"] * 2, text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("contact.countri == 'ID'", "did you mean 'contact.country'"),
        ("Contact.Country == 'ID'", "did you mean 'contact.country'"),
        ("employees > 5", "did you mean 'company.employees'?"),
        ("demo_requested", "'demo_requested' is a kind of interaction: write count(demo_requested) >= 1"),
        ("contact.seniority == 'directer'", "did you mean 'director'?"),
        ("count(demo_request) > 0", "did you mean 'demo_requested'?"),
        ("count(page_viewed[pth == '/']) > 0", "did you mean 'path'?"),
        ("sum(page_viewed.secnds) > 0", "did you mean 'seconds'?"),
        ("contact.roles == 'partner'", "write 'value' in name"),
        ("contact.roles.contains('x')", "write 'value' in name"),
        ("'x' in company.name", "write name.contains('text') to look inside a text"),
        ("contact.country in []", "give at least one value"),
    ],
)
def test_a_problem_has_a_hint(text: str, hint: str) -> None:
    assert (problems(text)[0].hint or "").startswith(hint)


def test_a_filter_lists_what_it_may_read() -> None:
    (problem,) = problems("count(page_viewed[days_in_stage > 5]) > 0")
    expected = "a filter reads the properties of its interaction only: agent, channel, path, seconds, seen_at"
    assert problem.hint == expected


def test_an_unknown_kind_says_how_to_declare_it() -> None:
    (problem,) = problems("count(zzz) > 0")
    assert problem.found == "zzz"
    assert "interactions:" in (problem.expected or "")
    assert "interactions:" in (problem.hint or "")


def test_a_problem_shows_what_was_found_and_what_was_expected() -> None:
    (problem,) = problems("contact.seniority == 'boss'")
    assert problem.found == "'boss'"
    assert problem.expected == "one of junior, senior, director"
    (problem,) = problems("company.employees > '50'")
    assert problem.found == "a number > a text"
    (problem,) = problems("score.fit > 150")
    assert problem.expected == "a value from 0 to 100"
    (problem,) = problems(f"'{'x' * 200}'")
    assert problem.found is not None
    assert len(problem.found) == 80
    assert problem.found.endswith("…")
    (problem,) = problems('"it\'s"')
    assert problem.found == '"it\'s"'


@pytest.mark.parametrize("function", ["sum", "min", "max"])
@pytest.mark.parametrize(
    "where",
    [
        "",
        "[gift]",
        "[currency != 'IDR']",
        "[currency == 'IDR' or gift]",
        "[currency in ['IDR', 'USD']]",
        "[currency not in ['IDR']]",
        "[not currency == 'IDR']",
        "[currency == agent]",
    ],
)
def test_money_without_one_currency_is_reported(function: str, where: str) -> None:
    text = f"{function}(purchase{where}.amount) > 0"
    (problem,) = problems(text)
    assert problem.code == "mixed-currencies"
    assert f"write {function}(purchase[currency == 'IDR'].amount)" in (problem.hint or "")
    assert problems(text, single_currency=True) == []


@pytest.mark.parametrize("sign", ["+", "-", ">", "=="])
def test_amounts_of_two_currencies_do_not_meet(sign: str) -> None:
    idr, usd = "sum(purchase[currency == 'IDR'].amount)", "sum(purchase[currency == 'USD'].amount)"
    text = f"{idr} {sign} {usd}" if sign in (">", "==") else f"{idr} {sign} {usd} > 0"
    assert codes(text) == ["mixed-currencies"]
    assert problems(text, single_currency=True) == []
    assert codes(f"-{idr} {sign} {usd} > 0" if sign in "+-" else f"1 + {idr} {sign} {usd}") == ["mixed-currencies"]


def test_a_selection_is_checked_on_its_own() -> None:
    def found(text: str) -> list[str]:
        return [problem.code for problem in check_selection(parse_selection(text), CATALOGUE)]

    assert found("page_viewed[path == '/']") == []
    assert found("any_interaction") == []
    assert found("page_view") == ["unknown-kind"]
    assert found("page_viewed[pth == '/' and seconds == 'x']") == ["unknown-property", "wrong-type"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("company.employees * 2", ValueType.NUMBER),
        ("contact.country", ValueType.TEXT),
        ("contact.country == 'ID'", ValueType.BOOLEAN),
        ("contact.created_at", ValueType.INSTANT),
        ("contact.roles", ValueType.TEXTS),
        ("first(purchase.currency)", ValueType.TEXT),
        ("days_since(purchase)", ValueType.NUMBER),
        ("contact.country.lower()", ValueType.TEXT),
    ],
)
def test_a_value_has_its_type(text: str, kind: ValueType) -> None:
    entry, found = check_value(parse_condition(text), CATALOGUE)
    assert found == []
    assert entry is not None
    assert (entry.name, entry.type) == (text, kind)


def test_a_value_keeps_its_enumeration_and_a_wrong_one_has_no_type() -> None:
    entry, _ = check_value(parse_condition("contact.seniority"), CATALOGUE)
    assert entry is not None
    assert entry.values == ("junior", "senior", "director")
    entry, found = check_value(parse_condition("contact.country + 1"), CATALOGUE)
    assert entry is None
    assert [problem.code for problem in found] == ["wrong-type"]


def test_the_catalogue_can_grow_and_shrink() -> None:
    more = CATALOGUE.extended([Field("budget", ValueType.NUMBER)], [Kind("webinar", {})])
    text = parse_condition("budget > 5 and count(webinar) > 0")
    assert check_condition(text, more) == []
    assert len(check_condition(text, CATALOGUE)) == 2
    less = CATALOGUE.without({"stage", "days_in_stage", "grade"})
    assert [p.code for p in check_condition(parse_condition("stage == 'mql'"), less)] == ["unknown-field"]


@settings(deadline=None, max_examples=200)
@given(nodes())
def test_any_condition_can_be_checked(node: Node) -> None:
    for problem in check_condition(node, CATALOGUE):
        assert problem.code
        assert problem.message
        assert problem.found
