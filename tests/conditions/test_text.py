"""`parse(str(node)) == node`, always."""

from __future__ import annotations

import os
import subprocess
import sys
from enum import Enum, IntEnum

import pytest
from hypothesis import given, settings
from support.conditions import nodes

from leadqual.conditions.nodes import (
    LARGEST_INTEGER,
    And,
    Arithmetic,
    Compare,
    History,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    Name,
    Negative,
    Node,
    Not,
    Or,
    Selection,
)
from leadqual.conditions.parse import in_writing, parse_condition
from leadqual.errors import ConditionError
from leadqual.model.time import Duration

A, B, C = Name("a"), Name("b"), Name("c")


@settings(deadline=None, max_examples=500)
@given(nodes())
def test_the_text_of_a_node_is_read_as_the_same_node(node: Node) -> None:
    assert parse_condition(str(node)) == node
    assert str(parse_condition(str(node))) == str(node)


@settings(deadline=None, max_examples=100)
@given(nodes())
def test_equal_nodes_have_equal_hashes_and_stay_themselves_in_writing(node: Node) -> None:
    again = parse_condition(str(node))
    assert hash(again) == hash(node)
    assert in_writing(node) is node


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (Literal("it's"), '"it\'s"'),
        (Literal(True), "True"),
        (Literal(-5), "-5"),
        (Literal(-0.0), "-0.0"),
        (Items((Literal("ID"), Literal("SG"))), "['ID', 'SG']"),
        (Items(()), "[]"),
        (Name("company.employees"), "company.employees"),
        (Compare(Literal(50), (("<=", A), ("<", Literal(1000)))), "50 <= a < 1000"),
        (Compare(Compare(A, (("<", B),)), (("==", Literal(True)),)), "(a < b) == True"),
        (Compare(Not(A), (("==", B),)), "(not a) == b"),
        (In(Literal("partner"), Name("contact.roles")), "'partner' in contact.roles"),
        (In(A, Items((Literal(1),)), negated=True), "a not in [1]"),
        (IsMissing(A), "a is None"),
        (IsMissing(Arithmetic(A, "+", B), negated=True), "a + b is not None"),
        (IsMissing(IsMissing(A)), "(a is None) is None"),
        (And((A, Or((B, C)))), "a and (b or c)"),
        (Or((And((A, B)), C)), "a and b or c"),
        (Not(And((A, B))), "not (a and b)"),
        (Not(Not(A)), "not not a"),
        (And((Not(A), B)), "not a and b"),
        (Arithmetic(A, "-", Arithmetic(B, "-", C)), "a - (b - c)"),
        (Arithmetic(Arithmetic(A, "-", B), "-", C), "a - b - c"),
        (Arithmetic(A, "/", Arithmetic(B, "*", C)), "a / (b * c)"),
        (Arithmetic(Arithmetic(A, "+", B), "*", C), "(a + b) * c"),
        (Arithmetic(A, "*", Negative(B)), "a * -b"),
        (Negative(Arithmetic(A, "*", B)), "-(a * b)"),
        (Negative(Negative(A)), "--a"),
        (Method(A, "startswith", Literal("/pricing")), "a.startswith('/pricing')"),
        (Method(Method(A, "lower"), "contains", B), "a.lower().contains(b)"),
        (Method(Literal(5), "lower"), "(5).lower()"),
        (Method(Literal(-5), "lower"), "(-5).lower()"),
        (Method(Negative(A), "lower"), "(-a).lower()"),
        (History("count", Selection("any_interaction")), "count(any_interaction)"),
        (
            History("sum", Selection("purchase", Compare(A, (("==", B),))), "amount", Duration.parse("2w")),
            "sum(purchase[a == b].amount, within='14d')",
        ),
    ],
)
def test_every_node_has_one_text(node: Node, text: str) -> None:
    assert str(node) == text
    assert parse_condition(text) == node


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a and (b and c)", "a and b and c"),
        ("(a or b) or c", "a or b or c"),
        ("a in ('ID', 'SG')", "a in ['ID', 'SG']"),
        ("a in {1, 2}", "a in [1, 2]"),
        ("- -5 == a", "5 == a"),
        ("a == 'x' 'y'", "a == 'xy'"),
        ("a == u'x'", "a == 'x'"),
        ("a == r'\\d'", "a == '\\\\d'"),
        ("a == 0x10 + 1_000", "a == 16 + 1000"),
        ("count(a, within='48h') > 0", "count(a, within='2d') > 0"),
        ("ﬁeld == 1", "field == 1"),
    ],
)
def test_what_is_written_in_several_ways_is_one_node(text: str, normal: str) -> None:
    assert str(parse_condition(text)) == normal
    assert parse_condition(text) == parse_condition(normal)


