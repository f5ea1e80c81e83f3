"""Conditions for tests: a small catalogue written by hand, and generated nodes in their normal form."""

from __future__ import annotations

import keyword
from typing import cast, get_args

from hypothesis import strategies as st

from leadqual.conditions.nodes import (
    LARGEST_INTEGER,
    And,
    Arithmetic,
    Comparator,
    Compare,
    History,
    HistoryFunction,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    MethodName,
    Name,
    Negative,
    Node,
    Not,
    Operator,
    Or,
    Selection,
)
from leadqual.model.catalogue import MONEY, Catalogue, Field, Kind, ValueType
from leadqual.model.time import Duration

NUMBER, TEXT, BOOLEAN = ValueType.NUMBER, ValueType.TEXT, ValueType.BOOLEAN
INSTANT, TEXTS = ValueType.INSTANT, ValueType.TEXTS


def _by_name(*fields: Field) -> dict[str, Field]:
    return {field.name: field for field in fields}


def _kind(name: str, *properties: Field) -> Kind:
    return Kind(name, _by_name(*properties))


CATALOGUE = Catalogue(
    fields=_by_name(
        Field("contact.country", TEXT),
        Field("contact.seniority", TEXT, values=("junior", "senior", "director")),
        Field("contact.rank", TEXT, values=("junior", "director")),
        Field("contact.roles", TEXTS, values=("partner", "supplier")),
        Field("contact.tags", TEXTS),
        Field("contact.created_at", INSTANT),
        Field("contact.seen_at", INSTANT),
        Field("company.employees", NUMBER),
        Field("company.name", TEXT),
        Field("score.fit", NUMBER, range=(0.0, 100.0)),
        Field("grade.fit", TEXT, values=("A", "B", "C")),
        Field("stage", TEXT, values=("lead", "mql", "sql")),
        Field("days_in_stage", NUMBER),
        Field("consent.email", BOOLEAN),
    ),
    kinds={
        kind.name: kind
        for kind in (
            _kind("demo_requested"),
            _kind("page_viewed", Field("path", TEXT), Field("seconds", NUMBER, unit="s"), Field("seen_at", INSTANT)),
            _kind("purchase", Field("amount", NUMBER, unit=MONEY), Field("currency", TEXT), Field("gift", BOOLEAN)),
            _kind("form_submitted", Field("form", TEXT, values=("demo", "contact"))),
        )
    },
    common=_by_name(Field("channel", TEXT, values=("web", "email", "whatsapp")), Field("agent", TEXT)),
)

_RESERVED = {*keyword.kwlist, "true", "false", "none", "null"}
WORDS = st.one_of(
    st.sampled_from(["contact", "country", "perusahaan", "status_pelanggan", "日本", "ñandú", "count", "type"]),
    st.from_regex(r"[a-zA-Z][a-z0-9_]{0,8}", fullmatch=True),
).filter(lambda word: word.casefold() not in _RESERVED and word not in _RESERVED)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(lambda words: Name(".".join(words)))
TEXTS_OF_ALL_KINDS = st.one_of(
    st.text(max_size=12),
    st.text(st.characters(), max_size=4),  # with lone surrogates, which an escape can write
    st.sampled_from(["PT Maju Jaya", "Bandung 😀", "it's", '"', "\\", "\n", "\x00", "'\"", "\ud800", "1or 2"]),
)
LITERALS = st.one_of(
    TEXTS_OF_ALL_KINDS,
    st.booleans(),
    st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
).map(Literal)
DURATIONS = st.tuples(st.integers(1, 3000), st.sampled_from("wdhms")).map(lambda d: Duration.parse(f"{d[0]}{d[1]}"))


def _one_of(alias: object) -> st.SearchStrategy[str]:
    return st.sampled_from(get_args(alias))


def _negative(node: Node) -> Node:
    return node if isinstance(node, Literal) else Negative(node)


def _method(operand: Node, name: str, argument: Node) -> Node:
    return Method(operand, cast("MethodName", name), None if name == "lower" else argument)


def _grown(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    selections = st.builds(Selection, WORDS, st.none() | parts)
    items = st.lists(LITERALS, max_size=4).map(lambda values: Items(tuple(values)))
    comparators = cast("st.SearchStrategy[Comparator]", _one_of(Comparator))
    rest = st.lists(st.tuples(comparators, parts), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        items,
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, parts),
        st.builds(Compare, parts, rest),
        st.builds(In, parts, items | parts, st.booleans()),
        st.builds(IsMissing, parts, st.booleans()),
        st.builds(Arithmetic, parts, cast("st.SearchStrategy[Operator]", _one_of(Operator)), parts),
        parts.map(_negative),
        st.builds(_method, parts, _one_of(MethodName), parts),
        st.builds(
            History,
            cast("st.SearchStrategy[HistoryFunction]", _one_of(HistoryFunction)),
            selections,
            st.none() | WORDS,
            st.none() | DURATIONS,
        ),
    )


def nodes() -> st.SearchStrategy[Node]:
    """Return nodes of every sort in their normal form; most have types that do not fit."""
    return st.recursive(st.one_of(LITERALS, NAMES), _grown, max_leaves=12)
