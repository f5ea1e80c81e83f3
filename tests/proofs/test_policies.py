"""Claims about two policies: what is proved holds for every contact, and what is refuted is shown by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import INSTANTS, STAGES, conditions, contacts, histories, policies

from leadqual import Contact, Decision, Interaction, Policy
from leadqual import policies as shipped
from leadqual.errors import InputError, LeadqualError, UnknownNameError
from leadqual.proofs.policies import disjoint, equivalent, implies

SALES = shipped.sales()
PEOPLE = st.lists(st.tuples(contacts(), histories(), INSTANTS), min_size=2, max_size=5)
TARGETS = st.sampled_from(STAGES[1:])


def changed(policy: Policy, id_: str, **update: Any) -> Policy:
    ways = [{**way.model_dump(), **(update if way.id == id_ else {})} for way in policy.transitions]
    return policy.model_copy(update={"transitions": ways})


@st.composite
def _two(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """Return a policy and another version of it: a transition with another condition, gone, or another review."""
    one = draw(policies())
    ways = [way.model_dump(mode="json") for way in one.transitions]
    place = draw(st.integers(0, len(ways) - 1))
    match draw(st.sampled_from(["narrower", "other", "gone", "reviews", "scores", "same"])):
        case "narrower" if ways[place].get("when") is not None:
            more = draw(conditions(("score.a", "days_in_stage")))
            ways[place]["when"] = f"({ways[place]['when']}) and ({more})"
        case "other":
            ways[place]["when"] = draw(conditions(("score.a", "score.b", "days_in_stage")))
        case "gone" if len(ways) > 1:
            del ways[place]
        case "reviews":
            return one, one.model_copy(update={"review_every": draw(st.sampled_from([None, "6h", "1d", "36h"]))})
        case "scores":
            other = draw(policies())
            return one, one.model_copy(update={"scores": other.scores, "grades": other.grades})
    return one, one.model_copy(update={"transitions": ways})


def _decided(policy: Policy, person: tuple[Contact, list[Interaction], datetime]) -> Decision | None:
    who, history, at = person
    try:
        return policy.decide(who, history, at=at)
    except LeadqualError:
        return None


def _first(decision: Decision, stage: str) -> datetime | None:
    return next((move.at for move in decision.moves if move.target == stage), None)


@given(_two(), TARGETS, PEOPLE)
def test_what_is_proved_of_two_policies_holds_for_everybody(
    two: tuple[Policy, Policy], stage: str, people: list[tuple[Contact, list[Interaction], datetime]]
) -> None:
    old, new = two
    verdict, never = implies(new, old, stage), disjoint(old, new, stage)
    for person in people:
        before, after = _decided(old, person), _decided(new, person)
        if before is None or after is None:
            continue
        then, now = _first(before, stage), _first(after, stage)
        if verdict:
            assert now is None or (then is not None and then <= now)
        if never:
            assert then is None or now is None
    if verdict.witness is not None:
        one = verdict.witness
        then, now = _first(one.decide(old), stage), _first(one.decide(new), stage)
        assert now is not None
        assert then is None or then > now
    if never.witness is not None:
        assert _first(never.witness.decide(old), stage) is not None
        assert _first(never.witness.decide(new), stage) is not None


@given(_two(), PEOPLE)
def test_policies_that_are_proved_alike_decide_alike(
    two: tuple[Policy, Policy], people: list[tuple[Contact, list[Interaction], datetime]]
) -> None:
    old, new = two
    verdict = equivalent(old, new)
    for person in people if verdict else ():
        before, after = _decided(old, person), _decided(new, person)
        if before is not None and after is not None:
            assert _told(before) == _told(after)
    if verdict.witness is not None:
        assert _told(verdict.witness.decide(old)) != _told(verdict.witness.decide(new))


def _told(decision: Decision) -> Any:
    moves = [(move.source, move.target, move.at) for move in decision.moves]
    return moves, {name: score.value for name, score in decision.scores.items()}, decision.grades


def test_a_higher_threshold_of_marketing_brings_nobody_new_to_mql() -> None:
    raised = changed(SALES, "marketing", when="grade.fit in ['A', 'B'] and score.engagement >= 20")
    assert implies(raised, SALES, "mql")
    lower = implies(SALES, raised, "mql")
    assert lower.holds is False
    assert lower.witness is not None
    engagement = lower.witness.decide(SALES).scores["engagement"].value
    assert engagement is not None
    assert 15 <= engagement < 20


def test_a_policy_is_equivalent_to_itself_with_other_words() -> None:
    described = SALES.model_copy(update={"description": "Other words.", "version": "1.0.1"})
    assert equivalent(SALES, described)
    assert equivalent(shipped.minimal(), changed(shipped.minimal(), "marketing", when="not score.engagement < 30"))


def test_another_number_of_points_is_found() -> None:
    minimal = shipped.minimal()
    scores = minimal.to_dict()["scores"]
    scores["engagement"]["rules"][0]["points"] = 21
    other = minimal.model_copy(update={"scores": scores})
    verdict = equivalent(minimal, other)
    assert verdict.holds is False
    assert verdict.witness is not None
    assert verdict.witness.contact.country in ("ID", "SG")


def test_reviews_that_come_less_often_bring_contacts_later() -> None:
    minimal = shipped.minimal()
    rarely = minimal.model_copy(update={"review_every": "30d"})
    assert implies(rarely, minimal, "customer")
    assert not implies(minimal, rarely, "lead").holds


def test_two_ways_that_exclude_each_other_bring_nobody_to_one_stage() -> None:
    minimal = shipped.minimal()
    never = changed(minimal, "marketing", when="score.engagement >= 30 and score.engagement < 20")
    assert disjoint(minimal, never, "mql")
    assert disjoint(minimal, minimal, "mql").holds is False


def test_a_stage_that_is_left_for_good_was_visited_all_the_same() -> None:
    ways = [
        {"id": "in", "source": "lead", "target": "mql", "event": "demo_requested"},
        {"id": "out", "source": "mql", "target": "lost", "event": "disqualified"},
    ]
    early = Policy(
        name="early", stages={"lead": {"initial": True}, "mql": {}, "lost": {"final": True}}, transitions=ways
    )
    late = changed(early, "in", when="count(disqualified) >= 1")
    assert implies(late, early, "mql")
    assert disjoint(early, late, "mql").holds is False


def test_what_means_two_things_is_left_open() -> None:
    minimal = shipped.minimal()
    number, text = (minimal.model_copy(update={"fields": {"size": {"type": kind}}}) for kind in ("number", "text"))
    verdict = implies(number, text)
    assert verdict.holds is None
    assert "'size'" in verdict.because


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(UnknownNameError):
        implies(SALES, SALES, "sqll")
    with pytest.raises(InputError):
        equivalent(SALES, "sales")  # type: ignore[arg-type]
