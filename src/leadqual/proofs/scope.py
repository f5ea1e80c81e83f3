"""What the names of a condition mean: those of a policy, or the properties of an interaction inside a filter."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Annotated, Any, get_args, get_origin

from leadqual.conditions.nodes import ANY_INTERACTION, History, Name, Node
from leadqual.engines.numbers import rounded
from leadqual.model.catalogue import Field, ValueType
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.policy.document import PolicyDocument
from leadqual.policy.rules import Bands

_ALWAYS_THERE = ("stage", "contact.roles", "contact.is_customer", "kind")
_MOST_DAYS = 4e6
"""No two instants lie further apart."""


@cache
def no_policy() -> PolicyDocument:
    """Return the policy that declares nothing: the names that everybody may use."""
    return PolicyDocument(name="no policy")


@dataclass(frozen=True, eq=False)
class Scope:
    """The names that a condition may use.

    Parameters
    ----------
    policy : PolicyDocument
        Whose names they are.
    kind : str, optional
        Inside a filter: the kind of the interaction.
    """

    policy: PolicyDocument
    kind: str | None = None
    covers: dict[object, bool] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every name with its type."""
        if self.kind is None:
            return self.policy.catalogue.fields
        kinds = tuple(self.policy.catalogue.kinds) if self.kind == ANY_INTERACTION else (self.kind,)
        named = Field("kind", ValueType.TEXT, values=kinds)
        return {**self.policy.catalogue.properties(self.kind), "kind": named}

    @cached_property
    def score_names(self) -> frozenset[Node]:
        """The names of scores, of rules and of scorers."""
        return (
            frozenset(Name(f"score.{name}") for name in self.policy.score_ranges) if self.kind is None else frozenset()
        )

    def entry(self, operand: Node) -> Field:
        """Return the type of a name, or of what a question to the history answers."""
        if isinstance(operand, Name):
            return self.fields[operand.path]
        assert isinstance(operand, History)
        if operand.function in ("count", "sum", "days_since"):
            return Field(str(operand), ValueType.NUMBER)
        return self.policy.catalogue.properties(operand.selection.kind)[str(operand.property)]

    def bounds(self, operand: Node) -> tuple[float, float]:
        """Return the least and the greatest value that a number can have."""
        match operand:
            case History(function="count"):
                return (0.0, 1e15)
            case History(function="days_since", within=within) if within is not None:
                return (0.0, math.nextafter(within.days, 0.0))
            case History(function="days_since") | Name("days_in_stage"):
                return (0.0, _MOST_DAYS)
            case History():
                least = 0.0 if self._is_never_negative(operand) else -math.inf
                return (least, math.inf)
            case Name(path) if self.kind is None and path.startswith("score."):
                low, high = self.policy.score_ranges[path.partition(".")[2]]
                return min(low, rounded(low)), max(high, rounded(high))
            case _:
                return (-1e300, 1e300)

    def _is_never_negative(self, operand: History) -> bool:
        """Return whether the class of a built-in kind refuses negative values of a property."""
        cls = BUILT_IN.get(operand.selection.kind)
        if cls is None or operand.property is None:
            return False
        info = cls.own_properties().get(operand.property)
        return info is not None and any(
            getattr(one, "ge", None) == 0 for one in _metadata(info.annotation, info.metadata)
        )

    def can_be_missing(self, operand: Node) -> bool:
        """Return whether an operand may have no value."""
        match operand:
            case History(function="count" | "sum"):
                return False
            case Name(path) if path in _ALWAYS_THERE:
                return False
            case Name(path) if self.kind is None and path.startswith("score."):
                return path.partition(".")[2] not in self.policy.scores
            case _:
                return True

    def is_whole(self, operand: Node) -> bool:
        """Return whether an operand counts."""
        return isinstance(operand, History) and operand.function == "count"

    def bands(self, operand: Node) -> tuple[tuple[str, Bands], ...]:
        """Return the bands behind a grade, by the grade's name; several for a grid, none for another name."""
        if self.kind is not None or not isinstance(operand, Name) or not operand.path.startswith("grade."):
            return ()
        name = operand.path.partition(".")[2]
        declared = self.policy.grades[name]
        if isinstance(declared, Bands):
            return ((name, declared),)
        return tuple(found for side in (declared.rows, declared.columns) for found in self.bands(Name(f"grade.{side}")))

    def operands_of(self, operand: Node) -> tuple[Node, ...]:
        """Return what an operand is worked out from: the scores behind a grade; anything else stands for itself."""
        bands = self.bands(operand)
        return tuple(dict.fromkeys(Name(f"score.{one.score}") for _, one in bands)) if bands else (operand,)


def _metadata(annotation: Any, found: Iterable[Any]) -> Iterator[Any]:
    """Yield what annotates a type, wherever it stands in it."""
    for one in found:
        yield one
        yield from getattr(one, "metadata", ())
    for part in get_args(annotation):
        if get_origin(annotation) is Annotated and part is not get_args(annotation)[0]:
            yield from _metadata(None, [part])
        else:
            yield from _metadata(part, ())


def days(question: History) -> float:
    """Return the length of a question's window in days; without end if it has none."""
    return math.inf if question.within is None else question.within.days
