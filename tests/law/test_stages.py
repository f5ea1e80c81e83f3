"""Law 4: the fold, reviews, one visit of a stage at an instant, the beginning, composition, late arrivals, and
hysteresis.
"""

from __future__ import annotations

from typing import Any

import pytest
from support.people import MICROSECOND, contact, day, funnel, happened, policy_of, updated, viewed

from leadqual import Decision, InputError, Interaction, LateInteraction, Move, Policy, Standing

EVENT = {"source": "lead", "target": "mql", "event": "demo_requested"}
POINTS = {"s": {"range": [0, 100], "rules": [{"id": "view", "each": "page_viewed", "points": 10, "within": "10d"}]}}


def decide(policy: Policy, *history: Interaction, at: float = 50, **who: Any) -> Decision:
    return policy.decide(contact(**who), history, at=day(at))


def path(decision: Decision) -> list[tuple[str, str]]:
    return [(move.target, move.transition) for move in decision.moves]


# Transitions, in order, with and without an event.


def test_an_event_makes_a_transition_eligible_only_at_an_interaction_of_that_kind() -> None:
    policy = funnel({**EVENT, "when": "count(page_viewed) >= 1"}, review_every="1d")
    assert decide(policy, happened("demo_requested", 1), viewed(2)).stage == "lead"
    assert decide(policy, viewed(1), happened("demo_requested", 2)).moves[0].at == day(2)


def test_an_automatic_transition_fires_at_any_interaction_or_review() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "count(demo_requested) >= 1 and count(page_viewed) >= 1"}
    )
    assert decide(policy, happened("demo_requested", 1), viewed(2)).moves[0].at == day(2)


def test_transitions_are_tried_in_order_and_the_first_enabled_fires() -> None:
    both = [
        {"source": "lead", "target": "mql", "when": "1 == 1"},
        {"source": "lead", "target": "sql", "when": "1 == 1"},
    ]
    assert path(decide(funnel(*both), viewed(1))) == [("mql", "t1")]
    assert path(decide(funnel(*both[::-1]), viewed(1))) == [("sql", "t1")]
    assert path(decide(funnel({**both[0], "when": "1 == 2"}, both[1]), viewed(1))) == [("sql", "t2")]


def test_this_repeats_until_none_is_enabled() -> None:
    policy = funnel(
        {"source": "mql", "target": "sql", "when": "1 == 1"}, {"source": "lead", "target": "mql", "when": "1 == 1"}
    )
    assert path(decide(policy, viewed(1))) == [("mql", "t2"), ("sql", "t1")]


def test_no_stage_is_visited_twice_at_one_instant_and_the_first_counts_as_visited() -> None:
    ways = [
        {"source": "lead", "target": "mql", "when": "1 == 1"},
        {"source": "mql", "target": "lead", "when": "1 == 1"},
    ]
    policy = funnel(*ways)
    assert path(decide(policy, viewed(1))) == [("mql", "t1")]
    assert path(decide(policy, viewed(1, "/", "a"), viewed(1, "/", "b"))) == [("mql", "t1")]
    assert path(decide(policy, viewed(1), viewed(2))) == [("mql", "t1"), ("lead", "t2")]


def test_a_source_can_be_one_of_several_stages() -> None:
    policy = funnel({"source": ["lead", "mql"], "target": "sql", "event": "sales_accepted"}, EVENT)
    assert decide(policy, happened("sales_accepted", 1)).stage == "sql"
    assert decide(policy, happened("demo_requested", 1), happened("sales_accepted", 2)).stage == "sql"


def test_scores_and_features_are_those_at_the_instant_of_the_visit() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "score.s >= 20"}, scores=POINTS)
    assert decide(policy, viewed(1), viewed(5)).moves[0].at == day(5)
    assert decide(policy, viewed(1), viewed(30)).moves == ()
    assert decide(policy, viewed(1), viewed(5)).moves[0].values == {"score.s": 20}


