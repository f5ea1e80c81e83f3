"""Going through the parts of a condition."""

from __future__ import annotations

from hypothesis import given, settings
from support.conditions import nodes

from leadqual.conditions.nodes import History, Items, Literal, Name, Node
from leadqual.conditions.parse import parse_condition
from leadqual.conditions.walk import children, conjuncts, histories, names, walk


def test_parents_come_first_and_siblings_from_left_to_right() -> None:
    node = parse_condition("a + 1 > -b and not c.startswith('x')")
    assert [str(part) for part in walk(node)] == [
        "a + 1 > -b and not c.startswith('x')",
        "a + 1 > -b",
        "a + 1",
        "a",
        "1",
        "-b",
        "b",
        "not c.startswith('x')",
        "c.startswith('x')",
        "c",
        "'x'",
    ]


def test_every_operand_of_every_sort_is_a_child() -> None:
    for text, expected in {
        "1 < a < 2": ["1", "a", "2"],
        "a in [1]": ["a", "[1]"],
        "'p' in contact.roles": ["'p'", "contact.roles"],
        "a is None": ["a"],
        "a or b or c": ["a", "b", "c"],
        "a.lower()": ["a"],
        "a.contains(b)": ["a", "b"],
        "a / b": ["a", "b"],
        "[1, 2]": [],
    }.items():
        assert [str(child) for child in children(parse_condition(text))] == expected


def test_names_and_histories_come_once_in_the_order_of_use() -> None:
    node = parse_condition("b > 1 and a > 1 and count(k[path == x]) > count(k) + count(k) and b < 9")
    assert names(node) == ("b", "a")
    assert [str(history) for history in histories(node)] == ["count(k[path == x])", "count(k)"]


def test_a_filter_belongs_to_its_interactions() -> None:
    node = parse_condition("count(page_viewed[path == '/']) > 0")
    assert "path" not in names(node)
    assert children(parse_condition("count(page_viewed[path == '/'])")) == ()


def test_conjuncts_must_all_hold() -> None:
    assert [str(part) for part in conjuncts(parse_condition("a and (b or c) and not d"))] == ["a", "b or c", "not d"]
    assert [str(part) for part in conjuncts(parse_condition("a or b"))] == ["a or b"]


@settings(deadline=None, max_examples=100)
@given(nodes())
def test_the_walk_reaches_every_part_once(node: Node) -> None:
    parts = list(walk(node))
    assert parts[0] is node
    assert len(parts) == 1 + sum(len(list(walk(child))) for child in children(node))
    assert all(children(part) for part in parts if not isinstance(part, Name | Literal | Items | History))
