"""Ratios of two times measured in turns, and how far they spread.

Processor time of the whole process, every thread of it: on a machine with other work, time on the wall measures that.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any, Final, Literal, TypeAlias

Sample: TypeAlias = Callable[[], float]
"""One measurement: it returns the seconds of processor time that one call took."""

Unit: TypeAlias = Literal["seconds", "bytes", "measure"]

UNITS: Final = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
_SMALL: Final = 0.1
SIZES: Final = (("GiB", 2.0**30), ("MiB", 2.0**20))


@dataclass(frozen=True, slots=True)
class Target:
    """The limit of a ratio."""

    limit: float
    inclusive: bool = False

    def __str__(self) -> str:
        return f"{'<=' if self.inclusive else '<'} {self.limit:g}"

    def met(self, ratio: float) -> bool:
        """Return whether a ratio keeps the limit."""
        return ratio <= self.limit if self.inclusive else ratio < self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: ours and the peer's (times, memory or measures), and the ratios of the pairs."""

    name: str
    ours: float
    peer: float
    ratio: float
    low: float
    high: float
    target: Target | None = None
    unit: Unit = "seconds"

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None for a line without one."""
        return None if self.target is None else self.target.met(self.ratio)

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as plain data, times in seconds."""
        return {
            "figure": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio,
            "spread": [self.low, self.high],
            "target": None if self.target is None else str(self.target),
            "met": self.met,
        }


def compared(name: str, ours: Sample, peer: Sample, repeats: int, target: Target | None = None) -> Figure:
    """Measure ours and the peer in turns; the ratio is the median of the ratios of the pairs.

    Neighbours in time share whatever else the machine does, so a pair's ratio is steadier than either of its times.
    """
    ours(), peer()  # what is loaded or compiled once is not what is measured
    return of_pairs(name, [(ours(), peer()) for _ in range(repeats)], target)


def of_pairs(
    name: str,
    pairs: Sequence[tuple[float, float]],
    target: Target | None = None,
    unit: Unit = "seconds",
) -> Figure:
    """Return the figure of what was measured in turns."""
    ratios = [mine / theirs for mine, theirs in pairs]
    return Figure(
        name,
        median(mine for mine, _ in pairs),
        median(theirs for _, theirs in pairs),
        median(ratios),
        min(ratios),
        max(ratios),
        target,
        unit,
    )


def calls(run: Callable[[], Any], number: int) -> Sample:
    """Return the measurement of a function that is called with nothing."""

    def sample() -> float:
        gc.collect(1)  # what the other side left behind
        begin = process_time()
        for _ in range(number):
            run()
        return (process_time() - begin) / number

    return sample


def calls_with(prepare: Callable[[], Any], run: Callable[[Any], Any], number: int) -> Sample:
    """Return the measurement of a function that gets something new at every call; making it is not timed."""

    def sample() -> float:
        prepared = [prepare() for _ in range(number)]
        gc.collect(1)  # what the other side left behind
        begin = process_time()
        for each in prepared:
            run(each)
        return (process_time() - begin) / number

    return sample


def shown_time(seconds: float) -> str:
    """Return a time in the unit that suits it.

    Examples
    --------
    >>> shown_time(0.00012), shown_time(3.5)
    ('120 µs', '3.5 s')
    """
    unit, size = next(((unit, size) for unit, size in UNITS if seconds >= size), UNITS[-1])
    return f"{seconds / size:.3g} {unit}"


def shown_size(size: float) -> str:
    """Return a number of bytes in the unit that suits it.

    Examples
    --------
    >>> shown_size(3 * 2**19), shown_size(3 * 2**30)
    ('1.5 MiB', '3 GiB')
    """
    unit, one = next(((unit, one) for unit, one in SIZES if size >= one), SIZES[-1])
    return f"{size / one:.3g} {unit}"


def shown_measure(value: float) -> str:
    """Return a measure of quality.

    Examples
    --------
    >>> shown_measure(0.75614)
    '0.756'
    """
    return f"{value:.3f}" if abs(value) >= _SMALL else f"{value:.4f}"


def worst(figures: Iterable[Figure]) -> Figure:
    """Return the figure with the largest ratio."""
    return max(figures, key=lambda figure: figure.ratio)
