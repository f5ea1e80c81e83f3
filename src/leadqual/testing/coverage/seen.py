"""What was seen while cases ran: sets of words, and for thresholds the nearest values. Merging is order-free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


class Nearest:
    """The nearest values below and above a constant that were tried."""

    __slots__ = ("above", "below", "constant", "ways")

    def __init__(self, constant: float, ways: set[str]) -> None:
        self.constant = constant
        self.ways = ways
        self.below: float | None = None
        self.above: float | None = None

    def note(self, value: float) -> None:
        """Remember a value that was held against the constant."""
        if value == self.constant:
            self.ways.add("at")
        elif value < self.constant:
            self.ways.add("below")
            if self.below is None or value > self.below:
                self.below = value
        else:
            self.ways.add("above")
            if self.above is None or value < self.above:
                self.above = value


class Seen:
    """In which ways each item was covered, and how often cases were looked at."""

    def __init__(self) -> None:
        self.cases = 0
        self.ways: dict[str, set[str]] = defaultdict(set)
        self.nearest: dict[str, Nearest] = {}

    def threshold(self, key: str, constant: float) -> Nearest:
        """Return what remembers the values that are held against a constant."""
        if key not in self.nearest:
            self.nearest[key] = Nearest(constant, self.ways[key])
        return self.nearest[key]

    def near(self, key: str) -> tuple[float | None, float | None]:
        """Return the nearest values below and above the constant of an item."""
        found = self.nearest.get(key)
        return (None, None) if found is None else (found.below, found.above)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, that a process can hand to another."""
        tried = {key: list(self.near(key)) for key, one in self.nearest.items() if one.ways}
        return {
            "cases": self.cases,
            "ways": {key: sorted(ways) for key, ways in self.ways.items() if ways},
            "nearest": tried,
        }

    def take(self, data: Mapping[str, Any]) -> None:
        """Add what `to_dict` returned elsewhere under the same policy."""
        self.cases += data["cases"]
        for key, ways in data["ways"].items():
            self.ways[key].update(ways)
        for key, values in data["nearest"].items():
            for value in values:
                if value is not None:
                    self.nearest[key].note(value)