# Reviews.


def test_reviews_are_multiples_of_review_every_from_the_epoch_in_utc() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_since(page_viewed) >= 2"}, review_every="7d")
    move = decide(policy, viewed(0.5)).moves[0]
    assert move.at == day(7)  # 2026-01-08 is a Thursday, as 1970-01-01 was
    assert move.interaction is None


def test_without_reviews_nothing_moves_between_interactions() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_since(page_viewed) >= 2"})
    assert decide(policy, viewed(0.5)).moves == ()


def test_a_review_comes_after_the_interactions_of_its_instant() -> None:
    policy = funnel(EVENT, {"source": "lead", "target": "sql", "when": "count(page_viewed) >= 1"}, review_every="1d")
    both = [happened("demo_requested", 1, "z"), viewed(1, "/", "zz")]
    assert path(decide(policy, *both)) == [("mql", "t1")]
    assert decide(policy, *both).moves[0].interaction == "z"


def test_a_review_at_the_instant_asked_about_is_visited() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_in_stage >= 2"}, review_every="1d")
    one = viewed(1)
    assert policy.decide(contact(), [one], at=day(3)).moves[0].at == day(3)
    assert policy.decide(contact(), [one], at=day(3) - MICROSECOND).moves == ()


def test_no_review_lies_before_the_contact_begins() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "company.employees > 1"}, review_every="1d")
    assert decide(policy, viewed(3.5), company={"employees": 5}).moves[0].at == day(3.5)
    assert decide(policy, created_at=day(3.5), company={"employees": 5}).moves[0].at == day(4)


def test_scores_fade_and_reviews_notice_at_the_first_review_after() -> None:
    ways = [
        {"source": "lead", "target": "mql", "when": "score.s >= 10"},
        {"source": "mql", "target": "lead", "when": "score.s < 10"},
    ]
    decision = decide(funnel(*ways, scores=POINTS, review_every="1d"), viewed(1.5))
    assert [(move.target, move.at) for move in decision.moves] == [("mql", day(1.5)), ("lead", day(12))]


def test_a_window_can_open_and_close_between_interactions() -> None:
    when = "days_in_stage >= 3 and days_in_stage < 4"
    decision = decide(funnel({"source": "lead", "target": "mql", "when": when}, review_every="1d"), viewed(1.5))
    assert decision.moves[0].at == day(5)
    never = "days_in_stage > 3.5 and days_in_stage < 4.5"
    assert decide(funnel({"source": "lead", "target": "mql", "when": never}, review_every="1d"), viewed(1)).moves[
        0
    ].at == day(5)
    between = "days_in_stage > 3.5 and days_in_stage < 4"
    assert (
        decide(funnel({"source": "lead", "target": "mql", "when": between}, review_every="1d"), viewed(1)).moves == ()
    )


# Where it begins.


@pytest.mark.parametrize(
    ("created", "first", "entered"), [(3, 5, 3), (5, 3, 3), (None, 5, 5), (3, None, 3), (None, None, None), (99, 5, 5)]
)
def test_it_starts_at_its_first_interaction_or_created_at_whichever_is_earlier(
    created: float | None, first: float | None, entered: float | None
) -> None:
    history = [] if first is None else [viewed(first)]
    who = {} if created is None else {"created_at": day(created)}
    policy = funnel({"source": "lead", "target": "mql", "when": "days_in_stage >= 999"})
    decision = decide(policy, *history, **who)
    assert decision.stage == "lead"
    assert decision.standing.entered_at == (None if entered is None else day(entered))
    days = policy.evaluate("days_in_stage", contact(**who), history, at=day(50))
    assert days == (None if entered is None else 50 - entered)


def test_days_in_stage_count_from_the_move() -> None:
    policy = funnel(EVENT)
    history = [viewed(1), happened("demo_requested", 4)]
    found = [policy.evaluate("days_in_stage", contact(), history, at=day(on)) for on in (3, 4, 6.5)]
    assert found == [2, 0, 2.5]


