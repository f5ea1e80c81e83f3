"""Histories: any order, ties in time, the same interaction given twice, the same thing again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from leadqual.lifecycle.policy import Policy
from leadqual.model.interactions.base import Interaction
from leadqual.testing.libraries import st
from leadqual.testing.strategies.drawing import built_from
from leadqual.testing.strategies.instants import instants as some_instants
from leadqual.testing.strategies.instants import moments, seen_from
from leadqual.testing.strategies.interactions import chosen_kinds, happenings, made

_APART: Final = (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7))


class Shape(NamedTuple):
    """How something happens.

    Parameters
    ----------
    times : int
        How often.
    apart : timedelta
        How long one lies before the next.
    tied : bool
        Whether it happens at the instant of what is given before it.
    order : int
        What happens with a smaller number has a smaller id.
    again : bool
        Whether it is given twice.
    """

    times: int = 1
    apart: timedelta = _APART[0]
    tied: bool = False
    order: int = 0
    again: bool = False


_SEVERAL: Final = [Shape(times, apart) for times in (2, 3, 4) for apart in _APART]
_SHAPES: Final = [
    *([Shape()] * 12),
    *([Shape(tied=True)] * 4),
    *(Shape(order=order, tied=tied) for order in (1, 2) for tied in (False, True)),
    *_SEVERAL,
    *(Shape(tied=True, times=times) for times in (2, 3)),
]
_TWICE: Final = [Shape(again=True), Shape(order=1, tied=True, again=True)]

Entry = tuple[dict[str, Any], Any, Shape]
"""What happened, its instant or moment, and how."""


def histories(
    policy: Policy | None = None,
    *,
    kinds: Sequence[str] | None = None,
    instants: st.SearchStrategy[datetime] | None = None,
    at: datetime | None = None,
    max_size: int = 12,
    again: bool = True,
) -> st.SearchStrategy[list[Interaction]]:
    """Return a strategy for histories of one contact, in any order; the simplest is empty.

    Several interactions may happen at one instant, one thing may happen several times in a row, and profiles are
    updated. No two have one id and different content.

    Parameters
    ----------
    policy : Policy, optional
        The policy, for what happens and when.
    kinds : sequence of str, optional
        Which kinds; by default those that the policy reads.
    instants : strategy, optional
        When they happen; by default `leadqual.testing.strategies.instants` of the policy.
    at : datetime, optional
        When somebody looks, for instants that are not given.
    max_size : int, default 12
        The most interactions.
    again : bool, default True
        Whether the same interaction, with the same id, may be given twice.

    Examples
    --------
    >>> from hypothesis import find
    >>> from leadqual import policies
    >>> find(histories(policies.minimal()), lambda history: True)
    []
    """
    when = instants if instants is not None else some_instants(policy) if at is None else None
    place = seen_from(policy, at) if at is not None and instants is None else _as_it_is
    found = entries(policy, chosen_kinds(policy, kinds), when, max_size, again)
    return built_from(found, lambda parts: built(policy, parts, place, max_size))


@lru_cache(maxsize=64)
def entries(
    policy: Policy | None,
    kinds: tuple[str, ...],
    when: st.SearchStrategy[datetime] | None = None,
    max_size: int = 12,
    again: bool = True,
) -> st.SearchStrategy[list[Entry]]:
    """Return a strategy for the parts of a history; without `when` their instants are moments."""
    times: st.SearchStrategy[Any] = moments(policy) if when is None else when
    shapes = st.sampled_from([*_SHAPES, *(_TWICE if again else ())])
    entry = st.tuples(happenings(policy, kinds), times, shapes)
    return st.lists(entry, max_size=max_size)


def built(
    policy: Policy | None, parts: Sequence[Entry], place: Callable[[Any], datetime], max_size: int = 12
) -> list[Interaction]:
    """Return the history that some parts describe."""
    found: list[tuple[int, bool, dict[str, Any]]] = []
    last: datetime | None = None
    for what, when, shape in parts:
        last = last if shape.tied and last is not None else place(when)
        instants = [last - number * shape.apart for number in range(shape.times)]
        found += [(shape.order, shape.again, {**what, "occurred_at": instant}) for instant in instants]
    found = found[:max_size]
    ranks = sorted(range(len(found)), key=lambda number: (found[number][0], number))
    ids = {number: f"i-{rank:02}" for rank, number in enumerate(ranks, 1)}
    history = [made(policy, {**data, "id": ids[number]}) for number, (_, _, data) in enumerate(found)]
    again = [one.model_copy() for one, (_, twice, _) in zip(history, found, strict=True) if twice]
    return [*history, *again]


def _as_it_is(instant: datetime) -> datetime:
    return instant
