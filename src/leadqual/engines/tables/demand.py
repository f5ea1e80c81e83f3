"""Which interactions a policy's questions can be about at all: the others are left out before anything else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import reduce
from operator import and_
from typing import Final

import narwhals as nw

from leadqual.conditions.nodes import ANY_INTERACTION, Compare, In, Items, Literal, Name, Node, Selection
from leadqual.conditions.walk import conjuncts
from leadqual.engines.tables.columns import KIND

_KIND: Final = Name(KIND)
_UNLIMITED: Final = 2**62
"""Microseconds: more than lie between any two instants."""


class Demand:
    """The kinds that are asked for, and how old they may be.

    Nine of ten rows of a table are often of kinds that no rule reads, or too old for every window: they need not be
    shuffled, sorted or grouped.

    Parameters
    ----------
    kinds : collection of str
        The kinds that the policy knows.
    """

    def __init__(self, kinds: Collection[str]) -> None:
        self._known = {*kinds, ANY_INTERACTION}
        self._oldest: dict[str, int | None] = {}

    def add(self, selection: Selection, within: int | None) -> None:
        """Note that a question is about a selection, and about interactions younger than `within` microseconds."""
        for kind in self._known.intersection(_kinds(selection)):
            known = self._oldest.get(kind, within)
            self._oldest[kind] = None if known is None or within is None else max(known, within)

    @property
    def within(self) -> int | None:
        """How old the oldest interaction is that matters, in microseconds; None if there is no limit."""
        ages = list(self._oldest.values())
        return None if None in ages else max((age for age in ages if age is not None), default=0)

    def met(self, age: nw.Expr) -> nw.Expr | None:
        """Return which rows of this age some question can be about; None if it may be about any of them."""
        kinds = dict(self._oldest)
        every = kinds.pop(ANY_INTERACTION, 0)
        if every is None:
            return None
        alike: defaultdict[int | None, list[str]] = defaultdict(list)
        for kind, oldest in kinds.items():
            alike[oldest].append(kind)
        # One comparison with what belongs to the kind: SQL is slow at many conditions joined by or.
        limit = nw.lit(every, dtype=nw.Int64())
        for oldest, named in alike.items():
            reach = _UNLIMITED if oldest is None else max(oldest, every)
            limit = nw.when(nw.col(KIND).is_in(sorted(named))).then(nw.lit(reach, dtype=nw.Int64())).otherwise(limit)
        return age < limit


def _kinds(selection: Selection) -> list[str]:
    """Return the kinds that a selection can mean; that which stands for every kind, if it names none."""
    if selection.kind != ANY_INTERACTION or selection.where is None:
        return [selection.kind]
    named = [found for part in conjuncts(selection.where) if (found := _named(part)) is not None]
    return sorted(reduce(and_, named)) if named else [ANY_INTERACTION]


def _named(condition: Node) -> set[str] | None:
    """Return the kinds of which a condition says that the row has one of them."""
    match condition:
        case In(item, Items(values), negated=False) if item == _KIND:
            return {str(value.value) for value in values}
        case Compare(first, (("==", Literal(value)),)) if first == _KIND:
            return {str(value)}
        case _:
            return None
