"""Transitions in whose place an earlier one always fires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leadqual.conditions.nodes import Literal, Node
from leadqual.conditions.walk import replaced
from leadqual.errors import Place
from leadqual.policy.funnel import Transition
from leadqual.proofs.funnel import DAYS, STAGE
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look, all_of, days_at, not_true
from leadqual.proofs.lint.stages import reached_from


def of_order(look: Look) -> Iterator[Finding]:
    """Yield the transitions that earlier ones from the same stage keep from firing; shut the ways that are proved."""
    for index, way in enumerate(look.policy.transitions):
        by_cause: dict[tuple[str, ...], list[str]] = {}
        for source in way.source:
            covering = covered_by(look, index, source)
            if covering:
                by_cause.setdefault(tuple(one.id for one in covering), []).append(source)
        for causes, sources in by_cause.items():
            yield _shadowed(look, way, index, causes, sources)


def covered_by(look: Look, index: int, source: str) -> list[Transition]:
    """Return the earlier transitions of which one can fire wherever one may from a stage; none if it is not proved."""
    way = look.policy.transitions[index]
    if (way.id, source) not in look.live:
        return []
    earlier = [one for one in look.policy.transitions[:index] if _is_tried_with(one, way, source, look)]
    alone = next((one for one in earlier if _cover(look, way, source, [one])), None)
    if alone is not None:
        return [alone]
    if len(earlier) < 2 or not _cover(look, way, source, earlier):
        return []
    needed = list(earlier)
    for one in earlier[::-1]:
        others = [other for other in needed if other is not one]
        if _cover(look, way, source, others):
            needed = others
    return needed


def _is_tried_with(one: Transition, way: Transition, source: str, look: Look) -> bool:
    return (one.id, source) in look.live and one.event in (None, way.event)


def _cover(look: Look, way: Transition, source: str, earlier: Sequence[Transition]) -> bool:
    if any(one.when is None for one in earlier):
        return True
    missed = [not_true(one.when) for one in earlier if one.when is not None]
    return not look.can_hold(all_of([look.guard(way, [source]), *missed]))


def _shadowed(look: Look, way: Transition, index: int, causes: Sequence[str], sources: Sequence[str]) -> Finding:
    earlier = [one for one in look.policy.transitions if one.id in causes]
    names, stages = " or ".join(map(repr, causes)), " and ".join(sources)
    hint = "put it before them, or take it out" if len(causes) > 1 else f"put it before {names}, or take it out"
    proof = _proof(way, earlier)
    place = Place(path=f"transitions[{index}]", rule=way.id)
    through = [stage for stage in _passed(earlier, way) if any(_comes_at_once(look, stage, way, at) for at in sources)]
    if through:
        message = f"{way.id!r} hardly ever fires from {stages}: {names} comes first and fires where it could"
        doubt = f"{proof}; only a contact that left {' or '.join(through)} at this very instant does not go back there"
        return Finding("transition-shadowed", message, place, doubt=doubt, hint=hint)
    for source in sources:
        look.shut(way, source)
    message = f"{way.id!r} never fires from {stages}: {names} comes first and fires wherever it could"
    return Finding("transition-shadowed", message, place, proof, hint=hint)


def _passed(earlier: Sequence[Transition], way: Transition) -> list[str]:
    """Return the stages to which the earlier ones lead and to which a contact does not return at one instant."""
    return sorted({one.target for one in earlier} - {way.target})


def _comes_at_once(look: Look, stage: str, way: Transition, source: str) -> bool:
    """Return whether a contact may leave a stage, come to another and meet a transition there, all at one instant."""
    near = reached_from(look, stage)
    last = [(one, at) for one in look.policy.transitions for at in one.source if one.target == source and at in near]
    here = replaced(look.guard(way, [source]), {DAYS: Literal(0)})
    return any((one.id, at) in look.live and _agree(look, one, at, here) for one, at in last)


def _agree(look: Look, one: Transition, stage: str, here: Node) -> bool:
    """Return whether a transition may have led from a stage at the instant at which something holds at the next."""
    known: dict[Node, Node] = {STAGE: Literal(stage), DAYS: days_at(stage)}
    before = replaced(look.guard(one, [stage]), known)
    return look.freed.can_hold(all_of([before, here]))


def _proof(way: Transition, earlier: Sequence[Transition]) -> str:
    own, others = _condition(way), " or ".join(dict.fromkeys(map(_condition, earlier)))
    return f"both ask for {own}" if own == others else f"wherever there is {own}, there is {others}"


def _condition(way: Transition) -> str:
    event = "" if way.event is None else f"a {way.event}"
    return " and ".join(filter(None, (event, "" if way.when is None else f"`{way.when}`")))
