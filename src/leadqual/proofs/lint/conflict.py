"""Proofs in words: the smallest set of things that cannot all be so."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadqual.conditions.nodes import Node
from leadqual.conditions.walk import conjuncts
from leadqual.proofs.lint.look import Look, all_of

CanHold = Callable[[Node], bool]


def conflict(look: Look, node: Node, facts: Sequence[tuple[Node, str]] = ()) -> str:
    """Return in words why a condition can never be true where some facts hold; it is known that it cannot.

    Parameters
    ----------
    facts : sequence of tuple of Node and str
        What holds besides, each with its words.
    """
    words = {str(fact): said for fact, said in facts}
    parts = _smallest([*conjuncts(node), *(fact for fact, _ in facts)], look.can_hold)
    own = [part for part in parts if str(part) not in words]
    said = [words[str(part)] for part in parts if str(part) in words]
    reasons = list(dict.fromkeys([*said, *_bounds(look, parts)]))
    since = f", since {'; '.join(reasons)}" if reasons else ""
    return f"{_excluded(own)}{since}"


def conflict_within(node: Node, can_hold: CanHold) -> str:
    """Return in words why a condition can never be true, by the parts that exclude each other."""
    return _excluded(_smallest(list(conjuncts(node)), can_hold))


def _excluded(parts: Sequence[Node]) -> str:
    told = [f"`{part}`" for part in parts]
    if len(told) == 1:
        return f"{told[0]} can never be true"
    if len(told) == 2:
        return f"{told[0]} and {told[1]} are never both true"
    return f"these are never all true: {', '.join(told)}"


def _smallest(parts: Sequence[Node], can_hold: CanHold) -> list[Node]:
    """Return the parts without those that are not needed for them to exclude each other."""
    kept = list(dict.fromkeys(parts))
    for part in kept[::-1]:
        others = [one for one in kept if one != part]
        if others and not can_hold(all_of(others)):
            kept = others
    return kept


def _bounds(look: Look, parts: Sequence[Node]) -> list[str]:
    """Return the reckonings of the scores without whose bounds the parts would not exclude each other."""
    node = all_of(parts)
    if not look.holds_somewhere(node):
        return []
    reaches, ranges = [look.reach(score) for score in look.scores_read(node)], look.policy.score_ranges
    said = [one.reckoning(top=True) for one in reaches if one.high < ranges[one.score][1]]
    return said + [one.reckoning(top=False) for one in reaches if one.low > ranges[one.score][0]]
