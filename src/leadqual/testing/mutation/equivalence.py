"""Mutants that no test can kill: proofs that a change makes no difference to any contact.

A move can only be another one where the changed transition is tried: the contact stands at its source, and no earlier
transition from there fires first. An earlier one surely does if its condition is true and its target cannot have been
visited at that instant, since no way leads from there back to the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from leadqual.conditions.nodes import Compare, Literal, Name, Node, Selection
from leadqual.lifecycle.policy import Policy
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import DECAYS, Bands, Grid, Rule, ScoreRules
from leadqual.policy.ways import stages_after, steps_of
from leadqual.proofs.conditions import undecided
from leadqual.proofs.funnel import stands_at
from leadqual.proofs.ranges import FALSE, NOT_TRUE, TRUE, UNKNOWN
from leadqual.proofs.reach import sum_of
from leadqual.proofs.selections import covers
from leadqual.proofs.solve import Asked, scope_of
from leadqual.proofs.sums import unit_of
from leadqual.testing.mutation.mutant import Mutant


def proof(mutant: Mutant) -> str | None:
    """Return why no contact can tell a mutant from its policy, if that is proved."""
    cases = list(differences(mutant))
    if mutant.operator == "reordered" and not cases:
        return f"proved: {_TOLD['reordered']}"
    if cases:
        return f"proved: {_told(mutant)}" if _steps_over(mutant) or _never(mutant.original, cases) else None
    match mutant.place:
        case ("scores", str(score), "rules", int(number), str(option)):
            return _of_rule(mutant, mutant.original.scores[score].rules[number], option)
        case ("scores", str(score), "groups", str(group), "cap"):
            return _of_group(mutant.original.scores[score], group, mutant.value)
        case ("scores", str(score)) if mutant.operator == "group removed":
            return _of_group(mutant.original.scores[score], str(mutant.rule).partition(".")[2], None)
        case _:
            return None


def differences(mutant: Mutant) -> Iterator[Asked]:
    """Yield the cases in which a mutant may make a difference: conditions with the answers that they would have.

    For changes that conditions do not tell, such as that of a cap, there are none.
    """
    match mutant.place:
        case ("scores", str(score), "rules", int(number), "when"):
            before = mutant.original.scores[score].rules[number].when
            assert before is not None  # a rule about interactions has none to change
            yield from _differing(before, mutant.value, [])
        case ("grades", str(name), *_):
            yield _of_grade(mutant, name)
        case ("transitions", *_) if mutant.operator == "reordered":
            yield from _of_order(mutant)
        case ("transitions", *_):
            way = next(one for one in mutant.original.transitions if one.id == mutant.rule)
            for stage in _sources(mutant, way):
                yield from _of_transition(mutant, way, stage)


def _never(policy: Policy, cases: Iterable[Asked]) -> bool:
    """Return whether it is proved that none of some cases can be."""
    return all(undecided(policy, asked) is None for asked in cases)


def _told(mutant: Mutant) -> str:
    if mutant.operator == "band moved":
        low, high = _moved_band(mutant)
        return f"the score is never from {low:g} to below {high:g}"
    return _TOLD.get(mutant.operator, "wherever it matters, one condition is true exactly when the other is")


_FIRES_NEVER: Final = "where it would fire, an earlier transition does"
_TOLD: Final = {
    "transition removed": _FIRES_NEVER,
    "retargeted": _FIRES_NEVER,
    "source removed": _FIRES_NEVER,
    "event dropped": _FIRES_NEVER,
    "guard dropped": "wherever the transition is tried, its condition is true",
    "on unknown turned": "wherever the transition is tried, its condition is true or false",
    "reordered": "the two are never open at one instant",
    "cell changed": "nobody is in this cell",
}


# Rules.


def _of_rule(mutant: Mutant, rule: Rule, option: str) -> str | None:
    if option == "each" and rule.each is not None and _same_selection(rule.each, mutant.value, mutant.original):
        return "proved: both mean the same interactions"
    if option == "points" and _one_reaches_the_cap(rule, mutant.value):
        return f"proved: a single interaction comes to the cap of {rule.cap:g} either way"
    if option == "cap":
        most = _most([rule.model_copy(update={"cap": None})])
        if most <= min(rule.cap or most, mutant.value or most):
            return f"proved: the rule never comes to more than {most:g} points"
    return None


def _one_reaches_the_cap(rule: Rule, points: float) -> bool:
    """Return whether a rule gives nothing or its cap, with its own points and with others of the same sign."""
    decays = any(getattr(rule, name) is not None for name in DECAYS)
    return (
        rule.cap is not None
        and not decays
        and rule.points * points > 0
        and rule.cap <= min(map(abs, (rule.points, points)))
    )


def _differing(before: Node, after: Node, given: Asked, *, exact: bool = False) -> Iterator[Asked]:
    """Yield the cases in which one of two conditions is true and the other is not."""
    yield [*given, (before, TRUE), (after, NOT_TRUE)]
    yield [*given, (after, TRUE), (before, NOT_TRUE)]
    if exact:
        yield [*given, (before, UNKNOWN), (after, FALSE)]
        yield [*given, (after, UNKNOWN), (before, FALSE)]


def _same_selection(one: Selection, other: Selection, policy: Policy) -> bool:
    scope = scope_of(policy)
    return covers(one, other, scope) and covers(other, one, scope)


def _of_group(score: ScoreRules, group: str, cap: float | None) -> str | None:
    """Return the proof that a group never comes to the smaller of its caps."""
    now = score.groups[group].cap
    total = _most(rule for rule in score.rules if rule.group == group)
    if total <= min(now, now if cap is None else cap):
        return f"proved: the rules of the group never come to more than {total:g} points"
    return None


def _most(rules: Iterable[Rule]) -> float:
    """Return what rules of a score can come to together at most, on either side of zero."""
    low, high = sum_of(rules, lambda when: True, lambda each: True)
    return max(high, -low)


# Grades.


def _of_grade(mutant: Mutant, name: str) -> Asked:
    declared = mutant.original.grades[name]
    if isinstance(declared, Grid):
        row, column = _changed_cell(declared, mutant.value, mutant.original)
        return [(_is(f"grade.{declared.rows}", row), TRUE), (_is(f"grade.{declared.columns}", column), TRUE)]
    low, high = _moved_band(mutant)
    value = Name(f"score.{declared.score}")
    return [(Compare(Literal(low), (("<=", value), ("<", Literal(high)))), TRUE)]


def _moved_band(mutant: Mutant) -> tuple[float, float]:
    declared = mutant.original.grades[str(mutant.place[1])]
    assert isinstance(declared, Bands)  # a grid has no bands to move
    low, high = sorted((declared.bands[str(mutant.place[-1])], mutant.value))
    return low, high


def _changed_cell(before: Grid, after: Grid, policy: Policy) -> tuple[str, str]:
    rows, columns = (policy.grades[side] for side in (before.rows, before.columns))
    assert isinstance(rows, Bands)  # the check of the policy has seen to it
    assert isinstance(columns, Bands)
    pairs = ((row, column) for row in rows.bands for column in columns.bands)
    return next(pair for pair in pairs if before.cell(*pair) != after.cell(*pair))


def _steps_over(mutant: Mutant) -> bool:
    """Return whether a score has no value between two thresholds, since it is made of multiples of one number."""
    declared = mutant.original.grades.get(str(mutant.place[1])) if mutant.operator == "band moved" else None
    score = mutant.original.scores.get(declared.score) if isinstance(declared, Bands) else None
    if score is None:
        return False
    unit = round(unit_of(score) * 1e6)
    low, high = _moved_band(mutant)
    return unit > 0 and -(-round(low * 1e6) // unit) * unit >= round(high * 1e6)


# The funnel.


def _sources(mutant: Mutant, way: Transition) -> Iterable[str]:
    return (mutant.before,) if mutant.operator == "source removed" else way.source


def _of_transition(mutant: Mutant, way: Transition, stage: str) -> Iterator[Asked]:
    """Yield what would have to be, with a contact at a stage, for a mutant to make a difference."""
    automatic = mutant.operator == "event dropped"
    given = _given(mutant.original, way, stage, None if automatic else way.event)
    guard: Asked = [] if way.when is None else [(way.when, TRUE)]
    match mutant.operator:
        case "transition removed" | "retargeted" | "source removed" | "event dropped":
            yield [*given, *guard]
        case "guard dropped" if way.when is not None:
            yield [*given, (way.when, NOT_TRUE)]
        case "on unknown turned" if way.when is not None:
            yield [*given, (way.when, UNKNOWN)]
        case _:
            assert way.when is not None
            yield from _differing(way.when, mutant.value, given, exact=way.on_unknown == "error")


def _given(policy: Policy, way: Transition, stage: str, event: str | None) -> Asked:
    """Return what is so where a transition is tried at a stage: no earlier one fires."""
    asked, steps = [(stands_at(stage), TRUE)], steps_of(policy.transitions)
    for earlier in policy.transitions[: policy.transitions.index(way)]:
        if stage not in earlier.source or earlier.event not in (None, event):
            continue
        if stage not in stages_after(earlier.target, steps):
            asked.append((_ALWAYS if earlier.when is None else earlier.when, NOT_TRUE))
    return asked


def _of_order(mutant: Mutant) -> Iterator[Asked]:
    """Yield the cases in which the second and one that it is now tried before are both open."""
    policy = mutant.original
    first, second = mutant.before.split(", ")
    ids = [way.id for way in policy.transitions]
    later = policy.transitions[ids.index(second)]
    for earlier in policy.transitions[ids.index(first) : ids.index(second)]:
        if earlier.event is not None and later.event is not None and earlier.event != later.event:
            continue
        event = earlier.event if earlier.event is not None else later.event
        guards: Asked = [(way.when, TRUE) for way in (earlier, later) if way.when is not None]
        for stage in earlier.source:
            if stage in later.source:
                yield [*_given(policy, earlier, stage, event), *guards]


def _is(name: str, value: Any) -> Node:
    return Compare(Name(name), (("==", Literal(value)),))


_ALWAYS: Final = Compare(Literal(1), (("==", Literal(1)),))
