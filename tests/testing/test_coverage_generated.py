"""Coverage on policies and histories made by chance, held against what the decision itself says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import given
from support.policies import INSTANTS, contacts, histories, policies

from leadqual import Contact, Decision, Interaction, LeadqualError, Policy
from leadqual.model.time import micros
from leadqual.proofs.scenario import Scenario
from leadqual.testing import Case, Coverage, CoverageReport, run
from leadqual.testing.coverage.look import Look, Walk, look_at
from leadqual.testing.coverage.possible import Possible
from leadqual.testing.coverage.probes import Probes
from leadqual.testing.coverage.seen import Seen


def _covered(policy: Policy, contact: Contact, history: Sequence[Interaction], at: datetime) -> CoverageReport:
    coverage = Coverage(policy)
    happened = [one for one in history if one.occurred_at <= at]  # a case refuses what nobody sees yet
    coverage.add(run(policy, Case(contact=contact, interactions=happened, at=at, expect={"missing": []})))
    return coverage.report()


def _decided(policy: Policy, contact: Contact, history: Sequence[Interaction], at: datetime) -> Decision | None:
    try:
        decision = policy.decide(contact, history, at=at)
        _ = decision.scores
    except LeadqualError:
        return None
    return decision


def _seen(report: CoverageReport, section: str, place: str = "") -> dict[str, tuple[str, ...]]:
    return {item.text: item.seen for item in report.section(section) if item.place == place}


@given(policies(), contacts(), histories(), INSTANTS)
def test_it_sees_what_the_decision_says(
    policy: Policy, contact: Contact, history: list[Interaction], at: datetime
) -> None:
    decision = _decided(policy, contact, history, at)
    if decision is None:
        return
    report = _covered(policy, contact, history, at)
    ways, stages = _seen(report, "transitions"), _seen(report, "stages")
    assert {way for way, seen in ways.items() if "taken" in seen} == {move.transition for move in decision.moves}
    assert {stage for stage, seen in stages.items() if seen} == {
        policy.initial_stage,
        *(move.target for move in decision.moves),
    } - {None}
    for name, score in decision.scores.items():
        rules = _seen(report, "rules", f"score {name}")
        for line in score.ledger:
            if line.kind == "rule" and line.unknown:
                assert "unknown" in rules[line.id]
            elif line.kind == "rule" and line.count is not None:
                assert ("counted" if line.count else "not counted") in rules[line.id]
            elif line.kind == "rule":
                assert ("fired" if line.points else "not fired") in rules[line.id] or not line.points
            elif line.kind == "cap":
                assert "capped" in rules[line.id]
            elif line.kind == "group_cap":
                assert "capped" in rules[f"group {line.id}"]
    for name, band in decision.grades.items():
        grades = _seen(report, "grades", f"grade {name}")
        assert band is None or any(seen for text, seen in grades.items() if text == band or f"({band})" in text)


@given(policies(), contacts(), histories(), INSTANTS)
def test_the_walk_ends_where_the_contact_stands(
    policy: Policy, contact: Contact, history: list[Interaction], at: datetime
) -> None:
    decision = _decided(policy, contact, history, at)
    if decision is None or decision.stage is None:
        return
    probes = Probes(policy, Seen())
    view = probes.decider.view(contact, history)
    walk = Walk(Look(probes, view), None, micros(at))
    assert walk.go()
    entered = decision.standing.entered_at
    assert (walk.stage, walk.entered) == (decision.stage, None if entered is None else micros(entered))


@given(policies(strict=True), contacts(), histories(), INSTANTS)
def test_what_is_seen_was_possible_and_asked_for(
    policy: Policy, contact: Contact, history: list[Interaction], at: datetime
) -> None:
    seen = Seen()
    probes = Probes(policy, seen)
    try:
        look_at(probes, Scenario(contact, tuple(history), at), None)
        begun = policy.decide(contact, history, at=at).standing.entered_at is not None
    except LeadqualError:
        begun = False
    possible = Possible(policy)
    for item in probes.items:
        found = seen.ways[item.key]
        # Of somebody with whom nothing has happened yet it is unknown for how long a stage has lasted.
        assert found - {*item.asked} <= (set() if begun else {"unknown", "held"}), item
        (kept,) = possible.items([item])
        assert not found & {*kept.impossible}, item
