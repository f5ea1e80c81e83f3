from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from leadqual import Contact, InputError, Policy, Score, UnknownNameError, policies
from leadqual.engines import advance, record, reference
from leadqual.engines.advance import Funnel
from leadqual.lifecycle.decision import Decision
from leadqual.proofs.scenario import Scenario
from leadqual.testing import check_policy, properties
from leadqual.testing.properties import PropertiesFailed, PropertyFailed, tables
from leadqual.testing.properties.shrinking import smallest
from leadqual.testing.strategies import scenarios

SALES, MINIMAL = policies.sales(), policies.minimal()


def funnel(*ways: dict[str, Any], **more: Any) -> Policy:
    """Return a small policy with three stages."""
    named = [{"id": f"t{number}", **way} for number, way in enumerate(ways)]
    stages = {"lead": {"initial": True}, "mql": {}, "sql": {}}
    return Policy(**{"name": "broken", "stages": stages, "transitions": named, **more})


THERE = {"source": "lead", "target": "mql", "event": "purchase"}
BACK = {"source": "mql", "target": "lead", "event": "disqualified"}
ON = {"source": ["mql", "lead"], "target": "sql", "when": "count(demo_requested) >= 2"}


def broken(holds: Callable[..., Any], policy: Policy, *more: Any, **options: Any) -> PropertyFailed:
    """Return how a property fails."""
    with pytest.raises(PropertyFailed) as failed:
        holds(policy, *more, **options)
    assert failed.value.name == holds.__name__
    assert str(policy.ref) in str(failed.value)
    return failed.value


def kinds_of(failed: PropertyFailed) -> list[str]:
    assert failed.witness is not None
    return [one.kind for one in failed.witness.history]


@pytest.mark.parametrize("policy", [MINIMAL, SALES], ids=["minimal", "sales"])
@pytest.mark.parametrize("holds", properties.ALL)
def test_the_shipped_policies_keep_them(policy: Policy, holds: Callable[..., Any]) -> None:
    if holds is properties.no_dead_ends:
        holds(policy)
    elif holds is properties.engines_agree:
        assert holds(policy, engines=["reference", "chart", "polars"], max_examples=8) == dict.fromkeys(
            ["reference", "chart", "polars"], "agrees"
        )
    else:
        holds(policy, max_examples=15)


# Each catches what is made wrong on purpose, with the smallest contact.


class Moody:
    name = "mood"

    def __init__(self) -> None:
        self.asked = 0

    def score(self, contact: Contact, history: Any, *, at: Any) -> Score:
        self.asked += 1
        return Score(name="mood", value=float(self.asked % 2))


def test_an_answer_that_changes_is_caught() -> None:
    failed = broken(properties.deterministic, MINIMAL.with_scorer("mood", Moody()))
    assert kinds_of(failed) == []
    assert "asked again" in failed.said


def test_an_order_that_matters_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_the_order_given(policy: Any, contact: Any, history: Any) -> list[Any]:
        return list({one.id: one for one in history}.values())

    monkeypatch.setattr(record, "ordered_history", in_the_order_given)
    failed = broken(properties.order_is_irrelevant, funnel(THERE, BACK))
    assert sorted(kinds_of(failed)) in (["disqualified", "purchase"], ["purchase", "purchase"])


def test_what_is_given_twice_and_counted_twice_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_repeats(policy: Any, contact: Any, history: Any) -> list[Any]:
        return sorted(history, key=lambda one: (one.instant, one.id))

    monkeypatch.setattr(record, "ordered_history", with_repeats)
    failed = broken(properties.order_is_irrelevant, funnel(ON))
    assert "given twice" in failed.said
    assert kinds_of(failed) == ["demo_requested"]


def test_a_fold_that_forgets_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Funnel.advance

    def stays(self: Any, view: Any, until: int, *, position: Any = None, since: int | None = None) -> Any:
        return (position, []) if since is not None else whole(self, view, until)

    monkeypatch.setattr(Funnel, "advance", stays)
    failed = broken(properties.composes_in_time, funnel(THERE))
    assert kinds_of(failed) == ["purchase"]
    assert "'lead'" in failed.said
    assert "'mql'" in failed.said


def test_a_move_on_something_unknown_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        advance, "holds", lambda engine, way, view: way.when is None or engine.guard(way).answer(view) is not False
    )
    policy = funnel({"source": "lead", "target": "mql", "when": "company.employees > 5"})
    failed = broken(properties.unknown_never_advances, policy)
    assert "unknown: company.employees > 5" in failed.said
    assert failed.witness is not None
    assert failed.witness.contact.company is None
    assert len(failed.witness.history) <= 1


