"""Rolling limits over many contacts at once: each step lets one more interaction of every contact through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leadqual.engines.tables.columns import Frame, framed
from leadqual.policy.fields import AtMost

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def let_through(rows: Frame, limit: AtMost, contact: str, time: str) -> Frame:
    """Return the rows of a Polars frame that a rolling limit lets through.

    Parameters
    ----------
    rows : LazyFrame
        One row an interaction, with the columns `contact` and `time` (microseconds).
    limit : AtMost
        One is let through if fewer than `limit.count` of those let through lie less than `limit.per` before it.
    """

    def chosen(frame: Any) -> Any:
        frame = frame.sort(contact, time)
        group = frame[contact].rle_id().to_numpy()
        return frame.filter(kept(group, frame[time].to_numpy(), limit))

    native = rows.to_native()
    whole = {f"{name}_pushdown": False for name in ("predicate", "projection", "slice")}  # it needs every row
    return framed(native.map_batches(chosen, schema=native.collect_schema(), **whole))


def kept(group: NDArray[np.integer[Any]], time: NDArray[np.int64], limit: AtMost) -> NDArray[np.bool_]:
    """Return which rows are let through.

    Parameters
    ----------
    group, time : arrays of shape (n,)
        Whose each row is, and when it happened in microseconds, in ascending order of both.
    """
    import numpy as np  # noqa: PLC0415 - an optional dependency, which Polars brings

    number = len(time)
    through = np.zeros(number, dtype=bool)
    if not number:
        return through
    free = _first_at_or_after(group, time, limit.per.micros)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    ends = np.r_[starts[1:], number]
    last: list[Any] = []
    now = starts
    while len(now):
        through[now] = True
        last = [*last, now][-limit.count :]
        following = now + 1
        if len(last) == limit.count:
            following = np.maximum(following, free[last[0]])
        open_still = following < ends
        now, ends = following[open_still], ends[open_still]
        last = [places[open_still] for places in last]
    return through


def _first_at_or_after(group: Any, time: Any, per: int) -> Any:
    """Return for each row the first row of its group, or of a later one, that lies at least `per` after it."""
    import numpy as np  # noqa: PLC0415 - an optional dependency, which Polars brings

    number = len(time)
    # Merged with what it is sought among: at one instant the row sought for stands before the rows it may find.
    order = np.lexsort((np.r_[np.ones(number), np.zeros(number)], np.r_[time, time + per], np.r_[group, group]))
    is_row = order < number
    before: NDArray[np.int64] = np.cumsum(is_row) - is_row
    found = np.empty(number, dtype=np.int64)
    found[order[~is_row] - number] = before[~is_row]
    return found
