"""Whatever the text, it is read or it is a `ConditionError`: nothing else, and no warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.conditions import CATALOGUE, nodes

from leadqual.conditions.check import check_condition
from leadqual.conditions.nodes import Node
from leadqual.conditions.parse import parse_condition, parse_property, parse_selection
from leadqual.errors import ConditionError

TOKENS = [
    *("a", "contact.country", "company.employees", "count", "sum", "within", "demo_requested", "any_interaction"),
    *("and", "or", "not", "in", "is", "None", "True", "if", "else", "for", "lambda", "await", "yield", "x"),
    *("1", "1.5", ".5", "0x1f", "1e9", "1j", "9" * 309, "'ID'", '"x"', "b'x'", "f'{a}'", r"r'\d'", r"'\d'", r"'\400'"),
    *("(", ")", "[", "]", "{", "}", ",", ":", ".", ";", ":=", "=", "==", "!=", "<", "<=", ">", ">=", "!", "->", "..."),
    *("+", "-", "*", "/", "**", "//", "%", "@", "&", "|", "^", "~", "<<", ">>", "#", "\\"),
    *("\n", "\r", "\t", "\f", "\x00", "\ufeff", "\ud800", "é", "😀", "日本", "__class__"),
    *(".lower()", ".startswith(", ", within='90d'", ", within='x'"),
]


def refusal(reader: Callable[[str], object], text: str) -> ConditionError | None:
    """Return how a text is refused, or None if it is read."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            reader(text)
        except ConditionError as error:
            return error
    return None


def sound(error: ConditionError) -> bool:
    """Whether every problem says what is wrong, and can be shown: no lone surrogate of the text is in it."""
    return bool(error.problems and all(p.code and p.message for p in error.problems) and str(error).encode())


def holds(text: str) -> None:
    error = refusal(parse_condition, text)
    if error is not None:
        assert sound(error)
        return
    node = parse_condition(text)
    assert parse_condition(str(node)) == node
    check_condition(node, CATALOGUE)


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(), max_size=60))
@example("1or 2")
@example("'\\d'")
@example("\ud800")
@example("\x00")
@example("9" * 309)
def test_any_text(text: str) -> None:
    holds(text)


@settings(deadline=None, max_examples=500)
@given(st.lists(st.tuples(st.sampled_from(TOKENS), st.sampled_from(["", " "])), max_size=14))
def test_any_row_of_tokens(row: list[tuple[str, str]]) -> None:
    holds("".join(token + space for token, space in row))


@settings(deadline=None, max_examples=300)
@given(nodes(), st.data())
def test_a_condition_with_slips(node: Node, data: st.DataObject) -> None:
    text = str(node)
    for _ in range(data.draw(st.integers(1, 3), "slips")):
        start = data.draw(st.integers(0, len(text)), "start")
        end = data.draw(st.integers(start, min(len(text), start + 4)), "end")
        text = text[:start] + data.draw(st.sampled_from(["", *TOKENS]), "instead") + text[end:]
    holds(text)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=8).map(" ".join))
def test_any_selection_or_property(text: str) -> None:
    for reader in (parse_selection, parse_property):
        error = refusal(reader, text)
        assert error is None or sound(error)