def test_true_is_not_one() -> None:
    assert Literal(True) != Literal(1)
    assert Literal(False) != Literal(0)
    assert Literal("1") != Literal(1)
    assert Literal(1) == Literal(1.0)
    assert parse_condition("a == True") != parse_condition("a == 1")


class _Colour(str, Enum):  # noqa: UP042 - the older spelling prints differently
    RED = "red"


class _Size(IntEnum):
    LARGE = 3


class _Float(float):
    def __repr__(self) -> str:
        return f"np.float64({float(self)})"


@pytest.mark.parametrize(("value", "plain"), [(_Colour.RED, "red"), (_Size.LARGE, 3), (_Float(1.5), 1.5)])
def test_a_constant_of_a_derived_type_is_kept_as_the_plain_one(value: object, plain: object) -> None:
    literal = Literal(value)  # type: ignore[arg-type]
    assert type(literal.value) is type(plain)
    assert str(literal) == repr(plain)


@pytest.mark.parametrize("value", [LARGEST_INTEGER, -LARGEST_INTEGER, 1e308, 5e-324])
def test_the_largest_and_smallest_numbers_are_constants(value: float) -> None:
    assert parse_condition(str(Literal(value))) == Literal(value)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), -float("inf"), LARGEST_INTEGER + 1, pytest.param(16**5000, id="long"), None, b"x", 1j],
)
def test_what_no_document_holds_is_no_constant(value: object) -> None:
    with pytest.raises(ConditionError) as caught:
        Literal(value)  # type: ignore[arg-type]
    assert caught.value.code == "bad-literal"


@pytest.mark.parametrize(
    "build",
    [
        lambda: And((A,)),
        lambda: Or(()),
        lambda: Negative(Literal(5)),
        lambda: Negative(Literal("x")),
        lambda: Compare(A, ()),
    ],
)
def test_what_has_no_text_of_its_own_is_refused(build: object) -> None:
    with pytest.raises(ConditionError) as caught:
        build()  # type: ignore[operator]
    assert caught.value.code == "not-normal"


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (Name("a or b"), "not-normal"),
        (Name("a b"), "bad-syntax"),
        (Name("a._b"), "forbidden-name"),
        (Literal("x" * 10_001), "condition-too-long"),
    ],
)
def test_a_node_that_no_text_has_is_refused_in_writing(node: Node, code: str) -> None:
    with pytest.raises(ConditionError) as caught:
        in_writing(node)
    assert caught.value.code == code


@pytest.mark.parametrize("levels", [61, 5_000])
def test_a_node_deeper_than_any_text_is_refused_in_writing(levels: int) -> None:
    node: Node = A
    for _ in range(levels):
        node = Not(node)
    with pytest.raises(ConditionError) as caught:
        in_writing(node)
    assert caught.value.code == "condition-too-deep"


def test_a_short_text_whose_normal_form_is_too_long_is_refused() -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(f"a in [{'1,' * 4900}1]")
    assert caught.value.code == "condition-too-long"


def test_the_text_of_a_set_is_the_same_in_every_process() -> None:
    code = (
        "from leadqual.conditions.handles import field\nprint(field('a').is_in({'ID', 'SG', 'MY', 'TH', 'VN', 'PH'}))"
    )
    texts = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        texts.add(done.stdout.strip())
    assert texts == {"a in ['ID', 'MY', 'PH', 'SG', 'TH', 'VN']"}
