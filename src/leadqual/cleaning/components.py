"""Groups of contacts that are joined by pairs, however long the chain."""

from __future__ import annotations

from typing import Any

import numpy as np


def components(left: Any, right: Any) -> tuple[Any, Any]:
    """Return all members of pairs, sorted, and for each the smallest member of its group.

    Parameters
    ----------
    left, right : array of int
        The two members of each pair.

    Examples
    --------
    >>> members, heads = components([5, 7, 1], [7, 9, 2])
    >>> members.tolist(), heads.tolist()
    ([1, 2, 5, 7, 9], [1, 1, 5, 5, 5])
    """
    left, right = np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64)
    members, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    one, other = places[: len(left)], places[len(left) :]
    head = np.arange(len(members))
    while len(one):
        # The head of the larger is hung below the smaller one, then every way up is made as short as can be.
        ours, theirs = head[one], head[other]
        apart = ours != theirs
        one, other, ours, theirs = one[apart], other[apart], ours[apart], theirs[apart]
        np.minimum.at(head, np.maximum(ours, theirs), np.minimum(ours, theirs))
        while not np.array_equal(head, head[head]):
            head = head[head]
    return members, members[head] if len(members) else members
