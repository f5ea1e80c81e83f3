"""What tables of moves and standings hold, the same for every kind of table."""

from __future__ import annotations

from typing import Final

import polars as pl

from leadqual.engines.tables.columns import CONTACT_ID, INTERACTION_ID
from leadqual.frames.types import INSTANT, Type

MOVES: Final[dict[str, Type]] = {
    CONTACT_ID: pl.String(),
    "at": INSTANT,
    "source": pl.String(),
    "target": pl.String(),
    "transition": pl.String(),
    INTERACTION_ID: pl.String(),
    "entered_at": INSTANT,
}
"""One row a move; ``interaction_id`` is null at a review, and ``entered_at`` says since when it stood in the source."""

STANDINGS: Final[dict[str, Type]] = {
    CONTACT_ID: pl.String(),
    "stage": pl.String(),
    "entered_at": INSTANT,
    "as_of": INSTANT,
    "policy": pl.String(),
    "seen": pl.Int64(),
}
"""One row a contact; ``policy`` is its content hash, and ``seen`` how many interactions can still matter."""
