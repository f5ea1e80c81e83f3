"""Decisions on pairs: which groups they make, and where they contradict one another."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from leadqual.errors import Place, Problem, shown

_SHOWN: Final = 6

SAME: Final = "same"
DIFFERENT: Final = "different"


@dataclass(frozen=True, slots=True)
class Decided:
    """One pair that was decided on.

    Parameters
    ----------
    left, right : str
        The two contacts.
    decision : str
        ``"same"`` or ``"different"``.
    row : int
        The row of the review, counted from 1.
    keep : str, optional
        The contact that is to be kept.
    """

    left: str
    right: str
    decision: str
    row: int
    keep: str | None = None


def groups_of(decided: Iterable[Decided]) -> list[tuple[str, ...]]:
    """Return the groups that pairs decided to be the same make, each in the order in which its contacts first come.

    Examples
    --------
    >>> groups_of([Decided("a", "b", "same", 1), Decided("c", "d", "different", 2), Decided("c", "b", "same", 3)])
    [('a', 'b', 'c')]
    """
    neighbours = _neighbours(decided)
    seen: set[str] = set()
    groups: list[tuple[str, ...]] = []
    for first in neighbours:
        if first not in seen:
            groups.append(_reached(first, neighbours))
            seen.update(groups[-1])
    return groups


def contradictions(decided: Iterable[Decided], source: str) -> Iterator[Problem]:
    """Yield every contradiction: two contacts that are different, and the same by a chain of others."""
    pairs = list(decided)
    neighbours = _neighbours(pairs)
    group = {one: number for number, members in enumerate(groups_of(pairs)) for one in members}
    for pair in pairs:
        alike = pair.left in group and group.get(pair.left) == group.get(pair.right)
        if pair.decision == DIFFERENT and alike:
            chain = _chain(pair.left, pair.right, neighbours)
            rows = ", ".join(f"{row}: {one} = {other}" for one, other, row in chain[:_SHOWN])
            message = f"{pair.left} and {pair.right} are decided to be different, and the same by other rows"
            hint = "change one of these decisions"
            place = Place(source, pair.row, path="decision")
            yield Problem("contradictory-decisions", message, place, f"row {rows}", "one answer for each pair", hint)
    yield from _kept_twice(pairs, group, source)


def _kept_twice(pairs: Iterable[Decided], group: Mapping[str, int], source: str) -> Iterator[Problem]:
    wanted: dict[int, Decided] = {}
    for pair in pairs:
        if pair.keep is None or pair.decision != SAME:
            continue
        place = Place(source, pair.row, path="keep")
        if pair.keep not in group or group[pair.keep] != group[pair.left]:
            message, expected = "the contact to be kept is none of its group", f"{pair.left} or {pair.right}, or empty"
            yield Problem("bad-decision", message, place, shown(pair.keep), expected)
            continue
        first = wanted.setdefault(group[pair.left], pair)
        if first.keep != pair.keep:
            message = f"two contacts of one group are to be kept: {first.keep} (row {first.row}) and {pair.keep}"
            yield Problem("contradictory-decisions", message, place, hint="name one of them")


def kept_of(decided: Iterable[Decided]) -> set[str]:
    """Return the contacts that somebody wants to be kept."""
    return {pair.keep for pair in decided if pair.keep is not None and pair.decision == SAME}


def _neighbours(decided: Iterable[Decided]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for pair in decided:
        if pair.decision == SAME:
            found.setdefault(pair.left, {}).setdefault(pair.right, pair.row)
            found.setdefault(pair.right, {}).setdefault(pair.left, pair.row)
    return found


def _reached(first: str, neighbours: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    found, queue = {first: None}, deque([first])
    while queue:
        for other in neighbours[queue.popleft()]:
            if other not in found:
                found[other] = None
                queue.append(other)
    return tuple(found)


def _chain(one: str, other: str, neighbours: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, int]]:
    """Return the shortest way from one contact to another: pairs with their rows."""
    before: dict[str, str | None] = {one: None}
    queue = deque([one])
    while queue:
        here = queue.popleft()
        for near in neighbours[here]:
            if near not in before:
                before[near] = here
                queue.append(near)
    way: list[tuple[str, str, int]] = []
    step: str | None = other
    while step is not None and (last := before[step]) is not None:
        way.append((last, step, neighbours[last][step]))
        step = last
    return way[::-1]
