"""Columns over points, made of the answers of the history: a query that is put together once and run often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import narwhals as nw
import polars as pl
from polars.io.plugins import register_io_source

from leadqual.engines.tables.columns import Frame, framed
from leadqual.engines.tables.scores import Step

POINT: Final = "lq_point"
"""The column that every source has: without one, a query of constants would not know how many rows there are."""

Source = Callable[[str], pl.Series]
"""From the name of a column to its values."""


class Plan:
    """Outputs that are computed from columns which a source has.

    Putting a query of hundreds of expressions together takes longer than running it on a few thousand points, and
    reviews are looked for in many small runs.

    Parameters
    ----------
    schema : mapping of str to DataType
        The columns that a source may be asked for; only those are that an output needs.
    steps : sequence of dict
        Columns made of these and of those of the steps before.
    outputs : mapping of str to nw.Expr
        What comes out.
    """

    def __init__(self, schema: Mapping[str, Any], steps: Iterable[Step], outputs: Mapping[str, nw.Expr]) -> None:
        self._schema = {**schema, POINT: pl.Boolean()}
        self._source: Source | None = None
        self._rows = 0
        frame: Frame = framed(register_io_source(self._read, schema=self._schema))
        for step in steps:
            if step:
                frame = frame.with_columns(value.alias(name) for name, value in step.items())
        made = frame.select(nw.col(POINT), *(value.alias(name) for name, value in outputs.items()))
        self._query: pl.LazyFrame = made.to_native()

    def run(self, rows: int, source: Source) -> pl.DataFrame:
        """Return the outputs for as many points as the columns of a source have."""
        self._source, self._rows = source, rows
        try:
            return self._query.collect().drop(POINT)
        finally:
            # The query holds this plan where Python cannot see it, so what the source holds would never be freed.
            self._source = None

    def _read(
        self, columns: Sequence[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        assert self._source is not None
        names = self._schema if columns is None else columns
        point = pl.repeat(value=True, n=self._rows, eager=True)
        yield pl.DataFrame({name: point if name == POINT else self._source(name) for name in names})


def typed(leaves: Iterable[str], sample: Source) -> dict[str, Any]:
    """Return what each column of a source holds, as a source without rows shows it."""
    return {name: sample(name).dtype for name in leaves}
