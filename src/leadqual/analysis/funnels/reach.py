"""When each contact first came to each stage, as arrays: one row a stage, one place a contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from leadqual.analysis.funnels.tables import CONTACT

Whole = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

NEVER: Final = np.iinfo(np.int64).max
"""The instant of what did not happen."""


@dataclass(frozen=True, eq=False)
class Reach:
    """Who came to which stage.

    Parameters
    ----------
    first, last : array
        As which of its spells each contact stood at each stage first and last; -1 if it never did.
    came : array
        When it came there first, in microseconds; `NEVER` if it did not.
    """

    first: Whole
    last: Whole
    came: Whole

    def after(self, source: int, target: int) -> Mask:
        """Return who came to one stage, and after that, sooner or later, to another."""
        return np.asarray((self.first[source] >= 0) & (self.last[target] > self.first[source]))

    def before(self, source: int, target: int) -> Mask:
        """Return who came to one stage first and then to another."""
        return np.asarray((self.first[source] >= 0) & (self.first[target] > self.first[source]))


def reach_of(rows: pl.DataFrame, stages: int, contacts: int) -> Reach:
    """Return who came to which stage.

    Parameters
    ----------
    rows : DataFrame
        Spells, their stages an `Enum`.
    stages, contacts : int
        How many there are.
    """
    stage, contact = rows["stage"].to_physical().to_numpy().astype(np.int64), rows[CONTACT].to_numpy()
    place, position = stage * contacts + contact, rows["position"].to_numpy()
    came = rows.select(pl.coalesce("entered", "left").dt.epoch("us")).to_series().to_numpy()
    first, last, when = (np.full(stages * contacts, value, dtype=np.int64) for value in (NEVER, -1, NEVER))
    np.minimum.at(first, place, position)
    np.maximum.at(last, place, position)
    np.minimum.at(when, place, came)
    first[last < 0] = -1
    shape = stages, contacts
    return Reach(first.reshape(shape), last.reshape(shape), when.reshape(shape))