def test_stages_that_nobody_reaches_are_caught() -> None:
    failed = broken(properties.every_stage_reachable, funnel(THERE, BACK), max_examples=10)
    assert failed.said == "nobody comes to stand at 'sql': no transition leads there"
    shut = funnel(THERE, {"source": "mql", "target": "sql", "when": "company.employees > 5 and company.employees < 5"})
    failed = broken(properties.every_stage_reachable, shut, max_examples=10)
    assert "t1 can never fire, which is proved" in failed.said


def test_every_stage_comes_with_somebody_who_stands_there() -> None:
    found = properties.every_stage_reachable(SALES)
    assert {stage: one.decide(SALES).stage for stage, one in found.items()} == {stage: stage for stage in SALES.stages}


def test_dead_ends_are_caught_unless_they_are_meant() -> None:
    policy = funnel(THERE, ON)
    failed = broken(properties.no_dead_ends, policy)
    assert "from 'sql' no transition leads away" in failed.said
    assert failed.witness is not None
    assert failed.witness.decide(policy).stage == "sql"
    properties.no_dead_ends(policy, except_="sql")
    meant = {"lead": {"initial": True}, "mql": {}, "sql": {"final": True}}
    properties.no_dead_ends(policy.model_copy(update={"stages": meant}))
    never = {"source": "sql", "target": "lead", "when": "count(purchase) < 0"}
    assert "never fire" in broken(properties.no_dead_ends, funnel(THERE, ON, never)).said
    with pytest.raises(UnknownNameError) as error:
        properties.no_dead_ends(policy, except_=["sqll"])
    assert "'sql'" in str(error.value)


def test_who_never_comes_to_rest_is_caught() -> None:
    restless = (
        {"source": "lead", "target": "mql", "when": "days_in_stage >= 1"},
        {"source": "mql", "target": "lead", "when": "days_in_stage >= 2"},
    )
    failed = broken(properties.terminates, funnel(*restless, review_every="1d"))
    assert "still it moves" in failed.said
    properties.terminates(funnel(*restless[:1], review_every="1d"), max_examples=20)
    properties.terminates(funnel(*restless), max_examples=20)  # without reviews only interactions move anybody


def test_a_policy_that_comes_back_as_another_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Policy, "to_yaml", lambda self: "{name: other, version: 1.0.0}")
    failed = broken(properties.json_round_trip, MINIMAL)
    assert "read back from YAML" in failed.said
    assert failed.witness is None


def test_a_decision_that_comes_back_as_another_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Decision.model_validate_json

    def without_moves(text: str) -> Decision:
        return read(text).model_copy(update={"moves": ()})

    monkeypatch.setattr(Decision, "model_validate_json", without_moves)
    assert kinds_of(broken(properties.json_round_trip, funnel(THERE))) == ["purchase"]


def test_engagement_that_lowers_a_score_is_caught() -> None:
    failed = broken(properties.engagement_never_lowers, SALES, "intent", ["sales_rejected", "demo_requested"])
    assert failed.said.startswith("sales_rejected at")
    assert "lowers score.intent" in failed.said
    assert kinds_of(failed)[-1] == "sales_rejected"
    assert len(kinds_of(failed)) == 2
    properties.engagement_never_lowers(SALES, "intent", ["demo_requested", "quote_requested"], max_examples=40)


def test_an_earlier_one_may_take_the_place_of_a_later_one() -> None:
    rule = {"id": "view", "each": "page_viewed", "points": 10, "half_life": "6h", "at_most": "1 per 1d"}
    policy = Policy(name="limit", scores={"heat": {"range": [0, 100], "rules": [rule]}})
    properties.engagement_never_lowers(policy, "heat", ["page_viewed"])
    failed = broken(
        properties.engagement_never_lowers, policy, "heat", ["page_viewed"], at_any_time=True, max_examples=800
    )
    assert kinds_of(failed) == ["page_viewed"] * 2


def test_names_that_are_not_there_are_told() -> None:
    with pytest.raises(UnknownNameError) as error:
        properties.engagement_never_lowers(SALES, "intend", ["demo_requested"])
    assert "'intent'" in str(error.value)
    with pytest.raises(InputError):
        properties.engagement_never_lowers(SALES, "intent", ["demo_requestet"])
    with pytest.raises(UnknownNameError) as error:
        properties.engines_agree(SALES, engines=["polar"])
    assert error.value.code == "unknown-engine"
    with pytest.raises(UnknownNameError) as error:
        check_policy(MINIMAL, skip=["deterministik"])
    assert error.value.code == "unknown-check"


