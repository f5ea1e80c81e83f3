"""Details that are worked out when somebody looks: to everybody else a decision is like any other model."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from support.people import contact, day, funnel, happened, updated, viewed

from leadqual import Decision, Interaction

POLICY = funnel(
    {"source": "lead", "target": "mql", "event": "demo_requested"},
    {"source": "mql", "target": "sql", "when": "company.employees > 3"},
    scores={
        "s": {"range": [0, 100], "rules": [{"id": "view", "each": "page_viewed", "points": 10, "half_life": "9d"}]}
    },
)
HISTORY = (viewed(1), happened("demo_requested", 2), viewed(3), updated(4, country="ID"))


def lazy(history: list[Interaction] | None = None) -> Decision:
    made = POLICY.decide(contact(), list(HISTORY) if history is None else history, at=day(9))
    assert "scores" not in made.__dict__
    return made


WHOLE = lazy().completed()
LOOKS: dict[str, Callable[[Decision], Any]] = {
    "equality": lambda made: made == WHOLE,
    "equality from the other side": lambda made: made == WHOLE,
    "copy": lambda made: copy.copy(made) == WHOLE,
    "deepcopy": lambda made: copy.deepcopy(made) == WHOLE,
    "model_copy": lambda made: made.model_copy() == WHOLE,
    "pickle": lambda made: pickle.loads(pickle.dumps(made)) == WHOLE,
    "repr": lambda made: repr(made) == repr(WHOLE),
    "str": lambda made: str(made) == str(WHOLE),
    "iteration": lambda made: list(made) == list(WHOLE),
    "dict": lambda made: dict(made) == dict(WHOLE),
    "json": lambda made: made.model_dump_json() == WHOLE.model_dump_json(),
    "dump": lambda made: made.model_dump() == WHOLE.model_dump(),
    "only what was set": lambda made: list(made.model_dump(exclude_unset=True)) == list(WHOLE.model_dump()),
    "html": lambda made: made._repr_html_() == WHOLE._repr_html_(),
    "hash": lambda made: hash(made) == hash(WHOLE),
    "a set": lambda made: {made} == {WHOLE},
    "a field": lambda made: made.scores == WHOLE.scores,
    "within a model's json": lambda made: json.loads(made.model_dump_json())["scores"]["s"]["value"] > 0,
}


@pytest.mark.parametrize("look", LOOKS)
def test_looking_is_the_same_whoever_looks_first(look: str) -> None:
    assert LOOKS[look](lazy())


def test_the_order_of_the_json_is_the_order_of_the_fields() -> None:
    made = lazy()
    assert made.outlook
    assert list(json.loads(made.model_dump_json())) == list(Decision.model_fields)
    assert list(made.__dict__) == list(Decision.model_fields)


def test_what_the_caller_does_to_its_history_afterwards_changes_nothing() -> None:
    history = list(HISTORY)
    made = lazy(history)
    history.clear()
    history.append(viewed(5))
    assert made == WHOLE


def test_the_history_may_be_an_iterator_that_is_used_up() -> None:
    assert POLICY.decide(contact(), iter(HISTORY), at=day(9)) == WHOLE


def test_deciding_and_asking_other_things_meanwhile_changes_nothing() -> None:
    made = lazy()
    POLICY.evaluate("sum(page_viewed.seconds) + count(email_opened)", contact(), HISTORY, at=day(20))
    POLICY.decide(contact(company={"employees": 50}), HISTORY, at=day(30)).explain()
    assert made == WHOLE


def test_a_name_that_is_no_field_is_an_attribute_error() -> None:
    made = lazy()
    with pytest.raises(AttributeError):
        _ = made.scroes  # type: ignore[attr-defined]
    assert not hasattr(made, "__wrapped__")


def test_an_error_while_looking_is_raised_each_time() -> None:
    def fails() -> dict[str, Any]:
        raise ValueError("no")

    made = Decision.with_later(fails, contact_id="c")
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            _ = made.scores


def test_decisions_differ_where_their_details_differ() -> None:
    assert lazy() != POLICY.decide(contact(), list(HISTORY[:3]), at=day(9))
    assert lazy() != "a decision"


def test_moves_can_be_put_into_sets() -> None:
    assert len({*lazy().moves, *WHOLE.moves}) == 1
