"""The bands of a grade and the cells of a grid, looked at for one contact at one instant."""

from __future__ import annotations

from collections.abc import Iterator

from leadqual.conditions.nodes import Compare, IsMissing, Literal, Name
from leadqual.engines.record import RecordEngine
from leadqual.engines.view import View
from leadqual.policy.rules import Bands, Grid
from leadqual.proofs.scope import Scope
from leadqual.testing.coverage.conditions import boundary
from leadqual.testing.coverage.items import Claim, Item
from leadqual.testing.coverage.missing import can_be_missing
from leadqual.testing.coverage.seen import Seen


class Banded:
    """A grade by thresholds on a score."""

    def __init__(self, name: str, declared: Bands, engine: RecordEngine, seen: Seen) -> None:
        self.name, self.score, self._engine = name, declared.score, engine
        place, value, score = f"grade {name}", Name(f"grade.{name}"), Name(f"score.{declared.score}")
        self.items = [
            Item("grades", place, band, ("reached",), claims={"reached": _is(value, band)}) for band in declared.bands
        ]
        self._ways: dict[str | None, set[str]] = {
            band: seen.ways[item.key] for band, item in zip(declared.bands, self.items, strict=True)
        }
        if can_be_missing(value, Scope(engine.policy)):
            missing = {"reached": Claim(IsMissing(value), True)}
            none = Item("grades", place, "below every band", ("reached",), claims=missing)
            self.items.append(none)
            self._ways[None] = seen.ways[none.key]
        limits = [boundary(place, score, low) for low in declared.bands.values()]
        self.items += limits
        self._limits = [
            seen.threshold(item.key, low) for item, low in zip(limits, declared.bands.values(), strict=True)
        ]

    def look(self, view: View) -> None:
        """Note the band, and which thresholds the score lies at, below and above."""
        band = self._engine.grade(view, self.name)
        if band in self._ways:
            self._ways[band].add("reached")
        value = self._engine.score_value(view, self.score)
        if value is not None:
            for limit in self._limits:
                limit.note(value)


class Gridded:
    """A grid of two grades."""

    def __init__(self, name: str, declared: Grid, engine: RecordEngine, seen: Seen) -> None:
        self.rows, self.columns, self._engine = declared.rows, declared.columns, engine
        sides = (engine.policy.grades[side] for side in (self.rows, self.columns))
        rows, columns = ([*side.bands] if isinstance(side, Bands) else [] for side in sides)
        self.items = []
        self._ways = {}
        for row in rows:
            for column in columns:
                text = f"{row} and {column} ({declared.cell(row, column)})"
                item = Item("grades", f"grade {name}", text, ("reached",))
                self.items.append(item)
                self._ways[row, column] = seen.ways[item.key]

    def look(self, view: View) -> None:
        """Note the cell."""
        row, column = self._engine.grade(view, self.rows), self._engine.grade(view, self.columns)
        if row is not None and column is not None:
            self._ways[row, column].add("reached")


class Grades:
    """Every grade of a policy."""

    def __init__(self, engine: RecordEngine, seen: Seen) -> None:
        self.by_name = {
            name: Gridded(name, declared, engine, seen) if isinstance(declared, Grid)
            else Banded(name, declared, engine, seen)
            for name, declared in engine.policy.grades.items()
        }  # fmt: skip

    def items(self) -> Iterator[Item]:
        """Yield what there is to cover of them."""
        for grade in self.by_name.values():
            yield from grade.items


def _is(value: Name, band: str) -> Claim:
    return Claim(Compare(value, (("==", Literal(band)),)), True)
