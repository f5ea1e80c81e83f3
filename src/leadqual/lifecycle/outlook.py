"""What would still have to be true for each transition, and the way from one stage to another."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Literal

from pydantic import Field

from leadqual.cards.frame import folded_lines, framed, heading, listed
from leadqual.cards.shown import Shown
from leadqual.model.base import Model


@dataclass(frozen=True, slots=True)
class Unmet(Shown):
    """A condition that does not hold yet.

    Parameters
    ----------
    condition : str
        The condition, in the policy's own words.
    answer : {"false", "unknown"}
        What it is instead.
    values : mapping of str to object
        What the condition read, and what it found.
    """

    condition: str
    answer: Literal["false", "unknown"]
    values: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the condition with what is known of it, in words."""
        known = ", ".join(f"{name} is {shown_value(value)}" for name, value in self.values.items())
        return f"{self.condition} (now {'unknown' if self.answer == 'unknown' else 'not so'}: {known})"


@dataclass(frozen=True, slots=True)
class Way(Shown):
    """A transition as it looks from where the contact stands: what it still waits for.

    Parameters
    ----------
    transition : str
        Its id.
    source : tuple of str
        The stages it leads away from.
    target : str
        The stage it leads to.
    event : str or None
        The kind of interaction at which it is eligible; None for an automatic one.
    unmet : tuple of Unmet
        The conditions that do not hold yet.
    """

    transition: str
    source: tuple[str, ...]
    target: str
    event: str | None
    unmet: tuple[Unmet, ...]

    def _repr_html_(self) -> str:
        source = ", ".join(self.source)
        return framed(
            heading(f"{source} → {self.target}", [self.transition]) + listed(map(escape, wants(self))), width=46
        )


class Needed(Model):
    """What would still have to be true, or happen, to reach a stage.

    Attributes
    ----------
    steps : tuple of Way
        The shortest way, transition by transition; empty if the contact stands there or no way leads there.
    """

    stage: str
    standing: str = Field(description="The stage where the contact stands.")
    steps: tuple[Way, ...] = ()

    @property
    def reachable(self) -> bool:
        """Whether the contact stands there, or a way leads there."""
        return self.stage == self.standing or bool(self.steps)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that have to be known before the way can be judged."""
        unknown = [unmet for way in self.steps for unmet in way.unmet if unmet.answer == "unknown"]
        return tuple(dict.fromkeys(name for unmet in unknown for name, value in unmet.values.items() if value is None))

    def _repr_html_(self) -> str:
        said = "" if self.steps else str(self)
        steps = (folded_lines(f"to {way.target} ({way.transition})", wants(way), is_open=True) for way in self.steps)
        return framed(heading(f"From {self.standing} to {self.stage}", [said]) + "".join(steps), width=46)

    def __str__(self) -> str:
        """Return the steps in words, one below the other."""
        if self.stage == self.standing:
            return f"already at {self.stage}"
        if not self.steps:
            return f"no way leads from {self.standing} to {self.stage}"
        lines = []
        for way in self.steps:
            lines.append(f"to {way.target} ({way.transition}):")
            lines += [f"  - {wanted}" for wanted in wants(way)]
        return "\n".join(lines)


def wants(way: Way) -> list[str]:
    """Return what a way still waits for, in words."""
    found = [f"{way.event} has to happen"] if way.event is not None else []
    found += [str(unmet) for unmet in way.unmet]
    return found or ["nothing more: it fires at the next interaction or review"]


def needed_for(stage: str, standing: str, ways: Sequence[Way]) -> Needed:
    """Return the shortest way from a stage to another; of equally long ones, the one declared first."""
    came_by: dict[str, Way | None] = {standing: None}
    waiting = deque([standing])
    while waiting and stage not in came_by:
        here = waiting.popleft()
        for way in ways:
            if here in way.source and way.target not in came_by:
                came_by[way.target] = replace(way, source=(here,))
                waiting.append(way.target)
    steps: list[Way] = []
    current = stage
    while (step := came_by.get(current)) is not None:
        steps.insert(0, step)
        current = step.source[0]
    return Needed(stage=stage, standing=standing, steps=tuple(steps))


def shown_value(value: Any) -> str:
    """Return a value as it is said in an explanation."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    return repr(value) if isinstance(value, str) else str(value)
