"""Something to try: a story, and when to look at its scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leadqual.model.time import DAY
from leadqual.testing.mutation.search.story import Story

ALWAYS: Final = (0,)
LATER: Final = tuple(days * DAY for days in (0, 1, 8, 15, 31))


@dataclass(frozen=True, slots=True)
class Probe:
    """Something to try.

    Parameters
    ----------
    story : Story
        The contact.
    looks : tuple of int
        When to look at scores and grades: so many microseconds after the instant in question.
    """

    story: Story
    looks: tuple[int, ...] = ALWAYS
