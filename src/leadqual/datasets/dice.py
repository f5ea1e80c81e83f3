"""Chance that falls alike in every process and every version of Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from a seed, all made from ``Random.random``, whose sequence Python promises not to change.

    Examples
    --------
    >>> Dice(7).whole(1, 6), Dice(7).pick("abc"), Dice(7).chance(0.5)
    (2, 'a', True)
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def chance(self, probability: float) -> bool:
        """Return true with a probability."""
        return self.random() < probability

    def between(self, low: float, high: float) -> float:
        """Return a real number, all equally likely."""
        return low + self.random() * (high - low)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Return one of several, all equally likely."""
        return options[int(self.random() * len(options))]

    def weighted(self, options: Mapping[T, float]) -> T:
        """Return one of several, each as often as its share of the whole."""
        left = self.random() * math.fsum(options.values())
        for option, weight in options.items():
            left -= weight
            if left < 0:
                return option
        return option  # what is left of the sum after rounding

    def number(self, mean: float) -> int:
        """Return how often something happens that happens `mean` times on average, each time by itself (Poisson)."""
        limit, product, count = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            count += 1
        return count

    def waiting(self, rate: float) -> float:
        """Return how long to wait for something that happens `rate` times in a unit of time (exponential)."""
        return -math.log(1.0 - self.random()) / rate

    def log_between(self, low: float, high: float) -> float:
        """Return a real number of which all orders of size are equally likely."""
        return math.exp(self.between(math.log(low), math.log(high)))
