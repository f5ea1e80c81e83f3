"""The funnel as a state machine: what it takes, what it refuses, and that it is never left half way."""

from __future__ import annotations

from typing import Any

import pytest
from support.people import bought, contact, custom, day, funnel, happened, policy_of, viewed

from leadqual import EvaluationError, InputError, LateInteraction, Lifecycle, Move, Policy, TransitionRefused

POLICY = funnel(
    {"source": "lead", "target": "mql", "event": "demo_requested"},
    {"source": "mql", "target": "sql", "event": "sales_accepted", "when": "count(page_viewed) >= 1"},
    {"source": "mql", "target": "lost", "when": "days_in_stage >= 10"},
    stages="lead mql sql lost",
    review_every="1d",
)


def machine(policy: Policy = POLICY, history: Any = (), **options: Any) -> Lifecycle:
    return policy.lifecycle(contact(), history, **options)


def targets(moves: tuple[Move, ...]) -> list[str]:
    return [move.target for move in moves]


def test_a_machine_begins_in_the_initial_stage_and_has_seen_nothing() -> None:
    made = machine()
    assert (made.stage, made.standing, made.moves, made.history) == ("lead", None, (), ())


def test_send_records_and_moves() -> None:
    made = machine()
    moves = made.send("demo_requested", at=day(1), product="crm", id="d-1", channel="web")
    assert targets(moves) == ["mql"]
    assert made.moves == moves
    one = made.history[0]
    assert (one.id, one.kind, one.occurred_at, one.value("product"), one.value("channel")) == (
        "d-1", "demo_requested", day(1), "crm", "web",
    )  # fmt: skip
    assert made.standing == POLICY.decide(contact(), made.history, at=day(1)).standing


def test_send_gives_an_id_of_kind_and_time() -> None:
    made = machine()
    made.send("demo_requested", at=day(1))
    assert made.history[0].id == "demo_requested@2026-01-02T00:00:00+00:00"


def test_send_catches_up_with_reviews_first() -> None:
    made = machine()
    made.send("demo_requested", at=day(1))
    with pytest.raises(TransitionRefused):
        made.send("sales_accepted", at=day(12))  # by then it is lost
    assert made.stage == "mql"
    assert targets(made.record(happened("sales_accepted", 12))) == ["lost"]


def test_a_property_can_be_named_event_or_self() -> None:
    policy = funnel({"source": "lead", "target": "mql", "event": "event_attended"})
    made = machine(policy)
    made.send("event_attended", at=day(1), event="expo")
    assert made.history[0].value("event") == "expo"


@pytest.mark.parametrize("name", ["kind", "occurred_at"])
def test_the_kind_and_the_time_cannot_be_given_twice(name: str) -> None:
    made = machine()
    with pytest.raises(InputError) as caught:
        made.send("demo_requested", at=day(1), **{name: "purchase" if name == "kind" else day(9)})
    assert caught.value.code == "bad-argument"
    assert made.history == ()


def test_properties_are_given_by_name() -> None:
    with pytest.raises(InputError):
        machine().send("demo_requested", "crm", at=day(1))


@pytest.mark.parametrize(
    ("kind", "found", "hint"),
    [
        ("sales_accepted", "it stands at 'lead'", None),
        ("page_viewed", "it stands at 'lead'", "record()"),
    ],
)
def test_an_event_that_leads_nowhere_is_refused_and_nothing_is_recorded(
    kind: str, found: str, hint: str | None
) -> None:
    made = machine()
    given = {"path": "/"} if kind == "page_viewed" else {}
    with pytest.raises(TransitionRefused) as caught:
        made.send(kind, at=day(1), **given)
    problem = caught.value.problems[0]
    assert problem.found == found
    assert (hint is None) is (problem.hint is None)
    assert hint is None or hint in str(problem.hint)
    assert (made.stage, made.standing, made.history) == ("lead", None, ())


def test_a_refusal_says_which_condition_does_not_hold() -> None:
    made = machine()
    made.send("demo_requested", at=day(1))
    with pytest.raises(TransitionRefused) as caught:
        made.send("sales_accepted", at=day(2))
    assert caught.value.problems[0].found == "count(page_viewed) >= 1 (now not so: count(page_viewed) is 0)"
    assert made.stage == "mql"


@pytest.mark.parametrize(
    "policy", [POLICY, funnel({"source": "lead", "target": "mql", "event": "roi_done"}, interactions={"roi_done": {}})]
)
def test_a_misspelt_event_is_an_error_with_a_hint(policy: Policy) -> None:
    name, right = ("demo_reqeusted", "demo_requested") if policy is POLICY else ("roi_dnoe", "roi_done")
    with pytest.raises(InputError) as caught:
        machine(policy).send(name, at=day(1))
    assert caught.value.code == "unknown-kind"
    assert right in str(caught.value.problems[0].hint)


def test_a_kind_of_the_policys_own() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "event": "roi", "when": "last(roi.saving) > 5"},
        interactions={"roi": {"properties": {"saving": {"type": "number"}}}},
    )
    made = machine(policy)
    assert targets(made.send("roi", at=day(1), saving=9)) == ["mql"]
    with pytest.raises(EvaluationError):
        machine(policy).send("roi", at=day(1), saving="9")


def test_record_takes_an_interaction_that_moves_nothing() -> None:
    made = machine()
    assert made.record(viewed(1)) == ()
    assert len(made.history) == 1


@pytest.mark.parametrize("on", [1, 2])
def test_what_is_not_later_than_what_was_seen_is_late(on: float) -> None:
    made = machine()
    made.advance(day(2))
    with pytest.raises(LateInteraction) as caught:
        made.record(viewed(on))
    assert "late='replay'" in str(caught.value.problems[0].hint)
    assert made.history == ()


