"""All sections of a report, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from leadqual.report.ground import Ground
from leadqual.report.section import Section
from leadqual.report.sections import best, changes, flow, funnel, outcomes, reach, sources, waiting

SECTIONS: Final[tuple[Callable[[Ground], Section], ...]] = (
    funnel.section,
    changes.section,
    flow.section,
    waiting.section,
    sources.section,
    outcomes.section,
    best.section,
    reach.section,
)
