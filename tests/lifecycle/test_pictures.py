"""The pictures of a decision and of a policy say what the decision and the policy say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadqual import Contact, LedgerLine, PageViewed, Policy, Score, policies
from leadqual.lifecycle.funnel import funnel_svg
from leadqual.lifecycle.funnel_plan import planned
from leadqual.lifecycle.timeline import spells_of, timeline
from leadqual.model.score_card import score_html

AT = datetime(2026, 11, 22, tzinfo=UTC)


@st.composite
def funnels(draw: st.DrawFn) -> Policy:
    """Return funnels with any ways between their stages."""
    stages = [f"s{number}" for number in range(draw(st.integers(2, 7)))]
    ways = draw(st.lists(st.tuples(st.sampled_from(stages), st.sets(st.sampled_from(stages), min_size=1)), max_size=14))
    transitions = [
        {"id": f"t{number}", "source": sorted(sources - {target}), "target": target, "event": "purchase"}
        for number, (target, sources) in enumerate(ways)
        if sources - {target}
    ]
    return Policy(
        name="any", stages={name: {"initial": name == "s0"} for name in stages}, transitions=transitions
    )  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(funnels())
def test_no_two_ways_lie_upon_one_another(policy: Policy) -> None:
    plan = planned(policy)
    for one, other in combinations(plan.ways, 2):
        if (one.side, one.lane) == (other.side, other.lane):
            (top, bottom), (begin, end) = one.span(), other.span()
            assert bottom < begin or end < top
    for box in plan.boxes:
        for side, rows in box.rows.items():
            heights = [box.row(side, way) for way in rows]
            assert heights == sorted(heights)
            assert all(box.top < height < box.top + box.height for height in heights)


@settings(max_examples=50, deadline=None)
@given(funnels())
def test_every_way_of_a_transition_is_drawn(policy: Policy) -> None:
    plan = planned(policy)
    for number, transition in enumerate(policy.transitions):
        drawn = [box.stage for way in plan.ways if way.transition is transition for box in way.sources]
        drawn += [box.stage for box in plan.boxes if any(one is transition for one in box.straight)]
        assert sorted(drawn) == sorted(transition.source), number
    tops = [box.top for box in plan.boxes]
    assert tops == sorted(tops)
    assert [box.stage for box in plan.boxes] == list(policy.stages)


@pytest.mark.parametrize("name", policies.names())
def test_the_picture_of_a_policy_names_all_its_stages_and_transitions(name: str) -> None:
    policy = {"sales": policies.sales, "minimal": policies.minimal, "collection": policies.collection}[name]()
    svg = funnel_svg(policy)
    assert all(f">{stage}</text>" in svg for stage in policy.stages)
    assert all(f">{transition.id}</text>" in svg for transition in policy.transitions)
    boxes = [float(found) for found in re.findall(r'<rect x="[\d.]+" y="([\d.]+)"', svg)]
    assert boxes == sorted(boxes)
    width, height = (float(found) for found in re.search(r'width="(\d+)" height="(\d+)"', svg).groups())  # type: ignore[union-attr]
    places = [float(x) for x in re.findall(r'\bx="(-?[\d.]+)"', svg)]
    assert 0 <= min(places) <= max(places) <= width
    assert max(boxes) < height


def test_back_moves_are_on_the_left_and_dashes_wait_for_interactions() -> None:
    policy = policies.minimal()
    ways = {way.transition.id: way for way in planned(policy).ways}
    assert (ways["gone-quiet"].side, ways["bought"].side) == ("left", "right")
    parts = funnel_svg(policy).split("<g>")
    dashed = {name: "stroke-dasharray" in part for part in parts for name in ways if part.startswith(f"<title>{name}:")}
    assert dashed == {"gone-quiet": False, "bought": True}


def test_a_stage_can_be_marked() -> None:
    marked, plain = funnel_svg(policies.minimal(), here="mql"), funnel_svg(policies.minimal())
    assert marked != plain
    assert marked.count('stroke-width="3"') == 1


def _moving() -> tuple[Policy, list[PageViewed]]:
    policy = Policy(
        name="steps",
        stages={"a": {"initial": True}, "b": {}, "c": {}},
        transitions=[
            {"id": "on", "source": "a", "target": "b", "when": "count(page_viewed) >= 3"},
            {"id": "further", "source": "b", "target": "c", "when": "count(page_viewed) >= 10"},
        ],
    )
    return policy, [PageViewed(id=f"i{day}", path="/", occurred_at=AT - timedelta(days=20 - day)) for day in range(20)]


def test_spells_lie_end_to_end_from_the_first_sign_of_life() -> None:
    policy, history = _moving()
    decision = policy.decide(Contact(id="c", created_at=AT - timedelta(days=30)), history, at=AT)
    spells = spells_of(decision, history)
    assert [one.stage for one in spells] == ["a", "b", "c"]
    assert [one.end for one in spells[:-1]] == [one.begin for one in spells[1:]]
    assert (spells[0].begin, spells[-1].end) == (AT - timedelta(days=30), AT)
    assert [one.begin for one in spells[1:]] == [move.at for move in decision.moves]


def test_spells_of_a_decision_that_goes_on_begin_with_its_standing() -> None:
    policy, history = _moving()
    middle = policy.decide(Contact(id="c"), history, at=AT - timedelta(days=12))
    later = policy.decide(Contact(id="c"), history, at=AT, standing=middle.standing)
    spells = spells_of(later, history)
    assert [one.stage for one in spells] == ["b", "c"]
    assert spells[0].begin == middle.standing.entered_at


def test_a_late_interaction_that_changes_the_way_is_drawn_from_the_beginning() -> None:
    policy, history = _moving()
    before = policy.decide(Contact(id="c"), history[:12], at=AT - timedelta(days=5))
    late = [PageViewed(id=f"l{day}", path="/", occurred_at=AT - timedelta(days=60, hours=day)) for day in range(5)]
    after = policy.decide(Contact(id="c"), [*late, *history], at=AT, standing=before.standing, late="replay")
    spells = spells_of(after, sorted([*late, *history], key=lambda one: one.occurred_at))
    assert all(one.begin <= one.end for one in spells)
    assert [one.stage for one in spells] == ["a", "b", "c"]


def test_the_timeline_has_a_mark_for_every_interaction_that_was_seen() -> None:
    policy, history = _moving()
    late = PageViewed(id="later", path="/", occurred_at=AT + timedelta(days=5))
    html = timeline(policy.decide(Contact(id="c"), [*history, late], at=AT))
    assert 'aria-label="20 interactions, mostly page_viewed"' in html
    assert len(re.findall(r"<title>[^<]*page_viewed</title>", html)) == 20
    assert timeline(policy.decide(Contact(id="c"), [late], at=AT)) == ""


def test_a_very_long_history_is_drawn_in_few_marks() -> None:
    policy, _ = _moving()
    history = [
        PageViewed(id=f"i{number}", path="/", occurred_at=AT - timedelta(hours=number)) for number in range(5000)
    ]
    html = timeline(policy.decide(Contact(id="c"), history, at=AT))
    assert html.count("page_viewed</title>") <= 120
    assert len(html) < 40_000


def test_years_at_a_stage_are_told_in_whole_days() -> None:
    seen = [PageViewed(id="v-1", occurred_at=AT - timedelta(days=2345), path="/")]
    assert "(2,345 days)" in timeline(policies.minimal().decide(Contact(id="c-1"), seen, at=AT))


def test_one_instant_alone_is_drawn_too() -> None:
    policy, _ = _moving()
    assert "<svg" in timeline(policy.decide(Contact(id="c"), [PageViewed(id="i", path="/", occurred_at=AT)], at=AT))


def _lines(*points: float) -> Score:
    lines = tuple(LedgerLine(id=f"r{place}", points=value) for place, value in enumerate(points))
    return Score(name="any", value=sum(points), range=(-100.0, 100.0), ledger=lines)


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6).filter(bool), min_size=1, max_size=8))
def test_bars_of_a_ledger_reach_from_nothing_to_their_side(points: list[float]) -> None:
    found = re.findall(r"margin:.25em 0 0 ([\d.]+)em;width:([\d.]+)em", score_html(_lines(*points)))
    bars = [(float(left), float(left) + float(width)) for left, width in found]
    assert len(bars) == len(points)
    nothing = 8 * max(0.0, *(-value for value in points)) / (max(0.0, *(-v for v in points)) + max(0.0, *points))
    for value, (left, right) in zip(points, bars, strict=True):
        assert (left if value > 0 else right) == pytest.approx(nothing, abs=0.02)
        assert -0.02 <= left <= right <= 8.02
