"""How many points a rule can give, and how often those of a rule about interactions can count."""

from __future__ import annotations

import math
from typing import Final

from leadqual.engines.numbers import decayed
from leadqual.policy.fields import AtMost
from leadqual.policy.rules import Rule

_MOST_WINDOWS: Final = 2_000
_FADED: Final = 1e-12


def most_points(rule: Rule) -> float:
    """Return the most points that a rule can give before its cap, without their sign; infinite if nothing limits it.

    Examples
    --------
    >>> most_points(Rule(id="visit", each="page_viewed", points=2, at_most="1 per 1d", within="3d"))
    8.0
    """
    points = abs(rule.points)
    return points * most_times(rule) if rule.each is not None and points else points


def most_times(rule: Rule) -> float:
    """Return how often the points of a rule can count at most, faded ones in part; infinite if nothing limits it.

    Examples
    --------
    >>> most_times(Rule(id="weeks", each="product_used", points=2, within="90d", at_most="1 per 7d"))
    14
    """
    limit = rule.at_most
    if limit is None:
        return math.inf
    windows = _windows(rule, limit)
    if rule.half_life is None and rule.linear is None and rule.step is None:
        return limit.count * windows
    total = 0.0
    for number in range(_MOST_WINDOWS):
        # The latest that can count: now, then at the end of each window before, which may have ended just now.
        age = number * limit.per.micros if limit.rolling or number == 0 else (number - 1) * limit.per.micros + 1
        share = decayed(rule, age) if number < windows else 0.0
        if share == 0:
            return limit.count * total
        if share < _FADED or number == _MOST_WINDOWS - 1:
            break
        total += share
    return limit.count * (total + share * min(windows - number, _windows_left(rule, limit.per.micros)))


def _windows(rule: Rule, limit: AtMost) -> float:
    """Return how many windows of a limit hold interactions that still count; infinite if they count for ever."""
    if rule.within is None:
        return math.inf
    per, within = limit.per.micros, rule.within.micros
    return -(-within // per) if limit.rolling else 1 + -(-(within - 1) // per)


def _windows_left(rule: Rule, per: int) -> float:
    """Return as how many windows without decay all those count that lie before one."""
    if rule.half_life is not None:
        return 1 / (1 - math.exp2(-per / rule.half_life.micros))
    if rule.linear is not None:
        return rule.linear.micros / per + 1
    assert rule.step is not None  # the only other decay
    return (rule.step.every.micros / per + 1) / rule.step.lose
