"""Conditions in code: the same nodes as text, and errors that name the right spelling."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from leadqual.conditions.handles import (
    Handle,
    as_condition,
    as_node,
    count,
    days_since,
    field,
    first_of,
    last_of,
    max_of,
    min_of,
    sum_of,
)
from leadqual.conditions.nodes import And, Literal, Name, Not
from leadqual.conditions.parse import parse_condition
from leadqual.errors import ConditionError

A, B = field("company.employees"), field("b")

SPELLINGS: list[tuple[Handle, str]] = [
    (A == 50, "company.employees == 50"),
    (A != 50, "company.employees != 50"),
    (A < 50, "company.employees < 50"),
    (A <= 50, "company.employees <= 50"),
    (A > 50, "company.employees > 50"),
    (A >= 50, "company.employees >= 50"),
    (50 < A, "company.employees > 50"),  # noqa: SIM300 - Python turns it round
    (A == B, "company.employees == b"),
    (A + 1 > 2, "company.employees + 1 > 2"),
    (1 + A > 2, "1 + company.employees > 2"),
    (A - 1 > 2, "company.employees - 1 > 2"),
    (1 - A > 2, "1 - company.employees > 2"),
    (A * 2 > 2, "company.employees * 2 > 2"),
    (2 * A > 2, "2 * company.employees > 2"),
    (A / 2 > 2, "company.employees / 2 > 2"),
    (2 / A > 2, "2 / company.employees > 2"),
    (-A < -5, "-company.employees < -5"),
    ((A + B) * 2 > 0, "(company.employees + b) * 2 > 0"),
    ((A > 1) & (B < 2), "company.employees > 1 and b < 2"),
    ((A > 1) | (B < 2), "company.employees > 1 or b < 2"),
    ((A > 1) & (B < 2) & field("c"), "company.employees > 1 and b < 2 and c"),
    (((A > 1) | (B < 2)) & field("c"), "(company.employees > 1 or b < 2) and c"),
    (True & field("c"), "True and c"),
    (False | field("c"), "False or c"),
    (~field("c"), "not c"),
    (~(A > 1), "not company.employees > 1"),
    (field("contact.country").is_in(["ID", "SG"]), "contact.country in ['ID', 'SG']"),
    (field("contact.country").is_in(value for value in ("ID", "SG")), "contact.country in ['ID', 'SG']"),
    (field("contact.country").is_in({"SG", "ID"}), "contact.country in ['ID', 'SG']"),
    (field("contact.country").not_in(("ID",)), "contact.country not in ['ID']"),
    (field("contact.roles").has("partner"), "'partner' in contact.roles"),
    (A.is_none(), "company.employees is None"),
    (A.is_not_none(), "company.employees is not None"),
    (B.startswith("x"), "b.startswith('x')"),
    (B.endswith("x"), "b.endswith('x')"),
    (B.contains(field("c")), "b.contains(c)"),
    (B.lower() == "x", "b.lower() == 'x'"),
    (count("demo_requested") > 0, "count(demo_requested) > 0"),
    (count("demo_requested", within="30d") > 0, "count(demo_requested, within='30d') > 0"),
    (count("any_interaction", within="2w") > 0, "count(any_interaction, within='14d') > 0"),
    (count("page_viewed", where=field("path").startswith("/")) > 0, "count(page_viewed[path.startswith('/')]) > 0"),
    (count("page_viewed", where="path.startswith('/')") > 0, "count(page_viewed[path.startswith('/')]) > 0"),
    (count("page_viewed[path == '/']", where="seconds > 3") > 0, "count(page_viewed[path == '/' and seconds > 3]) > 0"),
    (days_since("demo_requested") < 7, "days_since(demo_requested) < 7"),
    (sum_of("purchase.amount") > 0, "sum(purchase.amount) > 0"),
    (sum_of("purchase[currency == 'a.b'].amount") > 0, "sum(purchase[currency == 'a.b'].amount) > 0"),
    (sum_of("purchase.amount", where="currency == 'IDR'") > 0, "sum(purchase[currency == 'IDR'].amount) > 0"),
    (min_of("purchase.amount") > 0, "min(purchase.amount) > 0"),
    (max_of("purchase.amount", within="90d") > 0, "max(purchase.amount, within='90d') > 0"),
    (first_of("purchase.amount") > 0, "first(purchase.amount) > 0"),
    (last_of("any_interaction.channel") == "web", "last(any_interaction.channel) == 'web'"),
]


@pytest.mark.parametrize(("handle", "text"), SPELLINGS, ids=[text for _, text in SPELLINGS])
def test_code_and_text_give_the_same_node(handle: Handle, text: str) -> None:
    assert handle.node == parse_condition(text)
    assert str(handle) == text
    assert repr(handle) == f"<condition: {text}>"
    assert as_condition(handle) == as_condition(text) == as_condition(handle.node)


def test_a_handle_and_a_node_are_compared_as_conditions() -> None:
    node = parse_condition("company.employees >= 50")
    assert ((A >= 50) == node) is True
    assert (node == (A >= 50)) is True
    assert ((A >= 51) == node) is False
    assert ((A >= 51) != node) is True


@pytest.mark.parametrize(
    "use",
    [
        lambda: bool(A > 1),
        lambda: (A > 1) and (B < 2),
        lambda: (A > 1) or (B < 2),
        lambda: not (A > 1),
        lambda: 50 <= A < 1000,
        lambda: "yes" if A > 1 else "no",
        lambda: (A > 1) in [parse_condition("x"), B],
    ],
)
def test_a_handle_has_no_truth_value_and_says_the_right_spelling(use: Callable[[], object]) -> None:
    with pytest.raises(ConditionError) as caught:
        use()
    assert caught.value.code == "no-truth-value"
    text = str(caught.value)
    assert "& | ~ for and, or, not" in text
    assert "brackets round each comparison" in text
    assert "(field('company.employees') >= 50) & (field('company.employees') < 1000)" in text


def test_in_is_spelt_has() -> None:
    with pytest.raises(ConditionError) as caught:
        "partner" in field("contact.roles")  # noqa: B015
    assert caught.value.code == "no-truth-value"
    assert ".has('partner')" in str(caught.value)


def test_a_handle_has_no_hash_and_can_be_copied() -> None:
    with pytest.raises(TypeError):
        hash(A)
    assert copy.deepcopy(A).node == A.node


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: A == None, "compared-with-none"),  # noqa: E711
        (lambda: A < None, "compared-with-none"),
        (lambda: A == [1], "bad-literal"),
        (lambda: A == object(), "bad-literal"),  # noqa: SIM300
        (lambda: A + float("nan"), "bad-literal"),
        (lambda: A + 10**400, "bad-literal"),
        (lambda: A.is_in("ID"), "bad-list"),
        (lambda: A.is_in(b"ID"), "bad-list"),
        (lambda: A.is_in(5), "bad-list"),
        (lambda: A.is_in(B), "bad-list"),
        (lambda: A.is_in([None]), "bad-literal"),
        (lambda: A.is_in([B]), "bad-literal"),
        (lambda: field("a == 1"), "bad-name"),
        (lambda: field("5"), "bad-name"),
        (lambda: field("class"), "bad-syntax"),
        (lambda: field("a.__class__"), "forbidden-name"),
        (lambda: field(5), "wrong-type"),
        (lambda: count("a.b"), "bad-selection"),
        (lambda: count("a", where="b ="), "bad-syntax"),
        (lambda: count("a", within="soon"), "bad-duration"),
        (lambda: count("a", within=90), "bad-duration"),
        (lambda: count(5), "wrong-type"),
        (lambda: sum_of("purchase"), "bad-selection"),
        (lambda: sum_of("purchase._amount"), "bad-selection"),
        (lambda: sum_of("purchase.class"), "bad-syntax"),
        (lambda: sum_of("a.b) + sum(c.d"), "bad-syntax"),
        (lambda: sum_of(5), "wrong-type"),
        (lambda: as_condition(None), "compared-with-none"),
    ],
)
def test_what_cannot_stand_in_a_condition_is_refused(build: Callable[[], Any], code: str) -> None:
    with pytest.raises(ConditionError) as caught:
        build()
    assert caught.value.code == code


def test_names_are_in_the_normal_form_that_text_gives_them() -> None:
    assert sum_of("purchase.ﬁeld").node == parse_condition("sum(purchase.ﬁeld)")
    assert str(sum_of("purchase.ﬁeld")) == "sum(purchase.field)"


def test_as_node_takes_handles_nodes_and_plain_values() -> None:
    assert as_node(A) is A.node
    assert as_node(A.node) is A.node
    assert as_node("ID") == Literal("ID")
    assert as_node(True) == Literal(True)


def test_a_condition_built_in_code_keeps_to_the_limits_of_text() -> None:
    deep = A
    for _ in range(70):
        deep = deep + 1
    with pytest.raises(ConditionError) as caught:
        as_condition(deep > 0)
    assert caught.value.code == "condition-too-deep"
    with pytest.raises(ConditionError) as caught:
        as_condition(A.is_in(range(5_000)))
    assert caught.value.code == "condition-too-long"


def test_operators_leave_their_operands_as_they_were() -> None:
    first, second = A > 1, B < 2
    joined = first & second
    assert joined.node == And((first.node, second.node))
    assert (~joined).node == Not(joined.node)
    assert str(first) == "company.employees > 1"
    assert field("b").node == Name("b")
