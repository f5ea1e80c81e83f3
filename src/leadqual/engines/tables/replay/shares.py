"""What is left of a rule's points at any instant: counts, half-lives, lines and steps over the rows that count."""

from __future__ import annotations

from typing import Final

import numpy as np

from leadqual.engines.tables.replay.chunk import Bools, Chunk, Floats, Ints, Points
from leadqual.engines.tables.replay.marked import Marked
from leadqual.engines.tables.rolling import kept
from leadqual.policy.fields import AtMost
from leadqual.policy.rules import Rule

_NOTHING_LEFT: Final = 1e-18
"""Below it a share of points no longer reaches the sixth decimal, however many there are."""
_PERIODS: Final = 500
"""Steps beyond which it is cheaper to look at each row for itself."""
_PAIRS: Final = 1_000_000
"""So many rows of points are looked at together."""


def let_through(chunk: Chunk, chosen: Bools, limit: AtMost | None) -> Marked:
    """Return the chosen rows that a limit lets through."""
    if limit is None:
        return Marked.of(chosen)
    rows = np.flatnonzero(chosen)
    contact, time = chunk.contact[rows], chunk.time[rows]
    if limit.rolling:
        through = kept(contact, time, limit)
    else:
        window = time // limit.per.micros
        new = np.ones(len(rows), dtype=bool)
        new[1:] = (contact[1:] != contact[:-1]) | (window[1:] != window[:-1])
        number = np.arange(len(rows))
        through = number - np.maximum.accumulate(np.where(new, number, 0)) < limit.count
    counts = np.zeros(len(chosen), dtype=bool)
    counts[rows[through]] = True
    return Marked.of(counts)


def shares(marked: Marked, rule: Rule, points: Points) -> Floats:
    """Return the sum of the shares of a rule's points that are left at each point.

    Parameters
    ----------
    marked : Marked
        The rows that count at all, however old.
    rule : Rule
        Which says how long they count, and how much of them is left.
    """
    within = None if rule.within is None else rule.within.micros
    if rule.half_life is not None:
        return _half_lives(marked, rule.half_life.micros, within, points)
    if rule.linear is not None:
        return _lines(marked, rule.linear.micros, within, points)
    if rule.step is not None:
        return _steps(marked, rule.step.every.micros, 1.0 - rule.step.lose, within, points)
    return marked.count(points, within).astype(np.float64)


def _half_lives(marked: Marked, half_life: int, within: int | None, points: Points) -> Floats:
    chunk = points.chunk
    left = chunk.once(("half_life", id(marked), half_life), lambda: _left_at_rows(chunk, marked, half_life))
    time = chunk.time[marked.rows]
    total = np.zeros(len(points))
    first, end = marked.window(points, within)
    some = np.flatnonzero(end > first)  # of most kinds most contacts have none

    def left_of(last: Ints, at: Ints) -> Floats:
        """Return what is left at points of all rows of the contact up to one of them."""
        share: Floats = left[last] * np.exp2((time[last] - points.time[at]) / half_life)
        return share

    total[some] = left_of(end[some] - 1, some)
    older = some[first[some] > marked.before[chunk.start[points.contact[some]]]]
    total[older] -= left_of(first[older] - 1, older)
    return total


def _left_at_rows(chunk: Chunk, marked: Marked, half_life: int) -> Floats:
    """Return for each row what is left at its instant of it and of all rows of its contact before it.

    In each step a row takes in what the row twice as far before it had gathered, so that all lengths are reached in as
    many steps as a length has binary digits.
    """
    contact, time = chunk.contact[marked.rows], chunk.time[marked.rows]
    left = np.ones(len(marked.rows))
    back = 1
    while back < len(left):
        same = np.flatnonzero(contact[back:] == contact[:-back]) + back
        if not len(same):
            break
        before = same - back
        added = left[before] * np.exp2(-(time[same] - time[before]) / half_life)
        left[same] += added
        back *= 2
    return left


def _lines(marked: Marked, length: int, within: int | None, points: Points) -> Floats:
    chunk = points.chunk

    def sums() -> Ints:
        times = np.zeros(len(marked.rows) + 1, dtype=np.int64)
        np.cumsum(chunk.time[marked.rows] - chunk.since, out=times[1:])
        return times

    running = chunk.once(("times", id(marked)), sums)
    first, end = marked.window(points, length if within is None else min(length, within))
    number = end - first
    ages = number * (points.time - chunk.since) - (running[end] - running[first])  # whole microseconds: nothing is lost
    left: Floats = number - ages / length
    return left


def _steps(marked: Marked, every: int, left: float, within: int | None, points: Points) -> Floats:
    first, end = marked.window(points, within)
    some = np.flatnonzero(end > first)
    if not len(some):
        return np.zeros(len(points))
    oldest = int((points.time[some] - points.chunk.time[marked.rows[first[some]]]).max()) // every
    if oldest > _PERIODS and left > _NOTHING_LEFT ** (1 / _PERIODS):
        return _steps_of_each(marked, every, left, points, first, end)
    total = np.zeros(len(points))
    share, age = 1.0, every
    while len(some) and share > _NOTHING_LEFT:
        older = marked.before[points.chunk.seen(points.contact[some], points.time[some] - age)]
        older = np.maximum(older, first[some])
        total[some] += share * (end[some] - older)
        end[some] = older
        some = some[older > first[some]]
        share, age = share * left, age + every
    return total


def _steps_of_each(marked: Marked, every: int, left: float, points: Points, first: Ints, end: Ints) -> Floats:
    """Return the same by looking at each row of each point, for steps so short that there are too many of them."""
    total = np.zeros(len(points))
    time = points.chunk.time[marked.rows]
    number = end - first
    for block in np.array_split(np.arange(len(points)), 1 + int(number.sum()) // _PAIRS):
        of = np.repeat(block, number[block])
        place = np.arange(len(of)) - np.repeat(np.cumsum(number[block]) - number[block], number[block]) + first[of]
        share = left ** ((points.time[of] - time[place]) // every).astype(np.float64)
        total += np.bincount(of, weights=share, minlength=len(points))
    return total
