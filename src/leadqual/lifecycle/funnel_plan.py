"""Where everything of a funnel's picture stands: boxes of stages from top to bottom, and the ways between them.

A way to the next stage goes straight down. Other ways forward leave a box to the right, ways back to the left; each
runs down or up a lane of its own, and comes in at a row of its own, where its name stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from leadqual.policy.document import PolicyDocument
from leadqual.policy.funnel import Transition

Side = Literal["right", "left"]

ROW: Final = 17
"""The height of a row, into which a name fits."""
LANE: Final = 11
"""How far lanes are from one another."""
_GAP: Final = 26
_LEAST: Final = 34
_PADDING: Final = 9


@dataclass(slots=True)
class Box:
    """The box of a stage: its rows on both sides, and where it stands from above."""

    stage: str
    place: int
    rows: dict[Side, list[Way | None]] = field(default_factory=lambda: {"right": [], "left": []})
    straight: list[Transition] = field(default_factory=list)
    top: float = 0.0

    @property
    def height(self) -> float:
        """How high it is: as its rows need, on the side that has more."""
        return max(_LEAST, 2 * _PADDING + ROW * max(map(len, self.rows.values())))

    def row(self, side: Side, way: Way | None) -> float:
        """Return where the row of a way that comes in is; None asks for the row where all leave."""
        rows = self.rows[side]
        free = (self.height - ROW * len(rows)) / 2
        return self.top + free + ROW * (rows.index(way) + 0.75)


@dataclass(slots=True, eq=False)
class Way:
    """The part of a transition that runs on one side."""

    transition: Transition
    side: Side
    sources: list[Box]
    target: Box
    lane: int = 0

    def span(self) -> tuple[float, float]:
        """Return between which heights its lane runs."""
        ends = [self.target.row(self.side, self), *(box.row(self.side, None) for box in self.sources)]
        return min(ends), max(ends)


@dataclass(frozen=True, slots=True)
class Plan:
    """A funnel's picture: boxes, ways at their sides, and its height."""

    boxes: Sequence[Box]
    ways: Sequence[Way]
    height: float

    def lanes(self, side: Side) -> int:
        """Return how many lanes a side has."""
        return max((way.lane + 1 for way in self.ways if way.side == side), default=0)


def planned(policy: PolicyDocument) -> Plan:
    """Return where everything of a policy's funnel stands."""
    boxes = [Box(name, place) for place, name in enumerate(policy.stages)]
    named = {box.stage: box for box in boxes}
    ways = [way for transition in policy.transitions for way in _parts(transition, named)]
    for way in ways:
        way.target.rows[way.side].append(way)
    for box in boxes:
        for side in box.rows:
            if any(way.side == side and box in way.sources for way in ways):
                # All leave together: above what comes in if they go up, else below.
                box.rows[side].insert(0 if side == "left" else len(box.rows[side]), None)
    height = _stacked(boxes)
    _laned(ways)
    return Plan(boxes, ways, height)


def _parts(transition: Transition, named: dict[str, Box]) -> Iterable[Way]:
    """Yield the parts of a transition that run at a side; what goes straight down is noted at its box."""
    target = named[transition.target]
    sources = [named[source] for source in transition.source]
    for box in sources:
        if box.place == target.place - 1:
            box.straight.append(transition)
    forward = [box for box in sources if box.place < target.place - 1]
    back = [box for box in sources if box.place > target.place]
    if forward:
        yield Way(transition, "right", forward, target)
    if back:
        yield Way(transition, "left", back, target)


def _stacked(boxes: Sequence[Box]) -> float:
    top = 26.0
    for box in boxes:
        box.top = top
        top += box.height + (_GAP + 14 * max(0, len(box.straight) - 1) if box.straight else _GAP)
    return top - _GAP + 10 if boxes else 0.0


def _laned(ways: Sequence[Way]) -> None:
    """Give each way a lane, short ones near the boxes, so that no two lie upon one another."""
    taken: dict[Side, list[list[tuple[float, float]]]] = {"right": [], "left": []}
    for way in sorted(ways, key=lambda one: one.span()[1] - one.span()[0]):
        top, bottom = way.span()
        lanes = taken[way.side]
        free = (
            place
            for place, spans in enumerate(lanes)
            if all(bottom + 4 < begin or end + 4 < top for begin, end in spans)
        )
        way.lane = next(free, len(lanes))
        if way.lane == len(lanes):
            lanes.append([])
        lanes[way.lane].append((top, bottom))
