"""The interactions that one question is about, indexed so that any instant is answered by a search.

A fold asks the same question at every interaction. With prefix sums and a binary search each answer costs
``log n``, so that deciding grows with the history and not with its square.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from decimal import Context, Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from leadqual.engines.numbers import rounded
from leadqual.model.interactions.base import Interaction
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

    def remaining(self, rule: Rule, now: int) -> tuple[float, int]:
        """Return the sum of the shares of a rule's points that are left at `now`, and how many count."""
        start, end = self.span(now, None if rule.within is None else rule.within.micros)
        if rule.half_life is not None:
            return self._halved(rule.half_life.micros, now, start, end), end - start
        if rule.linear is not None:
            return self._fallen(rule.linear.micros, now, start, end), end - start
        if rule.step is not None:
            return self._stepped(rule.step.every.micros, 1.0 - rule.step.lose, now, start, end), end - start
        return float(end - start), end - start

    def _halved(self, half_life: int, now: int, start: int, end: int) -> float:
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

    def _fallen(self, length: int, now: int, start: int, end: int) -> float:
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

    def _stepped(self, every: int, keep: float, now: int, start: int, end: int) -> float:
        """Return the sum of ``keep ** floor(age / every)``, a period at a time from the youngest on."""
        total, share = 0.0, 1.0
        while end > start and share * (end - start) > _NEGLIGIBLE:
            period = (now - self.times[end - 1]) // every
            share = keep**period
            older = bisect_right(self.times, now - (period + 1) * every, start, end)
            total += share * (end - older)
            end = older
        return total


def let_through(chosen: Sequence[Interaction], limit: AtMost) -> list[Interaction]:
    """Return the interactions that a limit lets through; of those that count, a window holds the latest ones."""
    kept: list[Interaction] = []
    per = limit.per.micros
    for one in chosen:
        if len(kept) >= limit.count:
            oldest = kept[-limit.count].instant
            full = one.instant - oldest < per if limit.rolling else one.instant // per == oldest // per
            if full:
                continue
        kept.append(one)
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
