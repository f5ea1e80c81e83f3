"""Whatever stands in a document: a policy, or a `PolicyError` that knows its lines. Never anything else."""

# ruff: noqa: PT017  an error is one of two right outcomes
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from leadqual import Policy, PolicyError, policies
from leadqual.policy.dump import dump_yaml

_WORDS = st.sampled_from(
    [
        "fit",
        "rules",
        "when",
        "each",
        "lead",
        "score.fit > 3",
        "a.b",
        "x]",
        "[key]",
        "(",
        "purchase",
        "30d",
        "1 per 1d",
        "",
    ]
)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    _WORDS,
    st.text(max_size=5),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(_WORDS | st.text(max_size=3), parts, max_size=3),
    max_leaves=6,
)


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in children for place in _places(value, (*path, key)))]


def _mutated(data: Any, path: tuple[Any, ...], how: str, value: Any) -> Any:
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    if len(path) > 1:
        copy[path[0]] = _mutated(copy[path[0]], path[1:], how, value)
    elif how == "remove":
        del copy[path[0]]
    elif how == "add" and isinstance(copy, dict):
        copy[value if isinstance(value, str) else "extra"] = copy[path[0]]
    else:
        copy[path[0]] = value
    return copy


@st.composite
def _documents(draw: st.DrawFn) -> Any:
    data: Any = draw(st.sampled_from([policies.minimal().to_dict(), _SMALL]))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(_places(data)))
        data = _mutated(data, place, draw(st.sampled_from(["replace", "remove", "add"])), draw(_VALUES))
    return data


_SMALL: dict[str, Any] = {
    "name": "small",
    "fields": {"budget": {"type": "number"}},
    "interactions": {"roi": {"properties": {"saving": {"type": "number"}}}},
    "currency": {"code": "IDR", "rates": {"USD": 15800}},
    "scores": {
        "fit": {
            "range": [0, 9],
            "groups": {"g": {"cap": 3}},
            "rules": [
                {"id": "a", "each": "roi", "points": 1, "group": "g", "step": {"every": "1d", "lose": 0.5}},
                {"id": "b", "when": "contact.budget > 3", "points": 1},
            ],
        }
    },
    "scorers": {"p": {"range": [0, 1]}},
    "grades": {
        "t": {"score": "fit", "bands": {"A": 5, "B": 0}},
        "g": {"rows": "t", "columns": "t", "cells": {"A": {"A": "x"}}},
    },
    "stages": {"lead": {"initial": True}, "end": {"final": True}},
    "transitions": [{"id": "t", "source": ["lead"], "target": "end", "when": "grade.g == 'x' and score.p > 0.5"}],
}


@settings(max_examples=100, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes
@given(_documents(), st.booleans())
@example({"name": "x", "scores": {"a.b": {"rules": [{"id": 3}]}}}, False)
@example({"name": "x", "scores": {"x]": {"rules": [{"id": 3}]}}}, False)
@example({"name": "x", "scores": {"fit": {"rules": {"0": {"id": 3}}}}, "transitions": {"0": {}}}, False)
@example({"name": "x", "scores": {"fit": {"range": [0, 1], "rules": [[], None, 3, {"points": {}}]}}}, False)
@example({"name": "x", "grades": {"a": {"rows": {}, "columns": []}}, "stages": {"[0]": 3}}, False)
@example({"name": "x", "transitions": [{"id": "a", "source": [{}, 3], "target": [], "event": {}}]}, True)
def test_mutated_documents_give_a_policy_or_a_policy_error(data: Any, as_json: bool) -> None:
    text = json.dumps(data) if as_json else dump_yaml(data)
    try:
        policy = Policy.loads(text, name="doc")
    except PolicyError as error:
        assert error.problems
        assert str(error)
        assert all(problem.place.source == "doc" and problem.place.line for problem in error.problems)
    else:
        assert Policy.loads(policy.to_yaml()) == policy
        policy.warnings()
        policy.lookback  # noqa: B018
        policy.diagram()


@given(st.text(max_size=40) | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1")))
def test_any_text_gives_a_policy_or_a_policy_error(text: str) -> None:
    try:
        Policy.loads(text)
    except PolicyError as error:
        assert error.problems


@given(_VALUES)
def test_any_data_given_in_python(data: Any) -> None:
    for document in (data, {"name": "x", "scores": data}, {"name": "x", "transitions": data, "grades": data}):
        if isinstance(document, dict):
            try:
                Policy.model_validate(document)
            except PolicyError as error:
                assert error.problems


def test_a_document_that_is_large_is_read_quickly_enough() -> None:
    rules = [{"id": f"r{i}", "each": "purchse", "points": i + 1} for i in range(2000)]
    with pytest.raises(PolicyError) as caught:
        Policy.loads(json.dumps({"name": "x", "scores": {"s": {"range": [0, 1], "rules": rules}}}))
    assert len(caught.value.problems) == 2000
    assert "1950 more problems" in str(caught.value)
