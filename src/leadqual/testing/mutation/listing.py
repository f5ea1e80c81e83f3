"""All mutants of a policy, in the order of its document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

from leadqual.errors import LeadqualError, path_text
from leadqual.lifecycle.policy import Policy
from leadqual.policy.rules import Bands, ScoreRules
from leadqual.testing.mutation.mutant import Mutant, Path
from leadqual.testing.mutation.operators.edit import Edit
from leadqual.testing.mutation.operators.funnel import order_edits, transition_edits
from leadqual.testing.mutation.operators.grades import band_edits, cell_edits
from leadqual.testing.mutation.operators.rules import group_edits, rule_edits, without_group

_Found: TypeAlias = tuple[Path, Path, str | None, Edit[Any]]
"""The place that is replaced, the place that is told, the rule, and the change."""


def mutants(policy: Policy) -> tuple[Mutant, ...]:
    """Return every mutant of a policy: the policy with one change, such as a threshold moved by one.

    A change that makes no valid policy makes no mutant.

    Parameters
    ----------
    policy : Policy
        What is changed.

    Examples
    --------
    >>> policy = Policy(name="two", stages={"lead": {"initial": True}, "old": None}, transitions=[
    ...     {"id": "aged", "source": "lead", "target": "old", "when": "days_in_stage > 30"}])
    >>> for mutant in mutants(policy):
    ...     print(mutant)
    aged: transition removed: lead -> old
    aged: comparator turned: days_in_stage > 30 -> days_in_stage >= 30
    aged: not added: days_in_stage > 30 -> not days_in_stage > 30
    aged: threshold moved: days_in_stage > 30 -> days_in_stage > 29
    aged: threshold moved: days_in_stage > 30 -> days_in_stage > 31
    aged: on unknown turned: hold -> error
    """
    seen: Counter[str] = Counter()
    made = []
    for place, told, rule, edit in _changes(policy):
        sort = f"{rule or path_text(told)}~{edit.operator.replace(', ', '-').replace(' ', '-')}"
        seen[sort] += 1
        id_ = f"{sort}~{seen[sort]}"
        mutant = Mutant(id_, edit.operator, path_text(told), rule, edit.before, edit.after, place, edit.part, policy)
        if _is_valid(mutant):
            made.append(mutant)
    return tuple(made)


def _is_valid(mutant: Mutant) -> bool:
    try:
        return mutant.policy is not None
    except LeadqualError:
        return False


def _changes(policy: Policy) -> Iterator[_Found]:
    for name, score in policy.scores.items():
        yield from _of_score(name, score)
    for name, grade in policy.grades.items():
        place: Path = ("grades", name)
        if isinstance(grade, Bands):
            for band, moved in band_edits(grade):
                inside = (*place, "bands", band)
                yield inside, inside, None, moved
        else:
            yield from ((place, place, None, edit) for edit in cell_edits(policy, grade))
    yield from _of_funnel(policy)


def _of_score(name: str, score: ScoreRules) -> Iterator[_Found]:
    for number, rule in enumerate(score.rules):
        place: Path = ("scores", name, "rules", number)
        label = f"{name}.{rule.id}"
        kept = score.rules[:number] + score.rules[number + 1 :]
        said = str(rule.each if rule.when is None else rule.when)
        yield place[:-1], place, label, Edit("rule removed", f"{said}: {rule.points:+g}", "", kept)
        for option, edit in rule_edits(rule):
            yield (*place, option), (*place, option), label, edit
    for group, declared in score.groups.items():
        place = ("scores", name, "groups", group)
        gone = Edit("group removed", f"cap {declared.cap:g}", "", without_group(score, group))
        yield ("scores", name), place, f"{name}.{group}", gone
        for moved in group_edits(declared):
            yield (*place, "cap"), (*place, "cap"), f"{name}.{group}", moved


def _of_funnel(policy: Policy) -> Iterator[_Found]:
    ways, stages = policy.transitions, list(policy.stages)
    for number, way in enumerate(ways):
        place: Path = ("transitions", number)
        kept = ways[:number] + ways[number + 1 :]
        gone = Edit("transition removed", f"{', '.join(way.source)} -> {way.target}", "", kept)
        yield ("transitions",), place, way.id, gone
        for part, edit in transition_edits(way, stages):
            yield (*place, part), (*place, part), way.id, edit
    for order in order_edits(ways, stages):
        yield ("transitions",), ("transitions",), order.before.partition(", ")[0], order
