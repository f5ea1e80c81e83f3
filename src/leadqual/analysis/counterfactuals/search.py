"""The search: every set of one change, of two, and so on, as long as the tries last; then the promising ones only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import combinations_with_replacement, permutations
from math import comb

from leadqual.analysis.counterfactuals.actions import Action, Happen, Learn
from leadqual.analysis.counterfactuals.distance import Distance
from leadqual.analysis.counterfactuals.pool import Pool
from leadqual.analysis.counterfactuals.trial import Placed, Trials, TriesSpent

MOST_ORDERED = 3
"""Up to how many changes are tried in every order."""

_COPIES = (1, 2, 4, 8, 16, 32)
_ENOUGH = 200


@dataclass
class Found:
    """What a search found.

    Attributes
    ----------
    placed : list of Placed
        The sets of changes that reach the stage, all of one size, in the order of the pool.
    complete : int
        Up to which size every set was tried.
    """

    placed: list[Placed] = field(default_factory=list)
    complete: int = 0


class Searching:
    """A search for the smallest changes that bring a contact to a stage.

    Parameters
    ----------
    pool : Pool
        The changes there are.
    trials : Trials
        How they are tried.
    target : str
        The stage.
    asks_order : bool
        Whether a condition asks for the first or last of several, so that their order matters.
    distance : Distance
        How far from it a contact is, so that the promising changes come first.
    """

    def __init__(self, pool: Pool, trials: Trials, target: str, distance: Distance, *, asks_order: bool) -> None:
        self._actions = pool.actions
        self._order = {action: number for number, action in enumerate(pool.actions)}
        self._trials = trials
        self._target = target
        self._distance = distance
        self._events = distance.events
        self._asks_order = asks_order

    def find(self, most: int) -> Found:
        """Return the smallest sets found, of at most so many changes."""
        found = Found()
        for size in range(1, most + 1):
            if 4 * comb(len(self._actions) + size - 1, size) > 3 * self._trials.left:
                break
            try:
                for placed in self._all_of(size):
                    found.placed.append(placed)
                found.complete = size
            except TriesSpent:
                break
            if found.placed:
                break
        if found.placed:
            return found
        found.placed = self._promising(most)
        return found

    def _all_of(self, size: int) -> Iterator[Placed]:
        for actions in combinations_with_replacement(self._actions, size):
            if _is_possible(actions) and (placed := self._tried(actions)) is not None:
                yield placed

    def _tried(self, actions: Sequence[Action]) -> Placed | None:
        """Return how the changes reach the stage; those that tie are visited in an order, which may have to be another.

        What is learned is one visit, wherever it stands.
        """
        placed = self._trials.reaching(actions, self._target)
        happening = [one for one in actions if isinstance(one, Happen)]
        learned = [one for one in actions if isinstance(one, Learn)]
        visits = len(happening) + bool(learned)
        if placed is not None or not 1 < visits <= MOST_ORDERED or not self._order_matters(happening):
            return placed
        for order in dict.fromkeys(permutations(happening)):
            for before in range(len(happening) + 1 if learned else 1):
                if before or list(order) != happening:
                    placed = self._trials.reaching([*learned, *order], self._target, before)
                    if placed is not None:
                        return placed
        return None

    def _order_matters(self, happening: Sequence[Happen]) -> bool:
        return self._asks_order or any(one.kind in self._events for one in happening)

    def _promising(self, most: int) -> list[Placed]:
        """Return the smallest sets found by going on from the sets that came nearest."""
        best: list[Placed] = []
        waiting: list[tuple[float, int, tuple[Action, ...]]] = [(self._distance.most, 0, ())]
        seen: set[tuple[Action, ...]] = set()
        try:
            while waiting and len(best) < _ENOUGH:
                before, _, actions = heappop(waiting)
                for more, distance, placed in self._further(actions, before, seen, _size(best, most + 1)):
                    if placed is not None:
                        best = self._better(best, more)
                    else:
                        heappush(waiting, (distance + 0.001 * len(more), len(seen), more))
        except TriesSpent:
            pass  # the best so far is the answer
        return sorted(best, key=self._place)

    def _further(
        self, actions: tuple[Action, ...], before: float, seen: set[tuple[Action, ...]], size: int
    ) -> Iterator[tuple[tuple[Action, ...], float, Placed | None]]:
        """Yield the sets with one more change, and with several times the same one as long as that helps."""
        for action in self._actions:
            nearest = before
            for copies in (1,) if isinstance(action, Learn) else _COPIES:
                more = self._sorted((*actions, *([action] * copies)))
                if len(more) >= max(size, 2) or more in seen or not _is_possible(more):
                    break
                seen.add(more)
                distance, placed = self._looked_at(more)
                yield more, distance, placed
                if placed is not None or distance >= nearest:
                    break
                nearest = distance

    def _better(self, best: list[Placed], actions: tuple[Action, ...]) -> list[Placed]:
        """Return the smallest sets known, with a new one after what it does not need was taken away."""
        smaller = self._reduced(actions)
        placed = self._tried(smaller)
        if placed is None or any(placed.actions == one.actions for one in best) or len(smaller) > _size(best, 1000):
            return best
        return [placed] if len(smaller) < _size(best, 1000) else [*best, placed]

    def _looked_at(self, actions: tuple[Action, ...]) -> tuple[float, Placed | None]:
        nearest = self._distance.most
        for placed in self._trials.placements(actions):
            view, reached = self._trials.stand(placed, self._target)
            if reached is not None:
                return 0.0, reached
            if view is not None:
                nearest = min(nearest, self._distance.of(view))
        return nearest, None

    def _reduced(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        """Return the changes without those that are not needed."""
        for number in reversed(range(len(actions))):
            fewer = actions[:number] + actions[number + 1 :]
            if fewer and self._tried(fewer) is not None:
                return self._reduced(fewer)
        return actions

    def _sorted(self, actions: tuple[Action, ...]) -> tuple[Action, ...]:
        return tuple(sorted(actions, key=self._order.__getitem__))

    def _place(self, placed: Placed) -> list[int]:
        return sorted(self._order[action] for action in placed.actions)


def _size(best: Sequence[Placed], otherwise: int) -> int:
    return len(best[0].actions) if best else otherwise


def _is_possible(actions: Sequence[Action]) -> bool:
    """Return whether no field is learned twice."""
    fields = [one.field for one in actions if isinstance(one, Learn)]
    return len(fields) == len(set(fields))
