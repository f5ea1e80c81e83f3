"""Which stage of one policy is which of another, and a policy told in the names of the other's stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadqual._suggest import did_you_mean
from leadqual.conditions.nodes import And, Compare, In, Items, Literal, Method, Name, Node, Not, Or
from leadqual.conditions.walk import walk
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

_STAGE = Name("stage")


@dataclass(frozen=True, slots=True)
class StageMap:
    """Which stage of the old policy is which of the new one.

    Parameters
    ----------
    pairs : dict of str to str
        The stages that correspond, by their old names; one to one.
    only_old, only_new : tuple of str
        The stages that have no counterpart.
    """

    pairs: Mapping[str, str]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    @property
    def renamed(self) -> dict[str, str]:
        """The stages that have another name in the new policy."""
        return {old: new for old, new in self.pairs.items() if old != new}

    def named(self, stage: str) -> str:
        """Return an old stage under its new name, if it has one."""
        return self.pairs.get(stage, stage)


def stage_map(
    old: PolicyDocument, new: PolicyDocument, given: Mapping[str, str | None] | None, *, complete: bool
) -> StageMap:
    """Return which stage is which: those that were given, the others by their names.

    Parameters
    ----------
    given : mapping of str to str or None
        Old names with their new ones, and with None the stages of either policy that stand for themselves.
    complete : bool
        Whether every stage has to be mapped, or told to stand for itself.

    Raises
    ------
    InputError
        With everything that is wrong with the mapping.
    """
    if given is not None and not isinstance(given, Mapping):
        expected = "old names with new ones: {'mql': 'qualified'}"
        raise InputError(Problem("wrong-type", "stages is no mapping", Place("stages"), shown(given), expected))
    told = dict(given or {})
    problems = [problem for name, target in told.items() for problem in _problems(name, target, old, new)]
    if problems:
        raise InputError(problems)
    targets = set(told.values())
    pairs = {
        name: told.get(name, name)
        for name in old.stages
        if told.get(name, name) is not None and (name in told or (name in new.stages and name not in targets))
    }
    alone = {name for name, target in told.items() if target is None}
    only_old = tuple(name for name in old.stages if name not in pairs)
    only_new = tuple(name for name in new.stages if name not in pairs.values())
    problems = list(_not_one_to_one({**pairs, **{name: name for name in only_old if name in pairs.values()}}))
    if complete:
        problems += _unmapped(old, new, [name for name in only_old if name not in alone],
                              [name for name in only_new if name not in alone])  # fmt: skip
    if problems:
        raise InputError(problems)
    return StageMap({name: str(target) for name, target in pairs.items()}, only_old, only_new)


def _problems(name: Any, target: Any, old: PolicyDocument, new: PolicyDocument) -> Iterator[Problem]:
    place = Place("stages", path=str(name))
    if target is None:
        if name in old.stages and name in new.stages:
            message, hint = "both policies have this stage", "map it to another stage, or leave it out"
            yield Problem("bad-mapping", message, place, f"{shown(name)}: None", hint=hint)
        elif name not in old.stages and name not in new.stages:
            known = [*old.stages, *new.stages]
            yield _unknown("neither policy has such a stage", place, name, known)
        return
    if name not in old.stages:
        yield _unknown("the old policy has no such stage", place, name, list(old.stages))
    if target not in new.stages:
        yield _unknown("the new policy has no such stage", place, target, list(new.stages))


def _unknown(message: str, place: Place, found: Any, known: list[str]) -> Problem:
    names = list(dict.fromkeys(known))
    return Problem("unknown-stage", message, place, shown(found), f"one of: {', '.join(names)}",
                   did_you_mean(str(found), names))  # fmt: skip


def _not_one_to_one(pairs: Mapping[str, Any]) -> Iterator[Problem]:
    by_target: dict[Any, list[str]] = {}
    for name, target in pairs.items():
        by_target.setdefault(target, []).append(name)
    for target, names in by_target.items():
        if len(names) > 1:
            message = f"{len(names)} stages of the old policy would be one stage of the new one"
            hint = f"map one of them to {target!r}, and say of the others that they stand for themselves: None"
            yield Problem("bad-mapping", message, Place("stages"), f"{', '.join(names)}: {target}",
                          "one old stage for each new one", hint)  # fmt: skip


def _unmapped(old: PolicyDocument, new: PolicyDocument, only_old: list[str], only_new: list[str]) -> Iterator[Problem]:
    for ours, stages, other, others in (("old", only_old, "new", only_new), ("new", only_new, "old", only_old)):
        if stages:
            every = len((old if ours == "old" else new).stages)
            message = f"{len(stages)} of {every} stages of the {ours} policy have no counterpart in the {other} one"
            first = only_old[0] if only_old else stages[0]
            target = repr(only_new[0]) if only_old and only_new else "None"
            hint = f"stages={{{first!r}: {target}}} says which is which; None, that a stage stands for itself"
            expected = f"those of the {other} policy that are left: {', '.join(others)}" if others else None
            yield Problem("unmapped-stage", message, Place("stages"), ", ".join(stages), expected, hint)


def can_be_translated(policy: PolicyDocument, stages: StageMap) -> bool:
    """Return whether every condition names its stages as whole texts, so that they can be renamed in it."""
    asked = [part for way in policy.transitions if way.when is not None for part in walk(way.when)]
    return not stages.renamed or not any(isinstance(part, Method) and _STAGE in walk(part) for part in asked)


def translated(policy: PolicyDocument, stages: StageMap) -> dict[str, Any]:
    """Return the stages and transitions of a policy in the names that the other one has for its stages."""
    return {
        "stages": {stages.named(name): spec for name, spec in policy.stages.items()},
        "transitions": tuple(_transition(way, stages) for way in policy.transitions),
    }


def _transition(way: Transition, stages: StageMap) -> Transition:
    named = {
        "source": tuple(map(stages.named, way.source)),
        "target": stages.named(way.target),
        "when": None if way.when is None else _condition(way.when, stages),
    }
    return way.model_copy(update=named)


def _condition(node: Node, stages: StageMap) -> Node:
    match node:
        case And(items):
            return And(tuple(_condition(item, stages) for item in items))
        case Or(items):
            return Or(tuple(_condition(item, stages) for item in items))
        case Not(item):
            return Not(_condition(item, stages))
        case Compare(first, rest) if _STAGE in (first, *(operand for _, operand in rest)):
            return Compare(_named(first, stages), tuple((how, _named(operand, stages)) for how, operand in rest))
        case In(item, Items(values)) if item == _STAGE:
            return replace(node, container=Items(tuple(Literal(_name(value, stages)) for value in values)))
        case _:
            return node


def _named(node: Node, stages: StageMap) -> Node:
    return Literal(_name(node, stages)) if isinstance(node, Literal) else node


def _name(value: Literal, stages: StageMap) -> Any:
    return stages.named(value.value) if isinstance(value.value, str) else value.value
