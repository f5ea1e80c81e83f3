"""The tests that could notice a mutant, those most likely to first.

A rule about interactions that a contact never had gives it no points, whatever the rule says of them; a transition from
stages where it never stood is never tried. So the tests of such contacts are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadqual.conditions.nodes import ANY_INTERACTION
from leadqual.errors import LeadqualError
from leadqual.lifecycle.policy import Policy
from leadqual.model.time import micros
from leadqual.policy.rules import Rule
from leadqual.testing.case import Case
from leadqual.testing.mutation.compiled import Compiled, Trial
from leadqual.testing.mutation.killing.glance import Glance
from leadqual.testing.mutation.mutant import Mutant
from leadqual.testing.running import run_unwatched


@dataclass(frozen=True, slots=True)
class Suspect:
    """A test that passes, with what it touches.

    Parameters
    ----------
    case : Case
        The test.
    trial : Trial or None
        Its contact; None where the whole of the case has to be run again, since it expects an error, or asks what is
        missing.
    at : int
        When somebody looks, in microseconds.
    kinds : frozenset of str
        The kinds of interactions that happened.
    stages : frozenset of str
        Where the contact stood.
    counted : frozenset of str
        The rules that gave points and the transitions that fired.
    named : frozenset of str
        The rules and transitions that the test names.
    """

    case: Case
    trial: Trial | None
    at: int
    kinds: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def suspects_of(policy: Policy, cases: Iterable[Case]) -> tuple[list[Suspect], list[str]]:
    """Return the tests that a policy passes, with what they touch, and the names of those that it does not pass."""
    compiled = Compiled(policy)
    found: list[Suspect] = []
    left_out: list[str] = []
    for case in cases:
        try:
            passed = run_unwatched(policy, case).passed
        except LeadqualError:
            passed = False
        if passed:
            found.append(_suspect(compiled, case))
        else:
            left_out.append(case.name)
    return found, left_out


def _suspect(compiled: Compiled, case: Case) -> Suspect:
    policy, expected = compiled.policy, case.expect
    if expected.error is not None:
        return Suspect(case, None, 0)
    scenario = case.scenario(policy)
    begin = case.begin(policy, scenario)
    started = None if begin is None or begin.stage is None else (begin.stage, micros(begin.as_of))
    trial, at = Trial(scenario.contact, scenario.history, started), micros(scenario.at)
    seen = Glance(compiled, trial, at)
    stages = {policy.initial_stage, *(stage for move in seen.moves for stage in (move.source, move.target))}
    lines = [(name, line) for name, score in seen.scores.items() for line in score.ledger]
    counted = {f"{name}.{line.id}" for name, line in lines if line.points}
    named = {*expected.reasons, *expected.moves, *(() if expected.because is None else (expected.because,))}
    return Suspect(
        case,
        None if "missing" in expected.model_fields_set else trial,
        at,
        frozenset(one.kind for one in scenario.history),
        frozenset(stage for stage in (*stages, started and started[0]) if stage),
        frozenset(counted | {move.transition for move in seen.moves}),
        frozenset(named),
    )


def could_notice(mutant: Mutant, suspects: Sequence[Suspect]) -> list[Suspect]:
    """Return the tests that could notice a mutant, the most likely ones first."""
    rule, stages, ids = _rule(mutant), _stages(mutant), _ids(mutant)
    kind = None if rule is None or rule.each is None else rule.each.kind
    found = []
    for one in suspects:
        touched = _touches(one, kind, stages)
        if one.named & ids or touched or one.case.expect.error is not None:
            found.append((not one.counted & ids, not one.named & ids, len(one.kinds), one))
    return [one for *_, one in sorted(found, key=lambda rated: rated[:3])]


def _touches(one: Suspect, kind: str | None, stages: frozenset[str] | None) -> bool:
    if kind is not None and kind != ANY_INTERACTION:
        return kind in one.kinds
    return stages is None or bool(stages & one.stages)


def _rule(mutant: Mutant) -> Rule | None:
    """Return the rule that is changed, of the policy without the change."""
    if mutant.place[0] != "scores" or len(mutant.place) < 3 or mutant.place[2] != "rules":
        return None
    score, name = str(mutant.place[1]), str(mutant.rule).partition(".")[2]
    return next(one for one in mutant.original.scores[score].rules if one.id == name)


def _stages(mutant: Mutant) -> frozenset[str] | None:
    """Return the stages from which another transition may fire; None if it is not that which is changed."""
    if mutant.place[0] != "transitions":
        return None
    ids = mutant.before.split(", ") if mutant.operator == "reordered" else [str(mutant.rule)]
    return frozenset(stage for way in mutant.original.transitions if way.id in ids for stage in way.source)


def _ids(mutant: Mutant) -> frozenset[str]:
    """Return what tests call what is changed."""
    if mutant.operator == "reordered":
        return frozenset(mutant.before.split(", "))
    name = mutant.rule or ""
    return frozenset((name, name.partition(".")[2])) - {""}
