"""The interactions that one question is about, indexed so that any instant is answered by a search.

A fold asks the same question at every interaction. With prefix sums and a binary search each answer costs
``log n``, so that deciding grows with the history and not with its square.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from functools import cached_property, partial
from itertools import pairwise
from operator import eq
from typing import Any

from leadqual.engines.numbers import rounded
from leadqual.policy.fields import AtMost
from leadqual.policy.rules import Rule

_EXACT = Context(prec=400)  # more digits than any sum of doubles below 1e300 has before and after its point
_NEGLIGIBLE = 1e-18


class Series:
    """Instants in ascending order, with the value at each where a property is asked for.

    Parameters
    ----------
    times : sequence of int
        UTC microseconds, ascending.
    values : sequence, optional
        The property's value at each instant; none of them is missing.
    """

    def __init__(self, times: Sequence[int], values: Sequence[Any] = ()) -> None:
        self.times = times
        self.values = values
        self._fading: dict[int, list[float]] = {}

    def span(self, now: int, within: int | None) -> tuple[int, int]:
        """Return the slice of those at or before `now` that are younger than `within`."""
        end = bisect_right(self.times, now)
        return (0 if within is None else bisect_right(self.times, now - within, 0, end)), end

    def total(self, now: int, within: int | None) -> float:
        """Return the sum of the values, rounded to six decimals; 0 if there are none."""
        start, end = self.span(now, within)
        return rounded(float(_EXACT.subtract(self._sums[end], self._sums[start])))

    def extreme(self, now: int, within: int | None, *, largest: bool) -> Any:
        """Return the smallest or largest value; None if there is none."""
        start, end = self.span(now, within)
        if start == end:
            return None
        level = (end - start).bit_length() - 1
        row = (self._maxima if largest else self._minima)[level]
        pair = row[start], row[end - (1 << level)]
        return max(pair) if largest else min(pair)

    @cached_property
    def _sums(self) -> list[Decimal]:
        sums = [Decimal(0)]
        for value in self.values:
            sums.append(_EXACT.add(sums[-1], Decimal(float(value))))
        return sums

    @cached_property
    def _minima(self) -> list[Sequence[Any]]:
        return _doubling(self.values, min)

    @cached_property
    def _maxima(self) -> list[Sequence[Any]]:
        return _doubling(self.values, max)

    def halved(self, half_life: int, now: int, start: int, end: int) -> float:
        """Return the sum of ``2 ** (-age / half_life)``, from running sums that fade from one instant to the next."""
        if start == end:
            return 0.0
        fading = self._fading.get(half_life)
        if fading is None:
            fading = self._fading[half_life] = self._faded(half_life)
        left: float = fading[end - 1] * 2.0 ** -((now - self.times[end - 1]) / half_life)
        return left if start == 0 else left - fading[start - 1] * 2.0 ** -((now - self.times[start - 1]) / half_life)

    def _faded(self, half_life: int) -> list[float]:
        sums = [1.0]
        for before, after in pairwise(self.times):
            sums.append(sums[-1] * 2.0 ** -((after - before) / half_life) + 1.0)
        return sums

    def fallen(self, length: int, now: int, start: int, end: int) -> float:
        """Return the sum of ``max(0, 1 - age / length)``; whole microseconds are added, so nothing is lost."""
        start = max(start, bisect_right(self.times, now - length, 0, end))
        ages = (end - start) * now - (self._instants[end] - self._instants[start])
        return (end - start) - ages / length

    @cached_property
    def _instants(self) -> list[int]:
        sums = [0]
        for time in self.times:
            sums.append(sums[-1] + time)
        return sums

    def stepped(self, every: int, now: int, start: int, end: int, *, keep: float) -> float:
        """Return the sum of ``keep ** floor(age / every)``, a period at a time from the youngest on."""
        total, share = 0.0, 1.0
        while end > start and share * (end - start) > _NEGLIGIBLE:
            period = (now - self.times[end - 1]) // every
            share = keep**period
            older = bisect_right(self.times, now - (period + 1) * every, start, end)
            total += share * (end - older)
            end = older
        return total


def share_left(rule: Rule) -> Callable[[Series, int], tuple[float, int]]:
    """Return the function from a series and an instant to the shares of a rule's points left, and how many count."""
    within = None if rule.within is None else rule.within.micros
    shares: Callable[..., tuple[float, int]]
    if rule.half_life is not None:
        shares = partial(_decaying, Series.halved, rule.half_life.micros)
    elif rule.linear is not None:
        shares = partial(_decaying, Series.fallen, rule.linear.micros)
    elif rule.step is not None:
        shares = partial(_decaying, partial(Series.stepped, keep=1.0 - rule.step.lose), rule.step.every.micros)
    else:
        shares = _undiminished
    return partial(shares, within)


def _undiminished(within: int | None, series: Series, now: int) -> tuple[float, int]:
    start, end = series.span(now, within)
    return float(end - start), end - start


def _decaying(
    decay: Callable[..., float], length: int, within: int | None, series: Series, now: int
) -> tuple[float, int]:
    start, end = series.span(now, within)
    return decay(series, length, now, start, end), end - start


def let_through(times: list[int], limit: AtMost) -> list[int]:
    """Return the instants, ascending, that a limit lets through; of those that count, a window holds the latest."""
    per, number = limit.per.micros, limit.count
    if not limit.rolling:
        windows = [time // per for time in times]
        if not any(map(eq, windows, windows[number:])):
            return times  # no window holds more than may count
    kept: list[int] = []
    for time in times:
        if len(kept) >= number:
            oldest = kept[-number]
            full = time - oldest < per if limit.rolling else time // per == oldest // per
            if full:
                continue
        kept.append(time)
    return kept


def _doubling(values: Sequence[Any], pick: Any) -> list[Sequence[Any]]:
    """Return tables of the picked value of every run of 1, 2, 4, … values: two of them cover any slice."""
    rows, width = [values], 1
    while 2 * width <= len(values):
        last = rows[-1]
        rows.append([pick(last[i], last[i + width]) for i in range(len(last) - width)])
        width *= 2
    return rows


EMPTY = Series(())
