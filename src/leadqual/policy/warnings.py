"""What a policy allows and its author may not have meant: found without looking at a single contact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import histories, names
from leadqual.errors import Place, Problem, path_text
from leadqual.policy.disjoint import Facts, are_disjoint
from leadqual.policy.funnel import Transition
from leadqual.policy.rules import Bands, Grid, Rule
from leadqual.policy.ways import stages_after, steps_of

if TYPE_CHECKING:
    from leadqual.policy.document import PolicyDocument


def warnings_of(policy: PolicyDocument) -> tuple[Problem, ...]:
    """Return what is allowed and looks like a slip: in the stages, the transitions, the grades and the reviews."""
    return (*_stages(policy), *_to_and_fro(policy), *_grades(policy), *_reviews(policy))


def _stages(policy: PolicyDocument) -> Iterator[Problem]:
    initial = policy.initial_stage
    reached = set() if initial is None else {initial, *stages_after(initial, steps_of(policy.transitions))}
    left = {source for transition in policy.transitions for source in transition.source}
    for name, stage in policy.stages.items():
        place = Place(path=path_text(("stages", name)))
        if name not in reached:
            hint = "add a transition that leads there, or take the stage out"
            yield Problem("unreachable-stage", f"no way leads from the initial stage to {name!r}", place, hint=hint)
        if name not in left and not stage.final:
            hint = f"if that is meant, write {name}: {{final: true}}"
            yield Problem("no-way-out", f"no transition leads away from {name!r}", place, hint=hint)


def _to_and_fro(policy: PolicyDocument) -> Iterator[Problem]:
    """Yield pairs of automatic transitions, there and back, whose conditions might both hold at one instant."""
    automatic = [(way, way.when) for way in policy.transitions if way.event is None and way.when is not None]
    facts = Facts({name: grade for name, grade in policy.grades.items() if isinstance(grade, Bands)})
    for index, (way, when) in enumerate(automatic):
        for back, back_when in automatic[index + 1 :]:
            if back.target in way.source and way.target in back.source and not are_disjoint(when, back_when, facts):
                yield _flapping(policy, way, back)


def _flapping(policy: PolicyDocument, way: Transition, back: Transition) -> Problem:
    index = policy.transitions.index(back)
    stages = f"{back.target!r} and {way.target!r}"
    return Problem(
        "flapping",
        f"a contact might go to and fro between {stages}: it is not proved that {way.id!r} and {back.id!r} exclude each"
        " other",
        Place(path=path_text(("transitions", index)), rule=back.id),
        f"{way.when}; back: {back.when}",
        "two conditions that can never hold at one instant, whatever the stage",
        "put a threshold on one name in both, the way back lower: score.engagement >= 30, back at < 15",
    )


def _grades(policy: PolicyDocument) -> Iterator[Problem]:
    for name, grade in policy.grades.items():
        if isinstance(grade, Grid):
            continue
        band, threshold = list(grade.bands.items())[-1]
        low = policy.score_ranges[grade.score][0]
        if threshold > low:
            place = Place(path=path_text(("grades", name, "bands", band)))
            message = f"below {threshold:g} there is no grade {name!r}, and conditions on it are unknown"
            hint = f"add a lowest band at {low:g}, unless that is meant"
            yield Problem("no-lowest-band", message, place, f"{band}: {threshold:g}", hint=hint)


def _reviews(policy: PolicyDocument) -> Iterator[Problem]:
    if policy.review_every is not None:
        return
    timed = [
        way.id
        for way in policy.transitions
        if way.event is None and way.when is not None and _changes_with_time(policy, way.when)
    ]
    if timed:
        yield Problem(
            "no-review",
            "conditions change as time passes, yet stages are looked at only when something happens",
            Place(path="review_every"),
            f"transitions {', '.join(timed)}",
            hint="write review_every: 1d",
        )


def _changes_with_time(policy: PolicyDocument, node: Node) -> bool:
    """Return whether a condition can change its answer without an interaction."""
    if any(question.within is not None or question.function == "days_since" for question in histories(node)):
        return True
    return any(_name_changes(policy, name) for name in names(node))


def _name_changes(policy: PolicyDocument, name: str) -> bool:
    owner, _, rest = name.partition(".")
    if name == "days_in_stage" or (owner == "score" and rest in policy.scorers):  # a scorer may look at the time
        return True
    if owner == "score":
        return any(_rule_changes(policy, rule) for rule in policy.scores[rest].rules)
    if owner != "grade":
        return False
    grade = policy.grades[rest]
    inner = [f"score.{grade.score}"] if isinstance(grade, Bands) else [f"grade.{grade.rows}", f"grade.{grade.columns}"]
    return any(_name_changes(policy, other) for other in inner)


def _rule_changes(policy: PolicyDocument, rule: Rule) -> bool:
    if rule.when is not None:
        return _changes_with_time(policy, rule.when)
    return any(limit is not None for limit in (rule.within, rule.half_life, rule.linear, rule.step))
