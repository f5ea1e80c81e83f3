"""Holding a whole policy against its own names: every problem, each with the way to its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from leadqual._suggest import did_you_mean
from leadqual.conditions.check import check_condition, check_selection, unknown_kind
from leadqual.conditions.nodes import ANY_INTERACTION, Node
from leadqual.errors import Place, Problem, path_text
from leadqual.model.catalogue import MONEY, Catalogue
from leadqual.policy.rules import Bands, Grid, Rule, ScoreRules

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument

_SCORE_RULES_LACK: Final = ("stage", "days_in_stage", "grade")


def check_policy(policy: PolicyDocument) -> list[Problem]:
    """Return every problem of a policy whose parts are each well formed."""
    return [
        *_check_declared(policy),
        *_check_scores(policy),
        *_check_grades(policy),
        *_check_stages(policy),
        *_check_transitions(policy),
    ]


def _problem(
    code: str,
    message: str,
    path: Iterable[str | int],
    *,
    found: str | None = None,
    expected: str | None = None,
    hint: str | None = None,
    rule: str | None = None,
) -> Problem:
    return Problem(code, message, Place(path=path_text(path), rule=rule), found, expected, hint)


def _unknown(
    what: str, name: str, known: Collection[str], path: Iterable[str | int], rule: str | None = None
) -> Problem:
    expected = f"one of: {', '.join(known)}" if known else f"a {what}, but the policy has none"
    message, hint = f"there is no {what} {name!r}", did_you_mean(name, known)
    return _problem(f"unknown-{what}", message, path, found=name, expected=expected, hint=hint, rule=rule)


def _check_declared(policy: PolicyDocument) -> Iterator[Problem]:
    built_in = policy.built_in
    for name, spec in policy.fields.items():
        if f"{spec.on}.{name}" in built_in.fields:
            yield _problem("already-declared", f"every {spec.on} has a field {name!r} already", ("fields", name))
    for name in policy.interactions:
        if name in built_in.kinds or name == ANY_INTERACTION:
            message = f"the kind {name!r} exists already"
            yield _problem("already-declared", message, ("interactions", name), hint="choose another name")
        properties = policy.interactions[name].properties
        for prop, declared in properties.items():
            if declared.unit == MONEY and "currency" not in properties:
                message = f"{prop!r} is an amount of money, and no property says in which currency"
                place, hint = ("interactions", name, "properties", prop), "declare currency: {type: text} beside it"
                yield _problem("missing-currency", message, place, hint=f"{hint}, or give the unit: {{unit: IDR}}")
            if prop in built_in.common:
                message = f"every interaction has a property {prop!r} already"
                yield _problem("already-declared", message, ("interactions", name, "properties", prop))
    for name in policy.scorers:
        if name in policy.scores:
            yield _problem("already-declared", f"the score {name!r} is declared twice", ("scorers", name))


def _check_scores(policy: PolicyDocument) -> Iterator[Problem]:
    catalogue = policy.catalogue.without((*_SCORE_RULES_LACK, "score"))
    known = catalogue.extended(policy.score_fields(policy.scorers))
    for name, score in policy.scores.items():
        path = ("scores", name)
        yield from _duplicates([rule.id for rule in score.rules], (*path, "rules"), "rule")
        for index, rule in enumerate(score.rules):
            place = (*path, "rules", index)
            for problem in _check_rule(policy, rule, score, known):
                inner = problem.place.path
                yield problem.at(path=path_text((*place, inner) if inner else place), rule=rule.id)
        known = known.extended(policy.score_fields([name]))


def _check_rule(policy: PolicyDocument, rule: Rule, score: ScoreRules, known: Catalogue) -> Iterator[Problem]:
    if rule.when is not None:
        found = check_condition(rule.when, known, single_currency=policy.currency is not None)
        for problem in found:
            yield _score_scope(policy, problem).at(path="when")
    if rule.each is not None:
        for problem in check_selection(rule.each, known):
            yield problem.at(path="each")
    if rule.group is not None and rule.group not in score.groups:
        yield _unknown("group", rule.group, score.groups, ("group",))
    if rule.points == 0:
        yield _problem("no-points", "the rule gives no points", ("points",), found="0", expected="any other number")


def _score_scope(policy: PolicyDocument, problem: Problem) -> Problem:
    """Say why a name that exists elsewhere cannot be read by a rule of a score."""
    name = str(problem.found)
    if problem.code != "unknown-field" or name not in policy.catalogue.fields:
        return problem
    reason = (
        "a score reads only the scores declared before it"
        if name.startswith("score.")
        else "rules of a score read neither stages nor grades, so that there are no circles"
    )
    return Problem("circular", reason, found=name, hint="use it in a transition, or put the score first")


def _check_grades(policy: PolicyDocument) -> Iterator[Problem]:
    for name, grade in policy.grades.items():
        path = ("grades", name)
        if isinstance(grade, Grid):
            yield from _check_grid(policy, name, grade, path)
        elif grade.score not in policy.score_ranges:
            yield _unknown("score", grade.score, policy.score_ranges, (*path, "score"))
        else:
            yield from _check_bands(grade, policy.score_ranges[grade.score], (*path, "bands"))


def _check_bands(grade: Bands, bounds: tuple[float, float], path: Sequence[str]) -> Iterator[Problem]:
    low, high = bounds
    for (upper, above), (lower, below) in pairwise(grade.bands.items()):
        if below >= above:
            message, found = "thresholds descend from band to band", f"{upper}: {above:g}, {lower}: {below:g}"
            yield _problem("bands-not-descending", message, (*path, lower), found=found)
    for band, threshold in grade.bands.items():
        if not low <= threshold <= high:
            message, expected = f"no score lies at {threshold:g}", f"a threshold from {low:g} to {high:g}"
            yield _problem("unreachable", message, (*path, band), found=f"{threshold:g}", expected=expected)


def _check_grid(policy: PolicyDocument, name: str, grid: Grid, path: Sequence[str]) -> Iterator[Problem]:
    bands = {other: grade.bands for other, grade in policy.grades.items() if isinstance(grade, Bands)}
    for side, other in (("rows", grid.rows), ("columns", grid.columns)):
        if other not in bands:
            yield _unknown("grade", other, bands, (*path, side))
    if grid.rows not in bands or grid.columns not in bands:
        return
    for row, cells in grid.cells.items():
        if row not in bands[grid.rows]:
            yield _unknown("band", row, bands[grid.rows], (*path, "cells", row))
        for column in cells:
            if column not in bands[grid.columns]:
                yield _unknown("band", column, bands[grid.columns], (*path, "cells", row, column))


def _check_stages(policy: PolicyDocument) -> Iterator[Problem]:
    initial = [name for name, stage in policy.stages.items() if stage.initial]
    if policy.stages and len(initial) != 1:
        message, found = "exactly one stage is the initial one", ", ".join(initial) or "none"
        yield _problem("initial-stage", message, ("stages",), found=found, hint="write lead: {initial: true}")
    if not policy.stages and policy.transitions:
        yield _problem("no-stages", "transitions need stages", ("transitions",), hint="declare them under stages:")


def _check_transitions(policy: PolicyDocument) -> Iterator[Problem]:
    yield from _duplicates([transition.id for transition in policy.transitions], ("transitions",), "transition")
    for index, transition in enumerate(policy.transitions if policy.stages else ()):
        path = ("transitions", index)
        for source in transition.source:
            if source not in policy.stages:
                yield _unknown("stage", source, policy.stages, (*path, "source"), transition.id)
            elif policy.stages[source].final:
                message = f"{source!r} is declared final, yet a transition leads away from it"
                yield _problem("final-stage", message, (*path, "source"), rule=transition.id)
        if transition.target not in policy.stages:
            yield _unknown("stage", transition.target, policy.stages, (*path, "target"), transition.id)
        if transition.event is not None and transition.event not in policy.catalogue.kinds:
            problem = unknown_kind(transition.event, policy.catalogue.kinds)
            yield problem.at(path=path_text((*path, "event")), rule=transition.id)
        if transition.when is not None:
            yield from _condition(policy, transition.when, (*path, "when"), transition.id)


def _condition(policy: PolicyDocument, node: Node, path: Sequence[str | int], rule: str) -> Iterator[Problem]:
    for problem in check_condition(node, policy.catalogue, single_currency=policy.currency is not None):
        yield problem.at(path=path_text(path), rule=rule)


def _duplicates(ids: Sequence[str], path: Sequence[str], what: str) -> Iterator[Problem]:
    counts: Mapping[str, int] = Counter(ids)
    for name, number in counts.items():
        if number > 1:
            last = len(ids) - 1 - list(reversed(ids)).index(name)
            message, hint = f"{number} of these have the id {name!r}", f"give each {what} an id of its own"
            yield _problem("duplicate-id", message, (*path, last, "id"), found=name, hint=hint, rule=name)