def test_a_contact_can_begin_after_the_standing() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "days_in_stage >= 2"}, review_every="1d")
    nothing = decide(policy, at=10)
    later = policy.decide(contact(), [viewed(20)], at=day(30), standing=nothing.standing)
    assert later.standing == decide(policy, viewed(20), at=30).standing
    assert later.moves[0].at == day(22)


# A standing is a value.


def test_a_standing_is_a_value_to_keep() -> None:
    standing = decide(funnel(EVENT), happened("demo_requested", 4)).standing
    assert Standing.model_validate_json(standing.model_dump_json()) == standing
    assert (standing.stage, standing.entered_at, standing.as_of) == ("mql", day(4), day(50))
    assert standing.policy == funnel(EVENT).ref


def test_seen_depends_on_content_not_on_order_and_reaches_back_to_the_lookback() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "count(page_viewed, within='10d') >= 9"})
    inside, edge, outside = viewed(45), viewed(40), viewed(39)
    seen = decide(policy, inside, viewed(46)).standing.seen
    assert decide(policy, viewed(46), inside).standing.seen == seen
    assert decide(policy, viewed(46), inside, edge, outside).standing.seen == seen  # (as_of - lookback, as_of]
    assert decide(policy, viewed(46), inside, viewed(40 + 1e-6)).standing.seen != seen
    assert decide(policy, viewed(46), viewed(45, seconds=3)).standing.seen != seen
    assert decide(policy, inside, viewed(46), updated(1, country="ID")).standing.seen != seen


COMPOSED = funnel(
    EVENT,
    {"source": "mql", "target": "sql", "when": "days_in_stage >= 3 and count(page_viewed, within='5d') == 0"},
    {"source": "sql", "target": "lead", "event": "sales_rejected"},
    review_every="1d",
)
WALK = (viewed(1), happened("demo_requested", 2), viewed(4), happened("sales_rejected", 20, reason="budget"),
        happened("demo_requested", 22), viewed(22))  # fmt: skip


@pytest.mark.parametrize("early", [0, 1, 2, 4, 8.5, 9, 20, 21.999999, 22, 30])
def test_advancing_in_two_parts_is_advancing_at_once(early: float) -> None:
    first = decide(COMPOSED, *WALK, at=early)
    second = COMPOSED.decide(contact(), WALK, at=day(40), standing=first.standing)
    whole = decide(COMPOSED, *WALK, at=40)
    assert second.standing == whole.standing
    assert first.moves + second.moves == whole.moves
    assert len(whole.moves) == 5
    assert second.before == first.standing


def test_the_history_has_to_reach_back_to_the_lookback_only_and_reviews_go_on() -> None:
    """Nothing of the history is left inside the lookback, yet the contact exists and is reviewed."""
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "days_in_stage >= 10 and count(page_viewed, within='2d') == 0"},
        review_every="1d",
    )
    standing = decide(policy, viewed(0), at=5).standing
    assert (
        policy.decide(contact(), [], at=day(20), standing=standing).standing
        == decide(policy, viewed(0), at=20).standing
    )
    assert policy.decide(contact(), [], at=day(20), standing=standing).moves[0].at == day(10)
    machine = policy.lifecycle(contact(), [], standing=standing)
    assert machine.advance(day(20))[0].at == day(10)
    late = viewed(19)
    assert policy.decide(contact(), [late], at=day(20), standing=standing).moves[0].at == day(10)


# Late arrivals.


