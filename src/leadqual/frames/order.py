"""The order of columns: the same whatever the rows hold."""

from __future__ import annotations

from collections.abc import Iterable

from leadqual.model.profile import CHANGES, CLEARED


def in_order(columns: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return columns in the order of those that are known, the others by name after them, changes of a profile last.

    Examples
    --------
    >>> in_order(["changes.country", "z", "a", "kind"], ["kind", "path", "changes.country"])
    ['kind', 'a', 'z', 'changes.country']
    """
    rank = {name: number for number, name in enumerate(known)}

    def place(name: str) -> tuple[int, int, str]:
        part = 2 if name == CLEARED else 1 if name.startswith(CHANGES) else 0
        return part, rank.get(name, len(rank)), name

    return sorted(columns, key=place)