def test_an_engine_that_differs_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = {"id": "view", "each": "page_viewed", "points": 10, "at_most": "1 per 1d"}
    policy = Policy(name="limit", scores={"heat": {"range": [0, 100], "rules": [rule]}})
    monkeypatch.setattr(reference, "counted", lambda interactions, limit: list(interactions))
    failed = broken(properties.engines_agree, policy, engines=["chart", "reference"], max_examples=60)
    assert "the engine 'reference' differs: score.heat" in failed.said
    assert kinds_of(failed) == ["page_viewed"] * 2
    assert failed.witness is not None
    assert failed.witness.contact == Contact(id="contact")


def test_tables_that_differ_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tables._rows
    monkeypatch.setattr(tables, "_rows", lambda table: [row for row in rows(table) if "transition" not in row])
    failed = broken(properties.engines_agree, funnel(THERE), engines=["polars"], max_examples=30)
    assert "the engine 'polars' differs: moves is []" in failed.said
    assert kinds_of(failed) == ["purchase"]


def test_an_engine_that_lacks_something_is_left_out_with_its_reason() -> None:
    rule = {"id": "view", "each": "page_viewed", "points": 10, "at_most": "1 per 1d rolling"}
    policy = Policy(name="rolling", scores={"heat": {"range": [0, 100], "rules": [rule]}})
    found = properties.engines_agree(policy, engines=["polars", "duckdb"], max_examples=10)
    assert found["polars"] == "agrees"
    assert "SQL has no such step" in found["duckdb"]


# All at once.


def test_all_at_once_says_what_was_tried() -> None:
    options = {"max_examples": 5, "skip": ["engines_agree"]}
    checked = check_policy(MINIMAL, engagement={"engagement": ["demo_requested"]}, **options)
    assert "engagement_never_lowers (engagement)" in checked.passed
    assert dict(checked.skipped) == {"engines_agree": "it is left out"}
    assert "terminates: holds" in str(checked)


def test_all_at_once_lists_everything_that_does_not_hold() -> None:
    policy = funnel(
        THERE, scores={"heat": {"range": [0, 9], "rules": [{"id": "r", "each": "opted_out", "points": -1}]}}
    )
    with pytest.raises(PropertiesFailed) as failed:
        check_policy(policy, skip="engines_agree", engagement={"heat": ["opted_out"]}, max_examples=10)
    assert [one.name for one in failed.value.failures] == ["every_stage_reachable", "no_dead_ends"]
    assert "'sql'" in str(failed.value)
    wide = policy.model_copy(update={"scores": {"heat": {"range": [-9, 9], "rules": policy.scores["heat"].rules}}})
    with pytest.raises(PropertiesFailed) as failed:
        check_policy(wide, skip=["engines_agree", "every_stage_reachable"], dead_ends=["mql", "sql"],
                     engagement={"heat": ["opted_out"]}, max_examples=10)  # fmt: skip
    assert [one.name for one in failed.value.failures] == ["engagement_never_lowers"]


def test_a_policy_without_stages_is_checked_for_what_it_has() -> None:
    checked = check_policy(Policy(name="empty"), max_examples=5, skip=["engines_agree"])
    assert checked.skipped["terminates"] == "the policy has no stages"
    assert "deterministic" in checked.passed


def test_own_scenarios_and_another_seed() -> None:
    tried: list[list[Any]] = []
    for seed in (None, None, 1):
        seen: list[Any] = []
        strategy = scenarios(MINIMAL).map(lambda one, seen=seen: (seen.append(str(one)), one)[1])  # type: ignore[misc]
        properties.composes_in_time(MINIMAL, scenarios=strategy, seed=seed, max_examples=30)
        tried.append(seen)
    assert tried[0] == tried[1]
    assert tried[0] != tried[2]


def test_the_text_of_a_failure_can_be_pasted() -> None:
    failed = broken(properties.engagement_never_lowers, SALES, "intent", ["sales_rejected"])
    assert "\nGiven\n  " in str(failed)
    assert "- {kind: sales_rejected, on: 2026-11-22" in str(failed)


def test_shrinking_leaves_out_all_that_does_not_matter() -> None:
    history = [one for _ in range(3) for one in (MINIMAL.parse_interaction(
        {"id": f"i-{_}", "kind": "purchase", "occurred_at": "2026-11-20T00:00:00Z"}),)]  # fmt: skip
    scenario = Scenario(Contact(id="c", country="ID", company={"employees": 5, "city": "Bandung"}), tuple(history),
                        history[0].occurred_at)  # fmt: skip
    found = smallest(scenario, lambda one: one.contact.company is not None and one.contact.company.employees == 5)
    assert found.history == ()
    assert found.contact.country is None
    assert found.contact.company is not None
    assert found.contact.company.city is None
