"""What is proved is never contradicted: findings on generated policies, held against generated contacts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.policies import INSTANTS, contacts, histories, policies

from leadqual import Contact, Decision, Interaction, Policy
from leadqual.conditions.nodes import And, Literal, Name, Node, Or
from leadqual.conditions.parse import parse_condition
from leadqual.conditions.walk import children, names, replaced
from leadqual.errors import LeadqualError
from leadqual.policy.recover import parts_of
from leadqual.policy.rules import Grid
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.linting import lint
from leadqual.proofs.lint.look import Look

ROUNDED = 1e-5


class Seen:
    """A contact at an instant, under a policy."""

    def __init__(self, policy: Policy, contact: Contact, history: Sequence[Interaction], at: Any) -> None:
        self.policy, self.contact, self.history, self.at = policy, contact, history, at
        self.decision: Decision = policy.decide(contact, history, at=at)

    def answer(self, node: Node) -> Any:
        return self.policy.evaluate(node, self.contact, self.history, at=self.at)

    def line(self, score: str, rule: str, kind: str = "rule") -> Any:
        ledger = self.decision.scores[score].ledger
        return next((line for line in ledger if line.id == rule and line.kind == kind), None)


def way_of(seen: Seen, finding: Finding) -> Any:
    return next(way for way in seen.policy.transitions if way.id == finding.place.rule)


def moved_by(seen: Seen, finding: Finding) -> set[str]:
    return {move.source for move in seen.decision.moves if move.transition == finding.place.rule}


def without(node: Node, part: Node) -> Node | None:
    """Return a condition without a part of an `and` or an `or` in it."""
    if isinstance(node, And | Or) and part in node.items:
        kept = [item for item in node.items if item != part]
        return None if len(kept) < len(node.items) - 1 else kept[0] if len(kept) == 1 else type(node)(tuple(kept))
    for child in children(node):
        smaller = without(child, part)
        if smaller is not None:
            return replaced(node, {child: smaller})
    return None


def never_holds(seen: Seen, finding: Finding) -> bool:
    return not moved_by(seen, finding)


def always_holds(seen: Seen, finding: Finding) -> bool:
    if finding.place.path.startswith("scores"):
        score = parts_of(finding.place.path)[1]
        line = seen.line(str(score), str(finding.place.rule))
        return line is not None and line.points != 0 and not line.unknown
    way = way_of(seen, finding)
    return way.event is not None or seen.decision.stage not in way.source or seen.answer(way.when) is True


def adds_nothing(seen: Seen, finding: Finding) -> bool:
    parts = parts_of(finding.place.path)
    if parts[-1] == "each" or (parts[0] == "transitions" and way_of(seen, finding).event is not None):
        return True  # what is known besides holds at that instant alone
    node = part_at_path(seen.policy, parts)
    if parts[0] == "transitions" and seen.decision.stage not in way_of(seen, finding).source:
        return True
    part = next(one for one in all_parts(node) if str(one) == finding.found)
    smaller = without(node, part)
    return smaller is None or seen.answer(smaller) is seen.answer(node)


def all_parts(node: Node) -> list[Node]:
    return [node, *(part for child in children(node) for part in all_parts(child))]


def part_at_path(policy: Policy, parts: Any) -> Any:
    found: Any = policy
    for part in parts:
        found = found[part] if isinstance(found, dict | tuple) else getattr(found, str(part))
    return found


def never_fires(seen: Seen, finding: Finding) -> bool:
    line = seen.line(str(parts_of(finding.place.path)[1]), str(finding.place.rule))
    return line is None or line.points == 0


def out_of_reach(seen: Seen, finding: Finding) -> bool:
    parts = parts_of(finding.place.path)
    if parts[0] == "grades":
        return seen.decision.grades[str(parts[1])] != parts[3]
    return seen.answer(parse_condition(finding.found)) is not True


def cell_out_of_reach(seen: Seen, finding: Finding) -> bool:
    parts = parts_of(finding.place.path)
    grid = seen.policy.grades[str(parts[1])]
    assert isinstance(grid, Grid)
    grades = seen.decision.grades
    return (grades[grid.rows], grades[grid.columns]) != (parts[3], parts[4])


def shadowed(seen: Seen, finding: Finding) -> bool:
    sources = finding.message.partition(" from ")[2].partition(":")[0].split(" and ")
    return not finding.exact or not moved_by(seen, finding) & set(sources)


def unreachable(seen: Seen, finding: Finding) -> bool:
    stage = parts_of(finding.place.path)[1]
    return seen.decision.stage != stage and all(move.target != stage for move in seen.decision.moves)


def no_way_out(seen: Seen, finding: Finding) -> bool:
    stage = parts_of(finding.place.path)[1]
    return all(move.source != stage for move in seen.decision.moves)


def cap_never_binds(seen: Seen, finding: Finding) -> bool:
    parts = parts_of(finding.place.path)
    if parts[2] == "groups":
        return seen.line(str(parts[1]), str(parts[3]), "group_cap") is None
    return seen.line(str(parts[1]), str(finding.place.rule), "cap") is None


def duplicate(seen: Seen, finding: Finding) -> bool:
    score, first = str(parts_of(finding.place.path)[1]), finding.message.rpartition(" as '")[2].rstrip("'")
    lines = [seen.line(score, one) for one in (first, str(finding.place.rule))]
    return len({(line.points != 0, line.unknown, line.count) for line in lines}) == 1


def limit_never_binds(seen: Seen, finding: Finding) -> bool:
    name = str(parts_of(finding.place.path)[1])
    score = seen.policy.scores[name]
    rules = [
        rule.model_copy(update={"at_most": None}) if rule.id == finding.place.rule else rule for rule in score.rules
    ]
    free = seen.policy.model_copy(update={"scores": {**seen.policy.scores, name: {**dict(score), "rules": rules}}})
    decision = free.decide(seen.contact, seen.history, at=seen.at)
    return decision.scores[name].value == seen.decision.scores[name].value


def may_be_missing(seen: Seen, finding: Finding) -> bool:
    field = parse_condition(finding.message.partition(" may be missing")[0] + " is None")
    return seen.answer(field) is False or seen.answer(way_of(seen, finding).when) is not True


CHECKED: dict[str, Callable[[Seen, Finding], bool]] = {
    "condition-never-holds": never_holds,
    "condition-always-holds": always_holds,
    "clause-adds-nothing": adds_nothing,
    "rule-never-fires": never_fires,
    "threshold-out-of-reach": out_of_reach,
    "cell-out-of-reach": cell_out_of_reach,
    "transition-shadowed": shadowed,
    "unreachable-stage": unreachable,
    "no-way-out": no_way_out,
    "cap-never-binds": cap_never_binds,
    "limit-never-binds": limit_never_binds,
    "field-may-be-missing": may_be_missing,
    "duplicate-rule": duplicate,
}


def does_not_flap(seen: Seen, reported: set[str]) -> bool:
    """Return whether no two ways there and back hold at once for a contact, but those that were reported."""
    automatic = [way for way in seen.policy.transitions if way.event is None and "days_in_stage" not in names(way.when)]
    for way in automatic:
        for back in automatic:
            pair = f"{way.id}: {way.when}; {back.id}: {back.when}"
            if back.target in way.source and way.target in back.source and pair not in reported:
                sides = ((way.when, back.target), (back.when, way.target))
                answers = [seen.answer(replaced(when, {Name("stage"): Literal(stage)})) for when, stage in sides]
                if answers == [True, True] and int(way.id[1:]) < int(back.id[1:]):
                    return False
    return True


@given(policies(), st.lists(st.tuples(contacts(), histories(), INSTANTS), min_size=1, max_size=6))
def test_no_contact_contradicts_a_finding(policy: Policy, cases: list[Any]) -> None:
    report, look = lint(policy), Look(policy)
    for finding in report:
        if finding.witness is not None:
            assert finding.witness.decide(policy).contact_id == finding.witness.contact.id
    for contact, history, at in cases:
        try:
            seen = Seen(policy, contact, history, at)
        except LeadqualError:
            continue
        for finding in report:
            check = CHECKED.get(finding.code)
            assert check is None or not finding.exact or check(seen, finding), finding
        shadowed_ones = [one for one in report if one.code in ("transition-shadowed", "condition-never-holds")]
        assert shadowed_ones or does_not_flap(seen, {str(one.found) for one in report if one.code == "flapping"})
        for name, score in seen.decision.scores.items():
            reach = look.reach(name)
            assert reach.low - ROUNDED <= score.value <= reach.high + ROUNDED, reach


@given(policies())
def test_every_reckoning_adds_up(policy: Policy) -> None:
    for name, score in policy.scores.items():
        reach = Look(policy).reach(name)
        for end in (reach.bottom, reach.top):
            total = sum(share.points for share in end.shares)
            assert end.clipped or max(score.range[0], min(score.range[1], total)) == pytest.approx(
                end.value, abs=ROUNDED
            )
