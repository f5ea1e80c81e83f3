"""Conditions of transitions and rules that can never be true, that always are, and parts of them that add nothing."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import Node, Selection
from leadqual.errors import Place, path_text
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Rule
from leadqual.proofs.lint.clauses import idle_clauses
from leadqual.proofs.lint.conflict import conflict, conflict_within
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look, all_of, not_true
from leadqual.proofs.lint.thresholds import out_of_reach


def of_transitions(look: Look) -> Iterator[Finding]:
    """Yield what is wrong with the conditions of transitions."""
    for index, way in enumerate(look.policy.transitions):
        if way.when is not None:
            yield from _of_transition(look, way, way.when, Place(path=f"transitions[{index}].when", rule=way.id))


def _of_transition(look: Look, way: Transition, when: Node, place: Place) -> Iterator[Finding]:
    beyond = list(out_of_reach(look, when, place))
    yield from beyond
    setting = look.setting(way)
    facts = [fact for fact, _ in setting]
    if not look.can_hold(look.guard(way)):
        if not beyond:
            message = f"the condition of {way.id!r} can never be true, so it never fires"
            hint = "mend the condition, or take the transition out"
            yield Finding("condition-never-holds", message, place, conflict(look, when, setting), hint=hint)
    elif not look.can_hold(all_of([not_true(when), *facts])):
        yield _always(way, when, place)
    else:
        yield from _idle(look, when, facts, place)


def _always(way: Transition, when: Node, place: Place) -> Finding:
    if way.event is None:
        message = f"the condition of {way.id!r} is always true, so nobody stays at {' or '.join(way.source)}"
        hint = "say when the transition is meant to fire"
    else:
        message = f"the condition of {way.id!r} is true whenever a {way.event} happens"
        hint = "leave the condition out"
    proof = f"`{when}` is never false and never unknown where it is tried"
    return Finding("condition-always-holds", message, place, proof, found=str(when), hint=hint)


def _idle(look: Look, node: Node, facts: list[Node], place: Place) -> Iterator[Finding]:
    def can_hold(asked: Node) -> bool:
        return look.can_hold(all_of([asked, *facts]))

    for part, proof in idle_clauses(node, can_hold):
        message, hint = "this part of the condition changes nothing", "leave it out, or mend what was meant"
        yield Finding("clause-adds-nothing", message, place, proof, found=str(part), hint=hint)


def of_rules(look: Look) -> Iterator[Finding]:
    """Yield what is wrong with the conditions and the filters of rules."""
    for score, declared in look.policy.scores.items():
        for index, rule in enumerate(declared.rules):
            path = ("scores", score, "rules", index)
            if rule.when is not None:
                yield from _of_rule(look, rule, rule.when, Place(path=path_text((*path, "when")), rule=rule.id))
            elif rule.each is not None and rule.each.where is not None:
                yield from _of_filter(look, rule, rule.each, Place(path=path_text((*path, "each")), rule=rule.id))


def _of_rule(look: Look, rule: Rule, when: Node, place: Place) -> Iterator[Finding]:
    beyond = list(out_of_reach(look, when, place))
    yield from beyond
    if not look.can_hold(when):
        if not beyond:
            yield _never(rule, conflict(look, when), place)
    elif look.is_sure(when):
        message = f"the condition of {rule.id!r} is always true, so everybody gets its points"
        proof, hint = f"`{when}` is never false and never unknown", "mend the condition, or take the rule out"
        yield Finding("condition-always-holds", message, place, proof, found=str(when), hint=hint)
    else:
        yield from _idle(look, when, [], place)


def _of_filter(look: Look, rule: Rule, each: Selection, place: Place) -> Iterator[Finding]:
    assert each.where is not None  # callers look
    inside = look.inside(each.kind)
    if not inside(each.where):
        yield _never(rule, f"of a {each.kind}, {conflict_within(each.where, inside)}", place)
        return
    for part, proof in idle_clauses(each.where, inside):
        message, hint = "this part of the filter changes nothing", "leave it out, or mend what was meant"
        yield Finding("clause-adds-nothing", message, place, proof, found=str(part), hint=hint)


def _never(rule: Rule, proof: str, place: Place) -> Finding:
    message, hint = f"the rule {rule.id!r} can never give points", "mend the condition, or take the rule out"
    return Finding("rule-never-fires", message, place, proof, hint=hint)
