"""What to try of a grade: scores around each of its thresholds, and each of its cells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from leadqual.policy.rules import Bands, Grid
from leadqual.testing.mutation.operators.edit import moved
from leadqual.testing.mutation.search.probe import Probe
from leadqual.testing.mutation.search.story import Story
from leadqual.testing.mutation.search.wants import Wants


def grade_probes(name: str, wants: Wants) -> Iterator[Probe]:
    """Yield contacts on both sides of each threshold, or in each cell."""
    declared = wants.bench.policy.grades[name]
    if isinstance(declared, Grid):
        yield from _cells(declared, wants)
    else:
        yield from _thresholds(declared, wants)


def _thresholds(declared: Bands, wants: Wants) -> Iterator[Probe]:
    for low in declared.bands.values():
        below, above = moved(low)
        for start, end in ((low, above), (below, low), (above, above + 1)):
            for story in islice(wants.tuning.to(declared.score, start, end, Story()), 1):
                yield Probe(story)


def _cells(grid: Grid, wants: Wants) -> Iterator[Probe]:
    for row in wants.bench.policy.grade_values(grid.rows):
        for column in wants.bench.policy.grade_values(grid.columns):
            for half in islice(wants.graded(grid.rows, row, Story()), 1):
                yield from (Probe(story) for story in islice(wants.graded(grid.columns, column, half), 2))
