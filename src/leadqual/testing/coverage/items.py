"""What there is to cover of a policy, and the words for how it can be covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from leadqual.conditions.nodes import Node

SECTIONS: Final = ("rules", "atoms", "boundaries", "transitions", "stages", "grades")
"""The parts of a report, in their order."""

WAYS: Final[Mapping[str, str]] = {
    "fired": "a rule with when: gave its points, at some instant that was looked at",
    "not fired": "its condition was false",
    "unknown": "a condition, or a part of one, was unknown, since something it reads is missing",
    "counted": "a rule with each: gave points for at least one interaction",
    "not counted": "it gave points for none: nothing of the kind had happened, or the filter or the window left it out",
    "faded": "an interaction was counted for less than its whole points, because of its age",
    "too old": "an interaction was left out because it was as old as within: allows, or older",
    "limited": "an interaction was left out because at_most: had been reached",
    "capped": "the sum lay beyond the cap and was cut to it; that it equals the cap is not enough",
    "true": "a part of a condition was true, whatever came of the whole",
    "false": "a part of a condition was false, whatever came of the whole",
    "below": "the value that is held against a constant lay below it; the report says how near",
    "at": "it was the constant itself",
    "above": "it lay above; the report says how near",
    "taken": "a transition fired",
    "refused": "it was tried while its condition was false",
    "held": "it was tried while its condition was unknown, whatever on_unknown: made of that",
    "happened": "the event of a transition happened while the contact stood in one of its sources",
    "entered": "a contact moved to a stage; at the initial stage it is enough to stand there",
    "reached": "a grade was this band, or this cell of a grid",
}
"""Every word for how something can be covered, and what it means."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a condition is looked at.

    Parameters
    ----------
    kind : str or None
        Inside a filter: the kind of the interactions.
    vain : tuple of tuple of Node
        In each situation in which it is looked at, the conditions that are not true there; with no situation it is
        never looked at.
    """

    kind: str | None = None
    vain: tuple[tuple[Node, ...], ...] = ((),)

    def claim(self, node: Node, answer: bool | None) -> Claim:
        """Return the claim that a condition has an answer here."""
        return Claim(node, answer, self)


NOWHERE: Final = Where()
"""Where a condition is looked at of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition that has to be possible for something to be covered in one way.

    Parameters
    ----------
    node : Node
        The condition.
    answer : bool or None
        What it has to be: true, false or unknown (None).
    where : Where
        Where it is looked at.
    """

    node: Node
    answer: bool | None
    where: Where = NOWHERE


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to cover.

    Parameters
    ----------
    section : str
        One of `SECTIONS`.
    place : str
        Where it stands: ``rule fit.home-market``, ``transition marketing``; empty where the section says it all.
    text : str
        What it is: a part of a condition, ``score.engagement at 15``, the id of a rule.
    asked : tuple of str
        In which ways it should be covered; `WAYS` says what each means.
    seen : tuple of str
        In which of them it was.
    impossible : tuple of str
        Ways that are proved to be impossible, and so are not asked for.
    nearest : tuple of float or None
        Of a threshold: the nearest values that were tried below and above.
    constant : float or None
        Of a threshold: the constant.
    """

    section: str
    place: str
    text: str
    asked: tuple[str, ...]
    seen: tuple[str, ...] = ()
    impossible: tuple[str, ...] = ()
    nearest: tuple[float | None, float | None] = (None, None)
    constant: float | None = None
    claims: Mapping[str, Claim] = field(default_factory=dict, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What tells it from all others of its policy."""
        return " | ".join((self.section, self.place, self.text))

    @property
    def missing(self) -> tuple[str, ...]:
        """In which ways it is still to be covered."""
        return tuple(way for way in self.asked if way not in self.seen)

    @property
    def near(self) -> tuple[bool, ...]:
        """Of a threshold, for each side that was tried: whether it was within one step, in the last digit written."""
        if self.constant is None:
            return ()
        step = _step(self.constant)
        return tuple(abs(value - self.constant) <= step for value in self.nearest if value is not None)

    def found(self, seen: set[str], nearest: tuple[float | None, float | None]) -> Item:
        """Return it with what was seen of it."""
        return replace(self, seen=tuple(way for way in self.asked if way in seen), nearest=nearest)

    def without(self, impossible: tuple[str, ...]) -> Item:
        """Return it without ways that are impossible."""
        asked = tuple(way for way in self.asked if way not in impossible)
        return replace(self, asked=asked, impossible=(*self.impossible, *impossible)) if impossible else self


def _step(constant: float) -> float:
    """Return one step of a number in the last digit in which it is written: 1 of 15, 0.1 of 2.5."""
    return 1.0 if constant.is_integer() else 10.0 ** int(Decimal(repr(constant)).as_tuple().exponent)
