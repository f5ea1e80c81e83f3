"""Where the ways of a funnel lead, one after another."""

from __future__ import annotations

from collections.abc import Iterable

from leadqual.policy.funnel import Transition


def steps_of(transitions: Iterable[Transition]) -> list[tuple[str, str]]:
    """Return every step that transitions make: from each of their sources to their target."""
    return [(source, way.target) for way in transitions for source in way.source]


def stages_after(stage: str, steps: Iterable[tuple[str, str]]) -> set[str]:
    """Return the stages to which steps lead from one, at once or by others; the stage itself only if a way leads back.

    Examples
    --------
    >>> from leadqual import policies
    >>> sorted(stages_after("mql", steps_of(policies.minimal().transitions)))
    ['customer', 'lead', 'mql']
    """
    ahead: dict[str, set[str]] = {}
    for source, target in steps:
        ahead.setdefault(source, set()).add(target)
    found: set[str] = set()
    waiting = [stage]
    while waiting:
        further = ahead.get(waiting.pop(), set()) - found
        found |= further
        waiting += further
    return found
