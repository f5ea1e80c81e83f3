"""Stages that nobody reaches, that nobody leaves, and from which nobody comes back."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.errors import Place, path_text
from leadqual.policy.funnel import Transition
from leadqual.policy.ways import stages_after
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look


def of_stages(look: Look) -> Iterator[Finding]:
    """Yield what is wrong with the ways to and from stages."""
    policy, reached = look.policy, reached_from(look, look.policy.initial_stage)
    for name, stage in policy.stages.items():
        place = Place(path=path_text(("stages", name)))
        if name not in reached:
            hint = "add a transition that leads there, or take the stage out"
            message = f"no contact ever comes to {name!r}"
            yield Finding("unreachable-stage", message, place, _unreached(look, name, reached), hint=hint)
        if stage.final:
            continue
        if not ways_from(look, name):
            message, hint = f"nothing leads away from {name!r}", f"if that is meant, write {name}: {{final: true}}"
            yield Finding("no-way-out", message, place, _shut(look, name), hint=hint)
        elif name != policy.initial_stage and not stage.closed and _only_closed(look, name):
            ends = ", ".join(sorted(reached_from(look, name) - {name}))
            message = f"whoever stands at {name!r} never comes back into the funnel"
            hint = "add a transition for contacts that show new interest"
            yield Finding("no-way-back", message, place, f"from there contacts come to {ends} alone", hint=hint)


def ways_from(look: Look, stage: str) -> list[Transition]:
    """Return the transitions from a stage of which it is not proved that they never fire."""
    return [way for way in look.policy.transitions if (way.id, stage) in look.live]


def reached_from(look: Look, stage: str | None) -> set[str]:
    """Return the stages to which transitions lead from a stage, itself among them."""
    if stage is None:
        return set()
    steps = [(source, way.target) for source in look.policy.stages for way in ways_from(look, source)]
    return {stage, *stages_after(stage, steps)}


def _unreached(look: Look, stage: str, reached: set[str]) -> str:
    ways = [way for way in look.policy.transitions if way.target == stage]
    if not ways:
        return "no transition leads there"
    never = [way.id for way in ways if reached & set(way.source)]
    lost = [way.id for way in ways if way.id not in never]
    parts = [f"{_listed(never)} never {'fires' if len(never) == 1 else 'fire'}"] if never else []
    parts += [f"{_listed(lost)} {'starts' if len(lost) == 1 else 'start'} where nobody ever stands"] if lost else []
    return "; ".join(parts)


def _listed(ids: list[str]) -> str:
    return " and ".join(map(repr, ids))


def _shut(look: Look, stage: str) -> str:
    ways = [way.id for way in look.policy.transitions if stage in way.source]
    if not ways:
        return "no transition has it as its source"
    return f"{_listed(ways)} never {'fires' if len(ways) == 1 else 'fire'}"


def _only_closed(look: Look, stage: str) -> bool:
    """Return whether contacts come from a stage to closed ones alone."""
    reached = reached_from(look, stage) - {stage}
    return all(look.policy.stages[name].closed for name in reached)