def test_advance_does_not_go_back() -> None:
    made = machine()
    made.advance(day(2))
    with pytest.raises(InputError):
        made.advance(day(1))


def test_an_interaction_that_was_given_already_is_recorded_once() -> None:
    made = machine(history=[happened("demo_requested", 1)])
    made.record(happened("demo_requested", 1))
    assert len(made.history) == 1
    assert made.standing == POLICY.decide(contact(), [happened("demo_requested", 1)], at=day(1)).standing


def test_a_machine_is_restored_from_a_standing() -> None:
    history = [viewed(0.5), happened("demo_requested", 1)]
    standing = POLICY.decide(contact(), history, at=day(3)).standing
    made = machine(history=history, standing=standing)
    assert (made.stage, made.standing, made.moves) == ("mql", standing, ())
    assert targets(made.send("sales_accepted", at=day(4))) == ["sql"]


def test_a_machine_is_not_restored_from_a_history_that_was_not_seen() -> None:
    standing = POLICY.decide(contact(), [viewed(0.5)], at=day(3)).standing
    with pytest.raises(LateInteraction):
        machine(history=[], standing=standing)
    with pytest.raises(InputError):
        machine(
            funnel({"source": "lead", "target": "mql", "event": "purchase"}), history=[viewed(0.5)], standing=standing
        )


def test_a_policy_without_stages_has_no_lifecycle() -> None:
    with pytest.raises(InputError) as caught:
        machine(policy_of())
    assert caught.value.code == "no-stages"


# Listeners.


class Told:
    """Writes down what it is told, by our name and by the library's."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.boom = False

    def on_move(self, move: Move) -> None:
        self.heard.append(f"{move.source}->{move.target}")

    def after_transition(self, source: Any, target: Any) -> None:
        if self.boom:
            raise RuntimeError("boom")
        self.heard.append(f"{source.name}=>{target.name}")

    def on_enter_stage_mql(self) -> None:
        self.heard.append("entered mql")


def test_listeners_are_told_by_on_move_and_by_the_librarys_callbacks() -> None:
    told = Told()
    made = machine(listeners=[told])
    assert told.heard == []
    made.send("demo_requested", at=day(1))
    assert [said.lower() for said in told.heard] == ["entered mql", "lead=>mql", "lead->mql"]


def test_restoring_tells_listeners_nothing() -> None:
    history = [happened("demo_requested", 1)]
    standing = POLICY.decide(contact(), history, at=day(3)).standing
    told = Told()
    machine(history=history, standing=standing, listeners=[told])
    assert told.heard == []


def test_a_callback_that_raises_leaves_the_machine_where_it_was() -> None:
    told = Told()
    told.boom = True
    made = machine(listeners=[told])
    with pytest.raises(RuntimeError):
        made.send("demo_requested", at=day(1))
    assert (made.stage, made.standing, made.moves, made.history) == ("lead", None, (), ())
    told.boom = False
    assert targets(made.send("demo_requested", at=day(1))) == ["mql"]


def test_a_guard_that_raises_leaves_the_machine_where_it_was() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "event": "demo_requested"},
        {"source": "mql", "target": "sql", "event": "purchase", "when": "company.employees > 3", "on_unknown": "error"},
    )
    made = machine(policy, [happened("demo_requested", 1), bought(2, 5)])
    for _ in range(2):
        with pytest.raises(EvaluationError):
            made.advance(day(5))
        assert (made.stage, made.standing, made.moves) == ("lead", None, ())
    assert targets(made.advance(day(1.5))) == ["mql"]


# The library underneath.


@pytest.mark.parametrize(
    "stages",
    ["model state send states", "name events ways stage", "history standing record advance",
     "enabled current_state configuration id", "on_transition listeners state_field history_values",
     "prepare is_terminated add_listener start_configuration_values"],
)  # fmt: skip
def test_stages_may_be_named_like_attributes_of_the_library(stages: str) -> None:
    a, b, c, d = stages.split()
    ways = [{"source": a, "target": b, "event": "demo_requested"}, {"source": b, "target": c, "event": "purchase"},
            {"source": c, "target": d, "when": "count(page_viewed) >= 1"}]  # fmt: skip
    policy = funnel(*ways, stages=stages)
    made = machine(policy)
    made.send("demo_requested", at=day(1))
    made.record(bought(2, 5))
    made.record(viewed(3))
    assert targets(made.moves) == [b, c, d]
    assert made.standing == policy.decide(contact(), made.history, at=day(3)).standing


@pytest.mark.parametrize(
    "kind", ["model", "state", "send", "states", "name", "events", "visit", "record", "stage", "kind"]
)
def test_kinds_may_be_named_like_attributes_of_the_library(kind: str) -> None:
    policy = funnel({"source": "lead", "target": "mql", "event": kind}, interactions={kind: {}})
    assert targets(machine(policy).send(kind, at=day(1))) == ["mql"]
    assert targets(machine(policy, [custom(kind, 1)]).advance(day(2))) == ["mql"]


def test_two_policies_of_one_shape_share_a_class_and_nothing_else() -> None:
    ways = [
        {"source": "lead", "target": "mql", "event": "demo_requested", "when": f"count(page_viewed) >= {least}"}
        for least in (0, 9)
    ]
    easy, hard = (machine(funnel(way)) for way in ways)
    assert type(easy) is type(hard)
    assert targets(easy.send("demo_requested", at=day(1))) == ["mql"]
    with pytest.raises(TransitionRefused):
        hard.send("demo_requested", at=day(1))
    assert type(machine()) is not type(easy)
