"""The findings that there are: their codes, how much they weigh, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["warning", "note"]
"""A warning is most likely a slip; a note is worth knowing."""


class Code(NamedTuple):
    """How much a finding weighs, and what it means."""

    severity: Severity
    meaning: str


CODES: Final[Mapping[str, Code]] = MappingProxyType({
    "condition-never-holds": Code("warning", "The condition of a transition can never be true."),
    "condition-always-holds": Code("warning", "A condition is true for every contact, so it says nothing."),
    "clause-adds-nothing": Code("note", "Without this part a condition would give the same answers."),
    "rule-never-fires": Code("warning", "A rule of a score can never give points."),
    "threshold-out-of-reach": Code("warning", "No contact can have such a score: the rules do not lead there."),
    "bands-overlap": Code("warning", "Two rules that divide a number into bands both fire where the bands meet."),
    "bands-gap": Code("warning", "Between two rules that divide a number into bands one single value is left out."),
    "no-lowest-band": Code("warning", "A score can lie below the lowest band, where there is no grade."),
    "grid-incomplete": Code("note", "Some cells of a grid have names and others have none."),
    "cell-out-of-reach": Code("note", "No contact can ever be in this cell of a grid."),
    "transition-shadowed": Code("warning", "Earlier transitions from the same stage always fire in its place."),
    "unreachable-stage": Code("warning", "No contact can ever come to a stage."),
    "no-way-out": Code("warning", "Nothing leads away from a stage that is not declared final."),
    "no-way-back": Code("warning", "From a stage contacts can only be closed: no way leads back into the funnel."),
    "flapping": Code("warning", "Two automatic transitions, there and back, can both hold at one instant."),
    "automatic-loop": Code("warning", "A round of automatic transitions can hold all at one instant."),
    "field-may-be-missing": Code("note", "A transition waits for a field that may be missing, and nothing asks that."),
    "no-review": Code("warning", "A condition becomes true as time passes, and nobody looks."),
    "cap-never-binds": Code("note", "The cap of a rule or of a group lies above everything that can be summed."),
    "limit-never-binds": Code("note", "`at_most` changes nothing, since the cap is reached first."),
    "duplicate-rule": Code("warning", "Two rules of a score give points for the same."),
    "never-used": Code("note", "Something is declared that no rule, no grade and no transition reads."),
})  # fmt: skip
"""Every code, in the order in which findings about one place are shown."""
