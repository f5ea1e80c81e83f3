"""Parts of a condition without which it would give the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from leadqual.conditions.nodes import And, IsMissing, Node, Not, Or
from leadqual.conditions.walk import children
from leadqual.proofs.lint.look import all_of, any_of, not_true

CanHold = Callable[[Node], bool]


def idle_clauses(node: Node, can_hold: CanHold) -> Iterator[tuple[Node, str]]:
    """Yield the parts of ``and`` and ``or`` that change no answer, true, false or unknown, each with the proof.

    Parameters
    ----------
    can_hold : callable
        From a condition to False, only if it is proved that it is never true.
    """
    found: list[Node] = []
    if isinstance(node, And | Or):
        remaining = list(node.items)
        for item in reversed(node.items):
            others = [one for one in remaining if one is not item]
            if others and _is_idle(item, others, can_hold, either=isinstance(node, Or)):
                remaining = others
                found.append(item)
        for item in reversed(found):
            yield item, _proof(item, remaining, can_hold, either=isinstance(node, Or))
    for part in children(node) if isinstance(node, And | Or | Not) else ():
        if part not in found:
            yield from idle_clauses(part, can_hold)


def _is_idle(item: Node, others: Sequence[Node], can_hold: CanHold, *, either: bool) -> bool:
    rest = any_of(others) if either else all_of(others)
    if either:
        return not (can_hold(And((item, not_true(rest)))) or can_hold(And((Not(rest), IsMissing(item)))))
    return not (can_hold(And((rest, not_true(item)))) or can_hold(And((IsMissing(rest), Not(item)))))


def _proof(item: Node, others: Sequence[Node], can_hold: CanHold, *, either: bool) -> str:
    alone = item if either else not_true(item)
    if not can_hold(alone):
        return f"`{item}` is {'never' if either else 'always'} true"
    told = " and ".join(f"`{one}`" for one in _needed(item, others, can_hold, either=either))
    return f"wherever `{item}` is true, so is {told}" if either else f"wherever {told} is true, so is `{item}`"


def _needed(item: Node, others: Sequence[Node], can_hold: CanHold, *, either: bool) -> list[Node]:
    """Return the one other part that alone makes a part idle, or all of them."""
    return next(([one] for one in others if _is_idle(item, [one], can_hold, either=either)), list(others))
