"""Finding the very microsecond of every change, by halving spans in which nothing is certain yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from leadqual.analysis.forecasts.time import Watched


class EffortSpent(Exception):
    """A search was given up; everything before `instant` is known."""

    def __init__(self, instant: int) -> None:
        super().__init__(instant)
        self.instant = instant


class Search:
    """A search with a limit.

    Parameters
    ----------
    effort : int
        How many spans may be looked at for one thing that is watched.
    """

    def __init__(self, effort: int) -> None:
        self._effort = effort

    def changes(self, watched: Watched, first: int, last: int) -> Iterator[int]:
        """Yield every instant in ``(first, last]`` at which the value is another than a microsecond before.

        Raises
        ------
        EffortSpent
            If so many changes lie close together that they cannot be told within the effort.
        """
        left = self._effort
        start = first
        edges = watched.edges[bisect_right(watched.edges, first) : bisect_right(watched.edges, last)]
        for edge in (*edges, last + 1):
            # Spans are taken from a stack, the earlier half first, so that what was found is complete up to the end.
            spans = [(start, edge - 1)]
            while spans:
                low, high = spans.pop()
                if low >= high or watched.is_certain(low, high):
                    continue
                left -= 1
                if left < 0:
                    raise EffortSpent(low)
                if high - low == 1:
                    if watched.value(low) != watched.value(high):
                        yield high
                    continue
                middle = (low + high) // 2
                spans += [(middle, high), (low, middle)]
            if edge <= last and watched.value(edge - 1) != watched.value(edge):
                yield edge
            start = edge