@pytest.mark.parametrize(
    "history",
    [
        [viewed(1, "/", "a"), viewed(2, "/", "late"), viewed(3, "/", "b")],
        [viewed(1, "/", "a"), viewed(3, "/changed", "b")],
        [viewed(1, "/", "a")],
        [viewed(1, "/", "a"), viewed(3, "/", "b"), updated(0, country="ID")],
    ],
    ids=["late", "changed", "missing", "late-update"],
)
def test_what_is_not_what_was_seen_raises_and_says_what_to_do(history: list[Interaction]) -> None:
    policy = funnel(EVENT, {"source": "mql", "target": "sql", "when": "count(page_viewed) >= 9"})
    standing = decide(policy, viewed(1, "/", "a"), viewed(3, "/", "b"), at=5).standing
    with pytest.raises(LateInteraction) as caught:
        policy.decide(contact(), history, at=day(9), standing=standing)
    assert caught.value.code == "late-interaction"
    assert "late='replay'" in str(caught.value.problems[0].hint)
    assert policy.decide(contact(), history, at=day(9), standing=standing, late="replay").stage == "lead"


def test_an_interaction_at_as_of_itself_that_comes_later_is_late() -> None:
    policy = funnel(EVENT, {"source": "mql", "target": "sql", "when": "count(page_viewed) >= 9"})
    standing = decide(policy, viewed(1), at=5).standing
    with pytest.raises(LateInteraction):
        policy.decide(contact(), [viewed(1), viewed(5)], at=day(9), standing=standing)
    assert policy.decide(contact(), [viewed(1), viewed(day(5) + MICROSECOND)], at=day(9), standing=standing)


def test_replay_folds_everything_again_and_lists_the_moves_that_are_different_now() -> None:
    policy = funnel(
        {"source": "lead", "target": "mql", "when": "count(page_viewed) >= 2"},
        {"source": "mql", "target": "sql", "event": "demo_requested"},
    )
    before = [viewed(1), viewed(6), happened("demo_requested", 8)]
    first = decide(policy, *before, at=10)
    now = [*before, viewed(3)]
    again = policy.decide(contact(), now, at=day(12), standing=first.standing, late="replay", known_moves=first.moves)
    assert [(move.target, move.at) for move in again.revised] == [("mql", day(3))]  # sql at 8 is on file already
    assert again.moves == decide(policy, *now, at=12).moves
    assert again.standing == decide(policy, *now, at=12).standing


def test_without_the_moves_on_file_only_a_different_standing_tells() -> None:
    policy = funnel({"source": "lead", "target": "mql", "when": "count(page_viewed) >= 2"})
    before = [viewed(1), viewed(6)]
    standing = decide(policy, *before, at=10).standing
    moved = policy.decide(contact(), [*before, viewed(3)], at=day(12), standing=standing, late="replay")
    assert [move.at for move in moved.revised] == [day(3)]
    same = policy.decide(contact(), [*before, viewed(7)], at=day(12), standing=standing, late="replay")
    assert same.revised == ()


def test_nothing_late_nothing_revised() -> None:
    policy = funnel(EVENT)
    history = [happened("demo_requested", 1)]
    standing = decide(policy, *history, at=5).standing
    decision = policy.decide(contact(), history, at=day(9), standing=standing, late="replay")
    assert (decision.moves, decision.revised) == ((), ())


def test_a_standing_of_another_policy_or_from_after_at_is_refused() -> None:
    standing = decide(funnel(EVENT), viewed(1), at=5).standing
    for ask, code in (
        (
            lambda: funnel(EVENT, version="2").decide(contact(), [viewed(1)], at=day(9), standing=standing),
            "other-policy",
        ),
        (lambda: funnel(EVENT).decide(contact(), [viewed(1)], at=day(4), standing=standing), "standing-in-future"),
        (
            lambda: funnel(EVENT).evaluate("stage", contact(), [viewed(1)], at=day(4), standing=standing),
            "standing-in-future",
        ),
        (lambda: funnel(EVENT).decide(contact(), [], at=day(9), standing=standing, late="never"), "bad-argument"),
    ):
        with pytest.raises(InputError) as caught:
            ask()
        assert caught.value.code == code


