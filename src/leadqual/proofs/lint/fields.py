"""Fields that a transition compares and that may be missing, with nothing that asks whether they are."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import IsMissing, Name, Node
from leadqual.conditions.walk import walk
from leadqual.errors import Place
from leadqual.policy.funnel import Transition
from leadqual.proofs.lint.finding import Finding
from leadqual.proofs.lint.look import Look, all_of
from leadqual.proofs.scenario import Scenario

_ALWAYS_THERE = ("contact.roles", "contact.is_customer")


def of_fields(look: Look) -> Iterator[Finding]:
    """Yield each field without which transitions wait, whatever else happens."""
    waiting: dict[Name, list[Transition]] = {}
    for way in look.policy.transitions:
        for name in _compared(way):
            if not _is_asked_for(look, name, way) and _needs(look, name, way):
                waiting.setdefault(name, []).append(way)
    for name, ways in waiting.items():
        yield _finding(look, name, ways)


def _compared(way: Transition) -> list[Name]:
    """Return the fields of people and companies that a transition reads and that it holds without."""
    if way.when is None or way.on_unknown != "hold":
        return []
    found = (part for part in walk(way.when) if isinstance(part, Name) and part.path not in _ALWAYS_THERE)
    return list(dict.fromkeys(name for name in found if name.path.startswith(("contact.", "company.", "consent."))))


def _is_asked_for(look: Look, name: Name, way: Transition) -> bool:
    """Return whether this transition, or another from one of its stages, asks whether a field is there."""
    near = [one for one in look.policy.transitions if set(one.source) & set(way.source) and one.when is not None]
    return any(isinstance(part, IsMissing) and name in walk(part) for one in near for part in walk(_when(one)))


def _when(way: Transition) -> Node:
    assert way.when is not None  # callers look
    return way.when


def _needs(look: Look, name: Name, way: Transition) -> bool:
    """Return whether it is proved that a transition never fires without a field, though it might with it."""
    return look.can_hold(look.guard(way)) and not look.can_hold(all_of([look.guard(way), IsMissing(name)]))


def _finding(look: Look, name: Name, ways: list[Transition]) -> Finding:
    first = ways[0]
    index = look.policy.transitions.index(first)
    ids = ", ".join(repr(way.id) for way in ways)
    message = f"{name} may be missing, and then {ids} {'waits' if len(ways) == 1 else 'wait'}, whatever happens"
    hint = f"add `{name} is None` where it may be missing, or write on_unknown: deny if it is to count as false"
    proof = f"without {name} the condition is never true, and nothing from the same stage asks `{name} is None`"
    place = Place(path=f"transitions[{index}].when", rule=first.id)
    return Finding("field-may-be-missing", message, place, proof, _waits(look, name, first), hint=hint)


def _waits(look: Look, name: Name, way: Transition) -> Scenario | None:
    """Return a contact that lacks a field and for whom a transition waits."""
    unknown = all_of([IsMissing(name), IsMissing(_when(way))])
    return look.shown(unknown, stage=way.source[0]) or look.shown(unknown)
