"""Every case of an import: what was changed, left empty or refused; kept in files, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from leadqual.integrations.scratch import Scratch

CHANGED: Final = "changed"
EMPTY: Final = "left empty"
REFUSED: Final = "refused"

SCHEMA: Final = {
    "effect": pl.String(),
    "code": pl.String(),
    "file": pl.String(),
    "row": pl.UInt32(),
    "column": pl.String(),
    "found": pl.String(),
    "suggestion": pl.String(),
}
"""The columns of cases: ``effect`` is `CHANGED`, `EMPTY` or `REFUSED` (the row, or a part of what it tells)."""

_HELD: Final = 200_000
_LONGEST: Final = 240


class Cases:
    """Cases, in the order in which they are found.

    Parameters
    ----------
    room : Scratch
        Where they are kept when they become many.
    """

    def __init__(self, room: Scratch) -> None:
        self._room = room
        self._held: list[pl.DataFrame] = []
        self._size = 0
        self._parts: list[Path] = []

    def add(self, cases: pl.DataFrame) -> None:
        """Add cases, in a table with some of the columns of `SCHEMA`."""
        if cases.is_empty():
            return
        lacking = [pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items() if name not in cases.columns]
        whole = cases.with_columns(lacking).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        self._held.append(whole.with_columns(_short("found"), _short("suggestion")))
        self._size += whole.height
        if self._size > _HELD:
            self._spill()

    def say(
        self,
        effect: str,
        code: str,
        file: str,
        row: int | None,
        found: str,
        suggestion: str | None = None,
        *,
        column: str | None = None,
    ) -> None:
        """Add one case."""
        told = [(effect, code, file, row, column, found, suggestion)]
        self.add(pl.DataFrame(told, schema=SCHEMA, orient="row"))

    def lazy(self) -> pl.LazyFrame:
        """Return all cases."""
        held = pl.concat([pl.DataFrame(schema=SCHEMA), *self._held]).lazy()
        return pl.concat([*(pl.scan_parquet(part) for part in self._parts), held])

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield all cases, a piece at a time."""
        yield from map(pl.read_parquet, self._parts)
        yield from self._held

    def _spill(self) -> None:
        part = self._room.path / f"cases-{len(self._parts)}.parquet"
        pl.concat(self._held).write_parquet(part)
        self._parts.append(part)
        self._held, self._size = [], 0


def _short(name: str) -> pl.Expr:
    text = pl.col(name).str.slice(0, _LONGEST)
    return pl.when(pl.col(name).str.len_chars() > _LONGEST).then(text + "…").otherwise(pl.col(name)).alias(name)
