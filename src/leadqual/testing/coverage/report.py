"""The report: how much of a policy is covered, and everything that is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadqual.model.standing import PolicyRef
from leadqual.testing.coverage.items import SECTIONS, Item
from leadqual.testing.coverage.text import as_text
from leadqual.testing.report import Report
from leadqual.testing.words import percent_of, share_of


@dataclass(frozen=True, slots=True)
class CoverageReport(Report):
    """How much of a policy its tests look at.

    Each rule, each smallest part of a condition (an atom), each constant that a number is held against (a boundary),
    each transition, stage, band of a grade and cell of a grid is an item, to be covered in one way or several:
    `leadqual.testing.coverage.items.WAYS` says what each of them means. Transitions and the parts of their conditions
    are looked at where the fold tries them: at each interaction, at each review at which the contact moves, and at the
    instant asked about. Scores, rules and grades are looked at at the instant asked about, and wherever a transition
    that is tried reads them. A part of a condition counts with what it is itself, whatever the rest of the condition
    is. So coverage says what tests have *tried*; whether they would notice a change, mutation says.

    Parameters
    ----------
    policy : PolicyRef
        Name, version and content hash of the policy.
    cases : int
        How many cases were run.
    items : tuple of Item
        Everything there is to cover, with what was seen of it.
    """

    policy: PolicyRef
    cases: int
    items: tuple[Item, ...]

    @property
    def asked(self) -> int:
        """In how many ways the items should be covered, all together."""
        return sum(len(item.asked) for item in self.items)

    @property
    def seen(self) -> int:
        """In how many of them they were."""
        return sum(len(item.seen) for item in self.items)

    @property
    def impossible(self) -> int:
        """How many ways are not asked for, since it is proved that no contact could show them."""
        return sum(len(item.impossible) for item in self.items)

    @property
    def percent(self) -> float:
        """The share that was seen of what is asked, from 0 to 100; 100 of a policy that has nothing to cover."""
        return percent_of(self.seen, self.asked)

    @property
    def share(self) -> str:
        """The share in words, such as ``61.3 %``; rounded down, so that only everything is 100."""
        return share_of(self.seen, self.asked)

    @property
    def missing(self) -> tuple[Item, ...]:
        """The items that are not covered in every way; their `missing` says in which they are not."""
        return tuple(item for item in self.items if item.missing)

    def section(self, name: str) -> tuple[Item, ...]:
        """Return the items of a section: rules, atoms, boundaries, transitions, stages or grades.

        Parameters
        ----------
        name : str
            The name of the section.
        """
        return tuple(item for item in self.items if item.section == name)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "policy": self.policy.model_dump(mode="json"),
            "cases": self.cases,
            "percent": self.percent,
            "asked": self.asked,
            "seen": self.seen,
            "impossible": self.impossible,
            "sections": {name: _numbers(self.section(name)) for name in SECTIONS},
            "items": [_plain(item) for item in self.items],
        }

    def text(self, width: int = 80) -> str:
        """Return the report as text of a width: how much of each section is covered, then what is not.

        Parameters
        ----------
        width : int, default 80
            How many characters a line may have.
        """
        return "\n".join(as_text(self, width))


def _numbers(items: Sequence[Item]) -> dict[str, Any]:
    asked, seen = sum(len(item.asked) for item in items), sum(len(item.seen) for item in items)
    return {"asked": asked, "seen": seen, "percent": percent_of(seen, asked)}


def _plain(item: Item) -> dict[str, Any]:
    told = {
        "section": item.section,
        "place": item.place,
        "text": item.text,
        "asked": list(item.asked),
        "seen": list(item.seen),
        "missing": list(item.missing),
        "impossible": list(item.impossible),
    }
    return (
        told if item.constant is None else {**told, "nearest": dict(zip(("below", "above"), item.nearest, strict=True))}
    )