def test_a_standing_can_be_adopted_by_a_new_version_without_moving_anybody() -> None:
    old, new = funnel(EVENT), funnel({**EVENT, "event": "page_viewed"}, EVENT | {"id": "t2"}, version="2")
    standing = decide(old, happened("demo_requested", 1), at=5).standing
    adopted = new.adopt(standing, contact(), [happened("demo_requested", 1)])
    decision = new.decide(contact(), [happened("demo_requested", 1)], at=day(9), standing=adopted)
    assert (decision.stage, decision.moves, decision.standing.entered_at) == ("mql", (), day(1))
    with pytest.raises(InputError):
        funnel(EVENT | {"target": "other"}, stages="lead other").adopt(standing, contact(), [])


# What a move says.


def test_every_move_says_source_target_when_by_which_transition_because_of_what_under_which_policy() -> None:
    policy = funnel({**EVENT, "when": "company.employees >= 50 and count(page_viewed) >= 1"}, version="3.1")
    move = decide(policy, viewed(1), happened("demo_requested", 2, "d"), company={"employees": 70}).moves[0]
    assert move == Move(
        source="lead", target="mql", at=day(2), transition="t1", interaction="d",
        because="demo_requested happened and company.employees >= 50 and count(page_viewed) >= 1",
        values={"company.employees": 70, "count(page_viewed)": 1}, policy=policy.ref,
    )  # fmt: skip
    assert (move.policy.version, len(move.policy.hash)) == ("3.1", 64)


def test_the_values_of_a_move_are_those_of_its_instant_and_stage() -> None:
    policy = funnel(
        EVENT, {"source": "mql", "target": "sql", "when": "days_in_stage >= 2 and stage == 'mql'"}, review_every="1d"
    )
    decision = decide(policy, happened("demo_requested", 1), viewed(20))
    assert dict(decision.moves[1].values) == {"days_in_stage": 2, "stage": "mql"}


def test_going_back_is_another_move_and_nothing_is_erased() -> None:
    policy = funnel(EVENT, {"source": "mql", "target": "lead", "event": "sales_rejected"})
    decision = decide(policy, happened("demo_requested", 1), happened("sales_rejected", 2, reason="size"))
    assert [(move.source, move.target) for move in decision.moves] == [("lead", "mql"), ("mql", "lead")]


def test_hysteresis_is_two_transitions_with_different_thresholds() -> None:
    ways = [
        {"source": "lead", "target": "mql", "when": "score.s >= 30"},
        {"source": "mql", "target": "lead", "when": "score.s < 10"},
    ]
    policy = funnel(*ways, scores=POINTS, review_every="1d")
    history = [viewed(1), viewed(2), viewed(3), viewed(8)]
    assert [policy.decide(contact(), history, at=day(at)).stage for at in (2, 3, 12, 14, 17.9, 18)] == [
        "lead", "mql", "mql", "mql", "mql", "lead",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["sales_accepted", "sales_rejected", "disqualified", "reopened"])
def test_the_person_in_the_loop_is_an_interaction_too(kind: str) -> None:
    policy = funnel({"source": "lead", "target": "mql", "event": kind, "when": f"count({kind}) == 1"})
    given = {"reason": "budget"} if kind == "sales_rejected" else {}
    assert decide(policy, happened(kind, 1, **given)).stage == "mql"


def test_a_rejection_has_a_reason() -> None:
    with pytest.raises(InputError):
        happened("sales_rejected", 1)


def test_a_policy_without_stages_only_scores() -> None:
    decision = policy_of(scores=POINTS).decide(contact(), [viewed(49)], at=day(50))
    assert (decision.stage, decision.moves, decision.scores["s"].value) == (None, (), 10)
    later = policy_of(scores=POINTS).decide(contact(), [viewed(49)], at=day(51), standing=decision.standing)
    assert later.standing.stage is None
